//! A library in, the bytes of machine code in it out.

use std::path::Path;

use object::read::archive::ArchiveFile;
use object::{Object as _, ObjectSection as _, SectionKind};

/// The size of all sections of code in the objects of a library. What it calls in other libraries is not in it.
pub(crate) fn size(library: &Path) -> Result<u64, String> {
    let named = |problem: String| format!("{}: {problem}", library.display());
    let data = std::fs::read(library).map_err(|error| named(error.to_string()))?;
    of_archive(&data).map_err(|error| named(error.to_string()))
}

fn of_archive(data: &[u8]) -> object::Result<u64> {
    let mut size = 0;
    for member in ArchiveFile::parse(data)?.members() {
        let member = member?;
        if member.name().ends_with(b".o") {
            let object = object::File::parse(member.data(data)?)?;
            let sections = object.sections();
            let code = sections.filter(|section| section.kind() == SectionKind::Text);
            size += code.map(|section| section.size()).sum::<u64>();
        }
    }
    Ok(size)
}

//! The workspace of generated crates, in the target directory. It resolves to what the repository's lock file says, and
//! builds the dependencies of all of them once.

use std::fs;
use std::path::{Path, PathBuf};

use crate::args::Options;
use crate::source::{self, Annotation};

/// The repository.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

pub(crate) struct Workspace {
    pub(crate) dir: PathBuf,
}

/// A generated crate.
pub(crate) struct Crate {
    pub(crate) name: &'static str,
    root: PathBuf,
    source: String,
}

/// A macro crate, and an empty crate that depends on it, since Cargo builds only what a member of the workspace needs.
pub(crate) struct MacroCrate {
    pub(crate) name: &'static str,
    pub(crate) user: &'static str,
}

impl Crate {
    /// Makes Cargo build it again: nothing but a comment changes.
    pub(crate) fn touch(&self, round: usize) -> Result<(), String> {
        write(&self.root, &format!("{}// Round {round}.\n", self.source))
    }
}

impl Workspace {
    pub(crate) fn new() -> Result<Self, String> {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile-cost");
        let annotated = Annotation::ALL.map(package);
        let members = [annotated.as_slice(), &[WITH_MACROS, WITH_BARE, BARE]].concat();
        let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n");
        write(&dir.join("Cargo.toml"), &manifest)?;
        let lock = "Cargo.lock";
        fs::copy(Path::new(ROOT).join(lock), dir.join(lock))
            .map_err(|error| format!("{lock} cannot be copied: {error}"))?;
        Ok(Self { dir })
    }

    /// The crate with this annotation on each function.
    pub(crate) fn annotated(
        &self,
        annotation: Annotation,
        options: &Options,
    ) -> Result<Crate, String> {
        let source = source::library(annotation, options.functions, options.calls);
        let dir = self.dir.join(package(annotation));
        write(&dir.join("src/store.rs"), include_str!("store.rs"))?;
        self.generate(package(annotation), "", dependencies(annotation), source)
    }

    /// Two crates that use nothing but a macro crate: that of ours, and one that is as good as empty and has the
    /// dependencies of ours.
    pub(crate) fn macro_crates(&self) -> Result<[MacroCrate; 2], String> {
        let manifest = fs::read_to_string(Path::new(ROOT).join("phoenix-trace-macros/Cargo.toml"));
        let manifest = manifest.map_err(|error| format!("the macro crate: {error}"))?;
        let dependencies = manifest
            .split_once("[dependencies]\n")
            .map(|(_, rest)| rest);
        let dependencies = dependencies.and_then(|rest| rest.split("\n[").next());
        let dependencies = dependencies.ok_or("the macro crate has no dependencies")?;
        let proc_macro = "proc-macro = true\n";
        self.generate(BARE, proc_macro, dependencies, BARE_MACROS.to_owned())?;
        let ours = format!("{MACROS} = {{ path = '{ROOT}/{MACROS}' }}");
        self.generate(WITH_MACROS, "", &ours, String::new())?;
        let bare = format!("{BARE} = {{ path = '../{BARE}' }}");
        self.generate(WITH_BARE, "", &bare, String::new())?;
        let crates = [(MACROS, WITH_MACROS), (BARE, WITH_BARE)];
        Ok(crates.map(|(name, user)| MacroCrate { name, user }))
    }

    fn generate(
        &self,
        name: &'static str,
        lib: &str,
        dependencies: &str,
        source: String,
    ) -> Result<Crate, String> {
        let dir = self.dir.join(name);
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [lib]\npath = \"src/lib.rs\"\n{lib}\n[dependencies]\n{dependencies}\n"
        );
        write(&dir.join("Cargo.toml"), &manifest)?;
        let generated = Crate {
            name,
            root: dir.join("src/lib.rs"),
            source,
        };
        generated.touch(0)?;
        Ok(generated)
    }
}

fn package(annotation: Annotation) -> &'static str {
    match annotation {
        Annotation::Nothing => "cost-plain",
        Annotation::Ours => "cost-ours",
        Annotation::Instrument => "cost-instrument",
        Annotation::InstrumentErr => "cost-instrument-err",
        Annotation::Fastrace => "cost-fastrace",
    }
}

fn dependencies(annotation: Annotation) -> &'static str {
    match annotation {
        Annotation::Nothing => "",
        // The exporters make no difference to annotated code.
        Annotation::Ours => concat!(
            "phoenix-trace = { path = '",
            env!("CARGO_MANIFEST_DIR"),
            "/..', default-features = false }"
        ),
        Annotation::Instrument | Annotation::InstrumentErr => "tracing = '0.1'",
        Annotation::Fastrace => "fastrace = { version = '0.7', features = ['enable'] }",
    }
}

const MACROS: &str = "phoenix-trace-macros";
const WITH_MACROS: &str = "cost-with-macros";
const WITH_BARE: &str = "cost-with-bare-macros";
const BARE: &str = "cost-bare-macros";

const BARE_MACROS: &str = "use proc_macro::TokenStream;

#[proc_macro_attribute]
pub fn nothing(_: TokenStream, item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as syn::ItemFn);
    quote::quote!(#item).into()
}
";

fn write(path: &Path, text: &str) -> Result<(), String> {
    let dir = path.parent().unwrap_or(path);
    fs::create_dir_all(dir)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

//! No crate of the workspace holds unsafe code: the lint forbids it, and every crate obeys the workspace's lints.

use std::fs;
use std::path::Path;

/// The lines of one table of a manifest.
fn table<'a>(manifest: &'a str, name: &str) -> Vec<&'a str> {
    manifest
        .lines()
        .skip_while(|line| line.trim() != name)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .collect()
}

#[test]
fn no_crate_may_hold_unsafe_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let root = root.expect("the workspace is above this package");
    let read = |path: &Path| fs::read_to_string(path).expect("the manifest can be read");
    let workspace = read(&root.join("Cargo.toml"));
    assert!(table(&workspace, "[workspace.lints.rust]").contains(&"unsafe_code = \"forbid\""));
    let members = workspace
        .lines()
        .find_map(|line| line.strip_prefix("members = ["))
        .expect("there are members")
        .trim_end_matches(']')
        .split(',')
        .map(|member| member.trim().trim_matches('"'));
    let mut crates = 0;
    for member in members.chain(["."]) {
        let manifest = read(&root.join(member).join("Cargo.toml"));
        assert!(
            table(&manifest, "[lints]").contains(&"workspace = true"),
            "{member} does not obey the workspace's lints"
        );
        crates += 1;
    }
    assert_eq!(crates, 8);
}

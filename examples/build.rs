//! In: `proto/*.proto` and `documents/*.md`. Out: the tonic code of the services, and a table that embeds the
//! documents, so that the program runs from anywhere and needs no `protoc`.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const PROTOS: [&str; 4] = [
    "orchestrator.proto",
    "router.proto",
    "documents.proto",
    "llm.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    compile_protos(&root.join("proto"))?;
    embed_documents(&root.join("documents"), &out.join("documents.rs"))
}

fn compile_protos(folder: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let descriptors = protox::compile(PROTOS, [folder])?;
    tonic_prost_build::configure().compile_fds(descriptors)?;
    Ok(())
}

fn embed_documents(folder: &Path, table: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    let mut code = String::from("&[\n");
    for path in &paths {
        writeln!(code, "    include_str!({:?}),", path.display().to_string())?;
    }
    code.push_str("]\n");
    fs::write(table, code)?;
    Ok(())
}

//! Builds every generated crate in turn, for several rounds, in an order that turns around.

use crate::args::Options;
use crate::build::{Cargo, Took};
use crate::source::Annotation;
use crate::text;
use crate::workspace::{Crate, Workspace};

/// What the rounds gave.
pub(crate) struct Measured {
    pub(crate) builds: Vec<Builds>,
    /// The macro crate of ours, and one that does nothing, round by round.
    pub(crate) macros: [Vec<Took>; 2],
}

/// The builds of one generated crate.
pub(crate) struct Builds {
    pub(crate) annotation: Annotation,
    /// Round by round.
    pub(crate) took: Vec<Took>,
    /// Bytes of code.
    pub(crate) text: u64,
}

pub(crate) fn measure(options: &Options) -> Result<Measured, String> {
    let workspace = Workspace::new()?;
    let macro_crates = workspace.macro_crates()?;
    // Of its own, since all that is annotated is built again when the macro crate was.
    let for_macros = Cargo::new(&workspace.dir, "target-macros");
    let cargo = Cargo::new(&workspace.dir, "target");
    eprintln!("building the dependencies");
    prepare(&workspace, &cargo, options)?;
    for built in &macro_crates {
        for_macros.build(built.user)?;
    }

    let mut generated = Vec::new();
    for annotation in Annotation::ALL {
        let builds = Builds {
            annotation,
            took: Vec::new(),
            text: 0,
        };
        generated.push((workspace.annotated(annotation, options)?, builds));
    }

    let mut macros = [Vec::new(), Vec::new()];
    for round in 1..=options.rounds {
        for (generated, builds) in &mut generated {
            let took = rebuild(&cargo, generated, round)?;
            let label = builds.annotation.label();
            eprintln!("round {round}: {label}: {:.1} s CPU time", took.cpu);
            builds.took.push(took);
            builds.text = text::size(&cargo.library(generated.name))?;
        }
        for (built, took) in macro_crates.iter().zip(&mut macros) {
            for_macros.clean(built.name)?;
            took.push(for_macros.build(built.user)?);
        }
        generated.reverse();
    }
    Ok(Measured {
        builds: generated.into_iter().map(|(_, builds)| builds).collect(),
        macros,
    })
}

/// Builds what the generated crates depend on, with a single function in each of them, since the rounds build them anyway;
/// one after the other, since Cargo gives dependencies the features that all of a build ask for.
fn prepare(workspace: &Workspace, cargo: &Cargo, options: &Options) -> Result<(), String> {
    let tiny = Options {
        functions: 1,
        ..*options
    };
    // All of them first: Cargo reads every member of a workspace.
    let generated = Annotation::ALL.map(|annotation| workspace.annotated(annotation, &tiny));
    for generated in generated {
        cargo.build(generated?.name)?;
    }
    Ok(())
}

fn rebuild(cargo: &Cargo, generated: &Crate, round: usize) -> Result<Took, String> {
    generated.touch(round)?;
    cargo.build(generated.name)
}

//! What cannot be seen from outside: what a reload leaves in memory.

use std::sync::{Arc, Weak};

use super::in_force::InForce;
use super::{Control, Rule, Sampler};
use crate::bootstrap;
#[cfg(feature = "watch")]
use crate::config::Watched;
use crate::config::{Config, FileSampling};
use crate::record::clock;
use crate::record::entered::enter;
use crate::record::scoped::Scoped;
use crate::record::site::{Site, SpanKind};

static SITE: Site = Site::new("root", SpanKind::Internal, "");

fn in_force(control: &Control) -> Weak<InForce> {
    Arc::downgrade(&control.in_force(clock::now()))
}

#[test]
fn ten_thousand_reloads_leave_nothing_behind() {
    let config = Config::default().sampler(Sampler::ratio(0.5)).no_exporter();
    let pipeline = bootstrap::start(config).expect("it starts");
    let scoped = Scoped::enter(pipeline.clone());
    let control = &pipeline.sampling;
    let open = enter(&SITE, &[]);
    let seen: Vec<Weak<InForce>> = (0..10_000)
        .map(|number| {
            let ratio = f64::from(number % 100) / 100.0;
            let rules = [
                Rule::new().operation(["root", "other"]).ratio(ratio),
                Rule::new().ratio(ratio).at_least(1.0),
            ];
            control.set_file(&FileSampling {
                rules: rules.into_iter().collect(),
                overrides: Vec::new(),
            });
            let seen = in_force(control);
            drop(enter(&SITE, &[]));
            seen
        })
        .collect();
    let left = seen.iter().filter(|seen| seen.strong_count() > 0).count();
    assert_eq!(left, 1, "the last one, which is in force");
    drop(open);
    drop(scoped);
    pipeline.shutdown(std::time::Duration::from_secs(10));
    assert!(pipeline.stats().balances());
}

/// Whether following the file says what the start has said of it.
#[cfg(feature = "watch")]
#[test]
fn what_is_wrong_with_a_file_from_the_start_on_is_told_once() {
    use super::layer::Origin;
    let name = format!("phoenix-told-{}.yaml", std::process::id());
    let file = std::env::temp_dir().join(name);
    for text in [
        "- a\nb",
        "file_format: \"1.1\"\ndistribution: {phoenix_trace: {sampling: {rules: [{ratio: 2}]}}}\n",
        "file_format: \"1.1\"\ndistribution: {phoenix-trace: {sampling: {rules: [{ratio: 1}]}}}\n",
    ] {
        std::fs::write(&file, text).expect("written");
        let path = file.display().to_string();
        let config = Config::from_vars(|name| (name == "OTEL_CONFIG_FILE").then(|| path.clone()));
        let told = config.problems()[0].to_string();
        let control = config.control();
        let found = Watched::new(&file).read(false).expect_err("it is wrong");
        assert!(told.starts_with(&found), "{told}: {found}");
        assert!(!control.set_problem(Origin::File, found), "{told}");
        // Once it was right, what is wrong with it is new.
        control.set_file(&FileSampling::default());
        assert!(control.set_problem(Origin::File, "another".to_owned()));
    }
    std::fs::remove_file(&file).expect("removed");
}

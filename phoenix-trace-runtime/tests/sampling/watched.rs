use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use phoenix_trace_runtime::Config;
use phoenix_trace_runtime::outcome::{Failure, Outcome};
use phoenix_trace_runtime::testing::Capture;

use super::{failing, kept, rules, state, until};
use crate::support::enter;

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let name = format!("phoenix-{}-{test}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn text(sampling: &str) -> String {
    let sampling = sampling.replace('\n', "\n      ");
    format!(
        "file_format: \"1.1\"\ndistribution:\n  phoenix_trace:\n    sampling:\n      {sampling}\n"
    )
}

fn write(path: &Path, sampling: &str) {
    fs::write(path, text(sampling)).expect("it is written");
}

fn capture(path: &Path) -> Capture {
    let config = Config::from_file(path);
    assert_eq!(config.problems(), []);
    Capture::with_config(config.service("shop"))
}

fn only(ratio: f64) -> String {
    format!("rules: [{{ratio: {ratio}}}]")
}

fn has(capture: &Capture, ratio: f64) -> bool {
    rules(capture).starts_with(&format!("file: everything: ratio {ratio}, "))
}

#[test]
fn every_key_of_a_rule_is_read() {
    let folder = Folder::new("keys");
    let path = folder.0.join("otel.yaml");
    write(
        &path,
        "error_limit: 50
rules:
  - service: [shop, \"shop-*\"]
    operation: pay
    route: /pay/{id}
    kind: [server, consumer]
    attributes: {tenant: [acme, \"u*\"], server.port: 8080}
    ratio: 0.25
    at_most: 20
    at_least: 0.5
    slower_than: 500ms
    keep_errors: [404, NOT_FOUND]
    ignore_errors: UNAVAILABLE
  - {operation: health, never: true}
  - {always: true, slower_than: 250}",
    );
    let shown = rules(&capture(&path));
    assert_eq!(
        shown,
        "file: service shop|shop-*, operation pay, route /pay/{id}, kind server|consumer, \
         tenant acme|u*, server.port 8080: ratio 0.25, at most 20/s, at least 0.5/s, errors always \
         with 404|NOT_FOUND without UNAVAILABLE, slower than 500ms always (0)\n\
         file: operation health: never (0)\n\
         file: everything: ratio 1, errors always, slower than 250ms always (0)\n\
         preset: everything: ratio 1, errors always (0)\n"
    );
}

#[test]
fn a_rule_says_what_is_kept_and_says_it_once() {
    const EMPTY: &str = "an empty list cannot be used: leave the key out for all";
    let folder = Folder::new("says");
    let path = folder.0.join("otel.yaml");
    for (given, problem) in [
        ("always: false", "the rule does not say what is kept"),
        ("never: false", "the rule does not say what is kept"),
        (
            "ratio: null, at_least: 1",
            "the rule does not say what is kept",
        ),
        (
            "ratio: 0.1, always: true",
            "the rule says `ratio` and `always`",
        ),
        (
            "never: true, ratio: 0.1",
            "the rule says `ratio` and `never`",
        ),
        ("ratio: 0.1, kind: []", EMPTY),
        ("ratio: 0.1, service: []", EMPTY),
        ("ratio: 0.1, route: []", EMPTY),
        ("ratio: 0.1, attributes: {tenant: []}", EMPTY),
    ] {
        write(&path, &format!("rules: [{{operation: pay, {given}}}]"));
        let config = Config::from_file(&path);
        let found = config.problems()[0].to_string();
        assert!(found.contains(problem), "{given}: {found}");
    }
    write(&path, "rules: [{always: false, ratio: 0.1, at_most: 5}]");
    assert!(rules(&capture(&path)).starts_with("file: everything: ratio 0.1, at most 5/s"));
}

#[test]
fn a_file_is_read_again_when_it_changes_and_a_bad_one_leaves_the_last_good_rules() {
    let folder = Folder::new("changes");
    let path = folder.0.join("otel.yaml");
    write(&path, &only(0.0));
    let capture = capture(&path);
    capture.run(|| drop(enter("before")));
    write(&path, &only(1.0));
    until(|| has(&capture, 1.0));
    capture.run(|| drop(enter("after")));
    assert_eq!(kept(&capture), ["after"]);

    write(&path, "rules: [{ratio: 7}]");
    until(|| !capture.stats().sampling.problems.is_empty());
    let problem = capture.stats().sampling.problems.join("\n");
    assert_eq!(
        problem,
        format!(
            "file: {}:5:23: distribution.phoenix_trace.sampling.rules[0].ratio: `7` cannot be used: \
             expected a number from 0 to 1; using none of the rules in this file instead",
            path.display()
        )
    );
    assert!(has(&capture, 1.0), "the last good ones");

    // Another file in its place, as editors write.
    let other = folder.0.join("otel.yaml.new");
    write(&other, &only(0.5));
    fs::rename(&other, &path).expect("it is renamed");
    until(|| has(&capture, 0.5));
    assert_eq!(capture.stats().sampling.problems, [""; 0]);
    fs::remove_file(&path).expect("it is removed");
    until(|| !capture.stats().sampling.problems.is_empty());
    assert!(has(&capture, 0.5));
}

#[test]
fn what_is_emptied_before_it_is_written_has_no_other_rules_meanwhile() {
    let folder = Folder::new("empty");
    let path = folder.0.join("otel.yaml");
    write(&path, &only(0.25));
    let capture = capture(&path);
    fs::write(&path, "").expect("it is written");
    until(|| !capture.stats().sampling.problems.is_empty());
    let expected = format!("file: {}: there are no keys in it", path.display());
    assert_eq!(capture.stats().sampling.problems, [expected]);
    assert!(has(&capture, 0.25));
    write(&path, &only(0.5));
    until(|| has(&capture, 0.5));
}

#[test]
fn rules_under_a_misspelt_key_are_no_rules_that_are_gone() {
    let folder = Folder::new("misspelt");
    let path = folder.0.join("otel.yaml");
    write(&path, &only(0.25));
    let capture = capture(&path);
    for (text, problem) in [
        (
            "distribution: {phoenix_trace: {samplng: {rules: [{ratio: 1}]}}}",
            "1:32: distribution.phoenix_trace: unknown key `samplng`; did you mean `sampling`?",
        ),
        (
            "distribution: [1]",
            "1:15: distribution: a list cannot be used: expected a mapping; using none instead",
        ),
    ] {
        fs::write(&path, format!("{text}\n")).expect("it is written");
        let expected = format!("file: {}:{problem}", path.display());
        let told = || capture.stats().sampling.problems;
        until(|| !told().is_empty());
        assert_eq!(told(), [expected]);
        assert!(has(&capture, 0.25));
        write(&path, &only(0.25));
        until(|| told().is_empty());
    }
}

#[test]
fn rules_are_gone_when_the_file_says_so_and_not_when_it_ends_before_them() {
    let folder = Folder::new("half");
    let path = folder.0.join("otel.yaml");
    write(&path, &only(0.25));
    let capture = capture(&path);
    let told = || capture.stats().sampling.problems;
    let expected = format!(
        "file: {}: `distribution.phoenix_trace.sampling` is not in it any more, as in a file that is being written; \
         to have no rules write `rules: []` there",
        path.display()
    );
    let whole = text(&only(0.25));
    for end in [
        "distribution",
        "distribution:",
        "phoenix_trace:",
        "sampling:",
        "rules:",
    ] {
        let end =
            whole.find(end).expect("it is there") + end.len() * usize::from(end.ends_with(':'));
        fs::write(&path, &whole[..end]).expect("it is written");
        until(|| !told().is_empty());
        assert_eq!(told(), [expected.as_str()], "{}", &whole[..end]);
        assert!(has(&capture, 0.25));
        write(&path, &only(0.25));
        until(|| told().is_empty());
    }
    write(&path, "rules: []");
    until(|| !has(&capture, 0.25));
    assert_eq!(told(), [""; 0]);
}

#[test]
fn a_limit_on_errors_is_not_for_segments_that_started_before_it() {
    let folder = Folder::new("limit");
    let path = folder.0.join("otel.yaml");
    write(&path, &only(0.0));
    let capture = capture(&path);
    capture.run(|| {
        let before = enter("pay");
        write(
            &path,
            "error_limit: 0\nrules: [{ratio: 0, slower_than: 1h}]",
        );
        until(|| rules(&capture).contains("slower than 3600s"));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                capture.run(|| (0..100).for_each(|_| failing("pay", "Timeout")));
            });
        });
        before.outcome(Outcome::Err(Failure::new("Timeout")));
    });
    let stats = capture.stats();
    assert!(stats.sampling.errors_cut > 0, "{stats}");
    let certain = capture.exported();
    let certain = certain.iter().filter(|span| state(span) == "ot=th:0");
    assert_eq!(certain.count(), 1, "the one that started before");
}

#[test]
fn a_file_has_no_more_overrides_than_there_may_be() {
    let folder = Folder::new("many");
    let path = folder.0.join("otel.yaml");
    let one = "{operation: pay, always: true, expires: \"2999-01-01T00:00:00Z\"}";
    let many = |number: usize| format!("overrides: [{}]", vec![one; number].join(", "));
    write(&path, &many(64));
    assert_eq!(Config::from_file(&path).problems(), []);
    write(&path, &many(65));
    let problems = Config::from_file(&path);
    let problem = problems.problems()[0].to_string();
    assert!(
        problem.contains("65 overrides: expected at most 64"),
        "{problem}"
    );
}

#[test]
fn a_config_map_of_kubernetes_is_swapped_by_its_link() {
    let folder = Folder::new("links");
    let version = |name: &str, ratio: f64| {
        let version = folder.0.join(name);
        fs::create_dir_all(&version).expect("a folder");
        write(&version.join("otel.yaml"), &only(ratio));
        version
    };
    let data = folder.0.join("..data");
    symlink(version("..1", 0.25), &data).expect("a link");
    let path = folder.0.join("otel.yaml");
    symlink(Path::new("..data/otel.yaml"), &path).expect("a link");
    let capture = capture(&path);
    assert!(has(&capture, 0.25));
    for (name, ratio) in [("..2", 0.5), ("..3", 0.75)] {
        let next = folder.0.join("..data_tmp");
        symlink(version(name, ratio), &next).expect("a link");
        fs::rename(&next, &data).expect("it is swapped");
        until(|| has(&capture, ratio));
    }
}

#[test]
fn a_release_is_swapped_by_the_link_above_the_file() {
    let folder = Folder::new("release");
    let release = |name: &str, ratio: f64| {
        let path = folder.0.join(name);
        fs::create_dir(&path).expect("a directory");
        write(&path.join("otel.yaml"), &only(ratio));
        path
    };
    let current = folder.0.join("current");
    symlink(release("r1", 0.25), &current).expect("a link");
    let capture = capture(&current.join("otel.yaml"));
    assert!(has(&capture, 0.25));
    let next = folder.0.join("next");
    symlink(release("r2", 0.5), &next).expect("a link");
    fs::rename(&next, &current).expect("it is swapped");
    until(|| has(&capture, 0.5));
}

#[test]
fn a_file_is_found_again_when_its_directory_was_removed() {
    let folder = Folder::new("removed");
    let directory = folder.0.join("a/b");
    let path = directory.join("otel.yaml");
    fs::create_dir_all(&directory).expect("a directory");
    write(&path, &only(0.25));
    let capture = capture(&path);
    for ratio in [0.5, 0.75] {
        fs::remove_dir_all(folder.0.join("a")).expect("it is removed");
        until(|| !capture.stats().sampling.problems.is_empty());
        fs::create_dir_all(&directory).expect("a directory");
        write(&path, &only(ratio));
        until(|| has(&capture, ratio));
        // Also what it then holds is followed.
        write(&path, &only(ratio / 8.0));
        until(|| has(&capture, ratio / 8.0));
    }
}

#[test]
fn an_override_in_the_file_ends_when_it_says() {
    let folder = Folder::new("overrides");
    let path = folder.0.join("otel.yaml");
    let at = |from_now: Duration| humantime::format_rfc3339_millis(SystemTime::now() + from_now);
    let sampling = |expires: String| {
        format!(
            "rules: [{{ratio: 0}}]\noverrides: [{{operation: pay, ratio: 1, expires: {expires}}}]"
        )
    };
    write(&path, &sampling(at(Duration::from_secs(3600)).to_string()));
    let capture = capture(&path);
    capture.run(|| drop(enter("pay")));
    assert_eq!(kept(&capture), ["pay"]);
    write(&path, &sampling(at(Duration::from_millis(700)).to_string()));
    until(|| rules(&capture).starts_with("override"));
    until(|| has(&capture, 0.0));
    capture.run(|| drop(enter("pay")));
    assert_eq!(kept(&capture), ["pay"]);
}

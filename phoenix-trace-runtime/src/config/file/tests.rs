use super::*;

fn var(name: &str) -> Option<String> {
    let value = match name {
        "STRING_VALUE" => "value",
        "BOOL_VALUE" => "true",
        "INT_VALUE" => "1",
        "FLOAT_VALUE" => "1.1",
        "HEX_VALUE" => "0xdeadbeef",
        "INVALID_MAP_VALUE" => "value\nkey:value",
        "DO_NOT_REPLACE_ME" => "Never use this value",
        "REPLACE_ME" => "${DO_NOT_REPLACE_ME}",
        "VALUE_WITH_ESCAPE" => "value$$",
        "EMPTY" => "",
        "LONG" => return Some("x".repeat(1 << 20)),
        _ => return None,
    };
    Some(value.to_owned())
}

fn parsed(text: &str) -> Result<Node, String> {
    let document = Document::parse("otel.yaml", text, &var);
    document
        .map(|document| document.root)
        .map_err(|broken| broken.to_string())
}

fn broken(text: &str) -> String {
    match parsed(text) {
        Ok(node) => panic!("{node:?}"),
        Err(broken) => broken,
    }
}

/// The value of `key`.
fn value(text: &str) -> String {
    let root = parsed(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    match root.get("key") {
        Some(Node {
            value: Value::Text,
            text,
            ..
        }) => format!("Text({text:?})"),
        Some(node) => format!("{:?}", node.value),
        None => format!("{root:?}"),
    }
}

#[test]
fn references_are_replaced_as_the_table_of_the_specification_says() {
    for (text, expected) in [
        ("key: ${STRING_VALUE}", r#"Text("value")"#),
        ("key: ${BOOL_VALUE}", "Bool(true)"),
        ("key: ${INT_VALUE}", "Int(1)"),
        ("key: ${FLOAT_VALUE}", "Float(1.1)"),
        ("key: ${HEX_VALUE}", "Int(3735928559)"),
        (r#"key: "${STRING_VALUE}""#, r#"Text("value")"#),
        (r#"key: "${BOOL_VALUE}""#, r#"Text("true")"#),
        (r#"key: "${INT_VALUE}""#, r#"Text("1")"#),
        (r#"key: "${FLOAT_VALUE}""#, r#"Text("1.1")"#),
        (r#"key: "${HEX_VALUE}""#, r#"Text("0xdeadbeef")"#),
        ("key: ${env:STRING_VALUE}", r#"Text("value")"#),
        ("key: ${INVALID_MAP_VALUE}", r#"Text("value\nkey:value")"#),
        (
            "key: foo ${STRING_VALUE} ${FLOAT_VALUE}",
            r#"Text("foo value 1.1")"#,
        ),
        ("key: ${UNDEFINED_KEY}", "Null"),
        ("key: ${EMPTY:-fallback}", r#"Text("fallback")"#),
        ("key: ${UNDEFINED_KEY:-fallback}", r#"Text("fallback")"#),
        (
            "key: ${UNDEFINED_KEY:-http://localhost:4318}/v1/traces",
            r#"Text("http://localhost:4318/v1/traces")"#,
        ),
        ("key: ${REPLACE_ME}", r#"Text("${DO_NOT_REPLACE_ME}")"#),
        (
            "key: ${UNDEFINED_KEY:-${STRING_VALUE}}",
            r#"Text("${STRING_VALUE}")"#,
        ),
        ("key: $${STRING_VALUE}", r#"Text("${STRING_VALUE}")"#),
        ("key: $$${STRING_VALUE}", r#"Text("$value")"#),
        ("key: $$$${STRING_VALUE}", r#"Text("$${STRING_VALUE}")"#),
        (
            "key: $${STRING_VALUE:-fallback}",
            r#"Text("${STRING_VALUE:-fallback}")"#,
        ),
        (
            "key: $${STRING_VALUE:-${STRING_VALUE}}",
            r#"Text("${STRING_VALUE:-value}")"#,
        ),
        (
            "key: ${UNDEFINED_KEY:-$${UNDEFINED_KEY}}",
            r#"Text("${UNDEFINED_KEY:-${UNDEFINED_KEY}}")"#,
        ),
        ("key: ${VALUE_WITH_ESCAPE}", r#"Text("value$$")"#),
        ("key: a $$ b", r#"Text("a $ b")"#),
        ("key: a $ b", r#"Text("a $ b")"#),
        ("key: |-\n  ${INT_VALUE}", r#"Text("1")"#),
        ("key: !!str ${INT_VALUE}", r#"Text("1")"#),
        (r#"{"key": 0.5}"#, "Float(0.5)"),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
    let key = parsed("${STRING_VALUE}: value").expect("it is YAML");
    assert!(key.get("${STRING_VALUE}").is_some(), "{key:?}");
}

#[test]
fn what_is_no_configuration_is_told_with_its_place() {
    for (text, expected) in [
        (
            "a: 1\nkey: ${STRING_VALUE:?error}",
            "otel.yaml:2:6: `${STRING_VALUE:?error}` is no reference to a variable: expected `${NAME}`, \
             `${NAME:-default}`, or `$$` for a dollar sign",
        ),
        (
            "key: ${1API_KEY}",
            "otel.yaml:1:6: `${1API_KEY}` is no reference to a variable: expected `${NAME}`, `${NAME:-default}`, or `$$` \
             for a dollar sign",
        ),
        (
            "a: 1\n a: 2",
            "otel.yaml:2:3: this is not YAML: mapping values are not allowed in this context",
        ),
        (
            "a: 1\nb: 2\na: 3",
            "otel.yaml:3:1: the key `a` stands here twice",
        ),
        (
            "a: 1\n---\nb: 2",
            "otel.yaml:2:1: a second document: the file holds one",
        ),
        ("a: &a [*a]", "otel.yaml:1:8: an alias to what holds it"),
        (
            "a: !secret b",
            "otel.yaml:1:4: the tag `!secret` means nothing here",
        ),
        ("? [a]\n: b", "otel.yaml:1:3: a key that is no text"),
    ] {
        assert_eq!(broken(text), expected, "{text}");
    }
}

#[test]
fn a_small_file_does_not_become_a_large_tree() {
    let deep = "[".repeat(100) + &"]".repeat(100);
    assert_eq!(broken(&deep), "otel.yaml:1:65: deeper than 64 levels");
    let mut laughs = "l0: &l0 [ha]\n".to_owned();
    for level in 1..30 {
        let below = format!("*l{}, ", level - 1).repeat(10);
        laughs += &format!("l{level}: &l{level} [{below}]\n");
    }
    assert!(broken(&laughs).contains("too much: at most 100000 values"));
    let long = format!("key: {}", "${LONG}".repeat(5));
    assert!(broken(&long).contains("more than 4194304 bytes"));
    let list = format!("- {}\n", "${LONG}").repeat(5);
    assert!(broken(&list).contains("too much"));
}

#[test]
fn aliases_repeat_what_they_stand_for() {
    let root = parsed("a: &x {b: 1}\nkey: [*x, *x]").expect("it is YAML");
    let Some(Value::Sequence(items)) = root.get("key").map(|node| &node.value) else {
        panic!("{root:?}")
    };
    assert_eq!(items.len(), 2);
    assert_eq!(Some(&items[0]), root.get("a"));
}

#[test]
fn values_are_read_by_what_they_should_be() {
    let text = "
number: many
ratio: 2
flag: yes
word: blue
list: {}
sectoin: {}
somethingelse: 1
right: 7
choice:
  one: {}
  two: {}
";
    let document = Document::parse("otel.yaml", text, &var).expect("it is YAML");
    let source = Source::new(&document);
    let root = source.root(&[
        "number", "ratio", "flag", "word", "list", "section", "right", "choice",
    ]);
    assert_eq!(root.whole("number", 1, "512"), None);
    assert_eq!(root.ratio("ratio", "1"), None);
    assert_eq!(root.flag("flag", "false"), None);
    assert_eq!(root.word("word", &[("red", 1), ("green", 2)], "red"), None);
    assert_eq!(root.items("list").len(), 0);
    assert_eq!(root.whole("right", 1, "512"), Some(7));
    let choice = root.get("choice").expect("it is there");
    assert!(choice.choice(&["one", "two"]).is_none());
    let found = source.into_found();
    let problems: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "otel.yaml:2:9: number: `many` cannot be used: expected a whole number, 1 or more; using 512 instead",
            "otel.yaml:3:8: ratio: `2` cannot be used: expected a number from 0 to 1; using 1 instead",
            "otel.yaml:4:7: flag: `yes` cannot be used: expected true or false; using false instead",
            "otel.yaml:5:7: word: `blue` cannot be used: expected red, green; using red instead",
            "otel.yaml:6:7: list: a mapping cannot be used: expected a list; using none instead",
            "otel.yaml:7:1: unknown key `sectoin`; did you mean `section`?",
            "otel.yaml:8:1: unknown key `somethingelse`; expected one of number, ratio, flag, word, list, section, right, \
             choice",
            "otel.yaml:11:3: choice: 2 keys where one chooses: expected one of one, two; it is left out",
        ]
    );
    assert_eq!(
        found
            .places
            .get("right")
            .map(ToString::to_string)
            .as_deref(),
        Some("otel.yaml:9:8")
    );
}

#[test]
fn a_file_that_cannot_be_read_is_told() {
    let missing = Document::load(Path::new("/nowhere/otel.yaml"), &var);
    let error = missing.expect_err("it is not there").to_string();
    assert!(
        error.starts_with("/nowhere/otel.yaml: it cannot be read: "),
        "{error}"
    );
    let device = Document::load(Path::new("/dev/zero"), &var);
    let error = device.expect_err("it does not end").to_string();
    assert_eq!(
        error,
        "/dev/zero: it is no regular file: expected a file in YAML or JSON"
    );
    let folder = Document::load(&std::env::temp_dir(), &var);
    let error = folder.expect_err("it is a folder").to_string();
    assert!(error.contains("it is a directory"), "{error}");
}

use proptest::prelude::*;

use super::*;

fn parse(fields: &[&str]) -> Result<TraceState, InvalidTraceState> {
    TraceState::parse(fields.iter().map(|field| field.as_bytes()))
}

fn check(fields: &[&str], expected: &str) {
    assert_eq!(
        parse(fields).as_ref().map(TraceState::as_str),
        Ok(expected),
        "{fields:?}"
    );
}

#[test]
fn fields_join_in_order_without_empty_members_and_white_space() {
    check(&[], "");
    check(&[""], "");
    check(&[" \t", ",, ,"], "");
    check(&["foo=1,bar=2"], "foo=1,bar=2");
    check(
        &["foo=1,bar=2", "rojo=1,congo=2", "baz=3"],
        "foo=1,bar=2,rojo=1,congo=2,baz=3",
    );
    check(&["foo=1", ""], "foo=1");
    check(&["", "foo=1"], "foo=1");
    check(&["foo=1 \t , \t bar=2, \t baz=3"], "foo=1,bar=2,baz=3");
    check(&["foo=1\t \t,\t \tbar=2"], "foo=1,bar=2");
    check(&["\t foo=1 \t"], "foo=1");
    check(&["foo=1,,,bar=2,"], "foo=1,bar=2");
    assert!(parse(&["", " , "]).unwrap().0.is_none());
}

#[test]
fn of_repeated_keys_the_most_recent_member_stays() {
    check(&["foo=1,foo=1"], "foo=1");
    check(&["foo=1,foo=2"], "foo=1");
    check(&["foo=1", "foo=2"], "foo=1");
    check(&["foo=1,bar=2,foo=3,foobar=4"], "foo=1,bar=2,foobar=4");
}

#[test]
fn leading_spaces_belong_to_the_value() {
    check(&["foo=  1 "], "foo=  1");
    assert_eq!(parse(&["foo=  1 "]).unwrap().get("foo"), Some("  1"));
}

#[test]
fn every_character_of_the_grammar_is_taken() {
    let key = "abcdefghijklmnopqrstuvwxyz0123456789_-*/@a-z0-9_-*/";
    let value: String = (' '..='~').filter(|c| !",=".contains(*c)).collect();
    check(&[&format!("{key}={value}")], &format!("{key}={value}"));
    for key in ["0", "foo@", "foo@@bar", "foo@bar@baz", "a/b", "1*"] {
        check(&[&format!("{key}=1")], &format!("{key}=1"));
    }
}

#[test]
fn one_bad_member_loses_the_list() {
    for member in [
        "foo",
        "=",
        "=1",
        "foo=",
        "foo= ",
        "foo =1",
        "FOO=1",
        "foo.bar=1",
        "@foo=1",
        "_foo=1",
        "foo=bar=baz",
        "foo=a\tb",
        "foo=é",
        "foo=a\u{7f}",
        "foo=a\0",
        "foo=a\r\nb",
        "é=1",
    ] {
        assert_eq!(
            parse(&["ok=1", member]),
            Err(InvalidTraceState::Member),
            "{member:?}"
        );
        assert_eq!(
            parse(&[&format!("{member},ok=1")]),
            Err(InvalidTraceState::Member),
            "{member:?}"
        );
    }
}

#[test]
fn parts_have_256_characters_at_most() {
    for key in [
        "z".repeat(256),
        format!("{}@{}", "t".repeat(241), "v".repeat(14)),
        format!("{}@v", "t".repeat(242)),
    ] {
        check(&["foo=1", &format!("{key}=1")], &format!("foo=1,{key}=1"));
    }
    let long = "z".repeat(257);
    assert!(parse(&["foo=1", &format!("{long}=1")]).is_err());
    assert!(parse(&[&format!("a={}", &long[1..])]).is_ok());
    assert!(parse(&[&format!("a={long}")]).is_err());
}

#[test]
fn members_and_input_are_limited() {
    let members = |n: usize| (0..n).map(|i| format!("bar{i}={i}")).collect::<Vec<_>>();
    check(&[&members(32).join(",")], &members(32).join(","));
    assert_eq!(
        parse(&[&members(33).join(",")]),
        Err(InvalidTraceState::TooManyMembers)
    );
    assert_eq!(parse(&["a=1"; 33]), Err(InvalidTraceState::TooManyMembers));

    let padded = format!("a=1{}", " ".repeat(MAX_INPUT - 3));
    check(&[&padded], "a=1");
    assert_eq!(parse(&[&padded, ""]), Err(InvalidTraceState::TooLong));
    assert_eq!(parse(&["a=1", &padded]), Err(InvalidTraceState::TooLong));
    assert_eq!(parse(&[""; MAX_INPUT + 2]), Err(InvalidTraceState::TooLong));
}

#[test]
fn a_changed_member_moves_to_the_left() {
    let state = parse(&["a=1,b=2,c=3"]).unwrap();
    assert_eq!(state.with("b", "9").unwrap().as_str(), "b=9,a=1,c=3");
    assert_eq!(state.with("d", "4").unwrap().as_str(), "d=4,a=1,b=2,c=3");
    assert_eq!(state.with("c", "3").unwrap(), state, "nothing changed");
    assert_eq!(TraceState::EMPTY.with("a", "1").unwrap().as_str(), "a=1");
    assert_eq!(state.without("b").as_str(), "a=1,c=3");
    assert_eq!(state.without("x"), state);
    assert!(
        TraceState::EMPTY
            .with("a", "1")
            .unwrap()
            .without("a")
            .is_empty()
    );
    for (key, value) in [
        ("A", "1"),
        ("a", ""),
        ("a", "1 "),
        ("a", "1,b=2"),
        ("a", "é"),
    ] {
        assert_eq!(state.with(key, value), Err(InvalidTraceState::Member));
    }
}

#[test]
fn a_new_member_pushes_the_last_of_32_out() {
    let full = (0..32)
        .map(|i| format!("k{i}=v"))
        .collect::<Vec<_>>()
        .join(",");
    let state = parse(&[&full]).unwrap().with("new", "v").unwrap();
    assert_eq!(state.iter().count(), MAX_MEMBERS);
    assert_eq!(
        (state.get("new"), state.get("k30"), state.get("k31")),
        (Some("v"), Some("v"), None)
    );
}

#[test]
fn truncation_takes_large_members_then_the_right_end() {
    let large = format!("large={}", "x".repeat(123));
    let exact = format!("exact={}", "x".repeat(122));
    let check = |text: &str, limit, expected: &str| {
        assert_eq!(
            parse(&[text]).unwrap().truncated(limit).as_str(),
            expected,
            "{text} to {limit}"
        );
    };
    check("a=1,b=2,c=3", 11, "a=1,b=2,c=3");
    check("a=1,b=2,c=3", 10, "a=1,b=2");
    check("a=1,b=2,c=3", 7, "a=1,b=2");
    check("a=1,b=2,c=3", 6, "a=1");
    check("a=1,b=2,c=3", 2, "");
    check("a=1,b=2,c=3", 0, "");
    check(&format!("{large},a=1"), 512, &format!("{large},a=1"));
    check(
        &format!("{large},a=1,{exact}"),
        132,
        &format!("a=1,{exact}"),
    );
    check(&format!("{large},a=1,{exact}"), 131, "a=1");
    check(&large, 100, "");
    // No more of them than must.
    let (first, second) = (format!("1{large}"), format!("2{large}"));
    check(
        &format!("{first},a=1,{second},b=2"),
        large.len() + 9,
        &format!("{first},a=1,b=2"),
    );
}

#[test]
fn the_api_gets_what_it_can_hold() {
    let state = parse(&["rojo=1,foo@@bar=2,tenant@vendor=3"]).unwrap();
    assert_eq!(state.to_opentelemetry().header(), "rojo=1,tenant@vendor=3");
    let back = TraceState::from_opentelemetry(&state.to_opentelemetry());
    assert_eq!(
        state.updated_to(&back),
        state,
        "untouched, it keeps its order"
    );

    let changed = back.with("ot", "th:0").unwrap();
    assert_eq!(
        state.updated_to(&changed).as_str(),
        "ot=th:0,rojo=1,tenant@vendor=3,foo@@bar=2"
    );
}

#[test]
fn what_the_api_cannot_hold_gives_way_to_what_it_added() {
    let list = (0..31)
        .map(|i| format!("k{i}=v"))
        .collect::<Vec<_>>()
        .join(",");
    let state = parse(&["foo@@bar=1", &list]).unwrap();
    let changed = TraceState::from_opentelemetry(&state.to_opentelemetry())
        .with("new", "1")
        .unwrap();
    let sent = state.updated_to(&changed);
    assert_eq!(sent, changed);
    assert_eq!(sent.iter().count(), MAX_MEMBERS);
}

#[test]
fn what_the_api_should_not_hold_is_not_sent() {
    let api = ApiTraceState::from_key_value([
        ("a", "1"),
        ("b", ""),
        ("c", "x\r\ny: z"),
        ("d", "é"),
        ("e", "2"),
    ])
    .unwrap();
    assert_eq!(TraceState::from_opentelemetry(&api).as_str(), "a=1,e=2");
}

proptest! {
    /// Whatever is accepted is a fixed point: sent on, the next process reads the same.
    #[test]
    fn accepted_lists_survive_the_wire(fields in proptest::collection::vec("[ab=, \t]{0,12}", 0..6)) {
        let fields: Vec<_> = fields.iter().map(String::as_str).collect();
        if let Ok(state) = parse(&fields) {
            prop_assert_eq!(parse(&[state.as_str()]), Ok(state.clone()));
            prop_assert_eq!(TraceState::from_opentelemetry(&state.to_opentelemetry()), state);
        }
    }

    #[test]
    fn any_bytes_are_harmless(fields in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..8)) {
        if let Ok(state) = TraceState::parse(fields.iter().map(Vec::as_slice)) {
            prop_assert!(state.as_str().bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        }
    }

    #[test]
    fn truncation_keeps_whole_members_within_the_limit(
        sizes in proptest::collection::vec(1_usize..250, 0..32),
        limit in 0_usize..5000,
    ) {
        let members: Vec<_> = sizes.iter().enumerate().map(|(i, n)| format!("k{i}={}", "v".repeat(*n))).collect();
        let state = parse(&[&members.join(",")]).unwrap();
        let short = state.truncated(limit);
        prop_assert!(short.as_str().len() <= limit);
        prop_assert!(short.iter().all(|(key, value)| state.get(key) == Some(value)));
    }

    #[test]
    fn what_was_set_is_read(list in "([a-c]=[xy],){0,4}", key in "[a-c]", value in "[ xy]{0,2}[xy]") {
        let state = parse(&[&list]).unwrap().with(&key, &value).unwrap();
        prop_assert_eq!(state.get(&key), Some(value.as_str()));
        prop_assert_eq!(parse(&[state.as_str()]), Ok(state.clone()));
    }
}

use proptest::prelude::*;

use super::*;

fn parse(fields: &[&str]) -> (Baggage, bool) {
    Baggage::parse(fields.iter().map(|field| field.as_bytes()))
}

/// Everything is kept, and sent as `expected`.
fn check(fields: &[&str], expected: &str) {
    let (baggage, dropped) = parse(fields);
    assert_eq!((baggage.as_str(), dropped), (expected, false), "{fields:?}");
}

/// Something is dropped, and `expected` is what remains.
fn check_dropped(fields: &[&str], expected: &str) {
    let (baggage, dropped) = parse(fields);
    assert_eq!((baggage.as_str(), dropped), (expected, true), "{fields:?}");
}

#[test]
fn fields_join_without_white_space() {
    check(&[], "");
    check(&["", " \t", ",,"], "");
    check(&["SomeKey=SomeValue"], "SomeKey=SomeValue");
    check(&["a=1,b=2", "c=3"], "a=1,b=2,c=3");
    check(&["a=1,", "", ",b=2"], "a=1,b=2");
    check(
        &["userId =   alice", "node = DF%2028, prod = false"],
        "userId=alice,node=DF%2028,prod=false",
    );
    check(
        &["k \t = \t v \t ; \t p \t , \t k2 \t = \t v2 \t ; \t q \t = \t w"],
        "k=v;p,k2=v2;q=w",
    );
    check(&["a=", "b= "], "a=,b=");
}

#[test]
fn values_may_hold_equals_signs_and_properties_repeat() {
    check(&["a=b=c"], "a=b=c");
    assert_eq!(parse(&["a=b=c"]).0.get("a").as_deref(), Some("b=c"));
    check(&["a=1;p;p=2;p=3"], "a=1;p;p=2;p=3");
    check(&["a=1;p%20%3D%20q"], "a=1;p%20%3D%20q");
    let baggage = parse(&["a=1;p;q=2%2C3,b=2"]).0;
    let members: Vec<_> = baggage
        .iter()
        .map(|m| (m.key, m.value.into_owned(), m.properties))
        .collect();
    assert_eq!(
        members,
        [("a", "1".into(), "p;q=2%2C3"), ("b", "2".into(), "")]
    );
}

#[test]
fn values_are_decoded_when_read() {
    let get = |field: &str| parse(&[field]).0.get("a").map(Cow::into_owned);
    assert_eq!(get("a=Am%C3%A9lie").as_deref(), Some("Amélie"));
    assert_eq!(get("a=am%c3%a9lie").as_deref(), Some("amélie"));
    assert_eq!(get("a=x%FFy").as_deref(), Some("x\u{fffd}y"));
    assert_eq!(get("a=%E2%82").as_deref(), Some("\u{fffd}"));
    assert_eq!(
        get("a=%09%20%22%27%3B%3Dasdf%21%40%23%24%25%5E%26%2A%28%29").as_deref(),
        Some("\t \"';=asdf!@#$%^&*()")
    );
    assert_eq!(
        get("a=1,a=2").as_deref(),
        Some("2"),
        "the last of a repeated name"
    );
    assert_eq!(get("%61=1"), None, "names are not decoded");
}

#[test]
fn a_percent_sign_that_encodes_nothing_is_encoded() {
    check(&["a=100%"], "a=100%25");
    check(&["a=%,b=%4,c=%zz,d=%%41"], "a=%25,b=%254,c=%25zz,d=%25%41");
    assert_eq!(parse(&["a=100%"]).0.get("a").as_deref(), Some("100%"));
}

#[test]
fn malformed_members_are_dropped_alone() {
    for member in [
        "a",
        "=1",
        " =1",
        "a b=1",
        "a=b c",
        "a=\"b\"",
        "a=b\\c",
        "a=é",
        "é=1",
        "a(=1",
        "a=1;p q",
        "a=1;=2",
        "a=1;p=\"",
        "a=\u{7f}",
        "a=b\tc",
        "a=b\r\nc",
        "a\r\n=b",
        "a=1;p=\r\n",
        "a=\0",
    ] {
        check_dropped(&[&format!("x=1,{member},y=2")], "x=1,y=2");
        check_dropped(&[member], "");
    }
}

#[test]
fn line_breaks_never_leave() {
    let baggage = parse(&["a=x%0D%0ASet-Cookie:%20y"]).0;
    assert_eq!(baggage.get("a").as_deref(), Some("x\r\nSet-Cookie: y"));
    assert_eq!(baggage.as_str(), "a=x%0D%0ASet-Cookie:%20y");
    let copied = baggage.with("b", &baggage.get("a").unwrap()).unwrap();
    assert!(
        copied.as_str().ends_with("b=x%0D%0ASet-Cookie:%20y"),
        "{copied}"
    );
    for properties in ["p=\r\n", "\n", "p=1\u{0}"] {
        assert_eq!(
            baggage.with_properties("c", "", properties),
            Err(InvalidBaggage::Malformed)
        );
    }
}

#[test]
fn everything_within_the_limits_travels() {
    let members = |n: usize| (0..n).map(|i| format!("key{i}=value")).collect::<Vec<_>>();
    check(&[&members(64).join(",")], &members(64).join(","));
    let many = members(64);
    let each: Vec<_> = many.iter().map(String::as_str).collect();
    check(&each, &members(64).join(","));

    let longest = format!("a={}", "0123456789".repeat(819));
    assert_eq!(longest.len(), MAX_LENGTH);
    check(&[&longest], &longest);
    let half = format!("a={}", "x".repeat(MAX_LENGTH / 2 - 3));
    check(&[&half, &half, ""], &format!("{half},{half}"));
}

#[test]
fn beyond_the_limits_whole_members_are_dropped() {
    let members = (0..65).map(|i| format!("key{i}=value")).collect::<Vec<_>>();
    check_dropped(&[&members.join(",")], &members[..64].join(","));

    check_dropped(&[&format!("a=1,b={},c=3", "x".repeat(MAX_LENGTH))], "a=1");
    check_dropped(
        &["a=1", &format!("b={}", "x".repeat(MAX_LENGTH)), "c=3"],
        "a=1",
    );
    let longest = format!("a={}", "x".repeat(MAX_LENGTH - 2));
    check_dropped(&[&longest, "b=1"], &longest);
    check_dropped(&[&format!("{longest}x")], "");

    // White space and the commas between fields count.
    let padded = |spaces| format!("a=1{}", " ".repeat(spaces));
    check(&[&padded(MAX_LENGTH - 7), "b=1"], "a=1,b=1");
    check_dropped(&[&padded(MAX_LENGTH - 6), "b=1"], "a=1");

    // Encoding what was sent in the clear makes a member longer than it was.
    check_dropped(&[&format!("a={}", "%".repeat(3000)), "b=1"], "b=1");
    // Many fields are no way around the limit.
    let small = vec!["k=v"; 100_000];
    let (baggage, dropped) = parse(&small);
    assert!(dropped && baggage.iter().count() == MAX_MEMBERS);
}

#[test]
fn members_are_set_and_removed() {
    let baggage = parse(&["a=1;p,b=2,a=3"]).0;
    assert_eq!(baggage.with("a", "é").unwrap().as_str(), "b=2,a=%C3%A9");
    assert_eq!(
        baggage
            .with_properties("c", "", " q ; r = 1 ")
            .unwrap()
            .as_str(),
        "a=1;p,b=2,a=3,c=;q;r=1"
    );
    assert_eq!(baggage.without("a").as_str(), "b=2");
    assert!(baggage.without("a").without("b").is_empty());
    assert_eq!(baggage.with("a b", "1"), Err(InvalidBaggage::Malformed));
    assert_eq!(baggage.with("", "1"), Err(InvalidBaggage::Malformed));
    assert_eq!(
        baggage.with("c", &"x".repeat(MAX_LENGTH)),
        Err(InvalidBaggage::TooLarge)
    );
    let full = (0..64).fold(Baggage::EMPTY, |b, i| {
        b.with(&format!("k{i}"), "v").unwrap()
    });
    assert_eq!(full.with("one-more", "v"), Err(InvalidBaggage::TooLarge));
    assert!(full.with("k1", "w").is_ok());
}

#[test]
fn debug_shows_names_only() {
    assert_eq!(
        format!("{:?}", parse(&["user=alice,b=2"]).0),
        r#"Baggage["user", "b"]"#
    );
}

#[test]
fn the_api_holds_the_same() {
    let baggage = parse(&["b=2;p=q,a=x%20y,b=3"]).0;
    let api = baggage.to_opentelemetry();
    assert_eq!(api.get("a").unwrap().as_str(), "x y");
    let (back, dropped) = Baggage::from_opentelemetry(&api);
    assert_eq!((back.as_str(), dropped), ("a=x%20y,b=3", false));

    let mut api = ApiBaggage::new();
    api.insert_with_metadata("a", "1", "p=1;q");
    api.insert_with_metadata("b", "2", "x: y\r\nz");
    api.insert("c", "%".repeat(4000));
    let (sent, dropped) = Baggage::from_opentelemetry(&api);
    assert_eq!((sent.as_str(), dropped), ("a=1;p=1;q,b=2", true));
}

proptest! {
    #[test]
    fn any_bytes_are_harmless(
        fields in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..40),
    ) {
        let (baggage, _) = Baggage::parse(fields.iter().map(Vec::as_slice));
        prop_assert!(baggage.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
        prop_assert!(baggage.as_str().len() <= MAX_LENGTH);
        prop_assert!(baggage.iter().count() <= MAX_MEMBERS);
    }

    /// Whatever is accepted is a fixed point: sent on, the next process reads the same.
    #[test]
    fn accepted_members_survive_the_wire(fields in proptest::collection::vec("[ab=,; %\t]{0,16}", 0..6)) {
        let fields: Vec<_> = fields.iter().map(String::as_str).collect();
        let (baggage, _) = parse(&fields);
        prop_assert_eq!(parse(&[baggage.as_str()]), (baggage.clone(), false));
    }

    #[test]
    fn any_value_survives_the_wire(value in any::<String>()) {
        let baggage = Baggage::EMPTY.with("key", &value).unwrap();
        let (read, dropped) = parse(&[baggage.as_str()]);
        prop_assert!(!dropped);
        prop_assert_eq!(read.get("key").unwrap(), value);
    }
}

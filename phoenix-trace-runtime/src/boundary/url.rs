//! URLs as they may be recorded: credentials and the values of secret query parameters redacted.

use std::borrow::Cow;

use http::header::HOST;
use http::{HeaderMap, Uri};

/// Query parameters whose values are signatures or keys.
const SECRET: [&str; 7] = [
    "AWSAccessKeyId",
    "Signature",
    "sig",
    "X-Goog-Signature",
    "X-Amz-Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
];

const REDACTED: &str = "REDACTED";

/// In place of user-info, as the conventions have it (`url.full`), whether that was a name alone or a password too.
pub(crate) const REDACTED_USER: &str = "REDACTED:REDACTED@";

/// The query without the values of secret parameters.
pub(crate) fn query(query: &str) -> Cow<'_, str> {
    if !query.split('&').any(|pair| secret_name(pair).is_some()) {
        return Cow::Borrowed(query);
    }
    let mut out = String::with_capacity(query.len());
    for (index, pair) in query.split('&').enumerate() {
        if index > 0 {
            out.push('&');
        }
        match secret_name(pair) {
            Some(name) => {
                out.push_str(name);
                out.push('=');
                out.push_str(REDACTED);
            }
            None => out.push_str(pair),
        }
    }
    Cow::Owned(out)
}

fn secret_name(pair: &str) -> Option<&str> {
    let (name, value) = pair.split_once('=')?;
    (!value.is_empty() && SECRET.contains(&name)).then_some(name)
}

/// A text without the secrets of the URLs that it is or holds: user-info, and the values of secret parameters in queries and
/// fragments.
pub(crate) fn redacted(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    // How much of the text is in it.
    let mut done = 0;
    for (at, sign) in text.match_indices(['/', '?', '&', '#']) {
        if at < done {
            continue;
        }
        let rest = &text[at + 1..];
        let found = match sign {
            "/" => user_info(rest),
            _ => secret_value(rest),
        };
        if let Some((before, secret, instead)) = found {
            let from = at + 1 + before;
            out.push_str(&text[done..from]);
            out.push_str(instead);
            done = from + secret;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// What stands before something secret, how long that is, and what is written instead.
type Found = (usize, usize, &'static str);

/// Behind the first slash of an authority.
fn user_info(text: &str) -> Option<Found> {
    let rest = text.strip_prefix('/')?;
    let ends = |c: char| ends_url(c) || matches!(c, '/' | '?' | '#');
    let authority = rest.split(ends).next()?;
    Some((1, authority.rfind('@')? + 1, REDACTED_USER))
}

/// Behind the sign that begins a parameter.
fn secret_value(text: &str) -> Option<Found> {
    let name = SECRET.into_iter().find(|name| {
        let value = text.strip_prefix(name);
        value.is_some_and(|value| value.starts_with('='))
    })?;
    let before = name.len() + 1;
    let ends = |c: char| ends_url(c) || matches!(c, '&' | '#' | '(' | ')' | '\'');
    let value = text[before..].split(ends).next()?;
    (!value.is_empty()).then_some((before, value.len(), REDACTED))
}

/// What stands behind a URL in a text, and in none.
fn ends_url(c: char) -> bool {
    c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`')
}

/// A message without the secrets of the URLs that it may tell.
pub(crate) fn redacted_in(message: String) -> String {
    match redacted(&message) {
        Cow::Borrowed(_) => message,
        Cow::Owned(redacted) => redacted,
    }
}

/// Whom a request is for, without credentials.
pub(crate) fn authority<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    let authority = match uri.authority() {
        Some(authority) => authority.as_str(),
        None => headers.get(HOST)?.to_str().ok()?,
    };
    Some(without_credentials(authority))
}

/// An authority without its user-info.
pub(crate) fn without_credentials(authority: &str) -> &str {
    if !authority.as_bytes().contains(&b'@') {
        return authority;
    }
    let at = authority.bytes().rposition(|byte| byte == b'@');
    at.and_then(|at| authority.get(at + 1..))
        .unwrap_or(authority)
}

/// Host and port of whom a request is for, if that is known: by an authority without user-info.
pub(crate) fn server(authority: Option<&str>) -> (Option<&str>, Option<u16>) {
    authority.map_or((None, None), |authority| {
        let (host, port) = host_and_port(authority);
        (Some(host), port)
    })
}

/// Host and port of an authority without user-info; of an IPv6 address without its brackets.
pub(crate) fn host_and_port(authority: &str) -> (&str, Option<u16>) {
    if authority.starts_with('[') {
        return of_ip_literal(authority).unwrap_or((authority, None));
    }
    // From behind: the port is short.
    let colon = authority.bytes().rposition(|byte| byte == b':');
    match colon.and_then(|colon| Some((authority.get(..colon)?, authority.get(colon + 1..)?))) {
        Some((host, port)) if !host.as_bytes().contains(&b':') => (host, port.parse().ok()),
        _ => (authority, None),
    }
}

#[cold]
fn of_ip_literal(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, rest) = authority.strip_prefix('[')?.split_once(']')?;
    let port = rest.strip_prefix(':').and_then(|port| port.parse().ok());
    Some((host, port))
}

/// The port that a scheme stands for.
pub(crate) fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn secret_values_are_redacted_and_nothing_else() {
        for (given, expected) in [
            ("a=1&b=2", "a=1&b=2"),
            ("sig=abc", "sig=REDACTED"),
            (
                "a=1&X-Amz-Signature=f00&b",
                "a=1&X-Amz-Signature=REDACTED&b",
            ),
            (
                "Signature=a=b&AWSAccessKeyId=k",
                "Signature=REDACTED&AWSAccessKeyId=REDACTED",
            ),
            ("signature=lower&sig&sig=", "signature=lower&sig&sig="),
            ("", ""),
            ("&&sig=1&", "&&sig=REDACTED&"),
        ] {
            assert_eq!(query(given), expected);
        }
    }

    #[test]
    fn urls_lose_their_secrets() {
        for (given, expected) in [
            ("https://a.example/b?c=d#e", "https://a.example/b?c=d#e"),
            (
                "https://user:pw@a.example/b",
                "https://REDACTED:REDACTED@a.example/b",
            ),
            ("//user@a.example", "//REDACTED:REDACTED@a.example"),
            (
                "http://u@a.example:1/@b?sig=1&c#d?sig=2",
                "http://REDACTED:REDACTED@a.example:1/@b?sig=REDACTED&c#d?sig=REDACTED",
            ),
            ("/b@c?sig=1", "/b@c?sig=REDACTED"),
            ("?sig=1", "?sig=REDACTED"),
            ("/a#sig=1&b", "/a#sig=REDACTED&b"),
            (
                "<https://u:p'&sig=1@a.example/>; rel=next, <//u@b/?c>",
                "<https://REDACTED:REDACTED@a.example/>; rel=next, <//REDACTED:REDACTED@b/?c>",
            ),
            (
                "0;url=https://u:p@a,https://v@b",
                "0;url=https://REDACTED:REDACTED@a,https://REDACTED:REDACTED@b",
            ),
            ("a//b/c@d, me@a.example", "a//b/c@d, me@a.example"),
            ("a?sig=&b=/&sig", "a?sig=&b=/&sig"),
            (
                "https://ü@é/?sig=ß#ä",
                "https://REDACTED:REDACTED@é/?sig=REDACTED#ä",
            ),
            ("", ""),
        ] {
            assert_eq!(redacted(given), expected);
        }
    }

    #[test]
    fn messages_lose_the_secrets_of_their_urls() {
        for (given, expected) in [
            ("refused", "refused"),
            (
                "sending for url (http://u:p@a.example/b?c=1&sig=2) failed",
                "sending for url (http://REDACTED:REDACTED@a.example/b?c=1&sig=REDACTED) failed",
            ),
            (
                "`https://a.example/?sig=1`: no & //u@b",
                "`https://a.example/?sig=REDACTED`: no & //REDACTED:REDACTED@b",
            ),
        ] {
            assert_eq!(redacted_in(given.to_owned()), expected);
        }
    }

    #[test]
    fn authorities_are_taken_apart() {
        for (authority, host, port) in [
            ("example.org", "example.org", None),
            ("example.org:8080", "example.org", Some(8080)),
            ("[::1]:80", "::1", Some(80)),
            ("[::1]", "::1", None),
            ("example.org:", "example.org", None),
            ("example.org:99999", "example.org", None),
        ] {
            assert_eq!(host_and_port(authority), (host, port), "{authority}");
        }
        assert_eq!(without_credentials("user:p@ss@host:1"), "host:1");
        assert_eq!(without_credentials("host"), "host");
    }

    proptest! {
        #[test]
        fn no_secret_is_left_wherever_the_url_stands(
            before in "[a-z \"(<]{0,9}",
            user in "[a-zé0-9:@!$&'()*+,;=-]{0,9}",
            path in "[a-zé0-9/@:&=]{0,9}",
            after in "[&#()' >].{0,9}",
        ) {
            let text = format!("{before}https://{user}SECRET@host/{path}?a&sig=SECRET{after}");
            let shown = redacted(&text);
            prop_assert!(!shown.contains("SECRET"), "{}", shown);
        }

        #[test]
        fn whatever_comes_is_read_without_harm(text in "([/?&#@=:.a\\[\\]]|sig=|://|ß){0,40}|.*") {
            let authority = without_credentials(&text);
            let (host, _) = host_and_port(authority);
            prop_assert!(authority.contains(host));
            let signs = text.matches("sig=").count() * REDACTED.len();
            let users = text.matches('@').count() * REDACTED_USER.len();
            prop_assert!(redacted(&text).len() <= text.len() + signs + users);
            query(&text);
        }
    }
}

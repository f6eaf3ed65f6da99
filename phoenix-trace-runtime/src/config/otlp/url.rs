//! URLs in messages: where something goes, without what is secret.

/// So much of a URL is shown, in characters.
const LONGEST: usize = 300;

/// A URL as it may be shown: without user and password, in whose place `…@` stands, and without query.
pub(crate) fn shown(url: &str) -> String {
    let url = url.trim();
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    let after = without_user(rest);
    let user = if after.len() < rest.len() { "…@" } else { "" };
    let after = after.split(['?', '#']).next().unwrap_or_default();
    let shown = format!("{scheme}{user}{}", after.trim_end_matches('/'));
    match shown.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

/// A password that is not percent-encoded may hold what else ends the host.
fn without_user(rest: &str) -> &str {
    let Some((before, after)) = rest.rsplit_once('@') else {
        return rest;
    };
    let (authority, is_all) = match before.split_once(['/', '?', '#']) {
        Some((authority, _)) => (authority, false),
        None => (before, true),
    };
    let port = authority.split_once(':').map_or("", |(_, port)| port);
    let is_host = !authority.contains('@') && port.bytes().all(|byte| byte.is_ascii_digit());
    // Beyond the port of a host, a colon stands between a user and a password.
    let colons = before.matches(':').count() - authority.matches(':').count();
    if is_all || !is_host || colons > 0 {
        return after;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn no_user_password_or_query_is_shown() {
        for (url, expected) in [
            (
                "http://collector:4318/v1/traces/",
                "http://collector:4318/v1/traces",
            ),
            (
                "http://user:secret@collector:4318",
                "http://…@collector:4318",
            ),
            ("user:secret@collector:4318", "…@collector:4318"),
            ("http:/user:secret@collector:4318", "…@collector:4318"),
            ("http//user:secret@collector:4318", "…@collector:4318"),
            (
                "http://user:sec/ret@collector:4318/a",
                "http://…@collector:4318/a",
            ),
            (
                "http://user:sec?ret@collector:4318",
                "http://…@collector:4318",
            ),
            ("http://user:s#cret@collector", "http://…@collector"),
            ("http://secret@ret@collector", "http://…@collector"),
            (
                "https://collector:4318/v1?token=secret",
                "https://collector:4318/v1",
            ),
            ("https://collector/@scope/v1", "https://collector/@scope/v1"),
            ("https://collector?mail=a@b", "https://collector"),
            ("http://[::1]:4318", "http://[::1]:4318"),
        ] {
            assert_eq!(shown(url), expected, "{url}");
        }
    }
}

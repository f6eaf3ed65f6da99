//! Which methods have names: any comes in, one of a few goes out, since they name spans and tell series of metrics apart.

use std::sync::Arc;

/// The methods that a layer knows; by default those of the conventions: RFC 9110's, PATCH and QUERY.
#[derive(Clone, Debug, Default)]
pub(super) struct Methods(Option<Arc<[Box<str>]>>);

impl Methods {
    /// These and no others.
    pub(super) fn only<M: AsRef<str>>(methods: impl IntoIterator<Item = M>) -> Self {
        let methods = methods.into_iter().map(|method| method.as_ref().into());
        Self(Some(methods.collect()))
    }

    /// The method as the conventions name it, and the original where that differs.
    pub(super) fn name<'a>(&self, method: &'a str) -> (&'a str, Option<&'a str>) {
        let is_known = match &self.0 {
            None => is_usual(method),
            Some(known) => known.iter().any(|known| **known == *method),
        };
        if is_known {
            (method, None)
        } else {
            ("_OTHER", Some(method))
        }
    }
}

fn is_usual(method: &str) -> bool {
    matches!(
        method,
        "GET"
            | "HEAD"
            | "POST"
            | "PUT"
            | "DELETE"
            | "CONNECT"
            | "OPTIONS"
            | "TRACE"
            | "PATCH"
            | "QUERY"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_takes_the_place_of_the_usual_ones() {
        let usual = Methods::default();
        assert_eq!(usual.name("QUERY"), ("QUERY", None));
        assert_eq!(usual.name("get"), ("_OTHER", Some("get")));
        assert_eq!(usual.name("PROPFIND"), ("_OTHER", Some("PROPFIND")));
        let some = Methods::only(["GET", "PROPFIND"]);
        assert_eq!(some.name("PROPFIND"), ("PROPFIND", None));
        assert_eq!(some.name("POST"), ("_OTHER", Some("POST")));
    }
}

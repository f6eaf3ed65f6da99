//! Paths that make no span.

/// Exact paths, and prefixes written with a `*` at their end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exclude(Vec<Box<str>>);

impl Exclude {
    pub(crate) fn add(&mut self, pattern: &str) {
        self.0.push(pattern.into());
    }

    #[inline]
    pub(crate) fn has(&self, path: &str) -> bool {
        self.0
            .iter()
            .any(|pattern| match pattern.strip_suffix('*') {
                Some(prefix) => path.starts_with(prefix),
                None => path == &**pattern,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_path_or_a_prefix() {
        let mut exclude = Exclude::default();
        exclude.add("/healthz");
        exclude.add("/internal/*");
        for (path, expected) in [
            ("/healthz", true),
            ("/healthz/", false),
            ("/healthzz", false),
            ("/internal/", true),
            ("/internal/metrics", true),
            ("/internal", false),
            ("/", false),
        ] {
            assert_eq!(exclude.has(path), expected, "{path}");
        }
    }
}

//! Which semantic conventions are written: the stable ones, and no others beside them. Whoever asks for others is told.

use super::vars::Vars;

const STABILITY: &str = "OTEL_SEMCONV_STABILITY_OPT_IN";
const EXCEPTIONS: &str = "OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN";

impl Vars<'_> {
    /// Other words of these lists are for what else instruments the program.
    pub(super) fn conventions(&mut self) {
        let old_ones = ["http/dup", "rpc/dup", "database/dup"];
        let stable = "`http`, `rpc` and `database`, whose earlier conventions are not written";
        self.unsupported(STABILITY, &old_ones, stable, "the stable conventions alone");
        let events = "exceptions to be events of spans, and nothing here";
        self.unsupported(EXCEPTIONS, &["logs", "logs/dup"], events, "events");
    }

    /// A list that has one of these words.
    fn unsupported(&mut self, name: &str, words: &[&str], expected: &str, instead: &str) {
        let Some(list) = self.first(&[name]) else {
            return;
        };
        let mut asked = list.split(',').map(str::trim);
        if asked.any(|asked| words.iter().any(|word| word.eq_ignore_ascii_case(asked))) {
            self.problem(name, &list, expected, instead);
        }
    }
}

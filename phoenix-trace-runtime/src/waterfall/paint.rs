//! Styles in, escape sequences out, or nothing where colour is off.

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Style {
    Plain,
    Dim,
    Bold,
    /// Text about an error.
    Error,
    /// The word that says that something failed.
    Failed,
    /// The colour of the n-th service of a trace.
    Service(usize),
}

/// The terminal's own palette, so that the user's theme decides; red is for errors alone.
const SERVICES: [&str; 10] = ["36", "33", "35", "34", "32", "96", "93", "95", "94", "92"];

/// Appends pieces of text to an output line.
pub(super) struct Painter {
    pub(super) colour: bool,
}

impl Painter {
    pub(super) fn put(&self, out: &mut String, style: Style, text: &str) {
        let code = match style {
            Style::Plain => "",
            Style::Dim => "2",
            Style::Bold => "1",
            Style::Error => "31",
            Style::Failed => "1;31",
            Style::Service(index) => SERVICES[index % SERVICES.len()],
        };
        if self.colour && !code.is_empty() && !text.trim().is_empty() {
            out.extend(["\x1b[", code, "m", text, "\x1b[0m"]);
        } else {
            out.push_str(text);
        }
    }
}

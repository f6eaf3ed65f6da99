//! What is logged before telemetry runs: it is written to standard output at once, by what the environment says of its form.

use std::io::Write as _;
use std::sync::LazyLock;

use super::line::Form;
use super::record::Record;
use crate::config::Config;
use crate::sensitive::Sensitive;

static SETTINGS: LazyLock<(Option<Form>, String, Sensitive)> = LazyLock::new(|| {
    let config = Config::from_env();
    let form = config.log_format_in_force().on_stdout();
    let sensitive = config.effective_sensitive();
    (form, config.service_name().to_owned(), sensitive)
});

pub(super) fn write(record: &mut Record) {
    let (Some(form), service, sensitive) = &*SETTINGS else {
        return;
    };
    record.redact(sensitive);
    let mut line = Vec::new();
    form.write(record, service, &mut line);
    // A closed standard output is no reason to fail.
    let _ = std::io::stdout().lock().write_all(&line);
}

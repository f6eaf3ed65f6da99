//! Writes everything anew that is made of the OpenTelemetry attribute registry.

use std::error::Error;
use std::fs;

use phoenix_trace_tests::semconv_table::generated;

fn main() -> Result<(), Box<dyn Error>> {
    for file in generated()? {
        fs::write(file.path, file.text)?;
    }
    Ok(())
}

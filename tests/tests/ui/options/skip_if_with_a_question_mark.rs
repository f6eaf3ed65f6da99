use phoenix_trace::traced_operation;

#[traced_operation(skip_if = quiet?)]
fn load(quiet: Option<bool>) -> Option<()> {
    quiet.map(drop)
}

fn main() {
    load(None);
}

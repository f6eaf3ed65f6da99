use phoenix_trace::traced_operation;

#[traced_operation(attributes("process.command_args" = words[1..]))]
fn load(words: &[String]) {}

fn main() {
    load(&[]);
}

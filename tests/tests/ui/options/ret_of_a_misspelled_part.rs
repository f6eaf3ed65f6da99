use phoenix_trace::traced_operation;

#[traced_operation(ret("user.id" = |text| text.lenght()))]
async fn load() -> String {
    String::new()
}

fn main() {
    drop(load());
}

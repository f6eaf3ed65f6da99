use phoenix_trace::traced_operation;

#[traced_operation(nam = "x", atributes("user.id" = "me"), roots)]
fn load() {}

fn main() {
    load();
}

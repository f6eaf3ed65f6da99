use phoenix_trace::traced_operation;

#[traced_operation(nam = "x", skip_all, rett, roots)]
fn unknown() {}

#[traced_operation("my span")]
fn positional() {}

#[traced_operation(name = "a" kind = client)]
fn no_comma() {}

#[traced_operation(name = "a", kind = client, name = "b", attributes(), attributes())]
fn twice() {}

#[traced_operation(rpc = "GetURL", skip)]
fn of_an_rpc() {}

fn main() {
    unknown();
    positional();
    no_comma();
    twice();
    of_an_rpc();
}

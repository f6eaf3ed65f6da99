//! A value is evaluated only while spans are recorded: it cannot leave the function.

use phoenix_trace::{event, record, traced_operation};

#[traced_operation(attributes(
    "user.id" = user?,
    "user.name" = name().await,
    "server.port" = { return None },
    "user.email" = async { name().await }.await,
))]
async fn leaves(user: Option<&str>) -> Option<()> {
    record!("user.id" = user?, "user.name" = %name().await);
    for _ in 0..3 {
        event!("seen", "user.id" = { break });
    }
    Some(())
}

async fn name() -> String {
    String::new()
}

#[traced_operation(attributes("user.id" = names.iter().find_map(|name| Some(name.get(1..)?))))]
fn fine(names: &[&str]) {
    record!("user.id" = (|| -> Option<&str> { Some(*names.first()?) })());
}

fn main() {
    drop(leaves(None));
    fine(&[]);
}

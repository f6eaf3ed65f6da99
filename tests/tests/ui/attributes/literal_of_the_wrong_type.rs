use phoenix_trace::{event, record, traced_operation};

#[traced_operation(attributes(
    "http.response.status_code" = "200",
    "http.request.method" = 7,
    "url.path" = true,
    "gen_ai.request.temperature" = "hot",
    "http.request.header.accept" = "text/html",
    "error.type" = ["a", "b"],
    "server.port" = 80.5,
))]
fn annotated() {}

fn main() {
    annotated();
    record!("server.port" = %80, "http.response.status_code" = ?200);
    record!("server.port" = 18_446_744_073_709_551_615, "http.request.header.accept" = ["a", 1]);
    event!("placed", "server.port" = -"80");
}

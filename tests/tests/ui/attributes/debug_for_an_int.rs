use phoenix_trace::record;

fn late() {
    record!("http.response.status_code" = ?200);
}

fn main() {}

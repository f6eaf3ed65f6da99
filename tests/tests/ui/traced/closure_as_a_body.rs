use phoenix_trace::traced;

fn main() {
    let rows = vec![1, 2];
    traced!("count", move || rows.len());
}

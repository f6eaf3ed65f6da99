use phoenix_trace::traced;

fn main() {
    traced!(7, 1);
}

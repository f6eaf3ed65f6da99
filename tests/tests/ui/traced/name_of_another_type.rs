use phoenix_trace::traced;

fn main() {
    traced!(7_u8 + 1, 1);
}

use phoenix_trace::record;

struct Opaque;

fn late(opaque: Opaque) {
    record!("user.name" = ?opaque);
}

fn main() {}

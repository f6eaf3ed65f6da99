#[phoenix_trace::phoenix_main]
fn main()
where
    u8: Copy,
{
}

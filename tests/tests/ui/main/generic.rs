#[phoenix_trace::phoenix_main]
async fn main<T: Default>() {
    drop(T::default());
}

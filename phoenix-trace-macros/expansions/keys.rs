/// Keys owned by this service.
pub mod keys {
    /// The task being scheduled.
    ///
    /// `phoenix.task.id`: a string.
    pub const TASK_ID: ::phoenix_trace::__private::key::Key<
        ::phoenix_trace::__private::key::types::Str,
    > = ::phoenix_trace::__private::key::Key::<
        ::phoenix_trace::__private::key::types::Str,
    >::new("phoenix.task.id");
    /// `phoenix.queue.depths`: an array of ints.
    pub const QUEUE_DEPTHS: ::phoenix_trace::__private::key::Key<
        ::phoenix_trace::__private::key::types::IntArray,
    > = ::phoenix_trace::__private::key::Key::<
        ::phoenix_trace::__private::key::types::IntArray,
    >::new("phoenix.queue.depths");
    /// `phoenix.user.email`: a string, redacted before it is exported.
    pub const USER_EMAIL: ::phoenix_trace::__private::key::Key<
        ::phoenix_trace::__private::key::types::Str,
    > = ::phoenix_trace::__private::key::Key::<
        ::phoenix_trace::__private::key::types::Str,
    >::new("phoenix.user.email")
        .sensitive();
    /// The keys of this module that are sensitive, for `Config::sensitive_keys`.
    #[allow(dead_code, reason = "it is for those who log under these names")]
    pub const SENSITIVE: &[&::core::primitive::str] = &["phoenix.user.email"];
}

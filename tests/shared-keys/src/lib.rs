//! The keys of a fleet in a crate of their own, as a company would share them among its services.

phoenix_trace::attribute_keys! {
    /// Keys that every service uses.
    pub mod keys {
        /// The tenant whose request it is.
        TENANT: "fleet.tenant" => string,
        /// Who asked, redacted.
        USER_EMAIL: "fleet.user.email" => string, sensitive, max_length = 64,
        /// Where the task stands.
        PLACEMENT: "fleet.placement" => enum Placement {
            /// It waits.
            Queued,
            Placed,
            OutOfRoom = "no room",
        },
    }
}

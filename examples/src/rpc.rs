//! In: `proto/*.proto`, compiled by the build script. Out: one module of messages, clients and servers for each service.
#![expect(
    unreachable_pub,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated code; its documentation is the comments of the proto files"
)]

/// `orchestrator.proto`
pub mod orchestrator {
    tonic::include_proto!("phoenix.orchestrator.v1");
}

/// `router.proto`
pub mod router {
    tonic::include_proto!("phoenix.router.v1");
}

/// `documents.proto`
pub mod documents {
    tonic::include_proto!("phoenix.documents.v1");
}

/// `llm.proto`
pub mod llm {
    tonic::include_proto!("phoenix.llm.v1");
}

impl router::DataKind {
    /// The kind as people say it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Passages => "passages",
            Self::Expression => "expression",
            Self::Titles => "titles",
            Self::Terms => "terms",
            Self::Likeness => "likeness",
        }
    }
}

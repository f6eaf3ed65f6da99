//! Which methods a server has. A path comes in, as anybody can write one; out goes a name for spans only when the server is known
//! to have such a method. So there are never more names than methods.

use std::sync::{Arc, PoisonError, RwLock};

use tonic::Code;

use super::server;
use crate::boundary::{keys, text};
use crate::record::carry::with_active;
use crate::record::running::Running;
use crate::record::strand::{Role, Strand};

/// The span of a call whose method nobody knows.
pub(super) const NO_NAME: &str = "grpc";
pub(super) const OTHER: &str = "_OTHER";

/// The methods that one layer has seen answered, `package.Service/Method`, in order: they are few, and every call asks for one.
#[derive(Debug, Default)]
pub(crate) struct Known(RwLock<Vec<Box<str>>>);

impl Known {
    /// Only a server that tells those which it does not have from others by no code could have more.
    const MOST: usize = 1000;

    pub(super) fn has(&self, method: &str) -> bool {
        let methods = self.0.read().unwrap_or_else(PoisonError::into_inner);
        place(&methods, method).is_ok()
    }

    /// `false`: there is no room for it.
    fn add(&self, method: &str) -> bool {
        let mut methods = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match place(&methods, method) {
            Ok(_) => true,
            Err(_) if methods.len() >= Self::MOST => false,
            Err(place) => {
                methods.insert(place, method.into());
                true
            }
        }
    }
}

fn place(methods: &[Box<str>], method: &str) -> Result<usize, usize> {
    methods.binary_search_by(|known| (**known).cmp(method))
}

/// A call of a method that is not known yet.
#[derive(Clone, Debug)]
pub(crate) struct Unknown {
    method: Arc<str>,
    known: Arc<Known>,
}

impl Unknown {
    pub(super) fn new(method: &str, known: &Arc<Known>) -> Self {
        Self {
            method: method.into(),
            known: known.clone(),
        }
    }

    /// The call has reached its method, which runs here: its span is called by it.
    pub(super) fn reached(&self) {
        self.known.add(&self.method);
        with_active(|strand| {
            let is_ours = |strand: &Strand| {
                let root = strand.record(0);
                root.is_some_and(|root| std::ptr::eq(root.site, &server::SERVER))
            };
            if strand.role == Role::Root && is_ours(strand) {
                name(strand, 0, &self.method);
            }
        });
    }

    /// The call was answered like one of a method that there is.
    pub(super) fn answered(self, span: &mut Running<'_>) {
        if self.known.add(&self.method) {
            span.edit(move |strand, number| name(strand, number, &self.method));
        } else {
            self.refused(span);
        }
    }

    /// The call came to its end before its answer could show whether there is such a method.
    pub(super) fn refused(self, span: &mut Running<'_>) {
        let is_known = self.known.has(&self.method);
        span.edit(move |strand, number| {
            if is_known {
                name(strand, number, &self.method);
            } else {
                let original = text(&keys::RPC_METHOD_ORIGINAL, &self.method);
                strand.set_plain(number, &[original]);
            }
        });
    }
}

fn name(strand: &mut Strand, number: u32, method: &str) {
    strand.rename(number, method);
    strand.set_plain(number, &[text(&keys::RPC_METHOD, method)]);
}

/// May a call be answered so before it has come to its method: by an interceptor, a limit, a deadline?
pub(super) fn may_refuse(code: Code) -> bool {
    matches!(
        code,
        Code::Cancelled
            | Code::DeadlineExceeded
            | Code::PermissionDenied
            | Code::ResourceExhausted
            | Code::Unavailable
            | Code::Unauthenticated
    )
}

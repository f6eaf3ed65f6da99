//! An `async fn` as the function that returns its future. That is what the language makes of it, too; written out, the future
//! is the span's own, with no other around it that holds the arguments a second time.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::{Attribute, FnArg, Pat, ReceiverKind, ReturnType, Signature, Token, Type};

use super::{Function, is_called, plain};

/// The signature without `async`, and what its body begins with.
pub(crate) struct Opaque {
    pub(crate) sig: Signature,
    /// Moves the arguments into the future, all of them and in this order, so that they are dropped when those of an
    /// `async fn` are.
    pub(crate) bindings: TokenStream,
    /// The `self` that the future must hold, used or not.
    pub(crate) held_self: Option<Token![self]>,
}

impl Opaque {
    /// `None` where somebody may ask for the `async`, or the type cannot be written.
    pub(crate) fn of(function: &Function) -> Option<Self> {
        let output = match function.output() {
            None => quote!(()),
            // `!` stands alone in return types only.
            Some(Type::Never(_)) => return None,
            Some(ty) => ty.to_token_stream(),
        };
        if !function.attrs.iter().all(is_inert) {
            return None;
        }
        let mut sig = function.sig.clone();
        sig.asyncness = None;
        // By its span it is of the edition of this crate, in which it captures all lifetimes, as an `async fn` does.
        let here = Span::mixed_site().located_at(sig.ident.span());
        let future = quote_spanned!(here=> impl ::core::future::Future<Output = #output>);
        sig.output = ReturnType::Type(Token![->](here), Box::new(Type::Verbatim(future)));
        let mut bindings = TokenStream::new();
        let mut held_self = None;
        for (index, input) in sig.inputs.iter_mut().enumerate() {
            match input {
                FnArg::Receiver(receiver) => {
                    let borrowed = match &receiver.kind {
                        ReceiverKind::Reference(..) => true,
                        ReceiverKind::Typed(_, ty) => matches!(plain(ty), Type::Reference(_)),
                        _ => false,
                    };
                    held_self = (!borrowed).then_some(receiver.self_token);
                }
                FnArg::Typed(typed) => {
                    // A lint is about what is bound.
                    let attrs = std::mem::take(&mut typed.attrs);
                    let (lints, others): (Vec<_>, _) = attrs.into_iter().partition(is_lint);
                    let conditions = others.iter().filter(|attr| is_condition(attr));
                    let conditions = quote!(#(#conditions)*);
                    let bound = bind(&mut typed.pat, index, &conditions, &quote!(#(#lints)*));
                    bindings.extend(bound);
                    typed.attrs = others;
                }
            }
        }
        Some(Self {
            sig,
            bindings,
            held_self,
        })
    }
}

/// Leaves a plain name in the signature, and binds it, or the pattern that stood there, in the body.
fn bind(pat: &mut Pat, index: usize, conditions: &TokenStream, lints: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    if let Pat::Ident(binding) = &mut *pat
        && binding.by_ref.is_none()
        && binding.subpat.is_none()
    {
        let (name, mutability) = (&binding.ident, binding.mutability.take());
        return quote_spanned! {site=>
            #conditions
            #lints
            #[allow(
                clippy::no_effect_underscore_binding,
                clippy::shadow_same,
                clippy::used_underscore_binding,
                reason = "moves the argument"
            )]
            let #mutability #name = #name;
        };
    }
    let argument = format_ident!("__phoenix_argument_{index}", span = site);
    let named = Pat::Verbatim(quote!(#argument));
    let pattern = std::mem::replace(pat, named);
    // `ref mut` borrows from it.
    quote_spanned! {site=>
        #conditions
        #[allow(unused_mut, reason = "the pattern says whether it changes")]
        let mut #argument = #argument;
        #conditions #lints let #pattern = #argument;
    }
}

fn is_lint(attr: &Attribute) -> bool {
    const LINTS: [&str; 5] = ["allow", "deny", "expect", "forbid", "warn"];
    LINTS.iter().any(|lint| attr.path().is_ident(lint))
}

fn is_condition(attr: &Attribute) -> bool {
    attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr")
}

/// Is this an attribute that changes nothing, and asks for no `async`? Of any other, nobody can tell.
pub(crate) fn is_inert(attr: &Attribute) -> bool {
    if is_called(attr, "traced_operation") {
        return true;
    }
    const INERT: [&str; 11] = [
        "allow",
        "cfg",
        "cold",
        "deny",
        "deprecated",
        "doc",
        "expect",
        "forbid",
        "inline",
        "rustfmt",
        "warn",
    ];
    const TOOLS: [&str; 4] = ["clippy", "diagnostic", "rustdoc", "rustfmt"];
    let mut segments = attr.path().segments.iter();
    let first = segments.next().map(|segment| segment.ident.to_string());
    let known: &[&str] = if segments.next().is_some() {
        &TOOLS
    } else {
        &INERT
    };
    first.is_some_and(|name| known.contains(&name.as_str()))
}

//! Expressions of the user's that are evaluated only while spans are recorded: they must not leave the function, and may
//! panic.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned as _;
use syn::visit_mut::VisitMut as _;
use syn::{Expr, UnOp};

use super::{Attribute, Value};
use crate::errors::Errors;
use crate::visit::{Node, Walk};

/// What is written in place of `?` and of `.await`.
pub(crate) struct Remedies {
    question: &'static str,
    awaited: &'static str,
}

impl Remedies {
    /// In the value of an attribute.
    pub(crate) const VALUE: Self = Self {
        question: "leave it out, since `None` is allowed, or write `.ok()` in its place",
        awaited: "await it in a statement of the body, and `record!` what it gives",
    };
    /// In an option that names spans.
    pub(crate) const SPAN: Self = Self {
        awaited: "await it in the caller, and take what it gives as an argument",
        ..Self::VALUE
    };
    /// In an option that is true or not.
    pub(crate) const CONDITION: Self = Self {
        question: "write what is true or not, as in `.is_some_and(|value| ..)`",
        ..Self::SPAN
    };
}

/// Refuses what would leave the function, or suspend it, only while spans are recorded.
pub(crate) fn refuse_control_flow(value: &Expr, remedies: &Remedies, errors: &mut Errors) {
    let mut see = |node: Node<'_>| match node {
        Node::Expr(value) => may_hold_control_flow(value, remedies, errors),
        Node::Type(_) | Node::Binding(_) => true,
    };
    // The visitor that reads only is another feature of `syn`, and more to compile.
    Walk(&mut see).visit_expr_mut(&mut value.clone());
}

/// Refuses an expression that is control flow. `false`: what is inside runs on its own.
fn may_hold_control_flow(value: &Expr, remedies: &Remedies, errors: &mut Errors) -> bool {
    let (span, what, remedy) = match value {
        Expr::Closure(_) | Expr::Async(_) | Expr::While(_) | Expr::Loop(_) | Expr::ForLoop(_) => {
            return false;
        }
        Expr::Try(inner) => (inner.question_token.span(), "`?`", remedies.question),
        Expr::Await(inner) => (inner.await_token.span(), "`.await`", remedies.awaited),
        Expr::Yield(inner) => (inner.yield_token.span(), "`yield`", "remove it"),
        Expr::Return(inner) => (inner.return_token.span(), "`return`", "remove it"),
        Expr::Break(inner) if inner.label.is_none() => {
            (inner.break_token.span(), "`break`", "remove it")
        }
        Expr::Continue(inner) => (inner.continue_token.span(), "`continue`", "remove it"),
        _ => return true,
    };
    let message =
        format!("{what} cannot stand here, where it runs only while spans are recorded; {remedy}");
    errors.at(span, message);
    true
}

impl Attribute {
    /// Does its value run code that may panic?
    pub(crate) fn may_panic(&self) -> bool {
        match &self.value {
            Value::Literal(_) => false,
            Value::Typed(value) | Value::Format { value, .. } => may_panic(value),
        }
    }
}

/// Is it more than the name of a place?
fn may_panic(value: &Expr) -> bool {
    match value {
        Expr::Path(_) | Expr::Lit(_) => false,
        Expr::Field(field) => may_panic(&field.base),
        Expr::Reference(reference) => may_panic(&reference.expr),
        Expr::Paren(paren) => may_panic(&paren.expr),
        Expr::Group(group) => may_panic(&group.expr),
        Expr::Cast(cast) => may_panic(&cast.expr),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_) | UnOp::Not(_)) => {
            may_panic(&unary.expr)
        }
        _ => true,
    }
}

/// The code that `call` makes of values. When one of them panics, it is made of those that cannot.
pub(crate) fn harmless(
    attributes: &[Attribute],
    values: &[TokenStream],
    facade: &TokenStream,
    call: impl Fn(&[TokenStream]) -> TokenStream,
) -> TokenStream {
    let all = call(values);
    if !attributes.iter().any(Attribute::may_panic) {
        return all;
    }
    let plain: Vec<TokenStream> = attributes
        .iter()
        .zip(values)
        .filter(|(attribute, _)| !attribute.may_panic())
        .map(|(_, value)| value.clone())
        .collect();
    let plain = call(&plain);
    quote_spanned! {Span::mixed_site()=>
        match #facade::__private::unharmed(|| #all) {
            ::core::option::Option::Some(__phoenix_done) => __phoenix_done,
            ::core::option::Option::None => #plain,
        }
    }
}

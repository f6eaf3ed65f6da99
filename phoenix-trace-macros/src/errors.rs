//! The accumulator of one annotation's mistakes: all of them are reported at once, each on its own token.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::{ParseStream, Parser as _};

/// Mistakes found so far. It must be emptied by [`Errors::finish`] before it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    found: Vec<syn::Error>,
    finished: bool,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        self.found.push(error);
    }

    /// A mistake at `span`. Messages are lowercase, name code in backticks, and end with the remedy.
    pub(crate) fn at(&mut self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Keeps the value of `result`, or its error.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Takes over the mistakes of `other`. Were there any?
    pub(crate) fn absorb(&mut self, mut other: Self) -> bool {
        other.finished = true;
        let any = !other.found.is_empty();
        self.found.append(&mut other.found);
        any
    }

    /// The mistakes as `compile_error!` invocations, or `None` if there are none.
    pub(crate) fn finish(mut self) -> Option<TokenStream> {
        self.finished = true;
        let found = std::mem::take(&mut self.found);
        let tokens: TokenStream = found.iter().map(syn::Error::to_compile_error).collect();
        (!found.is_empty()).then_some(tokens)
    }
}

/// The expansion of a macro in expression place: of what `read` makes of its input, or, after a mistake, all mistakes.
pub(crate) fn expanded<C>(
    tokens: TokenStream,
    read: impl FnOnce(ParseStream<'_>, &mut Errors) -> syn::Result<C>,
    expand: impl FnOnce(&C) -> TokenStream,
) -> TokenStream {
    let mut errors = Errors::new();
    let parsed = (|input: ParseStream<'_>| read(input, &mut errors)).parse2(tokens);
    let call = errors.take(parsed);
    match (errors.finish(), call) {
        (None, Some(call)) => expand(&call),
        (errors, _) => quote!({ #errors }),
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        if !self.finished && !std::thread::panicking() {
            unreachable!("errors of an annotation were dropped unread");
        }
    }
}

/// What an annotation with mistakes stood on. The variables that only its options named are not said to be unused.
pub(crate) fn without_lints(item: TokenStream) -> TokenStream {
    quote! {
        #[allow(unused_variables, reason = "the annotation that may use them is wrong")]
        #item
    }
}

/// `a`, `b` or `c`, each in backticks.
pub(crate) fn one_of(names: &[impl AsRef<str>]) -> String {
    list(names, "or")
}

/// `a`, `b` and `c`, each in backticks.
pub(crate) fn all_of(names: &[impl AsRef<str>]) -> String {
    list(names, "and")
}

fn list(names: &[impl AsRef<str>], conjunction: &str) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {conjunction} {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_prose() {
        assert_eq!(one_of(&["a"]), "`a`");
        assert_eq!(one_of(&["a", "b"]), "`a` or `b`");
        assert_eq!(all_of(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}

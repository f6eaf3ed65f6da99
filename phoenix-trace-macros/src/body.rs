//! The bodies of `traced!` and `db_span!`: an expression in, how it runs out.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{Expr, ExprAsync, Stmt};

use crate::errors::Errors;

/// An expression that runs inside a span.
pub(crate) struct Body {
    expr: Expr,
    /// The `await` of the function around it that it holds, if it holds one.
    awaits: Option<Span>,
}

/// How a body runs.
pub(crate) enum Run<'b> {
    /// At once.
    Now,
    /// When the future is polled that the async block makes.
    Later(&'b ExprAsync),
    /// At once, in the async function around it, which this suspends.
    Awaited(TokenStream),
}

impl Body {
    pub(crate) fn new(expr: Expr, errors: &mut Errors) -> Self {
        if let Expr::Closure(closure) = &expr {
            let message =
                "the body is no closure, and would only be made, not run: leave out the `||`";
            errors.push(syn::Error::new_spanned(closure, message));
        }
        let awaits = match expr {
            Expr::Async(_) => None,
            _ => find_await(expr.to_token_stream()),
        };
        Self { expr, awaits }
    }

    pub(crate) fn run(&self) -> Run<'_> {
        match (&self.expr, self.awaits) {
            (Expr::Async(block), _) => Run::Later(block),
            (_, Some(at)) => {
                // Where the user's stands, since it is that which needs an async function around it.
                let at = Span::mixed_site().located_at(at);
                Run::Awaited(quote_spanned!(at=> .await))
            }
            (_, None) => Run::Now,
        }
    }

    /// The expression as a block.
    pub(crate) fn in_braces(&self) -> TokenStream {
        match &self.expr {
            Expr::Block(block) if block.label.is_none() && block.attrs.is_empty() => {
                block.to_token_stream()
            }
            other => Group::new(Delimiter::Brace, other.to_token_stream()).into_token_stream(),
        }
    }

    /// The outcome that is seen in `returned`, a reference to what it evaluates to. An error about that stands where the body does. A
    /// body that runs at once is refused when it only makes a future.
    pub(crate) fn outcome(&self, returned: &TokenStream, private: &TokenStream) -> TokenStream {
        let at = Span::mixed_site().located_at(self.value());
        let refused = matches!(self.run(), Run::Now)
            .then(|| quote_spanned!(at=> use #private::FutureOfMacro as _;));
        quote_spanned! {at=> {
            #refused
            use #private::dispatch::*;
            (&&&&&&&&&#private::Probe(#returned)).__phoenix_outcome()
        }}
    }

    /// Where an error about what it evaluates to belongs.
    fn value(&self) -> Span {
        let mut value = &self.expr;
        while let Expr::Block(block) = value
            && let Some(Stmt::Expr(last, None)) = block.block.stmts.last()
        {
            value = last;
        }
        let first = value.to_token_stream().into_iter().next();
        first.map_or_else(Span::call_site, |token| token.span())
    }
}

/// The first `.await` that is not in an async block, function or closure, also of those in what macros are given.
fn find_await(tokens: TokenStream) -> Option<Span> {
    let is_punct = |token: &TokenTree, character| matches!(token, TokenTree::Punct(punct) if punct.as_char() == character);
    let mut after_dot = false;
    let mut in_async = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(ident) if ident == "async" => in_async = true,
            TokenTree::Ident(ident) if ident == "await" && after_dot && !in_async => {
                return Some(ident.span());
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && in_async => {
                in_async = false;
            }
            TokenTree::Group(group) if !in_async => {
                if let Some(found) = find_await(group.stream()) {
                    return Some(found);
                }
            }
            // The end of an async closure without braces.
            token if is_punct(token, ',') || is_punct(token, ';') => in_async = false,
            _ => {}
        }
        after_dot = is_punct(&token, '.');
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[expect(clippy::needless_pass_by_value, reason = "the callers quote it")]
    fn check(body: TokenStream, awaits: bool) {
        assert_eq!(find_await(body.clone()).is_some(), awaits, "{body}");
    }

    #[test]
    fn awaits_of_the_function_around_are_found() {
        check(quote!(load(1).await), true);
        check(
            quote!({
                let a = load(1).await?;
                a
            }),
            true,
        );
        check(quote!(async { 1 }.await), true);
        check(quote!(println!("{}", load(1).await)), true);
        check(
            quote!(each(async |n| { load(n).await }, load(1).await)),
            true,
        );
        check(quote!(each(async |n| load(n).await, load(1).await)), true);
    }

    #[test]
    fn those_of_other_functions_are_not() {
        check(quote!(load(1)), false);
        check(quote!(spawn(async move { load(1).await })), false);
        check(quote!(each(async |n| load(n).await)), false);
        check(
            quote!({
                async fn inner() -> u8 {
                    load(1).await
                }
                inner
            }),
            false,
        );
        check(quote!(select! { a = async { load(1).await } => a }), false);
    }
}

//! A function as written: its signature parsed, its body kept as tokens.

mod members;
mod opaque;
mod tail;
mod types;

use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{AttrStyle, Attribute, ReturnType, Signature, Token, Type, Visibility, token};

pub(crate) use members::{Impl, Member, called, is_called, last_word, marked};
pub(crate) use opaque::{Opaque, is_inert};
pub(crate) use tail::{AsyncTail, hoist_bindings, rename_self, visible};
pub(crate) use types::{future_output, inferable, plain, promises_future};

/// What an attribute macro for functions was put on.
pub(crate) enum Item {
    Function(Box<Function>),
    /// A function without a body, in a trait.
    Declaration(Box<Signature>),
    /// Something else; the span is that of its first token.
    Other(Span),
}

/// A function or method with a body.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) sig: Signature,
    pub(crate) body: Group,
}

/// Where the code that a span covers stands in a function.
pub(crate) enum Shape {
    /// The body itself.
    Sync,
    /// The body of an `async fn`.
    Async,
    /// The block of `async { .. }` or `Box::pin(async { .. })` at the end of the body.
    AsyncTail(AsyncTail),
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let start = input.span();
        let mut attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        let defaultness: Option<Token![default]> = input.parse()?;
        let Ok(sig) = input.parse::<Signature>() else {
            input.parse::<TokenStream>()?;
            return Ok(Self::Other(start));
        };
        if input.parse::<Option<Token![;]>>()?.is_some() {
            return Ok(Self::Declaration(Box::new(sig)));
        }
        let content;
        let brace: token::Brace = syn::braced!(content in input);
        for mut inner in content.call(Attribute::parse_inner)? {
            inner.style = AttrStyle::Outer;
            attrs.push(inner);
        }
        let mut body = Group::new(proc_macro2::Delimiter::Brace, content.parse()?);
        body.set_span(brace.span.join());
        Ok(Self::Function(Box::new(Function {
            attrs,
            vis,
            defaultness,
            sig,
            body,
        })))
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            attrs,
            vis,
            defaultness,
            sig,
            body,
        } = self;
        tokens.extend(quote!(#(#attrs)* #vis #defaultness #sig #body));
    }
}

impl Function {
    pub(crate) fn shape(&self) -> Shape {
        if self.sig.asyncness.is_some() {
            return Shape::Async;
        }
        AsyncTail::find(self.body.stream()).map_or(Shape::Sync, Shape::AsyncTail)
    }

    /// The type that the body evaluates to; `None` for `()`.
    pub(crate) fn output(&self) -> Option<&Type> {
        match &self.sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(plain(ty)),
        }
    }

    /// Has `#[async_trait]` expanded the method already?
    pub(crate) fn is_async_trait(&self) -> bool {
        self.sig
            .generics
            .lifetimes()
            .any(|param| param.lifetime.ident == "async_trait")
    }
}

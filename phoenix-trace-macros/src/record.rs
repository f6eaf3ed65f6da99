//! `record!` and `event!`: attributes in, one statement that evaluates them only while the current span records out.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::parse::ParseStream;
use syn::{LitStr, Token};

use crate::attribute::{self, Attribute, Attributes};
use crate::errors::{Errors, expanded};
use crate::options::{Given, facade, facade_or_default};

/// What both macros read: `crate = path,` if the facade has another name, then their own arguments.
struct Call {
    facade: TokenStream,
    name: Option<LitStr>,
    attributes: Vec<Attribute>,
}

/// Late attributes of the current span.
pub(crate) fn record(tokens: TokenStream) -> TokenStream {
    invoke(tokens, |input, errors| {
        if input.is_empty() {
            let message = "nothing to record; write `record!(\"the.key\" = value)`";
            errors.at(Span::call_site(), message);
        }
        Ok(None)
    })
}

/// An event of the current span.
pub(crate) fn event(tokens: TokenStream) -> TokenStream {
    const FORM: &str = "an event begins with its name: `event!(\"placed\", \"the.key\" = value)`";
    invoke(tokens, |input, errors| {
        if input.is_empty() {
            errors.at(Span::call_site(), FORM);
            return Ok(None);
        }
        if !input.peek(LitStr) {
            return Err(input.error(FORM));
        }
        let name: LitStr = input.parse()?;
        if input.peek(Token![=]) {
            let message = format!("this is an attribute; {FORM}");
            return Err(syn::Error::new(name.span(), message));
        }
        if name.value().trim().is_empty() {
            errors.at(name.span(), format!("the event name is empty; {FORM}"));
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok(Some(name))
    })
}

fn invoke(
    tokens: TokenStream,
    name: impl FnOnce(ParseStream<'_>, &mut Errors) -> syn::Result<Option<LitStr>>,
) -> TokenStream {
    let read = |input: ParseStream<'_>, errors: &mut Errors| {
        let facade = facade_or_default(leading_facade(input)?);
        let name = name(input, errors)?;
        let entries = attribute::read_entries(input, errors);
        Ok(Call {
            facade,
            name,
            attributes: attribute::check(entries, errors),
        })
    };
    expanded(tokens, read, expand)
}

/// `crate = path,` at the start.
pub(crate) fn leading_facade(input: ParseStream<'_>) -> syn::Result<Option<Given<syn::Path>>> {
    if !(input.peek(Token![crate]) && input.peek2(Token![=])) {
        return Ok(None);
    }
    let word = proc_macro2::Ident::new("crate", input.parse::<Token![crate]>()?.span);
    let value = facade(input, &word)?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(Some(Given { word, value }))
}

fn expand(call: &Call) -> TokenStream {
    let facade = &call.facade;
    let Attributes { items, values } = attribute::expand(&call.attributes, facade);
    let site = Span::mixed_site();
    let what = attribute::harmless(&call.attributes, &values, facade, |values| {
        match &call.name {
            Some(name) => quote_spanned!(site=> #facade::__private::event(#name, &[#(#values),*])),
            None => quote_spanned!(site=> #facade::__private::record(&[#(#values),*])),
        }
    });
    quote_spanned! {site=> {
        #items
        if #facade::__private::recording() {
            #what;
        }
    }}
}

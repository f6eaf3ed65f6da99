//! The grammar that every annotation shares: options separated by commas, each known, each given once. After a mistake,
//! reading goes on behind the next comma, so that all mistakes of an annotation are found.

use proc_macro2::{Ident, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Token, token};

use crate::errors::{Errors, all_of};

/// The value of an option, with the word that introduced it.
#[derive(Clone, Debug)]
pub(crate) struct Given<T> {
    pub(crate) word: Ident,
    pub(crate) value: T,
}

/// Reads options until the input ends. `read` gets each option's name and reads what follows it; it returns `false` for
/// a name that it does not know, which is then reported together with the `known` ones.
pub(crate) fn read_options(
    input: ParseStream<'_>,
    errors: &mut Errors,
    owner: &str,
    known: &[&str],
    mut read: impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<bool>,
) {
    separated(input, errors, |input, errors| {
        if !input.peek(syn::Ident::peek_any) {
            let hint = format!("expected an option of {owner}: {}", all_of(known));
            return Err(input.error(hint));
        }
        let word = input.call(Ident::parse_any)?;
        if !read(&word, input, errors)? {
            errors.at(
                word.span(),
                format!("unknown option `{word}`; {owner} takes {}", all_of(known)),
            );
            skip_to_comma(input);
        }
        Ok(())
    });
}

/// Reads elements between commas until the input ends; a trailing comma is allowed, a missing one is not.
pub(crate) fn separated(
    input: ParseStream<'_>,
    errors: &mut Errors,
    mut element: impl FnMut(ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) {
    while !input.is_empty() {
        let mut result = element(input, errors);
        if result.is_ok() && !input.is_empty() && !input.peek(Token![,]) {
            result = Err(input.error("expected `,`"));
        }
        if let Err(error) = result {
            errors.push(error);
            skip_to_comma(input);
        }
        if input.parse::<Token![,]>().is_err() {
            break;
        }
    }
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) && input.parse::<TokenTree>().is_ok() {}
}

/// Fills the slot of an option, which may be given once.
pub(crate) fn set<T>(slot: &mut Option<Given<T>>, word: &Ident, value: T, errors: &mut Errors) {
    if slot.is_some() {
        errors.at(
            word.span(),
            format!("`{word}` is given twice; keep one of the two"),
        );
    } else {
        *slot = Some(Given {
            word: word.clone(),
            value,
        });
    }
}

/// `= value` behind `word`; `example` shows a value in the message if it is missing.
pub(crate) fn assigned<T: Parse>(
    input: ParseStream<'_>,
    word: &Ident,
    example: &str,
) -> syn::Result<T> {
    let expected =
        |at: syn::Error| syn::Error::new(at.span(), format!("expected `{word} = {example}`"));
    if input.is_empty() || input.peek(Token![,]) || input.peek(token::Paren) {
        return Err(syn::Error::new(
            word.span(),
            format!("`{word}` needs a value: `{word} = {example}`"),
        ));
    }
    input.parse::<Token![=]>().map_err(expected)?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(syn::Error::new(
            word.span(),
            format!("`{word}` needs a value: `{word} = {example}`"),
        ));
    }
    input.parse::<T>()
}

/// The path to the facade, for services that know it under another name.
pub(crate) fn facade(input: ParseStream<'_>, word: &Ident) -> syn::Result<syn::Path> {
    const EXAMPLE: &str = "::my_crate::phoenix_trace";
    let path = assigned::<Expected<ModPath>>(input, word, EXAMPLE)?;
    path.or_explain(format!("`{word}` takes a path: `{word} = {EXAMPLE}`"))
        .map(|path| path.0)
}

/// A value that explains itself better than its parser does.
pub(crate) struct Expected<T>(syn::Result<T>);

impl<T: Parse> Parse for Expected<T> {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self(input.parse()))
    }
}

impl<T> Expected<T> {
    pub(crate) fn or_explain(self, message: impl std::fmt::Display) -> syn::Result<T> {
        self.0
            .map_err(|error| syn::Error::new(error.span(), message))
    }
}

struct ModPath(syn::Path);

impl Parse for ModPath {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(syn::Path::parse_mod_style).map(Self)
    }
}

/// The facade's path as generated code names it.
pub(crate) fn facade_or_default(given: Option<Given<syn::Path>>) -> proc_macro2::TokenStream {
    match given {
        Some(path) => path.value.into_token_stream(),
        None => quote::quote_spanned!(proc_macro2::Span::mixed_site()=> ::phoenix_trace),
    }
}

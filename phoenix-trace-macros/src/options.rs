//! The grammar that every annotation shares: options separated by commas, each known, each given once. After a mistake,
//! reading goes on behind the next comma, so that all mistakes of an annotation are found.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseBuffer, ParseStream, Parser as _};
use syn::spanned::Spanned as _;
use syn::{Expr, Token, token};

use crate::errors::{Errors, all_of};
use crate::semconv::distance_within;

/// The value of an option, with the word that introduced it.
#[derive(Clone, Debug)]
pub(crate) struct Given<T> {
    pub(crate) word: Ident,
    pub(crate) value: T,
}

/// The options of an annotation.
pub(crate) trait Options {
    /// Reads what follows the name of an option. `false`: there is none of this name.
    fn option(&mut self, option: Written<'_, '_>) -> syn::Result<bool>;

    /// What is said of an option that others have, under another name or not at all.
    fn elsewhere(_word: &str) -> Option<&'static str> {
        None
    }
}

/// Reads options until the input ends. Of a name that is unknown to them, the `known` ones are told.
pub(crate) fn read_options<O: Options>(
    mut options: O,
    tokens: TokenStream,
    owner: &str,
    known: &[&str],
    errors: &mut Errors,
) -> O {
    let read = |input: ParseStream<'_>| {
        separated(input, errors, |input, errors| {
            if !input.peek(syn::Ident::peek_any) {
                let hint = format!("expected an option of {owner}: {}", all_of(known));
                return Err(input.error(hint));
            }
            let word = input.call(Ident::parse_any)?;
            let option = Written {
                word: &word,
                input,
                errors,
            };
            if !options.option(option)? {
                let name = word.to_string();
                let hint = match O::elsewhere(&name) {
                    Some(hint) => hint.to_owned(),
                    None => match meant(&name, known) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => format!("{owner} takes {}", all_of(known)),
                    },
                };
                errors.at(word.span(), format!("unknown option `{word}`; {hint}"));
                skip_to_comma(input);
            }
            Ok(())
        });
        Ok(())
    };
    let parsed = read.parse2(tokens);
    errors.take(parsed);
    options
}

/// The one among `known` names that `word` is a misspelling of.
fn meant<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let limit = if word.len() > 3 { 2 } else { 1 };
    let near = known
        .iter()
        .filter_map(|name| Some((distance_within(word, name, limit)?, *name)));
    near.min().map(|(_, name)| name)
}

/// An option whose name was read, and what may follow it.
pub(crate) struct Written<'i, 'e> {
    pub(crate) word: &'i Ident,
    pub(crate) input: ParseStream<'i>,
    pub(crate) errors: &'e mut Errors,
}

impl<'i> Written<'i, '_> {
    /// `= value`; `example` shows one in the message if it is missing.
    pub(crate) fn value<T: Parse>(
        self,
        slot: &mut Option<Given<T>>,
        example: &str,
    ) -> syn::Result<()> {
        let value = assigned(self.input, self.word, example)?;
        self.is(slot, value);
        Ok(())
    }

    /// Nothing follows.
    pub(crate) fn flag(self, slot: &mut Option<Given<()>>) -> syn::Result<()> {
        alone(self.input, self.word)?;
        self.is(slot, ());
        Ok(())
    }

    /// `= path` of the facade.
    pub(crate) fn facade(self, slot: &mut Option<Given<syn::Path>>) -> syn::Result<()> {
        let path = facade(self.input, self.word)?;
        self.is(slot, path);
        Ok(())
    }

    /// The content of the parentheses that follow.
    pub(crate) fn list(&self, example: &str) -> syn::Result<ParseBuffer<'i>> {
        if !self.input.peek(token::Paren) {
            let message = format!("`{}` takes a list: `{example}`", self.word);
            return Err(syn::Error::new(self.word.span(), message));
        }
        let inside;
        syn::parenthesized!(inside in self.input);
        Ok(inside)
    }

    /// Fills the slot, once.
    pub(crate) fn is<T>(self, slot: &mut Option<Given<T>>, value: T) {
        set(slot, self.word, value, self.errors);
    }
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

/// Passes over what a mistake has left.
pub(crate) fn skip_to_comma(input: ParseStream<'_>) {
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

/// Nothing behind `word`.
pub(crate) fn alone(input: ParseStream<'_>, word: &Ident) -> syn::Result<()> {
    if input.peek(Token![=]) || input.peek(token::Paren) {
        let message = format!("`{word}` takes no value; write `{word}` alone, or leave it out");
        return Err(syn::Error::new(word.span(), message));
    }
    Ok(())
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

/// A path without arguments.
pub(crate) struct ModPath(pub(crate) syn::Path);

impl Parse for ModPath {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(syn::Path::parse_mod_style).map(Self)
    }
}

/// A value as it was written, without the invisible group in which a `macro_rules!` macro hands it on.
pub(crate) fn ungrouped(value: Expr) -> Expr {
    match value {
        Expr::Group(group) if group.attrs.is_empty() => ungrouped(*group.expr),
        value => value,
    }
}

/// What a closure makes of its argument: its body, which is of the type that it says.
pub(crate) fn made_by(closure: syn::ExprClosure) -> syn::Result<Expr> {
    let syn::ReturnType::Type(_, ty) = &closure.output else {
        return Ok(*closure.body);
    };
    let (at, body) = (ty.span(), &closure.body);
    let at = proc_macro2::Span::mixed_site().located_at(at);
    syn::parse2(quote::quote_spanned!(at=> { let __phoenix_made: #ty = #body; __phoenix_made }))
}

/// The facade's path as generated code names it.
pub(crate) fn facade_or_default(given: Option<Given<syn::Path>>) -> TokenStream {
    match given {
        Some(path) => path.value.into_token_stream(),
        None => quote::quote_spanned!(proc_macro2::Span::mixed_site()=> ::phoenix_trace),
    }
}

//! The option `ret`: what is recorded of the returned value.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{Parse as _, ParseStream};
use syn::spanned::Spanned as _;
use syn::{Expr, Pat, Token, token};

use crate::attribute::{self, Attribute, Attributes, Entry, Form, WrittenKey, harmless};
use crate::errors::Errors;
use crate::options::{Written, made_by, separated, ungrouped};

const FORMS: &str = "`ret`, `ret(?)`, `ret(%)` or `ret(keys::MY_KEY = |value| ..)`";

/// The option as written.
pub(crate) enum Ret {
    /// The value itself, under a key of ours.
    Whole(Form),
    /// What is made of it, under keys of the user's.
    Keys(Vec<(Option<Pat>, Entry)>),
}

/// What is recorded.
pub(super) enum Returned {
    Nothing,
    Whole {
        form: Form,
        word: Span,
    },
    /// The pattern that the value is bound to, and what is made of it.
    Keys(Vec<(Option<Pat>, Attribute)>),
}

impl Ret {
    pub(super) fn parse(option: &mut Written<'_, '_>) -> syn::Result<Self> {
        let (word, input) = (option.word, option.input);
        if !input.peek(token::Paren) {
            if input.peek(Token![=]) {
                return Err(syn::Error::new(word.span(), format!("write {FORMS}")));
            }
            return Ok(Self::Whole(Form::Typed));
        }
        let content;
        let parens = syn::parenthesized!(content in input);
        if content.is_empty() {
            let message = format!("nothing to record is named; write {FORMS}");
            return Err(syn::Error::new(parens.span.join(), message));
        }
        if content.peek(Token![%]) || content.peek(Token![?]) {
            let form = Form::parse(&content)?;
            if !content.is_empty() {
                let message = format!("the key comes first; write {FORMS}");
                let at = content.span();
                content.parse::<TokenStream>()?;
                return Err(syn::Error::new(at, message));
            }
            return Ok(Self::Whole(form));
        }
        let mut keys = Vec::new();
        separated(&content, option.errors, |input, _| {
            keys.push(entry(input)?);
            Ok(())
        });
        Ok(Self::Keys(keys))
    }

    pub(super) fn check(self, word: Span, errors: &mut Errors) -> Returned {
        match self {
            Self::Whole(form) => Returned::Whole { form, word },
            Self::Keys(keys) => {
                let (patterns, entries): (Vec<_>, Vec<_>) = keys.into_iter().unzip();
                // They are as many, or there are errors, and nothing is generated.
                let checked = attribute::check(entries, errors);
                Returned::Keys(patterns.into_iter().zip(checked).collect())
            }
        }
    }
}

/// `key`, `key = %`, `key = |value| ..` or `key = function`.
fn entry(input: ParseStream<'_>) -> syn::Result<(Option<Pat>, Entry)> {
    let key = WrittenKey::parse(input)?;
    if let Some(sign) = match key.written().as_str() {
        "Debug" => Some("?"),
        "Display" => Some("%"),
        _ => None,
    } {
        let message = format!("`{}` is no key; write `ret({sign})`", key.written());
        return Err(syn::Error::new(key.span(), message));
    }
    let form = if input.parse::<Option<Token![=]>>()?.is_some() {
        Form::parse(input)?
    } else if input.is_empty() || input.peek(Token![,]) {
        Form::Typed
    } else {
        return Err(input.error(format!("expected `=` after the key `{}`", key.written())));
    };
    let whole = |at: Span| -> syn::Result<Expr> {
        let value = value(at);
        syn::parse2(quote_spanned!(at=> *#value))
    };
    if input.is_empty() || input.peek(Token![,]) {
        let value = whole(key.span())?;
        return Ok((None, Entry { key, form, value }));
    }
    let (pattern, value) = match ungrouped(Expr::parse(input)?) {
        Expr::Closure(closure) if closure.inputs.len() == 1 => {
            (closure.inputs.first().cloned(), made_by(closure)?)
        }
        Expr::Path(function) => {
            let value = value(function.span());
            (None, syn::parse2(quote!(#function(#value)))?)
        }
        other => {
            let message = format!(
                "`ret` takes a closure over the returned value: `{} = |value| ..`",
                key.written()
            );
            return Err(syn::Error::new_spanned(other, message));
        }
    };
    Ok((pattern, Entry { key, form, value }))
}

/// The reference to the returned value, named at `at`.
fn value(at: Span) -> Ident {
    value_at(&Ident::new("__phoenix_value", Span::mixed_site()), at)
}

/// A variable of ours, named at `at`.
pub(super) fn value_at(variable: &Ident, at: Span) -> Ident {
    let mut named = variable.clone();
    named.set_span(variable.span().located_at(at));
    named
}

/// The statements that record a returned value, of which `returned` is a reference.
pub(super) fn expand(
    recorded: &Returned,
    returned: &TokenStream,
    facade: &TokenStream,
) -> TokenStream {
    let site = Span::mixed_site();
    let private = quote_spanned!(site=> #facade::__private);
    match recorded {
        Returned::Nothing => TokenStream::new(),
        Returned::Whole {
            form: Form::Typed,
            word,
        } => {
            // Named apart, so that an error about its type stands where the option does.
            let success = Ident::new("__phoenix_success", site);
            let named = value_at(&success, *word);
            quote_spanned! {site=>
                let #success = #private::success!(#returned);
                #private::returned(#named);
            }
        }
        Returned::Whole { form, .. } => {
            let (template, at) = match form {
                Form::Debug(at) => ("{:?}", *at),
                Form::Display(at) => ("{}", *at),
                Form::Typed => ("{}", site),
            };
            let value = value(at);
            let template = syn::LitStr::new(template, at);
            quote_spanned! {site=>
                if let ::core::option::Option::Some(#value) = #private::success!(#returned) {
                    #private::returned_fmt(::core::format_args!(#template, #value));
                }
            }
        }
        Returned::Keys(keys) => {
            let value = value(site);
            let records = keys.iter().map(|(pattern, attribute)| {
                let attributes = std::slice::from_ref(attribute);
                let Attributes { items, values } = attribute::expand(attributes, facade);
                let bound = pattern
                    .as_ref()
                    .map(|pattern| quote!(let #pattern = #value;));
                let record = harmless(
                    attributes,
                    &values,
                    facade,
                    |values| quote_spanned!(site=> #private::record(&[#(#values),*])),
                );
                quote_spanned!(site=> { #items #bound #record })
            });
            quote_spanned! {site=>
                if let ::core::option::Option::Some(#value) = #private::success!(#returned) {
                    #(#records)*
                }
            }
        }
    }
}

//! `attribute_keys!`: declarations in, documented constants whose type is the type of the values out.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, LitStr, Token, Visibility, token};

use crate::errors::{Errors, one_of};
use crate::options::{facade_or_default, separated};
use crate::record::leading_facade;
use crate::semconv::{self, Found, Replacement, Type};

/// The types a key can be declared with.
const TYPES: [(&str, Type); 8] = [
    ("string", Type::Str),
    ("int", Type::Int),
    ("double", Type::Double),
    ("bool", Type::Bool),
    ("string[]", Type::StrArray),
    ("int[]", Type::IntArray),
    ("double[]", Type::DoubleArray),
    ("bool[]", Type::BoolArray),
];

struct Declaration {
    attrs: Vec<Attribute>,
    vis: Visibility,
    constant: Ident,
    key: LitStr,
    ty: Type,
    sensitive: bool,
}

enum Declared {
    Key(Declaration),
    Module {
        attrs: Vec<Attribute>,
        vis: Visibility,
        name: Ident,
        keys: Vec<Declaration>,
    },
}

/// The declared constants. After a mistake: those that are right, and the mistakes.
pub(crate) fn attribute_keys(tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let mut seen = Vec::new();
    let read = |input: ParseStream<'_>| {
        let facade = facade_or_default(leading_facade(input)?);
        let mut declared = Vec::new();
        while !input.is_empty() {
            match read_module(input, &mut seen, &mut errors)? {
                Some(module) => declared.push(module),
                None => {
                    let keys = read_keys(input, Visibility::Inherited, &mut seen, &mut errors);
                    declared.extend(keys.into_iter().map(Declared::Key));
                }
            }
        }
        Ok((facade, declared))
    };
    let parsed = read.parse2(tokens);
    let (facade, declared) = errors.take(parsed).unwrap_or_default();
    let items: TokenStream = declared
        .iter()
        .map(|declared| expand(declared, &facade))
        .collect();
    let errors = errors.finish();
    quote!(#items #errors)
}

/// `pub mod keys { .. }`, if that comes next.
fn read_module(
    input: ParseStream<'_>,
    seen: &mut Vec<String>,
    errors: &mut Errors,
) -> syn::Result<Option<Declared>> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    ahead.parse::<Visibility>()?;
    if !ahead.peek(Token![mod]) {
        return Ok(None);
    }
    let attrs = input.call(Attribute::parse_outer)?;
    let vis = input.parse()?;
    input.parse::<Token![mod]>()?;
    let name = input.parse()?;
    let content;
    syn::braced!(content in input);
    let public = Visibility::Public(Token![pub](Span::mixed_site()));
    let keys = read_keys(&content, public, seen, errors);
    Ok(Some(Declared::Module {
        attrs,
        vis,
        name,
        keys,
    }))
}

/// Declarations until the input ends; those without a visibility get `default`.
fn read_keys(
    input: ParseStream<'_>,
    default: Visibility,
    seen: &mut Vec<String>,
    errors: &mut Errors,
) -> Vec<Declaration> {
    let mut keys = Vec::new();
    separated(input, errors, |input, errors| {
        let mut declaration = read_key(input)?;
        if matches!(declaration.vis, Visibility::Inherited) {
            declaration.vis = default.clone();
        }
        if check_key(&declaration.key, seen, errors) {
            keys.push(declaration);
        }
        Ok(())
    });
    keys
}

fn read_key(input: ParseStream<'_>) -> syn::Result<Declaration> {
    let attrs = input.call(Attribute::parse_outer)?;
    let vis = input.parse()?;
    let constant: Ident = input.parse()?;
    let example = format!("expected `{constant}: \"my.key\" => string`");
    let explained = |error: syn::Error| syn::Error::new(error.span(), &example);
    input.parse::<Token![:]>().map_err(explained)?;
    let key = input.parse::<LitStr>().map_err(explained)?;
    input.parse::<Token![=>]>().map_err(explained)?;
    let ty = read_type(input)?;
    let mut sensitive = false;
    if input.peek(Token![,]) && input.peek2(syn::Ident) && !input.peek3(Token![:]) {
        let ahead = input.fork();
        ahead.parse::<Token![,]>()?;
        // `pub(crate) NAME: ..` and the like begin the next declaration; `pub` is no identifier.
        let word: Ident = ahead.parse()?;
        if word != "sensitive" {
            let message =
                format!("unknown property `{word}` of a key; the only one is `sensitive`");
            input.parse::<Token![,]>()?;
            return Err(syn::Error::new(word.span(), message));
        }
        input.parse::<Token![,]>()?;
        input.parse::<Ident>()?;
        sensitive = true;
    }
    Ok(Declaration {
        attrs,
        vis,
        constant,
        key,
        ty,
        sensitive,
    })
}

fn read_type(input: ParseStream<'_>) -> syn::Result<Type> {
    let names: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
    let word = input.call(Ident::parse_any).map_err(|error| {
        syn::Error::new(
            error.span(),
            format!("expected the type of the values: {}", one_of(&names)),
        )
    })?;
    let mut written = word.to_string();
    if input.peek(token::Bracket) {
        let content;
        syn::bracketed!(content in input);
        if !content.is_empty() {
            let inside = content.span();
            content.parse::<TokenStream>()?;
            let message = "an array type has empty brackets, as in `string[]`";
            return Err(syn::Error::new(inside, message));
        }
        written.push_str("[]");
    }
    match TYPES.iter().find(|(name, _)| *name == written) {
        Some((_, ty)) => Ok(*ty),
        None => {
            let message = format!("unknown type `{written}`; it is {}", one_of(&names));
            Err(syn::Error::new(word.span(), message))
        }
    }
}

/// Every rule about the names of keys.
fn check_key(key: &LitStr, seen: &mut Vec<String>, errors: &mut Errors) -> bool {
    let name = key.value();
    let refused = if let Some(remedy) = malformed(&name) {
        Some(format!("malformed attribute key `{name}`: {remedy}"))
    } else if seen.contains(&name) {
        Some(format!(
            "attribute key `{name}` is declared twice; keep one of the two"
        ))
    } else {
        in_registry(&name)
    };
    let fine = refused.is_none();
    if let Some(message) = refused {
        errors.at(key.span(), message);
    }
    seen.push(name);
    fine
}

fn in_registry(name: &str) -> Option<String> {
    match semconv::find(name) {
        Found::Entry(entry) if entry.is_deprecated() => Some(match entry.replacement(name) {
            Replacement::Known(advice) => {
                format!(
                    "the OpenTelemetry registry deprecates `{name}`; use {advice}, written as a string literal"
                )
            }
            Replacement::None => {
                format!("the OpenTelemetry registry deprecates `{name}`; choose another name")
            }
        }),
        Found::Entry(_) => Some(format!(
            "the OpenTelemetry registry has `{name}`; write it as a string literal where it is used, `\"{name}\" = value`"
        )),
        Found::BareTemplate(_) => Some(format!(
            "the OpenTelemetry registry has keys below `{name}`; choose another name"
        )),
        Found::Nothing if semconv::is_namespace(name) => Some(format!(
            "the OpenTelemetry registry has keys below `{name}`; choose another name"
        )),
        Found::Nothing if name.starts_with("otel.") => Some(
            "keys below `otel` are reserved for OpenTelemetry; begin with the name of your system"
                .to_owned(),
        ),
        Found::Nothing => None,
    }
}

/// What is wrong with a name, by the naming rules of OpenTelemetry.
fn malformed(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("it is empty; write it as in `my_system.task.id`".to_owned());
    }
    if let Some(bad) = name
        .chars()
        .find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_' | '.'))
    {
        let repaired: String = name
            .chars()
            .map(|c| match c.to_ascii_lowercase() {
                c @ ('a'..='z' | '0'..='9' | '.') => c,
                _ => '_',
            })
            .collect();
        return Some(format!(
            "`{}` is not one of `a-z`, `0-9`, `_` and `.`; write it as in `{repaired}`",
            bad.escape_default()
        ));
    }
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Some("it begins with a letter".to_owned());
    }
    let segment_is_bad =
        |segment: &str| segment.is_empty() || segment.starts_with('_') || segment.ends_with('_');
    if name.split('.').any(segment_is_bad) || name.contains("__") {
        return Some(
            "words stand between single dots and underscores, as in `my_system.task.id`".to_owned(),
        );
    }
    None
}

fn expand(declared: &Declared, facade: &TokenStream) -> TokenStream {
    match declared {
        Declared::Key(key) => expand_key(key, facade),
        Declared::Module {
            attrs,
            vis,
            name,
            keys,
        } => {
            let keys: TokenStream = keys.iter().map(|key| expand_key(key, facade)).collect();
            let doc = (!attrs.iter().any(|attr| attr.path().is_ident("doc")))
                .then(|| quote!(#[doc = "Attribute keys."]));
            quote_spanned!(Span::mixed_site()=> #(#attrs)* #doc #vis mod #name { #keys })
        }
    }
}

fn expand_key(key: &Declaration, facade: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let Declaration {
        attrs,
        vis,
        constant,
        key,
        ty,
        sensitive,
    } = key;
    let marker = Ident::new(ty.marker(), site);
    let redacted = if *sensitive {
        ", redacted before it is exported"
    } else {
        ""
    };
    let blank = (!attrs.is_empty()).then(|| quote!(#[doc = ""]));
    let doc = format!(" `{}`: {}{redacted}.", key.value(), ty.described());
    let sensitive = sensitive.then(|| quote_spanned!(site=> .sensitive()));
    quote_spanned! {site=>
        #(#attrs)*
        #blank
        #[doc = #doc]
        #vis const #constant: #facade::__private::key::Key<#facade::__private::key::types::#marker> =
            #facade::__private::key::Key::<#facade::__private::key::types::#marker>::new(#key) #sensitive;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, refused_for: Option<&str>) {
        let refused = malformed(name).or_else(|| in_registry(name));
        match (refused, refused_for) {
            (None, None) => {}
            (Some(message), Some(part)) => assert!(message.contains(part), "{name}: {message}"),
            (found, expected) => panic!("{name}: {found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn names_follow_the_rules_of_open_telemetry() {
        check("phoenix.task.id", None);
        check("phoenix.task_2.id", None);
        check("tenant", None);
        check("", Some("empty"));
        check("Phoenix.TaskId", Some("`phoenix.taskid`"));
        check("phoenix.task-id", Some("`phoenix.task_id`"));
        check("phoenix..id", Some("single dots"));
        check("phoenix.id.", Some("single dots"));
        check("1phoenix", Some("begins with a letter"));
    }

    #[test]
    fn the_registry_keeps_its_names() {
        check("http.request.method", Some("string literal"));
        check("http.request.header.accept", Some("string literal"));
        check("http.request", Some("keys below"));
        check("http.request.header", Some("keys below"));
        check("http.method", Some("use `http.request.method`"));
        check("otel.mine", Some("reserved"));
    }
}

//! Checked attributes in, the expressions that make them out.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Expr, LitStr};

use super::{Attribute, Key, Value, Warning, WarningKind, first_span, path_text};
use crate::semconv::Type;

/// The code of some attributes. `items` stand in a block before the one statement that holds `values`: the values borrow
/// temporaries, which live until the end of that statement.
pub(crate) struct Attributes {
    pub(crate) items: TokenStream,
    pub(crate) values: Vec<TokenStream>,
}

/// The code of `attributes`.
pub(crate) fn expand(attributes: &[Attribute], facade: &TokenStream) -> Attributes {
    let mut items = TokenStream::new();
    let mut values = Vec::new();
    for (index, attribute) in attributes.iter().enumerate() {
        items.extend(attribute.warnings.iter().map(expand_warning));
        values.push(expand_one(attribute, index, facade, &mut items));
    }
    Attributes { items, values }
}

fn expand_one(
    attribute: &Attribute,
    index: usize,
    facade: &TokenStream,
    items: &mut TokenStream,
) -> TokenStream {
    let site = Span::mixed_site();
    let private = quote_spanned!(site=> #facade::__private);
    let key = match &attribute.key {
        Key::Registry { name, ty } => registry_key(name, *ty, &private),
        // An error about it belongs on the path.
        Key::Declared(path) => referenced(&path.to_token_stream(), first_span(path)),
    };
    match (&attribute.value, &attribute.key) {
        (Value::Literal(literal), _) => quote_spanned!(site=> #private::attr(#key, &#literal)),
        (Value::Format { template, value }, _) => {
            let template = LitStr::new(template, site);
            quote_spanned!(site=> #private::attr_fmt(#key, ::core::format_args!(#template, #value)))
        }
        (Value::Typed(value), Key::Registry { name, ty }) => {
            let check = format_ident!("__phoenix_attribute_{index}", span = site);
            items.extend(registry_check(&check, name, *ty, &private));
            let borrowed = borrowed(value);
            quote_spanned!(site=> #check(#borrowed))
        }
        (Value::Typed(value), Key::Declared(path)) => {
            let check = format_ident!("__phoenix_attribute_{index}", span = site);
            items.extend(declared_check(&check, &path_text(path), &private));
            let borrowed = borrowed(value);
            quote_spanned!(site=> #check(#key, #borrowed))
        }
    }
}

fn registry_key(name: &LitStr, ty: Type, private: &TokenStream) -> TokenStream {
    let name = LitStr::new(&name.value(), Span::mixed_site());
    let marker = marker(ty);
    quote_spanned!(Span::mixed_site()=> const { &#private::key::Key::<#private::key::types::#marker>::new(#name) })
}

const ARRAYS: &str = "an array is a `Vec`, an array or a slice, `&values[..]`";

/// A function that takes what the key takes, and a trait of its own so that the one error names the key.
fn registry_check(check: &Ident, name: &LitStr, ty: Type, private: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let key = registry_key(name, ty, private);
    let (name, marker, takes) = (name.value(), marker(ty), ty.described());
    let message = format!("`{name}` takes {takes}");
    let label = format!("expected {takes}, found `{{Self}}`");
    let note = match ty {
        Type::Str => Some(
            "write `%value` to record the value's `Display` form, `?value` for its `Debug` form",
        ),
        ty if ty.element().is_some() => Some(ARRAYS),
        _ => None,
    };
    let note = note.map(|note| quote_spanned!(site=> , note = #note));
    let bound = trait_name(check, ty.marker());
    quote_spanned! {site=>
        #[diagnostic::on_unimplemented(message = #message, label = #label #note)]
        trait #bound: #private::ToValue<#private::key::types::#marker> {}
        #[diagnostic::do_not_recommend]
        impl<V: #private::ToValue<#private::key::types::#marker> + ?::core::marker::Sized> #bound for V {}
        #[inline]
        fn #check<V: #bound + ?::core::marker::Sized>(value: &V) -> #private::Attr<'_> {
            #private::attr(#key, value)
        }
    }
}

/// The same for a declared key, whose type only the compiler knows.
fn declared_check(check: &Ident, path: &str, private: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let message = format!("`{path}` takes a value of type `{{T}}`");
    let label = "expected a value of type `{T}`, found `{Self}`";
    let note = "a `Str` takes the `Display` form of any value as `%value`, the `Debug` form as `?value`; \
                a `OneOf<E>` takes a variant of the enum `E`; a `Replaced` key takes nothing, its deprecation says what to write";
    let (bound, arrays) = (trait_name(check, "Declared"), ARRAYS);
    quote_spanned! {site=>
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note, note = #arrays)]
        trait #bound<T: #private::key::AttributeType>: #private::ToValue<T> {}
        #[diagnostic::do_not_recommend]
        impl<T: #private::key::AttributeType, V: #private::ToValue<T> + ?::core::marker::Sized> #bound<T> for V {}
        #[inline]
        fn #check<'a, T: #private::key::AttributeType, V: #bound<T> + ?::core::marker::Sized>(
            key: &'static #private::key::Key<T>,
            value: &'a V,
        ) -> #private::Attr<'a> {
            #private::attr(key, value)
        }
    }
}

/// Traits of one name would be confused in the compiler's notes: those of an annotation are numbered, and those of another
/// one, which may be about other values, are called after their type.
fn trait_name(check: &Ident, ty: &str) -> Ident {
    let number = check.to_string().replace("__phoenix_attribute_", "");
    format_ident!("__Phoenix{ty}{number}", span = check.span())
}

/// `&value`, spanned so that an error underlines the whole value.
pub(crate) fn borrowed(value: &Expr) -> TokenStream {
    let tokens: Vec<_> = value.to_token_stream().into_iter().collect();
    let first = tokens
        .first()
        .map_or_else(|| value.span(), |token| token.span());
    if matches!(
        value,
        Expr::Path(_)
            | Expr::Field(_)
            | Expr::MethodCall(_)
            | Expr::Call(_)
            | Expr::Macro(_)
            | Expr::Index(_)
            | Expr::Lit(_)
            | Expr::Paren(_)
            | Expr::Array(_)
            | Expr::Reference(_)
            | Expr::Unary(_)
    ) {
        return referenced(&value.to_token_stream(), first);
    }
    let last = tokens.last().map_or(first, |token| token.span());
    let mut group =
        proc_macro2::Group::new(proc_macro2::Delimiter::Parenthesis, value.to_token_stream());
    group.set_span(last);
    referenced(&group.into_token_stream(), first)
}

fn referenced(tokens: &TokenStream, at: Span) -> TokenStream {
    let reference = quote_spanned!(at=> &);
    quote!(#reference #tokens)
}

fn marker(ty: Type) -> Ident {
    Ident::new(ty.marker(), Span::mixed_site())
}

/// The use of a deprecated item on the user's token: how a macro warns on a stable compiler.
fn expand_warning(warning: &Warning) -> TokenStream {
    let name = match warning.kind {
        WarningKind::DeprecatedKey => "DEPRECATED_KEY",
        WarningKind::UnlistedValue => "UNLISTED_VALUE",
    };
    let declared = Ident::new(name, Span::mixed_site());
    let used = Ident::new(name, warning.span);
    let note = &warning.note;
    quote_spanned! {Span::mixed_site()=>
        const _: () = {
            #[deprecated(note = #note)]
            const #declared: () = ();
            #used
        };
    }
}

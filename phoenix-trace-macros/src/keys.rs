//! `attribute_keys!`: declarations in, documented constants whose type is the type of the values out.

mod names;
mod parse;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, LitStr, Visibility};

use crate::errors::Errors;
use crate::options::facade_or_default;
use crate::record::leading_facade;
use crate::semconv::Type;

struct Declaration {
    attrs: Vec<Attribute>,
    vis: Visibility,
    constant: Ident,
    key: LitStr,
    ty: KeyType,
    sensitive: bool,
    max_length: Option<usize>,
}

enum KeyType {
    Plain(Type),
    OneOf(Enum),
}

/// The values that a key takes, and no others.
struct Enum {
    name: Ident,
    variants: Vec<Variant>,
}

struct Variant {
    attrs: Vec<Attribute>,
    name: Ident,
    text: LitStr,
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

/// The declared constants, and after mistakes these too.
pub(crate) fn attribute_keys(tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let mut seen = Vec::new();
    let read = |input: ParseStream<'_>| {
        let facade = facade_or_default(leading_facade(input)?);
        let mut declared = Vec::new();
        while !input.is_empty() {
            match parse::read_module(input, &mut seen, &mut errors)? {
                Some(module) => declared.push(module),
                None => {
                    let keys = parse::read_keys(input, false, &mut seen, &mut errors);
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

fn expand(declared: &Declared, facade: &TokenStream) -> TokenStream {
    match declared {
        Declared::Key(key) => expand_key(key, facade),
        Declared::Module {
            attrs,
            vis,
            name,
            keys,
        } => {
            let list = expand_sensitive(keys);
            let keys: TokenStream = keys.iter().map(|key| expand_key(key, facade)).collect();
            let doc = (!attrs.iter().any(|attr| attr.path().is_ident("doc")))
                .then(|| quote!(#[doc = "Attribute keys."]));
            quote_spanned!(Span::mixed_site()=> #(#attrs)* #doc #vis mod #name { #keys #list })
        }
    }
}

/// The names of a module's sensitive keys, for where a key is nothing but its name. Only a key of that name is in the way.
fn expand_sensitive(keys: &[Declaration]) -> Option<TokenStream> {
    const LIST: &str = "SENSITIVE";
    let site = Span::mixed_site();
    let sensitive = || keys.iter().filter(|key| key.sensitive);
    // Whoever sees one of the keys may have to name it.
    let public = sensitive().find(|key| matches!(key.vis, Visibility::Public(_)));
    let vis = &public.or_else(|| sensitive().next())?.vis;
    if keys.iter().any(|key| key.constant == LIST) {
        return None;
    }
    let list = Ident::new(LIST, Span::call_site());
    let names = sensitive().map(|Declaration { attrs, key, .. }| {
        let cfg = conditions(attrs);
        quote_spanned!(site=> #cfg #key)
    });
    Some(quote_spanned! {site=>
        /// The keys of this module that are sensitive, for `Config::sensitive_keys`.
        #[allow(dead_code, reason = "it is for those who log under these names")]
        #vis const #list: &[&::core::primitive::str] = &[#(#names),*];
    })
}

fn expand_key(key: &Declaration, facade: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let Declaration {
        attrs,
        vis,
        constant,
        key: name,
        ty,
        sensitive,
        max_length,
    } = key;
    let types = quote_spanned!(site=> #facade::__private::key::types);
    let (takes, marker, values) = match ty {
        KeyType::Plain(ty) => {
            let marker = Ident::new(ty.marker(), site);
            let takes = ty.described().to_owned();
            (takes, quote_spanned!(site=> #types::#marker), None)
        }
        KeyType::OneOf(values) => {
            let name = &values.name;
            let takes = format!("a [`{name}`]");
            let marker = quote_spanned!(site=> #types::OneOf<#name>);
            (takes, marker, Some(expand_enum(values, key, facade)))
        }
    };
    let length = max_length.map(|length| format!(", of which {length} bytes are exported"));
    let redacted = sensitive.then_some(", redacted before it is exported");
    let blank = (!attrs.is_empty()).then(|| quote!(#[doc = ""]));
    let doc = format!(
        " `{}`: {takes}{}{}.",
        name.value(),
        length.unwrap_or_default(),
        redacted.unwrap_or_default()
    );
    let sensitive = sensitive.then(|| quote_spanned!(site=> .sensitive()));
    let max_length = max_length.map(|length| quote_spanned!(site=> .max_length(#length)));
    quote_spanned! {site=>
        #(#attrs)*
        #blank
        #[doc = #doc]
        #vis const #constant: #facade::__private::key::Key<#marker> =
            #facade::__private::key::Key::<#marker>::new(#name) #sensitive #max_length;
        #values
    }
}

/// The `#[cfg]`s among `attrs`, which hold for all that is made of what they stand on.
fn conditions(attrs: &[Attribute]) -> TokenStream {
    let conditions = attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    quote!(#(#conditions)*)
}

fn expand_enum(values: &Enum, key: &Declaration, facade: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let (Enum { name, variants }, vis) = (values, &key.vis);
    let doc = format!(
        " The values of [`{}`], `{}`.",
        key.constant,
        key.key.value()
    );
    let declared = variants.iter().map(|Variant { attrs, name, text }| {
        let blank = (!attrs.is_empty()).then(|| quote!(#[doc = ""]));
        let doc = format!(" `{}`.", text.value());
        quote_spanned!(site=> #(#attrs)* #blank #[doc = #doc] #name)
    });
    let arms = variants.iter().map(|Variant { attrs, name, text }| {
        let (cfg, text) = (conditions(attrs), text.value());
        quote_spanned!(site=> #cfg Self::#name => #text)
    });
    let cfg = conditions(&key.attrs);
    let text = if variants.is_empty() {
        quote_spanned!(site=> match self {})
    } else {
        quote_spanned!(site=> match self { #(#arms),* })
    };
    quote_spanned! {site=>
        #cfg
        #[doc = #doc]
        #[derive(
            ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug,
            ::core::cmp::PartialEq, ::core::cmp::Eq, ::core::hash::Hash,
        )]
        #vis enum #name { #(#declared),* }
        #cfg
        impl #name {
            /// The value as it is recorded.
            #[must_use]
            #[inline]
            #vis const fn as_str(self) -> &'static ::core::primitive::str {
                #text
            }
        }
        #cfg
        impl #facade::__private::ToValue<#facade::__private::key::types::OneOf<#name>> for #name {
            #[inline]
            fn to_value(&self) -> #facade::__private::Value<'_> {
                // By its path: `self.as_str()` might be that of a trait which is in scope here.
                #facade::__private::Value::Str(Self::as_str(*self))
            }
        }
    }
}

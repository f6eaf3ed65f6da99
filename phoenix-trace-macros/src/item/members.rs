//! The members of an impl, one after the other: methods parsed, the bodies kept as tokens.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Attribute, ImplItem, ItemImpl, Meta, Path, Token};

use super::{Function, Item, visible};

/// An impl as written.
pub(crate) struct Impl {
    /// The impl without its members.
    pub(crate) header: ItemImpl,
    pub(crate) members: Vec<Member>,
}

pub(crate) enum Member {
    /// A method with a body.
    Method(Box<Function>),
    Other(TokenStream),
}

impl Impl {
    /// `None`: it is no impl.
    pub(crate) fn parse(item: TokenStream) -> Option<syn::Result<Self>> {
        let mut tokens = visible(item);
        let body = match tokens.pop()? {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => group,
            _ => return None,
        };
        // Parsed without what is inside, which stays tokens.
        let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
        empty.set_span(body.span());
        tokens.push(empty.into());
        let header = syn::parse2::<ItemImpl>(tokens.into_iter().collect()).ok()?;
        let read = |input: ParseStream<'_>| {
            let mut members = Vec::new();
            while !input.is_empty() {
                members.push(read_member(input)?);
            }
            Ok(members)
        };
        Some(
            read.parse2(body.stream())
                .map(|members| Self { header, members }),
        )
    }

    /// The impl with these members in place of its own.
    pub(crate) fn with_members(header: &ItemImpl, members: TokenStream) -> TokenStream {
        let mut body = Group::new(Delimiter::Brace, members);
        body.set_span(header.brace_token.span.join());
        // The header ends in the empty braces that it was parsed with.
        let mut tokens: Vec<TokenTree> = quote!(#header).into_iter().collect();
        tokens.pop();
        tokens.into_iter().chain([body.into()]).collect()
    }
}

fn read_member(input: ParseStream<'_>) -> syn::Result<Member> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    ahead.parse::<syn::Visibility>()?;
    ahead.parse::<Option<syn::Token![default]>>()?;
    if ahead.parse::<syn::Signature>().is_err() || !ahead.peek(syn::token::Brace) {
        let other: ImplItem = input.parse()?;
        return Ok(Member::Other(quote!(#other)));
    }
    match input.parse::<Item>()? {
        Item::Function(function) => Ok(Member::Method(function)),
        Item::Declaration(_) | Item::Other(_) => Err(input.error("expected a method")),
    }
}

/// Is it an attribute called `name`, by whatever path?
pub(crate) fn is_called(attribute: &Attribute, name: &str) -> bool {
    last_word(attribute.path()) == name
}

/// The paths in an attribute that end in one of `names`, also under `cfg_attr`.
pub(crate) fn called(attribute: &Attribute, names: &[&str]) -> Vec<Path> {
    let metas = match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .map(|metas| metas.into_iter().skip(1).collect())
            .unwrap_or_default(),
        meta => vec![meta.clone()],
    };
    let paths = metas.into_iter().map(|meta| meta.path().clone());
    paths
        .filter(|path| names.contains(&last_word(path).as_str()))
        .collect()
}

/// What a path ends in.
pub(crate) fn last_word(path: &Path) -> String {
    let last = path.segments.last();
    last.map_or_else(String::new, |segment| segment.ident.to_string())
}

/// An annotation stays where it was, with the argument `marker`, or its import would be unused.
pub(crate) fn marked(path: &Path, marker: &str) -> Attribute {
    let marker = Ident::new(marker, Span::mixed_site());
    syn::parse_quote!(#[#path(#marker)])
}

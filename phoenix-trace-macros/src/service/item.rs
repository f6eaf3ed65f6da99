//! The impl as written: its header and associated types parsed, the bodies of its methods kept as tokens.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, ImplItem, ImplItemType, ItemImpl, Meta, Path};

use crate::errors::Errors;
use crate::item::{Function, Item};
use crate::operation::{Args, HANDLED};

const ANNOTATION: &str = "traced_operation";

pub(super) struct ServiceImpl {
    /// The impl without its items.
    pub(super) header: ItemImpl,
    pub(super) trait_path: Path,
    pub(super) members: Vec<Member>,
}

pub(super) enum Member {
    /// A method, and the options of the `#[traced_operation]` on it.
    Method(Box<Function>, Args),
    Type(ImplItemType),
    Other(TokenStream),
}

impl ServiceImpl {
    pub(super) fn parse(item: TokenStream, errors: &mut Errors) -> Option<Self> {
        const PLACE: &str = "`#[traced_grpc_service]` goes on the impl of a tonic service, \
                             `impl orders_server::Orders for Service { .. }`";
        let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
        let first = tokens.first().map(TokenTree::span);
        let Some(TokenTree::Group(body)) = tokens.pop().filter(is_braced) else {
            errors.at(first.unwrap_or_else(proc_macro2::Span::call_site), PLACE);
            return None;
        };
        let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
        empty.set_span(body.span());
        tokens.push(empty.into());
        let Ok(header) = syn::parse2::<ItemImpl>(tokens.into_iter().collect()) else {
            errors.at(first.unwrap_or_else(proc_macro2::Span::call_site), PLACE);
            return None;
        };
        let Some((trait_path, _)) = header.trait_.clone() else {
            errors.push(syn::Error::new_spanned(&header.self_ty, PLACE));
            return None;
        };
        let read = |input: ParseStream<'_>| {
            let mut members = Vec::new();
            while !input.is_empty() {
                members.push(read_member(input, errors)?);
            }
            Ok(members)
        };
        let parsed = read.parse2(body.stream());
        let members = errors.take(parsed)?;
        Some(Self {
            header,
            trait_path,
            members,
        })
    }
}

fn is_braced(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn read_member(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Member> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    ahead.parse::<syn::Visibility>()?;
    ahead.parse::<Option<syn::Token![default]>>()?;
    if ahead.parse::<syn::Signature>().is_err() || !ahead.peek(syn::token::Brace) {
        return Ok(match input.parse::<ImplItem>()? {
            ImplItem::Type(ty) => Member::Type(ty),
            other => Member::Other(quote::quote!(#other)),
        });
    }
    let mut function = read_function(input)?;
    let mut args: Option<Args> = None;
    let mut kept = Vec::new();
    for attribute in function.attrs.drain(..) {
        if !is_annotation(&attribute) {
            kept.push(attribute);
            continue;
        }
        kept.push(handled(attribute.path()));
        if args.is_some() {
            errors.push(syn::Error::new_spanned(
                attribute,
                "`#[traced_operation]` is given twice; join the two",
            ));
        } else {
            let tokens = match attribute.meta {
                Meta::List(list) => list.tokens,
                _ => TokenStream::new(),
            };
            args = Some(Args::parse_on_rpc(tokens, errors));
        }
    }
    function.attrs = kept;
    Ok(Member::Method(Box::new(function), args.unwrap_or_default()))
}

fn read_function(input: ParseStream<'_>) -> syn::Result<Function> {
    let start = input.fork();
    // One function at a time: the tokens up to and with its body.
    let mut tokens = Vec::new();
    loop {
        let token: TokenTree = input.parse()?;
        let last = is_braced(&token) && !is_const_argument(&tokens);
        tokens.push(token);
        if last {
            break;
        }
    }
    match syn::parse2(tokens.into_iter().collect())? {
        Item::Function(function) => Ok(*function),
        Item::Declaration(_) | Item::Other(_) => Err(start.error("expected a method")),
    }
}

/// A brace in a signature, as in `Array<{ 3 }>`.
fn is_const_argument(before: &[TokenTree]) -> bool {
    matches!(before.last(), Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), '<' | ',' | '='))
}

/// Is it `#[traced_operation]`, by whatever path?
fn is_annotation(attribute: &Attribute) -> bool {
    attribute
        .path()
        .segments
        .last()
        .is_some_and(|segment| segment.ident == ANNOTATION)
}

/// The annotation stays where it was, as one that has been seen to, or its import would be unused.
fn handled(path: &Path) -> Attribute {
    let marker = Ident::new(HANDLED, Span::mixed_site());
    syn::parse_quote!(#[#path(#marker)])
}

/// The impl with its annotations seen to, so that only the real mistakes are told.
pub(super) fn without_annotations(item: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    if let Some(TokenTree::Group(body)) = tokens.pop_if(|token| is_braced(token)) {
        let mut after_pound = false;
        let content = body.stream().into_iter().map(|token| {
            let is_attribute = std::mem::replace(&mut after_pound, is_pound(&token));
            match token {
                TokenTree::Group(group) if is_attribute => handled_tokens(group).into(),
                other => other,
            }
        });
        let mut seen_to = Group::new(Delimiter::Brace, content.collect());
        seen_to.set_span(body.span());
        tokens.push(seen_to.into());
    }
    tokens.into_iter().collect()
}

fn is_pound(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#')
}

fn handled_tokens(attribute: Group) -> Group {
    let Ok(meta) = syn::parse2::<Meta>(attribute.stream()) else {
        return attribute;
    };
    if meta
        .path()
        .segments
        .last()
        .is_none_or(|segment| segment.ident != ANNOTATION)
    {
        return attribute;
    }
    let path = meta.path();
    let marker = Ident::new(HANDLED, Span::mixed_site());
    let mut seen_to = Group::new(Delimiter::Bracket, quote::quote!(#path(#marker)));
    seen_to.set_span(attribute.span());
    seen_to
}

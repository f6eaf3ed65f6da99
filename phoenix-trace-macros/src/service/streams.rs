//! The associated types of streamed responses. Their span lives until the stream has ended, so another stream stands
//! around the user's own.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit_mut::VisitMut as _;
use syn::{GenericArgument, Ident, PathArguments, ReturnType, Type};

use crate::item::plain;
use crate::visit::{Node, Walk};

/// The associated type of one streaming RPC.
#[derive(Clone)]
pub(super) struct Stream {
    pub(super) name: Ident,
    /// The type as the user wrote it.
    pub(super) ty: Type,
}

impl Stream {
    /// `Pin<Box<dyn Stream>>` can hold the stream around it as well: the type stays.
    pub(super) fn is_boxed(&self) -> bool {
        let boxed = argument_of(&self.ty, "Pin").and_then(|pinned| argument_of(pinned, "Box"));
        boxed.is_some_and(|inside| matches!(plain(inside), Type::TraitObject(_)))
    }

    /// Does `name` belong to the RPC of this method? The type is called after the name in the protocol: `GetURLStream`.
    pub(super) fn rpc_of(name: &Ident, method: &Ident) -> Option<String> {
        let name = syn::ext::IdentExt::unraw(name).to_string();
        let rpc = name.strip_suffix("Stream")?;
        let method = syn::ext::IdentExt::unraw(method)
            .to_string()
            .replace('_', "");
        (!rpc.is_empty() && rpc.replace('_', "").eq_ignore_ascii_case(&method))
            .then(|| rpc.to_owned())
    }

    /// `Self::XStream`, and the longer spelling of it, replaced by the user's own type.
    pub(super) fn resolve(&self, tokens: TokenStream) -> TokenStream {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut out: Vec<TokenTree> = Vec::new();
        let mut rest = tokens.into_iter().peekable();
        while let Some(token) = rest.next() {
            match token {
                TokenTree::Ident(ident) if ident == self.name && take_self(&mut out) => {
                    let ty = &self.ty;
                    let is_prefix = matches!(rest.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':' && punct.spacing() == Spacing::Joint);
                    out.extend(if is_prefix {
                        quote!(<#ty>)
                    } else {
                        quote!(#ty)
                    });
                }
                TokenTree::Group(group) => {
                    let mut resolved = Group::new(group.delimiter(), self.resolve(group.stream()));
                    resolved.set_span(group.span());
                    out.push(resolved.into());
                }
                other => out.push(other),
            }
        }
        out.into_iter().collect()
    }

    /// Makes the signature name the associated type where it names the user's own type. `false` if it names neither.
    pub(super) fn name_in(&self, output: &mut ReturnType) -> bool {
        let resolved = self.resolve(output.to_token_stream());
        if spelled(resolved) != spelled(output.to_token_stream()) {
            return true;
        }
        let (own, name) = (spelled(self.ty.to_token_stream()), &self.name);
        let mut found = false;
        let mut rename = |node: Node<'_>| match node {
            Node::Type(ty) if spelled(ty.to_token_stream()) == own => {
                *ty = Type::Verbatim(quote!(Self::#name));
                found = true;
                false
            }
            Node::Type(_) | Node::Expr(_) | Node::Binding(_) => true,
        };
        Walk(&mut rename).visit_return_type_mut(output);
        found
    }
}

/// The tokens as text for comparison, without the invisible groups in which a `macro_rules!` macro hands a type on.
fn spelled(tokens: TokenStream) -> String {
    let mut text = String::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                text += &spelled(group.stream());
            }
            TokenTree::Group(group) => {
                text += &format!("{:?}{} end ", group.delimiter(), spelled(group.stream()));
            }
            token => text += &format!("{token} "),
        }
    }
    text
}

/// Takes `Self ::` or `< Self as .. > ::` off the end.
fn take_self(tokens: &mut Vec<TokenTree>) -> bool {
    let is = |token: Option<&TokenTree>, text: &str| {
        token.is_some_and(|token| token.to_string() == text)
    };
    let Some(before_colons) = tokens.len().checked_sub(2) else {
        return false;
    };
    if !is(tokens.get(before_colons), ":")
        || !is(tokens.get(before_colons + 1), ":")
        || before_colons == 0
    {
        return false;
    }
    let mut start = before_colons - 1;
    if is(tokens.get(start), ">") {
        let Some(opened) = tokens[..start].windows(3).rposition(|three| {
            is(three.first(), "<") && is(three.get(1), "Self") && is(three.get(2), "as")
        }) else {
            return false;
        };
        start = opened;
    } else if !is(tokens.get(start), "Self") {
        return false;
    }
    tokens.truncate(start);
    true
}

/// `T` of `Wrapper<T>`, by the last segment of its path.
fn argument_of<'a>(ty: &'a Type, wrapper: &str) -> Option<&'a Type> {
    let Type::Path(path) = plain(ty) else {
        return None;
    };
    let segment = path
        .path
        .segments
        .last()
        .filter(|segment| segment.ident == wrapper)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn check_resolved(tokens: TokenStream, expected: &TokenStream) {
        let stream = Stream {
            name: parse_quote!(XStream),
            ty: parse_quote!(Own),
        };
        assert_eq!(stream.resolve(tokens).to_string(), expected.to_string());
    }

    #[test]
    fn the_associated_type_is_resolved_in_bodies() {
        check_resolved(
            quote!(let s: Self::XStream = f();),
            &quote!(let s: Own = f();),
        );
        check_resolved(quote!(f(Self::XStream::new(1))), &quote!(f(<Own>::new(1))));
        check_resolved(quote!(x as <Self as a::B<C>>::XStream), &quote!(x as Own));
        check_resolved(quote!(Other::XStream), &quote!(Other::XStream));
        check_resolved(quote!(XStream), &quote!(XStream));
    }

    #[test]
    fn streams_belong_to_the_method_of_their_name() {
        let rpc = |name: &str, method: &str| {
            let site = proc_macro2::Span::call_site();
            Stream::rpc_of(&Ident::new(name, site), &Ident::new(method, site))
        };
        assert_eq!(rpc("GetURLStream", "get_url").as_deref(), Some("GetURL"));
        assert_eq!(rpc("WatchStream", "watch").as_deref(), Some("Watch"));
        assert_eq!(rpc("WatchStream", "watch_all"), None);
        assert_eq!(rpc("Stream", "stream"), None);
    }

    #[test]
    fn boxed_streams_keep_their_type() {
        let boxed = |ty: Type| {
            Stream {
                name: parse_quote!(XStream),
                ty,
            }
            .is_boxed()
        };
        assert!(boxed(parse_quote!(Pin<Box<dyn Stream<Item = u8> + Send>>)));
        assert!(boxed(parse_quote!(
            std::pin::Pin<std::boxed::Box<dyn Stream<Item = u8> + Send + 'static>>
        )));
        assert!(!boxed(parse_quote!(ReceiverStream<u8>)));
        assert!(!boxed(parse_quote!(Pin<Box<Own>>)));
    }
}

//! The impl as written: its header and associated types parsed, the bodies of its methods kept as tokens.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{ImplItemType, ItemImpl, Path};

use crate::errors::Errors;
use crate::item::{Function, Impl, Member};
use crate::operation::{Args, refuse_another, take_args};

pub(super) struct ServiceImpl {
    /// The impl without its items.
    pub(super) header: ItemImpl,
    pub(super) trait_path: Path,
    pub(super) members: Vec<ServiceMember>,
}

pub(super) enum ServiceMember {
    /// A method, and the options of the `#[traced_operation]` on it.
    Method(Box<Function>, Args),
    Type(ImplItemType),
    Other(TokenStream),
}

impl ServiceImpl {
    pub(super) fn parse(item: TokenStream, errors: &mut Errors) -> Option<Self> {
        const PLACE: &str = "`#[traced_grpc_service]` goes on the impl of a tonic service, \
                             `impl orders_server::Orders for Service { .. }`";
        let first = item.clone().into_iter().next();
        let first = first.as_ref().map_or_else(Span::call_site, TokenTree::span);
        let Some(parsed) = Impl::parse(item) else {
            errors.at(first, PLACE);
            return None;
        };
        let Impl { header, members } = errors.take(parsed)?;
        refuse_another(&header, "traced_grpc_service", errors);
        let Some((trait_path, _)) = header.trait_.clone() else {
            errors.push(syn::Error::new_spanned(&header.self_ty, PLACE));
            return None;
        };
        let members = members.into_iter().map(|member| match member {
            Member::Method(mut function) => {
                let args = take_args(&mut function, Args::parse_on_rpc, errors);
                ServiceMember::Method(function, args.unwrap_or_default())
            }
            Member::Other(tokens) => match syn::parse2(tokens.clone()) {
                Ok(ty) => ServiceMember::Type(ty),
                Err(_) => ServiceMember::Other(tokens),
            },
        });
        Some(Self {
            members: members.collect(),
            header,
            trait_path,
        })
    }
}

//! `#[traced_grpc_service]`: args → item → lower → expand.

mod args;
mod expand;
mod item;
mod lower;
mod streams;

use proc_macro2::TokenStream;

use crate::errors::Errors;
use crate::item::Impl;
use crate::operation;

/// The impl with every RPC inside its span. After a mistake: the impl as it was, and the mistakes.
pub(crate) fn traced_grpc_service(args: TokenStream, item: TokenStream) -> TokenStream {
    if operation::is_handled(&args) {
        return item;
    }
    let mut errors = Errors::new();
    let args = args::Args::parse(args, &mut errors);
    let parsed = item::ServiceImpl::parse(item.clone(), &mut errors);
    let plan = parsed.and_then(|parsed| lower::lower(args, parsed, &mut errors));
    match (errors.finish(), plan) {
        (None, Some(plan)) => expand::expand(&plan),
        (errors, _) => {
            let item = match Impl::parse(item.clone()) {
                Some(Ok(parsed)) => operation::untraced(&parsed),
                _ => item,
            };
            quote::quote!(#item #errors)
        }
    }
}

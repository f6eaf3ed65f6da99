//! `#[traced_operation]`: args → item → lower → expand.

mod args;
mod capture;
mod expand;
mod lower;
mod ret;

use proc_macro2::TokenStream;

pub(crate) use args::Args;

use crate::errors::Errors;
use crate::item::Item;

/// The argument of an annotation that `#[traced_grpc_service]` has seen to: it leaves the function as it is.
pub(crate) const HANDLED: &str = "__phoenix_handled";

/// The annotated function, inside its span. After a mistake: the function as it was, and the mistakes.
pub(crate) fn traced_operation(args: TokenStream, item: TokenStream) -> TokenStream {
    if args.to_string() == HANDLED {
        return item;
    }
    let mut errors = Errors::new();
    let args = Args::parse(args, &mut errors);
    let parsed = errors.take(syn::parse2::<Item>(item.clone()));
    let plan = parsed.and_then(|parsed| lower::lower(args, parsed, &mut errors));
    match (errors.finish(), plan) {
        (None, Some(plan)) => expand::expand(&plan),
        (errors, _) => {
            let errors = errors.unwrap_or_default();
            quote::quote!(#item #errors)
        }
    }
}

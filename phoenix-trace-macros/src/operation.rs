//! `#[traced_operation]`: args → item → lower → expand.

mod args;
mod capture;
mod expand;
mod impl_block;
mod lower;
mod ret;

use proc_macro2::TokenStream;

pub(crate) use args::Args;
pub(crate) use impl_block::{refuse_another, take_args, untraced};

use crate::errors::{Errors, without_lints};
use crate::item::{Impl, Item};

/// The argument of an annotation that the one on the impl has seen to: it leaves the function as it is.
const HANDLED: &str = "__phoenix_handled";

const NAME: &str = "traced_operation";

/// The annotated function, inside its span. After a mistake: the function as it was, and the mistakes.
pub(crate) fn traced_operation(args: TokenStream, item: TokenStream) -> TokenStream {
    if is_handled(&args) {
        return item;
    }
    let mut errors = Errors::new();
    let args = Args::parse(args, &mut errors);
    if let Some(parsed) = Impl::parse(item.clone()) {
        return match errors.take(parsed) {
            Some(parsed) => traced_impl(args, parsed, errors),
            None => {
                let errors = errors.finish();
                quote::quote!(#item #errors)
            }
        };
    }
    let parsed = errors.take(syn::parse2::<Item>(item.clone()));
    let plan = parsed.and_then(|parsed| lower::lower(args, parsed, &mut errors));
    match (errors.finish(), plan) {
        (None, Some(plan)) => expand::expand(&plan),
        (errors, _) => {
            let (item, errors) = (without_lints(item), errors.unwrap_or_default());
            quote::quote!(#item #errors)
        }
    }
}

/// Has another annotation of the same impl seen to this one?
pub(crate) fn is_handled(args: &TokenStream) -> bool {
    args.to_string() == HANDLED
}

fn is_seen(annotation: &syn::Attribute) -> bool {
    matches!(&annotation.meta, syn::Meta::List(list) if is_handled(&list.tokens))
}

/// The same for every method of an impl.
fn traced_impl(args: Args, item: Impl, mut errors: Errors) -> TokenStream {
    let untraced = untraced(&item);
    if refuse_another(&item.header, NAME, &mut errors) {
        // What stands on the methods may be meant for the other.
        let errors = errors.finish();
        return quote::quote!(#untraced #errors);
    }
    let plan = impl_block::lower(args, item, &mut errors);
    match errors.finish() {
        None => impl_block::expand(&plan),
        errors => quote::quote!(#untraced #errors),
    }
}

//! What stays of a function after a mistake: it is checked like any other, and nothing else is said of it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;

use super::lower::rivals;
use crate::item::{Function, Item};

/// The function without attributes that would start a runtime or make a test. `main` goes into a plain one: it may have
/// what `main` may not have.
pub(super) fn without_entry(item: TokenStream) -> TokenStream {
    let Ok(Item::Function(function)) = syn::parse2::<Item>(item.clone()) else {
        return item;
    };
    let Function {
        mut attrs,
        vis,
        defaultness,
        sig,
        body,
    } = *function;
    attrs.retain(|attribute| rivals(attribute).is_empty());
    let name = &sig.ident;
    let function = |defaultness| {
        quote! {
            #[allow(dead_code, reason = "it starts nothing while its annotation is wrong")]
            #(#attrs)* #vis #defaultness #sig #body
        }
    };
    if name.unraw() == "main" && sig.receiver().is_none() {
        let inner = function(None);
        quote!(#vis fn #name() { #inner })
    } else {
        function(defaultness)
    }
}

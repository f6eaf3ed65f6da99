//! `#[phoenix_main]` and `#[phoenix_test]`: args → lower → expand. What they are put on begins a process, or a test.

mod args;
mod expand;
mod lower;
mod recover;

use proc_macro2::TokenStream;

use crate::errors::Errors;
use crate::item::Item;

/// Which of the two it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Main,
    Test,
}

/// `main` inside the pipeline. After a mistake: `main` as it was, where it starts nothing, and the mistakes.
pub(crate) fn phoenix_main(args: TokenStream, item: TokenStream) -> TokenStream {
    entry(Entry::Main, args, item)
}

/// A test with a capture of its own. After a mistake: the function as it was, and the mistakes.
pub(crate) fn phoenix_test(args: TokenStream, item: TokenStream) -> TokenStream {
    entry(Entry::Test, args, item)
}

fn entry(entry: Entry, args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let args = args::Args::parse(entry, args, &mut errors);
    let parsed = errors.take(syn::parse2::<Item>(item.clone()));
    let plan = parsed.and_then(|parsed| lower::lower(entry, args, parsed, &mut errors));
    match (errors.finish(), plan) {
        (None, Some(plan)) => expand::expand(&plan),
        (errors, _) => {
            let item = recover::without_entry(item);
            quote::quote!(#item #errors)
        }
    }
}

impl Entry {
    fn attribute(self) -> &'static str {
        match self {
            Self::Main => "`#[phoenix_main]`",
            Self::Test => "`#[phoenix_test]`",
        }
    }
}

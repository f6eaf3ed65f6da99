//! The attribute macros of phoenix-trace. Services use them through the facade, `phoenix-trace`, which documents what
//! they are for.
//!
//! Every macro goes the same way: options and item are read (`args`, `item`), checked against each other (`lower`), and
//! turned into code (`expand`), which cannot fail. Mistakes are gathered and reported together.

mod attribute;
mod errors;
mod item;
mod keys;
mod main_fn;
mod operation;
mod options;
mod record;
mod semconv;
mod service;

use proc_macro::TokenStream;

/// Records a span for every call of a function.
#[proc_macro_attribute]
pub fn traced_operation(args: TokenStream, item: TokenStream) -> TokenStream {
    operation::traced_operation(args.into(), item.into()).into()
}

/// service.
#[proc_macro_attribute]
pub fn traced_grpc_service(args: TokenStream, item: TokenStream) -> TokenStream {
    service::traced_grpc_service(args.into(), item.into()).into()
}

/// main.
#[proc_macro_attribute]
pub fn phoenix_main(args: TokenStream, item: TokenStream) -> TokenStream {
    main_fn::phoenix_main(args.into(), item.into()).into()
}

/// keys.
#[proc_macro]
pub fn attribute_keys(tokens: TokenStream) -> TokenStream {
    keys::attribute_keys(tokens.into()).into()
}

/// record.
#[proc_macro]
pub fn record(tokens: TokenStream) -> TokenStream {
    record::record(tokens.into()).into()
}

/// event.
#[proc_macro]
pub fn event(tokens: TokenStream) -> TokenStream {
    record::event(tokens.into()).into()
}

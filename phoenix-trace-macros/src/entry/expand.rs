//! A plan in, a function that runs the body inside a pipeline out.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Expr, Type};

use super::Entry;
use super::lower::Plan;
use crate::item::inferable;

pub(super) fn expand(plan: &Plan) -> TokenStream {
    let content = match plan.entry {
        Entry::Main => main(plan),
        Entry::Test => test(plan),
    };
    let function = &plan.function;
    let (attrs, vis) = (&function.attrs, &function.vis);
    let mut sig = function.sig.clone();
    sig.asyncness = None;
    sig.inputs.clear();
    let mut block = Group::new(Delimiter::Brace, content);
    block.set_span(function.body.span());
    let function = quote!(#(#attrs)* #vis #sig #block);
    match plan.entry {
        Entry::Main => function,
        Entry::Test => {
            let facade = &plan.facade;
            // Without the feature it says so, in place of the test.
            quote_spanned! {Span::mixed_site()=>
                #facade::__private::testing! {
                    #[::core::prelude::v1::test]
                    #function
                }
            }
        }
    }
}

fn main(plan: &Plan) -> TokenStream {
    let site = Span::mixed_site();
    let facade = &plan.facade;
    let service = option(text(facade, plan.service.as_ref()));
    let version = option(text(facade, plan.version.as_ref()));
    let (flavor, threads, config) = (
        flavor(plan),
        option(plan.worker_threads.as_ref()),
        config(plan),
    );
    let shutdown = plan.shutdown.map(|variant| Ident::new(variant, site));
    let shutdown = match shutdown {
        Some(variant) => quote_spanned! {site=>
            ::core::option::Option::Some(#facade::__private::Shutdown::#variant)
        },
        None => quote_spanned!(site=> ::core::option::Option::None),
    };
    let own_subscriber = plan.own_subscriber;
    let described = quote_spanned! {site=>
        #facade::__private::Main {
            service: #service,
            version: #version,
            version_default: ::core::env!("CARGO_PKG_VERSION"),
            name_default: ::core::env!("CARGO_PKG_NAME"),
            flavor: #flavor,
            worker_threads: #threads,
            shutdown: #shutdown,
            own_subscriber: #own_subscriber,
            panic_aborts: ::core::cfg!(panic = "abort"),
            config: #config,
        }
    };
    let body = body(plan);
    let run = if plan.function.sig.asyncness.is_some() {
        quote_spanned!(site=> #facade::__private::run_main(#described, #body))
    } else {
        quote_spanned!(site=> #facade::__private::run_main_sync(#described, #body))
    };
    returned(plan, run)
}

fn test(plan: &Plan) -> TokenStream {
    let site = Span::mixed_site();
    let facade = &plan.facade;
    let (flavor, threads, config) = (
        flavor(plan),
        option(plan.worker_threads.as_ref()),
        config(plan),
    );
    let capture = plan.capture.as_ref().map(|argument| {
        let (attrs, pat, ty) = (&argument.attrs, &argument.pat, &argument.ty);
        quote_spanned!(site=> #(#attrs)* let #pat: #ty = #facade::__private::Test::capture(&__phoenix_test);)
    });
    let body = body(plan);
    let run = if plan.function.sig.asyncness.is_some() {
        quote!(run)
    } else {
        quote!(run_sync)
    };
    let outcome = match plan.function.output() {
        None | Some(Type::Never(_)) => {
            quote_spanned!(site=> |_| #facade::__private::Outcome::Ok)
        }
        Some(_) => {
            quote_spanned!(site=> |__phoenix_returned| #facade::__private::outcome!(__phoenix_returned))
        }
    };
    let run =
        quote_spanned!(site=> #facade::__private::Test::#run(&__phoenix_test, #body, #outcome));
    let run = returned(plan, run);
    quote_spanned! {site=>
        let __phoenix_test = #facade::__private::Test::new(#flavor, #threads, #config);
        #capture
        #run
    }
}

/// The body, as a future or a closure that knows its type.
fn body(plan: &Plan) -> TokenStream {
    let site = Span::mixed_site();
    let function = &plan.function;
    let output = match function.output() {
        // `!` cannot be written here.
        Some(Type::Never(_)) => Some(quote_spanned!(site=> ::core::convert::Infallible)),
        output => output.and_then(inferable).map(|ty| quote!(#ty)),
    };
    // As the user's own block, so that lints look into it.
    let own = function.body.span();
    if function.sig.asyncness.is_none() {
        let body = &function.body;
        return match output {
            Some(ty) => quote_spanned!(own=> || -> #ty #body),
            None => quote_spanned!(own=> || #body),
        };
    }
    // Never run; it gives the block its type.
    let typed = output.map(|ty| {
        quote_spanned! {site=>
            if let ::core::option::Option::Some(__phoenix_never) = ::core::option::Option::None::<#ty> {
                return __phoenix_never;
            }
        }
    });
    let statements = function.body.stream();
    let mut block = Group::new(Delimiter::Brace, quote!(#typed #statements));
    block.set_span(function.body.span());
    quote_spanned!(own=> async #block)
}

/// What the body returned, as the function returns it.
fn returned(plan: &Plan, run: TokenStream) -> TokenStream {
    match plan.function.output() {
        Some(Type::Never(_)) => quote_spanned!(Span::mixed_site()=> match #run {}),
        _ => run,
    }
}

fn flavor(plan: &Plan) -> TokenStream {
    let (facade, flavor) = (&plan.facade, Ident::new(plan.flavor, Span::mixed_site()));
    quote_spanned!(Span::mixed_site()=> #facade::__private::Flavor::#flavor)
}

/// A function that makes the configuration.
fn config(plan: &Plan) -> TokenStream {
    let facade = &plan.facade;
    match (&plan.config, plan.entry) {
        (Some(config), _) => {
            let span = Span::mixed_site().located_at(config.span());
            let made = quote_spanned!(span=> #facade::__private::into_config(#config));
            quote_spanned!(Span::mixed_site()=> || #made)
        }
        (None, Entry::Main) => {
            quote_spanned!(Span::mixed_site()=> #facade::__private::config_of_main)
        }
        (None, Entry::Test) => {
            quote_spanned!(Span::mixed_site()=> #facade::__private::config_of_test)
        }
    }
}

/// A text, converted where it stands.
fn text(facade: &TokenStream, value: Option<&Expr>) -> Option<TokenStream> {
    let value = value?;
    let at = Span::mixed_site().located_at(value.span());
    Some(quote_spanned!(at=> #facade::__private::text(#value)))
}

fn option(value: Option<impl ToTokens>) -> TokenStream {
    let site = Span::mixed_site();
    match value {
        Some(value) => quote_spanned!(site=> ::core::option::Option::Some(#value)),
        None => quote_spanned!(site=> ::core::option::Option::None),
    }
}

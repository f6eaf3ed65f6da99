//! A plan in, the function around its span out. What is generated is a static for the site and a few calls.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;

use super::lower::{Failure, Plan};
use crate::attribute::{self, Attributes};
use crate::item::{AsyncTail, Shape, future_output, hoist_bindings, inferable, rename_self};

pub(super) fn expand(plan: &Plan) -> TokenStream {
    let function = &plan.function;
    let (attrs, vis, defaultness, sig) = (
        &function.attrs,
        &function.vis,
        &function.defaultness,
        &function.sig,
    );
    let mut body = Group::new(
        proc_macro2::Delimiter::Brace,
        match &plan.shape {
            Shape::Sync => sync(plan),
            Shape::Async => asynchronous(plan, &function.body, function.output()),
            Shape::AsyncTail(tail) => async_tail(plan, tail),
        },
    );
    body.set_span(function.body.span());
    quote!(#(#attrs)* #vis #defaultness #sig #body)
}

/// The static that describes the span, and the items that its attributes need.
fn preamble(plan: &Plan, items: &TokenStream) -> TokenStream {
    let (facade, name) = (&plan.facade, &plan.name);
    let kind = Ident::new(plan.kind, Span::mixed_site());
    let path = format!("::{}", syn::ext::IdentExt::unraw(&plan.function.sig.ident));
    quote_spanned! {Span::mixed_site()=>
        static __PHOENIX_SITE: #facade::__private::Site = #facade::__private::Site::new(
            #name,
            #facade::__private::SpanKind::#kind,
            ::core::concat!(::core::module_path!(), #path),
        );
        #items
    }
}

/// The span, its attributes evaluated only while it records.
fn started(plan: &Plan, function: &str, off: &str, values: &[TokenStream]) -> TokenStream {
    let facade = &plan.facade;
    let (function, off) = (
        Ident::new(function, Span::mixed_site()),
        Ident::new(off, Span::mixed_site()),
    );
    quote_spanned! {Span::mixed_site()=>
        if #facade::__private::recording() {
            #facade::__private::#function(&__PHOENIX_SITE, &[#(#values),*])
        } else {
            #facade::__private::#off::off()
        }
    }
}

fn sync(plan: &Plan) -> TokenStream {
    let Attributes { items, values } = attribute::expand(&plan.attributes, &plan.facade);
    let preamble = preamble(plan, &items);
    let started = started(plan, "enter", "Entered", &values);
    let (facade, body) = (&plan.facade, &plan.function.body);
    let site = Span::mixed_site();
    let Failure::Outcome { .. } = &plan.failure else {
        let statements = body.stream();
        return quote_spanned! {site=>
            #preamble
            let __phoenix_span = #started;
            #statements
        };
    };
    let classified = classified(plan, quote_spanned!(site=> &__phoenix_returned));
    // The closure keeps `return` and `?` inside, and must be one that is called once, or it could not give away what it
    // borrowed through the parameters.
    let arrow = plan
        .function
        .output()
        .and_then(inferable)
        .map(|ty| quote_spanned!(site=> -> #ty));
    let closure = match arrow {
        Some(arrow) => quote_spanned!(site=> move || #arrow #body),
        None => quote_spanned!(site=> move || #body),
    };
    quote_spanned! {site=>
        #preamble
        let __phoenix_span = #started;
        let __phoenix_returned = #facade::__private::call(#closure);
        __phoenix_span.outcome(#classified);
        __phoenix_returned
    }
}

fn asynchronous(plan: &Plan, body: &Group, output: Option<&Type>) -> TokenStream {
    let Attributes { items, values } = attribute::expand(&plan.attributes, &plan.facade);
    let preamble = preamble(plan, &items);
    let run = run(plan, &values, body, output);
    quote!(#preamble #run)
}

/// The span starts in a block around the original one, so that it starts when the future is first polled.
fn async_tail(plan: &Plan, tail: &AsyncTail) -> TokenStream {
    let Attributes { items, mut values } = attribute::expand(&plan.attributes, &plan.facade);
    let mut block = tail.block.clone();
    let mut bindings = TokenStream::new();
    if plan.function.is_async_trait()
        && !values.is_empty()
        && let Some((hoisted, rest)) = hoist_bindings(block.stream())
    {
        bindings = hoisted;
        values = values.into_iter().map(rename_self).collect();
        let span = block.span();
        block = Group::new(block.delimiter(), rest);
        block.set_span(span);
    }
    let preamble = preamble(plan, &items);
    // `#[async_trait]` names the type in the block itself.
    let output = plan
        .function
        .output()
        .filter(|_| !plan.function.is_async_trait())
        .and_then(future_output);
    let run = run(plan, &values, &block, output);
    let (before, asyncness) = (&tail.before, &tail.asyncness);
    let mut outer = quote!(#asyncness move { #bindings #run });
    if let Some(boxed) = &tail.boxed {
        outer = quote!(#boxed(#outer));
    }
    quote!(#preamble #before #outer)
}

fn run(plan: &Plan, values: &[TokenStream], body: &Group, output: Option<&Type>) -> TokenStream {
    let site = Span::mixed_site();
    let facade = &plan.facade;
    let started = started(plan, "begin", "Begun", values);
    let classified = classified(plan, quote_spanned!(site=> __phoenix_returned));
    // Never run; it gives the block its type, so that mismatches are found in the user's code, and coerced there.
    let typed = output.and_then(inferable).map(|ty| {
        quote_spanned! {site=>
            if let ::core::option::Option::Some(__phoenix_never) = ::core::option::Option::None::<#ty> {
                return __phoenix_never;
            }
        }
    });
    let statements = body.stream();
    let mut block = Group::new(proc_macro2::Delimiter::Brace, quote!(#typed #statements));
    block.set_span(body.span());
    quote_spanned! {site=>
        let mut __phoenix_span = #started;
        let __phoenix_body = ::core::pin::pin!(async move #block);
        #facade::__private::run(&mut __phoenix_span, __phoenix_body, |__phoenix_returned| #classified).await
    }
}

/// An expression of type `Outcome`, for a reference to the returned value.
fn classified(plan: &Plan, returned: TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let private = {
        let facade = &plan.facade;
        quote_spanned!(site=> #facade::__private)
    };
    let Failure::Outcome {
        type_only,
        condition,
    } = &plan.failure
    else {
        return quote_spanned!(site=> {
            let _ = #returned;
            #private::Outcome::Ok
        });
    };
    let mut outcome = quote_spanned!(site=> #private::outcome!(#returned));
    if *type_only {
        outcome = quote_spanned!(site=> #outcome.type_only());
    }
    match condition {
        None => outcome,
        Some(condition) => quote_spanned! {site=>
            if #private::is_failure(#returned, #condition) { #outcome } else { #private::Outcome::Ok }
        },
    }
}

//! A plan in, the function around its span out. What is generated is a static for the site and a few calls.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;

use super::lower::{Failure, Plan};
use crate::attribute::{self, Attributes};
use crate::item::{
    AsyncTail, Opaque, Shape, future_output, hoist_bindings, inferable, rename_self,
};

pub(super) fn expand(plan: &Plan) -> TokenStream {
    let function = &plan.function;
    let (attrs, vis, defaultness) = (&function.attrs, &function.vis, &function.defaultness);
    let (sig, body) = match (&plan.shape, &plan.opaque) {
        (Shape::Sync, _) => (&function.sig, sync(plan)),
        (Shape::Async, None) => (&function.sig, awaited(plan)),
        (Shape::Async, Some(opaque)) => (&opaque.sig, returned(plan, opaque)),
        (Shape::AsyncTail(tail), _) => (&function.sig, async_tail(plan, tail)),
    };
    let mut body = Group::new(proc_macro2::Delimiter::Brace, body);
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

fn sync(plan: &Plan) -> TokenStream {
    let Attributes { items, values } = attribute::expand(&plan.attributes, &plan.facade);
    let preamble = preamble(plan, &items);
    let (facade, body) = (&plan.facade, &plan.function.body);
    let site = Span::mixed_site();
    let started = quote_spanned! {site=>
        if #facade::__private::recording() {
            #facade::__private::enter(&__PHOENIX_SITE, &[#(#values),*])
        } else {
            #facade::__private::Entered::off()
        }
    };
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

/// An `async fn` that stays one: the span's future is awaited in it.
fn awaited(plan: &Plan) -> TokenStream {
    let Attributes { items, values } = attribute::expand(&plan.attributes, &plan.facade);
    let preamble = preamble(plan, &items);
    let body = &plan.function.body;
    let typed = typed(Some(plan.function.output()));
    let block = block(plan, &typed, &values, body, &body.stream());
    let traced = traced(
        plan,
        &quote_spanned!(Span::mixed_site()=> async move #block),
    );
    quote_spanned!(Span::mixed_site()=> #preamble #traced.await)
}

/// A function that returns the span's future: the same to its callers, without a future around the future.
fn returned(plan: &Plan, opaque: &Opaque) -> TokenStream {
    let Attributes { items, values } = attribute::expand(&plan.attributes, &plan.facade);
    let preamble = preamble(plan, &items);
    let body = &plan.function.body;
    let (mut before, bindings) = (typed(Some(plan.function.output())), &opaque.bindings);
    before.extend(quote!(#bindings));
    if let Some(held) = &opaque.held_self {
        let facade = &plan.facade;
        before.extend(quote_spanned!(Span::mixed_site()=> #facade::__private::hold(&#held);));
    }
    let block = block(plan, &before, &values, body, &body.stream());
    let traced = traced(
        plan,
        &quote_spanned!(Span::mixed_site()=> async move #block),
    );
    quote!(#preamble #traced)
}

fn async_tail(plan: &Plan, tail: &AsyncTail) -> TokenStream {
    let Attributes { items, mut values } = attribute::expand(&plan.attributes, &plan.facade);
    let preamble = preamble(plan, &items);
    let is_async_trait = plan.function.is_async_trait();
    let mut statements = tail.block.stream();
    // `#[async_trait]` names the type in the block itself.
    let mut before = if is_async_trait {
        TokenStream::new()
    } else {
        plan.function
            .output()
            .and_then(future_output)
            .map(|ty| typed(Some(Some(ty))))
            .unwrap_or_default()
    };
    if is_async_trait
        && !values.is_empty()
        && let Some((bindings, rest)) = hoist_bindings(statements.clone())
    {
        before.extend(bindings);
        values = values.into_iter().map(rename_self).collect();
        statements = rest;
    }
    let block = block(plan, &before, &values, &tail.block, &statements);
    let (before, asyncness) = (&tail.before, &tail.asyncness);
    let mut outer = traced(plan, &quote!(#asyncness move #block));
    if let Some(boxed) = &tail.boxed {
        outer = quote!(#boxed(#outer));
    }
    quote!(#preamble #before #outer)
}

/// Never run; it gives the block its type, so that mismatches are found in the user's code, and coerced there.
fn typed(output: Option<Option<&Type>>) -> TokenStream {
    let site = Span::mixed_site();
    match output {
        None => TokenStream::new(),
        Some(None) => quote_spanned! {site=>
            if let ::core::option::Option::Some(()) = ::core::option::Option::None::<()> {
                return;
            }
        },
        Some(Some(ty)) => inferable(ty)
            .map(|ty| {
                quote_spanned! {site=>
                    if let ::core::option::Option::Some(__phoenix_never) = ::core::option::Option::None::<#ty> {
                        return __phoenix_never;
                    }
                }
            })
            .unwrap_or_default(),
    }
}

/// The block that starts the span, its attributes evaluated only while it records, and then does what `body` did.
fn block(
    plan: &Plan,
    before: &TokenStream,
    values: &[TokenStream],
    body: &Group,
    statements: &TokenStream,
) -> Group {
    let facade = &plan.facade;
    let start = quote_spanned! {Span::mixed_site()=>
        if #facade::__private::recording() {
            #facade::__private::start(&__PHOENIX_SITE, &[#(#values),*]);
        }
    };
    let mut block = Group::new(
        proc_macro2::Delimiter::Brace,
        quote!(#before #start #statements),
    );
    block.set_span(body.span());
    block
}

/// The future of the span, which runs `future` and sees what it returns.
fn traced(plan: &Plan, future: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let facade = &plan.facade;
    let classified = classified(plan, quote_spanned!(site=> __phoenix_returned));
    quote_spanned!(site=> #facade::__private::traced(#future, |__phoenix_returned| #classified))
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

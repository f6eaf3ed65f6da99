//! A plan in, the impl with every RPC inside its span out.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{FnArg, Pat, ReturnType, Type};

use super::lower::{Body, Plan, Response, Rpc};
use crate::attribute::{self, Attributes};
use crate::item::{Impl, hoist_bindings, inferable, rename_self};

pub(super) fn expand(plan: &Plan) -> TokenStream {
    let methods: TokenStream = plan.rpcs.iter().map(|rpc| method(plan, rpc)).collect();
    let rest = &plan.rest;
    Impl::with_members(&plan.header, quote!(#rest #methods))
}

fn method(plan: &Plan, rpc: &Rpc) -> TokenStream {
    let function = &rpc.function;
    let (attrs, vis, defaultness) = (&function.attrs, &function.vis, &function.defaultness);
    let mut sig = function.sig.clone();
    let Some(FnArg::Typed(request)) = sig.inputs.last_mut() else {
        return TokenStream::new();
    };
    let ty = request.ty.clone();
    let site = Span::mixed_site();
    let pattern = request.pat.clone();
    // What the body names is bound where it stands, once.
    *request.pat = Pat::Verbatim(quote_spanned!(site=> __phoenix_request));
    let content = match &rpc.body {
        Body::AsyncTrait(tail) => {
            let mut body = resolved(plan, tail.block.stream());
            let Attributes { items, mut values } = attribute::expand(&rpc.attributes, &plan.facade);
            let mut bindings = TokenStream::new();
            if !values.is_empty()
                && let Some((hoisted, rest)) = hoist_bindings(body.clone())
            {
                (bindings, body) = (hoisted, rest);
                values = values.into_iter().map(rename_self).collect();
            }
            let record = record(plan, &items, &values);
            let call = call(
                plan,
                rpc,
                &quote!(|#pattern: #ty| async move),
                &quote!(#bindings #record #body),
            );
            let (before, boxed, asyncness) = (&tail.before, &tail.boxed, &tail.asyncness);
            quote!(#before #boxed(#asyncness move { #call.await }))
        }
        Body::Async | Body::Returns { .. } => {
            let Attributes { items, values } = attribute::expand(&rpc.attributes, &plan.facade);
            let record = record(plan, &items, &values);
            let output = match &function.sig.output {
                ReturnType::Type(_, ty) => {
                    syn::parse2::<Type>(resolved(plan, ty.to_token_stream()))
                        .ok()
                        .as_ref()
                        .and_then(inferable)
                }
                ReturnType::Default => None,
            };
            let body = resolved(plan, function.body.stream());
            if let Body::Returns { boxed } = rpc.body {
                let arrow = output.map(|ty| quote_spanned!(site=> -> #ty));
                let call = call(
                    plan,
                    rpc,
                    &quote!(|#pattern: #ty| #arrow),
                    &quote!(#record #body),
                );
                if boxed {
                    quote_spanned!(site=> ::std::boxed::Box::pin({ #call }))
                } else {
                    call
                }
            } else {
                // Never run; it gives the block its type.
                let typed = output.map(|ty| {
                    quote_spanned! {site=>
                        if let ::core::option::Option::Some(__phoenix_never) = ::core::option::Option::None::<#ty> {
                            return __phoenix_never;
                        }
                    }
                });
                // As the user's own block, so that lints look into it.
                let block = quote_spanned!(function.body.span()=> async move);
                let call = call(
                    plan,
                    rpc,
                    &quote!(|#pattern: #ty| #block),
                    &quote!(#typed #record #body),
                );
                quote!(#call.await)
            }
        }
    };
    let mut block = Group::new(Delimiter::Brace, content);
    block.set_span(function.body.span());
    quote!(#(#attrs)* #vis #defaultness #sig #block)
}

/// The call whose future runs the body inside the RPC's span. `before`: what makes a closure of the body's block.
fn call(plan: &Plan, rpc: &Rpc, before: &TokenStream, body: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let (facade, service, name) = (&plan.facade, &plan.service, &rpc.name);
    let grpc = quote_spanned!(site=> #facade::__private::grpc);
    let path = format!("::{}", rpc.function.sig.ident.unraw());
    let mut block = Group::new(Delimiter::Brace, body.clone());
    block.set_span(rpc.function.body.span());
    let body = quote_spanned!(site=> &__PHOENIX_METHOD, __phoenix_request, move #before #block);
    let answered = match &rpc.response {
        Response::Unary => quote_spanned!(site=> #grpc::unary(#body)),
        Response::Wrapped(_) => quote_spanned!(site=> #grpc::streaming(#body)),
        Response::Boxed(stream) => {
            let stream = &stream.name;
            quote_spanned! {site=>
                #grpc::streaming_as(#body, |__phoenix_stream| -> Self::#stream { ::std::boxed::Box::pin(__phoenix_stream) })
            }
        }
    };
    quote_spanned! {site=>
        static __PHOENIX_METHOD: #grpc::Method =
            #grpc::Method::new(#service, #name, ::core::concat!(::core::module_path!(), #path));
        #answered
    }
}

/// The attributes that the method adds to its span.
fn record(plan: &Plan, items: &TokenStream, values: &[TokenStream]) -> TokenStream {
    if values.is_empty() {
        return TokenStream::new();
    }
    let facade = &plan.facade;
    quote_spanned! {Span::mixed_site()=>
        #items
        if #facade::__private::recording() {
            #facade::__private::record(&[#(#values),*]);
        }
    }
}

fn resolved(plan: &Plan, tokens: TokenStream) -> TokenStream {
    plan.wrapped
        .iter()
        .fold(tokens, |tokens, stream| stream.resolve(tokens))
}

//! A plan in, the function around its span out. What is generated is a static for the site and a few calls.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Expr, Token, Type};

use super::args::Message;
use super::lower::{Failure, Place, Plan};
use super::ret::{self, Returned};
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

/// The span of a body that runs at once, its attributes evaluated only while it records.
fn entered(plan: &Plan, values: &[TokenStream], beginning: &Beginning) -> TokenStream {
    let site = Span::mixed_site();
    let facade = &plan.facade;
    let (on, links) = (&beginning.on, &beginning.links);
    let start = attribute::harmless(&plan.attributes, values, facade, |values| match links {
        None => quote_spanned!(site=> #facade::__private::enter(&__PHOENIX_SITE, &[#(#values),*])),
        Some(links) => quote_spanned! {site=>
            #facade::__private::enter_as(
                &__PHOENIX_SITE,
                &[#(#values),*],
                #facade::__private::Beginning::linked(&#links),
            )
        },
    });
    quote_spanned! {site=>
        if #on {
            #start
        } else {
            #facade::__private::Entered::off()
        }
    }
}

/// The same from inside of a future that the span runs.
fn started(plan: &Plan, values: &[TokenStream], beginning: &Beginning) -> TokenStream {
    let site = Span::mixed_site();
    let facade = &plan.facade;
    let Beginning {
        asked,
        on,
        links,
        place,
    } = beginning;
    let place = place.as_ref().map(|place| {
        quote_spanned!(site=> let mut __phoenix_place = #facade::__private::asked(true, #place);)
    });
    let linked = match links {
        None => quote_spanned!(site=> ::core::default::Default::default()),
        Some(links) => quote_spanned!(site=> #facade::__private::Beginning::linked(&#links)),
    };
    let start = attribute::harmless(&plan.attributes, values, facade, |values| {
        match (&place, links) {
            (None, None) => quote_spanned! {site=>
                #facade::__private::start(&__PHOENIX_SITE, &[#(#values),*])
            },
            (None, Some(_)) => quote_spanned! {site=>
                #facade::__private::start_as(&__PHOENIX_SITE, &[#(#values),*], #linked)
            },
            (Some(_), _) => quote_spanned! {site=>
                #facade::__private::start_in(
                    &mut __phoenix_place,
                    &__PHOENIX_SITE,
                    &[#(#values),*],
                    #linked,
                )
            },
        }
    });
    quote_spanned! {site=>
        #asked
        if #on {
            #place
            #start;
        }
    }
}

/// What is asked before a span starts, where the span that called is still the current one.
struct Beginning {
    /// The statements that ask.
    asked: TokenStream,
    /// Is there to be a span?
    on: TokenStream,
    /// The spans that it is linked to.
    links: Option<Ident>,
    /// Where it starts, as an argument.
    place: Option<TokenStream>,
}

impl Beginning {
    /// `rename`: what the user's names are called where they are asked.
    fn of(plan: &Plan, rename: impl Fn(TokenStream) -> TokenStream) -> Self {
        let site = Span::mixed_site();
        let private = {
            let facade = &plan.facade;
            quote_spanned!(site=> #facade::__private)
        };
        let recording = quote_spanned!(site=> #private::recording());
        let place = match &plan.place {
            Place::Here => None,
            Place::Root => Some(quote_spanned!(site=> || #private::apart())),
            Place::Below(parent) => {
                let at = site.located_at(parent.span());
                let parent = rename(borrowed_place(parent));
                Some(quote_spanned!(at=> || #private::below(#parent)))
            }
        };
        if place.is_none() && plan.link.is_none() && plan.skip_if.is_none() {
            return Self {
                asked: TokenStream::new(),
                on: recording,
                links: None,
                place: None,
            };
        }
        let on = quote_spanned!(site=> __phoenix_on);
        let skips = plan.skip_if.as_ref().map(|condition| {
            let condition = rename(condition.to_token_stream());
            quote_spanned!(site=> && !#private::skips(|| #condition))
        });
        let mut asked = quote_spanned!(site=> let #on = #recording #skips;);
        let links = plan.link.as_ref().map(|link| {
            let links = Ident::new("__phoenix_links", site);
            let at = site.located_at(link.span());
            let link = rename(borrowed_place(link));
            let named = quote_spanned!(at=> || #private::links(#link));
            asked.extend(quote_spanned!(site=> let #links = #private::asked(#on, #named);));
            links
        });
        Self {
            asked,
            on,
            links,
            place,
        }
    }
}

/// An expression for a function that takes a reference as well: the body needs what is only named.
fn borrowed_place(value: &Expr) -> TokenStream {
    let mut place = value;
    while let Expr::Group(group) = place {
        place = &group.expr;
    }
    if matches!(place, Expr::Path(_) | Expr::Field(_) | Expr::Index(_)) {
        quote_spanned!(value.span()=> &#value)
    } else {
        value.to_token_stream()
    }
}

fn sync(plan: &Plan) -> TokenStream {
    let Attributes { items, values } = attribute::expand(&plan.attributes, &plan.facade);
    let preamble = preamble(plan, &items);
    let beginning = Beginning::of(plan, |tokens| tokens);
    let entered = entered(plan, &values, &beginning);
    let (facade, body) = (&plan.facade, &plan.function.body);
    let site = Span::mixed_site();
    let Beginning {
        asked, on, place, ..
    } = &beginning;
    let stay = place.as_ref().map(
        |place| quote_spanned!(site=> let __phoenix_place = #facade::__private::stay(#on, #place);),
    );
    let start = quote_spanned! {site=>
        #preamble
        #asked
        #stay
        let __phoenix_span = #entered;
    };
    if let (Failure::Never, Returned::Nothing) = (&plan.failure, &plan.returned) {
        let statements = body.stream();
        return quote!(#start #statements);
    }
    let classified = classified(plan, quote_spanned!(site=> &__phoenix_returned));
    // The closure keeps `return` and `?` inside, and must be one that is called once, or it could not give away what it
    // borrowed through the parameters.
    let arrow = plan
        .function
        .output()
        .and_then(inferable)
        .map(|ty| quote_spanned!(site=> -> #ty));
    let closure = match arrow {
        Some(arrow) => quote_spanned!(body.span()=> move || #arrow #body),
        None => quote_spanned!(body.span()=> move || #body),
    };
    let mut settled = quote_spanned! {site=>
        #facade::__private::Entered::outcome(&__phoenix_span, #classified);
    };
    if plan.asks_the_user() {
        settled = quote_spanned! {site=>
            if #facade::__private::Entered::is_recording(&__phoenix_span) { #settled }
        };
    }
    quote_spanned! {site=>
        #start
        let __phoenix_returned = #facade::__private::call(#closure);
        #settled
        __phoenix_returned
    }
}

/// An `async fn` that stays one: the span's future is awaited in it.
fn awaited(plan: &Plan) -> TokenStream {
    let Attributes { items, values } = attribute::expand(&plan.attributes, &plan.facade);
    let preamble = preamble(plan, &items);
    let body = &plan.function.body;
    let mut before = typed(Some(plan.function.output()));
    before.extend(started(
        plan,
        &values,
        &Beginning::of(plan, |tokens| tokens),
    ));
    let block = block(&before, body, &body.stream());
    let traced = traced(plan, &quote_spanned!(body.span()=> async move #block), None);
    quote_spanned!(Span::mixed_site()=> #preamble #traced.await)
}

/// A function that returns the span's future: the same to its callers, without a future around the future.
fn returned(plan: &Plan, opaque: &Opaque) -> TokenStream {
    let Attributes { items, values } = attribute::expand(&plan.attributes, &plan.facade);
    let preamble = preamble(plan, &items);
    let body = &plan.function.body;
    let mut before = typed(Some(plan.function.output()));
    if let Some(held) = &opaque.held_self {
        let facade = &plan.facade;
        before.extend(quote_spanned!(Span::mixed_site()=> #facade::__private::hold(&#held);));
    }
    before.extend(opaque.bindings.clone());
    before.extend(started(
        plan,
        &values,
        &Beginning::of(plan, |tokens| tokens),
    ));
    let block = block(&before, body, &body.stream());
    // It leaves the function with the future.
    let moves = Some(Token![move](Span::mixed_site()));
    let traced = traced(
        plan,
        &quote_spanned!(body.span()=> async move #block),
        moves,
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
    let mut renames = false;
    if is_async_trait
        && (!values.is_empty() || plan.asks_before())
        && let Some((bindings, rest)) = hoist_bindings(statements.clone())
    {
        before.extend(bindings);
        values = values.into_iter().map(rename_self).collect();
        statements = rest;
        renames = true;
    }
    let beginning = Beginning::of(
        plan,
        |tokens| {
            if renames { rename_self(tokens) } else { tokens }
        },
    );
    before.extend(started(plan, &values, &beginning));
    let block = block(&before, &tail.block, &statements);
    let (before, asyncness) = (&tail.before, &tail.asyncness);
    let mut outer = traced(plan, &quote!(#asyncness move #block), None);
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

/// What `body` does, after what comes `before`, which its items do not hide. What it borrows for its last expression is
/// dropped before its arguments are: by its span, the block around it is of the edition of this crate, in which it would be
/// in any case.
fn block(before: &TokenStream, body: &Group, statements: &TokenStream) -> Group {
    let braced = |content: TokenStream, span: Span| {
        let mut group = Group::new(proc_macro2::Delimiter::Brace, content);
        group.set_span(span);
        group
    };
    // Two statements: braces around one would be called unnecessary, as if they were the user's.
    let first = (!statements.is_empty()).then(|| quote!({}));
    let inner = braced(quote!(#first #statements), body.span());
    let around = Span::mixed_site().located_at(body.span());
    let around = braced(inner.into_token_stream(), around);
    braced(quote!(#before #around), body.span())
}

/// The future of the span, which runs `future` and sees what it returns.
fn traced(plan: &Plan, future: &TokenStream, moves: Option<Token![move]>) -> TokenStream {
    let site = Span::mixed_site();
    let facade = &plan.facade;
    let classified = classified(plan, quote_spanned!(site=> __phoenix_returned));
    quote_spanned!(site=> #facade::__private::traced(#future, #moves |__phoenix_returned| #classified))
}

/// An expression of type `Outcome`, for a reference to the returned value. It is evaluated only while the span records,
/// if it asks the user.
fn classified(plan: &Plan, returned: TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let recorded = ret::expand(&plan.returned, &returned, &plan.facade);
    let private = {
        let facade = &plan.facade;
        quote_spanned!(site=> #facade::__private)
    };
    let Failure::Outcome { message, condition } = &plan.failure else {
        return quote_spanned!(site=> {
            let _ = #returned;
            #recorded
            #private::Outcome::Ok
        });
    };
    let refused = match (&plan.shape, plan.function.output()) {
        (Shape::Sync, Some(output)) => {
            let at = output.to_token_stream().into_iter().next();
            let at = at.map_or(site, |token| site.located_at(token.span()));
            let outcome = Ident::new("__phoenix_outcome", at);
            Some(quote_spanned!(site=> , #outcome, FutureOfFunction))
        }
        _ => None,
    };
    let mut outcome = quote_spanned!(site=> #private::outcome!(#returned #refused));
    if condition.is_some() {
        outcome = quote_spanned!(site=> #private::Outcome::or_failure(#outcome, #returned));
    }
    match message {
        Message::Whole => {}
        Message::TypeOnly => {
            outcome = quote_spanned!(site=> #private::Outcome::type_only(#outcome))
        }
        Message::Debug(sign) => {
            let failing = Ident::new("__phoenix_failing", site);
            let named = ret::value_at(&failing, *sign);
            outcome = quote_spanned! {site=> {
                let #failing = #private::failing!(#returned);
                #private::Outcome::by_debug(#outcome, #named)
            }};
        }
    }
    if let Some(condition) = condition {
        outcome = quote_spanned! {site=>
            if #private::is_failure(#private::failing!(#returned), #condition) {
                #outcome
            } else {
                #private::Outcome::Ok
            }
        };
    }
    match &plan.returned {
        Returned::Nothing => outcome,
        _ => quote_spanned!(site=> { #recorded #outcome }),
    }
}

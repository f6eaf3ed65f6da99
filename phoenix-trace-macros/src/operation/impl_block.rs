//! `#[traced_operation]` on an impl: every method gets the annotation, with the options of the impl where it has none of
//! its own.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, ItemImpl, Meta};

use super::args::Args;
use super::lower::Plan;
use super::{HANDLED, expand, lower};
use crate::attribute;
use crate::errors::Errors;
use crate::item::{Function, Impl, Item, Member, is_called, is_inert, marked};

/// What is generated.
pub(super) struct ImplPlan {
    header: ItemImpl,
    members: Vec<PlannedMember>,
}

enum PlannedMember {
    Traced(Box<Plan>),
    Untouched(TokenStream),
}

pub(super) fn lower(args: Args, item: Impl, errors: &mut Errors) -> ImplPlan {
    args.check_on_impl(errors);
    // Told once, not for each method.
    let mut told = Errors::new();
    attribute::check(args.entries().to_vec(), &mut told);
    if let Some(condition) = args.condition() {
        attribute::refuse_control_flow(condition, &mut told);
    }
    let shared = if errors.absorb(told) {
        Args::default()
    } else {
        args
    };
    let Impl { header, members } = item;
    // Another attribute that expands later may have to see that a method is async, as `#[async_trait]` does.
    let stays_async = !header.attrs.iter().all(is_inert);
    let members = members
        .into_iter()
        .map(|member| match member {
            Member::Method(function) => match method(*function, &shared, errors) {
                PlannedMember::Traced(mut plan) if stays_async => {
                    plan.opaque = None;
                    PlannedMember::Traced(plan)
                }
                planned => planned,
            },
            Member::Other(tokens) => PlannedMember::Untouched(tokens),
        })
        .collect();
    ImplPlan { header, members }
}

fn method(mut function: Function, shared: &Args, errors: &mut Errors) -> PlannedMember {
    let own = take_args(&mut function, Args::parse, errors);
    let own = own.unwrap_or_default();
    if own.skip.is_some() {
        own.check_skipped(errors);
        return PlannedMember::Untouched(quote!(#function));
    }
    if let Some(constness) = &function.sig.constness {
        let message = "a `const fn` cannot be traced, since it may run in the compiler; put `#[traced_operation(skip)]` \
                       on it";
        errors.at(constness.span, message);
        return PlannedMember::Untouched(quote!(#function));
    }
    let untouched = quote!(#function);
    let args = own.or(shared, &function);
    match lower::lower(args, Item::Function(Box::new(function)), errors) {
        Some(plan) => PlannedMember::Traced(Box::new(plan)),
        None => PlannedMember::Untouched(untouched),
    }
}

/// The options of the annotation on a method. It stays there, as seen to.
pub(crate) fn take_args(
    function: &mut Function,
    parse: impl Fn(TokenStream, &mut Errors) -> Args,
    errors: &mut Errors,
) -> Option<Args> {
    let mut own: Option<Args> = None;
    for attribute in annotations(function) {
        let tokens = match &attribute.meta {
            Meta::List(list) => list.tokens.clone(),
            _ => TokenStream::new(),
        };
        if own.is_some() {
            errors.push(syn::Error::new_spanned(
                &*attribute,
                "`#[traced_operation]` is given twice; join the two",
            ));
        } else {
            own = Some(parse(tokens, errors));
        }
        *attribute = marked(attribute.path(), HANDLED);
    }
    own
}

fn annotations(function: &mut Function) -> impl Iterator<Item = &mut Attribute> {
    let attributes = function.attrs.iter_mut();
    attributes.filter(|attribute| is_called(attribute, "traced_operation"))
}

pub(super) fn expand(plan: &ImplPlan) -> TokenStream {
    let members = plan
        .members
        .iter()
        .map(|member| match member {
            PlannedMember::Traced(plan) => expand::expand(plan),
            PlannedMember::Untouched(tokens) => tokens.clone(),
        })
        .collect();
    Impl::with_members(&plan.header, members)
}

/// The impl with the annotations of its methods seen to, so that only the real mistakes are told.
pub(crate) fn untraced(item: &Impl) -> TokenStream {
    let members = item
        .members
        .iter()
        .map(|member| match member {
            Member::Method(function) => {
                let mut function = function.clone();
                for attribute in annotations(&mut function) {
                    *attribute = marked(attribute.path(), HANDLED);
                }
                quote!(#function)
            }
            Member::Other(tokens) => tokens.clone(),
        })
        .collect();
    Impl::with_members(&item.header, members)
}

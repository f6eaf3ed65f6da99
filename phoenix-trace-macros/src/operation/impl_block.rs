//! `#[traced_operation]` on an impl: every method gets the annotation, with the options of the impl where it has none of
//! its own.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, ItemImpl, Meta, Path};

use super::args::Args;
use super::lower::Plan;
use super::{HANDLED, NAME, expand, lower};
use crate::attribute::{self, Remedies};
use crate::errors::{Errors, without_lints};
use crate::item::{Function, Impl, Item, Member, called, is_called, is_inert, last_word, marked};

/// The attributes that annotate the methods of an impl.
const ON_IMPLS: [&str; 2] = [NAME, "traced_grpc_service"];

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
        attribute::refuse_control_flow(condition, &Remedies::CONDITION, &mut told);
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
        if let Some(path) = under_condition(attribute) {
            let message = "the impl is annotated before `cfg_attr` is looked at; write it without `cfg_attr`, or the method \
                           twice, each under its `#[cfg]`";
            errors.push(syn::Error::new_spanned(path, message));
            continue;
        }
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
    attributes.filter(|attribute| !called(attribute, &[NAME]).is_empty())
}

/// The path of an annotation that stands under `cfg_attr`.
fn under_condition(attribute: &Attribute) -> Option<Path> {
    let mut paths = called(attribute, &[NAME]).into_iter();
    paths.next().filter(|_| !is_called(attribute, NAME))
}

/// Refuses a second annotation of the impl, by this attribute or by that of services. Was there one?
pub(crate) fn refuse_another(header: &ItemImpl, this: &str, errors: &mut Errors) -> bool {
    let mut any = false;
    for attribute in &header.attrs {
        let other = last_word(attribute.path());
        if !ON_IMPLS.contains(&other.as_str()) {
            continue;
        }
        let message = if other == this {
            format!("`#[{this}]` is given twice; join the two")
        } else {
            "`#[traced_grpc_service]` gives every RPC its span, to which `#[traced_operation]` would add another; remove one \
             of the two"
                .to_owned()
        };
        errors.push(syn::Error::new_spanned(attribute, message));
        any = true;
    }
    any
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
                    let path = under_condition(attribute);
                    let path = path.unwrap_or_else(|| attribute.path().clone());
                    *attribute = marked(&path, HANDLED);
                }
                quote!(#function)
            }
            Member::Other(tokens) => tokens.clone(),
        })
        .collect();
    let mut header = item.header.clone();
    for attribute in &mut header.attrs {
        if ON_IMPLS.contains(&last_word(attribute.path()).as_str()) {
            *attribute = marked(attribute.path(), HANDLED);
        }
    }
    let item = Impl::with_members(&header, members);
    without_lints(item)
}

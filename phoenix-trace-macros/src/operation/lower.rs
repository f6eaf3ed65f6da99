//! Options and function in, a plan that can be carried out without failing out. Every rule about what goes with what is
//! here.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned as _;
use syn::{Expr, Lit, Type};

use super::args::{Args, Err, Message};
use super::ret::{Ret, Returned};
use super::{NAME, capture, is_seen};
use crate::attribute::{self, Attribute, Remedies};
use crate::errors::Errors;
use crate::item::{Function, Item, Opaque, Shape, is_called, promises_future};
use crate::options::{Given, facade_or_default};

/// What is generated.
pub(super) struct Plan {
    pub(super) facade: TokenStream,
    pub(super) function: Function,
    pub(super) shape: Shape,
    /// An `async fn` as a function that returns its future, where it can be one.
    pub(super) opaque: Option<Opaque>,
    /// An expression of type `&'static str`, constant.
    pub(super) name: TokenStream,
    /// A variant of `SpanKind`.
    pub(super) kind: &'static str,
    pub(super) attributes: Vec<Attribute>,
    /// No span while this is true.
    pub(super) skip_if: Option<Expr>,
    pub(super) place: Place,
    /// Spans that this one is linked to.
    pub(super) link: Option<Expr>,
    pub(super) returned: Returned,
    pub(super) failure: Failure,
}

impl Plan {
    /// Is code of the user's asked what the returned value means?
    pub(super) fn asks_the_user(&self) -> bool {
        let judged = matches!(
            &self.failure,
            Failure::Outcome {
                condition: Some(_),
                ..
            }
        );
        judged || !matches!(self.returned, Returned::Nothing)
    }

    /// Is something asked before the span starts, besides its attributes?
    pub(super) fn asks_before(&self) -> bool {
        self.skip_if.is_some() || self.link.is_some() || matches!(self.place, Place::Below(_))
    }
}

/// Where the span starts.
pub(super) enum Place {
    /// Below the one that runs then.
    Here,
    /// In a trace of its own.
    Root,
    /// Below the one that is named.
    Below(Expr),
}

/// What a returned value means.
pub(super) enum Failure {
    /// Nothing: only a panic fails the span.
    Never,
    /// It is asked whether it is an error.
    Outcome {
        message: Message,
        condition: Option<Box<Expr>>,
    },
}

pub(super) fn lower(args: Args, item: Item, errors: &mut Errors) -> Option<Plan> {
    let function = function(item, errors);
    let attributes = function.iter().flat_map(|function| &function.attrs);
    for another in attributes.filter(|attribute| is_called(attribute, NAME) && !is_seen(attribute))
    {
        let message = "`#[traced_operation]` is given twice; join the two";
        errors.push(syn::Error::new_spanned(another, message));
    }
    if let Some(given) = &args.rpc {
        let message = "`rpc` is about the span of an RPC: it belongs on a method of an impl with `#[traced_grpc_service]`";
        errors.at(given.word.span(), message);
    }
    if let Some(given) = &args.skip {
        let message = "`skip` leaves a method out of an impl with `#[traced_operation]` or `#[traced_grpc_service]`, and \
                       this function is in none; remove the annotation";
        errors.at(given.word.span(), message);
    }
    let mut entries = args.attributes.map(|given| given.value).unwrap_or_default();
    if let Some(captured) = args.capture {
        // Once `#[async_trait]` has expanded, the parameters have other names than the arguments.
        let sig = function
            .as_ref()
            .filter(|function| !function.is_async_trait())
            .map(|function| &function.sig);
        entries.extend(capture::entries(captured.value, sig, errors));
    }
    let attributes = attribute::check(entries, errors);
    let name = args.name.map(|given| name(given, errors));
    let place = place(args.root, args.parent, errors);
    for (option, remedies) in [
        (&args.link, Remedies::SPAN),
        (&args.skip_if, Remedies::CONDITION),
    ] {
        if let Some(given) = option {
            attribute::refuse_control_flow(&given.value, &remedies, errors);
        }
    }
    let function = function?;
    let shape = function.shape();
    if let (Shape::Sync, Some(output)) = (&shape, function.output())
        && promises_future(output)
    {
        let message = "the span would end before the future runs: end the body in `async move { .. }` or \
                       `Box::pin(async move { .. })`, or make this an `async fn`";
        errors.push(syn::Error::new_spanned(output, message));
    }
    let returned = returned(args.ret, &function, &shape, errors);
    let failure = failure(args.err, &function, &shape, errors);
    Some(Plan {
        facade: facade_or_default(args.facade),
        name: name.unwrap_or_else(|| function.sig.ident.unraw_name().into_token_stream()),
        kind: args
            .kind
            .map_or("Internal", |given| kind(&given.value.to_string())),
        opaque: matches!(shape, Shape::Async)
            .then(|| Opaque::of(&function))
            .flatten(),
        function,
        shape,
        attributes,
        skip_if: args.skip_if.map(|given| *given.value),
        place,
        link: args.link.map(|given| *given.value),
        returned,
        failure,
    })
}

fn place(root: Option<Given<()>>, parent: Option<Given<Box<Expr>>>, errors: &mut Errors) -> Place {
    match (root, parent) {
        (Some(_), Some(parent)) => {
            let message = "`root` starts a trace of its own, and `parent` goes on with another one; keep one of the two, or \
                           write `link` in place of `parent`";
            errors.at(parent.word.span(), message);
            Place::Root
        }
        (Some(_), None) => Place::Root,
        (None, Some(parent)) => {
            attribute::refuse_control_flow(&parent.value, &Remedies::SPAN, errors);
            Place::Below(*parent.value)
        }
        (None, None) => Place::Here,
    }
}

fn returned(
    ret: Option<Given<Ret>>,
    function: &Function,
    shape: &Shape,
    errors: &mut Errors,
) -> Returned {
    let Some(Given { word, value }) = ret else {
        return Returned::Nothing;
    };
    if returns_nothing(function, shape) {
        let message = "`ret` is about a returned value, and this function returns none; remove it";
        errors.at(word.span(), message);
        return Returned::Nothing;
    }
    value.check(word.span(), errors)
}

/// Does the function end without a value, or not at all?
fn returns_nothing(function: &Function, shape: &Shape) -> bool {
    let is_nothing = |ty: &Type| match ty {
        Type::Never(_) => true,
        Type::Tuple(tuple) => tuple.elems.is_empty(),
        _ => false,
    };
    !matches!(shape, Shape::AsyncTail(_)) && function.output().is_none_or(is_nothing)
}

/// The function, if it is one that can be traced.
fn function(item: Item, errors: &mut Errors) -> Option<Function> {
    let function = match item {
        Item::Function(function) => *function,
        Item::Declaration(sig) => {
            let message = format!(
                "`{}` has no body here; put `#[traced_operation]` on the method in each impl of the trait",
                sig.ident
            );
            errors.at(sig.ident.span(), message);
            return None;
        }
        Item::Other(span) => {
            let message = "`#[traced_operation]` goes on a function, a method or an impl; for the impl of a tonic \
                           service there is `#[traced_grpc_service]`";
            errors.at(span, message);
            return None;
        }
    };
    if let Some(constness) = &function.sig.constness {
        let message = "a `const fn` cannot be traced, since it may run in the compiler; remove `const` or the annotation";
        errors.at(constness.span, message);
    }
    if let Some(variadic) = &function.sig.variadic {
        errors.push(syn::Error::new_spanned(
            variadic,
            "a variadic function cannot be traced; remove the annotation",
        ));
    }
    Some(function)
}

fn name(Given { value, .. }: Given<Box<Expr>>, errors: &mut Errors) -> TokenStream {
    match &*value {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Str(text) if text.value().trim().is_empty() => {
                errors.at(
                    text.span(),
                    "the span name is empty; leave `name` out to use the function's name",
                );
            }
            Lit::Str(_) => {}
            other => errors.at(
                other.span(),
                "`name` takes a string: `name = \"load user\"`",
            ),
        },
        Expr::Macro(invocation) if invocation.mac.path.is_ident("format") => {
            let message = "`name` is a constant, so that span names stay few; put what varies into `attributes(..)`";
            errors.at(invocation.span(), message);
        }
        Expr::Path(path)
            if path
                .path
                .segments
                .first()
                .is_some_and(|segment| segment.ident == "Self") =>
        {
            errors.at(
                path.span(),
                "`name` is evaluated outside the impl; write the type's name in place of `Self`",
            );
        }
        _ => {}
    }
    value.into_token_stream()
}

fn kind(word: &str) -> &'static str {
    match word {
        "server" => "Server",
        "client" => "Client",
        "producer" => "Producer",
        "consumer" => "Consumer",
        _ => "Internal",
    }
}

fn failure(
    err: Option<Given<Err>>,
    function: &Function,
    shape: &Shape,
    errors: &mut Errors,
) -> Failure {
    let nothing = match shape {
        Shape::AsyncTail(_) => false,
        Shape::Sync | Shape::Async => function.output().is_none_or(is_never_a_result),
    };
    match err {
        Some(given) if returns_nothing(function, shape) => {
            let message =
                "`err` is about what is returned, and this function returns nothing; remove it";
            errors.at(given.word.span(), message);
            Failure::Never
        }
        Some(Given {
            value:
                Err::Record {
                    message,
                    condition: Some(condition),
                },
            ..
        }) => Failure::Outcome {
            message,
            condition: Some(condition),
        },
        Some(given) if nothing => {
            let message = "`err` is about a returned `Result`, and this function returns none; remove it, or tell what \
                           counts as a failure: `err(if = |value| ..)`";
            errors.at(given.word.span(), message);
            Failure::Never
        }
        Some(Given {
            value: Err::Skip, ..
        }) => Failure::Never,
        Some(Given {
            value: Err::Record { message, condition },
            ..
        }) => Failure::Outcome { message, condition },
        None if nothing => Failure::Never,
        None => Failure::Outcome {
            message: Message::Whole,
            condition: None,
        },
    }
}

/// Can `err` be about what the function returns?
pub(super) fn may_fail(function: &Function) -> bool {
    matches!(function.shape(), Shape::AsyncTail(_))
        || !function.output().is_none_or(is_never_a_result)
}

/// Types that are no `Result` whatever names mean: only the grammar is looked at, never how a path is spelled.
fn is_never_a_result(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Tuple(_)
            | Type::Reference(_)
            | Type::Array(_)
            | Type::Slice(_)
            | Type::Ptr(_)
            | Type::Never(_)
            | Type::FnPtr(_)
            | Type::TraitObject(_)
    )
}

trait UnrawName {
    fn unraw_name(&self) -> syn::LitStr;
}

impl UnrawName for proc_macro2::Ident {
    /// The identifier as a string literal, without `r#`.
    fn unraw_name(&self) -> syn::LitStr {
        let name = syn::ext::IdentExt::unraw(self).to_string();
        syn::LitStr::new(&name, proc_macro2::Span::mixed_site())
    }
}

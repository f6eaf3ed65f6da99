//! Options and impl in, a plan that can be carried out without failing out.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::{Expr, FnArg, ItemImpl, Lit, Path, ReturnType, Type};

use super::args::Args;
use super::item::{ServiceImpl, ServiceMember};
use super::streams::Stream;
use crate::attribute::{self, Attribute};
use crate::errors::Errors;
use crate::item::{AsyncTail, Function, Shape, plain, promises_future};
use crate::operation;
use crate::options::{Given, facade_or_default};

pub(super) struct Plan {
    pub(super) facade: TokenStream,
    /// The impl without its items.
    pub(super) header: ItemImpl,
    /// The service's full name: an expression of type `&'static str`, constant.
    pub(super) service: TokenStream,
    pub(super) rpcs: Vec<Rpc>,
    /// Streams that stand inside one of ours: in bodies, the associated type means the user's own.
    pub(super) wrapped: Vec<Stream>,
    /// The items that stay as they are.
    pub(super) rest: TokenStream,
}

pub(super) struct Rpc {
    pub(super) function: Function,
    pub(super) body: Body,
    pub(super) name: String,
    pub(super) response: Response,
    pub(super) attributes: Vec<Attribute>,
}

/// How a method makes its future.
pub(super) enum Body {
    /// It is an `async fn`.
    Async,
    /// `#[async_trait]` has made it: the future is the block at its end.
    AsyncTrait(AsyncTail),
    /// It returns a future of any kind, `boxed` or not: the whole of it runs inside the span.
    Returns { boxed: bool },
}

pub(super) enum Response {
    Unary,
    /// The type stays: our stream goes into a box as well.
    Boxed(Stream),
    Wrapped(Stream),
}

pub(super) fn lower(args: Args, service_impl: ServiceImpl, errors: &mut Errors) -> Option<Plan> {
    let ServiceImpl {
        header,
        trait_path,
        members,
    } = service_impl;
    let service = service_name(args.service, &trait_path, errors);
    let streams: Vec<Stream> = members
        .iter()
        .filter_map(|member| match member {
            ServiceMember::Type(ty) => Some(Stream {
                name: ty.ident.clone(),
                ty: ty.ty.clone(),
            }),
            ServiceMember::Method(..) | ServiceMember::Other(_) => None,
        })
        .collect();
    let mut rpcs = Vec::new();
    let mut rest = TokenStream::new();
    let mut types = Vec::new();
    for member in members {
        match member {
            ServiceMember::Type(ty) => types.push(ty),
            ServiceMember::Other(tokens) => rest.extend(tokens),
            ServiceMember::Method(function, args) if args.skip.is_some() => {
                args.check_skipped(errors);
                function.to_tokens(&mut rest);
            }
            ServiceMember::Method(function, args) => match body(&function, &args, errors) {
                Some(body) => rpcs.push(rpc(*function, body, args, &streams, errors)),
                None => function.to_tokens(&mut rest),
            },
        }
    }
    let wrapped: Vec<Stream> = rpcs
        .iter()
        .filter_map(|rpc| match &rpc.response {
            Response::Wrapped(stream) => Some(stream.clone()),
            Response::Unary | Response::Boxed(_) => None,
        })
        .collect();
    let facade = facade_or_default(args.facade);
    for mut ty in types {
        if wrapped.iter().any(|stream| stream.name == ty.ident) {
            let own = &ty.ty;
            ty.ty = syn::Type::Verbatim(quote!(#facade::__private::grpc::TracedStream<#own>));
        }
        ty.to_tokens(&mut rest);
    }
    Some(Plan {
        facade,
        header,
        service: service?,
        rpcs,
        wrapped,
        rest,
    })
}

/// The full name, from the module that tonic generates for the service.
fn service_name(
    given: Option<Given<Expr>>,
    trait_path: &Path,
    errors: &mut Errors,
) -> Option<TokenStream> {
    if let Some(given) = given {
        if let Expr::Lit(lit) = &given.value {
            let message = match &lit.lit {
                Lit::Str(name) if name.value().is_empty() || name.value().contains(['/', ' ']) => {
                    "`service` is the full name of the service, as in `\"shop.v1.Orders\"`"
                }
                Lit::Str(_) => return Some(given.value.into_token_stream()),
                _ => {
                    "`service` takes a string or the path of a constant, as in `orders_server::SERVICE_NAME`"
                }
            };
            errors.at(lit.lit.span(), message);
            return None;
        }
        return Some(given.value.into_token_stream());
    }
    let mut segments = trait_path.segments.iter().rev();
    let service = &segments.next()?.ident;
    let module = segments.next().map(|module| module.ident.to_string());
    if !module.is_some_and(|module| module.ends_with("_server")) {
        // It may be there, but then as something that was made or re-exported by hand.
        let module = snake_case(&service.to_string());
        let message = format!(
            "the full name of `{service}` cannot be seen from here; write `impl {module}_server::{service} for ..`, or add \
             it: `#[traced_grpc_service(service = {module}_server::SERVICE_NAME)]`, or as a string, \
             `service = \"package.{service}\"`"
        );
        errors.push(syn::Error::new_spanned(trait_path, message));
        return None;
    }
    let mut path = trait_path.clone();
    if let Some(last) = path.segments.last_mut() {
        *last = Ident::new("SERVICE_NAME", last.ident.span()).into();
    }
    Some(path.into_token_stream())
}

/// How a method makes its future; `None`: it is no RPC, or none that could be traced.
fn body(function: &Function, args: &operation::Args, errors: &mut Errors) -> Option<Body> {
    const REMEDY: &str = "write `#[traced_operation(skip)]` above it to leave it as it is";
    let sig = &function.sig;
    let body = match function.shape() {
        Shape::Async => Some(Body::Async),
        Shape::AsyncTail(tail) if function.is_async_trait() => Some(Body::AsyncTrait(tail)),
        Shape::AsyncTail(_) | Shape::Sync => {
            let returned = function.output().filter(|ty| promises_future(ty));
            returned.map(|ty| Body::Returns {
                boxed: !matches!(ty, Type::ImplTrait(_)),
            })
        }
    };
    let parameter = match sig.inputs.last() {
        Some(FnArg::Typed(parameter)) => Some(&*parameter.ty),
        _ => None,
    };
    if body.is_none() {
        let is_configured = args.rpc.is_some() || args.attributes.is_some();
        if is_configured || parameter.is_some_and(is_request) {
            let message = format!(
                "`{}` is traced as an RPC, but is neither `async` nor returns a future; {REMEDY}",
                sig.ident
            );
            errors.at(sig.ident.span(), message);
        }
        return None;
    }
    let is_rpc = sig.receiver().is_some()
        && sig.inputs.len() == 2
        && parameter.is_some()
        && !matches!(sig.output, ReturnType::Default);
    if !is_rpc {
        let message = format!(
            "`{}` is no RPC, which takes `self` and one request and returns \
             `Result<tonic::Response<_>, tonic::Status>`; {REMEDY}",
            sig.ident
        );
        errors.at(sig.ident.span(), message);
        return None;
    }
    body
}

/// Is it `tonic::Request`, by how it is spelled?
fn is_request(ty: &Type) -> bool {
    let Type::Path(path) = plain(ty) else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|segment| segment.ident == "Request")
}

/// A method as an RPC.
fn rpc(
    mut function: Function,
    body: Body,
    args: operation::Args,
    streams: &[Stream],
    errors: &mut Errors,
) -> Rpc {
    let stream = streams.iter().find_map(|stream| {
        Stream::rpc_of(&stream.name, &function.sig.ident).map(|rpc| (rpc, stream.clone()))
    });
    let given = args.rpc.map(|given| given.value);
    if let Some(name) = &given {
        let value = name.value();
        let is_name = value.starts_with(|c: char| c.is_ascii_alphabetic())
            && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_name {
            errors.at(
                name.span(),
                "`rpc` is the method's own name in the protocol, without its service, as in `\"GetURL\"`",
            );
        }
    }
    let name = match (given, &stream) {
        (Some(name), _) => name.value(),
        (None, Some((rpc, _))) => rpc.clone(),
        (None, None) => upper_camel_case(&function.sig.ident.unraw().to_string()),
    };
    let response = match stream {
        None => Response::Unary,
        Some((_, stream)) if stream.is_boxed() => Response::Boxed(stream),
        Some((_, stream)) => {
            if !stream.name_in(&mut function.sig.output) {
                let message = format!(
                    "the stream of this response is traced to its end: write its type as `Self::{}`",
                    stream.name
                );
                errors.push(syn::Error::new_spanned(function.output(), message));
            }
            Response::Wrapped(stream)
        }
    };
    let entries = args.attributes.map(|given| given.value).unwrap_or_default();
    let attributes = attribute::check(entries, errors);
    Rpc {
        function,
        body,
        name,
        response,
        attributes,
    }
}

/// `get_user` is `GetUser` in the protocol.
fn upper_camel_case(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
        })
        .collect()
}

fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for (index, letter) in name.chars().enumerate() {
        if letter.is_ascii_uppercase() && index > 0 {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_change_their_case() {
        assert_eq!(upper_camel_case("get_user"), "GetUser");
        assert_eq!(upper_camel_case("watch"), "Watch");
        assert_eq!(snake_case("DataRouter"), "data_router");
    }
}

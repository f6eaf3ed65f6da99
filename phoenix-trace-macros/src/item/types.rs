//! What return types say about the body.

use syn::visit_mut::VisitMut as _;
use syn::{
    AngleBracketedGenericArguments, GenericArgument, PathArguments, PathSegment, Token, Type,
    TypeInfer, TypeParamBound,
};

use crate::visit::{Node, Walk};

/// The type without parentheses around it, nor the invisible groups in which a `macro_rules!` macro hands a type on.
pub(crate) fn plain(mut ty: &Type) -> &Type {
    loop {
        ty = match ty {
            Type::Paren(paren) => &paren.elem,
            Type::Group(group) => &group.elem,
            _ => return ty,
        };
    }
}

/// `ty` as it can be written inside a body: `impl Trait` is inferred at every depth. `None` if nothing is left to say.
pub(crate) fn inferable(ty: &Type) -> Option<Type> {
    let mut ty = plain(ty).clone();
    let mut erase = |node: Node<'_>| {
        if let Node::Type(ty) = node
            && let Type::ImplTrait(impl_trait) = ty
        {
            let underscore_token = Token![_](impl_trait.impl_token.span);
            *ty = Type::Infer(TypeInfer {
                attrs: Vec::new(),
                underscore_token,
            });
        }
        true
    };
    Walk(&mut erase).visit_type_mut(&mut ty);
    match ty {
        Type::Infer(_) | Type::Never(_) => None,
        _ => Some(ty),
    }
}

/// Is the returned value a future, by how its type is spelled? (`impl Future`, `Pin<Box<dyn Future>>`, `BoxFuture`.)
pub(crate) fn promises_future(ty: &Type) -> bool {
    future_segment(ty).is_some()
}

/// `T` of `impl Future<Output = T>` and its like.
pub(crate) fn future_output(ty: &Type) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &future_segment(ty)?.arguments else {
        return None;
    };
    let bound = arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(binding) if binding.ident == "Output" => Some(&binding.ty),
        _ => None,
    });
    bound.or_else(|| type_argument(arguments))
}

/// The path segment that names the future.
fn future_segment(ty: &Type) -> Option<&PathSegment> {
    match plain(ty) {
        Type::ImplTrait(impl_trait) => future_bound(&impl_trait.bounds),
        Type::TraitObject(object) => future_bound(&object.bounds),
        Type::Path(path) => {
            let segment = path.path.segments.last()?;
            if segment.ident == "BoxFuture" || segment.ident == "LocalBoxFuture" {
                return Some(segment);
            }
            if segment.ident != "Pin" && segment.ident != "Box" {
                return None;
            }
            let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
                return None;
            };
            future_segment(type_argument(arguments)?)
        }
        _ => None,
    }
}

fn future_bound<'a>(
    bounds: impl IntoIterator<Item = &'a TypeParamBound>,
) -> Option<&'a PathSegment> {
    bounds.into_iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound
            .path
            .segments
            .last()
            .filter(|segment| segment.ident == "Future"),
        _ => None,
    })
}

fn type_argument(arguments: &AngleBracketedGenericArguments) -> Option<&Type> {
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::{ToTokens, quote};

    fn check_output(ty: proc_macro2::TokenStream, expected: Option<&str>) {
        let parsed: Type = syn::parse2(ty).expect("a type");
        let found = future_output(&parsed).map(|ty| ty.to_token_stream().to_string());
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn the_output_of_a_future_is_found() {
        check_output(quote!(impl Future<Output = u8> + Send), Some("u8"));
        check_output(
            quote!(::core::pin::Pin<Box<dyn ::core::future::Future<Output = u8> + Send + 'a>>),
            Some("u8"),
        );
        check_output(quote!(BoxFuture<'a, u8>), Some("u8"));
        check_output(quote!(Result<impl Future<Output = u8>, E>), None);
        check_output(quote!(Vec<u8>), None);
    }

    #[test]
    fn impl_trait_is_inferred_at_every_depth() {
        let ty: Type = syn::parse2(quote!(Result<Vec<impl Fn() -> u8>, E>)).expect("a type");
        let erased = inferable(&ty).map(|ty| ty.to_token_stream().to_string());
        assert_eq!(erased, Some(quote!(Result<Vec<_>, E>).to_string()));
        assert!(inferable(&syn::parse2(quote!(impl Display)).expect("a type")).is_none());
    }
}

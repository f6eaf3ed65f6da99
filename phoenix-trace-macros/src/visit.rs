//! Walks through syntax trees. One type visits them all: for each type that does, the compiler would make the code of a
//! whole tree anew, which took a fifth of what this crate costs to build.

use proc_macro2::Ident;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Item, PatIdent, Type};

/// What a walk comes by.
pub(crate) enum Node<'n> {
    Expr(&'n mut Expr),
    Type(&'n mut Type),
    /// A name that a pattern binds.
    Binding(&'n mut Ident),
}

/// Shows the nodes of a tree to a function, which says whether to go on inside of each. Items inside of expressions, which
/// have nothing to do with what is around them, are left out.
pub(crate) struct Walk<'s>(pub(crate) &'s mut dyn FnMut(Node<'_>) -> bool);

impl VisitMut for Walk<'_> {
    fn visit_expr_mut(&mut self, value: &mut Expr) {
        if (self.0)(Node::Expr(value)) {
            visit_mut::visit_expr_mut(self, value);
        }
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        if (self.0)(Node::Type(ty)) {
            visit_mut::visit_type_mut(self, ty);
        }
    }

    fn visit_pat_ident_mut(&mut self, pattern: &mut PatIdent) {
        if (self.0)(Node::Binding(&mut pattern.ident)) {
            visit_mut::visit_pat_ident_mut(self, pattern);
        }
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}
}

//! The option `capture`: arguments under keys.

use proc_macro2::Ident;
use syn::parse::{Parse as _, ParseStream};
use syn::visit_mut::VisitMut as _;
use syn::{FnArg, Signature, Token};

use crate::attribute::{Entry, Form, WrittenKey};
use crate::errors::{Errors, all_of};
use crate::options::separated;
use crate::visit::{Node, Walk};

/// An argument as written, `user: "user.id"` or `%user: keys::USER`.
pub(crate) struct Captured {
    argument: Ident,
    form: Form,
    key: WrittenKey,
}

impl Captured {
    pub(super) fn key(&self) -> String {
        self.key.written()
    }
}

/// Reads arguments until the input ends.
pub(super) fn read(input: ParseStream<'_>, errors: &mut Errors) -> Vec<Captured> {
    let mut captured = Vec::new();
    separated(input, errors, |input, _| {
        captured.push(one(input)?);
        Ok(())
    });
    captured
}

fn one(input: ParseStream<'_>) -> syn::Result<Captured> {
    let form = Form::parse(input)?;
    if input.peek(Token![self]) {
        let message = "`self` is recorded in parts: `attributes(\"the.key\" = self.part)`";
        return Err(input.error(message));
    }
    let argument: Ident = input.parse().map_err(|error| {
        let message = "expected an argument and its key: `capture(user: keys::USER_ID)`";
        syn::Error::new(error.span(), message)
    })?;
    if !input.peek(Token![:]) || input.peek(Token![::]) {
        let constant = argument.to_string().to_uppercase();
        let message = format!(
            "`{argument}` needs a key: `{argument}: keys::{constant}`, or one of the registry as a string"
        );
        return Err(syn::Error::new(argument.span(), message));
    }
    input.parse::<Token![:]>()?;
    let key = WrittenKey::parse(input)?;
    if input.peek(Token![=]) {
        let message =
            "only arguments are captured; what is made of them goes into `attributes(..)`";
        return Err(input.error(message));
    }
    Ok(Captured {
        argument,
        form,
        key,
    })
}

/// The captured arguments as attributes.
pub(super) fn entries(
    captured: Vec<Captured>,
    sig: Option<&Signature>,
    errors: &mut Errors,
) -> Vec<Entry> {
    let names = sig.map(names);
    let mut entries = Vec::new();
    for Captured {
        argument,
        form,
        key,
    } in captured
    {
        if let (Some(names), Some(sig)) = (&names, sig)
            && !names.contains(&argument)
        {
            let names: Vec<String> = names.iter().map(Ident::to_string).collect();
            let takes = match names.as_slice() {
                [] => "none".to_owned(),
                names => all_of(names),
            };
            let message = format!(
                "`{argument}` is no argument of `{}`, which takes {takes}",
                sig.ident
            );
            errors.at(argument.span(), message);
            continue;
        }
        let value = syn::parse_quote!(#argument);
        entries.push(Entry { key, form, value });
    }
    entries
}

/// What the parameters bind.
fn names(sig: &Signature) -> Vec<Ident> {
    let mut names = Vec::new();
    let mut bound = |node: Node<'_>| {
        if let Node::Binding(name) = node {
            names.push(name.clone());
        }
        true
    };
    for input in &sig.inputs {
        if let FnArg::Typed(typed) = input {
            Walk(&mut bound).visit_pat_mut(&mut typed.pat.clone());
        }
    }
    names
}

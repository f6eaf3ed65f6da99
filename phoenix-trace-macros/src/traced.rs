//! `traced!`: a name, attributes and an expression in, the expression inside its span out.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::parse::{Parse as _, ParseStream};
use syn::{Expr, Lit, LitStr, Token};

use crate::attribute::{self, Attribute, Attributes, Entry, WrittenKey};
use crate::body::{Body, Run};
use crate::errors::{Errors, expanded};
use crate::options::{facade_or_default, ungrouped};
use crate::record::leading_facade;

const FORM: &str = "`traced!(\"load user\", \"user.id\" = id, { .. })`";

struct Call {
    facade: TokenStream,
    name: Name,
    attributes: Vec<Attribute>,
    body: Body,
}

enum Name {
    Literal(LitStr),
    /// Known only at run time.
    Value(Expr),
}

/// The body, inside its span. After a mistake: the mistakes.
pub(crate) fn traced(tokens: TokenStream) -> TokenStream {
    expanded(tokens, read, expand)
}

fn read(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Call> {
    let facade = facade_or_default(leading_facade(input)?);
    if input.is_empty() {
        let message = format!("a span has a name and a body: {FORM}");
        return Err(syn::Error::new(Span::call_site(), message));
    }
    let start = input.span();
    let missing = || syn::Error::new(start, format!("the body is missing; write {FORM}"));
    let name = name(input, errors)?;
    let mut entries = Vec::new();
    let body = loop {
        if input.is_empty() {
            return Err(missing());
        }
        if !input.peek(Token![,]) {
            return Err(input.error("expected `,`"));
        }
        input.parse::<Token![,]>()?;
        if input.is_empty() {
            return Err(missing());
        }
        if is_entry(input) {
            entries.push(Entry::parse(input)?);
        } else {
            break ungrouped(Expr::parse(input)?);
        }
    };
    input.parse::<Option<Token![,]>>()?;
    if !input.is_empty() {
        let message = format!("the body comes last; write {FORM}");
        let at = input.span();
        input.parse::<TokenStream>()?;
        errors.at(at, message);
    }
    Ok(Call {
        facade,
        name,
        attributes: attribute::check(entries, errors),
        body: Body::new(body, errors),
    })
}

fn name(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Name> {
    if is_entry(input) {
        return Err(input.error(format!("the name comes first; write {FORM}")));
    }
    match ungrouped(Expr::parse(input)?) {
        Expr::Lit(lit) => match lit.lit {
            Lit::Str(name) => {
                if name.value().trim().is_empty() {
                    errors.at(name.span(), "the span name is empty");
                }
                Ok(Name::Literal(name))
            }
            other => Err(syn::Error::new(
                other.span(),
                format!("the name is a string; write {FORM}"),
            )),
        },
        value => {
            attribute::refuse_control_flow(&value, &attribute::Remedies::VALUE, errors);
            Ok(Name::Value(value))
        }
    }
}

/// Does `key =` come next?
pub(crate) fn is_entry(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    if ahead.peek(Token![%]) || ahead.peek(Token![?]) {
        return true;
    }
    WrittenKey::skip(&ahead) && ahead.peek(Token![=]) && !ahead.peek(Token![==])
}

fn expand(call: &Call) -> TokenStream {
    let site = Span::mixed_site();
    let Call {
        facade,
        name,
        attributes,
        body,
    } = call;
    let Attributes { items, values } = attribute::expand(attributes, facade);
    let private = quote_spanned!(site=> #facade::__private);
    let (literal, named) = match name {
        Name::Literal(name) => (name.to_token_stream(), None),
        Name::Value(value) => {
            let value = attribute::borrowed(value);
            (
                quote_spanned!(site=> "operation"),
                Some(quote_spanned!(site=> #private::name(#value))),
            )
        }
    };
    let preamble = quote_spanned! {site=>
        static __PHOENIX_SITE: #private::Site =
            #private::Site::new(#literal, #private::SpanKind::Internal, "");
        #items
    };
    let started = |plain: &str, with_name: &str| {
        let function = Ident::new(if named.is_some() { with_name } else { plain }, site);
        // Before the span starts, since a sampler may want to know it.
        let beginning = named
            .as_ref()
            .map(|_| quote_spanned!(site=> , #private::Beginning::named(&[__phoenix_name])));
        let start = attribute::harmless(
            attributes,
            &values,
            facade,
            |values| quote_spanned!(site=> #private::#function(&__PHOENIX_SITE, &[#(#values),*] #beginning)),
        );
        match &named {
            None => start,
            Some(name) => quote_spanned!(site=> match #name { __phoenix_name => #start }),
        }
    };
    let returned = quote_spanned!(site=> __phoenix_returned);
    match body.run() {
        Run::Later(block) => {
            let (started, statements) = (started("start", "start_as"), &block.block.stmts);
            let (asyncness, capture) = (&block.async_token, &block.capture);
            let outcome = body.outcome(&returned, &private);
            quote_spanned! {site=> {
                #preamble
                #private::traced(
                    #asyncness #capture {
                        if #private::recording() {
                            #started;
                        }
                        #(#statements)*
                    },
                    |#returned| #outcome,
                )
            }}
        }
        Run::Awaited(awaited) => {
            let (started, block) = (started("start", "start_as"), body.in_braces());
            let outcome = body.outcome(&returned, &private);
            quote_spanned! {site=> '__phoenix_traced: {
                #preamble
                let __phoenix_future = async {
                    if #private::recording() {
                        #started;
                    }
                    #block
                };
                // Never taken; it gives the body the type that is wanted here.
                if false {
                    let __phoenix_wanted = #private::output(__phoenix_future);
                    break '__phoenix_traced __phoenix_wanted;
                }
                #private::traced(__phoenix_future, |#returned| #outcome) #awaited
            }}
        }
        Run::Now => {
            let (started, block) = (started("enter", "enter_as"), body.in_braces());
            let outcome = body.outcome(&quote_spanned!(site=> &#returned), &private);
            // The `break` that is never taken lets a body that does not return be of the type that is wanted here.
            quote_spanned! {site=> '__phoenix_traced: {
                #preamble
                let __phoenix_span = if #private::recording() { #started } else { #private::Entered::off() };
                let #returned = #private::call(|| #block);
                if false {
                    break '__phoenix_traced #returned;
                }
                #private::Entered::outcome(&__phoenix_span, #outcome);
                #returned
            }}
        }
    }
}

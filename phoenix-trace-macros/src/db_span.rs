//! `db_span!`: what is known of a query and an expression in, the expression inside the query's CLIENT span out.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned as _;
use syn::{Expr, LitStr, Token, token};

use crate::attribute::{self, Attribute, Attributes, Entry, Form, WrittenKey, harmless};
use crate::body::{Body, Run};
use crate::errors::{Errors, all_of, expanded};
use crate::options::{assigned, facade_or_default, made_by, ungrouped};
use crate::record::leading_facade;
use crate::traced::is_entry;

const FORM: &str = "`db_span!(system = \"postgresql\", sql = SQL, { .. })`";

/// The options that are attributes, and their keys.
const ATTRIBUTES: [(&str, &str); 9] = [
    ("system", "db.system.name"),
    ("namespace", "db.namespace"),
    ("collection", "db.collection.name"),
    ("operation", "db.operation.name"),
    ("stored_procedure", "db.stored_procedure.name"),
    ("summary", "db.query.summary"),
    ("sql", "db.query.text"),
    ("text", "db.query.text"),
    ("batch_size", "db.operation.batch.size"),
];

const ROWS: &str = "rows";
const STATUS_CODE: &str = "status_code";
const ERR: &str = "err";

struct Call {
    facade: TokenStream,
    attributes: Vec<Attribute>,
    /// Is the query's text SQL that is to be read?
    is_sql: bool,
    rows: Option<(TokenStream, Attribute)>,
    status_code: Option<(TokenStream, Expr)>,
    type_only: bool,
    body: Body,
}

/// The options as written.
#[derive(Default)]
struct Options {
    entries: Vec<Entry>,
    is_sql: bool,
    rows: Option<(Ident, TokenStream, Expr)>,
    status_code: Option<(Ident, TokenStream, Expr)>,
    type_only: bool,
    /// Is there an option that may be a misspelled one?
    unknown: bool,
}

/// The body, inside its span. After a mistake: the mistakes.
pub(crate) fn db_span(tokens: TokenStream) -> TokenStream {
    expanded(tokens, read, expand)
}

fn read(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Call> {
    let facade = facade_or_default(leading_facade(input)?);
    if input.is_empty() {
        let message = format!("a query has a system and a body: {FORM}");
        return Err(syn::Error::new(Span::call_site(), message));
    }
    let start = input.span();
    let mut options = Options::default();
    let body = loop {
        if !options.read_one(input, errors)? {
            break ungrouped(Expr::parse(input)?);
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        if input.is_empty() {
            let message = format!("the body is missing; write {FORM}");
            return Err(syn::Error::new(start, message));
        }
    };
    input.parse::<Option<Token![,]>>()?;
    if !input.is_empty() {
        let at = input.span();
        input.parse::<TokenStream>()?;
        errors.at(at, format!("the body comes last; write {FORM}"));
    }
    options.check(facade, start, body, errors)
}

impl Options {
    /// Reads what stands before the body, up to a comma. `false`: the body comes next.
    fn read_one(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<bool> {
        let ahead = input.fork();
        let word = ahead.call(Ident::parse_any).ok().filter(|word| {
            // A constant is the key of an attribute.
            let is_option = !word
                .to_string()
                .contains(|letter: char| letter.is_uppercase());
            is_option
                && (ahead.peek(Token![=]) && !ahead.peek(Token![==])
                    || word == ERR && ahead.peek(token::Paren))
        });
        let Some(word) = word else {
            let entry = is_entry(input);
            if entry {
                self.entries.push(input.parse()?);
            }
            return Ok(entry);
        };
        input.call(Ident::parse_any)?;
        self.option(word, input, errors)?;
        Ok(true)
    }

    fn option(
        &mut self,
        word: Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        let name = word.to_string();
        if let Some((_, key)) = ATTRIBUTES.iter().find(|(option, _)| *option == name) {
            let Given { form, value } = assigned(input, &word, "..")?;
            self.is_sql |= name == "sql";
            self.entries.push(entry(key, &word, form, value));
            return Ok(());
        }
        match name.as_str() {
            ROWS | STATUS_CODE => {
                let example = if name == ROWS {
                    "|rows| rows.len()"
                } else {
                    "|error| error.code()"
                };
                let (pattern, value) = closure(assigned(input, &word, example)?, &word, example)?;
                let slot = if name == ROWS {
                    &mut self.rows
                } else {
                    &mut self.status_code
                };
                if slot.replace((word.clone(), pattern, value)).is_some() {
                    errors.at(
                        word.span(),
                        format!("`{word}` is given twice; keep one of the two"),
                    );
                }
            }
            ERR => {
                let inner;
                syn::parenthesized!(inner in input);
                let what: Ident = inner.parse()?;
                if what != "type_only" || !inner.is_empty() {
                    let message = "write `err(type_only)`; what counts as a failure is said where the query's error is handled";
                    return Err(syn::Error::new(what.span(), message));
                }
                self.type_only = true;
            }
            _ => {
                self.unknown = true;
                let names: Vec<&str> = ATTRIBUTES.iter().map(|(option, _)| *option).collect();
                let names = [names.as_slice(), &[ROWS, STATUS_CODE]].concat();
                errors.at(
                    word.span(),
                    format!(
                        "unknown option `{word}`; `db_span!` takes {}, and attributes: `\"the.key\" = value`",
                        all_of(&names)
                    ),
                );
                assigned::<Given>(input, &word, "..")?;
            }
        }
        Ok(())
    }

    fn check(
        self,
        facade: TokenStream,
        start: Span,
        body: Expr,
        errors: &mut Errors,
    ) -> syn::Result<Call> {
        let is_system = |entry: &Entry| entry.key.written() == "db.system.name";
        if !self.unknown && !self.entries.iter().any(is_system) {
            let message =
                format!("`system` is missing, the database's name in the registry: {FORM}");
            errors.at(start, message);
        }
        let rows = self.rows.and_then(|(word, pattern, value)| {
            let entry = entry("db.response.returned_rows", &word, Form::Typed, value);
            let checked = attribute::check(vec![entry], errors).pop()?;
            Some((pattern, checked))
        });
        let status_code = self.status_code.map(|(_, pattern, value)| {
            attribute::refuse_control_flow(&value, &attribute::Remedies::VALUE, errors);
            (pattern, value)
        });
        Ok(Call {
            facade,
            attributes: attribute::check(self.entries, errors),
            is_sql: self.is_sql,
            rows,
            status_code,
            type_only: self.type_only,
            body: Body::new(body, errors),
        })
    }
}

/// A value, and how it is recorded.
struct Given {
    form: Form,
    value: Expr,
}

impl Parse for Given {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            form: Form::parse(input)?,
            value: input.parse()?,
        })
    }
}

/// The attribute that the option `word` stands for.
fn entry(key: &str, word: &Ident, form: Form, value: Expr) -> Entry {
    Entry {
        key: WrittenKey::Literal(LitStr::new(key, word.span())),
        form,
        value,
    }
}

/// A closure of one argument, or a function, as the pattern of its argument and what is made of it.
fn closure(value: Expr, word: &Ident, example: &str) -> syn::Result<(TokenStream, Expr)> {
    match ungrouped(value) {
        Expr::Closure(closure) if closure.inputs.len() == 1 => {
            let inputs = &closure.inputs;
            Ok((quote!(#inputs), made_by(closure)?))
        }
        Expr::Path(function) => {
            let value = Ident::new(
                "__phoenix_value",
                Span::mixed_site().located_at(function.span()),
            );
            Ok((quote!(#value), syn::parse2(quote!(#function(#value)))?))
        }
        other => Err(syn::Error::new_spanned(
            other,
            format!("`{word}` takes a closure: `{word} = {example}`"),
        )),
    }
}

fn expand(call: &Call) -> TokenStream {
    let site = Span::mixed_site();
    let Call {
        facade,
        attributes,
        is_sql,
        body,
        ..
    } = call;
    let Attributes { items, values } = attribute::expand(attributes, facade);
    let private = quote_spanned!(site=> #facade::__private);
    let begin = harmless(
        attributes,
        &values,
        facade,
        |values| quote_spanned!(site=> #private::db::begin(&[#(#values),*], #is_sql)),
    );
    let tell = tell(call, &private);
    // Before the body takes what the attributes name.
    let started = quote_spanned!(site=> let __phoenix_span = #private::db::started(|| #begin););
    // Never taken; it gives the body the type that is wanted here.
    let typed = |output: &str| {
        let output = Ident::new(output, site);
        quote_spanned! {site=>
            if false {
                let __phoenix_wanted = #private::#output(__phoenix_body);
                break '__phoenix_query __phoenix_wanted;
            }
        }
    };
    match body.run() {
        Run::Later(block) => {
            let (asyncness, capture) = (&block.async_token, &block.capture);
            // The inner block is not the user's, or `async { future.await }` would be called redundant.
            let body = &block.block;
            // The span starts with the first poll.
            quote_spanned! {site=> {
                #items
                #asyncness #capture {
                    #started
                    #private::db::inside(__phoenix_span, async #capture #body, #tell).await
                }
            }}
        }
        Run::Awaited(awaited) => {
            let (block, typed) = (body.in_braces(), typed("output"));
            quote_spanned! {site=> '__phoenix_query: {
                #items
                #started
                let __phoenix_body = async #block;
                #typed
                #private::db::inside(__phoenix_span, __phoenix_body, #tell) #awaited
            }}
        }
        Run::Now => {
            let (block, typed) = (body.in_braces(), typed("call"));
            quote_spanned! {site=> '__phoenix_query: {
                #items
                #started
                let __phoenix_body = || #block;
                #typed
                #private::db::run(__phoenix_span, __phoenix_body, #tell)
            }}
        }
    }
}

/// What is told of the returned value, as a closure.
fn tell(call: &Call, private: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let returned = quote_spanned!(site=> __phoenix_returned);
    let mut outcome = call.body.outcome(&returned, private);
    if call.type_only {
        outcome = quote_spanned!(site=> #private::Outcome::type_only(#outcome));
    }
    let mut told = quote_spanned!(site=> #private::db::Told::new(#outcome));
    if let Some((pattern, attribute)) = &call.rows {
        let attributes = std::slice::from_ref(attribute);
        let Attributes { items, values } = attribute::expand(attributes, &call.facade);
        told = quote_spanned! {site=>
            #private::db::Told::rows(#told, #private::asked(true, || {
                #items
                ::core::option::Option::and_then(
                    #private::success!(#returned),
                    |#pattern| #private::db::rows(#(#values)*),
                )
            }))
        };
    }
    if let Some((pattern, value)) = &call.status_code {
        let value = attribute::borrowed(value);
        told = quote_spanned! {site=>
            #private::db::Told::status_code(#told, #private::asked(true, || {
                ::core::option::Option::and_then(
                    #private::failing!(#returned),
                    |#pattern| #private::db::status_code(#value),
                )
            }))
        };
    }
    quote_spanned!(site=> |#returned| #told)
}

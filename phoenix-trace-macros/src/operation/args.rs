//! The options of `#[traced_operation]`: tokens in, each value with its word out. What goes with what is decided when
//! they are lowered.

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, LitStr, Path, Token, token};

use super::capture::{self, Captured};
use super::ret::Ret;
use crate::attribute::{Entry, read_entries};
use crate::errors::{Errors, one_of};
use crate::options::{Expected, Given, assigned, facade, read_options, separated, set};

const ON_FUNCTIONS: [&str; 11] = [
    "name",
    "kind",
    "attributes",
    "capture",
    "root",
    "parent",
    "link",
    "ret",
    "err",
    "skip_if",
    "crate",
];
/// On a method inside `#[traced_grpc_service]`, where they configure the span of the RPC.
const ON_RPCS: [&str; 3] = ["rpc", "attributes", "skip"];
const KINDS: [&str; 5] = ["internal", "server", "client", "producer", "consumer"];

/// The options as written.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) name: Option<Given<Box<Expr>>>,
    pub(crate) kind: Option<Given<Ident>>,
    pub(crate) attributes: Option<Given<Vec<Entry>>>,
    pub(crate) capture: Option<Given<Vec<Captured>>>,
    pub(crate) root: Option<Given<()>>,
    pub(crate) parent: Option<Given<Box<Expr>>>,
    pub(crate) link: Option<Given<Box<Expr>>>,
    pub(crate) ret: Option<Given<Ret>>,
    pub(crate) err: Option<Given<Err>>,
    pub(crate) skip_if: Option<Given<Box<Expr>>>,
    pub(crate) rpc: Option<Given<LitStr>>,
    pub(crate) skip: Option<Given<()>>,
    pub(crate) facade: Option<Given<Path>>,
}

/// What becomes of a returned error.
pub(crate) enum Err {
    /// Nothing.
    Skip,
    /// It is recorded, with these restrictions.
    Record {
        message: Message,
        condition: Option<Box<Expr>>,
    },
}

/// How the message of a failure is told.
#[derive(Clone, Copy)]
pub(crate) enum Message {
    /// As the error displays it.
    Whole,
    /// By `Debug`; the span is that of the `?`.
    Debug(Span),
    /// Not at all.
    TypeOnly,
}

impl Args {
    /// The options on a function.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        Self::read(tokens, "`#[traced_operation]`", &ON_FUNCTIONS, errors)
    }

    /// The options on a method of a gRPC service. What its span has from the protocol cannot be chosen.
    pub(crate) fn parse_on_rpc(tokens: TokenStream, errors: &mut Errors) -> Self {
        let args = Self::read(tokens, "`#[traced_operation]` on an RPC", &ON_RPCS, errors);
        let words = [
            args.name.as_ref().map(|given| &given.word),
            args.kind.as_ref().map(|given| &given.word),
            args.capture.as_ref().map(|given| &given.word),
            args.root.as_ref().map(|given| &given.word),
            args.parent.as_ref().map(|given| &given.word),
            args.link.as_ref().map(|given| &given.word),
            args.ret.as_ref().map(|given| &given.word),
            args.err.as_ref().map(|given| &given.word),
            args.skip_if.as_ref().map(|given| &given.word),
            args.facade.as_ref().map(|given| &given.word),
        ];
        for word in words.into_iter().flatten() {
            let remedy = match word.to_string().as_str() {
                "name" => {
                    "remove it; `rpc = \"GetURL\"` tells a method name that cannot be derived from the function's"
                }
                "crate" => "write it once, in `#[traced_grpc_service(crate = ..)]`",
                "capture" => "write `attributes(\"the.key\" = request.get_ref().field)`",
                _ => "remove it",
            };
            errors.at(
                word.span(),
                format!("the span of an RPC has its `{word}` from the service; {remedy}"),
            );
        }
        args
    }

    fn read(tokens: TokenStream, owner: &str, known: &[&str], errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let read = |input: ParseStream<'_>| {
            read_options(input, errors, owner, known, |word, input, errors| {
                args.option(word, input, errors)
            });
            Ok(())
        };
        let parsed = read.parse2(tokens);
        errors.take(parsed);
        args
    }

    fn option(
        &mut self,
        word: &Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<bool> {
        match word.to_string().as_str() {
            "name" => set(
                &mut self.name,
                word,
                assigned(input, word, "\"load user\"")?,
                errors,
            ),
            "kind" => {
                let kind = assigned::<Expected<AnyIdent>>(input, word, "client")?;
                let expected = format!("`kind` is {}, without quotes", one_of(&KINDS));
                let AnyIdent(kind) = kind.or_explain(expected)?;
                if !KINDS.contains(&kind.to_string().as_str()) {
                    let message = format!("unknown span kind `{kind}`; it is {}", one_of(&KINDS));
                    return Err(syn::Error::new(kind.span(), message));
                }
                set(&mut self.kind, word, kind, errors);
            }
            "attributes" => {
                let content = parenthesized(input, word, "attributes(\"the.key\" = value)")?;
                let entries = read_entries(&content, errors);
                set(&mut self.attributes, word, entries, errors);
            }
            "capture" => {
                let content = parenthesized(input, word, "capture(user: keys::USER_ID)")?;
                let captured = capture::read(&content, errors);
                set(&mut self.capture, word, captured, errors);
            }
            "root" => set(&mut self.root, word, (), errors),
            "parent" => set(
                &mut self.parent,
                word,
                assigned(input, word, "message.sender")?,
                errors,
            ),
            "link" => set(
                &mut self.link,
                word,
                assigned(input, word, "message.sender")?,
                errors,
            ),
            "ret" => set(
                &mut self.ret,
                word,
                Ret::parse(word, input, errors)?,
                errors,
            ),
            "skip_if" => set(
                &mut self.skip_if,
                word,
                assigned(input, word, "request.is_health_check")?,
                errors,
            ),
            "err" => set(
                &mut self.err,
                word,
                Err::parse(word, input, errors)?,
                errors,
            ),
            "rpc" => set(
                &mut self.rpc,
                word,
                assigned(input, word, "\"GetURL\"")?,
                errors,
            ),
            "skip" => set(&mut self.skip, word, (), errors),
            "crate" => set(&mut self.facade, word, facade(input, word)?, errors),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Err {
    fn parse(word: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        const FORMS: &str = "`err = skip`, `err(type_only)`, `err(?)` or `err(if = |error| ..)`";
        if input.peek(Token![=]) {
            let value = assigned::<Expected<AnyIdent>>(input, word, "skip")?;
            let AnyIdent(value) = value.or_explain(format!("write {FORMS}"))?;
            if value != "skip" {
                let message = format!("unknown value `{value}` of `err`; write {FORMS}");
                return Err(syn::Error::new(value.span(), message));
            }
            return Ok(Self::Skip);
        }
        if !input.peek(token::Paren) {
            let message = format!(
                "a returned `Err` is recorded without this; remove `err`, or write {FORMS}"
            );
            return Err(syn::Error::new(word.span(), message));
        }
        let content;
        syn::parenthesized!(content in input);
        let (mut type_only, mut debug, mut condition) = (None, None, None);
        separated(&content, errors, |input, errors| {
            if input.peek(Token![?]) {
                let sign = input.parse::<Token![?]>()?.span;
                if debug.replace(sign).is_some() {
                    errors.at(sign, "`?` is given twice; keep one of the two");
                }
                return Ok(());
            }
            let word = input.call(Ident::parse_any)?;
            match word.to_string().as_str() {
                "type_only" => set(&mut type_only, &word, (), errors),
                "if" => set(
                    &mut condition,
                    &word,
                    assigned(input, &word, "|error| ..")?,
                    errors,
                ),
                _ => {
                    let message = format!("unknown option `{word}` of `err`; write {FORMS}");
                    return Err(syn::Error::new(word.span(), message));
                }
            }
            Ok(())
        });
        let condition = condition.map(|given: Given<Box<Expr>>| given.value);
        let message = match (debug, type_only) {
            (Some(debug), Some(_)) => {
                let message =
                    "`type_only` leaves out the message that `?` is about; keep one of the two";
                return Err(syn::Error::new(debug, message));
            }
            (Some(debug), None) => Message::Debug(debug),
            (None, Some(_)) => Message::TypeOnly,
            (None, None) => Message::Whole,
        };
        Ok(Self::Record { message, condition })
    }
}

struct AnyIdent(Ident);

impl syn::parse::Parse for AnyIdent {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Ident::parse_any).map(Self)
    }
}

/// The content of the parentheses behind `word`.
fn parenthesized<'a>(
    input: ParseStream<'a>,
    word: &Ident,
    example: &str,
) -> syn::Result<syn::parse::ParseBuffer<'a>> {
    if !input.peek(token::Paren) {
        return Err(syn::Error::new(
            word.span(),
            format!("`{word}` takes a list: `{example}`"),
        ));
    }
    let content;
    syn::parenthesized!(content in input);
    Ok(content)
}

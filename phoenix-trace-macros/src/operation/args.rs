//! The options of `#[traced_operation]`: tokens in, each value with its word out. What goes with what is decided when
//! they are lowered.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, LitStr, Path, Token, token};

use super::capture::{self, Captured};
use super::lower::may_fail;
use super::ret::Ret;
use crate::attribute::{Entry, read_entries};
use crate::errors::{Errors, one_of};
use crate::item::Function;
use crate::options::{Expected, Given, assigned, facade, read_options, separated, set};

const ON_FUNCTIONS: [&str; 12] = [
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
    "skip",
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
#[derive(Clone)]
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
        for word in args.words() {
            if ON_RPCS.contains(&word.to_string().as_str()) {
                continue;
            }
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

    /// The words of the options that are given.
    fn words(&self) -> impl Iterator<Item = &Ident> {
        let words = [
            self.name.as_ref().map(|given| &given.word),
            self.kind.as_ref().map(|given| &given.word),
            self.attributes.as_ref().map(|given| &given.word),
            self.capture.as_ref().map(|given| &given.word),
            self.root.as_ref().map(|given| &given.word),
            self.parent.as_ref().map(|given| &given.word),
            self.link.as_ref().map(|given| &given.word),
            self.ret.as_ref().map(|given| &given.word),
            self.err.as_ref().map(|given| &given.word),
            self.skip_if.as_ref().map(|given| &given.word),
            self.rpc.as_ref().map(|given| &given.word),
            self.skip.as_ref().map(|given| &given.word),
            self.facade.as_ref().map(|given| &given.word),
        ];
        words.into_iter().flatten()
    }

    /// Refuses what cannot be said of all methods of an impl.
    pub(super) fn check_on_impl(&self, errors: &mut Errors) {
        for word in self.words() {
            let message = match word.to_string().as_str() {
                "name" | "capture" | "parent" | "link" | "ret" | "rpc" => format!(
                    "`{word}` is about one method; put it into a `#[traced_operation(..)]` on that method"
                ),
                "skip" => {
                    "`skip` leaves one method out; put `#[traced_operation(skip)]` on that method"
                        .to_owned()
                }
                _ => continue,
            };
            errors.at(word.span(), message);
        }
    }

    /// Refuses what is said of the span of a method that is to have none.
    pub(super) fn check_skipped(&self, errors: &mut Errors) {
        for word in self.words().filter(|word| *word != "skip") {
            let message =
                format!("`skip` leaves the method without a span; remove `{word}`, or `skip`");
            errors.at(word.span(), message);
        }
    }

    pub(super) fn entries(&self) -> &[Entry] {
        self.attributes
            .as_ref()
            .map(|given| given.value.as_slice())
            .unwrap_or_default()
    }

    /// When there is to be no span.
    pub(super) fn condition(&self) -> Option<&Expr> {
        self.skip_if.as_ref().map(|given| &*given.value)
    }

    /// The options of a method, and those of its impl in place of what it does not say itself.
    pub(super) fn or(mut self, shared: &Self, function: &Function) -> Self {
        if let Some(given) = &shared.attributes {
            let has_self = function.sig.receiver().is_some();
            let own: Vec<String> = self
                .entries()
                .iter()
                .map(|entry| entry.key.written())
                .collect();
            let inherited = given.value.iter().filter(|entry| {
                !own.contains(&entry.key.written())
                    && (has_self || !names_self(entry.value.to_token_stream()))
            });
            let inherited: Vec<Entry> = inherited.cloned().collect();
            match &mut self.attributes {
                Some(own) => own.value.extend(inherited),
                None => {
                    self.attributes = Some(Given {
                        word: given.word.clone(),
                        value: inherited,
                    });
                }
            }
        }
        self.kind = self.kind.or_else(|| shared.kind.clone());
        self.facade = self.facade.or_else(|| shared.facade.clone());
        if self.parent.is_none() {
            self.root = self.root.or_else(|| shared.root.clone());
        }
        if self.skip_if.is_none()
            && let Some(given) = &shared.skip_if
            && (function.sig.receiver().is_some() || !names_self(given.value.to_token_stream()))
        {
            self.skip_if = Some(given.clone());
        }
        if self.err.is_none() && may_fail(function) {
            self.err.clone_from(&shared.err);
        }
        self
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
            "root" => {
                if input.peek(Token![=]) {
                    let message = "`root` takes no value; write `root` alone, or leave it out";
                    return Err(syn::Error::new(word.span(), message));
                }
                set(&mut self.root, word, (), errors);
            }
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

/// Is it about the receiver?
fn names_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "self",
        TokenTree::Group(group) => names_self(group.stream()),
        _ => false,
    })
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

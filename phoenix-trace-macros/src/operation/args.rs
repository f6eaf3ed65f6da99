//! The options of `#[traced_operation]`: tokens in, each value with its word out. What goes with what is decided when
//! they are lowered.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Expr, LitStr, Path, Token, token};

use super::capture::{self, Captured};
use super::lower::may_fail;
use super::ret::Ret;
use crate::attribute::{Entry, path_text, read_entries};
use crate::errors::{Errors, one_of};
use crate::item::Function;
use crate::options::{
    Expected, Given, ModPath, Options, Written, assigned, read_options, separated, ungrouped,
};

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
        let owner = "`#[traced_operation]`";
        read_options(Self::default(), tokens, owner, &ON_FUNCTIONS, errors)
    }

    /// The options on a method of a gRPC service. What its span has from the protocol cannot be chosen.
    pub(crate) fn parse_on_rpc(tokens: TokenStream, errors: &mut Errors) -> Self {
        let owner = "`#[traced_operation]` on an RPC";
        let args = read_options(Self::default(), tokens, owner, &ON_RPCS, errors);
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
    pub(crate) fn check_skipped(&self, errors: &mut Errors) {
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
            let captured = self.capture.iter().flat_map(|given| &given.value);
            let own: Vec<String> = self
                .entries()
                .iter()
                .map(|entry| entry.key.written())
                .chain(captured.map(Captured::key))
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
}

impl Options for Args {
    fn option(&mut self, mut option: Written<'_, '_>) -> syn::Result<bool> {
        match option.word.to_string().as_str() {
            "name" => option.value(&mut self.name, "\"load user\"")?,
            "kind" => {
                let kind = kind(&option)?;
                option.is(&mut self.kind, kind);
            }
            "attributes" => {
                let content = option.list("attributes(\"the.key\" = value)")?;
                let entries = read_entries(&content, option.errors);
                option.is(&mut self.attributes, entries);
            }
            "capture" => {
                let content = option.list("capture(user: keys::USER_ID)")?;
                let captured = capture::read(&content, option.errors);
                option.is(&mut self.capture, captured);
            }
            "root" => option.flag(&mut self.root)?,
            "parent" => option.value(&mut self.parent, "message.sender")?,
            "link" => option.value(&mut self.link, "message.sender")?,
            "ret" => {
                let ret = Ret::parse(&mut option)?;
                option.is(&mut self.ret, ret);
            }
            "skip_if" => option.value(&mut self.skip_if, "request.is_health_check")?,
            "err" => {
                let err = Err::parse(&mut option)?;
                option.is(&mut self.err, err);
            }
            "rpc" => {
                let rpc = assigned::<Expected<LitStr>>(option.input, option.word, "\"GetURL\"")?;
                let rpc = rpc.or_explain("`rpc` takes a string: `rpc = \"GetURL\"`")?;
                option.is(&mut self.rpc, rpc);
            }
            "skip" if option.input.peek(token::Paren) => {
                let message = "no argument is recorded unless it is named; remove `skip(..)`";
                return Err(syn::Error::new(option.word.span(), message));
            }
            "skip" => option.flag(&mut self.skip)?,
            "crate" => option.facade(&mut self.facade)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn elsewhere(word: &str) -> Option<&'static str> {
        // What `#[tracing::instrument]` has.
        Some(match word {
            "fields" => "write `attributes(\"the.key\" = value)`",
            "skip_all" => "no argument is recorded unless it is named; remove it",
            "follows_from" => "write `link = ..`",
            "level" | "target" => "a span has none; remove it",
            _ => return None,
        })
    }
}

fn kind(option: &Written<'_, '_>) -> syn::Result<Ident> {
    let written = assigned::<Expected<ModPath>>(option.input, option.word, "client")?;
    let expected = format!("`kind` is {}, without quotes", one_of(&KINDS));
    let ModPath(path) = written.or_explain(expected)?;
    let meant = path.segments.last().map(|last| last.ident.clone());
    if let Some(kind) = &meant
        && path.segments.len() == 1
        && KINDS.iter().any(|known| kind == known)
    {
        return Ok(kind.clone());
    }
    let meant = meant.map(|kind| kind.to_string().to_lowercase());
    let meant = meant.filter(|kind| KINDS.contains(&kind.as_str()));
    let remedy = match meant {
        Some(kind) => format!("write `kind = {kind}`"),
        None => format!("it is {}", one_of(&KINDS)),
    };
    let message = format!("unknown span kind `{}`; {remedy}", path_text(&path));
    Err(syn::Error::new_spanned(path, message))
}

impl Err {
    fn parse(option: &mut Written<'_, '_>) -> syn::Result<Self> {
        const FORMS: &str = "`err = skip`, `err(type_only)`, `err(?)` or `err(if = |error| ..)`";
        let (word, input) = (option.word, option.input);
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
        let parens = syn::parenthesized!(content in input);
        if content.is_empty() {
            let message = format!("nothing is said of the `Err`; remove `err`, or write {FORMS}");
            return Err(syn::Error::new(parens.span.join(), message));
        }
        let (mut type_only, mut debug, mut condition) = (None, None, None);
        separated(&content, option.errors, |input, errors| {
            if input.peek(Token![?]) {
                let sign = input.parse::<Token![?]>()?.span;
                if debug.replace(sign).is_some() {
                    errors.at(sign, "`?` is given twice; keep one of the two");
                }
                return Ok(());
            }
            let word = input.call(Ident::parse_any)?;
            let written = Written {
                word: &word,
                input,
                errors,
            };
            match word.to_string().as_str() {
                "type_only" => written.flag(&mut type_only)?,
                "if" => {
                    let judge = assigned(input, &word, "|error| ..")?;
                    written.is(&mut condition, Box::new(self::judge(judge)?));
                }
                _ => {
                    let remedy = match word.to_string().as_str() {
                        "Debug" => "`err(?)`",
                        "Display" => {
                            let message =
                                "a message is the error's `Display` form without this; remove it";
                            return Err(syn::Error::new(word.span(), message));
                        }
                        _ => FORMS,
                    };
                    let message = format!("unknown option `{word}` of `err`; write {remedy}");
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

/// The value of `if`, which is a closure over what failed, or a function.
fn judge(value: Expr) -> syn::Result<Expr> {
    let value = ungrouped(value);
    let is_wrong = match &value {
        Expr::Closure(closure) => closure.inputs.len() != 1,
        Expr::Lit(_) => true,
        _ => false,
    };
    if is_wrong {
        let message = "`if` takes a closure over the error: `if = |error| ..`";
        return Err(syn::Error::new_spanned(value, message));
    }
    Ok(value)
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

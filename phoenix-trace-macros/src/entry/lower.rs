//! Options and function in, a plan that can be carried out without failing out.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::{Attribute, Expr, FnArg, Lit, PatType, Path, Type};

use super::Entry;
use super::args::Args;
use crate::attribute::path_text;
use crate::errors::Errors;
use crate::item::{Function, Item, called, last_word, plain};
use crate::options::{Given, facade_or_default};

pub(super) struct Plan {
    pub(super) entry: Entry,
    pub(super) facade: TokenStream,
    pub(super) function: Function,
    /// The argument of a test, which is its capture.
    pub(super) capture: Option<PatType>,
    pub(super) service: Option<Expr>,
    pub(super) version: Option<Expr>,
    /// A variant of `Flavor`.
    pub(super) flavor: &'static str,
    pub(super) worker_threads: Option<Expr>,
    /// A variant of `Shutdown`.
    pub(super) shutdown: Option<&'static str>,
    /// Does `main` install a subscriber of `tracing` itself?
    pub(super) own_subscriber: bool,
    pub(super) config: Option<Expr>,
}

pub(super) fn lower(entry: Entry, args: Args, item: Item, errors: &mut Errors) -> Option<Plan> {
    let flavor = flavor(entry, &args, errors);
    let shutdown = shutdown(&args, errors);
    let own_subscriber = own_subscriber(&args, errors);
    texts(&args, errors);
    if let Some(lit) = args.config.as_ref().and_then(|given| as_lit(&given.value)) {
        errors.at(
            lit.span(),
            "`config` takes a `Config`, or a function that returns one: `config = Config::from_env()`",
        );
    }
    let function = match item {
        Item::Function(function) => *function,
        Item::Declaration(sig) => {
            let message = format!("{} goes on a function with a body", entry.attribute());
            errors.at(sig.ident.span(), message);
            return None;
        }
        Item::Other(span) => {
            let place = match entry {
                Entry::Main => "`fn main` or `async fn main`",
                Entry::Test => "a `fn` or `async fn`",
            };
            errors.at(span, format!("{} goes on {place}", entry.attribute()));
            return None;
        }
    };
    check_words(entry, &function, errors);
    check_attributes(entry, &function.attrs, errors);
    let capture = match entry {
        Entry::Main => {
            check_main(&function, errors);
            None
        }
        Entry::Test => capture(&function, errors),
    };
    if function.sig.asyncness.is_none() {
        let words = [
            args.flavor.as_ref().map(|given| &given.word),
            args.worker_threads.as_ref().map(|given| &given.word),
        ];
        for word in words.into_iter().flatten() {
            let has = match entry {
                Entry::Main => "an `async fn main`; this `main` brings its own",
                Entry::Test => "an `async fn`; this test has none",
            };
            errors.at(
                word.span(),
                format!("`{word}` is about the runtime of {has}"),
            );
        }
    }
    Some(Plan {
        entry,
        facade: facade_or_default(args.facade),
        function,
        capture,
        service: args.service.map(|given| given.value),
        version: args.version.map(|given| given.value),
        flavor,
        worker_threads: args.worker_threads.map(|given| given.value),
        shutdown,
        own_subscriber,
        config: args.config.map(|given| given.value),
    })
}

/// The kind of runtime: a variant of `Flavor`. `main` has threads unless it says otherwise, a test has none.
fn flavor(entry: Entry, args: &Args, errors: &mut Errors) -> &'static str {
    let mut flavor = match entry {
        Entry::Main => "MultiThread",
        Entry::Test => "CurrentThread",
    };
    if let Some(given) = &args.flavor {
        match given.value.value().as_str() {
            "multi_thread" => flavor = "MultiThread",
            "current_thread" => flavor = "CurrentThread",
            other => {
                let message =
                    format!("unknown flavor `{other}`; it is `multi_thread` or `current_thread`");
                errors.at(given.value.span(), message);
                // So that nothing else is said of it.
                flavor = "MultiThread";
            }
        }
    }
    let Some(Given { word, value }) = &args.worker_threads else {
        return flavor;
    };
    if flavor == "CurrentThread" {
        let remedy = match (entry, &args.flavor) {
            (Entry::Test, None) => "add `flavor = \"multi_thread\"`",
            _ => "remove one of the two options",
        };
        let message = format!("`worker_threads` needs the flavor `multi_thread`; {remedy}");
        errors.at(word.span(), message);
    }
    match as_lit(value) {
        Some(Lit::Int(threads)) if threads.base10_digits() == "0" => {
            errors.at(threads.span(), "`worker_threads` is at least 1");
        }
        Some(Lit::Int(_)) | None => {}
        Some(other) => errors.at(
            other.span(),
            "`worker_threads` takes a number: `worker_threads = 4`",
        ),
    }
    flavor
}

/// Who listens to signals: a variant of `Shutdown`.
fn shutdown(args: &Args, errors: &mut Errors) -> Option<&'static str> {
    let given = &args.shutdown.as_ref()?.value;
    match given.value().as_str() {
        "on_signal" => Some("OnSignal"),
        "manual" => Some("Manual"),
        other => {
            let message = format!("unknown shutdown `{other}`; it is `on_signal` or `manual`");
            errors.at(given.span(), message);
            None
        }
    }
}

/// Does `main` install a subscriber of `tracing` itself?
fn own_subscriber(args: &Args, errors: &mut Errors) -> bool {
    let Some(Given { value, .. }) = &args.subscriber else {
        return false;
    };
    match value.value().as_str() {
        "install" => false,
        "manual" => true,
        other => {
            let message = format!("unknown subscriber `{other}`; it is `install` or `manual`");
            errors.at(value.span(), message);
            false
        }
    }
}

fn texts(args: &Args, errors: &mut Errors) {
    for (word, example, given) in [
        ("service", "order-service", &args.service),
        ("version", "1.4.0", &args.version),
    ] {
        match given.as_ref().and_then(|given| as_lit(&given.value)) {
            Some(Lit::Str(text)) if text.value().trim().is_empty() => {
                errors.at(
                    text.span(),
                    format!("`{word}` is empty; leave it out to take it from the environment"),
                );
            }
            Some(Lit::Str(_)) | None => {}
            Some(other) => errors.at(
                other.span(),
                format!("`{word}` takes a string: `{word} = \"{example}\"`"),
            ),
        }
    }
}

/// Words and brackets that neither `main` nor a test may have.
fn check_words(entry: Entry, function: &Function, errors: &mut Errors) {
    let sig = &function.sig;
    let what = match entry {
        Entry::Main => "`main`",
        Entry::Test => "a test",
    };
    let words = [
        sig.constness.as_ref().map(|word| (word.span, "const")),
        function
            .defaultness
            .as_ref()
            .map(|word| (word.span, "default")),
    ];
    for (span, word) in words.into_iter().flatten() {
        errors.at(span, format!("{what} cannot be `{word}`; remove `{word}`"));
    }
    let safety = sig.safety.to_token_stream();
    if !safety.is_empty() {
        let message = format!("{what} cannot be `{safety}`; remove `{safety}`");
        errors.push(syn::Error::new_spanned(safety, message));
    }
    if let Some(abi) = &sig.abi {
        let message = format!("{what} cannot be `extern`; remove `extern` and what it names");
        errors.push(syn::Error::new_spanned(abi, message));
    }
    if !sig.generics.params.is_empty() {
        errors.push(syn::Error::new_spanned(
            &sig.generics,
            format!("{what} takes no generic parameters; remove them"),
        ));
    } else if let Some(bounds) = &sig.generics.where_clause {
        let message = format!("{what} takes no `where` clause; remove it");
        errors.push(syn::Error::new_spanned(bounds, message));
    }
}

fn check_main(function: &Function, errors: &mut Errors) {
    let sig = &function.sig;
    if sig.ident.unraw() != "main" {
        let message = format!(
            "`#[phoenix_main]` goes on `main`, not on `{}`: the process ends with it; for a test there is `#[phoenix_test]`",
            sig.ident
        );
        errors.at(sig.ident.span(), message);
    }
    if let Some(receiver) = sig.receiver() {
        let message = "`main` takes no `self`; move it out of the impl";
        errors.push(syn::Error::new_spanned(receiver, message));
    } else if !sig.inputs.is_empty() {
        errors.push(syn::Error::new_spanned(
            &sig.inputs,
            "`main` takes no arguments; read them with `std::env::args`",
        ));
    }
}

/// Is it a reference that does not change what it refers to?
fn is_shared(ty: &Type) -> bool {
    matches!(plain(ty), Type::Reference(reference) if reference.mutability.is_none())
}

/// The argument of a test, if it has one.
fn capture(function: &Function, errors: &mut Errors) -> Option<PatType> {
    const EXPECTED: &str =
        "a test takes nothing, or its capture: `capture: &phoenix_trace::testing::Capture`";
    let mut inputs = function.sig.inputs.iter();
    let first = inputs.next()?;
    let capture = match first {
        FnArg::Typed(argument) if is_shared(&argument.ty) => Some(argument.clone()),
        FnArg::Typed(argument) => {
            errors.push(syn::Error::new_spanned(&argument.ty, EXPECTED));
            None
        }
        receiver @ FnArg::Receiver(_) => {
            errors.push(syn::Error::new_spanned(
                receiver,
                "a test takes no `self`; move it out of the impl",
            ));
            None
        }
    };
    for further in inputs {
        errors.push(syn::Error::new_spanned(further, EXPECTED));
    }
    capture
}

/// Another attribute that would start a runtime, or make a test, on its own.
fn check_attributes(entry: Entry, attrs: &[Attribute], errors: &mut Errors) {
    for attribute in attrs {
        for path in called(attribute, &["traced_operation"]) {
            let lost = match entry {
                Entry::Main => "the span would begin before telemetry does",
                Entry::Test => "the span would begin outside of the capture",
            };
            let message = format!("{lost}; write it above {}", entry.attribute());
            errors.push(syn::Error::new_spanned(path, message));
        }
        for path in rivals(attribute) {
            let name = path_text(&path);
            let message = match entry {
                _ if entry.attribute() == format!("`#[{}]`", last_word(&path)) => {
                    format!("{} is given twice; keep one of the two", entry.attribute())
                }
                // What another attribute above has made of itself; the span is that one's.
                Entry::Test if name == "::core::prelude::v1::test" => {
                    "`#[phoenix_test]` makes the test and its runtime; remove the other attribute that makes a test"
                        .to_owned()
                }
                Entry::Main if last_word(&path) == "phoenix_test" => {
                    "a function is `main` or a test; remove one of the two".to_owned()
                }
                Entry::Main => format!(
                    "`#[phoenix_main]` starts a Tokio runtime itself; remove `#[{name}]`, or write it above \
                     `#[phoenix_main]` to keep its runtime"
                ),
                Entry::Test => {
                    format!("`#[phoenix_test]` makes the test and its runtime; remove `#[{name}]`")
                }
            };
            errors.push(syn::Error::new_spanned(path, message));
        }
    }
}

/// The paths in an attribute that name another entry: `#[tokio::main]`, `#[test]`, also under `cfg_attr`.
pub(super) fn rivals(attribute: &Attribute) -> Vec<Path> {
    const WORDS: [&str; 6] = [
        "main",
        "launch",
        "test",
        "bench",
        "phoenix_main",
        "phoenix_test",
    ];
    called(attribute, &WORDS)
}

fn as_lit(expr: &Expr) -> Option<&Lit> {
    match expr {
        Expr::Lit(lit) => Some(&lit.lit),
        _ => None,
    }
}

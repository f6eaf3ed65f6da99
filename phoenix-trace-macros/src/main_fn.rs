//! `#[phoenix_main]`: options and `main` in, a `main` that starts and ends the pipeline around it out.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, Lit, LitStr, Path};

use crate::errors::Errors;
use crate::item::{Function, Item, inferable};
use crate::options::{Given, assigned, facade, facade_or_default, read_options, set};

const OPTIONS: [&str; 5] = ["service", "version", "flavor", "worker_threads", "crate"];

#[derive(Default)]
struct Args {
    service: Option<Given<Expr>>,
    version: Option<Given<Expr>>,
    flavor: Option<Given<LitStr>>,
    worker_threads: Option<Given<Expr>>,
    facade: Option<Given<Path>>,
}

struct Plan {
    facade: TokenStream,
    function: Function,
    service: Option<Expr>,
    version: Option<Expr>,
    /// A variant of `Flavor`.
    flavor: &'static str,
    worker_threads: Option<Expr>,
}

/// `main` inside the pipeline. After a mistake: `main` as it was, and the mistakes.
pub(crate) fn phoenix_main(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let args = Args::parse(args, &mut errors);
    let parsed = errors.take(syn::parse2::<Item>(item.clone()));
    let plan = parsed.and_then(|parsed| lower(args, parsed, &mut errors));
    match (errors.finish(), plan) {
        (None, Some(plan)) => expand(&plan),
        (errors, _) => quote!(#item #errors),
    }
}

impl Args {
    fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let read = |input: ParseStream<'_>| {
            read_options(
                input,
                errors,
                "`#[phoenix_main]`",
                &OPTIONS,
                |word, input, errors| args.option(word, input, errors),
            );
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
            "service" => set(
                &mut self.service,
                word,
                assigned(input, word, "\"order-service\"")?,
                errors,
            ),
            "version" => set(
                &mut self.version,
                word,
                assigned(input, word, "env!(\"CARGO_PKG_VERSION\")")?,
                errors,
            ),
            "flavor" => set(
                &mut self.flavor,
                word,
                assigned(input, word, "\"multi_thread\"")?,
                errors,
            ),
            "worker_threads" => set(
                &mut self.worker_threads,
                word,
                assigned(input, word, "4")?,
                errors,
            ),
            "crate" => set(&mut self.facade, word, facade(input, word)?, errors),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn lower(args: Args, item: Item, errors: &mut Errors) -> Option<Plan> {
    let function = match item {
        Item::Function(function) => *function,
        Item::Declaration(sig) => {
            errors.at(
                sig.ident.span(),
                "`#[phoenix_main]` goes on `main`, with its body",
            );
            return None;
        }
        Item::Other(span) => {
            errors.at(
                span,
                "`#[phoenix_main]` goes on `fn main` or `async fn main`",
            );
            return None;
        }
    };
    check_main(&function, errors);
    let mut flavor = "MultiThread";
    if let Some(given) = &args.flavor {
        match given.value.value().as_str() {
            "multi_thread" => {}
            "current_thread" => flavor = "CurrentThread",
            other => {
                let message =
                    format!("unknown flavor `{other}`; it is `multi_thread` or `current_thread`");
                errors.at(given.value.span(), message);
            }
        }
    }
    if let Some(threads) = &args.worker_threads {
        if flavor == "CurrentThread" {
            let message =
                "`worker_threads` needs the flavor `multi_thread`; remove one of the two options";
            errors.at(threads.word.span(), message);
        }
        if let Some(Lit::Int(threads)) = as_lit(&threads.value)
            && threads.base10_digits() == "0"
        {
            errors.at(threads.span(), "`worker_threads` is at least 1");
        }
    }
    if function.sig.asyncness.is_none() {
        let words = [
            args.flavor.as_ref().map(|given| &given.word),
            args.worker_threads.as_ref().map(|given| &given.word),
        ];
        for word in words.into_iter().flatten() {
            let message = format!(
                "`{word}` is about the runtime of an `async fn main`; this `main` brings its own"
            );
            errors.at(word.span(), message);
        }
    }
    for (word, given) in [("service", &args.service), ("version", &args.version)] {
        let Some(lit) = given.as_ref().and_then(|given| as_lit(&given.value)) else {
            continue;
        };
        match lit {
            Lit::Str(text) if text.value().trim().is_empty() => {
                errors.at(
                    text.span(),
                    format!("`{word}` is empty; leave it out to take it from the environment"),
                );
            }
            Lit::Str(_) => {}
            other => errors.at(other.span(), format!("`{word}` takes a string")),
        }
    }
    Some(Plan {
        facade: facade_or_default(args.facade),
        function,
        service: args.service.map(|given| given.value),
        version: args.version.map(|given| given.value),
        flavor,
        worker_threads: args.worker_threads.map(|given| given.value),
    })
}

fn check_main(function: &Function, errors: &mut Errors) {
    let sig = &function.sig;
    if sig.ident.unraw() != "main" {
        let message = format!(
            "`#[phoenix_main]` goes on `main`, not on `{}`; it ends the process with it",
            sig.ident
        );
        errors.at(sig.ident.span(), message);
    }
    if !sig.inputs.is_empty() {
        errors.push(syn::Error::new_spanned(
            &sig.inputs,
            "`main` takes no arguments; read them with `std::env::args`",
        ));
    }
    if let Some(constness) = &sig.constness {
        errors.at(
            constness.span,
            "`main` cannot be `const` here; remove `const`",
        );
    }
    for attribute in &function.attrs {
        let path = attribute.path();
        let of_a_runtime = path.segments.len() > 1
            && path
                .segments
                .last()
                .is_some_and(|last| last.ident == "main");
        if of_a_runtime {
            let name: String = path
                .to_token_stream()
                .into_iter()
                .map(|token| token.to_string())
                .collect();
            let message =
                format!("`#[phoenix_main]` starts the runtime itself; remove `#[{name}]`");
            errors.push(syn::Error::new_spanned(path, message));
        }
    }
}

fn as_lit(expr: &Expr) -> Option<&Lit> {
    match expr {
        Expr::Lit(lit) => Some(&lit.lit),
        _ => None,
    }
}

fn expand(plan: &Plan) -> TokenStream {
    let site = Span::mixed_site();
    let Plan {
        facade, function, ..
    } = plan;
    let (attrs, vis, body) = (&function.attrs, &function.vis, &function.body);
    let asynchronous = function.sig.asyncness.is_some();
    let mut sig = function.sig.clone();
    sig.asyncness = None;
    let service = option(plan.service.as_ref());
    let version = option(plan.version.as_ref());
    let threads = option(plan.worker_threads.as_ref());
    let flavor = Ident::new(plan.flavor, site);
    let described = quote_spanned! {site=>
        #facade::__private::Main {
            service: #service,
            version: #version,
            version_default: ::core::env!("CARGO_PKG_VERSION"),
            name_default: ::core::env!("CARGO_PKG_NAME"),
            flavor: #facade::__private::Flavor::#flavor,
            worker_threads: #threads,
        }
    };
    let output = function.output().and_then(inferable);
    let statements = body.stream();
    let run = if asynchronous {
        let typed = output.map(|ty| {
            quote_spanned! {site=>
                if let ::core::option::Option::Some(__phoenix_never) = ::core::option::Option::None::<#ty> {
                    return __phoenix_never;
                }
            }
        });
        let mut block = Group::new(proc_macro2::Delimiter::Brace, quote!(#typed #statements));
        block.set_span(body.span());
        quote_spanned!(site=> #facade::__private::run_main(#described, async #block))
    } else {
        let arrow = output.map(|ty| quote_spanned!(site=> -> #ty));
        match arrow {
            Some(arrow) => {
                quote_spanned!(site=> #facade::__private::run_main_sync(#described, || #arrow #body))
            }
            None => quote_spanned!(site=> #facade::__private::run_main_sync(#described, || #body)),
        }
    };
    let mut block = Group::new(proc_macro2::Delimiter::Brace, run);
    block.set_span(body.span());
    quote!(#(#attrs)* #vis #sig #block)
}

fn option(value: Option<&Expr>) -> TokenStream {
    let site = Span::mixed_site();
    match value {
        Some(value) => quote_spanned!(site=> ::core::option::Option::Some(#value)),
        None => quote_spanned!(site=> ::core::option::Option::None),
    }
}

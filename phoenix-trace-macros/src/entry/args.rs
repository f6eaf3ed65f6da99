//! The options of both attributes: tokens in, each value with its word out.

use proc_macro2::{Ident, TokenStream};
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, LitStr, Path};

use super::Entry;
use crate::errors::Errors;
use crate::options::{Expected, Given, assigned, facade, read_options, set};

const OF_MAIN: [&str; 7] = [
    "service",
    "version",
    "flavor",
    "worker_threads",
    "shutdown",
    "config",
    "crate",
];
const OF_TESTS: [&str; 4] = ["flavor", "worker_threads", "config", "crate"];

#[derive(Default)]
pub(super) struct Args {
    pub(super) service: Option<Given<Expr>>,
    pub(super) version: Option<Given<Expr>>,
    pub(super) flavor: Option<Given<LitStr>>,
    pub(super) worker_threads: Option<Given<Expr>>,
    pub(super) shutdown: Option<Given<LitStr>>,
    pub(super) config: Option<Given<Expr>>,
    pub(super) facade: Option<Given<Path>>,
}

impl Args {
    pub(super) fn parse(entry: Entry, tokens: TokenStream, errors: &mut Errors) -> Self {
        let known: &[&str] = match entry {
            Entry::Main => &OF_MAIN,
            Entry::Test => &OF_TESTS,
        };
        let mut args = Self::default();
        let read = |input: ParseStream<'_>| {
            read_options(
                input,
                errors,
                entry.attribute(),
                known,
                |word, input, errors| {
                    Ok(known.contains(&word.to_string().as_str())
                        && args.option(word, input, errors)?)
                },
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
            "flavor" => {
                let flavor = assigned::<Expected<LitStr>>(input, word, "\"multi_thread\"")?;
                let expected = "`flavor` is `\"multi_thread\"` or `\"current_thread\"`";
                set(&mut self.flavor, word, flavor.or_explain(expected)?, errors);
            }
            "worker_threads" => set(
                &mut self.worker_threads,
                word,
                assigned(input, word, "4")?,
                errors,
            ),
            "shutdown" => {
                let shutdown = assigned::<Expected<LitStr>>(input, word, "\"manual\"")?;
                let expected = "`shutdown` is `\"on_signal\"` or `\"manual\"`";
                set(
                    &mut self.shutdown,
                    word,
                    shutdown.or_explain(expected)?,
                    errors,
                );
            }
            "config" => set(
                &mut self.config,
                word,
                assigned(input, word, "Config::from_env()")?,
                errors,
            ),
            "crate" => set(&mut self.facade, word, facade(input, word)?, errors),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

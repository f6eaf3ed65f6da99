//! The options of both attributes: tokens in, each value with its word out.

use proc_macro2::TokenStream;
use syn::{Expr, LitStr, Path};

use super::Entry;
use crate::errors::Errors;
use crate::options::{Expected, Given, Options, Written, assigned, read_options};

const OF_MAIN: [&str; 8] = [
    "service",
    "version",
    "flavor",
    "worker_threads",
    "shutdown",
    "subscriber",
    "config",
    "crate",
];
const OF_TESTS: [&str; 4] = ["flavor", "worker_threads", "config", "crate"];

pub(super) struct Args {
    entry: Entry,
    pub(super) service: Option<Given<Expr>>,
    pub(super) version: Option<Given<Expr>>,
    pub(super) flavor: Option<Given<LitStr>>,
    pub(super) worker_threads: Option<Given<Expr>>,
    pub(super) shutdown: Option<Given<LitStr>>,
    pub(super) subscriber: Option<Given<LitStr>>,
    pub(super) config: Option<Given<Expr>>,
    pub(super) facade: Option<Given<Path>>,
}

impl Args {
    pub(super) fn parse(entry: Entry, tokens: TokenStream, errors: &mut Errors) -> Self {
        let known: &[&str] = match entry {
            Entry::Main => &OF_MAIN,
            Entry::Test => &OF_TESTS,
        };
        let args = Self {
            entry,
            service: None,
            version: None,
            flavor: None,
            worker_threads: None,
            shutdown: None,
            subscriber: None,
            config: None,
            facade: None,
        };
        read_options(args, tokens, entry.attribute(), known, errors)
    }
}

impl Options for Args {
    fn option(&mut self, option: Written<'_, '_>) -> syn::Result<bool> {
        let of_main = self.entry == Entry::Main;
        match option.word.to_string().as_str() {
            "service" if of_main => option.value(&mut self.service, "\"order-service\"")?,
            "version" if of_main => {
                option.value(&mut self.version, "env!(\"CARGO_PKG_VERSION\")")?;
            }
            "flavor" => {
                let example = "\"multi_thread\"";
                let flavor = assigned::<Expected<LitStr>>(option.input, option.word, example)?;
                let expected = "`flavor` is `\"multi_thread\"` or `\"current_thread\"`";
                option.is(&mut self.flavor, flavor.or_explain(expected)?);
            }
            "worker_threads" => option.value(&mut self.worker_threads, "4")?,
            "shutdown" if of_main => {
                let shutdown =
                    assigned::<Expected<LitStr>>(option.input, option.word, "\"manual\"")?;
                let expected = "`shutdown` is `\"on_signal\"` or `\"manual\"`";
                option.is(&mut self.shutdown, shutdown.or_explain(expected)?);
            }
            "subscriber" if of_main => {
                let subscriber =
                    assigned::<Expected<LitStr>>(option.input, option.word, "\"manual\"")?;
                let expected = "`subscriber` is `\"install\"` or `\"manual\"`";
                option.is(&mut self.subscriber, subscriber.or_explain(expected)?);
            }
            "config" => option.value(&mut self.config, "Config::from_env()")?,
            "crate" => option.facade(&mut self.facade)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

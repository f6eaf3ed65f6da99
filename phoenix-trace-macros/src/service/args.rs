//! The options of `#[traced_grpc_service]`.

use proc_macro2::{Ident, TokenStream};
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, Path};

use crate::errors::Errors;
use crate::options::{Given, assigned, facade, read_options, set};

const OPTIONS: [&str; 2] = ["service", "crate"];

#[derive(Default)]
pub(super) struct Args {
    pub(super) service: Option<Given<Expr>>,
    pub(super) facade: Option<Given<Path>>,
}

impl Args {
    pub(super) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let read = |input: ParseStream<'_>| {
            read_options(
                input,
                errors,
                "`#[traced_grpc_service]`",
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
            "service" => {
                set(
                    &mut self.service,
                    word,
                    assigned(input, word, "orders_server::SERVICE_NAME")?,
                    errors,
                );
            }
            "crate" => set(&mut self.facade, word, facade(input, word)?, errors),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

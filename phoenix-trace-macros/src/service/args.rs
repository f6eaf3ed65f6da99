//! The options of `#[traced_grpc_service]`.

use proc_macro2::TokenStream;
use syn::{Expr, Path};

use crate::errors::Errors;
use crate::options::{Given, Options, Written, read_options};

const OPTIONS: [&str; 2] = ["service", "crate"];

#[derive(Default)]
pub(super) struct Args {
    pub(super) service: Option<Given<Expr>>,
    pub(super) facade: Option<Given<Path>>,
}

impl Args {
    pub(super) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let owner = "`#[traced_grpc_service]`";
        read_options(Self::default(), tokens, owner, &OPTIONS, errors)
    }
}

impl Options for Args {
    fn option(&mut self, option: Written<'_, '_>) -> syn::Result<bool> {
        match option.word.to_string().as_str() {
            "service" => option.value(&mut self.service, "orders_server::SERVICE_NAME")?,
            "crate" => option.facade(&mut self.facade)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

//! `key = value` entries: tokens in, attributes that are known to be right, as far as a macro can see, out.

mod check;
mod edit;
mod expand;
mod harm;

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, LitStr, Path, Token};

pub(crate) use check::check;
pub(crate) use expand::{Attributes, borrowed, expand};
pub(crate) use harm::{Remedies, harmless, refuse_control_flow};

use crate::errors::Errors;
use crate::options::separated;
use crate::semconv::{self, Found, Type};

/// An entry as written.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) key: WrittenKey,
    pub(crate) form: Form,
    pub(crate) value: Expr,
}

#[derive(Clone)]
pub(crate) enum WrittenKey {
    /// A key of the OpenTelemetry registry.
    Literal(LitStr),
    /// A key declared with `attribute_keys!`.
    Path(Path),
}

/// How a value is recorded.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// By its type.
    Typed,
    /// `%value`: its `Display`.
    Display(Span),
    /// `?value`: its `Debug`.
    Debug(Span),
}

/// An entry that passed [`check`].
pub(crate) struct Attribute {
    key: Key,
    value: Value,
    warnings: Vec<Warning>,
}

enum Key {
    Registry { name: LitStr, ty: Type },
    Declared(Path),
}

enum Value {
    /// A literal of the right type, which needs no check by the compiler.
    Literal(TokenStream),
    /// An expression whose type the compiler checks.
    Typed(Expr),
    Format {
        template: &'static str,
        value: Expr,
    },
}

/// What the user should know though it is not an error.
pub(crate) struct Warning {
    span: Span,
    kind: WarningKind,
    note: String,
}

#[derive(Clone, Copy)]
enum WarningKind {
    DeprecatedKey,
    UnlistedValue,
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Token![%]) || input.peek(Token![?]) {
            return Err(input.error("a value needs a key: `\"the.key\" = %value`"));
        }
        let key: WrittenKey = input.parse()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(syn::Error::new(key.span(), key.needs_a_value()));
        }
        if !input.peek(Token![=]) || input.peek(Token![=>]) || input.peek(Token![==]) {
            let message = format!("expected `=` after the key; {}", key.needs_a_value());
            return Err(input.error(message));
        }
        input.parse::<Token![=]>()?;
        let form = Form::parse(input)?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(syn::Error::new(key.span(), key.needs_a_value()));
        }
        Ok(Self {
            key,
            form,
            value: input.parse()?,
        })
    }
}

impl Parse for WrittenKey {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(syn::Lit) {
            let path: Path = input.parse()?;
            return match no_key(&path, input) {
                Some(error) => Err(error),
                None => Ok(Self::Path(path)),
            };
        }
        match input.parse::<syn::Lit>()? {
            syn::Lit::Str(name) => Ok(Self::Literal(name)),
            other => {
                let message = "an attribute key is a string literal or the path of a declared key, as in `\"the.key\" = value`";
                Err(syn::Error::new(other.span(), message))
            }
        }
    }
}

/// A path in lowercase letters: the beginning of `user.id`, or a name that is meant as a key.
fn no_key(path: &Path, input: ParseStream<'_>) -> Option<syn::Error> {
    let word = path.get_ident()?;
    let mut key = word.to_string();
    if key.contains(char::is_uppercase) {
        return None;
    }
    let is_dotted = input.peek(Token![.]);
    while input.parse::<Token![.]>().is_ok() {
        let Ok(part) = input.call(Ident::parse_any) else {
            break;
        };
        key = format!("{key}.{part}");
    }
    let named = if is_dotted {
        Some(key.clone())
    } else {
        let dotted = key.replace('_', ".");
        matches!(semconv::find(&dotted), Found::Entry(_)).then_some(dotted)
    };
    let message = match named {
        Some(key) => format!("a key is a string: write `\"{key}\" = value`"),
        None => format!(
            "`{key}` is no key; write one of the OpenTelemetry registry as a string, `\"the.key\" = value`, or the path of \
             one that `attribute_keys!` declares, `keys::{} = value`",
            key.to_uppercase()
        ),
    };
    Some(syn::Error::new(word.span(), message))
}

impl Form {
    /// The sign before a value, if there is one.
    pub(crate) fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(if let Some(sign) = input.parse::<Option<Token![%]>>()? {
            Self::Display(sign.span)
        } else if let Some(sign) = input.parse::<Option<Token![?]>>()? {
            Self::Debug(sign.span)
        } else {
            Self::Typed
        })
    }
}

impl WrittenKey {
    /// Could it be a key that comes next? It is read.
    pub(crate) fn skip(input: ParseStream<'_>) -> bool {
        input.parse::<syn::LitStr>().is_ok() || input.parse::<Path>().is_ok()
    }

    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Literal(name) => name.span(),
            Self::Path(path) => first_span(path),
        }
    }

    fn needs_a_value(&self) -> String {
        match self {
            Self::Literal(name) => {
                let name = name.value();
                format!("`{name}` needs a value: `\"{name}\" = value`")
            }
            Self::Path(path) => {
                let path = path_text(path);
                format!("`{path}` needs a value: `{path} = value`")
            }
        }
    }

    /// The key as it stands in the source, for messages and for comparison.
    pub(crate) fn written(&self) -> String {
        match self {
            Self::Literal(name) => name.value(),
            Self::Path(path) => path_text(path),
        }
    }
}

/// A path as the user wrote it, without the spaces between tokens.
pub(crate) fn path_text(path: &Path) -> String {
    let tokens = quote::quote!(#path).to_string();
    tokens.chars().filter(|c| !c.is_whitespace()).collect()
}

fn first_span(tokens: &impl quote::ToTokens) -> Span {
    tokens
        .to_token_stream()
        .into_iter()
        .next()
        .map_or_else(Span::call_site, |token| token.span())
}

/// Reads entries until the input ends.
pub(crate) fn read_entries(input: ParseStream<'_>, errors: &mut Errors) -> Vec<Entry> {
    let mut entries = Vec::new();
    separated(input, errors, |input, _| {
        entries.push(input.parse()?);
        Ok(())
    });
    entries
}

//! Declarations: tokens in, keys with all that is said of them out. After a mistake a key is read on, and stays declared, so
//! that no second error follows where it is used.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Attribute, LitInt, LitStr, Token, Visibility, token};

use super::{Declaration, Declared, Enum, KeyType, Variant, names};
use crate::errors::{Errors, all_of, one_of};
use crate::options::{alone, assigned, separated, set, skip_to_comma};
use crate::semconv::Type;

/// The types a key can be declared with, beside enums.
const TYPES: [(&str, Type); 8] = [
    ("string", Type::Str),
    ("int", Type::Int),
    ("double", Type::Double),
    ("bool", Type::Bool),
    ("string[]", Type::StrArray),
    ("int[]", Type::IntArray),
    ("double[]", Type::DoubleArray),
    ("bool[]", Type::BoolArray),
];

/// What else may be meant by a type, in other languages and in Rust.
const OTHER_NAMES: [(&str, Type); 20] = [
    ("str", Type::Str),
    ("String", Type::Str),
    ("text", Type::Str),
    ("integer", Type::Int),
    ("i8", Type::Int),
    ("i16", Type::Int),
    ("i32", Type::Int),
    ("i64", Type::Int),
    ("isize", Type::Int),
    ("u8", Type::Int),
    ("u16", Type::Int),
    ("u32", Type::Int),
    ("u64", Type::Int),
    ("usize", Type::Int),
    ("f32", Type::Double),
    ("f64", Type::Double),
    ("float", Type::Double),
    ("boolean", Type::Bool),
    ("strings", Type::StrArray),
    ("ints", Type::IntArray),
];

const PROPERTIES: [&str; 2] = ["sensitive", "max_length"];

/// `pub mod keys { .. }`, if that comes next.
pub(super) fn read_module(
    input: ParseStream<'_>,
    seen: &mut Vec<String>,
    errors: &mut Errors,
) -> syn::Result<Option<Declared>> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    ahead.parse::<Visibility>()?;
    if !ahead.peek(Token![mod]) {
        return Ok(None);
    }
    let attrs = input.call(Attribute::parse_outer)?;
    let vis = input.parse()?;
    input.parse::<Token![mod]>()?;
    let name = input.parse()?;
    let content;
    syn::braced!(content in input);
    let keys = read_keys(&content, true, seen, errors);
    Ok(Some(Declared::Module {
        attrs,
        vis,
        name,
        keys,
    }))
}

/// Declarations until the input ends; `public`: also those without a visibility.
pub(super) fn read_keys(
    input: ParseStream<'_>,
    public: bool,
    seen: &mut Vec<String>,
    errors: &mut Errors,
) -> Vec<Declaration> {
    let mut keys = Vec::new();
    separated(input, errors, |input, errors| {
        let mut declaration = read_key(input, errors)?;
        if public && matches!(declaration.vis, Visibility::Inherited) {
            declaration.vis = Visibility::Public(Token![pub](Span::mixed_site()));
        }
        names::check(&declaration.key, seen, errors);
        keys.push(declaration);
        Ok(())
    });
    keys
}

fn read_key(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Declaration> {
    let attrs = input.call(Attribute::parse_outer)?;
    let vis = input.parse()?;
    if input.peek(Token![const]) || input.peek(Token![static]) {
        let word = input.call(Ident::parse_any)?;
        let message = format!("a key is a constant without saying so; remove `{word}`");
        errors.at(word.span(), message);
    }
    let constant: Ident = input.parse()?;
    let example = format!("expected `{constant}: \"my.key\" => string`");
    let explained = |error: syn::Error| syn::Error::new(error.span(), &example);
    input.parse::<Token![:]>().map_err(explained)?;
    let key = input.parse::<LitStr>().map_err(explained)?;
    input.parse::<Token![=>]>().map_err(explained)?;
    let mut declaration = Declaration {
        attrs,
        vis,
        constant,
        key,
        ty: read_type(input, errors)?,
        sensitive: false,
        max_length: None,
    };
    read_properties(&mut declaration, input, errors);
    Ok(declaration)
}

/// What follows the type: words after commas, as long as none begins the next declaration.
fn read_properties(key: &mut Declaration, input: ParseStream<'_>, errors: &mut Errors) {
    let (mut sensitive, mut max_length) = (None, None);
    // `pub(crate) NAME: ..` and the like begin the next declaration; `pub` is no identifier.
    while input.peek(Token![,]) && input.peek2(syn::Ident) && !input.peek3(Token![:]) {
        let read = |input: ParseStream<'_>| {
            input.parse::<Token![,]>()?;
            input.parse::<Ident>()
        };
        let Some(word) = errors.take(read(input)) else {
            return;
        };
        let mut read = match word.to_string().as_str() {
            "sensitive" => {
                // Also where more is said of it than there is to say.
                set(&mut sensitive, &word, (), errors);
                alone(input, &word)
            }
            "max_length" => {
                let length = read_length(input, &word);
                let length = length.and_then(|length| key.ty.bounded(&word, length));
                length.map(|length| set(&mut max_length, &word, length, errors))
            }
            _ => {
                let known = all_of(&PROPERTIES);
                let message = format!("unknown property `{word}` of a key; it takes {known}");
                Err(syn::Error::new(word.span(), message))
            }
        };
        if read.is_ok() && !input.is_empty() && !input.peek(Token![,]) {
            read = Err(input.error("expected `,`"));
        }
        if errors.take(read).is_none() {
            skip_to_comma(input);
        }
    }
    key.sensitive = sensitive.is_some();
    key.max_length = max_length.map(|given| given.value);
}

fn read_length(input: ParseStream<'_>, word: &Ident) -> syn::Result<usize> {
    const EXAMPLE: &str = "64";
    let wrong = |span| {
        syn::Error::new(
            span,
            "`max_length` takes a number of bytes, `max_length = 64`",
        )
    };
    let number: syn::Lit = assigned(input, word, EXAMPLE)?;
    let syn::Lit::Int(number) = number else {
        return Err(wrong(number.span()));
    };
    read_number(&number).ok_or_else(|| wrong(number.span()))
}

fn read_number(number: &LitInt) -> Option<usize> {
    let number: u32 = number.base10_parse().ok()?;
    (number > 0).then_some(number as usize)
}

impl KeyType {
    fn bounded(&self, word: &Ident, length: usize) -> syn::Result<usize> {
        match self {
            Self::Plain(Type::Str | Type::StrArray) => Ok(length),
            Self::Plain(ty) => Err(syn::Error::new(
                word.span(),
                format!(
                    "`{word}` bounds a text, and the type is {}; leave it out",
                    ty.described()
                ),
            )),
            Self::OneOf(_) => Err(syn::Error::new(
                word.span(),
                format!(
                    "`{word}` bounds a text, and the values of an enum are known; leave it out"
                ),
            )),
        }
    }
}

fn read_type(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<KeyType> {
    if input.peek(Token![enum]) {
        return read_enum(input, errors).map(KeyType::OneOf);
    }
    let names: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
    let start = input.span();
    if input.is_empty() || input.peek(Token![,]) {
        let message = format!(
            "expected the type of the values: {}, or an `enum`",
            one_of(&names)
        );
        return Err(syn::Error::new(start, message));
    }
    let mut written = spelled(input.parse::<TokenTree>()?.into());
    if input.peek(token::Bracket) {
        let content;
        syn::bracketed!(content in input);
        if !content.is_empty() {
            let message = "an array type has empty brackets, as in `string[]`";
            errors.at(content.span(), message);
            content.parse::<TokenStream>()?;
        }
        written.push_str("[]");
    }
    if let Some((_, ty)) = TYPES.iter().find(|(name, _)| *name == written) {
        return Ok(KeyType::Plain(*ty));
    }
    // A type of Rust may have more to it.
    let whole = format!("{written}{}", spelled(rest(input)));
    let meant = meant(&whole);
    let message = match meant {
        Some((name, _)) => format!("unknown type `{whole}`; write `{name}`"),
        None => format!(
            "unknown type `{written}`; it is {}, or an `enum`",
            one_of(&names)
        ),
    };
    errors.at(start, message);
    Ok(KeyType::Plain(meant.map_or(Type::Str, |(_, ty)| *ty)))
}

/// The tokens up to the next comma that is not between angle brackets.
fn rest(input: ParseStream<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    let mut depth = 0_usize;
    while !input.is_empty() && (depth > 0 || !input.peek(Token![,])) {
        if input.peek(Token![<]) {
            depth += 1;
        } else if input.peek(Token![>]) {
            depth = depth.saturating_sub(1);
        }
        tokens.extend(input.parse::<TokenTree>());
    }
    tokens
}

/// A type as it is written by hand.
fn spelled(tokens: TokenStream) -> String {
    let text = tokens.to_string();
    let without = |text: &str, sign: &str| text.replace(&format!(" {sign}"), sign);
    let text = ["<", ">"]
        .iter()
        .fold(text, |text, sign| without(&text, sign));
    text.replace("< ", "<").replace("& ", "&")
}

/// The type that is meant by one of Rust's or of another language.
fn meant(written: &str) -> Option<&'static (&'static str, Type)> {
    let written = written
        .trim_start_matches('&')
        .trim_start_matches("'static ");
    let inside = |wrapper: &str| written.strip_prefix(wrapper)?.strip_suffix('>');
    if let Some(inside) = inside("Option<") {
        return meant(inside);
    }
    let element = inside("Vec<").or_else(|| written.strip_suffix("[]"));
    if let Some(element) = element {
        let (_, element) = meant(element)?;
        return TYPES.iter().find(|(_, ty)| ty.element() == Some(*element));
    }
    let other = OTHER_NAMES.iter().find(|(name, _)| *name == written);
    TYPES
        .iter()
        .find(|(name, ty)| *name == written || other.is_some_and(|(_, other)| other == ty))
}

/// `enum Placement { Queued, OutOfRoom = "no room" }`.
fn read_enum(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Enum> {
    const EXAMPLE: &str = "expected `enum State { Queued, Running = \"is running\" }`";
    let explained = |error: syn::Error| syn::Error::new(error.span(), EXAMPLE);
    input.parse::<Token![enum]>()?;
    let name: Ident = input.parse().map_err(explained)?;
    if !input.peek(token::Brace) {
        return Err(syn::Error::new(name.span(), EXAMPLE));
    }
    let content;
    syn::braced!(content in input);
    let mut variants: Vec<Variant> = Vec::new();
    separated(&content, errors, |input, errors| {
        let attrs = input.call(Attribute::parse_outer)?;
        let name: Ident = input.parse().map_err(explained)?;
        let text = match input.parse::<Option<Token![=]>>()? {
            Some(_) => input.parse::<LitStr>().map_err(explained)?,
            None => LitStr::new(&snake_case(&name.unraw().to_string()), name.span()),
        };
        let value = text.value();
        let is_there = variants.iter().any(|other| other.name == name);
        let twice = variants.iter().any(|other| other.text.value() == value);
        if value.is_empty() {
            errors.at(text.span(), "the value is empty");
        } else if twice {
            errors.at(
                text.span(),
                format!("`{value}` is listed twice; keep one of the two"),
            );
        } else if is_there {
            errors.at(
                name.span(),
                format!("`{name}` is listed twice; keep one of the two"),
            );
        }
        if !is_there {
            variants.push(Variant { attrs, name, text });
        }
        if input.peek(token::Paren) || input.peek(token::Brace) {
            return Err(input.error("a value of the enum has no fields; remove them"));
        }
        Ok(())
    });
    if variants.is_empty() {
        errors.at(name.span(), format!("`{name}` lists no value; {EXAMPLE}"));
    }
    Ok(Enum { name, variants })
}

/// `OutOfRoom` as `out_of_room`.
pub(super) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut before_is_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && before_is_lower {
            snake.push('_');
        }
        before_is_lower = !c.is_uppercase();
        snake.extend(c.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn variants_without_a_text_are_called_by_their_names() {
        assert_eq!(snake_case("Queued"), "queued");
        assert_eq!(snake_case("OutOfRoom"), "out_of_room");
        assert_eq!(snake_case("HTTP2"), "http2");
    }
}

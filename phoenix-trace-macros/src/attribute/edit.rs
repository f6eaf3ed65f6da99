//! What to write in place of a deprecated key: the user's own attribute, under the keys that took its place.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Expr, Lit};

use super::Form;
use crate::semconv::{self, Found, Type};

/// Longer values are not repeated.
const LENGTH: usize = 40;

/// The words that follow "is deprecated; ".
pub(super) fn edit(
    alternatives: &[(&str, Vec<String>)],
    old: Type,
    form: Form,
    value: &Expr,
) -> String {
    let mut edits = Vec::new();
    for (place, keys) in alternatives {
        let written = match keys.as_slice() {
            [key] => one(key, old, form, value),
            keys => {
                let each: Vec<String> =
                    keys.iter().map(|key| format!("`\"{key}\" = ..`")).collect();
                each.join(" and ")
            }
        };
        edits.push((*place, written));
    }
    match edits.as_slice() {
        [("", only)] => format!("write {only}"),
        [(place, first), others @ ..] if !place.is_empty() => {
            let others: Vec<String> = others
                .iter()
                .map(|(place, written)| format!(", {place} {written}"))
                .collect();
            format!("{place} write {first}{}", others.concat())
        }
        several => {
            let several: Vec<&str> = several
                .iter()
                .map(|(_, written)| written.as_str())
                .collect();
            let (last, others) = several.split_last().unwrap_or((&"", &[]));
            format!("as it is meant, write {} or {last}", others.join(", "))
        }
    }
}

/// The attribute under another key.
fn one(key: &str, old: Type, form: Form, value: &Expr) -> String {
    let new = match semconv::find(key) {
        Found::Entry(entry) => entry.ty,
        Found::BareTemplate(_) | Found::Nothing => old,
    };
    let sign = match form {
        Form::Typed => "",
        Form::Display(_) => "%",
        Form::Debug(_) => "?",
    };
    match shown(value) {
        _ if new != old => format!("`\"{key}\" = value`, which takes {}", new.described()),
        Some(value) => format!("`\"{key}\" = {sign}{value}`"),
        None => format!("`\"{key}\" = {sign}value`"),
    }
}

/// A short value as it stands in the source.
fn shown(value: &Expr) -> Option<String> {
    let is_plain = match value {
        Expr::Lit(lit) => matches!(
            lit.lit,
            Lit::Str(_) | Lit::Int(_) | Lit::Float(_) | Lit::Bool(_)
        ),
        Expr::Path(_) | Expr::Field(_) | Expr::MethodCall(_) | Expr::Call(_) => true,
        _ => false,
    };
    let mut text = String::new();
    (is_plain && print(value.to_token_stream(), &mut text) && text.len() <= LENGTH).then_some(text)
}

/// Prints tokens without the spaces between them, where that is how they are written.
fn print(tokens: TokenStream, into: &mut String) -> bool {
    let mut after_word = false;
    for token in tokens {
        let is_word = matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_));
        if is_word && after_word {
            return false;
        }
        after_word = is_word;
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                    Delimiter::Brace => return false,
                };
                into.push_str(open);
                if !print(group.stream(), into) {
                    return false;
                }
                into.push_str(close);
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                ',' => into.push_str(", "),
                sign @ ('.' | ':' | '&' | '?' | '!' | '<' | '>') => into.push(sign),
                _ => return false,
            },
            word => into.push_str(&word.to_string()),
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expected: Option<&str>) {
        let value = syn::parse_str(value).expect("an expression");
        assert_eq!(shown(&value).as_deref(), expected);
    }

    #[test]
    fn values_are_shown_as_they_are_written() {
        check("\"GET\"", Some("\"GET\""));
        check("req.method().as_str()", Some("req.method().as_str()"));
        check("Cow::from(a, &b[0])", Some("Cow::from(a, &b[0])"));
        check("a + b", None);
        check("f(x as u8)", None);
        check("f(|x| x.y)", None);
        check(
            "this.chain(of).calls(is).much(too).long(to).be(shown)",
            None,
        );
    }

    fn edit_of(key: &str, form: Form, value: &str) -> String {
        let Found::Entry(entry) = semconv::find(key) else {
            unreachable!("`{key}` is in the registry")
        };
        let alternatives = entry.replacements(key).expect("it is deprecated");
        let value = syn::parse_str(value).expect("an expression");
        edit(&alternatives, entry.ty, form, &value)
    }

    #[test]
    fn the_edit_is_shown() {
        let display = Form::Display(proc_macro2::Span::call_site());
        for (key, form, value, expected) in [
            (
                "http.method",
                display,
                "req.method",
                "write `\"http.request.method\" = %req.method`",
            ),
            (
                "http.url",
                Form::Typed,
                "url",
                "on clients write `\"url.full\" = url`, on servers `\"url.path\" = ..` and `\"url.query\" = ..`",
            ),
            (
                "http.target",
                Form::Typed,
                "target",
                "write `\"url.path\" = ..` and `\"url.query\" = ..`",
            ),
            (
                "rpc.grpc.status_code",
                Form::Typed,
                "0",
                "write `\"rpc.response.status_code\" = value`, which takes a string",
            ),
            (
                "http.host",
                Form::Typed,
                "host",
                "as it is meant, write `\"server.address\" = host`, `\"client.address\" = host` or \
                 `\"http.request.header.host\" = value`, which takes an array of strings",
            ),
        ] {
            assert_eq!(edit_of(key, form, value), expected);
        }
    }
}

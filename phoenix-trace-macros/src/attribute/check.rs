//! Entries against the registry: every rule about keys and literal values, and nowhere else.

use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Expr, Lit, LitStr, Path, UnOp};

use super::edit::edit;
use super::{
    Attribute, Entry, Form, Key, Remedies, Value, Warning, WarningKind, WrittenKey,
    refuse_control_flow,
};
use crate::errors::{Errors, one_of};
use crate::semconv::{self, Found, Type, distance_within};

/// Checks `entries` and lowers those that pass.
pub(crate) fn check(entries: Vec<Entry>, errors: &mut Errors) -> Vec<Attribute> {
    let mut seen: Vec<String> = Vec::new();
    let mut checked = Vec::new();
    for entry in entries {
        let written = entry.key.written();
        if seen.contains(&written) {
            errors.at(
                entry.key.span(),
                format!("attribute `{written}` is given twice; keep one of the two"),
            );
            continue;
        }
        seen.push(written);
        checked.extend(check_entry(entry, errors));
    }
    checked
}

fn check_entry(Entry { key, form, value }: Entry, errors: &mut Errors) -> Option<Attribute> {
    refuse_control_flow(&value, &Remedies::VALUE, errors);
    let name = match key {
        WrittenKey::Literal(name) => name,
        WrittenKey::Path(path) => {
            let value = match form {
                Form::Typed => Value::Typed(value),
                Form::Display(_) => Value::Format {
                    template: "{}",
                    value,
                },
                Form::Debug(_) => Value::Format {
                    template: "{:?}",
                    value,
                },
            };
            return Some(Attribute {
                warnings: unlisted(&path, &value),
                key: Key::Declared(path),
                value,
            });
        }
    };
    let mut warnings = Vec::new();
    let entry = check_key(&name, form, &value, &mut warnings, errors)?;
    let value = Checker {
        key: &name.value(),
        members: entry.members,
        warnings: &mut warnings,
        errors,
    }
    .value(entry.ty, form, value)?;
    let ty = match &value {
        Value::Literal(_) | Value::Typed(_) | Value::Format { .. } if entry.ty != Type::Any => {
            entry.ty
        }
        Value::Literal(tokens) => type_of_literal(tokens),
        Value::Typed(_) | Value::Format { .. } => Type::Str,
    };
    Some(Attribute {
        key: Key::Registry { name, ty },
        value,
        warnings,
    })
}

/// What is to be said of a literal under a constant of the registry, `keys::HTTP_REQUEST_METHOD`. By their spelling alone such
/// paths are known, which is enough for a warning; the types are the compiler's business.
fn unlisted(path: &Path, value: &Value) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let Value::Typed(value) = value else {
        return warnings;
    };
    let mut segments = path.segments.iter().rev().map(|segment| &segment.ident);
    let constant = segments.next().map(ToString::to_string);
    let in_place = segments.next().is_none_or(|module| module == "keys");
    let entry = constant.filter(|_| in_place);
    let Some(entry) = entry.and_then(|name| semconv::of_constant(&name)) else {
        return warnings;
    };
    let written = match literal(value) {
        Literal::Scalar {
            lit: Lit::Str(text),
            negative: false,
        } if entry.ty == Type::Str => text.value(),
        Literal::Scalar {
            lit: Lit::Int(int),
            negative,
        } if entry.ty == Type::Int => {
            format!("{}{}", if negative { "-" } else { "" }, int.base10_digits())
        }
        _ => return warnings,
    };
    warnings.extend(unlisted_member(entry.key, entry.members, &written, value));
    warnings
}

/// The registry's entry for a literal key that may be used.
fn check_key(
    name: &LitStr,
    form: Form,
    value: &Expr,
    warnings: &mut Vec<Warning>,
    errors: &mut Errors,
) -> Option<&'static semconv::Entry> {
    let key = name.value();
    let entry = match semconv::find(&key) {
        Found::Entry(entry) => entry,
        Found::BareTemplate(entry) => {
            let message = format!(
                "`{key}` is a family of keys; add a name, as in `{}.<name>`",
                entry.key
            );
            errors.at(name.span(), message);
            return None;
        }
        Found::Nothing => {
            errors.at(name.span(), unknown_key(&key));
            return None;
        }
    };
    match entry.replacements(&key) {
        None => {}
        Some(none) if none.is_empty() => warnings.push(Warning {
            span: name.span(),
            kind: WarningKind::DeprecatedKey,
            note: format!("the OpenTelemetry registry deprecates `{key}` and names no replacement"),
        }),
        Some(alternatives) => {
            let edit = edit(&alternatives, entry.ty, form, value);
            let message = format!("attribute key `{key}` is deprecated; {edit}");
            errors.at(name.span(), message);
            return None;
        }
    }
    Some(entry)
}

fn unknown_key(key: &str) -> String {
    let near = semconv::nearest(key);
    if near.is_empty() {
        format!(
            "unknown attribute key `{key}`; it is not in the OpenTelemetry registry: declare a key of your own, \
             `attribute_keys! {{ mod keys {{ MY_KEY: \"my.key\" => string }} }}`, and write its path, `keys::MY_KEY = value`"
        )
    } else {
        format!(
            "unknown attribute key `{key}`; did you mean {}?",
            one_of(&near)
        )
    }
}

/// The check of one value.
struct Checker<'a> {
    key: &'a str,
    members: &'static [&'static str],
    warnings: &'a mut Vec<Warning>,
    errors: &'a mut Errors,
}

impl Checker<'_> {
    fn value(mut self, ty: Type, form: Form, value: Expr) -> Option<Value> {
        let (sign, span, template) = match form {
            Form::Typed => return self.typed(ty, value),
            Form::Display(span) => ("%", span, "{}"),
            Form::Debug(span) => ("?", span, "{:?}"),
        };
        if !matches!(ty, Type::Str | Type::Any) {
            let (key, takes) = (self.key, ty.described());
            let message = format!(
                "`{key}` takes {takes}, but `{sign}` records a string; leave out the `{sign}`"
            );
            self.errors.at(span, message);
            return None;
        }
        Some(Value::Format { template, value })
    }

    fn typed(&mut self, ty: Type, value: Expr) -> Option<Value> {
        match literal(&value) {
            Literal::None => Some(Value::Typed(value)),
            Literal::Scalar { lit, negative } => self
                .scalar(ty, lit, negative, &value, "")
                .map(Value::Literal),
            Literal::Array(elements) => match ty.element() {
                Some(element) => {
                    let mut fine = true;
                    for each in elements {
                        if let Literal::Scalar { lit, negative } = literal(each) {
                            fine &= self
                                .scalar(element, lit, negative, each, "an element of ")
                                .is_some();
                        }
                    }
                    fine.then_some(Value::Typed(value))
                }
                None if ty == Type::Any => {
                    let message = format!(
                        "`{}` takes an array only as text: write `?` before it",
                        self.key
                    );
                    self.errors.at(value.span(), message);
                    None
                }
                None => {
                    let text = (ty == Type::Str).then(|| "?[..]".to_owned());
                    self.mismatch(ty, "an array", &value, "", text);
                    None
                }
            },
        }
    }

    /// A literal as it is recorded: integers and floating-point numbers with their full width.
    fn scalar(
        &mut self,
        ty: Type,
        lit: &Lit,
        negative: bool,
        value: &Expr,
        place: &str,
    ) -> Option<proc_macro2::TokenStream> {
        let span = lit.span();
        let minus = negative.then(|| quote_spanned!(span=> -));
        match (ty, lit) {
            (Type::Str | Type::Any, Lit::Str(text)) if !negative => {
                self.member(&text.value(), value);
                Some(text.to_token_stream())
            }
            (Type::Bool | Type::Any, Lit::Bool(_)) if !negative => Some(lit.to_token_stream()),
            (Type::Int | Type::Any, Lit::Int(int)) if is_int_suffix(int.suffix()) => {
                let Some(signed) = in_range(int.base10_digits(), negative) else {
                    let message = format!(
                        "`{}` takes an int, which has 64 bits: this one does not fit",
                        self.key
                    );
                    self.errors.at(span, message);
                    return None;
                };
                self.member(&signed.to_string(), value);
                let int = proc_macro2::Literal::i64_suffixed(signed.wrapping_abs());
                if signed == i64::MIN {
                    return Some(quote_spanned!(span=> ::core::primitive::i64::MIN));
                }
                Some(quote!(#minus #int))
            }
            (Type::Double, Lit::Int(int))
                if matches!(int.suffix(), "" | "f32" | "f64" | "i32" | "u32") =>
            {
                self.double(int.base10_digits(), minus, span)
            }
            (Type::Double | Type::Any, Lit::Float(float)) => {
                self.double(float.base10_digits(), minus, span)
            }
            _ => {
                let right = remedy(ty, lit);
                self.mismatch(ty, kind_of(lit), value, place, right);
                None
            }
        }
    }

    fn double(
        &mut self,
        digits: &str,
        minus: Option<proc_macro2::TokenStream>,
        span: proc_macro2::Span,
    ) -> Option<proc_macro2::TokenStream> {
        let Some(number) = digits
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
        else {
            let message = format!(
                "`{}` takes a double, which has 64 bits: this one does not fit",
                self.key
            );
            self.errors.at(span, message);
            return None;
        };
        let number = proc_macro2::Literal::f64_suffixed(number);
        Some(quote!(#minus #number))
    }

    fn mismatch(
        &mut self,
        ty: Type,
        found: &str,
        value: &Expr,
        place: &str,
        remedy: Option<String>,
    ) {
        let (key, takes) = (self.key, ty.described());
        let remedy = remedy
            .map(|code| format!("; write `{code}`"))
            .unwrap_or_default();
        let message = format!("{place}`{key}` takes {takes}, not {found}{remedy}");
        let mut error = syn::Error::new_spanned(value, message);
        if let Literal::Scalar {
            lit,
            negative: false,
        } = literal(value)
        {
            error = syn::Error::new(lit.span(), error.to_string());
        }
        self.errors.push(error);
    }

    fn member(&mut self, written: &str, value: &Expr) {
        let warning = unlisted_member(self.key, self.members, written, value);
        self.warnings.extend(warning);
    }
}

/// A value that is not among those which the registry lists.
fn unlisted_member(key: &str, members: &[&str], written: &str, value: &Expr) -> Option<Warning> {
    // `_OTHER` alone is what stands for all others, as of `error.type`.
    if matches!(members, [] | ["_OTHER"]) || members.contains(&written) {
        return None;
    }
    let note = match meant(members, written) {
        Some(member) => format!("`{key}` lists `{member}`, not `{written}`"),
        None => format!("`{key}` lists {}", shortened(members)),
    };
    Some(Warning {
        span: value.span(),
        kind: WarningKind::UnlistedValue,
        note,
    })
}

/// The listed value that a text is a misspelling of, in its letters or their case.
fn meant<'m>(members: &[&'m str], written: &str) -> Option<&'m str> {
    let lowered = written.to_ascii_lowercase();
    let limit = (lowered.len() / 4).max(1);
    let is_text = lowered.contains(|c: char| c.is_ascii_alphabetic());
    let near = members.iter().filter(|_| is_text).filter_map(|member| {
        let distance = distance_within(&lowered, &member.to_ascii_lowercase(), limit)?;
        Some((distance, *member))
    });
    near.min().map(|(_, member)| member)
}

fn shortened(members: &[&str]) -> String {
    const SHOWN: usize = 12;
    if members.len() <= SHOWN {
        return one_of(members);
    }
    let shown: Vec<String> = members
        .iter()
        .take(SHOWN)
        .map(|member| format!("`{member}`"))
        .collect();
    format!("{} and {} more", shown.join(", "), members.len() - SHOWN)
}

enum Literal<'e> {
    Scalar { lit: &'e Lit, negative: bool },
    Array(Vec<&'e Expr>),
    None,
}

/// A value whose type the macro can see.
fn literal(value: &Expr) -> Literal<'_> {
    match value {
        Expr::Lit(lit) if lit.attrs.is_empty() => Literal::Scalar {
            lit: &lit.lit,
            negative: false,
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => match literal(&unary.expr) {
            Literal::Scalar {
                lit,
                negative: false,
            } => Literal::Scalar {
                lit,
                negative: true,
            },
            Literal::Scalar { .. } | Literal::Array(_) | Literal::None => Literal::None,
        },
        Expr::Array(array) => Literal::Array(array.elems.iter().collect()),
        Expr::Reference(reference) if reference.mutability.is_none() => literal(&reference.expr),
        Expr::Paren(paren) => literal(&paren.expr),
        Expr::Group(group) => literal(&group.expr),
        _ => Literal::None,
    }
}

fn is_int_suffix(suffix: &str) -> bool {
    !matches!(suffix, "f32" | "f64")
}

fn in_range(digits: &str, negative: bool) -> Option<i64> {
    let magnitude: i128 = digits.parse().ok()?;
    i64::try_from(if negative { -magnitude } else { magnitude }).ok()
}

fn kind_of(lit: &Lit) -> &'static str {
    match lit {
        Lit::Str(_) => "a string",
        Lit::Int(_) => "an int",
        Lit::Float(_) => "a double",
        Lit::Bool(_) => "a bool",
        Lit::Char(_) => "a character",
        _ => "bytes",
    }
}

/// The literal that was probably meant.
fn remedy(ty: Type, lit: &Lit) -> Option<String> {
    match (ty, lit) {
        (Type::Str, Lit::Int(_) | Lit::Float(_) | Lit::Bool(_)) => {
            Some(format!("\"{}\"", lit.to_token_stream()))
        }
        (Type::Str, Lit::Char(c)) => Some(format!("{:?}", c.value().to_string())),
        (Type::Int, Lit::Str(text)) => text.value().parse::<i64>().ok().map(|int| int.to_string()),
        (Type::Double, Lit::Str(text)) => text
            .value()
            .parse::<f64>()
            .ok()
            .map(|number| format!("{number:?}")),
        (Type::Bool, Lit::Str(text)) => text
            .value()
            .parse::<bool>()
            .ok()
            .map(|truth| truth.to_string()),
        (_, lit) if ty.element().is_some() => Some(format!("[{}]", lit.to_token_stream())),
        _ => None,
    }
}

/// The type of a literal under a key that takes any.
fn type_of_literal(tokens: &proc_macro2::TokenStream) -> Type {
    match syn::parse2::<Expr>(tokens.clone()).as_ref().map(literal) {
        Ok(Literal::Scalar {
            lit: Lit::Int(_), ..
        }) => Type::Int,
        Ok(Literal::Scalar {
            lit: Lit::Float(_), ..
        }) => Type::Double,
        Ok(Literal::Scalar {
            lit: Lit::Bool(_), ..
        }) => Type::Bool,
        _ => Type::Str,
    }
}

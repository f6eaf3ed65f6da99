//! References to variables in scalars: `${NAME}`, `${env:NAME}`, `${NAME:-default}`, and `$$` for a dollar sign. What a
//! variable holds is not looked at again, so that no variable can bring in another one.

/// A scalar with its references replaced.
pub(super) struct Substituted {
    pub(super) text: String,
    /// What was left as it is although it looks like the beginning of a reference, if anything.
    pub(super) left: Option<&'static str>,
}

/// Replaces the references in a scalar. `Err`, with what is wrong: a reference that is none, or more than `longest` bytes.
pub(super) fn substitute(
    text: &str,
    longest: usize,
    var: &dyn Fn(&str) -> Option<String>,
) -> Result<Substituted, String> {
    let mut out = Substituted {
        text: String::with_capacity(text.len()),
        left: None,
    };
    // As the specification says: an escape sequence ends what is searched for references, wherever it stands.
    let mut parts = text.split("$$");
    if let Some(first) = parts.next() {
        replace(first, longest, var, &mut out)?;
    }
    for part in parts {
        out.text.push('$');
        replace(part, longest, var, &mut out)?;
    }
    Ok(out)
}

fn replace(
    mut rest: &str,
    longest: usize,
    var: &dyn Fn(&str) -> Option<String>,
    out: &mut Substituted,
) -> Result<(), String> {
    while let Some(start) = rest.find("${") {
        out.text.push_str(&rest[..start]);
        rest = &rest[start..];
        let Some(end) = rest.find('}') else {
            out.left = Some("`${` without its `}`");
            break;
        };
        let inner = &rest[2..end];
        if inner.is_empty() {
            // No reference at all, by either grammar of the specification.
            out.text.push_str("${}");
            out.left = Some("`${}`, which names no variable,");
        } else {
            let (name, default) = reference(inner).ok_or_else(|| {
                format!(
                    "`${{{inner}}}` is no reference to a variable: expected `${{NAME}}`, `${{NAME:-default}}`, or `$$` \
                     for a dollar sign"
                )
            })?;
            let value = var(name).filter(|value| !value.is_empty());
            let value = value.as_deref().unwrap_or(default);
            if out.text.len() + value.len() > longest {
                return Err(format!(
                    "more than {longest} bytes, with what variables hold"
                ));
            }
            out.text.push_str(value);
        }
        rest = &rest[end + 1..];
    }
    out.text.push_str(rest);
    Ok(())
}

/// The name of the variable, and its default.
fn reference(inner: &str) -> Option<(&str, &str)> {
    let inner = inner.strip_prefix("env:").unwrap_or(inner);
    let (name, default) = inner.split_once(":-").unwrap_or((inner, ""));
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_name = starts && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_name && !default.contains('\n')).then_some((name, default))
}

//! The registry as it is generated from: JSON in, attributes with everything that is known of them out, sorted by key.

use serde_json::Value;

/// The attributes of the registry, and of which version they are.
#[derive(Debug)]
pub(super) struct Registry<'a> {
    pub(super) versions: Vec<&'a str>,
    pub(super) attributes: Vec<Attribute<'a>>,
}

#[derive(Debug)]
pub(super) struct Attribute<'a> {
    pub(super) key: &'a str,
    pub(super) ty: Type,
    /// One is meant, or every key that begins with it?
    pub(super) template: bool,
    pub(super) stability: &'a str,
    pub(super) members: Vec<String>,
    pub(super) status: Status<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Str,
    Int,
    Double,
    Bool,
    StrArray,
    IntArray,
    Any,
}

#[derive(Debug)]
pub(super) enum Status<'a> {
    Current,
    /// Deprecated. One of these is written instead; without any, nothing is.
    Deprecated(Vec<Alternative<'a>>),
}

/// Keys that are written together.
#[derive(Debug)]
pub(super) struct Alternative<'a> {
    /// As in "on clients"; empty: everywhere.
    pub(super) place: &'a str,
    pub(super) keys: Vec<&'a str>,
}

impl<'a> Registry<'a> {
    /// From the registry's attributes, and the replacements that it tells of in prose. The text of an error says where they
    /// are not of the expected shape, or contradict each other.
    pub(super) fn read(attributes: &'a Value, replacements: &'a Value) -> Result<Self, String> {
        let versions = array(attributes, "version")?;
        let told = object(replacements, "replacements")?;
        let released = object(replacements, "released")?;
        let mut found = array(attributes, "attributes")?
            .iter()
            .map(|attribute| Attribute::read(attribute, told, released))
            .collect::<Result<Vec<_>, _>>()?;
        found.sort_by(|a, b| a.key.cmp(b.key));
        let registry = Self {
            versions: versions.iter().filter_map(Value::as_str).collect(),
            attributes: found,
        };
        registry.check(told.keys())?;
        Ok(registry)
    }

    /// Every replacement is of a deprecated key, and by keys that may be written.
    fn check<'k>(&self, mut told: impl Iterator<Item = &'k String>) -> Result<(), String> {
        if let Some(key) = told.find(|key| {
            let found = self
                .attributes
                .iter()
                .find(|found| found.key == key.as_str());
            found.is_none_or(|found| matches!(found.status, Status::Current))
        }) {
            return Err(format!("`{key}` is replaced, but is not deprecated"));
        }
        for attribute in &self.attributes {
            let Status::Deprecated(alternatives) = &attribute.status else {
                continue;
            };
            for key in alternatives
                .iter()
                .flat_map(|alternative| &alternative.keys)
            {
                if !self.is_current(key) {
                    return Err(format!(
                        "`{}` is replaced by `{key}`, which may not be written",
                        attribute.key
                    ));
                }
            }
        }
        Ok(())
    }

    fn is_current(&self, key: &str) -> bool {
        self.attributes.iter().any(|found| {
            let named = found.key == key
                || found.template
                    && key
                        .strip_prefix(found.key)
                        .is_some_and(|name| name.starts_with('.') && name.len() > 1);
            named && matches!(found.status, Status::Current)
        })
    }
}

impl<'a> Attribute<'a> {
    fn read(
        attribute: &'a Value,
        told: &'a serde_json::Map<String, Value>,
        released: &'a serde_json::Map<String, Value>,
    ) -> Result<Self, String> {
        let key = text(attribute, "key")?;
        let spelled = text(attribute, "type")?;
        let (template, spelled) = match spelled
            .strip_prefix("template[")
            .and_then(|t| t.strip_suffix(']'))
        {
            Some(element) => (true, element),
            None => (false, spelled),
        };
        let ty = match spelled {
            "string" => Type::Str,
            "int" => Type::Int,
            "double" => Type::Double,
            "boolean" => Type::Bool,
            "string[]" => Type::StrArray,
            "int[]" => Type::IntArray,
            "any" => Type::Any,
            other => return Err(format!("`{key}` has the unknown type `{other}`")),
        };
        let members = attribute["members"].as_array().into_iter().flatten();
        let members = members.map(|member| match &member["value"] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        Ok(Self {
            key,
            ty,
            template,
            stability: text(attribute, "stability")?,
            members: members.collect(),
            status: status(key, &attribute["deprecated"], told, released)?,
        })
    }
}

/// A key that the release in use spells differently than the registry is current under both names, and named by the
/// released one.
fn status<'a>(
    key: &str,
    deprecated: &'a Value,
    told: &'a serde_json::Map<String, Value>,
    released: &'a serde_json::Map<String, Value>,
) -> Result<Status<'a>, String> {
    if deprecated.is_null() || released.values().any(|name| name == key) {
        return Ok(Status::Current);
    }
    if let Some(alternatives) = told.get(key) {
        let alternatives = alternatives
            .as_array()
            .ok_or_else(|| format!("the replacements of `{key}` are no array"))?;
        return Ok(Status::Deprecated(
            alternatives
                .iter()
                .map(Alternative::read)
                .collect::<Result<_, _>>()?,
        ));
    }
    let to = deprecated["renamed_to"].as_str();
    let to = to.map(|to| released.get(to).and_then(Value::as_str).unwrap_or(to));
    Ok(Status::Deprecated(
        to.map(|to| Alternative {
            place: "",
            keys: vec![to],
        })
        .into_iter()
        .collect(),
    ))
}

impl<'a> Alternative<'a> {
    fn read(alternative: &'a Value) -> Result<Self, String> {
        Ok(Self {
            place: alternative["where"].as_str().unwrap_or_default(),
            keys: array(alternative, "keys")?
                .iter()
                .filter_map(Value::as_str)
                .collect(),
        })
    }
}

fn text<'a>(of: &'a Value, name: &str) -> Result<&'a str, String> {
    of[name]
        .as_str()
        .ok_or_else(|| format!("an attribute without `{name}`: {of}"))
}

fn array<'a>(of: &'a Value, name: &str) -> Result<&'a Vec<Value>, String> {
    of[name]
        .as_array()
        .ok_or_else(|| format!("there is no array `{name}` in the registry"))
}

fn object<'a>(of: &'a Value, name: &str) -> Result<&'a serde_json::Map<String, Value>, String> {
    of[name]
        .as_object()
        .ok_or_else(|| format!("there is no object `{name}` in the replacements"))
}

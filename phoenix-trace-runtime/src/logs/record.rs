//! A log record: what was said, by whom, and in which span. It owns all of its text in one buffer, and is bounded whatever
//! was logged: fields by number, texts by length, the whole by what a line may hold.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::time::SystemTime;

use opentelemetry::logs::{AnyValue, Severity};

use super::json;
use crate::propagation::CorrelationId;
use crate::record::told::{cut, unharmed};
use crate::sensitive::{Hasher, How, Sensitive};

/// How much of a message is kept, in bytes.
const MESSAGE_LENGTH: usize = 16 * 1024;
/// How much of a target, or of a field's name, that is not written in the program.
const NAME_LENGTH: usize = 256;
/// What all texts of a record hold together.
const TEXT_LENGTH: usize = 64 * 1024;
/// How many sources of an error are told, and the name of the field for them.
const SOURCES: usize = 16;
const SOURCES_SUFFIX: &str = ".sources";

/// What a record may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) fields: usize,
    /// Of a text in a field, in bytes.
    pub(crate) value_length: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fields: 128,
            value_length: 4 * 1024,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) time: SystemTime,
    pub(crate) severity: Severity,
    pub(crate) event_name: Option<&'static str>,
    pub(crate) ids: Ids,
    target: Text,
    message: Text,
    fields: Fields,
}

/// Where it was logged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ids {
    /// Zero: in no trace.
    pub(crate) trace_id: u128,
    /// Zero: in no span of this process.
    pub(crate) span_id: u64,
    #[cfg_attr(
        not(any(feature = "otlp", feature = "testing")),
        expect(dead_code, reason = "lines do not tell them")
    )]
    pub(crate) flags: u8,
    pub(crate) correlation: Option<CorrelationId>,
}

/// Names and values, in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    list: Vec<Field>,
    text: String,
    /// How many there was no room for.
    left_out: u32,
}

#[derive(Clone, Debug)]
struct Field {
    name: Cow<'static, str>,
    value: Stored,
}

/// A piece of the record's text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Text {
    start: u32,
    end: u32,
}

#[derive(Clone, Debug)]
enum Stored {
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Text),
    Texts(Vec<Text>),
    Any(Box<AnyValue>),
}

/// The value of a field.
#[derive(Debug)]
pub(crate) enum Value<'a> {
    Bool(bool),
    Int(i64),
    /// More than an `i64` holds.
    Uint(u64),
    Double(f64),
    Str(&'a str),
    Strs(Vec<&'a str>),
    /// Bytes, lists and maps, as the API of OpenTelemetry knows them.
    Any(&'a AnyValue),
}

impl Record {
    pub(super) fn new() -> Self {
        Self {
            time: SystemTime::UNIX_EPOCH,
            severity: Severity::Info,
            event_name: None,
            ids: Ids::default(),
            target: Text::default(),
            message: Text::default(),
            fields: Fields::default(),
        }
    }

    /// Forgets everything but its buffers, unless these have become large.
    pub(super) fn clear(&mut self) {
        const KEEP_TEXT: usize = 4 * 1024;
        const KEEP_FIELDS: usize = 32;
        let mut fields = std::mem::take(&mut self.fields);
        fields.list.clear();
        fields.list.shrink_to(KEEP_FIELDS);
        fields.text.clear();
        fields.text.shrink_to(KEEP_TEXT);
        fields.left_out = 0;
        *self = Self {
            fields,
            ..Self::new()
        };
    }

    pub(super) fn set_target(&mut self, target: &str) {
        self.target = self.fields.push(format_args!("{target}"), NAME_LENGTH);
    }

    pub(super) fn set_message(&mut self, message: fmt::Arguments<'_>) {
        self.message = self.fields.message(message);
    }

    /// The same for a text that is among its fields' texts already.
    pub(super) fn set_message_text(&mut self, message: Text) {
        self.message = message;
    }

    pub(super) fn fields_mut(&mut self) -> &mut Fields {
        &mut self.fields
    }

    pub(crate) fn target(&self) -> &str {
        self.fields.get(self.target)
    }

    pub(crate) fn message(&self) -> &str {
        self.fields.get(self.message)
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        self.fields.iter()
    }

    /// Drops, hashes or shows what is sensitive among its fields.
    pub(super) fn redact(&mut self, sensitive: &Sensitive) {
        if sensitive.has_names() {
            self.fields.redact(sensitive);
        }
    }

    /// Fields that it had no room for.
    pub(crate) fn left_out(&self) -> u32 {
        self.fields.left_out
    }

    /// What it holds in memory.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.fields.bytes()
    }
}

impl Fields {
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        let fields = self.list.iter();
        fields.map(|field| (field.name.as_ref(), self.value(&field.value)))
    }

    /// A message, to be given to the record of these fields.
    pub(super) fn message(&mut self, message: fmt::Arguments<'_>) -> Text {
        self.push(message, MESSAGE_LENGTH)
    }

    /// Adds a text, as code of the user's prints it.
    pub(super) fn print(&mut self, name: &'static str, text: fmt::Arguments<'_>, limits: &Limits) {
        if self.has_room(limits) {
            let text = self.push(text, limits.value_length);
            self.add(name, Stored::Text(text));
        }
    }

    pub(super) fn bool(&mut self, name: &'static str, value: bool, limits: &Limits) {
        self.plain(name, Stored::Bool(value), limits);
    }

    pub(super) fn int(&mut self, name: &'static str, value: i64, limits: &Limits) {
        self.plain(name, Stored::Int(value), limits);
    }

    pub(super) fn uint(&mut self, name: &'static str, value: u64, limits: &Limits) {
        let value = i64::try_from(value).map_or(Stored::Uint(value), Stored::Int);
        self.plain(name, value, limits);
    }

    pub(super) fn double(&mut self, name: &'static str, value: f64, limits: &Limits) {
        self.plain(name, Stored::Double(value), limits);
    }

    fn plain(&mut self, name: &'static str, value: Stored, limits: &Limits) {
        if self.has_room(limits) {
            self.add(name, value);
        }
    }

    /// Adds an error, and beside it the errors that it stems from.
    pub(super) fn error(
        &mut self,
        name: &'static str,
        error: &(dyn std::error::Error + 'static),
        limits: &Limits,
    ) {
        self.print(name, format_args!("{error}"), limits);
        let mut sources = Vec::new();
        let mut next = unharmed(|| error.source()).flatten();
        while let Some(source) = next
            && sources.len() < SOURCES
        {
            sources.push(self.push(format_args!("{source}"), limits.value_length));
            next = unharmed(|| source.source()).flatten();
        }
        if !sources.is_empty() && self.has_room(limits) {
            self.add(format!("{name}{SOURCES_SUFFIX}"), Stored::Texts(sources));
        }
    }

    /// Adds a value of the API of OpenTelemetry.
    pub(super) fn any(&mut self, name: &str, value: AnyValue, limits: &Limits) {
        if !self.has_room(limits) {
            return;
        }
        let value = match value {
            AnyValue::Boolean(value) => Stored::Bool(value),
            AnyValue::Int(value) => Stored::Int(value),
            AnyValue::Double(value) => Stored::Double(value),
            AnyValue::String(text) => {
                Stored::Text(self.push(format_args!("{text}"), limits.value_length))
            }
            // What has parts is kept as a whole or not at all.
            other if any_bytes(&other) <= limits.value_length => Stored::Any(Box::new(other)),
            _ => {
                self.left_out = self.left_out.saturating_add(1);
                return;
            }
        };
        self.add(cut(name, NAME_LENGTH).to_owned(), value);
    }

    /// Adds those of `other` whose names are not there yet.
    pub(super) fn inherit(&mut self, other: &Self, limits: &Limits) {
        for field in &other.list {
            if self.list.iter().any(|there| there.name == field.name) || !self.has_room(limits) {
                continue;
            }
            let mut copy = |text: Text| self.push(format_args!("{}", other.get(text)), usize::MAX);
            let value = match &field.value {
                Stored::Text(text) => Stored::Text(copy(*text)),
                Stored::Texts(texts) => {
                    Stored::Texts(texts.iter().map(|text| copy(*text)).collect())
                }
                plain => plain.clone(),
            };
            self.add(field.name.clone(), value);
        }
        self.left_out = self.left_out.saturating_add(other.left_out);
    }

    /// The values are no longer told; in memory they are until the record is gone.
    fn redact(&mut self, sensitive: &Sensitive) {
        let mut list = std::mem::take(&mut self.list);
        let is_sensitive = |field: &Field| {
            let error = field.name.strip_suffix(SOURCES_SUFFIX);
            let error = error.filter(|_| matches!(field.value, Stored::Texts(_)));
            sensitive.names(error.unwrap_or(&field.name))
        };
        match sensitive.how() {
            How::Drop | How::HashWithout(_) => list.retain(|field| !is_sensitive(field)),
            How::Show => {}
            How::Hash(hasher) => {
                for field in list.iter_mut().filter(|field| is_sensitive(field)) {
                    field.value = self.hashed(&field.value, hasher);
                }
            }
        }
        self.list = list;
    }

    /// What stands in place of a value: the hash of its text, of each in a list.
    fn hashed(&mut self, value: &Stored, hasher: &Hasher) -> Stored {
        let hashes: Vec<String> = match value {
            Stored::Texts(texts) => {
                let texts = texts.iter().map(|text| self.get(*text));
                texts.map(|text| hasher.hash(text.as_bytes())).collect()
            }
            Stored::Text(text) => vec![hasher.hash(self.get(*text).as_bytes())],
            other => {
                let mut text = Vec::new();
                json::write_value(&self.value(other), &mut text);
                vec![hasher.hash(&text)]
            }
        };
        // A hash is short: it has its place whatever else the record holds.
        let mut texts = hashes.into_iter().map(|hash| self.append(&hash));
        match value {
            Stored::Texts(_) => Stored::Texts(texts.collect()),
            _ => texts
                .next()
                .map_or(Stored::Text(Text::default()), Stored::Text),
        }
    }

    fn append(&mut self, text: &str) -> Text {
        let start = self.text.len();
        self.text.push_str(text);
        self.place(start)
    }

    /// The text from `start` to its end.
    fn place(&self, start: usize) -> Text {
        let place = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        Text {
            start: place(start),
            end: place(self.text.len()),
        }
    }

    /// Takes a field away, for its new value.
    pub(super) fn forget(&mut self, name: &str) {
        self.list.retain(|field| field.name != name);
    }

    fn has_room(&mut self, limits: &Limits) -> bool {
        let has = self.list.len() < limits.fields && self.text.len() < TEXT_LENGTH;
        if !has {
            self.left_out = self.left_out.saturating_add(1);
        }
        has
    }

    /// A field that is there already gets the new value: there are not two of one name.
    fn add(&mut self, name: impl Into<Cow<'static, str>>, value: Stored) {
        let name = name.into();
        match self.list.iter_mut().find(|field| field.name == name) {
            Some(there) => there.value = value,
            None => self.list.push(Field { name, value }),
        }
    }

    /// Prints into the text. What goes beyond `limit` is cut, which an ellipsis tells; code that panics leaves what it had
    /// written.
    fn push(&mut self, text: fmt::Arguments<'_>, limit: usize) -> Text {
        let start = self.text.len();
        let room = limit.min(TEXT_LENGTH.saturating_sub(start));
        let mut out = Bounded {
            text: &mut self.text,
            end: start + room,
            is_cut: false,
        };
        let written = unharmed(|| out.write_fmt(text));
        let is_cut = out.is_cut;
        if written.is_none() && self.text.len() == start {
            self.text.push_str("(its formatting panicked)");
        }
        if is_cut {
            self.text.push('…');
        }
        self.place(start)
    }

    fn get(&self, text: Text) -> &str {
        self.text
            .get(text.start as usize..text.end as usize)
            .unwrap_or_default()
    }

    fn value<'a>(&'a self, stored: &'a Stored) -> Value<'a> {
        match stored {
            Stored::Bool(value) => Value::Bool(*value),
            Stored::Int(value) => Value::Int(*value),
            Stored::Uint(value) => Value::Uint(*value),
            Stored::Double(value) => Value::Double(*value),
            Stored::Text(text) => Value::Str(self.get(*text)),
            Stored::Texts(texts) => Value::Strs(texts.iter().map(|text| self.get(*text)).collect()),
            Stored::Any(value) => Value::Any(value),
        }
    }

    fn bytes(&self) -> usize {
        let of = |field: &Field| {
            let value = match &field.value {
                Stored::Any(value) => any_bytes(value),
                Stored::Texts(texts) => texts.len() * size_of::<Text>(),
                _ => 0,
            };
            let name = match &field.name {
                Cow::Borrowed(_) => 0,
                Cow::Owned(name) => name.len(),
            };
            size_of::<Field>() + value + name
        };
        self.text.len() + self.list.iter().map(of).sum::<usize>()
    }
}

/// Writes up to an end.
struct Bounded<'a> {
    text: &'a mut String,
    end: usize,
    is_cut: bool,
}

impl fmt::Write for Bounded<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.end.saturating_sub(self.text.len());
        self.text.push_str(cut(text, room));
        if text.len() > room {
            self.is_cut = true;
            return Err(fmt::Error);
        }
        Ok(())
    }
}

/// About how much a value holds, with what is in it.
fn any_bytes(value: &AnyValue) -> usize {
    const PART: usize = size_of::<AnyValue>();
    PART + match value {
        AnyValue::String(text) => text.as_str().len(),
        AnyValue::Bytes(bytes) => bytes.len(),
        AnyValue::ListAny(list) => list.iter().map(any_bytes).sum(),
        AnyValue::Map(map) => {
            let part = |(key, value): (&opentelemetry::Key, &AnyValue)| {
                key.as_str().len() + any_bytes(value)
            };
            map.iter().map(part).sum()
        }
        _ => 0,
    }
}

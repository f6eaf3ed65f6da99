//! YAML's events as a tree. Depth, number of nodes and text are bounded, with what aliases repeat counted each time, so that
//! a small file cannot become a large tree.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::node::{Entry, Node, Place, Value};
use super::scalar;
use super::substitute::substitute;

const DEEPEST: usize = 64;
const MOST_NODES: usize = 100_000;
const MOST_TEXT: usize = 4 << 20;

/// Where, and what is wrong there.
pub(super) type Wrong = (Place, String);

/// The tree, and what is odd in it.
pub(super) fn parse(
    text: &str,
    var: &dyn Fn(&str) -> Option<String>,
) -> Result<(Node, Vec<Wrong>), Wrong> {
    let mut tree = Tree::new(var);
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let marker = error.marker();
            let line = text.lines().nth(marker.line().saturating_sub(1));
            // Within braces or brackets its own brace ends what is around it.
            let remedy = if line.is_some_and(|line| line.contains("${")) {
                "; within braces or brackets a reference stands in quotes: `\"${NAME}\"`"
            } else {
                ""
            };
            let what = format!("this is not YAML: {}{remedy}", error.info());
            (place(marker.line(), marker.col()), what)
        })?;
        tree.take(event, span)?;
    }
    let root = tree.root.unwrap_or(Node {
        place: place(1, 0),
        text: String::new(),
        value: Value::Null,
    });
    Ok((root, tree.odd))
}

/// The parser counts lines from one and columns from zero.
fn place(line: usize, column: usize) -> Place {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Place {
        line: number(line),
        column: number(column).saturating_add(1),
    }
}

struct Tree<'v> {
    var: &'v dyn Fn(&str) -> Option<String>,
    root: Option<Node>,
    open: Vec<Open>,
    /// What was anchored, by the number that the parser gives the anchor, and how much it is.
    anchored: HashMap<usize, (Node, Size)>,
    size: Size,
    documents: usize,
    odd: Vec<Wrong>,
}

#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    text: usize,
}

/// A sequence or a mapping whose end has not come yet.
struct Open {
    node: Node,
    anchor: usize,
    /// The key whose value comes next.
    key: Option<(String, Place)>,
    /// The keys so far.
    keys: HashSet<String>,
    /// How much there was before it.
    before: Size,
}

impl<'v> Tree<'v> {
    fn new(var: &'v dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            var,
            root: None,
            open: Vec::new(),
            anchored: HashMap::new(),
            size: Size::default(),
            documents: 0,
            odd: Vec::new(),
        }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Wrong> {
        let at = place(span.start.line(), span.start.col());
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err((at, "a second document: the file holds one".to_owned()));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(&text, style, tag.as_deref(), at)?;
                self.grow(1, node.text.len(), at)?;
                self.close(node, anchor, None)?;
            }
            Event::SequenceStart(anchor, tag) => {
                self.start(Value::Sequence(Vec::new()), anchor, tag.as_deref(), at)?;
            }
            Event::MappingStart(anchor, tag) => {
                self.start(Value::Mapping(Vec::new()), anchor, tag.as_deref(), at)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    self.close(open.node, open.anchor, Some(open.before))?;
                }
            }
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchored.get(&anchor).cloned() else {
                    return Err((at, "an alias to what holds it".to_owned()));
                };
                self.grow(size.nodes, size.text, at)?;
                self.close(node, 0, None)?;
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        at: Place,
    ) -> Result<Node, Wrong> {
        let is_key = self.awaits_key();
        let text = if is_key {
            text.to_owned()
        } else {
            let substituted = substitute(text, MOST_TEXT, self.var).map_err(|what| (at, what))?;
            if let Some(left) = substituted.left {
                let what = format!("{left} stays as it is; `$$` stands for a dollar sign");
                self.odd.push((at, what));
            }
            substituted.text
        };
        let plain = match tag {
            None => style == ScalarStyle::Plain,
            Some(tag) if tag.is_yaml_core_schema() => tag.suffix != "str",
            Some(tag) => return Err((at, format!("the tag `{tag}` means nothing here"))),
        };
        let value = if plain && !is_key {
            scalar::resolve(&text)
        } else {
            Value::Text
        };
        Ok(Node {
            place: at,
            text,
            value,
        })
    }

    /// Is what comes next the key of an entry?
    fn awaits_key(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| matches!(open.node.value, Value::Mapping(_)) && open.key.is_none())
    }

    fn start(
        &mut self,
        value: Value,
        anchor: usize,
        tag: Option<&Tag>,
        at: Place,
    ) -> Result<(), Wrong> {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) {
            return Err((at, format!("the tag `{tag}` means nothing here")));
        }
        if self.awaits_key() {
            return Err((at, "a key that is no text".to_owned()));
        }
        if self.open.len() == DEEPEST {
            return Err((at, format!("deeper than {DEEPEST} levels")));
        }
        let before = self.size;
        self.grow(1, 0, at)?;
        self.open.push(Open {
            node: Node {
                place: at,
                text: String::new(),
                value,
            },
            anchor,
            key: None,
            keys: HashSet::new(),
            before,
        });
        Ok(())
    }

    /// Counts before anything is copied.
    fn grow(&mut self, nodes: usize, text: usize, at: Place) -> Result<(), Wrong> {
        self.size.nodes += nodes;
        self.size.text += text;
        if self.size.nodes > MOST_NODES || self.size.text > MOST_TEXT {
            let what = format!(
                "too much: at most {MOST_NODES} values and {MOST_TEXT} bytes of text, with what aliases repeat"
            );
            return Err((at, what));
        }
        Ok(())
    }

    /// A node is complete: it belongs into what is open around it. `before`: how much there was when it began, unless it
    /// is a scalar or an alias.
    fn close(&mut self, node: Node, anchor: usize, before: Option<Size>) -> Result<(), Wrong> {
        if anchor != 0 {
            let size = match before {
                Some(before) => Size {
                    nodes: self.size.nodes - before.nodes,
                    text: self.size.text - before.text,
                },
                None => Size {
                    nodes: 1,
                    text: node.text.len(),
                },
            };
            // The copy that is kept for aliases counts as well.
            self.grow(size.nodes, size.text, node.place)?;
            self.anchored.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.node.value {
            Value::Sequence(items) => items.push(node),
            Value::Mapping(entries) => match open.key.take() {
                Some((key, place)) => entries.push(Entry { key, place, node }),
                None => {
                    if node.value != Value::Text {
                        return Err((node.place, "a key that is no text".to_owned()));
                    }
                    let key = node.text;
                    if !open.keys.insert(key.clone()) {
                        return Err((node.place, format!("the key `{key}` stands here twice")));
                    }
                    open.key = Some((key, node.place));
                }
            },
            _ => {}
        }
        Ok(())
    }
}

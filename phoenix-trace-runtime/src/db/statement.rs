//! The text of a query in; out, in one pass, what may be told of it: its text without literals, and its summary.

use super::dialect::Dialect;
use super::lexer::{Lexer, Token};
use super::summary::Summary;
use crate::record::told::cut;

/// How much of a query is read, in bytes: what comes behind is left out.
pub(super) const READ: usize = 64 * 1024;

/// How much of the text without literals is kept, in bytes.
pub(super) const TEXT: usize = 4 * 1024;

/// What may be told of a query.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Statement {
    /// `?` in the place of each literal, one space in the place of white space and comments.
    pub(super) text: String,
    /// Empty where no operation was found.
    pub(super) summary: String,
}

impl Statement {
    pub(super) fn read(sql: &str, dialect: Dialect) -> Self {
        let sql = cut(sql, READ);
        let mut text = String::with_capacity(sql.len().min(TEXT));
        let mut summary = Summary::default();
        let mut space = false;
        for token in Lexer::new(sql, dialect) {
            let written = match token {
                Token::Space => {
                    space = !text.is_empty();
                    continue;
                }
                Token::Literal => "?",
                Token::Word(text)
                | Token::Quoted(text)
                | Token::Parameter(text)
                | Token::Sign(text) => text,
            };
            if text.len() + usize::from(space) + written.len() > TEXT {
                break;
            }
            if std::mem::take(&mut space) {
                text.push(' ');
            }
            text.push_str(written);
            summary.see(token);
        }
        Self {
            text,
            summary: summary.finish(),
        }
    }
}

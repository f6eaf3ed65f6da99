//! The text of a query in, its tokens out, literals without what they hold. One pass; nothing that may belong to a literal is ever
//! given as something else: where a text can be read in two ways, it ends.

use super::bare::{Bare, Secret};
use super::dialect::{Backslash, Dialect};

/// A piece of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// White space and comments.
    Space,
    /// A literal; or all that follows, where it cannot be told what is one.
    Literal,
    /// A keyword or an identifier.
    Word(&'a str),
    /// An identifier with its quotes.
    Quoted(&'a str),
    /// The place of a parameter: `?`, `$1`, `:name`, `@name`.
    Parameter(&'a str),
    /// Anything else: operators and punctuation.
    Sign(&'a str),
}

pub(super) struct Lexer<'a> {
    /// What has not been read yet.
    rest: &'a str,
    dialect: Dialect,
    /// Does something follow that is no literal, and as secret as one?
    before_a_secret: bool,
    bare: Bare,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(sql: &'a str, dialect: Dialect) -> Self {
        Self {
            rest: sql,
            dialect,
            before_a_secret: false,
            bare: Bare::new(dialect),
        }
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let first = self.rest.chars().next()?;
        if self.before_a_secret {
            return Some(self.give_up());
        }
        let token = self.read(first);
        match self.bare.see(token) {
            Secret::Nowhere => {}
            Secret::Here => return Some(self.give_up()),
            Secret::Behind => self.before_a_secret = true,
        }
        Some(token)
    }
}

impl<'a> Lexer<'a> {
    /// What begins with `first`.
    fn read(&mut self, first: char) -> Token<'a> {
        match first {
            _ if first.is_whitespace() => {
                self.take_while(char::is_whitespace);
                Token::Space
            }
            _ if self.dialect == Dialect::Unsure && is_uuid(self.rest) => {
                self.take(UUID);
                Token::Literal
            }
            '\'' => self.string("", b'\''),
            '"' if self.dialect.quotes_identifiers() => self.quoted(b'"'),
            '"' => self.string("", b'"'),
            '`' => self.backtick(),
            '[' => self.bracket(),
            '-' if self.rest.starts_with("--") => self.dashes(),
            '/' if self.rest.starts_with("/*") => self.comment(),
            // Comments of some systems.
            '/' if self.dialect == Dialect::Unsure && self.rest.starts_with("//") => self.give_up(),
            '{' if self.dialect == Dialect::Unsure => self.give_up(),
            '#' => self.hash(),
            '$' => self.dollar(),
            '?' | ':' | '@' => self.parameter(first),
            '0'..='9' => self.number(),
            '.' if self.byte(1).is_some_and(|byte| byte.is_ascii_digit()) => self.number(),
            _ if self.is_money(first) => {
                self.take(first.len_utf8());
                self.number()
            }
            _ if starts_word(first) => self.word(),
            _ => Token::Sign(self.take(first.len_utf8())),
        }
    }
}

fn starts_word(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_' || !character.is_ascii()
}

/// The length of a UUID, which is a literal without quotes in CQL.
const UUID: usize = 36;

fn is_uuid(text: &str) -> bool {
    let Some(digits) = text.as_bytes().get(..UUID) else {
        return false;
    };
    digits.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

/// The length of the name that the text begins with, a name in which no other signs can stand.
fn end_of_name(text: &str) -> usize {
    let end = text.find(|character: char| {
        character.is_ascii() && !character.is_ascii_alphanumeric() && character != '_'
    });
    end.unwrap_or(text.len())
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

impl<'a> Lexer<'a> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.rest.as_bytes().get(at).copied()
    }

    /// An amount in a currency whose sign is not the dollar's: such a sign stands in no name of SQL Server's.
    fn is_money(&self, sign: char) -> bool {
        matches!(self.dialect, Dialect::SqlServer | Dialect::Unsure)
            && !sign.is_ascii()
            && !sign.is_alphanumeric()
            && self
                .rest
                .get(sign.len_utf8()..)
                .is_some_and(|amount| amount.starts_with(|next| is_digit(next) || next == '.'))
    }

    /// Takes `length` bytes, or all there are.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn take_while(&mut self, mut wanted: impl FnMut(char) -> bool) -> &'a str {
        let end = self.rest.find(|character| !wanted(character));
        self.take(end.unwrap_or(self.rest.len()))
    }

    /// What follows may be a literal's.
    fn give_up(&mut self) -> Token<'a> {
        self.rest = "";
        Token::Literal
    }

    fn string(&mut self, prefix: &str, quote: u8) -> Token<'a> {
        let backslash = self.dialect.backslash(prefix);
        let bytes = self.rest.as_bytes();
        if backslash == Backslash::Unsure && bytes.starts_with(&[quote; 3]) {
            // A string whose first character is a quote, or one that ends with three.
            return self.give_up();
        }
        let mut at = 1;
        loop {
            match bytes.get(at) {
                None => return self.give_up(),
                Some(b'\\') if backslash == Backslash::Escapes => at += 2,
                Some(b'\\') if backslash == Backslash::Unsure => {
                    let end = at
                        + bytes
                            .iter()
                            .skip(at)
                            .take_while(|byte| **byte == b'\\')
                            .count();
                    if (end - at) % 2 == 1 && bytes.get(end) == Some(&quote) {
                        return self.give_up();
                    }
                    at = end;
                }
                Some(byte) if *byte == quote => {
                    at += 1;
                    if bytes.get(at) != Some(&quote) {
                        break;
                    }
                    at += 1;
                }
                Some(_) => at += 1,
            }
        }
        self.take(at);
        if self.dialect == Dialect::PostgreSql && backslash == Backslash::Escapes {
            // On a further line the string may go on, with the same escapes.
            let next = self.rest.trim_start();
            if next.starts_with('\'') || next.starts_with("--") {
                return self.give_up();
            }
        }
        Token::Literal
    }

    /// Oracle's `q'[..]'`.
    fn bracketed_string(&mut self) -> Token<'a> {
        self.take(1);
        let Some(opening) = self.rest.chars().next() else {
            return self.give_up();
        };
        let closing = match opening {
            '[' => ']',
            '{' => '}',
            '(' => ')',
            '<' => '>',
            other => other,
        };
        self.take(opening.len_utf8());
        let mut end = [0; 5];
        let length = closing.encode_utf8(&mut end).len();
        end.iter_mut()
            .skip(length)
            .take(1)
            .for_each(|byte| *byte = b'\'');
        let end = end
            .get(..=length)
            .and_then(|end| std::str::from_utf8(end).ok());
        self.past(end.unwrap_or("'"))
    }

    /// The literal that ends with the first `end`.
    fn past(&mut self, end: &str) -> Token<'a> {
        match self.rest.find(end) {
            Some(at) => {
                self.take(at + end.len());
                Token::Literal
            }
            None => self.give_up(),
        }
    }

    /// An identifier that ends with `closing`, which stands in it twice.
    fn quoted(&mut self, closing: u8) -> Token<'a> {
        let bytes = self.rest.as_bytes();
        let mut at = 1;
        loop {
            match bytes.get(at) {
                None => return self.give_up(),
                Some(byte) if *byte == closing => {
                    at += 1;
                    let again = bytes.get(at) == Some(&closing);
                    if !again || self.dialect == Dialect::Sqlite && closing == b']' {
                        return Token::Quoted(self.take(at));
                    }
                    at += 1;
                }
                Some(_) => at += 1,
            }
        }
    }

    fn backtick(&mut self) -> Token<'a> {
        match self.dialect {
            Dialect::MySql | Dialect::Sqlite => self.quoted(b'`'),
            Dialect::Unsure => {
                // An identifier, if it reads as one without the backticks too.
                let rest = self.rest.get(1..).unwrap_or_default();
                let end = end_of_name(rest);
                if rest.starts_with(starts_word) && rest[end..].starts_with('`') {
                    Token::Quoted(self.take(end + 2))
                } else {
                    self.give_up()
                }
            }
            _ => Token::Sign(self.take(1)),
        }
    }

    fn bracket(&mut self) -> Token<'a> {
        match self.dialect {
            Dialect::SqlServer | Dialect::Sqlite => self.quoted(b']'),
            // An array, or an identifier that may hold a quote.
            Dialect::Unsure => {
                let rest = self.rest.get(1..).unwrap_or_default();
                let end = rest.find(['[', ']', '\'', '"', '`', '$', '#', '-', '/', '\\']);
                let end = end.map_or("", |end| &rest[end..]);
                if end.starts_with(['[', ']']) && !end.starts_with("]]") {
                    Token::Sign(self.take(1))
                } else {
                    self.give_up()
                }
            }
            _ => Token::Sign(self.take(1)),
        }
    }

    fn dashes(&mut self) -> Token<'a> {
        let space = self.byte(2).is_none_or(|byte| byte <= b' ');
        match self.dialect {
            // Twice a minus.
            Dialect::MySql if !space => Token::Sign(self.take(1)),
            Dialect::Unsure if !space => self.give_up(),
            _ => self.comment_to_the_end_of_the_line(),
        }
    }

    fn hash(&mut self) -> Token<'a> {
        match self.dialect {
            Dialect::MySql => self.comment_to_the_end_of_the_line(),
            Dialect::Unsure => self.give_up(),
            Dialect::SqlServer => self.word(),
            _ => Token::Sign(self.take(1)),
        }
    }

    fn comment_to_the_end_of_the_line(&mut self) -> Token<'a> {
        self.take_while(|character| !matches!(character, '\n' | '\r'));
        // Not for every system does a carriage return alone end a line.
        if self.rest.starts_with('\r') && !self.rest.starts_with("\r\n") {
            return self.give_up();
        }
        Token::Space
    }

    fn comment(&mut self) -> Token<'a> {
        let nests = self.dialect.nests_comments();
        self.take(2);
        if matches!(self.dialect, Dialect::MySql | Dialect::Unsure)
            && self
                .rest
                .trim_start_matches(|character: char| character.is_ascii_alphabetic())
                .starts_with('!')
        {
            // `/*!`, `/*M!`: it is executed.
            return self.give_up();
        }
        let mut depth = 1;
        while let Some(at) = self.rest.find(['*', '/']) {
            self.take(at);
            if self.rest.starts_with("*/") {
                self.take(2);
                depth -= 1;
                if depth == 0 {
                    return Token::Space;
                }
            } else if self.rest.starts_with("/*") {
                match nests {
                    Some(true) => depth += 1,
                    Some(false) => {}
                    None => return self.give_up(),
                }
                // Its asterisk may end a comment where they do not nest.
                self.take(if nests == Some(true) { 2 } else { 1 });
            } else {
                self.take(1);
            }
        }
        self.rest = "";
        Token::Space
    }

    fn dollar(&mut self) -> Token<'a> {
        let rest = self.rest.get(1..).unwrap_or_default();
        let end = end_of_name(rest);
        let is_number = rest.starts_with(is_digit);
        let is_tag = !is_number && rest[end..].starts_with('$');
        match self.dialect {
            Dialect::PostgreSql if is_tag => {
                let tag = self.take(end + 2);
                self.past(tag)
            }
            Dialect::PostgreSql if is_number => Token::Parameter(self.take(end + 1)),
            Dialect::Sqlite if end > 0 => Token::Parameter(self.take(end + 1)),
            // An amount of money.
            Dialect::SqlServer | Dialect::Unsure if is_number => {
                self.take(1);
                self.number()
            }
            Dialect::Unsure if is_tag || end == 0 => self.give_up(),
            Dialect::Unsure => Token::Parameter(self.take(end + 1)),
            _ => Token::Sign(self.take(1)),
        }
    }

    fn parameter(&mut self, sign: char) -> Token<'a> {
        if self.rest.starts_with("::") {
            return Token::Sign(self.take(2));
        }
        let digits = match sign {
            '?' => self.dialect == Dialect::Sqlite,
            ':' => matches!(self.dialect, Dialect::Sqlite | Dialect::Oracle),
            _ => false,
        };
        let start = if self.rest.starts_with("@@") { 2 } else { 1 };
        let name = self.rest.get(start..).unwrap_or_default();
        let dialect = self.dialect;
        let named = sign != '?' && name.starts_with(starts_word);
        let numbered = digits && name.starts_with(is_digit);
        let length = if named {
            name.find(|character| !dialect.in_words(character))
                .unwrap_or(name.len())
        } else if numbered {
            name.find(|character| !is_digit(character))
                .unwrap_or(name.len())
        } else if sign == '?' {
            return Token::Parameter(self.take(1));
        } else {
            return Token::Sign(self.take(1));
        };
        Token::Parameter(self.take(start + length))
    }

    /// A number, and whatever it runs into.
    fn number(&mut self) -> Token<'a> {
        let is_hexadecimal = self.rest.starts_with("0x") || self.rest.starts_with("0X");
        let mut before = ' ';
        self.take_while(|character| {
            let exponent = matches!(before, 'e' | 'E') && !is_hexadecimal;
            before = character;
            character.is_alphanumeric()
                || matches!(character, '.' | '_')
                || exponent && matches!(character, '+' | '-')
        });
        if self.rest.starts_with(['\'', '"', '$']) {
            // Its last letter may be the prefix of a string.
            return self.give_up();
        }
        Token::Literal
    }

    fn word(&mut self) -> Token<'a> {
        let dialect = self.dialect;
        let mut first = true;
        let word =
            self.take_while(|character| std::mem::take(&mut first) || dialect.in_words(character));
        if self.rest.starts_with('\'') && dialect.is_prefix(word) {
            let is_q = word.ends_with(['q', 'Q']);
            return match dialect {
                Dialect::Oracle if is_q => self.bracketed_string(),
                Dialect::Unsure if is_q => self.give_up(),
                _ => self.string(word, b'\''),
            };
        }
        // `IDENTIFIED BY secret`, in quotes of identifiers or in none; and ClickHouse's `FORMAT CSV`, behind which there are data.
        self.before_a_secret = word.eq_ignore_ascii_case("identified")
            || dialect == Dialect::Unsure && word.eq_ignore_ascii_case("format");
        Token::Word(word)
    }
}

//! The tokens of a query in; out, where something begins that is as secret as a literal although it is written like a name: values of
//! settings, arguments of procedures, rows.

use super::dialect::Dialect;
use super::lexer::Token;

pub(super) struct Bare {
    dialect: Dialect,
    stage: Stage,
}

/// How far a statement has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Start,
    /// Nothing to be expected.
    Other,
    /// `ALTER`, which may have a `SET`.
    Alter,
    /// Before the value of a setting: `SET name = value`, `SET name TO value`.
    Set,
    /// `PRAGMA`, which may be that of a key.
    Pragma,
    PragmaOfAKey,
    /// `COPY`, which may be `FROM STDIN`: then there are rows behind the statement.
    Copy,
    CopyFromHere,
    /// Before the name of a procedure, behind it, and among its arguments, which may be words.
    Procedure,
    Named,
    Arguments,
}

/// Where something secret begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secret {
    Nowhere,
    /// With this token.
    Here,
    /// Behind it.
    Behind,
}

impl Bare {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            stage: Stage::Start,
        }
    }

    pub(super) fn see(&mut self, token: Token<'_>) -> Secret {
        match token {
            Token::Space => {}
            Token::Word(word) => return self.word(word),
            Token::Quoted(name) => return self.name(name),
            Token::Sign(sign) => return self.sign(sign),
            Token::Literal | Token::Parameter(_) => match self.stage {
                Stage::Start => self.stage = Stage::Other,
                Stage::Named => self.stage = Stage::Arguments,
                _ => {}
            },
        }
        Secret::Nowhere
    }

    /// Does a word, in the place of a procedure's argument, mean a text?
    fn takes_words(&self) -> bool {
        matches!(self.dialect, Dialect::SqlServer | Dialect::Unsure)
    }

    fn word(&mut self, word: &str) -> Secret {
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        if self.takes_words() && (is("exec") || is("execute")) {
            self.stage = Stage::Procedure;
            return Secret::Nowhere;
        }
        match self.stage {
            Stage::Start => {
                // A batch of SQL Server's may begin with the name of a procedure.
                let is_procedure = |prefix: &str| {
                    word.get(..prefix.len())
                        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
                };
                self.stage = if is("set") {
                    Stage::Set
                } else if is("alter") {
                    Stage::Alter
                } else if is("pragma") {
                    Stage::Pragma
                } else if is("copy") {
                    Stage::Copy
                } else if self.takes_words() && (is_procedure("sp_") || is_procedure("xp_")) {
                    Stage::Named
                } else {
                    Stage::Other
                };
            }
            Stage::Alter if is("set") => self.stage = Stage::Set,
            Stage::Set if is("to") => return Secret::Behind,
            Stage::Copy if is("stdin") => self.stage = Stage::CopyFromHere,
            Stage::Named | Stage::Arguments
                if ["output", "out", "default", "null"].into_iter().any(is) =>
            {
                self.stage = Stage::Arguments;
            }
            _ => return self.name(word),
        }
        Secret::Nowhere
    }

    fn name(&mut self, name: &str) -> Secret {
        match self.stage {
            Stage::Start => self.stage = Stage::Other,
            Stage::Pragma if name.to_ascii_lowercase().contains("key") => {
                self.stage = Stage::PragmaOfAKey;
            }
            Stage::Procedure => self.stage = Stage::Named,
            Stage::Named | Stage::Arguments => return Secret::Here,
            _ => {}
        }
        Secret::Nowhere
    }

    fn sign(&mut self, sign: &str) -> Secret {
        match (sign, self.stage) {
            (";", Stage::CopyFromHere) | ("=", Stage::Set) | ("=" | "(", Stage::PragmaOfAKey) => {
                return Secret::Behind;
            }
            (";", _) => self.stage = Stage::Start,
            (".", Stage::Named) => self.stage = Stage::Procedure,
            // The text of a query, which is a literal.
            ("(", Stage::Procedure) => self.stage = Stage::Other,
            (_, Stage::Named) => self.stage = Stage::Arguments,
            (_, Stage::Start) => self.stage = Stage::Other,
            _ => {}
        }
        Secret::Nowhere
    }
}

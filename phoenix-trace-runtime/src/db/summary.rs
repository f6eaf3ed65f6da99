//! The tokens of a query in, its summary out: the operations and their targets in the order in which they stand, as they are
//! written (semantic conventions, "Generating a summary of the query").

use super::lexer::Token;

/// How long a summary is at most, in bytes.
pub(super) const LENGTH: usize = 255;

/// How deep parentheses are followed: the summary of a query of more ends there.
const DEPTH: usize = 64;

#[derive(Default)]
pub(super) struct Summary {
    out: String,
    /// Nothing more is added.
    closed: bool,
    /// What is open outside of the innermost parentheses.
    outer: Vec<Part>,
    part: Part,
    /// What has been read of a target's name.
    name: String,
    before: Before,
}

/// The statement, or what stands in one pair of parentheses.
#[derive(Clone, Copy, Default)]
struct Part {
    stage: Stage,
    expects: Expects,
    /// Do further targets follow behind commas?
    list: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    /// No operation yet.
    #[default]
    Start,
    /// The definitions of `WITH`.
    With,
    /// An operation on rows.
    Rows,
    /// `CREATE` and its like.
    Definition,
    /// An operation in which there are no further ones.
    Other,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Expects {
    #[default]
    Nothing,
    /// The kind of an object.
    Kind,
    Target,
    /// The end of a name, or a dot and more of it.
    Dot,
    /// More of a name.
    Name,
}

/// The word directly before, where it matters.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    #[default]
    Other,
    Distinct,
    Using,
}

impl Summary {
    pub(super) fn see(&mut self, token: Token<'_>) {
        if self.closed {
            return;
        }
        match (token, self.part.expects) {
            (Token::Space, _) => return,
            (Token::Sign("."), Expects::Dot | Expects::Name) => {
                self.name.push('.');
                self.part.expects = Expects::Name;
            }
            (Token::Word(name), Expects::Name)
            | (Token::Quoted(name), Expects::Name | Expects::Target) => self.add_to_name(name),
            _ => {
                self.end_name();
                match token {
                    Token::Word(word) => return self.word(word),
                    Token::Sign(sign) => self.sign(sign),
                    // The result of `EXEC @result = procedure`.
                    Token::Parameter(_) if !self.part.list => {}
                    _ => self.part.expects = Expects::Nothing,
                }
            }
        }
        self.before = Before::Other;
    }

    pub(super) fn finish(mut self) -> String {
        self.end_name();
        self.out
    }

    fn sign(&mut self, sign: &str) {
        match sign {
            "(" if self.outer.len() == DEPTH => self.closed = true,
            "(" => {
                let mut inner = Part::default();
                if self.part.expects == Expects::Target && self.before != Before::Using {
                    inner = self.part;
                }
                self.part.expects = Expects::Nothing;
                self.outer.push(std::mem::replace(&mut self.part, inner));
            }
            ")" => self.part = self.outer.pop().unwrap_or_default(),
            "," if self.part.list => self.part.expects = Expects::Target,
            ";" => {
                self.outer.clear();
                self.part = Part::default();
            }
            "=" if !self.part.list => {}
            _ => self.part.expects = Expects::Nothing,
        }
    }

    fn word(&mut self, word: &str) {
        let mut buffer = [0; 16];
        let keyword = upper(word, &mut buffer);
        let before = std::mem::take(&mut self.before);
        let Part { stage, expects, .. } = self.part;
        match (stage, keyword) {
            (Stage::Start | Stage::With, _) | (Stage::Rows | Stage::Definition, "SELECT") => {
                self.begin(word, keyword);
            }
            (Stage::Rows, "FROM") if before == Before::Distinct => {}
            (Stage::Rows, "FROM" | "USING") => {
                self.part.expects = Expects::Target;
                self.part.list = true;
                if keyword == "USING" {
                    self.before = Before::Using;
                }
            }
            (Stage::Rows, "JOIN" | "INTO") => self.part.expects = Expects::Target,
            (Stage::Rows, "DISTINCT") => self.before = Before::Distinct,
            (Stage::Rows, keyword) if ends_targets(keyword) => {
                self.part.expects = Expects::Nothing;
                self.part.list = false;
            }
            (Stage::Definition, keyword) if expects == Expects::Kind => self.kind(word, keyword),
            (_, keyword) if expects == Expects::Target && !is_modifier(keyword) => {
                self.add_to_name(word);
            }
            _ => {}
        }
    }

    /// The first word of an operation, if it is one.
    fn begin(&mut self, word: &str, keyword: &str) {
        let nested = !self.outer.is_empty();
        let in_with = self
            .outer
            .last()
            .is_some_and(|outer| outer.stage == Stage::With);
        let part = |stage, expects, list| Part {
            stage,
            expects,
            list,
        };
        let begun = match keyword {
            "WITH" => {
                self.part.stage = Stage::With;
                return;
            }
            "SELECT" => part(Stage::Rows, Expects::Nothing, false),
            // Elsewhere these are functions, columns and clauses.
            _ if nested && !in_with => return,
            "INSERT" | "DELETE" | "MERGE" => part(Stage::Rows, Expects::Nothing, false),
            "UPDATE" => part(Stage::Rows, Expects::Target, true),
            _ if nested || self.part.stage == Stage::With => return,
            "REPLACE" | "UPSERT" | "LOAD" => part(Stage::Rows, Expects::Nothing, false),
            "TRUNCATE" => part(Stage::Rows, Expects::Target, true),
            "CREATE" | "ALTER" | "DROP" => part(Stage::Definition, Expects::Kind, false),
            "CALL" | "EXEC" | "EXECUTE" | "COPY" => part(Stage::Other, Expects::Target, false),
            // What they are about follows.
            "EXPLAIN" | "DECLARE" | "PREPARE" => part(Stage::Start, Expects::Nothing, false),
            keyword if is_command(keyword) => part(Stage::Other, Expects::Nothing, false),
            _ => return,
        };
        self.part = begun;
        self.push(word);
    }

    /// What `CREATE` and its like are about. Who may do what is not told.
    fn kind(&mut self, word: &str, keyword: &str) {
        match keyword {
            "TABLE" | "VIEW" | "INDEX" | "TRIGGER" | "FUNCTION" | "PROCEDURE" | "SEQUENCE"
            | "SCHEMA" | "DATABASE" | "TYPE" | "EXTENSION" => {
                self.push(word);
                self.part.expects = Expects::Target;
            }
            "USER" | "ROLE" | "LOGIN" | "SYSTEM" | "SESSION" => {
                self.push(word);
                self.part = Part {
                    stage: Stage::Other,
                    ..Part::default()
                };
            }
            _ => {}
        }
    }

    fn add_to_name(&mut self, name: &str) {
        self.name.push_str(name);
        self.part.expects = Expects::Dot;
    }

    fn end_name(&mut self) {
        if matches!(self.part.expects, Expects::Dot | Expects::Name) {
            let name = std::mem::take(&mut self.name);
            self.push(&name);
            self.part.expects = Expects::Nothing;
        }
    }

    fn push(&mut self, word: &str) {
        let space = usize::from(!self.out.is_empty());
        if self.out.len() + space + word.len() > LENGTH {
            self.closed = true;
            return;
        }
        if space > 0 {
            self.out.push(' ');
        }
        self.out.push_str(word);
    }
}

/// A keyword in upper case; empty for what is too long to be one.
fn upper<'a>(word: &str, buffer: &'a mut [u8; 16]) -> &'a str {
    let Some(buffer) = buffer.get_mut(..word.len()) else {
        return "";
    };
    buffer.copy_from_slice(word.as_bytes());
    buffer.make_ascii_uppercase();
    std::str::from_utf8(buffer).unwrap_or_default()
}

/// Words that stand before a target.
fn is_modifier(keyword: &str) -> bool {
    matches!(
        keyword,
        "ABORT"
            | "CONCURRENTLY"
            | "EXISTS"
            | "FAIL"
            | "IF"
            | "IGNORE"
            | "IMMEDIATE"
            | "LATERAL"
            | "LOW_PRIORITY"
            | "NOT"
            | "ONLY"
            | "OR"
            | "REPLACE"
            | "ROLLBACK"
            | "TABLE"
    )
}

/// Words behind which a comma separates something else than targets.
fn ends_targets(keyword: &str) -> bool {
    matches!(
        keyword,
        "CONNECT"
            | "DUMPFILE"
            | "EXCEPT"
            | "FETCH"
            | "FOR"
            | "GROUP"
            | "HAVING"
            | "INTERSECT"
            | "LIMIT"
            | "OFFSET"
            | "OPTION"
            | "ORDER"
            | "OUTFILE"
            | "OUTPUT"
            | "QUALIFY"
            | "RETURNING"
            | "SET"
            | "START"
            | "UNION"
            | "VALUES"
            | "WHEN"
            | "WHERE"
            | "WINDOW"
    )
}

/// Operations without a target.
fn is_command(keyword: &str) -> bool {
    matches!(
        keyword,
        "ANALYZE"
            | "ATTACH"
            | "BEGIN"
            | "CHECKPOINT"
            | "CLOSE"
            | "COMMIT"
            | "DESC"
            | "DESCRIBE"
            | "DETACH"
            | "DO"
            | "FETCH"
            | "GRANT"
            | "KILL"
            | "LISTEN"
            | "LOCK"
            | "NOTIFY"
            | "OPTIMIZE"
            | "PRAGMA"
            | "REFRESH"
            | "REINDEX"
            | "RELEASE"
            | "RESET"
            | "REVOKE"
            | "ROLLBACK"
            | "SAVEPOINT"
            | "SET"
            | "SHOW"
            | "START"
            | "UNLISTEN"
            | "USE"
            | "VACUUM"
            | "VALUES"
    )
}

//! What is known of a system's SQL, as far as it decides where a literal begins and ends: by the default modes of the systems.

/// How the text of a query is read. What could be read in two ways is not read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    PostgreSql,
    /// MariaDB's too.
    MySql,
    Sqlite,
    SqlServer,
    Oracle,
    /// Systems that keep to the standard in what matters here.
    Standard,
    /// Nothing is known of it.
    Unsure,
}

/// Does a backslash change the meaning of the character behind it?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Backslash {
    Escapes,
    IsPlain,
    Unsure,
}

impl Dialect {
    /// The dialect of a system, by its name in `db.system.name`; `None`: its queries are not SQL.
    pub(super) fn of(system: &str) -> Option<Self> {
        Some(match system {
            "postgresql" => Self::PostgreSql,
            "mysql" | "mariadb" => Self::MySql,
            "sqlite" => Self::Sqlite,
            "microsoft.sql_server" => Self::SqlServer,
            "oracle.db" => Self::Oracle,
            "ibm.db2" | "trino" | "derby" | "sap.hana" => Self::Standard,
            "aws.dynamodb" | "azure.cosmosdb" | "couchdb" | "elasticsearch" | "geode" | "hbase"
            | "memcached" | "mongodb" | "neo4j" | "opensearch" | "redis" => return None,
            _ => Self::Unsure,
        })
    }

    /// Is what stands between double quotes an identifier? Elsewhere it is, or may be, a string.
    pub(super) fn quotes_identifiers(self) -> bool {
        matches!(
            self,
            Self::PostgreSql | Self::SqlServer | Self::Oracle | Self::Standard
        )
    }

    /// In a literal behind `prefix`, such as the `E` of `E'..'`.
    pub(super) fn backslash(self, prefix: &str) -> Backslash {
        match self {
            Self::MySql => Backslash::Escapes,
            Self::PostgreSql if prefix.eq_ignore_ascii_case("e") => Backslash::Escapes,
            // Systems that speak PostgreSQL's protocol take escapes in byte strings.
            Self::PostgreSql if prefix.is_empty() => Backslash::IsPlain,
            Self::Sqlite | Self::SqlServer | Self::Oracle | Self::Standard => Backslash::IsPlain,
            Self::PostgreSql | Self::Unsure => Backslash::Unsure,
        }
    }

    /// May the character stand in a word, behind its first one?
    pub(super) fn in_words(self, character: char) -> bool {
        match character {
            '$' => self != Self::Unsure,
            '#' => matches!(self, Self::SqlServer | Self::Oracle | Self::Standard),
            '@' => self == Self::SqlServer,
            _ => character.is_alphanumeric() || character == '_' || !character.is_ascii(),
        }
    }

    /// Is this word, directly before a quote, a part of the literal?
    pub(super) fn is_prefix(self, word: &str) -> bool {
        const PREFIXES: [&str; 9] = ["b", "e", "n", "q", "nq", "x", "r", "br", "rb"];
        PREFIXES.iter().any(|prefix| word.eq_ignore_ascii_case(prefix))
            // The character set of a string.
            || self == Self::MySql && word.starts_with('_')
    }

    /// Can there be comments in comments? `None`: that is not sure.
    pub(super) fn nests_comments(self) -> Option<bool> {
        match self {
            Self::PostgreSql | Self::SqlServer => Some(true),
            Self::Sqlite | Self::Oracle => Some(false),
            Self::MySql | Self::Standard | Self::Unsure => None,
        }
    }
}

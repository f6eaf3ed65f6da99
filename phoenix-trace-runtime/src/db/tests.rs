//! What is told of a statement: its text without literals, and its summary.

use proptest::prelude::*;

use super::dialect::Dialect;
use super::statement::{READ, Statement, TEXT};
use super::summary;

const ALL: [Dialect; 7] = [
    Dialect::PostgreSql,
    Dialect::MySql,
    Dialect::Sqlite,
    Dialect::SqlServer,
    Dialect::Oracle,
    Dialect::Standard,
    Dialect::Unsure,
];

fn text(dialect: Dialect, sql: &str) -> String {
    Statement::read(sql, dialect).text
}

fn summarized(sql: &str) -> String {
    Statement::read(sql, Dialect::PostgreSql).summary
}

/// The text in each dialect of those that are named.
fn check(dialects: &[Dialect], sql: &str, expected: &str) {
    for dialect in dialects {
        assert_eq!(text(*dialect, sql), expected, "{dialect:?}");
    }
}

#[test]
fn literals_of_every_dialect_are_replaced() {
    let sql =
        "SELECT 'it''s', 1, -2.5e-3, .5, 0x1F, X'0f', N'ä', b'01' FROM t1 WHERE a=1AND b = ''";
    check(
        &ALL,
        sql,
        "SELECT ?, ?, -?, ?, ?, ?, ?, ? FROM t1 WHERE a=? b = ?",
    );
}

#[test]
fn parameters_stay() {
    use Dialect::*;
    check(
        &ALL,
        "a = ? AND b = :name AND c = @p",
        "a = ? AND b = :name AND c = @p",
    );
    check(
        &[PostgreSql, Sqlite],
        "a = $1 AND b = $22",
        "a = $1 AND b = $22",
    );
    check(
        &[Sqlite],
        "a = ?12 AND b = :1 AND c = $name",
        "a = ?12 AND b = :1 AND c = $name",
    );
    check(&[Oracle], "a = :1", "a = :1");
    check(&[SqlServer, Unsure], "a = $19.99", "a = ?");
    check(&[PostgreSql], "a[1:2]::int = :x", "a[?:?]::int = :x");
}

#[test]
fn literals_that_some_systems_write_without_quotes() {
    use Dialect::*;
    check(
        &[SqlServer, Unsure],
        "a = €19.99 AND b = £.5 AND é = 1",
        "a = ? AND b = ? AND é = ?",
    );
    check(
        &[Unsure],
        "id = f81d4fae-7dec-11d0-A765-00a0c91e6bf6 OR id = 123e4567-e89b-12d3-a456-426614174000",
        "id = ? OR id = ?",
    );
    check(&[PostgreSql], "f81d4fae - a", "f81d4fae - a");
    check(
        &[Unsure],
        "INSERT INTO t FORMAT CSV secret",
        "INSERT INTO t FORMAT?",
    );
}

#[test]
fn white_space_and_comments_are_one_space() {
    use Dialect::*;
    check(
        &ALL,
        " SELECT\n\t1 -- secret\n + 2 /* secret\n */ ;",
        "SELECT ? + ? ;",
    );
    check(&[PostgreSql, SqlServer], "a /* b /* c */ 'd */ e", "a e");
    check(&[Sqlite, Oracle], "a /* b /* c */ e", "a e");
    check(&[MySql, Standard, Unsure], "a /* b /* c */ 'd */ e", "a ?");
    check(&[MySql], "a # secret\n b", "a b");
    check(&[MySql], "5--3", "?--?");
    check(&[MySql, Unsure], "a /*! STRAIGHT_JOIN '*/' */ b", "a ?");
    check(&[PostgreSql], "a #> b", "a #> b");
    check(&[Unsure], "a --b\n c", "a ?");
    check(&[Unsure], "a // it's\n 'b'", "a ?");
    check(&[Unsure], "a { it's } 'b'", "a ?");
    check(&ALL, "a -- b\r c\n d", "a ?");
}

#[test]
fn what_quotes_mean_depends_on_the_system() {
    use Dialect::*;
    let quoting = [PostgreSql, SqlServer, Oracle, Standard];
    check(
        &quoting,
        r#"SELECT "a""b" FROM "c d""#,
        r#"SELECT "a""b" FROM "c d""#,
    );
    check(&[MySql, Sqlite, Unsure], r#"a = "secret""#, "a = ?");
    check(
        &[MySql, Sqlite],
        "SELECT `a b`.`c``d`",
        "SELECT `a b`.`c``d`",
    );
    check(
        &[Unsure],
        "SELECT `a`.b WHERE `c d` = 1",
        "SELECT `a`.b WHERE ?",
    );
    check(
        &[SqlServer, Sqlite],
        "SELECT [it's] FROM [a b]",
        "SELECT [it's] FROM [a b]",
    );
    check(&[SqlServer], "SELECT [a]]'b]", "SELECT [a]]'b]");
    check(&[PostgreSql], "ARRAY['secret', 1]", "ARRAY[?, ?]");
    check(&[Unsure], "[a], ['b]']", "[a], ?");
    check(&[Unsure], "[a]]'b] = 'secret'", "?");
}

#[test]
fn what_backslashes_mean_depends_on_the_system() {
    use Dialect::*;
    check(&[MySql], r"a = 'it\'s' AND b = 1", "a = ? AND b = ?");
    check(
        &[Sqlite, SqlServer, Oracle, Standard, PostgreSql],
        r"a = 'b\' AND c = 'd'",
        "a = ? AND c = ?",
    );
    check(&[PostgreSql], r"a = E'it\'s' AND b = 1", "a = ? AND b = ?");
    check(&[PostgreSql], "a = E'b'\n'c\\'d' AND e = 1", "a = ?");
    check(&[Unsure], r"a = 'b\' AND c = 'd'", "a = ?");
    check(&[Unsure], r"a = 'b\\' AND c = 'd\n'", "a = ? AND c = ?");
    check(&[Unsure], "a = '''b'c'''", "a = ?");
}

#[test]
fn strings_between_dollars_and_brackets() {
    use Dialect::*;
    check(
        &[PostgreSql],
        "DO $$ it's $$; DO $a$ $$ $a$;",
        "DO ?; DO ?;",
    );
    check(
        &[PostgreSql],
        "a = $😀$secret$😀$ AND a$b = 1",
        "a = ? AND a$b = ?",
    );
    check(&[Unsure], "DO $$ it's $$", "DO ?");
    check(
        &[Oracle],
        "a = q'[it's]' AND b = nq'!it's!' AND c = 1",
        "a = ? AND b = ? AND c = ?",
    );
    check(&[Unsure], "a = q'[it's]' AND b = 1", "a = ?");
}

#[test]
fn an_end_that_is_missing_ends_the_text() {
    check(&ALL, "SELECT 'secret", "SELECT ?");
    check(&ALL, "SELECT 1 /* secret", "SELECT ?");
    check(&[Dialect::PostgreSql], "SELECT $$ secret", "SELECT ?");
    check(&[Dialect::PostgreSql], "SELECT \"secret", "SELECT ?");
}

#[test]
fn a_password_need_not_be_a_string() {
    check(
        &ALL,
        "ALTER USER scott IDENTIFIED BY tiger",
        "ALTER USER scott IDENTIFIED?",
    );
}

#[test]
fn text_and_summary_are_bounded() {
    for dialect in ALL {
        let long = "SELECT some_column FROM some_table, ".repeat(READ);
        let Statement { text, summary } = Statement::read(&long, dialect);
        assert!(
            text.len() <= TEXT && text.len() > TEXT - 32,
            "{}",
            text.len()
        );
        assert!(summary.len() <= summary::LENGTH && summary.len() > summary::LENGTH - 32);
        assert!(
            summary.ends_with("some_table") || summary.ends_with("SELECT"),
            "{summary}"
        );
        let literal = format!("SELECT '{}', 1", "x".repeat(READ));
        assert_eq!(Statement::read(&literal, dialect).text, "SELECT ?");
    }
}

#[test]
fn the_summary_names_operations_and_targets_in_order() {
    let cases = [
        (
            "SELECT * FROM wuser_table WHERE username = ?",
            "SELECT wuser_table",
        ),
        (
            "INSERT INTO shipping_details (order_id, address) SELECT order_id, address FROM orders WHERE order_id = ?",
            "INSERT shipping_details SELECT orders",
        ),
        (
            "SELECT * FROM songs, artists WHERE songs.artist_id == artists.id",
            "SELECT songs artists",
        ),
        (
            "SELECT order_date FROM (SELECT * FROM orders o JOIN customers c ON o.customer_id = c.customer_id)",
            "SELECT SELECT orders customers",
        ),
        (
            "SELECT * FROM \"song list\", \"artists\"",
            "SELECT \"song list\" \"artists\"",
        ),
        ("select 1", "select"),
        (
            "SELECT EXTRACT(YEAR FROM at) FROM a.b.c x, d",
            "SELECT a.b.c d",
        ),
        (
            "SELECT a IS DISTINCT FROM b FROM t ORDER BY c, d",
            "SELECT t",
        ),
        (
            "SELECT * FROM a JOIN b USING (id), LATERAL (SELECT * FROM c) d",
            "SELECT a b SELECT c",
        ),
        (
            "SELECT * FROM (a JOIN b ON a.x = b.x) WHERE y IN (SELECT z FROM e)",
            "SELECT a b SELECT e",
        ),
        ("SELECT 1 FROM a UNION SELECT 2 FROM b", "SELECT a SELECT b"),
        ("SELECT replace(a, 'b', 'c'), insert(d) FROM e", "SELECT e"),
        (
            "UPDATE ONLY songs SET a = 1, b = 2 FROM artists",
            "UPDATE songs artists",
        ),
        (
            "DELETE FROM songs USING artists WHERE a",
            "DELETE songs artists",
        ),
        (
            "INSERT OR IGNORE INTO stems (document_id) VALUES (?1)",
            "INSERT stems",
        ),
        (
            "INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 1",
            "INSERT t",
        ),
        (
            "MERGE INTO a USING b ON a.x = b.x WHEN MATCHED THEN UPDATE SET y = 1",
            "MERGE a b",
        ),
        (
            "WITH x AS (SELECT * FROM a), y AS (DELETE FROM b RETURNING *) INSERT INTO c SELECT * FROM x",
            "SELECT a DELETE b INSERT c SELECT x",
        ),
        (
            "CREATE TABLE IF NOT EXISTS songs (title TEXT)",
            "CREATE TABLE songs",
        ),
        ("CREATE UNIQUE INDEX i ON songs (title)", "CREATE INDEX i"),
        (
            "CREATE VIEW v AS SELECT * FROM songs",
            "CREATE VIEW v SELECT songs",
        ),
        ("DROP TABLE songs", "DROP TABLE songs"),
        ("CREATE USER bob IDENTIFIED BY 'secret'", "CREATE USER"),
        ("TRUNCATE TABLE a, b", "TRUNCATE a b"),
        ("CALL raise_salary(17)", "CALL raise_salary"),
        ("EXPLAIN ANALYZE SELECT * FROM a", "EXPLAIN ANALYZE"),
        ("BEGIN; UPDATE a SET b = 1; COMMIT", "BEGIN UPDATE a COMMIT"),
        ("GRANT SELECT ON a TO bob", "GRANT"),
        ("PRAGMA journal_mode = WAL", "PRAGMA"),
        ("secret", ""),
        ("", ""),
    ];
    for (sql, expected) in cases {
        assert_eq!(summarized(sql), expected, "{sql}");
    }
    let exec = Statement::read("EXEC @result = [dbo].[pay] 17", Dialect::SqlServer);
    assert_eq!(exec.summary, "EXEC [dbo].[pay]");
}

#[test]
fn what_is_secret_without_quotes_is_left_out() {
    use Dialect::*;
    check(
        &[SqlServer, Unsure],
        "EXEC sp_addlogin bob, secret",
        "EXEC sp_addlogin ?",
    );
    check(
        &[SqlServer],
        "EXECUTE @r = [dbo] . pay @a = @b OUTPUT, @c = \"secret\"; SELECT 1",
        "EXECUTE @r = [dbo] . pay @a = @b OUTPUT, @c = ?",
    );
    check(
        &[SqlServer],
        "EXEC pay 17, 'x', @p, NULL; SELECT a FROM t",
        "EXEC pay ?, ?, @p, NULL; SELECT a FROM t",
    );
    check(&[SqlServer], "SELECT 1 EXEC p a", "SELECT ? EXEC p ?");
    check(
        &[SqlServer, Unsure],
        "sp_password NULL, secret",
        "sp_password NULL, ?",
    );
    check(&[PostgreSql], "EXECUTE plan (a, 1)", "EXECUTE plan (a, ?)");
    check(&ALL, "PRAGMA key = secret", "PRAGMA key =?");
    check(&ALL, "PRAGMA main.rekey(secret)", "PRAGMA main.rekey(?");
    check(
        &ALL,
        "PRAGMA journal_mode = WAL; PRAGMA table_info(t)",
        "PRAGMA journal_mode = WAL; PRAGMA table_info(t)",
    );
    check(&ALL, "SET my.password = secret, a", "SET my.password =?");
    check(
        &ALL,
        "BEGIN; SET LOCAL a.b TO secret",
        "BEGIN; SET LOCAL a.b TO?",
    );
    check(
        &ALL,
        "ALTER ROLE bob SET a.b = secret",
        "ALTER ROLE bob SET a.b =?",
    );
    check(
        &ALL,
        "UPDATE t SET a = b WHERE c = d",
        "UPDATE t SET a = b WHERE c = d",
    );
    check(
        &ALL,
        "COPY t (a) FROM STDIN;\nsecret\t1\n",
        "COPY t (a) FROM STDIN;?",
    );
}

const SECRET: &str = "s3cr3t";

/// A literal that holds the secret, for every system that knows it.
fn literal() -> impl Strategy<Value = (String, Vec<Dialect>)> {
    use Dialect::*;
    let inside = "[a-z '\"\\\\$#\\-/*\\[\\]`]{0,6}";
    (inside, inside, 0..7_u8).prop_map(|(before, after, form)| {
        let content = format!("{before}{SECRET}{after}");
        let doubled = content.replace('\'', "''");
        let escaped = content.replace('\\', "\\\\").replace('\'', "\\'");
        let no_backslash = content.replace(['\\'], "").replace('\'', "''");
        let plain: Vec<Dialect> = vec![PostgreSql, Sqlite, SqlServer, Oracle, Standard];
        match form {
            0 => (format!("'{doubled}'"), plain),
            1 => (format!("'{escaped}'"), vec![MySql, Unsure]),
            2 => (format!("E'{escaped}'"), vec![PostgreSql, Unsure]),
            3 => (format!("'{no_backslash}'"), ALL.to_vec()),
            // Its end does not stand in it.
            4 => (
                format!("$a${}$a$", content.replace('a', "b")),
                vec![PostgreSql, Unsure],
            ),
            5 => (
                format!("q'!{}!'", content.replace('!', "")),
                vec![Oracle, Unsure],
            ),
            _ => (
                format!("\"{}\"", content.replace('\\', "\\\\").replace('"', "\\\"")),
                vec![MySql, Unsure],
            ),
        }
    })
}

/// What stands between literals in any dialect.
fn code() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        " ",
        ", ",
        " = ",
        " AND ",
        "(",
        ")",
        " FROM ",
        " JOIN ",
        " a.b ",
        " /* c */ ",
        " -- d\n",
        " 17 ",
        " $1 ",
        " ? ",
        " x'0f' ",
        " + ",
        ";",
        " SELECT ",
        " IN (",
        " :name ",
        " 0x1F ",
        " 1e5 ",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_literal_leaks(pieces in prop::collection::vec((code(), literal()), 1..6)) {
        for dialect in ALL {
            let sql: String = pieces
                .iter()
                .filter(|(_, (_, dialects))| dialects.contains(&dialect))
                .map(|(code, (literal, _))| format!("{code} {literal} "))
                .collect();
            let Statement { text, summary } = Statement::read(&sql, dialect);
            prop_assert!(!text.contains(SECRET), "{dialect:?}: {sql} -> {text}");
            prop_assert!(!summary.contains(SECRET), "{dialect:?}: {sql} -> {summary}");
        }
    }

    #[test]
    fn no_text_is_too_much(sql in "[ -~\\n\\r\u{e4}\u{1f600}]{0,80}") {
        for dialect in ALL {
            let Statement { text, summary } = Statement::read(&sql, dialect);
            // Each token is as long as what it stands for, or shorter; only what is not one gets longer.
            prop_assert!(text.len() <= sql.len() + 1);
            prop_assert!(summary.len() <= summary::LENGTH);
        }
    }

    #[test]
    fn quotes_and_brackets_are_survived(sql in "['\"`\\[\\]()$#*/\\\\q\\-\\n;.:@?]{0,200}") {
        for dialect in ALL {
            Statement::read(&sql, dialect);
        }
    }
}

/// Inputs for which a reading that looks ahead again and again would take minutes.
#[test]
fn reading_takes_linear_time() {
    for piece in [
        "[", "'", "`", "$a", "$", "/*", "(", "--", "\\", "q'", "\"", "'\\", "a.", "[a", "1e",
    ] {
        let sql = piece.repeat(READ);
        for dialect in ALL {
            let started = std::time::Instant::now();
            Statement::read(&sql, dialect);
            assert!(started.elapsed().as_secs() < 2, "{piece} {dialect:?}");
        }
    }
}

//! Scripts of SQL that SQLite carries out, and what is read of them: nothing is stated that is not so, and what is so is
//! stated or unknown.

mod catalogue;
mod generated;

use std::collections::BTreeMap;

use levelhead_migration::{NoFiles, Script, read};
use rusqlite::Connection;
use schema::operation::OperationKind;
use schema::simulation::Simulation;
use schema::{Belief, Dialect, Setting, State, Subject, TableSubject, Tape};

type Facts = BTreeMap<Subject, Belief<State>>;

fn tape(statements: &[String]) -> Tape {
    let body: String = statements.iter().map(|sql| format!("    op.execute({sql:?})\n")).collect();
    let text = format!("from alembic import op\n\ndef upgrade():\n{body}");
    let setting = Setting {
        dialect: Dialect::Sqlite,
        default_schema: "main".to_owned(),
        version_table: "alembic_version".to_owned(),
    };
    read(&[Script { path: "versions/a.py".to_owned(), text }], &NoFiles, &setting).unwrap().remove(0)
}

fn stated(tape: &Tape) -> Facts {
    let mut simulation = Simulation::new(Dialect::Sqlite, "main");
    simulation.apply_all(&tape.entries);
    let tables: Vec<String> = simulation.schema.tables.keys().cloned().collect();
    let mut facts: Facts = tables.iter().flat_map(|table| simulation.facts_of(table)).collect();
    facts.extend(simulation.other_facts());
    facts
}

/// What is wrong with what was stated, and whether all of it is known.
fn held_against(statements: &[String], connection: &Connection) -> (Vec<String>, bool) {
    let tape = tape(statements);
    let stated = stated(&tape);
    let mut truth = Facts::new();
    catalogue::read(connection).facts(|subject, state| drop(truth.insert(subject, state)));
    let mut wrong = Vec::new();
    for (subject, state) in stated.iter().filter(|(subject, _)| !subject.is_rest()) {
        let Belief::Known(state) = state else { continue };
        match truth.get(subject) {
            Some(Belief::Known(live)) if state.agrees(live) => {}
            other => wrong.push(format!("stated {subject:?} {state:?}, and it is {other:?}")),
        }
    }
    let unread = !tape.unread.is_empty() || tape.misread;
    for (subject, state) in &truth {
        if !stated.contains_key(subject) && !unread && !is_left_open(subject, &stated) {
            wrong.push(format!("not stated: {subject:?} {state:?}"));
        }
    }
    // The names of keys are never known.
    let open = stated
        .keys()
        .any(|subject| matches!(subject, Subject::Table(_, TableSubject::Unlisted | TableSubject::UnlistedIndexes)));
    (wrong, !unread && !open)
}

fn is_left_open(subject: &Subject, stated: &Facts) -> bool {
    use TableSubject as S;
    let Subject::Table(table, part) = subject else { return false };
    let has = |rest: TableSubject| stated.contains_key(&Subject::Table(table.clone(), rest));
    match part {
        S::Index(_) => has(S::UnlistedIndexes) || has(S::Unlisted),
        S::Constraint(_) => has(S::UnlistedNames) || has(S::Unlisted),
        _ => has(S::Unlisted),
    }
}

fn carried_out(statements: &[String]) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    for statement in statements {
        connection.execute_batch(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    connection
}

/// The scripts of each run, so that a run tells of the change that it is for; `LEVELHEAD_TEST_SEED` gives others.
const SEED: u64 = 2026;

#[test]
#[expect(clippy::print_stdout, reason = "shown when the test fails, however it does")]
fn generated_scripts_are_read_as_sqlite_carries_them_out() {
    let given = |name| std::env::var(name).ok().and_then(|number| number.parse::<u64>().ok());
    let seed = given("LEVELHEAD_TEST_SEED").unwrap_or(SEED);
    let scripts = given("LEVELHEAD_TEST_SCRIPTS").unwrap_or(300);
    println!("seed {seed}");
    let mut all_known = 0;
    for number in 0..scripts {
        let (statements, connection) = generated::script(seed.wrapping_mul(1_000_003).wrapping_add(number));
        let (wrong, known) = held_against(&statements, &connection);
        assert!(wrong.is_empty(), "seed {seed}, script {number}:\n{}\n\n{}", statements.join(";\n"), wrong.join("\n"));
        all_known += u64::from(known);
    }
    assert!(all_known * 100 > scripts * 60, "of {scripts} scripts only {all_known} are known in all they do");
}

/// What generated scripts have found, and what is easily read otherwise.
const CASES: [&str; 20] = [
    "CREATE TABLE Users (id INT); CREATE TRIGGER tr AFTER INSERT ON users BEGIN SELECT 1; END; DROP TABLE users",
    "CREATE TABLE a (x TEXT PRIMARY KEY) STRICT; CREATE TABLE b (x TEXT, y INT, PRIMARY KEY (X)) WITHOUT ROWID; CREATE TABLE c (x INTEGER PRIMARY KEY DESC, UNIQUE (x))",
    "CREATE TABLE b (x INT, PRIMARY KEY (x DESC, X)); ALTER TABLE B ADD y INT",
    "CREATE TABLE a (x INT, y INT); CREATE INDEX i ON a (x); CREATE TABLE b (x INT); CREATE INDEX IF NOT EXISTS I ON b (x)",
    "CREATE TABLE a (x INT, f INT REFERENCES B (x)); CREATE TABLE b (x INT); DROP TABLE b; CREATE TABLE c (f INT REFERENCES C)",
    "CREATE TABLE a (x TEXT REFERENCES Users ON DELETE CASCADE); CREATE TABLE users (y INT); ALTER TABLE a RENAME x TO z",
    "CREATE TABLE a (x INT); CREATE INDEX i ON a (\"Y\"); ALTER TABLE a ADD y INT",
    "CREATE TABLE a (x INT, y INT CONSTRAINT ck1 CHECK (1 > 0)); ALTER TABLE a DROP y",
    "CREATE TABLE Users (Id INTEGER PRIMARY KEY AUTOINCREMENT, eMail VARCHAR(20) NOT NULL UNIQUE); CREATE INDEX IX_a ON users (EMAIL)",
    "CREATE TABLE t (a INT, B TEXT); ALTER TABLE T RENAME COLUMN b TO c; ALTER TABLE t RENAME TO T2",
    "CREATE TABLE t (a INT PRIMARY KEY, p INT REFERENCES t (a)); CREATE TABLE u (x INT REFERENCES t ON DELETE CASCADE);\
     CREATE TABLE new_t (a INT PRIMARY KEY, b TEXT DEFAULT 'x;y'); INSERT INTO new_t (a) SELECT a FROM t; DROP TABLE t;\
     ALTER TABLE new_t RENAME TO t",
    "CREATE TABLE [odd name] (`a b` UNSIGNED BIG INT, \"c\" DECIMAL(10, 2) DEFAULT -1.5 COLLATE NOCASE, d)",
    "CREATE TEMP TABLE t (a INT); CREATE INDEX temp.ix ON t (a); ALTER TABLE t ADD b; DROP TABLE t; CREATE TABLE t (c INT)",
    "CREATE TEMPORARY VIEW v AS SELECT 1; DROP VIEW v; CREATE VIEW V AS SELECT 1 AS a; DROP VIEW v",
    "CREATE TABLE t (a INT, UNIQUE (a), UNIQUE (a), PRIMARY KEY (a)); CREATE TABLE u (id INTEGER PRIMARY KEY, UNIQUE (id))",
    "CREATE TABLE t (a INT, b INT AS (a + 1) STORED, c INT GENERATED ALWAYS AS (a) VIRTUAL, PRIMARY KEY (a)) WITHOUT ROWID, STRICT",
    "CREATE TABLE t (a INT, CONSTRAINT ck CHECK (a > 0), CONSTRAINT u UNIQUE (a) ON CONFLICT IGNORE) -- end\n; ALTER TABLE t ADD COLUMN b INT CONSTRAINT ck2 CHECK (b > 0)",
    "CREATE TABLE t (a INT); CREATE TRIGGER Tr AFTER UPDATE OF a ON T BEGIN UPDATE t SET a = 1; SELECT 2; END; ALTER TABLE t RENAME TO u",
    "CREATE TABLE t AS SELECT 1 AS a; DROP TABLE IF EXISTS u; CREATE TABLE IF NOT EXISTS T (x INT)",
    "CREATE TABLE t (a INT); CREATE UNIQUE INDEX \"I x\" ON t (a DESC, lower(a)) WHERE a > 1; DROP INDEX IF EXISTS \"i X\"",
];

#[test]
fn cases_are_read_as_sqlite_carries_them_out() {
    for case in CASES {
        let statements = [case.to_owned()];
        let (wrong, _) = held_against(&statements, &carried_out(&statements));
        assert!(wrong.is_empty(), "{case}\n{}", wrong.join("\n"));
    }
}

#[test]
fn what_is_not_read_is_said() {
    for case in [
        "PRAGMA legacy_alter_table = ON",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = ''",
        "CREATE VIRTUAL TABLE f USING fts5(a)",
        "ATTACH 'x' AS y",
        "ALTER TABLE t SOMETHING ELSE",
        "CREATE TABLE t (a INT",
        "CREATE TABLE y.t (a INT)",
        "SELECT AddGeometryColumn('t', 'g', 4326, 'POINT')",
        "DELETE FROM t WHERE a = 'x",
    ] {
        let tape = tape(&[case.to_owned()]);
        assert!(
            !tape.unread.is_empty()
                && tape
                    .operations()
                    .all(|(operation, _)| matches!(operation.kind, OperationKind::Unread(_) | OperationKind::Execute)),
            "{case}: {tape:?}"
        );
    }
}

//! Random changes that no migration made: the name stays right or is withheld, and what deviates is said.

use std::collections::BTreeSet;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};

use super::alembic::{Replay, infer, on_each};
use super::answer::{Answer, Judgement};
use super::history::{self, History};
use crate::support::database::Database;
use crate::support::postgres::server;

/// Change it to try others; every one must pass.
const SEED: u64 = 20;

/// A change to a live schema.
#[derive(Debug, Clone)]
struct Change {
    sql: String,
    table: String,
    /// Of these at least one is named as what deviates.
    names: Vec<String>,
}

/// A drifted database and what was said of it.
struct Case {
    truth: String,
    change: Change,
    facts: BTreeSet<String>,
    answer: Answer,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    DropColumn,
    ChangeType,
    AddIndex,
    DropIndex,
    RenameTable,
    DropNotNull,
    AddColumn,
    AddTable,
    DropTable,
}

const POSTGRES_KINDS: [Kind; 9] = [
    Kind::DropColumn,
    Kind::ChangeType,
    Kind::AddIndex,
    Kind::DropIndex,
    Kind::RenameTable,
    Kind::DropNotNull,
    Kind::AddColumn,
    Kind::AddTable,
    Kind::DropTable,
];
// SQLite changes neither a type nor a NOT NULL in place.
const SQLITE_KINDS: [Kind; 7] = [
    Kind::DropColumn,
    Kind::AddIndex,
    Kind::DropIndex,
    Kind::RenameTable,
    Kind::AddColumn,
    Kind::AddTable,
    Kind::DropTable,
];

/// (table as SQL takes it, column, type, NOT NULL), of all tables.
const POSTGRES_COLUMNS: &str = "SELECT format('%I.%I', n.nspname, c.relname), a.attname, \
     format_type(a.atttypid, a.atttypmod), a.attnotnull::text, a.atthasdef::text \
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped \
     AND n.nspname !~ '^(pg_|information_schema)' ORDER BY 1, 2";
const SQLITE_COLUMNS: &str = "SELECT t.name, c.name, c.type, c.\"notnull\" || c.pk, (c.dflt_value IS NOT NULL) || '' \
     FROM sqlite_master t, pragma_table_info(t.name) c \
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY 1, 2";

/// (table, index) of all indexes that carry no constraint.
const POSTGRES_INDEXES: &str = "SELECT format('%I.%I', n.nspname, t.relname), c.relname, \
     pg_get_indexdef(i.indexrelid), format('%I.%I', n.nspname, c.relname) \
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid \
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_' AND NOT t.relispartition \
     AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid) ORDER BY 1, 2";
const SQLITE_INDEXES: &str = "SELECT i.tbl_name, i.name, i.sql, i.name FROM sqlite_master i \
     WHERE i.type = 'index' AND i.sql IS NOT NULL ORDER BY 1, 2";

const POSTGRES_CONSTRAINTS: &str = "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) \
     FROM pg_constraint WHERE conrelid <> 0 ORDER BY 1, 2";
const SQLITE_CONSTRAINTS: &str = "SELECT t.name, f.\"table\", f.\"from\" || f.\"to\" || f.on_delete \
     FROM sqlite_master t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table' \
     UNION ALL SELECT t.name, group_concat(c.name), i.origin FROM sqlite_master t, pragma_index_list(t.name) i, \
     pragma_index_info(i.name) c WHERE t.type = 'table' AND i.origin <> 'c' GROUP BY i.name";

fn rows(database: &Database, postgres: &str, sqlite: &str) -> Vec<Vec<String>> {
    match database {
        Database::Postgres { name } => server().sql(name, postgres),
        Database::Sqlite { file } => {
            let connection = rusqlite::Connection::open(file).unwrap();
            let mut statement = connection.prepare(sqlite).unwrap();
            let columns = statement.column_count();
            let read = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
            statement.query_map([], read).unwrap().collect::<Result<_, _>>().unwrap()
        }
    }
}

fn execute(database: &Database, sql: &str) -> bool {
    match database {
        Database::Postgres { name } => server().try_sql(name, sql).is_ok(),
        Database::Sqlite { file } => rusqlite::Connection::open(file).unwrap().execute_batch(sql).is_ok(),
    }
}

/// All that a schema says, to see whether a changed one is what another revision makes.
fn facts(database: &Database) -> BTreeSet<String> {
    let columns = rows(database, POSTGRES_COLUMNS, SQLITE_COLUMNS);
    let indexes = rows(database, POSTGRES_INDEXES, SQLITE_INDEXES);
    let constraints = rows(database, POSTGRES_CONSTRAINTS, SQLITE_CONSTRAINTS);
    [columns, indexes, constraints].concat().into_iter().map(|row| row.join(" ")).collect()
}

fn plain(table: &str) -> String {
    table.rsplit('.').next().unwrap_or(table).trim_matches('"').to_owned()
}

/// Every change of one kind that this schema might take.
fn changes(database: &Database, kind: Kind) -> Vec<Change> {
    let columns = rows(database, POSTGRES_COLUMNS, SQLITE_COLUMNS);
    let tables: BTreeSet<&String> = columns.iter().map(|column| &column[0]).collect();
    let change = |sql: String, table: &str, names: &[&str]| {
        let names = names.iter().map(ToString::to_string).collect();
        Change { sql, table: plain(table), names }
    };
    let cascade = if matches!(database, Database::Postgres { .. }) { " CASCADE" } else { "" };
    match kind {
        Kind::DropColumn => columns
            .iter()
            .map(|c| change(format!("ALTER TABLE {} DROP COLUMN \"{}\"{cascade}", c[0], c[1]), &c[0], &[&c[1]]))
            .collect(),
        Kind::ChangeType => columns
            .iter()
            .map(|c| {
                let kind = if c[2].contains("char") || c[2] == "text" { "bytea" } else { "text" };
                let cast = if kind == "bytea" { format!("\"{}\"::bytea", c[1]) } else { format!("\"{}\"::text", c[1]) };
                change(
                    format!("ALTER TABLE {} ALTER COLUMN \"{}\" TYPE {kind} USING {cast}", c[0], c[1]),
                    &c[0],
                    &[&c[1]],
                )
            })
            .collect(),
        Kind::AddIndex => columns
            .iter()
            .map(|c| change(format!("CREATE INDEX drifted ON {} (\"{}\")", c[0], c[1]), &c[0], &["drifted"]))
            .collect(),
        Kind::DropIndex => rows(database, POSTGRES_INDEXES, SQLITE_INDEXES)
            .iter()
            .map(|index| change(format!("DROP INDEX {}", index[3]), &index[0], &[&index[1]]))
            .collect(),
        Kind::RenameTable => tables
            .iter()
            .map(|table| change(format!("ALTER TABLE {table} RENAME TO drifted"), table, &[&plain(table), "drifted"]))
            .collect(),
        Kind::DropNotNull => columns
            .iter()
            .filter(|c| c[3] == "true")
            .map(|c| change(format!("ALTER TABLE {} ALTER COLUMN \"{}\" DROP NOT NULL", c[0], c[1]), &c[0], &[&c[1]]))
            .collect(),
        Kind::AddColumn => tables
            .iter()
            .map(|table| change(format!("ALTER TABLE {table} ADD COLUMN drifted integer"), table, &["drifted"]))
            .collect(),
        Kind::AddTable => vec![change("CREATE TABLE drifted (id integer PRIMARY KEY)".to_owned(), "", &["drifted"])],
        Kind::DropTable => {
            tables.iter().map(|table| change(format!("DROP TABLE {table}{cascade}"), table, &[&plain(table)])).collect()
        }
    }
}

/// The names of indexes that the migration files spell.
fn named_indexes(history: &History) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for file in std::fs::read_dir(history.folder().join("versions")).unwrap() {
        let Ok(text) = std::fs::read_to_string(file.unwrap().path()) else { continue };
        let lowered = text.replace("op.f(", "").replace("IF NOT EXISTS ", "").replace("CONCURRENTLY ", "");
        for (at, _) in lowered.match_indices("create_index(").chain(lowered.match_indices("Index(")) {
            let after = lowered[at..].split_once('(').map_or("", |(_, after)| after).trim_start();
            let quoted = after.strip_prefix(['"', '\'']).and_then(|rest| rest.split(['"', '\'']).next());
            named.extend(quoted.map(str::to_owned));
        }
        for (at, _) in lowered.match_indices("INDEX ") {
            let after = lowered[at + "INDEX ".len()..].trim_start();
            named.extend(after.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().map(str::to_owned));
        }
    }
    named
}

/// Makes one random change; `None` when the schema takes none.
fn drift(history: &History, database: &Database, random: &mut StdRng) -> Option<Change> {
    let kinds = match database {
        Database::Postgres { .. } => POSTGRES_KINDS.as_slice(),
        Database::Sqlite { .. } => SQLITE_KINDS.as_slice(),
    };
    let named = named_indexes(history);
    for _ in 0..10 {
        let mut candidates = changes(database, *kinds.choose(random).expect("there are kinds"));
        candidates.retain(|change| !history.unread.contains(&change.table));
        // What was left to a naming convention has a name that the files do not tell.
        candidates.retain(|change| !change.sql.starts_with("DROP INDEX") || named.contains(&change.names[0]));
        candidates.shuffle(random);
        if let Some(change) = candidates.into_iter().find(|change| execute(database, &change.sql)) {
            return Some(change);
        }
    }
    None
}

fn cases(history: &History, random: &mut StdRng) -> Vec<Case> {
    let mut replay = Replay::start(history);
    let (mut states, mut cases) = (vec![facts(&replay.database)], Vec::new());
    while let Some(truth) = replay.next() {
        states.push(facts(&replay.database));
        let drifted = replay.copy(history);
        let Some(change) = drift(history, &drifted, random) else { continue };
        let answer = infer(&history.folder(), &drifted);
        cases.push(Case { truth, change, facts: facts(&drifted), answer });
    }
    // A change may make what another revision leaves, or other sides of a fork, beside something foreign: that is as good.
    let beside = history.alone.iter().cloned().chain(history.sides.iter().map(|side| side.join(",")));
    states.extend(beside.map(|revisions| facts(&Replay::at(history, &revisions).database)));
    let familiar = |facts: &BTreeSet<String>| facts.iter().filter(|fact| !fact.contains("drifted")).cloned().collect();
    cases.retain(|case| !states.contains(&familiar(&case.facts)));
    cases
}

fn drifts(name: &'static str) {
    on_each(name, |history| {
        let mut random = StdRng::seed_from_u64(SEED + name.bytes().map(u64::from).sum::<u64>());
        let cases = cases(history, &mut random);
        assert!(!cases.is_empty());
        let mut faults = Vec::new();
        for Case { truth, change, answer, .. } in &cases {
            let deviations = answer.deviations();
            let fault = match answer.judge(Some(truth), history) {
                Judgement::Wrong => "a wrong name",
                // Seen from another revision, other things deviate.
                Judgement::Abstained if deviations.is_empty() => "a doubt without a reason",
                Judgement::Right if !change.names.iter().any(|name| deviations.contains(name)) => {
                    "what deviates is not named"
                }
                _ => continue,
            };
            faults.push(format!("{truth} after {}: {fault}: {}", change.sql, answer.brief()));
        }
        faults
    });
}

macro_rules! drifting {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            drifts(stringify!($name));
        })*

        #[test]
        fn every_history_drifts() {
            assert_eq!([$(stringify!($name)),*], history::NAMES);
        }
    };
}

drifting! { bookings bookshop brewery choir clinic garden gauges helpdesk library museum rail tenants warehouse workshop }

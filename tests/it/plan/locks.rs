//! Every form of a statement is executed, and what it locked, rewrote and read is held against what was foretold.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use database::Database;
use database::url::{DatabaseUrl, LibpqEnvironment};
use database::wait::Wait;
use foresight::postgres::{Form, Rule};
use foresight::{Deed, Ground, LockMode, Work, of_sql};
use schema::Dialect;
use version_table::VersionTable;

use crate::support::postgres::{Server, server};

const SETUP: &str = "
    CREATE SCHEMA elsewhere;
    CREATE TYPE mood AS ENUM ('sad', 'glad');
    CREATE TABLE customers (id integer PRIMARY KEY, name varchar(40), note text);
    CREATE TABLE orders (
      id integer PRIMARY KEY, customer integer CONSTRAINT of_customer REFERENCES customers,
      code varchar(20) NOT NULL, state text, total numeric(10, 2), amount integer NOT NULL, at timestamp,
      paid boolean, CONSTRAINT has_paid CHECK (paid IS NOT NULL), feeling mood);
    CREATE UNIQUE INDEX orders_by_code ON orders (code);
    CREATE INDEX orders_by_state ON orders (state);
    CREATE TABLE lines (id integer PRIMARY KEY, of_order integer, kind text);
    ALTER TABLE lines ADD CONSTRAINT of_order FOREIGN KEY (of_order) REFERENCES orders NOT VALID;
    ALTER TABLE lines ADD CONSTRAINT has_kind CHECK (kind <> '') NOT VALID;
    CREATE TABLE events (id integer, at date NOT NULL) PARTITION BY RANGE (at);
    CREATE TABLE events_old PARTITION OF events FOR VALUES FROM ('2000-01-01') TO ('2001-01-01');
    CREATE TABLE events_new (id integer, at date NOT NULL);
    CREATE TABLE base (id integer);
    CREATE TABLE child (id integer);
    CREATE VIEW glimpse AS SELECT 1 AS one;
    CREATE MATERIALIZED VIEW kept AS SELECT g AS id FROM generate_series(1, 3) g;
    CREATE UNIQUE INDEX kept_by_id ON kept (id);
    CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER watch BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION nothing();
    INSERT INTO customers SELECT g, 'n' || g FROM generate_series(1, 50) g;
    INSERT INTO orders SELECT g, g, 'c' || g, 's', 1.5, g, now(), true, 'sad' FROM generate_series(1, 50) g;
    INSERT INTO lines SELECT g, g, 'k' FROM generate_series(1, 50) g;
    INSERT INTO base VALUES (1); INSERT INTO child VALUES (1);";

/// A statement, and the least version that has it.
const STATEMENTS: &[(u32, &str)] = &[
    (12, "ALTER TABLE orders ADD COLUMN a integer"),
    (12, "ALTER TABLE orders ADD COLUMN a integer DEFAULT 7 NOT NULL"),
    (12, "ALTER TABLE orders ADD COLUMN a timestamptz DEFAULT now()"),
    (12, "ALTER TABLE orders ADD COLUMN a double precision DEFAULT random()"),
    (12, "ALTER TABLE orders ADD COLUMN a serial"),
    (12, "ALTER TABLE orders ADD COLUMN a integer GENERATED ALWAYS AS IDENTITY"),
    (12, "ALTER TABLE orders ADD COLUMN a integer GENERATED ALWAYS AS (amount * 2) STORED"),
    (12, "ALTER TABLE orders ADD COLUMN a integer REFERENCES customers"),
    (12, "ALTER TABLE orders ADD COLUMN a integer DEFAULT 1 REFERENCES customers"),
    (12, "ALTER TABLE orders ADD COLUMN a integer UNIQUE"),
    (12, "ALTER TABLE orders ADD COLUMN a integer CHECK (a > 0)"),
    (12, "ALTER TABLE orders ADD COLUMN a mood DEFAULT 'sad'"),
    (12, "ALTER TABLE child ADD COLUMN a integer"),
    (12, "ALTER TABLE events_new ADD COLUMN a integer NOT NULL"),
    (12, "ALTER TABLE orders DROP COLUMN total"),
    (12, "ALTER TABLE orders DROP COLUMN customer"),
    (12, "ALTER TABLE orders ALTER COLUMN state TYPE varchar"),
    (12, "ALTER TABLE orders ALTER COLUMN code TYPE varchar(30)"),
    (12, "ALTER TABLE orders ALTER COLUMN code TYPE text"),
    (12, "ALTER TABLE orders ALTER COLUMN code TYPE varchar(10)"),
    (12, "ALTER TABLE orders ALTER COLUMN state TYPE varchar(10)"),
    (12, "ALTER TABLE orders ALTER COLUMN state TYPE varchar(10) USING state::varchar(10)"),
    (12, "ALTER TABLE orders ALTER COLUMN amount TYPE bigint"),
    (12, "ALTER TABLE orders ALTER COLUMN amount TYPE integer"),
    (12, "ALTER TABLE orders ALTER COLUMN amount TYPE text USING amount::text"),
    (12, "ALTER TABLE orders ALTER COLUMN total TYPE numeric(12, 2)"),
    (12, "ALTER TABLE orders ALTER COLUMN total TYPE numeric(12, 3)"),
    (12, "ALTER TABLE orders ALTER COLUMN at TYPE timestamp(6)"),
    (12, "ALTER TABLE orders ALTER COLUMN at TYPE date USING at::date"),
    (12, "ALTER TABLE orders ALTER COLUMN feeling TYPE text"),
    (12, "ALTER TABLE orders ALTER COLUMN customer TYPE bigint"),
    (12, "ALTER TABLE orders ALTER COLUMN id TYPE bigint"),
    (12, "ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'x'"),
    (12, "ALTER TABLE orders ALTER COLUMN state DROP DEFAULT"),
    (12, "ALTER TABLE orders ALTER COLUMN state SET NOT NULL"),
    (12, "ALTER TABLE orders ALTER COLUMN paid SET NOT NULL"),
    (12, "ALTER TABLE orders ALTER COLUMN code SET NOT NULL"),
    (12, "ALTER TABLE orders ALTER COLUMN code DROP NOT NULL"),
    (12, "ALTER TABLE orders ALTER COLUMN state SET STATISTICS 10"),
    (12, "ALTER TABLE orders ALTER COLUMN state SET (n_distinct = 5)"),
    (12, "ALTER TABLE orders ALTER COLUMN state SET STORAGE EXTERNAL"),
    (12, "ALTER TABLE orders ALTER COLUMN amount ADD GENERATED ALWAYS AS IDENTITY"),
    (12, "ALTER TABLE orders ADD CONSTRAINT c CHECK (amount > 0)"),
    (12, "ALTER TABLE orders ADD CONSTRAINT c CHECK (amount > 0) NOT VALID"),
    (12, "ALTER TABLE lines ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES customers (id)"),
    (12, "ALTER TABLE lines ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES customers NOT VALID"),
    (12, "ALTER TABLE orders ADD CONSTRAINT c UNIQUE (amount)"),
    (12, "ALTER TABLE orders ADD CONSTRAINT c UNIQUE USING INDEX orders_by_code"),
    (12, "ALTER TABLE child ADD PRIMARY KEY (id)"),
    (12, "ALTER TABLE orders ADD CONSTRAINT c EXCLUDE (amount WITH =)"),
    (12, "ALTER TABLE lines VALIDATE CONSTRAINT of_order"),
    (12, "ALTER TABLE lines VALIDATE CONSTRAINT has_kind"),
    (12, "ALTER TABLE orders DROP CONSTRAINT has_paid"),
    (12, "ALTER TABLE orders DROP CONSTRAINT of_customer"),
    (12, "ALTER TABLE orders RENAME CONSTRAINT has_paid TO paid_for"),
    (12, "ALTER TABLE orders RENAME COLUMN state TO status"),
    (12, "ALTER TABLE orders RENAME TO purchases"),
    (12, "ALTER TABLE orders SET SCHEMA elsewhere"),
    (12, "ALTER TABLE orders SET (fillfactor = 80)"),
    (12, "ALTER TABLE orders RESET (fillfactor)"),
    (12, "ALTER TABLE base SET UNLOGGED"),
    (12, "ALTER TABLE orders CLUSTER ON orders_by_code"),
    (12, "ALTER TABLE orders SET WITHOUT CLUSTER"),
    (12, "ALTER TABLE orders OWNER TO postgres"),
    (12, "ALTER TABLE orders ENABLE ROW LEVEL SECURITY"),
    (12, "ALTER TABLE orders REPLICA IDENTITY FULL"),
    (12, "ALTER TABLE customers DISABLE TRIGGER watch"),
    (12, "ALTER TABLE child INHERIT base"),
    (12, "ALTER TABLE events ATTACH PARTITION events_new FOR VALUES FROM ('2001-01-01') TO ('2002-01-01')"),
    (12, "ALTER TABLE events DETACH PARTITION events_old"),
    (12, "ALTER INDEX orders_by_state RENAME TO o"),
    (12, "ALTER TYPE mood RENAME VALUE 'sad' TO 'low'"),
    (
        12,
        "ALTER TABLE orders ADD COLUMN a integer, ADD COLUMN b float DEFAULT random(), ALTER COLUMN state SET NOT NULL",
    ),
    (
        12,
        "CREATE TABLE more (id integer PRIMARY KEY, of_order integer REFERENCES orders, c integer REFERENCES customers)",
    ),
    (12, "CREATE TABLE events_later PARTITION OF events FOR VALUES FROM ('2003-01-01') TO ('2004-01-01')"),
    (12, "CREATE TABLE more () INHERITS (base)"),
    (12, "CREATE TABLE more AS SELECT * FROM orders"),
    (12, "CREATE INDEX i ON orders (amount)"),
    (12, "CREATE UNIQUE INDEX i ON orders (amount) WHERE amount > 0"),
    (12, "DROP INDEX orders_by_state"),
    (12, "CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION nothing()"),
    (12, "DROP TRIGGER watch ON customers"),
    (12, "CREATE POLICY p ON orders USING (true)"),
    (12, "CREATE RULE r AS ON UPDATE TO base DO ALSO NOTHING"),
    (12, "CREATE VIEW v AS SELECT 1"),
    (12, "CREATE OR REPLACE VIEW glimpse AS SELECT 2 AS one"),
    (12, "DROP VIEW glimpse"),
    (12, "CREATE SEQUENCE s"),
    (12, "CREATE TYPE t AS ENUM ('a')"),
    (12, "COMMENT ON TABLE orders IS 'x'"),
    (12, "COMMENT ON COLUMN orders.state IS 'x'"),
    (12, "REFRESH MATERIALIZED VIEW kept"),
    (12, "REFRESH MATERIALIZED VIEW CONCURRENTLY kept"),
    (12, "REINDEX TABLE orders"),
    (12, "CLUSTER orders USING orders_by_code"),
    (12, "ANALYZE orders"),
    (12, "DROP TABLE lines"),
    (12, "DROP TABLE base"),
    (12, "DROP TABLE orders CASCADE"),
    (12, "TRUNCATE lines"),
    (12, "TRUNCATE customers CASCADE"),
    (12, "INSERT INTO base VALUES (2)"),
    (12, "UPDATE base SET id = 2"),
    (12, "DELETE FROM base"),
    (12, "LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE"),
    (12, "LOCK TABLE orders"),
    (12, "SELECT count(*) FROM orders"),
];

/// What runs outside a transaction, and is held up by a lock on its table so that it can be looked at.
const ALONE: &[(u32, &str, &str, &str)] = &[
    (12, "CREATE INDEX CONCURRENTLY i ON orders (amount)", "orders", "ACCESS EXCLUSIVE"),
    (12, "DROP INDEX CONCURRENTLY orders_by_state", "orders", "ACCESS EXCLUSIVE"),
    (12, "REINDEX TABLE CONCURRENTLY orders", "orders", "ACCESS EXCLUSIVE"),
    (12, "VACUUM FULL base", "base", "ROW EXCLUSIVE"),
    (14, "ALTER TABLE events DETACH PARTITION events_old CONCURRENTLY", "events", "ACCESS EXCLUSIVE"),
];

/// What was seen of a relation, or foretold.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    /// The strongest lock; what waits for nobody but DDL is left out where it is not the statement's own.
    lock: Option<LockMode>,
    rewritten: bool,
    read: bool,
}

fn ground(server: &Server, name: &str) -> Ground {
    let url = DatabaseUrl::parse(&server.url(name), &LibpqEnvironment::from_lookup(|_| None, None, || None)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let database = Database::open(&url, &Wait::up_to(Duration::from_secs(30)), &mut |_| {}).await.unwrap();
        let schema = database.schema(&VersionTable::default()).await.unwrap();
        let survey = database.survey().await.unwrap();
        database.close().await;
        let mut ground = Ground::of(Dialect::PostgreSql, survey.major, schema);
        ground.checks = survey.tables.iter().map(|(name, table)| (name.clone(), table.checks.clone())).collect();
        ground.views = survey.tables.into_iter().map(|(name, table)| (name, table.views)).collect();
        ground
    })
}

/// What is foretold of the relations that are there.
fn foretold(deeds: &[Deed]) -> BTreeMap<String, Seen> {
    let mut all: BTreeMap<String, Seen> = BTreeMap::new();
    for deed in deeds {
        for touch in &deed.touches {
            let seen = all.entry(touch.relation.clone()).or_default();
            seen.lock = seen.lock.max(touch.mode);
        }
        if let Some(seen) = deed.relation.as_ref().and_then(|relation| all.get_mut(relation)) {
            seen.rewritten |= deed.work == Work::Rewrite;
            seen.read |= matches!(deed.work, Work::Scan | Work::Index | Work::Rewrite);
        }
    }
    all
}

fn files(server: &Server, name: &str) -> BTreeMap<String, String> {
    let query = "SELECT relname, coalesce(pg_relation_filenode(oid), 0) FROM pg_class
                 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm', 'v')";
    server.sql(name, query).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect()
}

/// Executes a statement in a transaction that is taken back, and looks before it ends.
fn executed(server: &Server, name: &str, statement: &str) -> Result<BTreeMap<String, Seen>, String> {
    let before = files(server, name);
    let oids = server.sql(name, "SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace");
    let names: BTreeMap<String, String> = oids.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let look = "SELECT 'lock', relation::text, mode FROM pg_locks
                WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted;
                SELECT 'file', oid::text, coalesce(pg_relation_filenode(oid), 0)::text FROM pg_class
                WHERE relkind IN ('r', 'p', 'm', 'v');
                SELECT 'read', relid::text, seq_scan::text FROM pg_stat_xact_user_tables";
    let rows =
        server.try_sql(name, &format!("BEGIN; {statement}; {look}; ROLLBACK")).map_err(|error| format!("{error:?}"))?;
    let mut all: BTreeMap<String, Seen> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.len() == 3) {
        let Some(relation) = names.get(&row[1]).filter(|relation| before.contains_key(*relation)) else { continue };
        let seen = all.entry(relation.clone()).or_default();
        match row[0].as_str() {
            "lock" => seen.lock = seen.lock.max(LockMode::named(&row[2])),
            "file" => seen.rewritten |= before[relation] != row[2],
            _ => seen.read |= row[2] != "0" && row[2] != "NULL",
        }
    }
    Ok(all)
}

/// Whether a lock is anybody's business: a query's and a writer's are the statement's own or nobody's.
fn matters(mode: Option<LockMode>) -> bool {
    mode.is_some_and(|mode| mode > LockMode::RowExclusive)
}

#[test]
fn every_statement_locks_rewrites_and_reads_what_was_foretold() {
    let server = server();
    let version = server.version();
    let name = server.create_database();
    server.sql(&name, SETUP);
    let ground = ground(server, &name);
    let (mut wrong, mut forms) = (Vec::new(), BTreeSet::new());
    for (_, statement) in STATEMENTS.iter().filter(|(since, _)| *since <= version) {
        let deeds = of_sql(statement, &ground);
        if let Some(unknown) = deeds.iter().find_map(|deed| deed.unknown.as_ref()) {
            wrong.push(format!("{statement}: not known: {unknown}"));
        }
        forms.extend(deeds.iter().filter_map(|deed| deed.form));
        let told = foretold(&deeds);
        let truncates = deeds.iter().any(|deed| deed.form == Some(Form::Truncate));
        let asks = deeds.iter().any(|deed| matches!(deed.work, Work::Rows) || deed.form == Some(Form::Query));
        let seen = match executed(server, &name, statement) {
            Ok(seen) => seen,
            Err(error) => {
                wrong.push(format!("{statement}: {error}"));
                continue;
            }
        };
        for relation in told.keys().chain(seen.keys()).collect::<BTreeSet<_>>() {
            let none = Seen::default();
            let (told, seen) = (told.get(relation).unwrap_or(&none), seen.get(relation).unwrap_or(&none));
            let lock = (matters(told.lock) || matters(seen.lock)) && told.lock != seen.lock;
            let gone = deeds.iter().any(|deed| deed.form == Some(Form::DropTable));
            let rewritten = !truncates && told.rewritten != seen.rewritten;
            // A statement that copies rows or looks at statistics reads them in its own way.
            let is_about = deeds.iter().any(|deed| deed.relation.as_ref() == Some(relation));
            let read = is_about && !asks && !gone && told.read && !told.rewritten && !seen.read;
            let silent = is_about && !asks && !truncates && !told.read && seen.read;
            if lock || rewritten || read || silent {
                wrong.push(format!("{statement}: {relation}: foretold {told:?}, seen {seen:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "PostgreSQL {version}:\n{}", wrong.join("\n"));
    let alone = ALONE.iter().flat_map(|(_, statement, ..)| of_sql(statement, &ground)).filter_map(|deed| deed.form);
    forms.extend(alone);
    let tried = |form: &&Form| Rule::on(**form, version).is_some();
    let missing: Vec<&Form> = Form::ALL.iter().filter(tried).filter(|form| !forms.contains(form)).collect();
    assert!(missing.is_empty(), "no statement has {missing:?}");
}

#[test]
fn what_runs_outside_a_transaction_locks_what_was_foretold() {
    let server = server();
    let version = server.version();
    for (_, statement, table, mode) in ALONE.iter().filter(|(since, ..)| *since <= version) {
        let name = server.create_database();
        server.sql(&name, SETUP);
        let deeds = of_sql(statement, &ground(server, &name));
        let told = foretold(&deeds)[*table].lock;
        let seen = std::thread::scope(|scope| {
            let held = format!("BEGIN; LOCK TABLE {table} IN {mode} MODE; SELECT pg_sleep(2); ROLLBACK");
            let name = &name;
            scope.spawn(move || server.sql(name, &held));
            let query = format!(
                "SELECT mode FROM pg_locks l WHERE relation = '{table}'::regclass AND pid IN
                   (SELECT pid FROM pg_stat_activity WHERE query LIKE '%{}%' AND pid <> pg_backend_pid())",
                &statement[..statement.len().min(30)]
            );
            while server.sql(name, &format!("SELECT 1 FROM pg_locks WHERE relation = '{table}'::regclass")).is_empty() {
            }
            scope.spawn(move || server.sql(name, statement));
            let deadline = Instant::now() + Duration::from_secs(20);
            loop {
                let modes = server.sql(name, &query);
                let strongest = modes.iter().filter_map(|row| LockMode::named(&row[0])).max();
                if strongest.is_some() || Instant::now() > deadline {
                    break strongest;
                }
            }
        });
        assert_eq!(told, seen, "{statement} on PostgreSQL {version}");
    }
}

//! A schema that departs by chance in a few places: the statements of `diff --sql` lead back to it, and drop nothing unless they are
//! told to.

use std::collections::BTreeSet;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use super::catalogue::catalogue;
use crate::support::Backend;
use crate::support::database::{BOTH, Database};
use crate::support::depot::Depot;

const ROUNDS: u64 = 6;

/// What can be lost, or changed by hand, and comes back as it was.
const ON_BOTH: [&str; 10] = [
    "DROP INDEX ix_boats_kind",
    "DROP INDEX ix_makers_name",
    "DROP INDEX ix_logs_line",
    "DROP TABLE logs",
    "DROP VIEW IF EXISTS afloat",
    "ALTER TABLE boats DROP COLUMN size",
    "ALTER TABLE makers DROP COLUMN country",
    "ALTER TABLE makers ADD COLUMN hand INTEGER",
    "ALTER TABLE boats ADD COLUMN hand INTEGER",
    "CREATE INDEX by_hand ON boats (maker)",
];
const ON_POSTGRES: [&str; 7] = [
    "ALTER TABLE boats ALTER COLUMN kind DROP NOT NULL",
    "ALTER TABLE boats ALTER COLUMN kind DROP DEFAULT",
    "ALTER TABLE boats ALTER COLUMN size SET DEFAULT 1",
    "ALTER TABLE makers ALTER COLUMN country TYPE varchar(77)",
    "ALTER TABLE boats ALTER COLUMN length TYPE text",
    "ALTER TABLE boats DROP CONSTRAINT uq_boats",
    "ALTER TABLE boats DROP CONSTRAINT fk_boats",
];

fn history(backend: Backend) -> Vec<String> {
    let key = "op.create_unique_constraint('uq_boats', 'boats', ['kind', 'maker'])\nop.create_foreign_key('fk_boats', 'boats', \
               'makers', ['maker'], ['id'], ondelete='CASCADE')";
    let all = [
        "op.execute('CREATE TABLE makers (id integer PRIMARY KEY, name varchar(80) NOT NULL)')\nop.execute('CREATE TABLE boats \
         (code varchar(5) PRIMARY KEY, maker integer, length integer)')",
        "op.add_column('boats', sa.Column('kind', sa.Text(), server_default='sail', nullable=False))\nop.add_column('boats', \
         sa.Column('size', sa.Integer()))\nop.add_column('makers', sa.Column('country', sa.String(2)))",
        "op.create_index('ix_boats_kind', 'boats', ['kind'])\nop.create_index('ix_makers_name', 'makers', ['name'], unique=True)",
        "op.execute('CREATE TABLE logs (line text NOT NULL)')\nop.create_index('ix_logs_line', 'logs', ['line'])\n\
         op.execute('CREATE VIEW afloat AS SELECT code FROM boats')",
        if backend == Backend::Postgres { key } else { "pass" },
    ];
    all.map(str::to_owned).to_vec()
}

/// Lines that do not depend on the order in which columns were added.
fn sorted(database: &Database) -> Vec<String> {
    let mut lines: Vec<String> =
        catalogue(database).iter().map(|line| line.trim().trim_end_matches(',').to_owned()).collect();
    // SQLite numbers the columns.
    let without_number = |line: &String| match line.split_once(" table_xinfo ") {
        Some((table, column)) => format!("{table} {}", column.split_once(' ').map_or(column, |(_, rest)| rest)),
        None => line.clone(),
    };
    lines = lines.iter().map(without_number).collect();
    lines.sort();
    lines
}

#[test]
fn what_departs_by_chance_is_led_back_and_nothing_is_dropped_unasked() {
    for backend in BOTH {
        let bodies = history(backend);
        let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
        let depot = Depot::new(backend, &bodies);
        depot.alembic(&["upgrade", "heads"]);
        let good = sorted(&depot.database);
        let further: &[&str] = if backend == Backend::Postgres { &ON_POSTGRES } else { &[] };
        let all: Vec<&&str> = ON_BOTH.iter().chain(further).collect();
        let mut chance = StdRng::seed_from_u64(24);
        for round in 0..ROUNDS {
            let count = chance.random_range(1..=all.len().min(10));
            let chosen: BTreeSet<&str> = all.sample(&mut chance, count).map(|sql| **sql).collect();
            // What is dropped first is not there to be changed.
            let changes = chosen.iter().filter(|sql| !(sql.contains("COLUMN size SET") && chosen.contains(ON_BOTH[5])));
            let changes = changes.filter(|sql| !(sql.contains("country TYPE") && chosen.contains(ON_BOTH[6])));
            let changes = changes.filter(|sql| !(sql.contains("ix_logs_line") && chosen.contains(ON_BOTH[3])));
            let changes: Vec<&str> = changes.copied().collect();
            changes.iter().for_each(|sql| drop(depot.database.sql(sql)));
            let statements = |words: &[&str]| {
                let said = depot.levelhead(words).env("LEVELHEAD_RENDER", "never").run();
                said.success();
                said.stdout
            };
            let place = format!("{backend:?}, round {round}: {changes:#?}");
            depot.database.sql(&statements(&["diff", "--sql"]));
            let is_kept = |line: &str| sorted(&depot.database).iter().any(|other| other.contains(line));
            for (by_hand, line) in [("CREATE INDEX by_hand", "by_hand"), ("makers ADD COLUMN hand", "hand")] {
                assert!(!changes.iter().any(|sql| sql.contains(by_hand)) || is_kept(line), "{place}");
            }
            depot.database.sql(&statements(&["diff", "--sql", "--with-drops"]));
            assert_eq!(sorted(&depot.database), good, "{place}");
        }
    }
}

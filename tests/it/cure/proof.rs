//! Alembic itself is stopped after each statement of each revision: what `fix --finish` leaves is what the whole revision leaves, what
//! `fix --take-back` leaves is what was there before it; or it is refused, and nothing is changed.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::catalogue::catalogue;
use crate::support::database::Database;
use crate::support::depot::Depot;
use crate::support::postgres::server;
use crate::support::{Backend, python};

/// Tables, columns, keys, indexes; altered, renamed, dropped; what is no table; CONCURRENTLY; rows.
const ON_POSTGRES: [&str; 8] = [
    "op.execute('CREATE TABLE makers (id serial PRIMARY KEY, name varchar(80) NOT NULL UNIQUE)')
op.create_table('boats', sa.Column('code', sa.String(5), primary_key=True), sa.Column('maker', sa.Integer(), sa.ForeignKey('makers.id', ondelete='CASCADE'), nullable=False), sa.Column('size', sa.Numeric(6, 2)), sa.Column('kind', sa.Text(), server_default='sail', nullable=False), sa.Column('notes', sa.Text()))
op.create_index('ix_boats_kind', 'boats', ['kind', 'maker'])
op.create_unique_constraint('uq_boats', 'boats', ['kind', 'notes'])",
    "op.add_column('boats', sa.Column('sold', sa.Boolean(), server_default=sa.text('false'), nullable=False))
op.create_index('ix_unsold', 'boats', ['size'], unique=True, postgresql_where=sa.text('NOT sold'))
op.execute('CREATE INDEX ix_lower ON boats (lower(notes)) INCLUDE (size)')
op.execute('CREATE VIEW afloat AS SELECT code FROM boats WHERE NOT sold')",
    "op.alter_column('boats', 'notes', new_column_name='remarks', existing_type=sa.Text())
op.alter_column('boats', 'size', type_=sa.Numeric(8, 2), existing_type=sa.Numeric(6, 2))
op.alter_column('boats', 'kind', server_default=None, existing_type=sa.Text())
op.rename_table('makers', 'yards')",
    "op.add_column('yards', sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()')))
op.drop_index('ix_boats_kind', table_name='boats')
op.drop_constraint('uq_boats', 'boats', type_='unique')
op.add_column('yards', sa.Column('country', sa.String(2)))",
    "op.execute(\"CREATE TYPE mood AS ENUM ('calm', 'rough')\")
op.execute(\"ALTER TABLE boats ADD COLUMN mood mood DEFAULT 'calm'\")
op.execute(\"COMMENT ON COLUMN boats.mood IS 'today'\")
op.execute(\"CREATE FUNCTION twice(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 2 * a'\")",
    "op.add_column('yards', sa.Column('size', sa.Integer()))
with op.get_context().autocommit_block():
    op.create_index('ix_yards_size', 'yards', ['size'], postgresql_concurrently=True)
op.execute('CREATE TABLE IF NOT EXISTS berths (id integer)')
op.execute(\"COMMENT ON TABLE boats IS 'all of them'\")",
    "op.add_column('yards', sa.Column('rank', sa.Integer()))
op.execute('UPDATE yards SET rank = 1')
op.execute('ALTER TABLE yards ENABLE ROW LEVEL SECURITY')",
    "op.drop_column('yards', 'rank')
op.create_check_constraint(op.f('ck_size'), 'yards', 'size > 0')",
];

/// The same as far as SQLite has it, with a batch that alters nothing in its place.
const ON_SQLITE: [&str; 4] = [
    "op.create_table('makers', sa.Column('id', sa.Integer(), nullable=False), sa.Column('name', sa.String(80), nullable=False), sa.PrimaryKeyConstraint('id'), sa.UniqueConstraint('name'))
op.create_table('boats', sa.Column('code', sa.String(5), nullable=False), sa.Column('maker', sa.Integer(), sa.ForeignKey('makers.id', ondelete='CASCADE')), sa.Column('kind', sa.Text(), server_default='sail', nullable=False), sa.PrimaryKeyConstraint('code'))
op.create_index('ix_boats_kind', 'boats', ['kind', 'maker'])",
    "op.add_column('boats', sa.Column('sold', sa.Boolean(), server_default=sa.text('0'), nullable=False))
op.create_index('ix_sold', 'boats', ['sold'], unique=True)
op.execute('CREATE VIEW afloat AS SELECT code FROM boats WHERE NOT sold')
op.execute('CREATE TABLE logs (id integer PRIMARY KEY AUTOINCREMENT, line text NOT NULL)')",
    "op.rename_table('makers', 'yards')
with op.batch_alter_table('boats') as batch:
    batch.add_column(sa.Column('size', sa.Integer()))
op.drop_index('ix_boats_kind', 'boats')
op.create_index('ix_size', 'boats', ['size'])",
    "op.add_column('yards', sa.Column('rank', sa.Integer()))
op.execute('UPDATE yards SET rank = 1')
op.create_index('ix_rank', 'yards', ['rank'])",
];

/// The revision whose statements Alembic renders.
const RENDERED: &str = "a2";

#[test]
fn what_stopped_anywhere_is_finished_or_taken_back_or_left_as_it_is_on_postgresql() {
    let tally = Proof::of(Backend::Postgres, &ON_POSTGRES).carry_out();
    assert!(tally.finished >= 24 && tally.taken_back >= 18, "{tally:#?}");
}

#[test]
fn what_stopped_anywhere_is_finished_or_taken_back_or_left_as_it_is_on_sqlite() {
    let tally = Proof::of(Backend::Sqlite, &ON_SQLITE).carry_out();
    assert!(tally.finished >= 10 && tally.taken_back >= 8, "{tally:#?}");
}

/// How it went. That something wrong was left stops the test at once.
#[derive(Debug, Default)]
struct Tally {
    finished: u32,
    taken_back: u32,
    refused: BTreeMap<String, u32>,
}

/// A history, and an Alembic that can be stopped in it.
struct Proof {
    depot: Depot,
    revisions: usize,
    alembic: Alembic,
    tally: Tally,
}

impl Proof {
    fn of(backend: Backend, bodies: &[&str]) -> Self {
        let depot = Depot::new(backend, bodies);
        let alembic = Alembic::start(depot.folder.path());
        Self { depot, revisions: bodies.len(), alembic, tally: Tally::default() }
    }

    fn carry_out(mut self) -> Tally {
        self.alembic.upgrade(&self.depot.database, "base", None);
        let mut before = State::of(self.copy(&self.depot.database));
        for revision in (1..=self.revisions).map(|number| format!("a{number}")) {
            let after = self.copy(&before.database);
            let count = self.alembic.upgrade(&after, &revision, None);
            let after = State::of(after);
            for statements in 1..=count {
                let stopped = self.copy(&before.database);
                self.alembic.upgrade(&stopped, &revision, Some(statements));
                let stopped = State::of(stopped);
                self.try_way(&revision, statements, &stopped, ("--take-back", &before));
                self.try_way(&revision, statements, &stopped, ("--finish", &after));
            }
            before = after;
        }
        #[expect(clippy::print_stdout, reason = "the figures are what the proof is for")]
        {
            println!("{:#?}", self.tally);
        }
        self.tally
    }

    /// Goes one way from a database that is then no longer what it was, unless it is refused.
    fn try_way(&mut self, revision: &str, statements: u32, stopped: &State, (way, goal): (&str, &State)) {
        let database = self.copy(&stopped.database);
        // To render takes Python a second each time: one revision of each history is, the others are as they are read.
        let render = if revision == RENDERED { "auto" } else { "never" };
        let cured = self.depot.levelhead(&["fix", way, revision, "--yes"]).env("LEVELHEAD_RENDER", render);
        let cured = cured.env("DATABASE_URL", database.url()).run();
        let is_done = cured.status.success();
        let goal = if is_done { goal } else { stopped };
        let now = State::of(database);
        let place = format!("{way} {revision} after statement {statements}: {cured:?}");
        assert_eq!((&now.catalogue, &now.rows), (&goal.catalogue, &goal.rows), "{place}");
        match (is_done, way) {
            (true, "--finish") => self.tally.finished += 1,
            (true, _) => self.tally.taken_back += 1,
            (false, _) => {
                cured.code(125);
                let reason = cured.stderr.lines().find(|line| line.contains(" error")).unwrap_or_default();
                *self.tally.refused.entry(format!("{way} {revision}: {reason}")).or_default() += 1;
            }
        }
    }

    fn copy(&self, database: &Database) -> Database {
        copy(database, self.depot.folder.path())
    }
}

/// A database with all that it is compared by.
struct State {
    database: Database,
    catalogue: Vec<String>,
    rows: Option<Vec<String>>,
}

impl State {
    fn of(database: Database) -> Self {
        Self { catalogue: catalogue(&database), rows: database.rows(), database }
    }
}

/// A copy of a database that nobody is connected to.
fn copy(database: &Database, folder: &Path) -> Database {
    match database {
        Database::Postgres { name } => Database::Postgres { name: server().copy_database(name) },
        Database::Sqlite { file } => {
            let copy = (0..).map(|number| folder.join(format!("{number}.db"))).find(|path| !path.exists());
            let copy: PathBuf = copy.expect("there is always another number");
            std::fs::copy(file, &copy).unwrap();
            Database::Sqlite { file: copy }
        }
    }
}

/// One Alembic for all: to start Python takes longer than a revision does.
struct Alembic {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Alembic {
    fn start(folder: &Path) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/stop_after.py");
        let mut child = Command::new(python::binaries().join("python"))
            .args(["-W", "ignore"])
            .arg(script)
            .current_dir(folder)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (requests, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, requests, answers }
    }

    /// Answers how many statements have run.
    fn upgrade(&mut self, database: &Database, revision: &str, limit: Option<u32>) -> u32 {
        let limit = limit.map_or("-".to_owned(), |limit| limit.to_string());
        writeln!(self.requests, "{} {revision} {limit}", database.url()).unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer.trim().parse().expect("Alembic upgrades")
    }
}

impl Drop for Alembic {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

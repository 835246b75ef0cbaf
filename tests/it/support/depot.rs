//! An application of a few revisions that a test writes itself.

use std::fs;

use tempfile::TempDir;

use super::database::Database;
use super::{Backend, Levelhead, Outcome, python};

const ENV: &str = "import os
from alembic import context
from sqlalchemy import create_engine, pool, text

engine = create_engine(os.environ['DATABASE_URL'].replace('postgresql:', 'postgresql+psycopg:'), poolclass=pool.NullPool)
with engine.connect() as connection:
    SETUP
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
";

pub const PARCELS: &str =
    "op.create_table('parcels', sa.Column('id', sa.Integer, primary_key=True), sa.Column('code', sa.Integer))";
pub const OWNER: &str = "op.add_column('parcels', sa.Column('owner', sa.Text))";

/// An application of a few revisions, `a1`, `a2`, …, with a database of its own.
pub struct Depot {
    pub folder: TempDir,
    pub database: Database,
    count: usize,
}

impl Depot {
    pub fn new(backend: Backend, bodies: &[&str]) -> Self {
        Self::with_setup(backend, "pass", bodies)
    }

    /// `setup` is what env.py does with its connection first.
    pub fn with_setup(backend: Backend, setup: &str, bodies: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("migrations/versions")).unwrap();
        fs::write(folder.path().join("alembic.ini"), "[alembic]\nscript_location = migrations\n").unwrap();
        fs::write(folder.path().join("migrations/env.py"), ENV.replace("SETUP", setup)).unwrap();
        let database = Database::create(backend, folder.path());
        let mut depot = Self { folder, database, count: 0 };
        bodies.iter().for_each(|body| depot.add(body));
        depot
    }

    pub fn add(&mut self, body: &str) {
        let parent = if self.count == 0 { "None".to_owned() } else { format!("'a{}'", self.count) };
        self.count += 1;
        self.write(self.count, &parent, body);
    }

    /// Puts another body into a revision that is there.
    pub fn edit(&self, number: usize, body: &str) {
        let parent = if number == 1 { "None".to_owned() } else { format!("'a{}'", number - 1) };
        self.write(number, &parent, body);
    }

    pub fn write(&self, number: usize, parent: &str, body: &str) {
        let body = body.replace('\n', "\n    ");
        let text = format!(
            "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = 'a{number}'\ndown_revision = {parent}\n\n\n\
             def upgrade():\n    {body}\n"
        );
        fs::write(self.folder.path().join(format!("migrations/versions/a{number}.py")), text).unwrap();
    }

    /// Runs Alembic itself.
    pub fn alembic(&self, words: &[&str]) {
        let done = std::process::Command::new(python::binaries().join("alembic"))
            .args(words)
            .current_dir(self.folder.path())
            .env("DATABASE_URL", self.database.url())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    pub fn levelhead(&self, words: &[&str]) -> Levelhead {
        let levelhead = Levelhead::new(words).current_dir(self.folder.path());
        levelhead.env("PATH", python::path()).env("DATABASE_URL", self.database.url())
    }

    pub fn run(&self) -> Outcome {
        self.levelhead(&["run", "--", "echo", "started"]).run()
    }

    /// The report of `check`.
    pub fn check(&self) -> String {
        self.levelhead(&["check", "--format", "json"]).run().stdout
    }

    pub fn set_row(&self, row: &str) {
        self.database.sql(&format!("UPDATE alembic_version SET version_num = '{row}'"));
    }

    #[track_caller]
    pub fn has_rows(&self, rows: &[&str]) {
        assert_eq!(self.database.rows(), Some(rows.iter().map(|row| (*row).to_owned()).collect()));
    }
}

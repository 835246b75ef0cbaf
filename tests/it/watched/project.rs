//! A project of two revisions on a table, for each driver of PostgreSQL, and sessions that are in its way.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::support::postgres::{server, tool};
use crate::support::running::eventually;
use crate::support::{Levelhead, python};

const ENVIRONMENT: &str = r#"
import asyncio, logging, os
from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

logging.basicConfig(level=logging.INFO)
URL = os.environ["DATABASE_URL"]

def work(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

async def later():
    engine = create_async_engine(URL)
    async with engine.connect() as connection:
        await connection.run_sync(work)
        await connection.commit()
    await engine.dispose()

if "asyncpg" in URL:
    asyncio.run(later())
else:
    with create_engine(URL).connect() as connection:
        work(connection)
        connection.commit()
"#;

/// The second revision of the project, where nothing else is said.
pub const ADD_COLUMN: &str = "op.add_column('parcels', sa.Column('weight', sa.Integer))";

/// The project, with its first revision applied.
pub struct Project {
    folder: TempDir,
    pub name: String,
    driver: String,
}

impl Project {
    pub fn new(driver: &str, upgrade: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("migrations/versions")).unwrap();
        let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).unwrap();
        write("alembic.ini", "[alembic]\nscript_location = migrations\n");
        write("migrations/env.py", ENVIRONMENT);
        write("migrations/script.py.mako", "");
        write(
            "migrations/versions/a1.py",
            &revision(
                "a1",
                "None",
                "op.create_table('parcels', sa.Column('id', sa.Integer, primary_key=True), sa.Column('code', sa.Integer))",
            ),
        );
        write("migrations/versions/a2.py", &revision("a2", "'a1'", upgrade));
        let name = server().create_database();
        server().sql(
            &name,
            "CREATE TABLE parcels (id serial PRIMARY KEY, code integer); INSERT INTO parcels (code) VALUES (1);
             CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); INSERT INTO alembic_version VALUES ('a1')",
        );
        Self { folder, name, driver: driver.to_owned() }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The URL as SQLAlchemy is to have it.
    pub fn url(&self) -> String {
        self.driven(&server().url(&self.name))
    }

    /// A URL with this project's driver in it.
    pub fn driven(&self, url: &str) -> String {
        url.replacen("postgresql://", &format!("postgresql+{}://", self.driver), 1)
    }

    /// `run`, with a start command that says so.
    pub fn run(&self) -> Levelhead {
        Levelhead::new(&["run", "--", "echo", "started"])
            .current_dir(self.folder())
            .env("PATH", python::path())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("DATABASE_URL", self.url())
    }

    pub fn rows(&self) -> Vec<Vec<String>> {
        server().sql(&self.name, "SELECT version_num FROM alembic_version")
    }

    /// How many sessions of the database wait for a lock.
    pub fn waiting(&self) -> usize {
        let waiting =
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        server().sql(&self.name, waiting).len()
    }

    /// Waits until as many sessions do.
    pub fn until_waiting(&self, number: usize) {
        eventually(&format!("{number} wait"), || self.waiting() == number);
    }
}

fn revision(id: &str, after: &str, upgrade: &str) -> String {
    let body: String = upgrade.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = '{id}'\ndown_revision = {after}\n\n\ndef upgrade():\n{body}"
    )
}

/// A session that stays open: psql, which calls itself `old-worker`. It ends when it is dropped.
pub struct Session(Child);

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Session {
    /// Begins a transaction with this statement, and stays in it.
    pub fn holding(project: &Project, statement: &str) -> Self {
        let session = Self::asking(project, &format!("BEGIN; {statement};"));
        let idle =
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'
                    AND application_name = 'old-worker'";
        eventually("it is in its transaction", || !server().sql(&project.name, idle).is_empty());
        session
    }

    /// Asks this, and may wait for the answer.
    pub fn asking(project: &Project, statement: &str) -> Self {
        let mut child = Command::new(tool("psql"))
            .args(["-qAt", "-h", server().folder.to_str().unwrap(), "-p", &server().port.to_string()])
            .args(["-U", "postgres", &project.name])
            .env("PGAPPNAME", "old-worker")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        writeln!(child.stdin.as_mut().unwrap(), "{statement}").unwrap();
        Self(child)
    }
}

//! A database that the installed Alembic upgrades one revision at a time, and what levelhead says of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;
use tempfile::TempDir;

use super::answer::Answer;
use super::history::History;
use crate::support::database::{BOTH, Database};
use crate::support::{Levelhead, postgres, python};

/// A database of a history, and the process that upgrades it.
pub struct Replay {
    pub database: Database,
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    complaints: ChildStderr,
    folder: TempDir,
}

/// One line of tests/support/alembic_steps.py.
#[derive(Deserialize)]
struct Reached {
    revision: Option<String>,
    rows: Vec<String>,
}

impl Replay {
    /// An empty database, with Alembic ready.
    pub fn start(history: &History) -> Self {
        let mut replay = Self::launch(history, None);
        assert_eq!(replay.answer().map(|reached| reached.revision), Some(None));
        replay
    }

    /// A database that is at one revision, or at those that commas separate, with their ancestors and what they depend on.
    pub fn at(history: &History, revision: &str) -> Self {
        let mut replay = Self::launch(history, Some(revision));
        assert_eq!(replay.answer().and_then(|reached| reached.revision).as_deref(), Some(revision));
        replay
    }

    fn launch(history: &History, target: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::create(history.backend, folder.path());
        use_schema(&database, history, true);
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/alembic_steps.py");
        let mut process = Command::new(python::binaries().join("python"))
            .arg(program)
            .args(target)
            .current_dir(history.folder())
            .env("DATABASE_URL", database.url())
            .env("ALEMBIC_CONFIG", "../alembic.ini")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let requests = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        let complaints = process.stderr.take().unwrap();
        Self { database, process, requests, answers, complaints, folder }
    }

    /// Upgrades by one revision and answers it; `None` when there is none left.
    pub fn next(&mut self) -> Option<String> {
        // When it has ended already there is nobody to read this.
        let _ = writeln!(self.requests);
        let reached = self.answer()?;
        assert!(!reached.rows.is_empty(), "Alembic wrote no row");
        reached.revision
    }

    fn answer(&mut self) -> Option<Reached> {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        if line.is_empty() {
            let mut complaints = String::new();
            self.complaints.read_to_string(&mut complaints).unwrap();
            assert!(self.process.wait().unwrap().success(), "{complaints}");
            return None;
        }
        Some(serde_json::from_str(&line).unwrap())
    }

    /// A copy of the database as it is now.
    pub fn copy(&self, history: &History) -> Database {
        match &self.database {
            Database::Postgres { name } => {
                let copy = Database::Postgres { name: postgres::server().copy_database(name) };
                use_schema(&copy, history, false);
                copy
            }
            Database::Sqlite { file } => {
                let copy = self.folder.path().join("copy.db");
                std::fs::copy(file, &copy).unwrap();
                Database::Sqlite { file: copy }
            }
        }
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Makes the history's default schema the database's, which is a setting that no copy takes along.
fn use_schema(database: &Database, history: &History, create: bool) {
    if let (Some(schema), Database::Postgres { name }) = (&history.default_schema, database) {
        if create {
            database.sql(&format!("CREATE SCHEMA {schema}"));
        }
        database.sql(&format!("ALTER DATABASE {name} SET search_path = {schema}, public"));
    }
}

/// What `levelhead infer` says of a database, from the files in `folder`, by the reading alone: what Alembic adds to it has
/// tests of its own, and Python takes a second each time.
pub fn infer(folder: &Path, database: &Database) -> Answer {
    infer_at(folder, &database.url())
}

/// The same, of whatever a URL leads to.
pub fn infer_at(folder: &Path, url: &str) -> Answer {
    let outcome = Levelhead::new(&["infer", "--format", "json"])
        .current_dir(folder)
        .env("PATH", python::path())
        .env("DATABASE_URL", url)
        .env("ALEMBIC_CONFIG", PathBuf::from("../alembic.ini"))
        .env("LEVELHEAD_RENDER", "never")
        .run();
    let code = outcome.status.code();
    assert!(matches!(code, Some(0 | 1)), "{outcome:#?}");
    let answer: Answer = serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {outcome:#?}"));
    answer.with_code(code == Some(0))
}

/// Tests a history on each kind of database that it runs on; what `test` answers is what is wrong.
#[track_caller]
pub fn on_each(name: &'static str, test: impl Fn(&History) -> Vec<String>) {
    let mut faults = Vec::new();
    for backend in BOTH {
        let Some(history) = History::read(name, backend) else { continue };
        faults.extend(test(&history).into_iter().map(|fault| format!("{name} on {backend:?}: {fault}")));
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

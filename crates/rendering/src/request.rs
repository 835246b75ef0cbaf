//! What is to be rendered, as the driver reads it.

use std::path::PathBuf;

use serde::Serialize;

/// What the application's Alembic is asked for.
#[derive(Debug, Clone, Serialize)]
pub struct Request {
    /// The application's own upgrade command, where it is a program of Python's.
    pub program: Option<Program>,
    /// Alembic's configuration, where that command leads nowhere.
    pub config: FilesOf,
    /// For which database.
    pub dialect: Dialect,
    /// Which of the two functions of a revision.
    pub direction: Direction,
    /// The revisions in the order of an upgrade.
    pub revisions: Vec<RevisionFile>,
    /// How long one revision may take.
    pub seconds: f64,
    /// How many seconds the program may take until it asks Alembic for an upgrade.
    pub patience: f64,
}

/// A program that Python runs in the driver's process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Program {
    /// What is run.
    #[serde(flatten)]
    pub start: Start,
    /// Its arguments, its own name first.
    pub words: Vec<String>,
}

/// What Python runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// A file.
    Script(PathBuf),
    /// A module, as `python -m` runs it.
    Module(String),
}

/// Where Alembic's configuration is.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FilesOf {
    /// An ini file, a `pyproject.toml`, both or neither.
    pub files: Vec<PathBuf>,
    /// The section of the ini file, where it is not Alembic's own.
    pub section: Option<String>,
    /// The folder with `env.py`.
    pub script_location: PathBuf,
}

/// For which database SQL is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// PostgreSQL.
    PostgreSql,
    /// SQLite.
    Sqlite,
}

/// Which way a revision is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// `upgrade()`.
    Upgrade,
    /// `downgrade()`.
    Downgrade,
}

/// A revision and its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RevisionFile {
    /// Its id.
    pub id: String,
    /// Its file.
    pub path: PathBuf,
}

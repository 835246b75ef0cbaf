//! What Alembic has rendered, as a value.

use serde::{Deserialize, Serialize};

/// A history as Alembic renders it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendering {
    /// Whose Python, Alembic and SQLAlchemy it was.
    pub versions: Versions,
    /// Each time that env.py runs the migrations: once for each of its databases.
    pub runs: Vec<(Configuration, Vec<Rendered>)>,
    /// Why the application's own upgrade command was not what led to Alembic, where it was not.
    pub no_command: Option<Failure>,
}

impl Rendering {
    /// What became of a revision, for the first database of env.py that has it.
    #[must_use]
    pub fn revision(&self, id: &str) -> Option<(&Configuration, &Rendered)> {
        self.runs.iter().find_map(|(configuration, revisions)| {
            let found = revisions.iter().find(|revision| revision.id == id)?;
            Some((configuration, found))
        })
    }
}

/// Versions of what has rendered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Versions {
    /// Python's.
    pub python: String,
    /// Alembic's.
    pub alembic: String,
    /// SQLAlchemy's.
    pub sqlalchemy: String,
}

/// Where the configuration comes from under which revisions were rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub enum By {
    /// env.py, in offline mode.
    #[serde(rename = "env.py")]
    EnvPy,
    /// env.py, which was given a connection that leads nowhere.
    #[serde(rename = "env.py online")]
    EnvPyOnline,
    /// What env.py had configured before it failed.
    #[serde(rename = "captured")]
    Captured,
    /// Nothing of env.py's: names that a convention gives, and whatever else it configures, are not those of an upgrade.
    #[serde(rename = "bare")]
    Bare,
}

/// What env.py has handed to `context.configure`, as far as it is text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Configuration {
    /// Where it comes from.
    pub by: By,
    /// Why not from env.py in offline mode, where it does not.
    pub because: Option<String>,
    /// The naming convention of its metadata; null where a rule is one of Python's.
    pub naming_convention: std::collections::BTreeMap<String, Option<String>>,
    /// What it hands to each revision, for example `engine_name`.
    pub arguments: std::collections::BTreeMap<String, Option<String>>,
    /// `include_schemas`.
    pub include_schemas: bool,
    /// `transaction_per_migration`.
    pub transaction_per_migration: bool,
    /// `version_table`.
    pub version_table: Option<String>,
    /// `version_table_schema`.
    pub version_table_schema: Option<String>,
}

/// One revision, as it was rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Its id.
    pub id: String,
    /// Its operations in order, as far as it was run.
    pub operations: Vec<RenderedOperation>,
    /// What it asked that only its database could answer, and what it made of that is unknown.
    pub questions: Vec<Question>,
    /// Where it failed.
    pub failure: Option<Failure>,
}

impl Rendered {
    /// Whether this is all that it does, and no answer was made up for it.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.failure.is_none() && self.questions.is_empty()
    }
}

/// One call of an operation, or statements that a revision has executed past them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct RenderedOperation {
    /// The class of the operation, `CreateTableOp` for example; `None` for a statement on the connection itself.
    pub class: Option<String>,
    /// The innermost line of the revision's file that leads to it.
    pub line: Option<u32>,
    /// Its statements.
    pub sql: Vec<String>,
    /// Whether it has raised an exception, which the revision may have caught.
    pub raised: bool,
    /// Whether the revision has asked something before, so that it may do this only because of an answer that was made up.
    #[serde(default)]
    pub after_question: bool,
    /// Whether an upgrade looks first if it has to be done: `checkfirst=True`.
    #[serde(default)]
    pub looks_first: bool,
}

/// Something that a revision has asked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Question {
    /// What: `rows`, `schema`, `connection`, `offline` or `environment`.
    pub what: Asked,
    /// On which line.
    pub line: Option<u32>,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Asked {
    /// What rows a table has.
    Rows,
    /// What the schema is like.
    Schema,
    /// A connection of its own.
    Connection,
    /// Whether SQL is only being printed.
    Offline,
    /// What a variable of the environment says.
    Environment,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Failure {
    /// The exception's class.
    pub class: String,
    /// What it says.
    pub message: String,
    /// The innermost line of the revision's file that leads to it.
    pub line: Option<u32>,
    /// Of which kind it is.
    pub cause: Cause,
}

/// Kinds of failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// It reads rows.
    Rows,
    /// It inspects the schema.
    Schema,
    /// It opens a connection of its own.
    Connection,
    /// It imports what is not installed.
    Import,
    /// It is no Python that this Python reads.
    Syntax,
    /// It has taken too long.
    Late,
    /// It ends the process.
    Exit,
    /// The sandbox does not let it.
    Sandbox,
    /// Anything else.
    Other,
}

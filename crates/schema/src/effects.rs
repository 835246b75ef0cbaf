//! What one revision does to a schema, as facts.

use std::fmt;

use crate::{Belief, Dialect, State, Subject};

/// What one migration does.
#[derive(Debug, Clone, Default)]
pub struct Effects {
    /// Facts that it changes, and what holds afterwards; `None`: it is gone.
    pub changes: Vec<(Subject, Option<Belief<State>>)>,
    /// Facts that must have held before although no migration that was read made them so.
    pub earlier: Vec<Subject>,
    /// Tables whose constraints before this migration are not all known.
    pub earlier_constraints: Vec<String>,
    /// It provably does nothing: an empty body, a merge, a change that only other databases need.
    pub nothing: bool,
    /// It does something that no fact of a schema shows, or may: it writes rows, calls a function, grants a right, or calls
    /// what is not known.
    pub data: bool,
    /// A construct of it is not followed exactly: what is read of it may be other than what it does.
    pub misread: bool,
    /// It is no Python that is parsed: nothing of it could be read.
    pub broken: bool,
    /// As far as it is followed it ends with an exception: what has been applied went another way.
    pub fails: bool,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

impl Effects {
    /// Whether anything may have been done that neither the facts nor their absence would show.
    pub fn may_change_data(&self) -> bool {
        self.data || self.is_in_doubt()
    }

    /// Whether what was read of it may not be all of it, or not be right.
    pub fn is_in_doubt(&self) -> bool {
        self.misread || self.fails || !self.unread.is_empty()
    }

    /// Whether it may have changed what other revisions have made, in a way that nobody has read.
    pub fn may_reach_others(&self) -> bool {
        self.misread || self.unread.iter().any(|unread| unread.reaches_others)
    }

    /// Whether it makes something, or makes it other than it was.
    pub fn makes(&self, subject: &Subject) -> bool {
        self.changes.iter().any(|(what, now)| what == subject && now.is_some())
    }
}

/// What something unread may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnreadKind {
    /// The schema.
    Schema,
    /// Nothing that a schema shows.
    Data,
    /// Either.
    Either,
}

/// Something of a migration that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// What it may have changed.
    pub kind: UnreadKind,
    /// What it is, in words that go after the revision's name.
    pub what: String,
    /// The line of the migration's file, counted from 1, whose statement leads to it.
    pub line: u32,
    /// Whether it may have changed what other revisions have made. Where the table is known that it changes, that table
    /// is in doubt instead.
    pub reaches_others: bool,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// Where and on what the migrations run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The database's dialect.
    pub dialect: Dialect,
    /// The schema that unqualified names fall into: `public`, or the connection's own.
    pub default_schema: String,
    /// Alembic's own table, which is no evidence: qualified outside the default schema.
    pub version_table: String,
}

//! One revision as a value: its operations in order, and what of it could not be read.

use std::fmt;

use serde::Serialize;

use crate::operation::Operation;

/// What one revision does, as far as it could be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tape {
    /// Its operations in order.
    pub entries: Vec<Entry>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// It provably does nothing: an empty body, a merge, a change that only other databases need.
    pub nothing: bool,
    /// It does something that no fact of a schema shows, or may: it writes rows, calls a function, grants a right, or calls
    /// what is not known.
    pub data: bool,
    /// The lines of its file whose statements do that, where they are known.
    pub data_lines: Vec<u32>,
    /// A construct of it is not followed exactly: what is read of it may be other than what it does.
    pub misread: bool,
    /// It is no Python that is parsed: nothing of it could be read.
    pub broken: bool,
    /// As far as it is followed it ends with an exception: what has been applied went another way.
    pub fails: bool,
}

/// One place of a tape.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// One operation.
    Operation(Operation),
    /// These may have been carried out, all of them or those before one that failed: the body of a `try`.
    Attempt(Vec<Entry>),
    /// Either these or those have been: two branches of a condition that cannot be evaluated.
    Either(Vec<Entry>, Vec<Entry>),
}

impl Tape {
    /// Whether anything may have been done that neither the facts nor their absence would show.
    #[must_use]
    pub fn may_change_data(&self) -> bool {
        self.data || self.is_in_doubt()
    }

    /// Whether something that may have changed the schema is unread.
    #[must_use]
    pub fn has_schema_unread(&self) -> bool {
        self.unread.iter().any(|unread| unread.kind != UnreadKind::Data)
    }

    /// Whether what was read of it may not be all of it, or not be right.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        self.misread || self.fails || !self.unread.is_empty()
    }

    /// Whether it may have changed what other revisions have made, in a way that nobody has read.
    #[must_use]
    pub fn may_reach_others(&self) -> bool {
        self.misread || self.unread.iter().any(|unread| unread.reaches_others)
    }

    /// Every operation in order, those of each branch among them, each with whether it is carried out for certain.
    pub fn operations(&self) -> impl Iterator<Item = (&Operation, bool)> {
        let mut all = Vec::new();
        collect(&self.entries, true, &mut all);
        all.into_iter()
    }
}

fn collect<'a>(entries: &'a [Entry], certain: bool, all: &mut Vec<(&'a Operation, bool)>) {
    for entry in entries {
        match entry {
            Entry::Operation(operation) => {
                all.push((operation, certain && operation.certainty == crate::operation::Certainty::Certain));
            }
            Entry::Attempt(entries) => collect(entries, false, all),
            Entry::Either(one, other) => {
                collect(one, false, all);
                collect(other, false, all);
            }
        }
    }
}

/// What something unread may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnreadKind {
    /// The schema.
    Schema,
    /// Nothing that a schema shows.
    Data,
    /// Either.
    Either,
}

impl UnreadKind {
    /// What it may have changed, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Schema => "the schema",
            Self::Data => "the data",
            Self::Either => "the schema or the data",
        }
    }
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

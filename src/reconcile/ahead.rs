//! A database that is ahead of the files: how that is known, and whether this release can work with it.

use std::fmt;

use super::list;
use super::trace::{Seen, Trace};
use crate::findings::Severity;
use crate::help::{Advice, Command, Help, Note};

/// A current revision that no file has, over a schema that has all that the files make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    /// The current revisions that no file has.
    pub unknown: Vec<String>,
    /// The current revisions that a file has: another side of a fork, or other migrations in the same table.
    pub known: Vec<String>,
    /// The heads of the files.
    pub heads: Vec<String>,
    /// Where the unknown revisions come from, as far as that is known.
    pub origin: Origin,
    /// What git knows of the unknown revisions.
    pub traces: Vec<Trace>,
    /// Tables and columns that the files make and that are not there any more, in words.
    pub lacking: Vec<String>,
    /// What else the schema forbids this release, in words.
    pub forbidden: Vec<String>,
    /// Why more cannot be said, in words: what of the files is unread, or that nobody has looked.
    pub unread: Vec<String>,
}

/// Where unknown revisions come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The ledger has recorded a release that knows them and went through these heads.
    Recorded,
    /// Something is there that no revision of the files explains, in words.
    Unexplained(Vec<String>),
    /// The schema is exactly that of the heads.
    Unclear,
}

/// Whether this release can work with the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compatible {
    /// Nothing that it makes or takes has changed.
    Yes,
    /// Something that it may do is refused.
    No,
    /// What decides it is not known.
    Unknown,
}

impl Ahead {
    /// Whether this release can work with the database.
    pub fn compatible(&self) -> Compatible {
        match () {
            () if !self.lacking.is_empty() || !self.forbidden.is_empty() => Compatible::No,
            () if !self.unread.is_empty() => Compatible::Unknown,
            () => Compatible::Yes,
        }
    }

    /// What that rests on, a line each.
    pub fn reasons(&self) -> Vec<String> {
        let certain = [self.lacking.clone(), self.forbidden.clone()].concat();
        if certain.is_empty() { self.unread.clone() } else { certain }
    }

    /// Whether git shows that each of the unknown revisions was here once and is deleted.
    fn is_deleted(&self) -> bool {
        let deleted =
            |id: &String| self.traces.iter().any(|trace| trace.revision == *id && trace.seen == Seen::Deleted);
        self.unknown.iter().all(deleted)
    }

    /// Without what it reads this release does not start; with what it may fail to write it does.
    pub fn severity(&self) -> Severity {
        if self.lacking.is_empty() { Severity::Warning } else { Severity::Stop }
    }

    /// What it rests on, a line each.
    pub fn facts(&self) -> Vec<String> {
        let there = match &self.origin {
            Origin::Unexplained(there) => there.iter().map(|what| format!("no file makes {what}")).collect(),
            _ => Vec::new(),
        };
        let traces = self.traces.iter().map(ToString::to_string).collect();
        [self.reasons(), there, traces].concat()
    }
}

impl fmt::Display for Ahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unknown, heads) = (list(&self.unknown), list(&self.heads));
        write!(f, "the version table says {unknown}, but no migration file has that id; ")?;
        match self.origin {
            Origin::Unexplained(_) | Origin::Unclear if !self.known.is_empty() => write!(
                f,
                "it also says {}: either other migrations share this table, or a newer release has another branch",
                list(&self.known)
            )?,
            Origin::Recorded => f.write_str("a newer release has upgraded this database")?,
            Origin::Unexplained(_) => {
                write!(
                    f,
                    "everything that {heads} makes exists, and more: a newer release has probably upgraded this database"
                )?;
            }
            Origin::Unclear if self.is_deleted() => {
                write!(f, "the schema matches {heads}: the file of {unknown} was renamed, squashed or removed")?;
            }
            Origin::Unclear if !self.traces.is_empty() => {
                write!(
                    f,
                    "the schema matches {heads}: another branch or a newer release has probably upgraded this database"
                )?;
            }
            Origin::Unclear => write!(
                f,
                "the schema matches {heads}: either a newer release has upgraded this database, \
                 or the file of {unknown} was renamed or squashed"
            )?,
        }
        let (what, reasons) = match self.lacking.as_slice() {
            [] => ("this release may fail to write", &self.forbidden),
            lacking => ("this release lacks what it needs", &lacking.to_vec()),
        };
        match reasons.as_slice() {
            [] => Ok(()),
            [only] => write!(f, "; {what}: {only}"),
            [first, rest @ ..] => write!(f, "; {what}: {first} (and {} more)", rest.len()),
        }
    }
}

impl Help for Ahead {
    fn help(&self) -> Advice {
        match (&self.origin, self.compatible()) {
            (_, Compatible::No) if !self.lacking.is_empty() => {
                "deploy the newer release again; this one cannot run on this database".into()
            }
            (_, Compatible::No) => "deploy the newer release again if this one fails to write".into(),
            _ if !self.known.is_empty() => {
                "give the other migrations a version table of their own: version_table=NAME in their env.py".into()
            }
            (Origin::Unclear, _) if self.is_deleted() => {
                let stamp = Command::levelhead("stamp --purge").with_all(&self.heads);
                let restore = Command::levelhead("restore").with(&self.unknown[0]);
                Advice::from(Note::way("if the files of these heads contain it now, set the new id once", stamp))
                    .and(Note::way("if its file is only lost", restore))
            }
            (Origin::Unclear, _) if !self.traces.is_empty() => {
                "this release is older than the database; it can start".into()
            }
            (Origin::Unclear, _) => {
                let stamp = Command::levelhead("stamp --purge").with_all(&self.heads);
                Advice::note("after a rollback, this release can start as it is")
                    .and(Note::way("after a squash or a rename, keep the old id, or set the new one once", stamp))
            }
            _ => "this release is older than the database; it can start".into(),
        }
    }
}

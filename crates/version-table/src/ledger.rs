//! The ledger: what levelhead has changed, and why. A plain value; `database` keeps it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Row, revisions};

/// What a change was, in the words of the command or the plan that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// `stamp`: a person named the revisions.
    Stamp,
    /// `run`: the schema proved the rows.
    Repair,
    /// `fix`.
    Fix,
    /// `fix --finish`: the rest of a revision, and its row.
    Finish,
    /// `fix --take-back`: what a revision had made, and its row.
    #[serde(rename = "take-back")]
    TakeBack,
    /// `fix --schema`, or `fix` where a table or an index was left behind: the schema alone.
    Schema,
    /// `reset --versions-only`.
    Reset,
    /// `undo`.
    Undo,
    /// The application's own upgrade, which `run` started.
    Upgrade,
    /// One of a later levelhead's.
    #[serde(other)]
    Other,
}

impl Action {
    /// The word that is kept.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Stamp => "stamp",
            Self::Repair => "repair",
            Self::Fix => "fix",
            Self::Finish => "finish",
            Self::TakeBack => "take-back",
            Self::Schema => "schema",
            Self::Reset => "reset",
            Self::Undo => "undo",
            Self::Upgrade => "upgrade",
            Self::Other => "change",
        }
    }
}

/// Which release, on which machine, by which levelhead.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// What the platform or `LEVELHEAD_IMAGE` calls the release.
    pub image: Option<String>,
    /// The host's name.
    pub host: Option<String>,
    /// The version of levelhead.
    pub levelhead: String,
}

/// One revision that an upgrade applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// Its id.
    pub revision: String,
    /// `down_revision`, which tells an older image where a row that it has no file for comes from.
    pub parents: Vec<String>,
    /// How long it took, where the upgrade said when it began: from Alembic's line about it to the next one, or to the end.
    pub milliseconds: Option<u64>,
}

/// What whoever changes something says about it; the rows before and after are the writer's to add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What the change was.
    pub action: Action,
    /// The finding's code, or whatever else was the reason, in a few words.
    #[serde(default)]
    pub finding: Option<String>,
    /// What spoke for it, a sentence each.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// What an upgrade applied, in its order.
    #[serde(default)]
    pub applied: Vec<Applied>,
    /// Who did it.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Note {
    /// A note without evidence.
    #[must_use]
    pub fn new(action: Action, origin: &Origin) -> Self {
        Self { action, finding: None, evidence: Vec::new(), applied: Vec::new(), origin: origin.clone() }
    }
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number; later entries have higher ones.
    pub number: i64,
    /// When, in UTC by the server's clock: `2026-02-28T23:59:59Z`.
    pub at: String,
    /// The version table's schema; `None` on SQLite.
    pub version_table_schema: Option<String>,
    /// The version table's name.
    pub version_table: String,
    /// The whole rows before; `None` where there was no table.
    #[serde(rename = "rows_before")]
    pub before: Option<Vec<Row>>,
    /// The whole rows after; `None` where there is no table any more.
    #[serde(rename = "rows_after")]
    pub after: Option<Vec<Row>>,
    /// What it was, and why.
    #[serde(flatten)]
    pub note: Note,
}

/// What is recorded to lie behind `rows`: they themselves, the revisions that upgrades have applied before them, and what
/// those follow. It is how an image knows that a row which it has no file for comes from a later release.
#[must_use]
pub fn reached(entries: &[Entry], rows: &[String]) -> BTreeSet<String> {
    let applied = || entries.iter().flat_map(|entry| &entry.note.applied);
    let mut reached = BTreeSet::new();
    let mut next: Vec<&String> = rows.iter().collect();
    while let Some(revision) = next.pop() {
        if reached.insert(revision.clone()) {
            next.extend(applied().filter(|one| one.revision == *revision).flat_map(|one| &one.parents));
        }
    }
    reached
}

/// Why nothing is undone.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UndoError {
    /// Levelhead has not changed the version table, or was told not to keep a ledger.
    #[error(
        "the ledger has nothing to undo: levelhead has not changed the version table here, or LEVELHEAD_LEDGER was off"
    )]
    Empty,
    /// There is a ledger, and this role may not use it.
    #[error("this role may not read the ledger")]
    Forbidden {
        /// The statement that would let it.
        grant: String,
    },
    /// The last change was more than rows.
    #[error("the last change was the application's upgrade of {at}, from {from} to {to}: undo puts back rows alone")]
    Upgrade {
        /// When.
        at: String,
        /// The rows before.
        from: String,
        /// The rows after.
        to: String,
    },
    /// Somebody else has changed the rows after levelhead.
    #[error("the rows have moved since: the {action} of {at} left {left}, and now the version table holds {found}")]
    Moved {
        /// What levelhead did.
        action: &'static str,
        /// When.
        at: String,
        /// The rows that it left.
        left: String,
        /// The rows that are there.
        found: String,
        /// The rows that it replaced.
        before: String,
    },
}

/// The change to undo, where the version table holds `rows`, sorted; `None` where there is no table. `entries`: of that table,
/// newest first. An upgrade that was taken back since is passed over.
pub fn undoable<'a>(entries: &'a [Entry], rows: Option<&[String]>) -> Result<&'a Entry, UndoError> {
    for entry in entries {
        let (before, after) = (ids(entry.before.as_deref()), ids(entry.after.as_deref()));
        // What left the rows alone is nothing to put back.
        if entry.note.action != Action::Upgrade && before == after && before.is_some() {
            continue;
        }
        if entry.note.action == Action::Upgrade {
            if after.as_deref() == rows {
                let (from, to) = (shown(before.as_deref()), shown(rows));
                return Err(UndoError::Upgrade { at: entry.at.clone(), from, to });
            } else if before.as_deref().unwrap_or_default() == rows.unwrap_or_default() {
                continue;
            }
        } else if after.as_deref() == rows {
            return Ok(entry);
        }
        return Err(UndoError::Moved {
            action: entry.note.action.word(),
            at: entry.at.clone(),
            left: shown(after.as_deref()),
            found: shown(rows),
            before: shown(before.as_deref()),
        });
    }
    Err(UndoError::Empty)
}

fn ids(rows: Option<&[Row]>) -> Option<Vec<String>> {
    rows.map(|rows| revisions(Some(rows)))
}

/// How no rows are shown.
pub const NOTHING: &str = "nothing";

fn shown(rows: Option<&[String]>) -> String {
    rows.filter(|rows| !rows.is_empty()).map_or_else(|| NOTHING.to_owned(), |rows| rows.join(", "))
}

/// Whether a change is in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a change that cannot be undone is to be named"]
pub enum Recorded {
    /// It is.
    Yes,
    /// Nobody asked for it.
    Off,
    /// It could not be kept; the change was made all the same.
    No {
        /// Why.
        reason: String,
        /// What would change it.
        remedy: Remedy,
    },
}

/// What lets a ledger be kept that could not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// A right that the role lacks: the statement that gives it.
    Grant(String),
    /// The role has the ledger's name.
    AnotherRole,
    /// Something is wrong with the ledger's table.
    LookAtTable,
    /// Something is wrong with the ledger's file.
    LookAtFile(PathBuf),
}

//! What usually lies behind a cause, how to tell, and what to run.
//!
//! `{migration}` in a text stands for the migration's line, `{name}` for the name that the message ends with, `{object}`
//! for that of the object which is there or missing.

use crate::findings::Kind;

/// One thing that may lie behind a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// What happened.
    pub what: &'static str,
    /// How to see that it is this one.
    pub tell: &'static str,
    /// The command to run; empty where no command does it.
    pub run: &'static str,
    /// What to do, or what the command does; may be empty where there is a command.
    pub note: &'static str,
    /// What can tell whether it is this one here.
    pub told_by: ToldBy,
}

/// What can tell whether a reason is the one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToldBy {
    /// Only the reader.
    You,
    /// One of these findings, each of which has no other cause.
    Findings(&'static [Kind]),
    /// One of these findings makes it likely: it has other causes, too. With what is said of it.
    Perhaps(&'static [Kind], &'static str),
    /// What the pending revisions change: whether any of it is there.
    Behind,
    /// A revision of which a part is there.
    Halfway,
    /// Where the application creates tables itself, and whether what is there is whole tables alone.
    CreateAll,
    /// Whether any column uses the type.
    TypeUse,
    /// The file at hand holds a merge conflict.
    Conflict,
    /// The file at hand cannot be read.
    Unreadable,
    /// The file at hand can be read.
    Readable,
    /// Version control: whether it has the revision's file.
    VersionControl,
    /// The ledger: whether a release that knows the revision has gone through the heads of these files.
    Ledger,
    /// What the revisions do: whether two of them create the object.
    Revisions,
    /// What the revisions do: whether any creates the table or the column.
    NeverMade,
}

impl Reason {
    /// Where something is to be done that is no command.
    pub(super) const fn new(what: &'static str, tell: &'static str, note: &'static str) -> Self {
        Self { what, tell, run: "", note, told_by: ToldBy::You }
    }

    /// Where a command leads on.
    pub(super) const fn run(what: &'static str, tell: &'static str, run: &'static str) -> Self {
        Self { what, tell, run, note: "", told_by: ToldBy::You }
    }

    /// With what the command does.
    pub(super) const fn noting(self, note: &'static str) -> Self {
        Self { note, ..self }
    }

    pub(super) const fn shown_by(self, findings: &'static [Kind]) -> Self {
        self.told_by(ToldBy::Findings(findings))
    }

    pub(super) const fn likely_by(self, findings: &'static [Kind], why: &'static str) -> Self {
        self.told_by(ToldBy::Perhaps(findings, why))
    }

    pub(super) const fn told_by(self, told_by: ToldBy) -> Self {
        Self { told_by, ..self }
    }
}

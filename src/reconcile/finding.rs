//! A finding: one thing that is so, with the facts that it rests on.

use super::ahead::Ahead;
use super::table::TableProblem;
use super::unknown::Unknown;
use crate::findings::{Kind, Severity};

/// The rows that the schema proves, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The rows, sorted.
    pub rows: Vec<String>,
    /// What speaks for them, in words.
    pub reasons: Vec<String>,
}

/// What the schema says about the revision that it is at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Position {
    /// The rows, where it proves them.
    pub proof: Option<Proof>,
    /// The revisions that it may be at where it proves none, earliest first.
    pub candidates: Vec<String>,
    /// Whether something of those after the first could not be read that may have changed the schema.
    pub schema_unread: bool,
    /// What of those after the first may change data, a line each, with file and line.
    pub data: Vec<String>,
    /// What it leaves open beside a fork.
    pub open: Option<OpenSides>,
    /// Where it is most likely, where it proves nothing and no revision fits.
    pub doubt: Option<Doubt>,
}

/// Revisions that may change data, of which the schema does not show whether that has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataInQuestion {
    /// The revisions, earliest first.
    pub revisions: Vec<String>,
    /// What of them may change data, a line each, with file and line.
    pub lines: Vec<String>,
    /// Whether the first of them is the first that is pending.
    pub is_next: bool,
    /// The current revisions where none of them has run.
    pub none: Vec<String>,
    /// The current revisions where all of them have.
    pub all: Vec<String>,
}

/// Where a schema is most likely that fits no revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// What goes after "the schema".
    pub place: String,
    /// The revisions that it is nearest to, earliest first.
    pub nearest: Vec<String>,
}

/// Revisions of sides of a fork of which a schema does not show whether they were applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSides {
    /// The revisions.
    pub revisions: Vec<String>,
    /// The rows if none of them was applied.
    pub without: Vec<String>,
    /// The rows if all of them were.
    pub with: Vec<String>,
}

/// A table in which Alembic's batch mode was making another one anew: `_alembic_tmp_` and that one's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// Its name, with its schema where that is not the default one.
    pub table: String,
    /// The table that it was to take the place of.
    pub original: String,
    /// What has become of that one.
    pub fate: Fate,
    /// Whether a pending revision changes that one: batch mode would make the same table again.
    pub in_the_way: bool,
}

/// What has become of the table that a leftover was to take the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It has every row still.
    Whole,
    /// It is gone: the leftover holds its rows.
    Gone,
    /// It is there, and whether it has every row is not known, or it has fewer.
    Doubtful,
}

/// An index that is not valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidIndex {
    /// Its name, with its schema where that is not the default one.
    pub name: String,
    /// Whether a pending revision makes it.
    pub pending: bool,
}

impl Leftover {
    /// Whether it loses nothing, and nothing pending meets it.
    fn is_harmless(&self) -> bool {
        self.fate == Fate::Whole && !self.in_the_way
    }
}

/// Something of a schema that a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// In words, with the revision.
    pub words: String,
    /// File and line that say so, where they are known.
    pub origin: Option<String>,
}

/// What the rows, the files and the schema say together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The rows are the real heads, or have reached the target.
    AtHead {
        /// The rows.
        rows: Vec<String>,
    },
    /// No version rows and no tables.
    FreshDatabase {
        /// What the upgrade will apply, in its order.
        pending: Vec<String>,
    },
    /// The rows are ancestors of the heads, and the schema agrees.
    Behind {
        /// The rows.
        rows: Vec<String>,
        /// What the upgrade will apply, in its order.
        pending: Vec<String>,
    },
    /// Tables, but no version rows.
    Unversioned {
        /// Whether the version table itself is missing.
        no_table: bool,
        /// Tables that are there.
        tables: Vec<String>,
        /// Where the schema is.
        position: Position,
    },
    /// The rows are ancestors of the heads, and what a pending revision makes is there already.
    PendingExists {
        /// The rows.
        rows: Vec<String>,
        /// What is there.
        there: Vec<Fact>,
        /// Pending revisions up to where the schema is that also change data, or may: their objects prove nothing of that.
        with_data: Option<DataInQuestion>,
        /// What of those revisions could not be read, with file and line.
        unread: Vec<String>,
        /// Where the schema is.
        position: Position,
    },
    /// The rows claim revisions whose objects are not there.
    StampedTooFar {
        /// The rows.
        rows: Vec<String>,
        /// What is missing.
        missing: Vec<Fact>,
        /// Where the schema is.
        position: Position,
    },
    /// Some of what one revision does is there, and some is not.
    HalfApplied {
        /// The revision.
        revision: String,
        /// What is there.
        done: Vec<Fact>,
        /// What is not.
        missing: Vec<Fact>,
    },
    /// A row names a revision that no file has.
    UnknownRevision(Box<Unknown>),
    /// A row that no file has, over a schema that has gone beyond the files: a newer release was here.
    Ahead(Box<Ahead>),
    /// Tables, no version rows or unknown ones alone, and no migration mentions any of the tables.
    WrongDatabase {
        /// Tables that are there.
        tables: Vec<String>,
        /// The rows.
        rows: Vec<String>,
        /// The database's name and host.
        place: String,
    },
    /// There is no migration file, so that nothing can be said of the database.
    NoRevisions {
        /// The rows.
        rows: Vec<String>,
    },
    /// The files have several real heads.
    MultipleHeads {
        /// The heads.
        heads: Vec<String>,
        /// The last revision that all of them have in common.
        fork: Option<String>,
        /// The label of each, where they are branches that are meant to stay apart.
        branches: Vec<String>,
    },
    /// A row is an ancestor of another row.
    OverlappingRows {
        /// The rows that are ancestors of others.
        ancestors: Vec<String>,
        /// All rows.
        rows: Vec<String>,
    },
    /// An index that a failed CREATE INDEX CONCURRENTLY left behind; PostgreSQL keeps it up to date and never reads it.
    InvalidIndex {
        /// The indexes.
        indexes: Vec<InvalidIndex>,
    },
    /// The schema is where the rows say, and something in it is not as the migrations leave it.
    Drift {
        /// What deviates.
        deviations: Vec<Fact>,
    },
    /// Applied revisions say what the schema does not have, and the rest of each is there: their files were edited afterwards.
    EditedRevision {
        /// What is missing, with file and line.
        missing: Vec<Fact>,
    },
    /// Batch mode was interrupted and left tables behind.
    LeftoverTable {
        /// Each of them, the most dangerous first.
        tables: Vec<Leftover>,
    },
    /// The version table cannot be changed as it has to be. Looked for only where something is to be changed.
    Table(Box<TableProblem>),
}

impl Finding {
    /// Which finding it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::AtHead { .. } => Kind::AT_HEAD,
            Self::FreshDatabase { .. } => Kind::FRESH_DATABASE,
            Self::Behind { .. } => Kind::BEHIND,
            Self::Unversioned { .. } => Kind::UNVERSIONED,
            Self::PendingExists { .. } => Kind::PENDING_EXISTS,
            Self::StampedTooFar { .. } => Kind::STAMPED_TOO_FAR,
            Self::HalfApplied { .. } => Kind::HALF_APPLIED,
            Self::UnknownRevision(_) => Kind::UNKNOWN_REVISION,
            Self::Ahead(_) => Kind::AHEAD,
            Self::WrongDatabase { .. } => Kind::WRONG_DATABASE,
            Self::NoRevisions { .. } => Kind::NO_REVISIONS,
            Self::MultipleHeads { .. } => Kind::MULTIPLE_HEADS,
            Self::OverlappingRows { .. } => Kind::OVERLAPPING_ROWS,
            Self::InvalidIndex { .. } => Kind::INVALID_INDEX,
            Self::Drift { .. } => Kind::DRIFT,
            Self::EditedRevision { .. } => Kind::EDITED_REVISION,
            Self::LeftoverTable { .. } => Kind::LEFTOVER_TABLE,
            Self::Table(problem) => problem.kind.finding(),
        }
    }

    /// The stable name that documentation and JSON use.
    pub fn code(&self) -> &'static str {
        self.kind().code
    }

    /// How much it matters: as much as its kind, unless what was found says otherwise.
    pub fn severity(&self) -> Severity {
        match self {
            Self::MultipleHeads { branches, .. } if !branches.is_empty() => Severity::Fine,
            Self::Ahead(ahead) => ahead.severity(),
            Self::UnknownRevision(unknown) => unknown.severity(),
            Self::LeftoverTable { tables } if tables.iter().all(Leftover::is_harmless) => Severity::Warning,
            Self::Table(problem) if problem.is_repairable() => Severity::Repair,
            Self::Unversioned { .. } | Self::PendingExists { .. } if self.proof().is_some() => Severity::Repair,
            _ => self.kind().severity,
        }
    }

    /// The rows that the schema proves instead of those that are there.
    pub fn proof(&self) -> Option<&Proof> {
        match self {
            Self::PendingExists { with_data: Some(_), .. } => None,
            Self::Unversioned { position, .. }
            | Self::PendingExists { position, .. }
            | Self::StampedTooFar { position, .. } => position.proof.as_ref(),
            Self::UnknownRevision(unknown) if !unknown.may_be_others => unknown.position.proof.as_ref(),
            _ => None,
        }
    }

    /// Whether it says that the schema is not that of the current revisions, or that it has none.
    pub fn is_of_the_schema(&self) -> bool {
        matches!(
            self,
            Self::StampedTooFar { .. }
                | Self::PendingExists { .. }
                | Self::HalfApplied { .. }
                | Self::UnknownRevision(_)
                | Self::Unversioned { .. }
                | Self::WrongDatabase { .. }
        )
    }

    /// The current revisions that no file has and that may be of use to others: only a person writes over them.
    pub fn of_others(&self) -> Option<&[String]> {
        match self {
            Self::Ahead(ahead) => Some(&ahead.unknown),
            Self::UnknownRevision(unknown) if unknown.may_be_others => Some(&unknown.unknown),
            _ => None,
        }
    }

    /// The lines that may change data, of which the schema does not show whether they have run, with file and line.
    pub fn data(&self) -> &[String] {
        match self {
            Self::PendingExists { with_data: Some(data), .. } => &data.lines,
            Self::Unversioned { position, .. } | Self::PendingExists { position, .. } => &position.data,
            Self::UnknownRevision(unknown) => &unknown.position.data,
            _ => &[],
        }
    }

    /// The revisions to choose from, where the schema proves none of them.
    pub fn choices(&self) -> &[String] {
        match self {
            Self::Unversioned { position, .. }
            | Self::PendingExists { position, .. }
            | Self::StampedTooFar { position, .. }
                if position.proof.is_none() =>
            {
                &position.candidates
            }
            Self::UnknownRevision(unknown) if unknown.position.proof.is_none() => &unknown.position.candidates,
            _ => &[],
        }
    }

    /// Whether it says where the database is. One of the findings about a database always does.
    pub fn is_position(&self) -> bool {
        !matches!(
            self,
            Self::MultipleHeads { .. }
                | Self::OverlappingRows { .. }
                | Self::InvalidIndex { .. }
                | Self::Drift { .. }
                | Self::EditedRevision { .. }
                | Self::LeftoverTable { .. }
                | Self::Table(_)
        )
    }

    /// Whether somebody else's upgrade may lead from here to the heads. It may look like [`Unversioned`](Self::Unversioned)
    /// on its way, where its first revisions commit their tables before their rows.
    pub fn is_passing(&self) -> bool {
        self.severity() < Severity::Stop || matches!(self, Self::Unversioned { .. })
    }

    /// What it rests on, a line each.
    pub fn facts(&self) -> Vec<String> {
        match self {
            Self::PendingExists { there, unread, .. } => {
                let of_data = self.data().iter().filter(|line| !unread.contains(line)).cloned();
                unread.iter().cloned().chain(of_data).chain(there.iter().map(ToString::to_string)).collect()
            }
            Self::Unversioned { position, .. } if position.proof.is_none() => position.data.clone(),
            Self::Ahead(ahead) => ahead.facts(),
            Self::UnknownRevision(unknown) => unknown.facts(),
            Self::HalfApplied { done, missing, .. } => {
                let done = done.iter().map(|fact| format!("done: {fact}"));
                done.chain(missing.iter().map(|fact| format!("not done: {fact}"))).collect()
            }
            Self::StampedTooFar { missing: facts, .. }
            | Self::Drift { deviations: facts }
            | Self::EditedRevision { missing: facts } => facts.iter().map(ToString::to_string).collect(),
            Self::LeftoverTable { tables } => tables.iter().map(ToString::to_string).collect(),
            _ => self.proof().map(|proof| proof.reasons.clone()).unwrap_or_default(),
        }
    }
}

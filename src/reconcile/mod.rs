//! What the world looks like, and what follows from it. Pure: no file, no connection, no process, no clock.

mod evidence;
mod table;

use std::collections::BTreeSet;
use std::fmt;

use crate::database::VersionRows;
use crate::migrations::{RevisionGraph, Step};
pub use evidence::{Evidence, row_changes, weigh};
pub use table::{Need, ProblemKind, TableProblem, problems};

/// What the rows, the files and the schema say together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The rows are the real heads.
    AtHead {
        /// The heads.
        heads: Vec<String>,
    },
    /// No version rows and no tables.
    FreshDatabase {
        /// Every revision, in the order of the upgrade.
        pending: Vec<String>,
    },
    /// The rows are ancestors of the heads.
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
        /// What the schema proves.
        proof: Option<Proof>,
        /// Where it proves no single revision: those that it may be at.
        candidates: Vec<String>,
    },
    /// Tables, no version rows, and no migration mentions any of the tables.
    WrongDatabase {
        /// Tables that are there.
        tables: Vec<String>,
    },
    /// A row names a revision that no file has.
    UnknownRevision {
        /// The rows that no file has.
        unknown: Vec<String>,
        /// The heads of the files.
        heads: Vec<String>,
        /// What the schema proves.
        proof: Option<Proof>,
        /// Where it proves no single revision: those that it may be at.
        candidates: Vec<String>,
    },
    /// A row that no file has, over a schema with everything that the files make: a newer release was here.
    Ahead {
        /// The rows that no file has.
        unknown: Vec<String>,
        /// The heads of the files.
        heads: Vec<String>,
    },
    /// A row is an ancestor of another row.
    OverlappingRows {
        /// The rows that are ancestors of others.
        ancestors: Vec<String>,
        /// All rows.
        rows: Vec<String>,
    },
}

/// The rows that the schema proves, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The rows, sorted.
    pub rows: Vec<String>,
    /// What speaks for them, in words.
    pub reasons: Vec<String>,
}

/// What `run` does about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nothing: start the command.
    Start,
    /// Set the rows to what the schema proves, and look again.
    Restamp(Proof),
    /// Run the application's upgrade.
    Upgrade,
    /// Leave it to a person.
    Stop,
}

impl Finding {
    /// The stable name that documentation and JSON use.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AtHead { .. } => "at-head",
            Self::FreshDatabase { .. } => "fresh-database",
            Self::Behind { .. } => "behind",
            Self::Unversioned { .. } => "unversioned",
            Self::WrongDatabase { .. } => "wrong-database",
            Self::UnknownRevision { .. } => "unknown-revision",
            Self::Ahead { .. } => "ahead",
            Self::OverlappingRows { .. } => "overlapping-rows",
        }
    }

    /// What `run` does about it.
    pub fn decision(&self) -> Decision {
        match self {
            Self::AtHead { .. } | Self::Ahead { .. } => Decision::Start,
            Self::FreshDatabase { .. } | Self::Behind { .. } => Decision::Upgrade,
            Self::Unversioned { proof: Some(proof), .. } | Self::UnknownRevision { proof: Some(proof), .. } => {
                Decision::Restamp(proof.clone())
            }
            Self::Unversioned { .. }
            | Self::WrongDatabase { .. }
            | Self::UnknownRevision { .. }
            | Self::OverlappingRows { .. } => Decision::Stop,
        }
    }

    /// Whether somebody else's upgrade may lead from here to the heads. It may look like [`Unversioned`](Self::Unversioned)
    /// on its way, where its first revisions commit their tables before their rows.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::AtHead { .. } | Self::FreshDatabase { .. } | Self::Behind { .. } | Self::Unversioned { .. } => true,
            Self::WrongDatabase { .. }
            | Self::UnknownRevision { .. }
            | Self::Ahead { .. }
            | Self::OverlappingRows { .. } => false,
        }
    }

    /// The one thing to do next.
    pub fn next(&self) -> String {
        match self {
            Self::AtHead { .. } | Self::Ahead { .. } => "nothing to do".to_owned(),
            Self::FreshDatabase { .. } | Self::Behind { .. } => "stillhead run".to_owned(),
            Self::Unversioned { proof: Some(_), .. } | Self::UnknownRevision { proof: Some(_), .. } => {
                "stillhead run".to_owned()
            }
            // With data migrations among them, only a person knows whether they have run.
            Self::Unversioned { candidates, .. } | Self::UnknownRevision { candidates, .. } if candidates.len() > 1 => {
                let (first, last) = (&candidates[0], &candidates[candidates.len() - 1]);
                format!(
                    "stillhead stamp --purge {last} if what the revisions after {first} do to the data has been done, \
                     else stillhead stamp --purge {first}; then start again"
                )
            }
            Self::Unversioned { candidates, .. } | Self::UnknownRevision { candidates, .. }
                if candidates.len() == 1 =>
            {
                format!(
                    "stillhead infer, and if you agree, stillhead stamp --purge {}; then start again",
                    candidates[0]
                )
            }
            Self::Unversioned { .. } => "stillhead infer, to see what speaks for and against each revision".to_owned(),
            Self::WrongDatabase { .. } => "check the database's name in DATABASE_URL".to_owned(),
            Self::UnknownRevision { unknown, .. } => {
                format!("git log --all --oneline -S{} -- '*.py', to find the commit that has the file", unknown[0])
            }
            Self::OverlappingRows { ancestors, rows } => {
                let stay: Vec<&str> = rows.iter().filter(|row| !ancestors.contains(row)).map(String::as_str).collect();
                format!("stillhead stamp --purge {}, then start again", stay.join(" "))
            }
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtHead { heads } => write!(f, "at head {}", list(heads)),
            Self::FreshDatabase { pending } => write!(f, "an empty database, {} pending", revisions(pending.len())),
            Self::Behind { rows, pending } => write!(f, "at {}, {} pending", list(rows), revisions(pending.len())),
            Self::Unversioned { no_table, tables, proof, candidates } => {
                let there = if let [_] = tables.as_slice() { "a table is" } else { "tables are" };
                let missing = if *no_table { "there is no version table" } else { "the version table is empty" };
                write!(f, "{there} there ({}), but {missing}; ", list(tables))?;
                position(f, proof.as_ref(), candidates)
            }
            Self::WrongDatabase { tables } => {
                write!(f, "there are tables ({}), but no migration mentions any of them", list(tables))
            }
            Self::UnknownRevision { unknown, heads, proof, candidates } => {
                let (unknown, heads) = (list(unknown), list(heads));
                write!(f, "the version table holds {unknown}, which no migration file has (their heads: {heads}); ")?;
                position(f, proof.as_ref(), candidates)
            }
            Self::Ahead { unknown, heads } => write!(
                f,
                "the version table holds {}, which no migration file has, and everything that {} needs is there: \
                 a newer release has upgraded this database",
                list(unknown),
                list(heads)
            ),
            Self::OverlappingRows { ancestors, rows } => {
                write!(f, "the version table holds {}; {} precedes another of them", list(rows), list(ancestors))
            }
        }
    }
}

/// Where the schema is, as far as it says.
fn position(f: &mut fmt::Formatter<'_>, proof: Option<&Proof>, candidates: &[String]) -> fmt::Result {
    match (proof, candidates) {
        (Some(proof), _) => write!(f, "the schema is at {}: {}", list(&proof.rows), list(&proof.reasons)),
        (None, []) => write!(f, "what revision the schema is at is not proven"),
        (None, [only]) => write!(f, "the schema is nearest to {only}, but something contradicts it"),
        (None, candidates) => write!(f, "the schema may be at {}, which it cannot tell apart", list(candidates)),
    }
}

/// Compares the rows with the files.
///
/// `tables` is asked for only where the rows do not decide: nothing else needs a second round trip.
pub fn diagnose(graph: &RevisionGraph, rows: &VersionRows, tables: &[String]) -> Finding {
    let heads = graph.real_heads();
    let current: BTreeSet<&str> = rows.revisions().iter().map(String::as_str).collect();
    if graph.is_at_head(rows.revisions()) {
        return Finding::AtHead { heads: owned(heads) };
    }
    let unknown: Vec<&str> = current.iter().copied().filter(|row| graph.get(row).is_none()).collect();
    if !unknown.is_empty() {
        let (unknown, heads) = (owned(unknown), owned(heads));
        return Finding::UnknownRevision { unknown, heads, proof: None, candidates: Vec::new() };
    }
    if current.is_empty() && !tables.is_empty() {
        let no_table = *rows == VersionRows::NoTable;
        return Finding::Unversioned { no_table, tables: tables.to_vec(), proof: None, candidates: Vec::new() };
    }
    let overlapping: Vec<&str> = current.iter().copied().filter(|row| precedes_another(graph, row, &current)).collect();
    if !overlapping.is_empty() {
        return Finding::OverlappingRows { ancestors: owned(overlapping), rows: owned(current) };
    }
    let pending = pending(graph, rows.revisions());
    if current.is_empty() {
        Finding::FreshDatabase { pending }
    } else {
        Finding::Behind { rows: owned(current), pending }
    }
}

fn precedes_another(graph: &RevisionGraph, row: &str, rows: &BTreeSet<&str>) -> bool {
    let others = rows.iter().filter(|other| **other != row);
    others.into_iter().any(|other| {
        let applied = graph.applied(&[(*other).to_owned()]).unwrap_or_default();
        applied.iter().any(|node| node.revision.id == row)
    })
}

/// What `upgrade heads` will apply, in its order.
fn pending(graph: &RevisionGraph, rows: &[String]) -> Vec<String> {
    let steps = graph.upgrade_steps(rows, "heads").unwrap_or_default();
    steps.into_iter().filter_map(|step| if let Step::Upgrade(id) = step { Some(id) } else { None }).collect()
}

fn owned<'a>(revisions: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    revisions.into_iter().map(str::to_owned).collect()
}

fn revisions(count: usize) -> String {
    if count == 1 { "1 revision".to_owned() } else { format!("{count} revisions") }
}

/// Names, the first few of many.
pub fn list(names: &[String]) -> String {
    const SHOWN: usize = 5;
    match names.len() {
        0 => "nothing".to_owned(),
        count if count <= SHOWN => names.join(", "),
        count => format!("{} and {} more", names[..SHOWN].join(", "), count - SHOWN),
    }
}

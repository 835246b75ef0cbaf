//! Findings in words: what each says.

use std::fmt;

use super::finding::{DataInQuestion, Fact, Fate, Finding, Leftover, Position};
use super::list;
use crate::help::{Help, Message};

/// `{:#}` leaves out the reasons for where the schema is: for whoever lists the facts beside it.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtHead { rows } => write!(f, "at head {}", list(rows)),
            Self::FreshDatabase { pending } => pending_from(f, &[], pending),
            Self::Behind { rows, pending } => pending_from(f, rows, pending),
            Self::Unversioned { no_table, tables, position } => {
                let there = if let [_] = tables.as_slice() { "a table exists" } else { "tables exist" };
                let missing = if *no_table { "there is no version table" } else { "the version table is empty" };
                write!(f, "{there} ({}), but {missing}; ", list(tables))?;
                position.fmt(f)
            }
            Self::PendingExists { rows, there, with_data, unread, position } => {
                let (rows, more) = (list(rows), and_more(there.len()));
                write!(f, "the version table says {rows}, but {}{more}; ", first(there))?;
                position.fmt(f)?;
                match with_data {
                    _ if !unread.is_empty() => {
                        write!(f, "; not everything could be read: {}{}", unread[0], and_more(unread.len()))
                    }
                    None => Ok(()),
                    Some(DataInQuestion { revisions, .. }) => {
                        let change = if revisions.len() == 1 { "also changes" } else { "also change" };
                        let names = list(revisions);
                        write!(f, "; {names} {change} data, and the schema cannot show whether that ran")
                    }
                }
            }
            Self::StampedTooFar { rows, missing, position } => {
                let (rows, more) = (list(rows), and_more(missing.len()));
                write!(f, "the version table says {rows}, but {}{more}; ", first(missing))?;
                position.fmt(f)
            }
            Self::HalfApplied { revision, done, missing } => {
                let are = if done.len() == 1 { "is" } else { "are" };
                write!(f, "{} of {} operations of {revision} {are} present", done.len(), done.len() + missing.len())?;
                match f.alternate() {
                    true => Ok(()),
                    false => write!(f, ": {}, but {}", first(done), first(missing)),
                }
            }
            Self::UnknownRevision(unknown) => unknown.fmt(f),
            Self::Ahead(ahead) => ahead.fmt(f),
            Self::WrongDatabase { tables, rows, place } => {
                let in_it =
                    if place.is_empty() { "this database has".to_owned() } else { format!("the database {place} has") };
                write!(f, "{in_it} tables ({}), but no migration mentions any of them", list(tables))?;
                match rows.as_slice() {
                    [] => Ok(()),
                    rows => write!(f, ", and no migration file has its revision {}", list(rows)),
                }
            }
            Self::NoRevisions { rows } => {
                f.write_str("no migration file was found; nothing is known about this database")?;
                match rows.as_slice() {
                    [] => Ok(()),
                    rows => write!(f, ", and its version table says {}", list(rows)),
                }
            }
            Self::MultipleHeads { heads, branches, .. } if !branches.is_empty() => {
                let named = heads.iter().zip(branches).map(|(head, label)| format!("{head} ({label})"));
                let named: Vec<String> = named.collect();
                let (count, named) = (heads.len(), list(&named));
                write!(
                    f,
                    "{count} separate branches: {named}; LEVELHEAD_TARGET=heads, the default, upgrades all of them"
                )
            }
            Self::MultipleHeads { heads, fork, .. } => {
                let fork = fork.as_ref().map(|fork| format!(", which split after {fork}")).unwrap_or_default();
                write!(f, "the migration files have {} heads: {}{fork}", heads.len(), list(heads))
            }
            Self::OverlappingRows { ancestors, rows } => {
                write!(
                    f,
                    "the version table says {}, but {} is an ancestor of another of them",
                    list(rows),
                    list(ancestors)
                )
            }
            Self::InvalidIndex { indexes } => {
                let names = |pending: bool| -> Vec<String> {
                    let named = indexes.iter().filter(|index| !pending || index.pending);
                    named.map(|index| index.name.clone()).collect()
                };
                let all = list(&names(false));
                write!(
                    f,
                    "a CREATE INDEX CONCURRENTLY failed and left {all} invalid: PostgreSQL updates it but never uses it"
                )?;
                match names(true).as_slice() {
                    [] => Ok(()),
                    pending => write!(f, "; a pending revision creates {}", list(pending)),
                }
            }
            Self::Drift { deviations } => {
                write!(f, "the schema differs from the migrations: {}{}", first(deviations), and_more(deviations.len()))
            }
            Self::EditedRevision { missing } => {
                write!(f, "an applied revision was edited: {}{}", first(missing), and_more(missing.len()))
            }
            Self::LeftoverTable { tables } => {
                write!(f, "an interrupted batch migration left {}{}", tables[0], and_more(tables.len()))
            }
            Self::Table(problem) => problem.fmt(f),
        }
    }
}

/// Facts that a message shows; `check --format json` has them all.
const SHOWN: usize = 6;
/// Lines that may change data that a message shows.
const PAGE: usize = 30;

impl Finding {
    /// What it says, in its parts.
    pub fn message(&self) -> Message {
        Message { code: Some(self.code()), what: format!("{self:#}"), facts: self.shown(), advice: self.help() }
    }

    /// The first facts that its sentence does not hold.
    pub fn shown(&self) -> Vec<String> {
        let sentence = format!("{self:#}");
        let mut facts: Vec<String> = self.facts().into_iter().filter(|fact| !sentence.contains(fact)).collect();
        // Whether they have run is what is asked: all of them are shown, up to a page.
        let shown = SHOWN.max(self.data().len().min(PAGE));
        if let Some(more) = facts.len().checked_sub(shown).filter(|more| *more > 0) {
            facts.truncate(shown);
            facts.push(format!("and {more} more"));
        }
        facts
    }
}

impl fmt::Display for Leftover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, original, .. } = self;
        match self.fate {
            Fate::Whole => write!(f, "{table}: a copy of {original}; {original} has every row"),
            Fate::Gone => write!(f, "{table}: {original} is gone, and this table holds its rows"),
            Fate::Doubtful => write!(f, "{table}: {original} has fewer rows than this table, or cannot be counted"),
        }
    }
}

impl Position {
    pub(super) fn is_unknown(&self) -> bool {
        self.proof.is_none() && self.candidates.is_empty()
    }
}

/// Where the schema is, as far as it says, and why; `{:#}` leaves out why.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the schema {}", self.place())?;
        match &self.proof {
            Some(proof) if !f.alternate() && !proof.reasons.is_empty() => write!(f, ": {}", list(&proof.reasons)),
            _ => Ok(()),
        }
    }
}

impl Position {
    /// What goes after "the schema".
    pub(super) fn place(&self) -> String {
        if let Some(open) = &self.open {
            let (at, whether) = (list(&open.without), list(&open.revisions));
            let was = if open.revisions.len() == 1 { "was" } else { "were" };
            return format!("is at {at}, and does not show whether {whether} {was} applied");
        }
        match (&self.proof, self.candidates.as_slice()) {
            (Some(proof), _) if proof.rows.is_empty() => "holds nothing of the migrations".to_owned(),
            (Some(proof), _) => format!("is at {}", list(&proof.rows)),
            (None, []) => self.doubt.as_ref().map_or("matches no revision", |doubt| &doubt.place).to_owned(),
            (None, [only]) => format!("is nearest to {only}, but something contradicts it"),
            (None, candidates) => format!("matches {} equally well", and(candidates)),
        }
    }
}

/// A few names, for what fits each of them.
fn and(names: &[String]) -> String {
    match names {
        [one, other] => format!("{one} and {other}"),
        names => list(names),
    }
}

/// A row that no file has. One that is no id shows what it is.
pub(super) fn id_in_words(row: &str) -> String {
    match row.trim() {
        "" if row.is_empty() => "'' (an empty row)".to_owned(),
        "" => format!("{row:?} (white space)"),
        id if id != row => format!("{row:?} ({id} with white space around it)"),
        id => id.to_owned(),
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)?;
        self.origin.as_ref().map_or(Ok(()), |origin| write!(f, " ({origin})"))
    }
}

/// The first fact without its file and line, which stand in the list below.
fn first(facts: &[Fact]) -> &str {
    facts.first().map_or("nothing", |fact| &fact.words)
}

pub(super) fn and_more(count: usize) -> String {
    if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() }
}

/// What is pending from some rows on.
pub(super) fn pending_from(f: &mut fmt::Formatter<'_>, rows: &[String], pending: &[String]) -> fmt::Result {
    match rows {
        [] => f.write_str("an empty database, ")?,
        rows => write!(f, "at {}, ", list(rows))?,
    }
    write!(f, "{} pending", revisions(pending.len()))
}

/// A number of revisions.
fn revisions(count: usize) -> String {
    if count == 1 { "1 revision".to_owned() } else { format!("{count} revisions") }
}

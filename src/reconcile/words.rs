//! Findings in words: what each says, and the one thing to do next.

use std::fmt;

use super::finding::{Fate, Finding, InvalidIndex, Leftover, Position};
use super::list;
use crate::help::{Advice, Command, Help};
use version_table::quoted;

/// `{:#}` leaves out the reasons for where the schema is: for whoever lists the facts beside it.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtHead { rows } => write!(f, "at head {}", list(rows)),
            Self::FreshDatabase { pending } => pending_from(f, &[], pending),
            Self::Behind { rows, pending } => pending_from(f, rows, pending),
            Self::Unversioned { no_table, tables, position } => {
                let there = if let [_] = tables.as_slice() { "a table is" } else { "tables are" };
                let missing = if *no_table { "there is no version table" } else { "the version table is empty" };
                write!(f, "{there} there ({}), but {missing}; ", list(tables))?;
                position.fmt(f)
            }
            Self::PendingExists { rows, there, with_data, unread, position } => {
                let (rows, more) = (list(rows), and_more(there.len()));
                write!(f, "the version table says {rows}, but {}{more}; ", first(there))?;
                position.fmt(f)?;
                match with_data.as_slice() {
                    _ if !unread.is_empty() => {
                        write!(f, "; not everything could be read: {}{}", unread[0], and_more(unread.len()))
                    }
                    [] => Ok(()),
                    revisions => {
                        write!(f, "; but whether {} has changed the data, no schema can tell", list(revisions))
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
            Self::UnknownRevision { unknown, heads, lacking, surplus, position } => {
                let unknown = list(&unknown.iter().map(|row| row_in_words(row)).collect::<Vec<_>>());
                let heads = list(heads);
                write!(f, "the version table holds {unknown}, which no migration file has (their heads: {heads}); ")?;
                position.fmt(f)?;
                match lacking.as_slice() {
                    _ if *surplus => write!(f, "; whether {unknown} is a row of other migrations, nothing says"),
                    [gone, ..] if position.is_unknown() => {
                        write!(f, ", and {heads} needs what is not there: {gone}{}", and_more(lacking.len()))
                    }
                    _ => Ok(()),
                }
            }
            Self::Ahead(ahead) => ahead.fmt(f),
            Self::WrongDatabase { tables, rows, place } => {
                let in_it = if place.is_empty() { "there are".to_owned() } else { format!("the database {place} has") };
                write!(f, "{in_it} tables ({}), but no migration mentions any of them", list(tables))?;
                match rows.as_slice() {
                    [] => Ok(()),
                    rows => write!(f, ", and no migration file has its version {}", list(rows)),
                }
            }
            Self::NoRevisions { rows } => {
                f.write_str("there is no migration file, so that nothing can be said of this database")?;
                match rows.as_slice() {
                    [] => Ok(()),
                    rows => write!(f, ", whose version table holds {}", list(rows)),
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
                let fork = fork.as_ref().map(|fork| format!(", which part after {fork}")).unwrap_or_default();
                write!(f, "the migration files have {} heads: {}{fork}", heads.len(), list(heads))
            }
            Self::OverlappingRows { ancestors, rows } => {
                write!(f, "the version table holds {}; {} precedes another of them", list(rows), list(ancestors))
            }
            Self::InvalidIndex { indexes } => {
                let names = |pending: bool| -> Vec<String> {
                    let named = indexes.iter().filter(|index| !pending || index.pending);
                    named.map(|index| index.name.clone()).collect()
                };
                let all = list(&names(false));
                write!(f, "a CREATE INDEX CONCURRENTLY has failed and left {all} invalid: written to, and never read")?;
                match names(true).as_slice() {
                    [] => Ok(()),
                    pending => write!(f, "; a pending revision makes {}", list(pending)),
                }
            }
            Self::Drift { deviations } => write!(
                f,
                "the schema is not quite as the migrations leave it: {}{}",
                first(deviations),
                and_more(deviations.len())
            ),
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

impl fmt::Display for Leftover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, original, .. } = self;
        match self.fate {
            Fate::Whole => write!(f, "{table}: a copy of {original}, which has every row"),
            Fate::Gone => write!(f, "{table}: {original} is gone, and this table holds its rows"),
            Fate::Doubtful => write!(f, "{table}: {original} has fewer rows than this table, or cannot be counted"),
        }
    }
}

impl Help for Finding {
    fn help(&self) -> Advice {
        let infer = || Command::levelhead("infer").before(", to see what speaks for and against each revision");
        match self {
            Self::Ahead(ahead) => ahead.help(),
            Self::AtHead { .. } => "nothing to do".into(),
            Self::NoRevisions { .. } => {
                "copy the migration files into the image, or name their folder: LEVELHEAD_MIGRATIONS=DIR".into()
            }
            Self::PendingExists { unread, position, .. } if !unread.is_empty() => {
                match position.candidates.last().or(position.proof.as_ref().and_then(|proof| proof.rows.last())) {
                    Some(revision) => Command::levelhead("infer --explain").with(revision).before(format!(
                        ", and if all of it is there, levelhead stamp --purge {revision}; \
                         else do by hand what is missing or undo what is there"
                    )),
                    None => infer(),
                }
            }
            Self::FreshDatabase { .. } | Self::Behind { .. } | Self::OverlappingRows { .. } => {
                Command::levelhead("run").into()
            }
            Self::PendingExists { with_data, position: Position { proof: Some(proof), .. }, .. }
                if !with_data.is_empty() =>
            {
                stamp(&proof.rows)
                    .before(format!(" once what {} does to the data has been done; then start again", list(with_data)))
            }
            Self::UnknownRevision { unknown, surplus: true, .. } => Command::levelhead("fix").before(format!(
                ", which removes {}, unless it is a row of other migrations; then start again",
                list(unknown)
            )),
            Self::Unversioned { position, .. }
            | Self::PendingExists { position, .. }
            | Self::UnknownRevision { position, .. }
                if !position.is_unknown() =>
            {
                position.help()
            }
            Self::Unversioned { .. } | Self::PendingExists { .. } => infer(),
            Self::StampedTooFar { position, .. } => match &position.proof {
                Some(_) => Command::levelhead("fix")
                    .before(", which moves the row back to where the schema is; then start again"),
                None => Command::levelhead("diff").before(", and levelhead fix --schema makes what is missing"),
            },
            Self::HalfApplied { revision, .. } => Command::levelhead("fix --finish")
                .with(revision)
                .before(format!(", or to undo it instead, levelhead fix --take-back {revision}")),
            Self::UnknownRevision { unknown, .. } => {
                Command::levelhead("restore").with(&unknown[0]).before(", to bring its file back from version control")
            }
            Self::WrongDatabase { rows, .. } if !rows.is_empty() => {
                Command::levelhead("verify").before(", to see which database DATABASE_URL names, and correct it")
            }
            Self::WrongDatabase { .. } => "check the database's name in DATABASE_URL; if it is the right one, \
                run the first upgrade yourself: flask db upgrade, or alembic upgrade heads"
                .into(),
            Self::MultipleHeads { branches, .. } if !branches.is_empty() => {
                "nothing to do; levelhead merge only if they are to become one".into()
            }
            Self::MultipleHeads { .. } => Command::levelhead("merge").before(", and commit the file"),
            Self::InvalidIndex { indexes } => {
                let index = indexes.iter().find(|index| index.pending).unwrap_or(&indexes[0]);
                Command::levelhead("fix").before(format!(", which runs: {}", index.statement()))
            }
            Self::Drift { .. } => Command::levelhead("diff").before(", to see all that deviates"),
            Self::EditedRevision { .. } => Command::levelhead("diff --sql")
                .before(", to see what makes it; move the edit to a new revision, so that every database gets it"),
            Self::LeftoverTable { tables } => tables[0].help(),
            Self::Table(problem) => problem.help(),
        }
    }
}

impl Help for Leftover {
    fn help(&self) -> Advice {
        let (table, original) = (as_sql(&self.table), as_sql(self.original.rsplit('.').next().unwrap_or_default()));
        match self.statement() {
            Some(statement) => Command::levelhead("fix").before(format!(", which runs: {statement}")),
            None => format!("compare the rows of {table} and {original}: only one of them has all").into(),
        }
    }
}

impl Leftover {
    /// The statement that puts it right; none where only a person can tell which of two tables has all rows.
    pub fn statement(&self) -> Option<String> {
        let (table, original) = (as_sql(&self.table), as_sql(self.original.rsplit('.').next().unwrap_or_default()));
        match self.fate {
            Fate::Whole => Some(format!("DROP TABLE {table}")),
            Fate::Gone => Some(format!("ALTER TABLE {table} RENAME TO {original}")),
            Fate::Doubtful => None,
        }
    }
}

impl InvalidIndex {
    /// The statement that puts it right: a pending revision makes it itself.
    pub fn statement(&self) -> String {
        let verb = if self.pending { "DROP" } else { "REINDEX" };
        format!("{verb} INDEX CONCURRENTLY {}", as_sql(&self.name))
    }
}

/// The command that replaces all rows.
fn stamp(rows: &[String]) -> Command {
    Command::levelhead("stamp --purge").with_all(rows)
}

impl Position {
    pub(super) fn is_unknown(&self) -> bool {
        self.proof.is_none() && self.candidates.is_empty()
    }
}

impl Help for Position {
    fn help(&self) -> Advice {
        if let Some(open) = &self.open {
            return stamp(&open.with).before(format!(
                " if {} been applied, else {}; then start again",
                have(&open.revisions),
                stamp(&open.without),
            ));
        }
        match (&self.proof, self.candidates.as_slice()) {
            (Some(_), _) | (None, []) => Command::levelhead("run").into(),
            (None, [only]) => Command::levelhead("infer")
                .before(format!(", and if you agree, levelhead stamp --purge {only}; then start again")),
            // With data migrations among them, only a person knows whether they have run.
            (None, [first, .., last]) => Command::levelhead("stamp --purge").with(last).before(format!(
                " if what the revisions after {first} do{} has been done, \
                 else levelhead stamp --purge {first}; then start again",
                if self.schema_unread { "" } else { " to the data" }
            )),
        }
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
            (Some(proof), _) if proof.rows.is_empty() => "has nothing of the migrations".to_owned(),
            (Some(proof), _) => format!("is at {}", list(&proof.rows)),
            (None, []) => "does not prove a revision".to_owned(),
            (None, [only]) => format!("is nearest to {only}, but something contradicts it"),
            (None, candidates) => format!("may be at {}, which it cannot tell apart", list(candidates)),
        }
    }
}

/// A name, with or without a schema, as SQL takes it: in quotes only where it has to be.
fn as_sql(name: &str) -> String {
    let is_plain = |part: &str| {
        !part.starts_with(|c: char| c.is_ascii_digit())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let part = |part: &str| if is_plain(part) { part.to_owned() } else { quoted(part) };
    name.split('.').map(part).collect::<Vec<_>>().join(".")
}

/// Names, as what comes before "been applied".
fn have(revisions: &[String]) -> String {
    match revisions {
        [only] => format!("{only} has"),
        several => format!("{} have", list(several)),
    }
}

/// A row that no file has. One that is no id shows what it is.
fn row_in_words(row: &str) -> String {
    match row.trim() {
        "" if row.is_empty() => "'' (an empty row)".to_owned(),
        "" => format!("{row:?} (white space)"),
        id if id != row => format!("{row:?} ({id} with white space around it)"),
        id => id.to_owned(),
    }
}

fn first(facts: &[String]) -> &str {
    facts.first().map_or("nothing", String::as_str)
}

fn and_more(count: usize) -> String {
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

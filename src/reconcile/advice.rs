//! What to do about a finding: one command that leads on, or the choices that only you can make, each with its command.

use super::finding::{DataInQuestion, Fate, Finding, InvalidIndex, Leftover, Position};
use super::list;
use crate::help::{Advice, Command, Help, Note};
use version_table::quoted;

impl Help for Finding {
    fn help(&self) -> Advice {
        match self {
            Self::AtHead { .. } => Advice::default(),
            Self::Ahead(ahead) => ahead.help(),
            Self::NoRevisions { .. } => {
                "copy the migration files into the image, or name their folder: LEVELHEAD_MIGRATIONS=DIR".into()
            }
            Self::FreshDatabase { .. } | Self::Behind { .. } | Self::OverlappingRows { .. } => {
                Command::levelhead("run").into()
            }
            Self::PendingExists { unread, position, .. } if !unread.is_empty() => partly_read(position),
            Self::PendingExists { with_data: Some(data), .. } => data.help(),
            Self::UnknownRevision(unknown) => unknown.help(),
            Self::Unversioned { position, .. } | Self::PendingExists { position, .. } => position.help(),
            Self::StampedTooFar { position, .. } => match &position.proof {
                Some(proof) => Command::levelhead("fix")
                    .and(format!("this sets the version table back to {} and asks first", in_words(&proof.rows))),
                None => Command::levelhead("diff")
                    .and("this shows every difference")
                    .and(Note::way("to create what is missing", Command::levelhead("fix --schema"))),
            },
            Self::HalfApplied { revision, .. } => Command::levelhead("fix --finish")
                .with(revision)
                .and(Note::way("to undo it instead", Command::levelhead("fix --take-back").with(revision))),
            Self::WrongDatabase { .. } => Command::levelhead("verify")
                .and("this shows which database DATABASE_URL names")
                .and("if it is the right one, run the first upgrade yourself: flask db upgrade, or alembic upgrade heads"),
            Self::MultipleHeads { branches, .. } if !branches.is_empty() => {
                "separate branches are fine; merge them only if they are to become one".into()
            }
            Self::MultipleHeads { .. } => Command::levelhead("merge").and("commit the file that it writes"),
            Self::InvalidIndex { indexes } => {
                let index = indexes.iter().find(|index| index.pending).unwrap_or(&indexes[0]);
                Command::levelhead("fix").and(format!("this asks first, then runs: {}", index.statement()))
            }
            Self::Drift { .. } => Command::levelhead("diff").and("this shows every difference"),
            Self::EditedRevision { .. } => Command::levelhead("diff --sql")
                .and("this shows the statements that create what is missing")
                .and("move the edit to a new revision, so that every database gets it"),
            Self::LeftoverTable { tables } => tables[0].help(),
            Self::Table(problem) => problem.help(),
        }
    }
}

impl Help for Leftover {
    fn help(&self) -> Advice {
        let (table, original) = self.in_sql();
        match self.statement() {
            Some(statement) => Command::levelhead("fix").and(format!("this asks first, then runs: {statement}")),
            None => format!("compare the rows of {table} and {original}: only one of them has all").into(),
        }
    }
}

impl Leftover {
    /// The statement that puts it right; none where only you can tell which of two tables has all rows.
    pub fn statement(&self) -> Option<String> {
        let (table, original) = self.in_sql();
        match self.fate {
            Fate::Whole => Some(format!("DROP TABLE {table}")),
            Fate::Gone => Some(format!("ALTER TABLE {table} RENAME TO {original}")),
            Fate::Doubtful => None,
        }
    }

    /// It and the table that it was to take the place of.
    fn in_sql(&self) -> (String, String) {
        (as_sql(&self.table), as_sql(self.original.rsplit('.').next().unwrap_or_default()))
    }
}

impl InvalidIndex {
    /// The statement that puts it right: a pending revision makes it itself.
    pub fn statement(&self) -> String {
        let verb = if self.pending { "DROP" } else { "REINDEX" };
        format!("{verb} INDEX CONCURRENTLY {}", as_sql(&self.name))
    }
}

impl Help for DataInQuestion {
    fn help(&self) -> Advice {
        let first = &self.revisions[0];
        let not_yet = match self.is_next {
            true => Command::levelhead("fix --finish").with(first).with("--data-todo"),
            false => stamp(&self.none),
        };
        match self.revisions.as_slice() {
            [only] => Note::choice(format!("Did {only} already change the data?"), stamp(&self.all), not_yet).into(),
            several => Advice::note(format!("Did {} already change the data?", list(several)))
                .and(Note::way("if all of them did", stamp(&self.all)))
                .and(Note::way("if none of them did", not_yet))
                .and("if only some of them did, record the last one that did instead, with the same command"),
        }
    }
}

impl Help for Position {
    fn help(&self) -> Advice {
        if let Some(open) = &self.open {
            let question = format!("Did {} already run?", list(&open.revisions));
            return Note::choice(question, stamp(&open.with), stamp(&open.without)).into();
        }
        match (&self.proof, self.candidates.as_slice()) {
            (Some(_), _) => Command::levelhead("run").into(),
            (None, []) => infer(),
            (None, candidates) => which_of(candidates, self.schema_unread),
        }
    }
}

impl Position {
    /// A note for each revision that it may be at, with the command that records it; or that it cannot be narrowed down.
    pub(super) fn choices(&self) -> Vec<Note> {
        let nearest = self.doubt.as_ref().map(|doubt| doubt.nearest.as_slice()).unwrap_or_default();
        match self.candidates.as_slice() {
            [] => match nearest.first() {
                Some(first) => {
                    let explain = Command::levelhead("infer --explain").with(first);
                    vec![
                        "levelhead cannot narrow down which revision your database is at".into(),
                        Note::way(format!("to see what speaks for and against {first}"), explain),
                    ]
                }
                None => vec!["levelhead cannot narrow down which revision your database is at".into()],
            },
            [only] => vec![Note::way(format!("if your database is at {only}"), stamp(std::slice::from_ref(only)))],
            several => which_of(several, self.schema_unread).notes,
        }
    }
}

/// Which of the revisions it is that a schema fits. `unread`: not because their data alone differs, but since something of
/// them could not be read.
pub fn which_of(candidates: &[String], unread: bool) -> Advice {
    let of = |revision: &String| stamp(std::slice::from_ref(revision));
    match candidates {
        [] => infer(),
        [only] => Command::levelhead("infer --explain")
            .with(only)
            .and("this shows what speaks against it")
            .and(Note::way("if it is right all the same", of(only))),
        [first, last] => {
            let what = if unread { "revision" } else { "data migration" };
            Note::choice(format!("Did {what} {last} already run?"), of(last), of(first)).into()
        }
        [first, between @ .., last] => {
            let what = if unread { "revision" } else { "data migration" };
            let all = [between, std::slice::from_ref(last)].concat();
            let way = |revision| Note::way(format!("if the last one that ran is {revision}"), of(revision));
            let asked = Advice::note(format!("Did {what}s {} already run?", list(&all)));
            if candidates.len() > MANY {
                let ends = asked.and(way(first)).and(way(last));
                return ends.and("if it is one between, name that one");
            }
            candidates.iter().map(way).fold(asked, Advice::and)
        }
    }
}

/// So many revisions to choose from have a line each; of more, the first and the last one have.
const MANY: usize = 6;

/// Where something could not be read of what is there already.
fn partly_read(position: &Position) -> Advice {
    match position.candidates.last().or(position.proof.as_ref().and_then(|proof| proof.rows.last())) {
        Some(revision) => Command::levelhead("infer --explain")
            .with(revision)
            .and("this shows what could not be read")
            .and(Note::way("if all of it is in your database", Command::levelhead("stamp --purge").with(revision)))
            .and("else create by hand what is missing, or drop what is there"),
        None => infer(),
    }
}

/// A look that changes nothing and leads on.
fn infer() -> Advice {
    Command::levelhead("infer").and("this shows what speaks for and against each revision")
}

/// The command that replaces all rows.
pub(super) fn stamp(rows: &[String]) -> Command {
    let base = rows.is_empty().then_some("base");
    Command::levelhead("stamp --purge").with_all(rows).with_all(base)
}

fn in_words(rows: &[String]) -> String {
    if rows.is_empty() { "base".to_owned() } else { list(rows) }
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

//! What a failed upgrade, a failed start or a whole deploy log says, explained: what it means, which revision it was, what
//! may lie behind it, and the next command.
//!
//! Pure: text in, value out. It recognises exceptions by the names that drivers give them, since a server's words depend on
//! its language; only SQLite and Alembic have no such names. It guesses nothing: what it does not know it names and leaves.

mod causes;
mod exception;
mod extension;
mod failure;
mod fields;
mod lines;
mod log;
mod names;
mod network;
mod pages;
mod python;
mod recognise;
mod rich;
mod said;
mod sqlstate;
#[cfg(test)]
mod tests;
mod traceback;
mod variables;
#[cfg(test)]
mod wild;

use std::collections::HashSet;
use std::fmt;

use crate::findings::Kind;
use crate::help::{Advice, Command, Help};
pub use causes::{Cause, Reason, ToldBy};
use failure::Failure;
use log::Plain;
pub use recognise::revision as revision_begun;

/// How many other errors of the same text are told at most.
const MOST_OTHERS: usize = 12;

/// The explanation of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What went wrong.
    pub cause: Cause,
    /// The database's or Alembic's own words; an unknown exception's name, since its words may hold anything.
    pub message: String,
    /// The revision that was being applied, where Alembic has said so.
    pub revision: Option<String>,
    /// File and line: in the migration, or where the application raised the exception.
    pub place: Option<String>,
    /// What else the text tells of, the latest first.
    pub others: Vec<String>,
    /// What a `KeyError` is about that may be a revision's id.
    key: Option<Key>,
}

/// What a log tells of: an error, or what levelhead itself has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A finding of levelhead's own.
    Finding(Kind),
    /// An error of the upgrade or the start.
    Error(Box<Explanation>),
}

impl Verdict {
    /// Reads a log. A warning of levelhead's own is behind no failure; an error of its own is, unless it only tells of an upgrade
    /// that has failed before it.
    pub fn of(log: &str) -> Option<Self> {
        let plain = log::plain(log);
        let lines: Vec<&str> = plain.text.lines().collect();
        let named = pages::named(&lines);
        let Some((at, explanation)) = Explanation::in_lines(&plain) else {
            return named.map(|named| Self::Finding(named.kind));
        };
        let is_told_of =
            |until: usize| lines[at..until].iter().any(|line| line.contains("levelhead: error: the upgrade failed"));
        match named {
            Some(named) if named.is_error && named.at > at && !is_told_of(named.at) => Some(Self::Finding(named.kind)),
            _ => Some(Self::Error(Box::new(explanation))),
        }
    }
}

/// The key of a `KeyError` that may be a revision's id.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    name: String,
    /// Whether no frame shows who has looked it up.
    is_bare: bool,
}

impl Explanation {
    /// Reads what an upgrade or a start has said, on both streams; `None` where there is no error in it.
    ///
    /// The last error counts, since a log may hold earlier starts, unless it only follows from one before it.
    pub fn of(output: &str) -> Option<Self> {
        Self::in_lines(&log::plain(output)).map(|(_, explanation)| explanation)
    }

    /// The explanation of a log without its prefixes, and the line that tells of the error.
    fn in_lines(log: &Plain) -> Option<(usize, Self)> {
        let output = log.text.as_str();
        let lines: Vec<&str> = output.lines().collect();
        // What a program only warned of, and the database's own log, count where nothing else is said.
        let (mild, said): (Vec<_>, Vec<_>) =
            recognise::failures(&lines).partition(|(at, _)| log.is_mild(*at) || lines::is_servers(lines[*at]));
        let started = if mild.is_empty() { None } else { lines::last_start(&lines) };
        let passes =
            |(at, failure): &(usize, Failure)| (log.is_mild(*at) || failure.cause.may_pass()) && started > Some(*at);
        let is_clear = said.iter().any(|(_, failure)| !failure.cause.only_follows());
        let said = match is_clear {
            true => said,
            false => mild.into_iter().filter(|one| !passes(one)).chain(said).collect(),
        };
        let (found, mut others) = failure::last(said);
        let alone = || Some((0, recognise::silence(output).or_else(|| recognise::bare(output))?));
        let (at, found) = found.or_else(alone)?;
        let mut seen = HashSet::from([found.message.clone()]);
        others.reverse();
        others.retain(|message| seen.insert(message.clone()));
        others.truncate(MOST_OTHERS);
        Some((at, Self { others, ..Self::from_failure(found, output) }))
    }

    fn from_failure(found: Failure, output: &str) -> Self {
        let Failure { cause, message, .. } = found;
        let cause = if cause == Cause::VALUE_TOO_LONG { recognise::too_long(output, &message) } else { cause };
        let place = match cause {
            // Raised in the application's own code, which may be far from any migration.
            own if own.is_one_of(&Cause::OF_THE_CODE) => found.place,
            unclear if unclear.is_one_of(&[Cause::PERHAPS_VARIABLE, Cause::MISSING_KEY]) => None,
            _ => recognise::place(output, cause).or(found.place.filter(|_| cause == Cause::UNKNOWN)),
        };
        let is_open = cause.is_one_of(&[Cause::MISSING_PARENT, Cause::PERHAPS_VARIABLE, Cause::MISSING_KEY]);
        let key = found.key.filter(|_| is_open).map(|name| Key { name, is_bare: found.is_bare });
        Self { cause, message, revision: recognise::revision(output), place, key, others: Vec::new() }
    }

    /// The key that was not found, where it may be a revision's id: the files at hand can tell.
    pub fn key(&self) -> Option<&str> {
        self.key.as_ref().map(|key| key.name.as_str())
    }

    /// The same where the module that is missing lies in the folder at hand: `is_here` tells so of its name.
    pub fn held_against_the_folder(self, is_here: impl Fn(&str) -> bool) -> Self {
        let is_own = self.cause == Cause::MISSING_MODULE
            && self.name().is_some_and(|name| is_here(name.split('.').next().unwrap_or(name)));
        if is_own { Self { cause: Cause::OWN_MODULE, ..self } } else { self }
    }

    /// The same where the files at hand know the key as a revision: `is_here` if one has it, else one follows it.
    pub fn of_a_revision(self, is_here: bool) -> Self {
        let message = match &self.key {
            Some(Key { name, .. }) if is_here => {
                format!("the file of revision '{name}' was not there, which another one follows")
            }
            Some(Key { name, .. }) => exception::lost_revision(name),
            None => return self,
        };
        Self { cause: Cause::MISSING_PARENT, message, ..self }
    }

    /// The same where the files were read, and each has its parent among them: then no revision of theirs is lost.
    pub fn where_every_parent_is_there(self) -> Self {
        if self.cause != Cause::MISSING_PARENT {
            return self;
        }
        let name = self.name().unwrap_or_default().to_owned();
        match &self.key {
            Some(key) if key.is_bare => {
                Self { cause: Cause::MISSING_KEY, message: format!("KeyError: '{name}'"), ..self }
            }
            _ => {
                let message = format!("Alembic does not find the revision '{name}'");
                Self { cause: Cause::OTHER_FILES, message, ..self }
            }
        }
    }

    /// What it means; empty where the message says it all.
    pub fn meaning(&self) -> &'static str {
        match self.cause.meaning() {
            _ if self.is_absent_in_sqlite() => "it does not exist in this file",
            meaning => meaning,
        }
    }

    /// What may lie behind it, most likely first.
    pub fn reasons(&self) -> &'static [Reason] {
        if self.is_absent_in_sqlite() { causes::ABSENT_IN_SQLITE } else { self.cause.reasons() }
    }

    /// A text of a [`Reason`] with the migration's line and the names that the message is about.
    pub fn fill(&self, text: &str) -> String {
        text.replace("{migration}", self.place.as_deref().unwrap_or("the migration"))
            .replace("{place}", self.place.as_deref().unwrap_or("the traceback's last line of your own code"))
            .replace("{names}", &self.names())
            .replace("{extension}", extension::of(&self.message).unwrap_or("NAME"))
            .replace("{name}", self.name().unwrap_or("NAME"))
            .replace("{object}", self.object().unwrap_or("NAME"))
    }

    /// What to do about one of the reasons. A command that lacks a name is only shown.
    pub fn step(&self, reason: &Reason) -> Advice {
        let (run, note) = (self.fill(reason.run), self.fill(reason.note));
        let is_whole = !run.is_empty() && (self.name().is_some() || !reason.run.contains("{name}"));
        let advice = match run.strip_prefix("levelhead ") {
            _ if run.is_empty() => Advice::default(),
            _ if !is_whole => Advice::note(run),
            Some(words) => Command::levelhead(words).into(),
            None => Command::shell(run).into(),
        };
        if note.is_empty() { advice } else { advice.and(note) }
    }

    /// What the message is about in the end, the table of a column for example.
    pub fn name(&self) -> Option<&str> {
        names::whole(&self.message)
    }

    /// Everything that the message is about.
    fn names(&self) -> String {
        match names::quoted(&self.message).as_slice() {
            [] => "NAME".to_owned(),
            names => names.join(", "),
        }
    }

    /// The object itself that is there or missing: of a column its own name.
    pub fn object(&self) -> Option<&str> {
        names::object(&self.message)
    }

    /// SQLite has no search_path, and words of its own.
    fn is_absent_in_sqlite(&self) -> bool {
        self.cause.finding() == Some(Kind::STAMPED_TOO_FAR) && self.message.starts_with("no such ")
    }
}

impl Help for Explanation {
    fn help(&self) -> Advice {
        match self.cause == Cause::INSUFFICIENT_PRIVILEGE {
            true => grant(&self.message),
            false => self.step(&self.reasons()[0]),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.revision, &self.place) {
            (Some(revision), Some(place)) => write!(f, "revision {revision} ({place}): ")?,
            (Some(revision), None) => write!(f, "revision {revision}: ")?,
            (None, Some(place)) => write!(f, "{place}: ")?,
            (None, None) => {}
        }
        match self.meaning() {
            "" => f.write_str(&self.message),
            meaning => write!(f, "{}: {meaning}", self.message),
        }
    }
}

/// The statement that gives the role what the server has refused, as far as the refusal says what it was.
fn grant(message: &str) -> Advice {
    let after = |words: &str| message.split_once(words).map(|(_, rest)| rest.trim());
    if let Some(object) = after("must be owner of ") {
        return format!("as the owner: ALTER {} OWNER TO the role of DATABASE_URL", with_kind_in_capitals(object))
            .into();
    }
    let Some(object) = after("permission denied for ") else {
        return "grant the role of DATABASE_URL what the server has refused".into();
    };
    let right = if object.starts_with("schema ") { "CREATE" } else { "ALL" };
    format!("as the owner: GRANT {right} ON {} TO the role of DATABASE_URL", with_kind_in_capitals(object)).into()
}

/// `table products` as `TABLE products`.
fn with_kind_in_capitals(object: &str) -> String {
    object.split_once(' ').map_or_else(|| object.to_owned(), |(kind, name)| format!("{} {name}", kind.to_uppercase()))
}

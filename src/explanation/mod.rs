//! What a failed upgrade, a failed start or a whole deploy log says, explained: what it means, which revision it was, what
//! may lie behind it, and the next command.
//!
//! Pure: text in, value out. It recognises exceptions by the names that drivers give them, since a server's words depend on
//! its language; only SQLite and Alembic have no such names. It guesses nothing: what it does not know it names and leaves.

mod cause;
mod log;
mod names;
mod pages;
mod reasons;
mod recognise;
#[cfg(test)]
mod tests;
mod texts;

use std::fmt;

pub use cause::Cause;
pub use pages::{PAGES, named_in, page, summary};
pub use reasons::{Reason, ToldBy};
pub use recognise::revision as revision_begun;

/// The explanation of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What went wrong.
    pub cause: Cause,
    /// The database's or Alembic's own words; an unknown exception's name, since its words may hold anything.
    pub message: String,
    /// The revision that was being applied, where Alembic has said so.
    pub revision: Option<String>,
    /// File and line in the migration.
    pub place: Option<String>,
}

impl Explanation {
    /// Reads what an upgrade or a start has said, on both streams; `None` where there is no error in it.
    ///
    /// The last error counts, since a log may hold earlier starts, unless it only follows from one before it.
    pub fn of(output: &str) -> Option<Self> {
        let output = log::plain(output);
        let mut found: Option<(Cause, String)> = None;
        for error in output.lines().filter_map(recognise::line) {
            if !found.as_ref().is_some_and(|(earlier, _)| error.0.follows_from(*earlier)) {
                found = Some(error);
            }
        }
        let found = recognise::missing_key(&output, found.as_ref().map(|(cause, _)| *cause)).or(found);
        let (cause, message) = found.or_else(|| recognise::silence(&output)).or_else(|| recognise::bare(&output))?;
        let cause = match cause {
            Cause::ValueTooLong => recognise::too_long(&output, &message),
            cause => cause,
        };
        let (revision, place) = (recognise::revision(&output), recognise::place(&output, cause));
        Some(Self { cause, message, revision, place })
    }

    /// The one thing to do next.
    pub fn next(&self) -> String {
        match self.cause {
            Cause::InsufficientPrivilege => grant(&self.message),
            _ => self.fill(self.reasons()[0].run),
        }
    }

    /// What it means; empty where the message says it all.
    pub fn meaning(&self) -> &'static str {
        match self.cause.meaning() {
            _ if self.is_absent_in_sqlite() => {
                "the version row is ahead of the schema, or the URL leads to another file"
            }
            meaning => meaning,
        }
    }

    /// What may lie behind it, most likely first.
    pub fn reasons(&self) -> &'static [Reason] {
        if self.is_absent_in_sqlite() { reasons::ABSENT_IN_SQLITE } else { reasons::of(self.cause) }
    }

    /// A text of a [`Reason`] with the migration's line and the names that the message is about.
    pub fn fill(&self, text: &str) -> String {
        text.replace("{migration}", self.place.as_deref().unwrap_or("the migration"))
            .replace("{name}", self.name().unwrap_or("NAME"))
            .replace("{object}", self.object().unwrap_or("NAME"))
    }

    /// What the message is about in the end, the table of a column for example.
    pub fn name(&self) -> Option<&str> {
        names::whole(&self.message)
    }

    /// The object itself that is there or missing: of a column its own name.
    pub fn object(&self) -> Option<&str> {
        names::object(&self.message)
    }

    /// SQLite has no search_path, and words of its own.
    fn is_absent_in_sqlite(&self) -> bool {
        self.cause.finding() == Some("stamped-too-far") && self.message.starts_with("no such ")
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
fn grant(message: &str) -> String {
    let after = |words: &str| message.split_once(words).map(|(_, rest)| rest.trim());
    if let Some(object) = after("must be owner of ") {
        return format!("as the owner: ALTER {} OWNER TO the role of DATABASE_URL", with_kind_in_capitals(object));
    }
    let Some(object) = after("permission denied for ") else {
        return "grant the role of DATABASE_URL what the server has refused".to_owned();
    };
    let right = if object.starts_with("schema ") { "CREATE" } else { "ALL" };
    format!("as the owner: GRANT {right} ON {} TO the role of DATABASE_URL", with_kind_in_capitals(object))
}

/// `table products` as `TABLE products`.
fn with_kind_in_capitals(object: &str) -> String {
    object.split_once(' ').map_or_else(|| object.to_owned(), |(kind, name)| format!("{} {name}", kind.to_uppercase()))
}

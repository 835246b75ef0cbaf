//! What a failed upgrade has said, explained: what it means, which revision it was, and the next command.
//!
//! Pure: text in, value out. It recognises exceptions by the names that drivers give them, since a server's words depend on
//! its language; only SQLite and Alembic have no such names. It guesses nothing: what it does not know it names and leaves.

mod cause;
mod recognise;
#[cfg(test)]
mod tests;

use std::fmt;

pub use cause::Cause;

/// The explanation of a failed upgrade.
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
    /// Reads the last part of what an upgrade has said, on both streams; `None` where there is no error in it.
    pub fn of(output: &str) -> Option<Self> {
        let mut found: Option<(Cause, String)> = None;
        for line in output.lines() {
            match recognise::line(line) {
                // What follows from an error is not its cause.
                Some((Cause::NoFlaskMigrate | Cause::Consequence, _)) if found.is_some() => {}
                Some(error) => found = Some(error),
                None => {}
            }
        }
        let (cause, message) = found?;
        let cause = match cause {
            Cause::ValueTooLong if output.contains("SET version_num=") || output.contains("(version_num)") => {
                Cause::RevisionTooLong
            }
            cause => cause,
        };
        Some(Self { cause, message, revision: recognise::revision(output), place: recognise::place(output) })
    }

    /// The one thing to do next.
    pub fn next(&self) -> String {
        self.cause.next(&self.message, self.place.as_deref())
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
        match self.cause.meaning() {
            "" => f.write_str(&self.message),
            meaning => write!(f, "{}: {meaning}", self.message),
        }
    }
}

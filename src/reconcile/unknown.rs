//! A current revision that no file has, over a schema that is not known to be that of a newer release.

use std::fmt;

use super::finding::Position;
use super::words::{and_more, id_in_words};
use super::{Trace, list};
use crate::findings::Severity;
use crate::help::{Advice, Command, Help, Note};

/// A current revision that no file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The current revisions that no file has.
    pub unknown: Vec<String>,
    /// The current revisions that a file has.
    pub known: Vec<String>,
    /// The heads of the files.
    pub heads: Vec<String>,
    /// What the heads need and is not there, in words.
    pub lacking: Vec<String>,
    /// Tables and columns that no revision of the files makes, in words.
    pub unexplained: Vec<String>,
    /// What git knows of the unknown ones; `None` where it was not asked, or has no answer.
    pub traces: Option<Vec<Trace>>,
    /// Whether an unknown one may be that of other migrations or of a newer release: nothing is written over it then.
    pub may_be_others: bool,
    /// Where the schema is.
    pub position: Position,
}

impl Unknown {
    /// Whether it can be repaired.
    pub fn severity(&self) -> Severity {
        if self.position.proof.is_some() && !self.may_be_others { Severity::Repair } else { Severity::Stop }
    }

    /// What it rests on, a line each.
    pub fn facts(&self) -> Vec<String> {
        let traces = self.traces.iter().flatten().map(ToString::to_string);
        let unexplained = self.unexplained.iter().filter(|_| self.may_be_others);
        let unexplained = unexplained.map(|what| format!("no file makes {what}"));
        let reasons = match &self.position.proof {
            Some(proof) => proof.reasons.clone(),
            None if self.position.candidates.is_empty() => self.lacking.clone(),
            None => self.position.data.clone(),
        };
        traces.chain(unexplained).chain(reasons).collect()
    }

    fn names(&self) -> String {
        list(&self.unknown.iter().map(|row| id_in_words(row)).collect::<Vec<_>>())
    }

    /// Brings the file back, where git may have it.
    fn restore(&self) -> Option<Command> {
        let lost = match self.traces.as_deref() {
            Some([]) => None,
            Some([trace, ..]) => Some(&trace.revision),
            None => self.unknown.iter().find(|row| !row.trim().is_empty()),
        };
        lost.map(|id| Command::levelhead("restore").with(id))
    }

    /// The ways out that only people can choose between, where the row may be of use to others.
    fn of_others(&self) -> Advice {
        let names = self.names();
        let mut advice = Advice::default();
        if let Some(restore) = self.restore() {
            let found = self.traces.as_ref().is_some_and(|traces| !traces.is_empty());
            advice = match found {
                true => restore.and("this brings the revision's file back from version control"),
                false => Note::way(format!("if the file of {names} was lost"), restore).into(),
            };
        }
        advice = advice
            .and(format!("if a newer release has {names}, deploy it"))
            .and("if other migrations share this version table, give them one of their own: version_table=NAME in their env.py");
        let rows = self.position.proof.as_ref().map_or(&self.known, |proof| &proof.rows);
        if rows.is_empty() {
            return self.position.choices().into_iter().fold(advice, Advice::and);
        }
        advice.and(Note::way(format!("if nothing uses {names} any more"), super::advice::stamp(rows)))
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (names, heads) = (self.names(), list(&self.heads));
        write!(f, "the version table says {names}, but no migration file has that id (your heads: {heads}); ")?;
        if !self.known.is_empty() {
            write!(f, "it also says {}; ", list(&self.known))?;
        }
        self.position.fmt(f)?;
        match self.lacking.as_slice() {
            _ if self.may_be_others => write!(f, "; {names} may belong to other migrations or to a newer release"),
            [gone, ..] if self.position.is_unknown() => {
                write!(f, ", and {heads} needs what is missing: {gone}{}", and_more(self.lacking.len()))
            }
            _ => Ok(()),
        }
    }
}

impl Help for Unknown {
    fn help(&self) -> Advice {
        if self.may_be_others {
            return self.of_others();
        }
        if !self.position.is_unknown() {
            return self.position.help();
        }
        let known = match self.restore() {
            Some(restore) => restore.and("this brings the revision's file back from version control"),
            None => Command::levelhead("infer").and("this shows what speaks for and against each revision"),
        };
        self.position.choices().into_iter().fold(known, Advice::and)
    }
}

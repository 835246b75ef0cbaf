//! What can be wrong with a set of migration files. Collected, never only the first.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use python::PythonError;

/// One reason why the files do not form a graph.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A file that says nothing definite.
    #[error("{}{}: {reason}", path.display(), Line(*line))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1, where there is one.
        line: Option<usize>,
        /// What is the matter, with the expression.
        reason: String,
        /// What would make it one that can be read.
        remedy: Remedy,
    },
    /// A `down_revision` or `depends_on` that no file provides.
    #[error("{}: {attribute} '{missing}' of revision '{revision}' is not present", path.display())]
    MissingParent {
        /// The file that asks for it.
        path: PathBuf,
        /// The revision that asks for it.
        revision: String,
        /// What it asks for.
        missing: String,
        /// `down_revision` or `depends_on`.
        attribute: &'static str,
    },
    /// One id in several files.
    #[error("revision '{revision}' is present more than once: {} and {}", first.display(), second.display())]
    Duplicate {
        /// The id.
        revision: String,
        /// The file that was read first.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A branch label that is taken, or that is also an id.
    #[error("branch name '{label}' in revision '{revision}' is already used by revision '{used_by}'")]
    LabelClash {
        /// The label.
        label: String,
        /// The revision that comes second.
        revision: String,
        /// The revision that has it.
        used_by: String,
        /// The file that comes second.
        path: PathBuf,
    },
    /// An id with one of `@ - + :`, which Alembic's symbols need.
    #[error("{}: character '{character}' is not allowed in revision identifier '{revision}'", path.display())]
    IllegalCharacter {
        /// The file.
        path: PathBuf,
        /// The id.
        revision: String,
        /// The first such character.
        character: char,
    },
    /// Revisions that follow each other in a circle.
    #[error("{kind} is detected in revisions ({})", revisions.join(", "))]
    Cycle {
        /// Through what.
        kind: CycleKind,
        /// The revisions on a circle or between two, sorted.
        revisions: Vec<String>,
    },
}

/// What would make a file one that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// It is no file to read: it goes elsewhere.
    Move,
    /// The right to read it.
    Permit,
    /// Python that can be parsed.
    Python(PythonError),
    /// A declaration of `revision`; or it goes elsewhere.
    Declare,
    /// A declaration of `down_revision`; or it goes elsewhere.
    DeclareParent,
    /// A value of the right kind.
    Expect {
        /// The variable.
        attribute: String,
        /// What Alembic takes.
        expected: &'static str,
    },
    /// A literal.
    Spell {
        /// The variable.
        attribute: String,
        /// What stands in its place.
        expression: String,
    },
}

/// Which links form the circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CycleKind {
    /// A `down_revision` that is the revision itself.
    SelfLoop,
    /// `down_revision`.
    Cycle,
    /// A `depends_on` that is the revision itself.
    DependencySelfLoop,
    /// `down_revision` and `depends_on` together.
    DependencyCycle,
}

impl fmt::Display for CycleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SelfLoop => "self-loop",
            Self::Cycle => "cycle",
            Self::DependencySelfLoop => "dependency self-loop",
            Self::DependencyCycle => "dependency cycle",
        })
    }
}

struct Line(Option<usize>);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

impl Problem {
    /// A file or folder that the system does not let us read.
    pub(super) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::Unreadable {
            path: path.to_owned(),
            line: None,
            reason: error.to_string(),
            remedy: match error.kind() {
                io::ErrorKind::InvalidInput => Remedy::Move,
                _ => Remedy::Permit,
            },
        }
    }

    /// The file that it is about, and the line where there is one.
    pub fn place(&self) -> Option<(&Path, Option<usize>)> {
        match self {
            Self::Unreadable { path, line, .. } => Some((path, *line)),
            Self::MissingParent { path, .. } | Self::LabelClash { path, .. } | Self::IllegalCharacter { path, .. } => {
                Some((path, None))
            }
            Self::Duplicate { second, .. } => Some((second, None)),
            Self::Cycle { .. } => None,
        }
    }
}

//! Why heads are not merged. Nothing has been written.

use std::path::PathBuf;

use crate::help::{Advice, Command, Help};
use crate::revision_file::NewRevisionError;
use history::Problem;

/// Why heads are not merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// The file cannot be made.
    #[error("cannot make the merge revision: {source}")]
    File {
        /// Why.
        source: NewRevisionError,
        /// The command of Alembic's that can.
        command: String,
    },
    /// Something that is no head.
    #[error("{revision} is no head: {followed_by} follows it")]
    NotAHead {
        /// The revision.
        revision: String,
        /// A revision that has it as `down_revision`.
        followed_by: String,
        /// The heads.
        heads: Vec<String>,
    },
    /// One revision, or one that is named twice.
    #[error("a merge takes two heads or more, each once")]
    NotSeveral {
        /// The heads.
        heads: Vec<String>,
    },
    /// The new revision does not fit among the others.
    #[error("the merge revision does not fit: {}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Unfit {
        /// Why.
        problems: Vec<Problem>,
    },
    /// `--interactive`, and nobody to ask.
    #[error("--interactive needs a terminal")]
    NoTerminal,
    /// The file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Help for MergeError {
    fn help(&self) -> Advice {
        match self {
            Self::File { source: NewRevisionError::Option(_) | NewRevisionError::Layout(_), .. } => {
                Command::levelhead("merge").after("correct that option, then merge again: ")
            }
            Self::File { command, .. } => Command::Shell(command.clone()).after("let Alembic write it: "),
            Self::NotAHead { heads, .. } | Self::NotSeveral { heads } if heads.len() < 2 => {
                format!("nothing needs a merge: {} is the only head", heads.join(", ")).into()
            }
            Self::NotAHead { heads, .. } | Self::NotSeveral { heads } => Command::levelhead("merge")
                .with_all(heads)
                .after(format!("merge heads only; there are {}: ", heads.join(", "))),
            Self::NoTerminal => Command::levelhead("merge --dry-run")
                .after("see what would be written: ")
                .before("; or write it: levelhead merge"),
            Self::Unfit { problems } => problems.first().map(Problem::help).unwrap_or_default(),
            Self::Write { path, source } if source.kind() == std::io::ErrorKind::AlreadyExists => {
                Command::levelhead("merge -m MESSAGE")
                    .after(format!("move {} away, or give another message: ", path.display()))
            }
            Self::Write { path, .. } => {
                format!("make {} writable for this user", path.parent().unwrap_or(path).display()).into()
            }
        }
    }
}

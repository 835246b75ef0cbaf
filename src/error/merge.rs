//! Why heads are not merged.

use std::path::PathBuf;
use std::time::Duration;

use crate::help::{Advice, Command, Help, Note};
use crate::process::program::ProgramError;
use history::Problem;

/// Why heads are not merged. `command` is the command as it would be typed.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
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
    /// The new revision would not fit among the others. Nothing was run.
    #[error("the merge revision does not fit: {}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Unfit {
        /// Why.
        problems: Vec<Problem>,
    },
    /// `--interactive`, and nobody to ask.
    #[error("--interactive needs a terminal")]
    NoTerminal,
    /// A file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The copy that `--dry-run` works in cannot be made.
    #[error("cannot copy the migrations to a temporary folder: {source}")]
    Copy {
        /// Why.
        source: std::io::Error,
    },
    /// Alembic cannot be executed.
    #[error("cannot run `{command}`: {source}")]
    NoCommand {
        /// The command.
        command: String,
        /// Why.
        source: ProgramError,
    },
    /// Alembic failed.
    #[error("`{command}` {how}: {reason}")]
    Failed {
        /// The command.
        command: String,
        /// How it ended.
        how: String,
        /// What its output says.
        reason: String,
    },
    /// Alembic did not end, and was killed.
    #[error("`{command}` did not end within {} and was killed", humantime::format_duration(*.limit))]
    Silent {
        /// The command.
        command: String,
        /// How long it could take.
        limit: Duration,
    },
    /// What Alembic wrote is not the revision that was asked for.
    #[error("Alembic wrote {}{}, but not the merge revision {id}: {reason}", in_words(.paths), if *.in_copy { " in a copy" } else { "" })]
    Wrong {
        /// The id that was asked for.
        id: String,
        /// The new files.
        paths: Vec<PathBuf>,
        /// What is wrong.
        reason: String,
        /// Whether it was written in a copy, which is gone.
        in_copy: bool,
    },
    /// Alembic wrote over a file, which has been put back.
    #[error("cannot write {}: it already exists", path.display())]
    Overwritten {
        /// The file.
        path: PathBuf,
    },
}

fn in_words(paths: &[PathBuf]) -> String {
    match paths {
        [] => "no new file".to_owned(),
        paths => paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", "),
    }
}

impl MergeError {
    /// The exit code, as documented.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NoCommand { source, .. } => source.exit_code(),
            Self::Silent { .. } => 124,
            _ => 125,
        }
    }
}

impl Help for MergeError {
    fn help(&self) -> Advice {
        match self {
            Self::NotAHead { heads, .. } | Self::NotSeveral { heads } if heads.len() < 2 => {
                format!("nothing needs a merge: {} is the only head", heads.join(", ")).into()
            }
            Self::NotAHead { heads, .. } | Self::NotSeveral { heads } => Command::levelhead("merge")
                .with_all(heads)
                .and(format!("only heads can be merged; your files have {}", heads.join(", "))),
            Self::NoTerminal => Command::levelhead("merge --dry-run")
                .and("this shows what would be written")
                .and(Note::way("to write it", Command::levelhead("merge"))),
            Self::Unfit { .. } => "give another --rev-id or --branch-label, or none".into(),
            Self::Write { path, .. } => {
                format!("make {} writable for this user", path.parent().unwrap_or(path).display()).into()
            }
            Self::Copy { .. } => "make room in the folder of temporary files, or set TMPDIR to another".into(),
            Self::NoCommand { source: ProgramError::NotFound { name }, .. } => format!(
                "install {name}: activate the application's virtualenv, or install its requirements; or set \
                 LEVELHEAD_UPGRADE_COMMAND"
            )
            .into(),
            Self::NoCommand { source, .. } => source.help(),
            Self::Failed { command, .. } | Self::Silent { command, .. } => {
                Command::shell(command).and("this shows its whole output")
            }
            Self::Wrong { paths, .. } if paths.is_empty() => {
                "check that the upgrade command uses these migration files".into()
            }
            Self::Wrong { in_copy: true, .. } => "correct script.py.mako, which this file is made from".into(),
            Self::Wrong { paths, .. } => Command::of("rm", "").with_all(paths.iter().map(|path| path.display())).into(),
            Self::Overwritten { path } => {
                format!("move {} away, or give another message: levelhead merge -m MESSAGE", path.display()).into()
            }
        }
    }
}

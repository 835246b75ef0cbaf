//! Every way to stop: what it says, the next command, and the exit code. `docs/exit-codes.md` is this table in words.

mod against;
mod cure;
mod help;
mod merge;
mod reset;
mod restore;
mod upgrade;

use std::path::PathBuf;
use std::time::Duration;

use nix::sys::signal::Signal;
use thiserror::Error;

use crate::config::ConfigError;
use crate::help::{Advice, Command, Help, Message};
use crate::process::liveness::LivenessError;
use crate::process::program::ProgramError;
use crate::reconcile::{Finding, Obstacle};
use database::DatabaseError;
use database::lock::Holder;
use history::env_py::Undecidable;
use history::layout::LayoutError;
use history::{GraphError, ReadError};
use version_table::ledger::UndoError;

pub use against::AgainstError;
pub use cure::CureError;
pub use merge::MergeError;
pub use reset::ResetError;
pub use restore::RestoreError;
pub use upgrade::{Blocked, UpgradeFailure, is_module_here};

/// Why a command stops.
#[derive(Debug, Error)]
pub enum Error {
    /// A setting is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The migration files are not found.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The migration files cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The files do not tell which version table is theirs.
    #[error(transparent)]
    VersionTable(#[from] Undecidable),
    /// The folder is there, and holds no revision: an image without its migrations, not a database at head.
    #[error("there is no revision in {folder}")]
    NoRevisions {
        /// Where the revisions would be.
        folder: PathBuf,
    },
    /// The database cannot be reached or read.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// levelhead cannot repair the database as it is.
    #[error("{_0}")]
    Obstacle(Box<Obstacle>),
    /// Nothing is undone.
    #[error(transparent)]
    Undo(#[from] UndoError),
    /// The upgrade cannot begin.
    #[error("no upgrade command: {0}")]
    NoUpgradeCommand(ProgramError),
    /// The upgrade failed.
    #[error(transparent)]
    Upgrade(#[from] UpgradeFailure),
    /// The upgrade exited with 0 and yet the rows are not the heads.
    #[error("`{command}` exited with 0, but the version table holds {rows}, not {heads}")]
    NotAtHead {
        /// The command.
        command: String,
        /// The rows afterwards.
        rows: String,
        /// The heads of the files.
        heads: String,
    },
    /// A symbol leads nowhere, or the rows do not fit the files.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// `current --check-heads`, and it is not.
    #[error("the version table{database} holds {rows}, not {heads}")]
    NotOnHeads {
        /// ` of NAME`, where several databases are given.
        database: String,
        /// The rows.
        rows: String,
        /// The heads of the files.
        heads: String,
    },
    /// A further database is not at head, although that of DATABASE_URL is.
    #[error("the version table of {name} holds {rows}, not {heads}")]
    FurtherNotAtHead {
        /// The database.
        name: String,
        /// Its rows.
        rows: String,
        /// The heads of the files.
        heads: String,
    },
    /// A further database is at head by its rows, and its schema is not.
    #[error("{name}: {finding:#}")]
    FurtherStops {
        /// The database.
        name: String,
        /// What was found.
        finding: Box<Finding>,
    },
    /// LEVELHEAD_ON_LOSS=stop, and the upgrade would lose data.
    #[error("the upgrade would lose data: {}; LEVELHEAD_ON_LOSS=stop forbids it", .losses.join("; "))]
    WouldLose {
        /// What, each with its file and line.
        losses: Vec<String>,
    },
    /// The version table is not there, and one that looks like it is somewhere else.
    #[error("there is no {wanted}, but the database holds {found}")]
    VersionTableElsewhere {
        /// The table that the configuration leads to.
        wanted: String,
        /// Tables with a column `version_num`.
        found: String,
    },
    /// `infer`, and no one revision or run of revisions can be named.
    #[error("no revision matches the tables")]
    NotInferred {
        /// What leads on.
        help: Advice,
    },
    /// `verify`, and something is not as it should be.
    #[error("{failed} {} failed, {name} first", if *.failed == 1 { "check" } else { "checks" })]
    ChecksFailed {
        /// How many.
        failed: usize,
        /// The first of them.
        name: &'static str,
        /// What to do about it.
        help: Advice,
    },
    /// `explain`, and the text holds no error that is known.
    #[error("{}", .exception.as_ref().map_or_else(|| "there is no error in this text that levelhead knows".to_owned(), |name| format!("{name} is an exception that levelhead does not know")))]
    NothingToExplain {
        /// The exception that the text ends with.
        exception: Option<String>,
    },
    /// `explain`, and no finding has this code.
    #[error("no finding is called {code}{}", .nearest.map(|code| format!("; did you mean {code}?")).unwrap_or_default())]
    UnknownCode {
        /// As given.
        code: String,
        /// The code that is spelled most alike.
        nearest: Option<&'static str>,
    },
    /// Standard input cannot be read.
    #[error("cannot read standard input: {0}")]
    Input(std::io::Error),
    /// `check`, and a person is needed.
    #[error("levelhead cannot repair this automatically")]
    NeedsAPerson {
        /// What to do about the worst finding.
        help: Advice,
    },
    /// `check`, and what is wrong can be repaired: everything that it takes is proven.
    #[error("something is wrong, and levelhead can repair it")]
    NeedsRepair {
        /// What to do about the worst finding.
        help: Advice,
    },
    /// `check`, and nothing but an upgrade is pending.
    #[error("an upgrade is pending")]
    OnlyPending,
    /// A report cannot be written.
    #[error("cannot write {}: {source}", file.display())]
    Report {
        /// Where it was to go.
        file: PathBuf,
        /// The answer.
        source: std::io::Error,
    },
    /// `fix`, and the person said no.
    #[error("nothing is changed")]
    NotConfirmed {
        /// The command that prints the statements instead.
        sql: Command,
    },
    /// `fix`, and nobody is there who could be asked.
    #[error("cannot ask for your confirmation: this is not a terminal")]
    NobodyToAsk {
        /// The command that does not ask.
        command: Command,
    },
    /// `fix REV`, and the schema is somewhere else.
    #[error("the schema speaks against {wanted}: {doubt}")]
    EvidenceDisagrees {
        /// What was asked for.
        wanted: String,
        /// What speaks against it.
        doubt: String,
        /// The first revision that was asked for.
        first: String,
        /// The command that does it all the same.
        command: Command,
    },
    /// `fix`, and rows or schema were changed while the question was open.
    #[error("the database has changed meanwhile; nothing is written")]
    ChangedMeanwhile,
    /// Standard output cannot be written to.
    #[error("cannot write to standard output: {0}")]
    Output(std::io::Error),
    /// The database was restarted during the upgrade.
    #[error("the database was restarted meanwhile: {failure}")]
    Restarted {
        /// How the upgrade ended.
        failure: UpgradeFailure,
    },
    /// Nobody else has brought the database to head.
    #[error("{heads} not reached after {}: {state}; {}", humantime::format_duration(*.waited), upgraded_by(.holder.as_ref()))]
    NotFollowed {
        /// The heads of the files.
        heads: String,
        /// What the database looked like at last.
        state: String,
        /// Who was upgrading then.
        holder: Option<Holder>,
        /// The limit.
        waited: Duration,
    },
    /// The merge with another branch is not looked at.
    #[error(transparent)]
    Against(Box<AgainstError>),
    /// Heads are not merged.
    #[error(transparent)]
    Merge(Box<MergeError>),
    /// A lost revision is not brought back.
    #[error(transparent)]
    Restore(Box<RestoreError>),
    /// A database is not emptied.
    #[error(transparent)]
    Reset(Box<ResetError>),
    /// A schema or a revision is not put right.
    #[error(transparent)]
    Cure(Box<CureError>),
    /// The platform's port check cannot be answered.
    #[error(transparent)]
    Liveness(#[from] LivenessError),
    /// The start command cannot be executed.
    #[error(transparent)]
    Program(ProgramError),
    /// A thread or the runtime cannot be started.
    #[error("cannot start: {0}")]
    Runtime(#[from] std::io::Error),
}

impl Error {
    /// What it says, in its parts.
    pub fn message(&self) -> Message {
        let message = Message::new(self, self.help());
        match self {
            Self::Obstacle(obstacle) => {
                Message { code: Some(obstacle.finding.code()), facts: obstacle.finding.shown(), ..message }
            }
            Self::Upgrade(failure) => Message { facts: failure.facts(), ..message },
            _ => message,
        }
    }

    /// Whether the database was restarted, or its connection broke, so that a second look may find it well.
    pub fn is_cut_off(&self) -> bool {
        match self {
            Self::Database(error) => error.is_cut_off(),
            _ => matches!(self, Self::Restarted { .. }),
        }
    }

    /// Whether a pooler has let levelhead in whose server is away.
    pub fn is_poolers_wait(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_poolers_wait())
    }

    /// The signal by which levelhead itself was asked to end.
    pub fn interruption(&self) -> Option<Signal> {
        match self {
            Self::Upgrade(failure) => failure.interruption(),
            Self::Reset(error) => match **error {
                ResetError::Interrupted { signal } => Some(signal),
                _ => None,
            },
            _ => None,
        }
    }

    /// The exit code, as documented.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::UnknownCode { .. } => 2,
            Self::OnlyPending => 10,
            Self::NotOnHeads { .. }
            | Self::NeedsAPerson { .. }
            | Self::NeedsRepair { .. }
            | Self::NobodyToAsk { .. }
            | Self::NotInferred { .. }
            | Self::NothingToExplain { .. }
            | Self::ChecksFailed { .. } => 1,
            Self::Database(error) if error.is_deadline() => 124,
            Self::NotFollowed { .. } => 124,
            Self::Upgrade(failure) => failure.exit_code(),
            Self::Program(error) | Self::NoUpgradeCommand(error) => error.exit_code(),
            Self::Merge(error) => error.exit_code(),
            Self::Cure(error) => error.exit_code(),
            _ => 125,
        }
    }
}

fn upgraded_by(holder: Option<&Holder>) -> String {
    holder.map_or_else(|| "no upgrade is running".to_owned(), |holder| format!("upgraded by {holder}"))
}

impl From<Box<Obstacle>> for Error {
    fn from(obstacle: Box<Obstacle>) -> Self {
        Self::Obstacle(obstacle)
    }
}

impl From<AgainstError> for Error {
    fn from(error: AgainstError) -> Self {
        Self::Against(Box::new(error))
    }
}

impl From<MergeError> for Error {
    fn from(error: MergeError) -> Self {
        Self::Merge(Box::new(error))
    }
}

impl From<RestoreError> for Error {
    fn from(error: RestoreError) -> Self {
        Self::Restore(Box::new(error))
    }
}

impl From<CureError> for Error {
    fn from(error: CureError) -> Self {
        Self::Cure(Box::new(error))
    }
}

impl From<ResetError> for Error {
    fn from(error: ResetError) -> Self {
        Self::Reset(Box::new(error))
    }
}

impl From<Finding> for Error {
    fn from(finding: Finding) -> Self {
        Self::Obstacle(Box::new(finding.into()))
    }
}

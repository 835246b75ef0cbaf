//! Why a cure is refused.

use thiserror::Error;

use crate::help::{Advice, Command, Help, Note};

/// Nothing is finished, taken back or put right.
#[derive(Debug, Error)]
pub enum CureError {
    /// The statements of the revision are not known.
    #[error("the statements of {revision} are not known: {reason}")]
    Unknown {
        /// The revision.
        revision: String,
        /// Why not.
        reason: String,
    },
    /// Nothing of the revision is there.
    #[error("nothing of {revision} is in your database")]
    NothingThere {
        /// The revision.
        revision: String,
    },
    /// What it does to rows leaves no trace in the schema.
    #[error("{revision} also changes data; the schema cannot show whether that ran: {}", lines.join("; "))]
    Data {
        /// The revision.
        revision: String,
        /// What does, with file and line.
        lines: Vec<String>,
        /// The command, which takes `--data-done` or `--data-todo`.
        command: Command,
    },
    /// Something is not certain.
    #[error("{revision} can be neither finished nor taken back for certain: {reason}")]
    Because {
        /// The revision.
        revision: String,
        /// What, with file and line.
        reason: String,
    },
    /// It is not its turn.
    #[error("{revision} is not next: {first} comes first")]
    NotNext {
        /// The revision.
        revision: String,
        /// A revision that it needs and that is not applied.
        first: String,
    },
    /// Others that are applied build on it.
    #[error("{revision} is applied, and so are revisions that follow it")]
    Behind {
        /// The revision.
        revision: String,
    },
    /// There are no rows to hold the schema against.
    #[error("the version table names no revision to compare your database with")]
    NoRevision,
    /// `--exit-code`, and the schema departs.
    #[error("the schema departs from the migration files in {count} {}", if *.count == 1 { "place" } else { "places" })]
    Departs {
        /// In how many places.
        count: usize,
    },
}

impl CureError {
    /// The exit code, as documented.
    pub fn exit_code(&self) -> u8 {
        if let Self::Departs { .. } = self { 1 } else { 125 }
    }
}

impl Help for CureError {
    fn help(&self) -> Advice {
        match self {
            Self::Unknown { revision, .. } | Self::Because { revision, .. } => {
                Command::levelhead("infer --explain").with(revision).into()
            }
            Self::NothingThere { .. } => Command::levelhead("run").into(),
            Self::Data { revision, command, .. } => {
                let with = |flag| command.clone().with(flag);
                let question = format!("Did what {revision} does to the data already run?");
                Note::choice(question, with("--data-done"), with("--data-todo")).into()
            }
            Self::NotNext { first, .. } => Command::levelhead("fix --finish").with(first).into(),
            Self::Behind { .. } => Command::levelhead("fix --schema").into(),
            Self::NoRevision => Command::levelhead("diff heads").into(),
            Self::Departs { .. } => Command::levelhead("fix --schema").into(),
        }
    }
}

//! Why a database is not emptied. Nothing has been changed.

use std::path::PathBuf;

use nix::sys::signal::Signal;

use crate::help::{Advice, Help};
use crate::reconcile::list;

/// Why a database is not emptied.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// The environment looks like production.
    #[error("this looks like production: {}", signs.join(", "))]
    Production {
        /// The variables that say so.
        signs: Vec<String>,
    },
    /// Somebody else uses the database.
    #[error("others are connected to {database}: {}", list(sessions))]
    Connected {
        /// The database.
        database: String,
        /// Who.
        sessions: Vec<String>,
    },
    /// Objects belong to another role, and only that one may drop them.
    #[error("this role may not drop what belongs to others: {}", list(objects))]
    NotOwned {
        /// What, with its owner.
        objects: Vec<String>,
        /// The first of the owners.
        owner: String,
    },
    /// The database has not been named, or another one.
    #[error("the database is called {database}{}", .given.as_ref().map(|given| format!(", not {given:?}")).unwrap_or_default())]
    NotConfirmed {
        /// The database.
        database: String,
        /// What was given; `None` where there is no terminal to ask at.
        given: Option<String>,
    },
    /// Neither `--backup` nor `--no-backup`.
    #[error("no backup is asked for")]
    NoBackup,
    /// The dump cannot be written.
    #[error("the backup {} is not written: {reason}", file.display())]
    Backup {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
        /// What to do about it.
        advice: Box<Advice>,
    },
    /// levelhead was asked to end while it wrote the dump.
    #[error("stopped by {signal}; there is no backup, and nothing is dropped")]
    Interrupted {
        /// The signal.
        signal: Signal,
    },
}

impl Help for ResetError {
    fn help(&self) -> Advice {
        match self {
            Self::Production { .. } => {
                "leave it alone; if it is a throwaway database all the same, add --even-in-production".into()
            }
            Self::Connected { .. } => "stop the application first; or add --even-if-connected".into(),
            Self::NotOwned { owner, .. } => {
                format!("run it with the DATABASE_URL of a role that may act as {owner}, such as a superuser").into()
            }
            Self::NotConfirmed { database, .. } => {
                format!("if that is the one to empty, add --yes-i-mean {}", shell_words::quote(database)).into()
            }
            Self::NoBackup => "add --backup FILE, or --no-backup where nothing in it is worth keeping".into(),
            Self::Backup { advice, .. } => (**advice).clone(),
            Self::Interrupted { .. } => "run the same command again, with more time".into(),
        }
    }
}

//! Why the merge with another branch is not looked at.

use std::path::PathBuf;

use crate::help::{Advice, Command, Help};
use crate::version_control::VersionControlError;

/// Why the merge with another branch is not looked at.
#[derive(Debug, thiserror::Error)]
pub enum AgainstError {
    /// Version control cannot be asked.
    #[error("cannot look at {name}: {source}")]
    VersionControl {
        /// What was named.
        name: String,
        /// Why.
        source: VersionControlError,
        /// Where the migrations are.
        folder: PathBuf,
    },
    /// No commit is called so.
    #[error("git knows no branch, tag or commit {name} here")]
    NoSuchCommit {
        /// What was named.
        name: String,
    },
    /// Where both parted is not known.
    #[error("{name} and what is checked out have no commit in common{}", if *.is_shallow { ": this clone lacks its older commits" } else { "" })]
    NoFork {
        /// What was named.
        name: String,
        /// Whether the repository was cloned without its older commits.
        is_shallow: bool,
    },
}

impl Help for AgainstError {
    fn help(&self) -> Advice {
        let of_origin = |name: &str| name.strip_prefix("origin/").unwrap_or(name).to_owned();
        match self {
            Self::VersionControl { source: VersionControlError::NoRepository { .. }, .. } => {
                "run it in a clone of the project, not in an image".into()
            }
            Self::VersionControl { source, folder, .. } => source.sought_in(folder).help(),
            // A clone of a single branch keeps another one only where it is told to.
            Self::NoSuchCommit { name } => {
                let name = of_origin(name);
                Command::git("fetch origin").with(format!("{name}:refs/remotes/origin/{name}")).into()
            }
            Self::NoFork { name, is_shallow: true } => Command::git("fetch --unshallow origin")
                .with(of_origin(name))
                .and("in GitHub Actions, set fetch-depth: 0"),
            Self::NoFork { name, is_shallow: false } => {
                Command::git("log --oneline").with(name).and("this shows whose history it is")
            }
        }
    }
}

//! Why the merge with another branch is not looked at.

use std::path::PathBuf;

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

impl AgainstError {
    /// The one thing to do next.
    pub fn next(&self) -> String {
        let of_origin = |name: &str| name.strip_prefix("origin/").unwrap_or(name).to_owned();
        match self {
            Self::VersionControl { source: VersionControlError::NoRepository { .. }, .. } => {
                "run it in a clone of the project, not in an image".to_owned()
            }
            Self::VersionControl { source, folder, .. } => source.next(folder),
            // A clone of a single branch keeps another one only where it is told to.
            Self::NoSuchCommit { name } => {
                format!("git fetch origin {0}:refs/remotes/origin/{0}", of_origin(name))
            }
            Self::NoFork { name, is_shallow: true } => {
                format!("git fetch --unshallow origin {}; in GitHub Actions, fetch-depth: 0", of_origin(name))
            }
            Self::NoFork { name, is_shallow: false } => format!("git log --oneline {name}, to see whose history it is"),
        }
    }
}

//! Version control, which is git, run as a child process. Reads only: no ref, index or working file is touched.

mod log;
mod parted;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::process::program::{self, ProgramError};
pub use log::{Change, Commit, Search};
pub use parted::Theirs;

/// What keeps from asking version control.
#[derive(Debug, thiserror::Error)]
pub enum VersionControlError {
    /// git is not installed, or cannot be executed.
    #[error("git cannot be run: {0}")]
    NoGit(ProgramError),
    /// A folder that no repository holds.
    #[error("{} is not under version control", folder.display())]
    NoRepository {
        /// The folder.
        folder: PathBuf,
    },
    /// git refused.
    #[error("git {command}: {answer}")]
    Refused {
        /// The subcommand.
        command: String,
        /// What it says.
        answer: String,
    },
}

impl VersionControlError {
    /// The one thing to do next, for a file that is looked for in `folder`.
    pub fn next(&self, folder: &Path) -> String {
        let elsewhere = format!("copy the file from an image or a machine that has it into {}", folder.display());
        match self {
            Self::NoGit(_) => format!("apt-get install -y git, or {elsewhere}"),
            Self::NoRepository { .. } => format!("run it in a clone of the project; or {elsewhere}"),
            Self::Refused { answer, .. } => match answer.split_once("safe.directory ") {
                Some((_, path)) => {
                    let path = path.split_whitespace().next().unwrap_or("DIR");
                    format!("git config --global --add safe.directory {path}")
                }
                None => elsewhere,
            },
        }
    }
}

/// A repository and its working tree.
#[derive(Debug)]
pub struct Repository {
    git: PathBuf,
    /// The top of the working tree.
    pub root: PathBuf,
}

impl Repository {
    /// The one that holds `folder`, or the nearest folder above it that exists. `path` is the PATH that git is looked up in.
    pub fn of(folder: &Path, path: Option<&OsStr>) -> Result<Self, VersionControlError> {
        let git = program::find(&["git".into()], path).map_err(VersionControlError::NoGit)?.file;
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let existing = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/")).to_owned();
        let repository = Self { git, root: existing };
        let mut top = repository.ask(&["rev-parse", "--show-toplevel"]).map_err(|error| match error {
            VersionControlError::Refused { answer, .. } if answer.contains("not a git repository") => {
                VersionControlError::NoRepository { folder }
            }
            other => other,
        })?;
        top.truncate(top.trim_ascii_end().len());
        Ok(Self { root: PathBuf::from(OsString::from_vec(top)), ..repository })
    }

    /// Whether its older commits were left out when it was cloned.
    pub fn is_shallow(&self) -> bool {
        self.ask(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|answer| answer.starts_with(b"true"))
    }

    /// How many commits can be reached, by a branch, a tag, a stash or a reflog.
    pub fn commit_count(&self) -> usize {
        let count = self.ask(&["rev-list", "--all", "--reflog", "--count"]).unwrap_or_default();
        String::from_utf8_lossy(&count).trim().parse().unwrap_or(0)
    }

    /// The contents of a file, by the id that git has for them.
    pub fn blob(&self, id: &str) -> Result<Vec<u8>, VersionControlError> {
        self.ask(&["cat-file", "blob", id])
    }

    /// Asks git, in the repository, without pager, colour, hooks or helpers that its configuration may name.
    fn ask<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<Vec<u8>, VersionControlError> {
        let asked = Command::new(&self.git)
            .arg("-C")
            .arg(&self.root)
            .args(["--no-pager", "-c", "core.fsmonitor=false", "-c", "color.ui=false", "-c", "log.showSignature=false"])
            .args(words)
            .env("LC_ALL", "C")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .stdin(Stdio::null())
            .output();
        let command = || words.first().map(|word| word.as_ref().to_string_lossy().into_owned()).unwrap_or_default();
        match asked {
            Ok(output) if output.status.success() => Ok(output.stdout),
            Ok(output) => {
                let answer = String::from_utf8_lossy(&output.stderr);
                let answer = answer.split_whitespace().collect::<Vec<_>>().join(" ");
                Err(VersionControlError::Refused { command: command(), answer })
            }
            Err(error) => Err(VersionControlError::Refused { command: command(), answer: error.to_string() }),
        }
    }
}

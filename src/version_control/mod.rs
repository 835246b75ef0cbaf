//! Version control, which is git, run as a child process. Reads only: no ref, index or working file is touched.

mod log;
mod parted;

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::help::{Advice, Command, Help};
use crate::process::bounded;
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
    /// A repository that has no working tree.
    #[error("{} is a bare repository, without the project's files", folder.display())]
    Bare {
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
    /// git has not ended, and was.
    #[error("git {command} has not ended within {}", humantime::format_duration(*.limit))]
    Silent {
        /// The subcommand.
        command: String,
        /// How long it could take.
        limit: Duration,
        /// The repository.
        root: PathBuf,
    },
}

impl VersionControlError {
    /// The same for a file that is looked for in `folder`.
    pub fn sought_in<'a>(&'a self, folder: &'a Path) -> Sought<'a> {
        Sought { error: self, folder }
    }
}

/// Why version control cannot be asked for a file.
pub struct Sought<'a> {
    error: &'a VersionControlError,
    folder: &'a Path,
}

impl Help for Sought<'_> {
    fn help(&self) -> Advice {
        let elsewhere = format!("copy the file from an image or a machine that has it into {}", self.folder.display());
        match self.error {
            VersionControlError::NoGit(_) => Command::of("apt-get", "install -y git").and(format!("or {elsewhere}")),
            VersionControlError::NoRepository { .. } => {
                Advice::note("run it in a clone of the project, or with GIT_DIR=REPOSITORY GIT_WORK_TREE=.")
                    .and(format!("or {elsewhere}"))
            }
            VersionControlError::Bare { folder } => {
                Command::git("clone").with(folder.display()).and("run it in the clone")
            }
            // Not a git command to try: it would run what this one was kept from.
            VersionControlError::Silent { root, .. } => format!(
                "see what git waits for in {}, such as its include.path; or {elsewhere}",
                root.join(".git/config").display()
            )
            .into(),
            VersionControlError::Refused { answer, .. } => match answer.split_once("safe.directory ") {
                // Quoted by git where a shell needs it.
                Some((_, path)) => {
                    Command::shell(format!("git config --global --add safe.directory {}", path.trim_end())).into()
                }
                None => elsewhere.into(),
            },
        }
    }
}

/// What names another repository than the one that holds a folder. git sets them for its hooks, too.
const ELSEWHERE: [&str; 6] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
];

/// How long git may take to answer: a file that its configuration includes may be one that nothing ever comes from.
const ANSWER: Duration = Duration::from_secs(30);
/// How long it may take to search the history while a start waits for it.
const GLANCE: Duration = Duration::from_secs(2);
/// How long it may take to search the whole history, which takes a minute in the largest.
const SEARCH: Duration = Duration::from_secs(300);

/// What the repository's own configuration must not decide: programs that git would run.
const SETTINGS: [&str; 4] =
    ["core.fsmonitor=false", "core.hooksPath=/dev/null", "color.ui=false", "log.showSignature=false"];

/// What git finds in its environment. Of a clone that lacks objects none is fetched: an answer of this repository is wanted, and
/// a remote's URL, `uploadpack` or `core.sshCommand` is a command. GIT_NO_LAZY_FETCH says so from git 2.44 on, and to no older
/// one; all know GIT_ALLOW_PROTOCOL, which is stronger than `protocol.*` in any configuration. Not even `file` is in it: the
/// command of a local remote's `uploadpack` runs, too.
const VARIABLES: [(&str, &str); 5] = [
    ("LC_ALL", "C"),
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
];

/// A repository and its working tree.
#[derive(Debug)]
pub struct Repository {
    git: PathBuf,
    /// The top of the working tree.
    pub root: PathBuf,
    /// Whether it is the one that GIT_DIR names, as seen from here.
    is_named: bool,
}

impl Repository {
    /// The one that holds `folder`, or the nearest folder above it that exists; where none does, the one that GIT_DIR and
    /// GIT_WORK_TREE name. `path` is the PATH that git is looked up in.
    pub fn of(folder: &Path, path: Option<&OsStr>) -> Result<Self, VersionControlError> {
        let git = program::find(&["git".into()], path).map_err(VersionControlError::NoGit)?.file;
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let existing = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/")).to_owned();
        let held = Self { git, root: existing, is_named: false };
        match held.top() {
            Err(VersionControlError::Refused { answer, .. }) if answer.contains("not a git repository") => {
                let named = Self { is_named: true, ..held };
                let root = named.top().map_err(|_| VersionControlError::NoRepository { folder: folder.clone() })?;
                if !folder.starts_with(&root) {
                    return Err(VersionControlError::NoRepository { folder });
                }
                Ok(Self { root, ..named })
            }
            Err(VersionControlError::Refused { answer, .. }) if answer.contains("must be run in a work tree") => {
                let folder = held.path(&["rev-parse", "--absolute-git-dir"])?;
                Err(VersionControlError::Bare { folder })
            }
            top => Ok(Self { root: top?, ..held }),
        }
    }

    /// The top of the working tree, as git has it.
    fn top(&self) -> Result<PathBuf, VersionControlError> {
        self.path(&["rev-parse", "--show-toplevel"])
    }

    fn path(&self, words: &[&str]) -> Result<PathBuf, VersionControlError> {
        let mut path = self.ask(words)?;
        path.truncate(path.trim_ascii_end().len());
        Ok(PathBuf::from(OsString::from_vec(path)))
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

    /// Whether what is checked out has this commit behind it.
    pub fn is_behind_the_head(&self, commit: &str) -> bool {
        self.ask(&["merge-base", "--is-ancestor", commit, "HEAD"]).is_ok()
    }

    /// The contents of a file, by the id that git has for them.
    pub fn blob(&self, id: &str) -> Result<Vec<u8>, VersionControlError> {
        self.ask(&["cat-file", "blob", id])
    }

    /// The files below these folders as a commit has them, each with the id of its contents. Folders are relative to the root.
    pub fn files_of(&self, commit: &str, below: &[PathBuf]) -> Result<Vec<(PathBuf, String)>, VersionControlError> {
        let mut words: Vec<OsString> = ["ls-tree", "-r", "-z", "--full-tree", commit, "--"].map(OsString::from).into();
        words.extend(below.iter().map(|folder| folder.clone().into_os_string()));
        let answer = self.ask(&words)?;
        // A line is `mode type id`, a tab, and the path.
        let entry = |line: &[u8]| {
            let tab = line.iter().position(|&byte| byte == b'\t')?;
            let id = String::from_utf8_lossy(&line[..tab]).split(' ').nth(2)?.to_owned();
            Some((PathBuf::from(OsString::from_vec(line[tab + 1..].to_vec())), id))
        };
        Ok(answer.split(|&byte| byte == 0).filter_map(entry).collect())
    }

    /// Asks git what takes no time, whatever the repository's size.
    fn ask<S: AsRef<OsStr>>(&self, words: &[S]) -> Result<Vec<u8>, VersionControlError> {
        self.ask_within(ANSWER, words)
    }

    /// Asks git, in the repository, without pager, colour, hooks, programs or servers that its configuration may name: whoever
    /// has written the checkout may have written that, too.
    fn ask_within<S: AsRef<OsStr>>(&self, limit: Duration, words: &[S]) -> Result<Vec<u8>, VersionControlError> {
        let mut asked = std::process::Command::new(&self.git);
        if !self.is_named {
            asked.arg("-C").arg(&self.root);
            for name in ELSEWHERE {
                asked.env_remove(name);
            }
        }
        asked.arg("--no-pager").args(SETTINGS.iter().flat_map(|setting| ["-c", setting])).args(words).envs(VARIABLES);
        let command = || words.first().map(|word| word.as_ref().to_string_lossy().into_owned()).unwrap_or_default();
        match bounded::output(&mut asked, limit) {
            Ok(output) if output.status.success() => Ok(output.stdout),
            Ok(output) => {
                let answer = String::from_utf8_lossy(&output.stderr);
                let answer = answer.split_whitespace().collect::<Vec<_>>().join(" ");
                Err(VersionControlError::Refused { command: command(), answer })
            }
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                Err(VersionControlError::Silent { command: command(), limit, root: self.root.clone() })
            }
            Err(error) => Err(VersionControlError::Refused { command: command(), answer: error.to_string() }),
        }
    }
}

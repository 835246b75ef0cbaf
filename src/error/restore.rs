//! Why a revision's file is not brought back. Nothing has been written.

use std::path::PathBuf;

use crate::help::{Advice, Command, Help, Note};
use crate::revision_file::as_typed;
use crate::version_control::VersionControlError;
use history::Problem;

/// Why a revision's file is not brought back.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// Version control cannot be asked.
    #[error("cannot look for {revision}: {source}")]
    VersionControl {
        /// The revision.
        revision: String,
        /// Why.
        source: VersionControlError,
        /// Where its file belongs.
        folder: PathBuf,
    },
    /// No commit has such a file.
    #[error("{revision}{} is in none of the {commits} commits of {}", of(.wanted_by.as_deref()), repository.display())]
    NotFound {
        /// The revision.
        revision: String,
        /// The revision that follows it, where it is looked for because of that.
        wanted_by: Option<String>,
        /// How many commits were searched.
        commits: usize,
        /// The working tree's root.
        repository: PathBuf,
        /// Whether the repository was cloned without its older commits.
        is_shallow: bool,
        /// Where its file belongs.
        folder: PathBuf,
    },
    /// git has a file that seems to be it, and levelhead cannot read it.
    #[error("{revision} seems to be {} in commit {commit}, which cannot be read: {problem}", path.display())]
    Unreadable {
        /// The revision.
        revision: String,
        /// The file, below the root of the working tree.
        path: PathBuf,
        /// The commit.
        commit: String,
        /// What git calls its contents.
        blob: String,
        /// Why it cannot be read.
        problem: Problem,
    },
    /// The beginning of several ids.
    #[error("several revisions begin with {given}: {}", ids.join(", "))]
    Ambiguous {
        /// What was given.
        given: String,
        /// The ids.
        ids: Vec<String>,
    },
    /// `--from` names a commit that has no version of the file.
    #[error("{commit} has no version of {revision}; those that have one: {}", commits.join(", "))]
    NotInCommit {
        /// The revision.
        revision: String,
        /// What was given.
        commit: String,
        /// The commits that have one.
        commits: Vec<String>,
    },
    /// What has its parent's id now is another revision than the one that it followed.
    #[error(
        "{revision} follows another {parent} than yours: {} in commit {commit}, not {}",
        then.display(),
        as_typed(now).display()
    )]
    AnotherParent {
        /// The revision.
        revision: String,
        /// The id that both have.
        parent: String,
        /// The file that has it now.
        now: PathBuf,
        /// The file that had it, below the root of the working tree.
        then: PathBuf,
        /// The commit that has that one.
        commit: String,
    },
    /// It is there under another id.
    #[error("{revision} is there already as {id}: {}", as_typed(path).display())]
    Renumbered {
        /// The revision.
        revision: String,
        /// The id that it has now.
        id: String,
        /// Its file.
        path: PathBuf,
    },
    /// The files would be no graph.
    #[error("with {revision} the files would be broken in another way: {problem}")]
    Unsound {
        /// The revision.
        revision: String,
        /// The first problem that was not there before.
        problem: Problem,
    },
    /// The file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Help for RestoreError {
    fn help(&self) -> Advice {
        match self {
            Self::VersionControl { source, folder, .. } => source.sought_in(folder).help(),
            Self::NotFound { is_shallow: true, .. } => {
                Command::git("fetch --unshallow").and("this clone lacks the older commits; then restore again")
            }
            Self::NotFound { folder, .. } => Command::git("fetch --all")
                .and("this brings the commits of every branch; then restore again")
                .and(format!("or copy the file from an image that has it into {}", folder.display()))
                .and(Note::way("to go on without the file, see what your tables match", Command::levelhead("infer"))),
            Self::Unreadable { path, blob, .. } => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let command = format!("git cat-file blob {} >{}", &blob[..10], shell_words::quote(&name));
                Command::shell(command).and("this writes the file here; correct it, then move it to the versions")
            }
            Self::Ambiguous { ids, .. } => {
                let restore = |id| Note::way(format!("for {id}"), Command::levelhead("restore").with(id));
                ids.iter().fold(Advice::default(), |advice, id| advice.and(restore(id)))
            }
            Self::NotInCommit { revision, commits, .. } => {
                let commit = commits.first().map_or("COMMIT", String::as_str);
                Command::levelhead("restore").with(revision).with("--from").with(commit).into()
            }
            Self::AnotherParent { parent, commit, then, .. } => Command::git("show")
                .with(format!("{commit}:{}", then.display()))
                .and(format!("this shows the other {parent}; give one of the two a new id, then restore again")),
            Self::Renumbered { revision, id, .. } => {
                let stamp = Command::levelhead("stamp --purge").with(id);
                Note::way(format!("if the version table holds {revision}"), stamp).into()
            }
            Self::Unsound { problem, .. } => problem.help(),
            Self::Write { path, source } if source.kind() == std::io::ErrorKind::AlreadyExists => {
                format!("look at the file that is there, and move it away: {}", path.display()).into()
            }
            Self::Write { path, .. } => {
                format!("make {} writable for this user", path.parent().unwrap_or(path).display()).into()
            }
        }
    }
}

fn of(wanted_by: Option<&str>) -> String {
    wanted_by.map(|child| format!(", which {child} follows,")).unwrap_or_default()
}

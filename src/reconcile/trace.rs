//! What version control knows of a revision that no file has.

use std::fmt;

/// Where a revision's file was seen last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The revision.
    pub revision: String,
    /// Its file.
    pub path: String,
    /// The commit, as people name it.
    pub commit: String,
    /// The first line of that commit's message.
    pub subject: String,
    /// What has become of it.
    pub seen: Seen,
}

/// What has become of a revision's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// What is checked out has deleted it: it was renamed, squashed or removed.
    Deleted,
    /// It is on a branch that is not checked out, or in a stash or a tag.
    Elsewhere(String),
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { revision, path, commit, subject, seen } = self;
        match seen {
            Seen::Deleted => write!(f, "git: commit {commit} ({subject:?}) deleted the file of {revision}: {path}"),
            Seen::Elsewhere(source) if source.is_empty() => {
                write!(f, "git: commit {commit} ({subject:?}) has the file of {revision}: {path}")
            }
            Seen::Elsewhere(source) => write!(f, "git: {source} has the file of {revision}: {path}"),
        }
    }
}

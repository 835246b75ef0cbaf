//! Looking for a revision's file in version control: first by its name, which is quick, then by what is in it.

use std::path::PathBuf;

use crate::error::RestoreError;
use crate::version_control::{Change, Commit, Repository, Search, VersionControlError};
use history::{Revision, read_revision};

/// A revision's file as version control has it.
#[derive(Debug)]
pub(super) struct Lost {
    /// What the file says. Its path is below the root of the working tree.
    pub(super) revision: Revision,
    pub(super) bytes: Vec<u8>,
    /// The commit that the version is taken from.
    pub(super) commit: Commit,
    /// The commit that deleted it last, where that came after everything else.
    pub(super) deleted: Option<Commit>,
    /// Commits with other contents, newest first.
    pub(super) others: Vec<Commit>,
}

/// Finds the file. `folders` are the versions folders, relative to the root; `from` is the beginning of a commit's id. What
/// `is_there` is not lost, even if its id begins as wanted.
pub(super) fn find(
    repository: &Repository,
    given: &str,
    folders: &[PathBuf],
    from: Option<&str>,
    is_there: &dyn Fn(&str) -> bool,
) -> Result<Option<Lost>, FindError> {
    let anywhere = [PathBuf::new()];
    let is_wanted = |revision: &Revision| revision.id.starts_with(given) && !is_there(&revision.id);
    let mut unreadable = None;
    // A file may have had several names, and most changes touch neither its name nor its id.
    let by_name = [Search::Names, Search::Lines(folders)];
    for searches in [&by_name[..], &[Search::Lines(&anywhere)]] {
        let mut files = Vec::new();
        for search in searches {
            for change in repository.changes(given, *search)? {
                if files.contains(&change.path) {
                    continue;
                }
                let bytes = repository.blob(&change.blob)?;
                match read_revision(&bytes, &change.path) {
                    Ok(revision) if is_wanted(&revision) => files.push(change.path),
                    Ok(_) => {}
                    Err(problem) => {
                        if unreadable.is_none() && says_that_it_is(&bytes, given) {
                            unreadable = Some((change, problem));
                        }
                    }
                }
            }
        }
        if !files.is_empty() {
            return choose(repository, given, repository.changes(given, Search::Files(&files))?, from, &is_wanted);
        }
    }
    for search in [Search::Names, Search::Lines(&anywhere)] {
        if let Some(lost) = choose(repository, given, repository.unreachable_changes(given, search)?, from, &is_wanted)?
        {
            return Ok(Some(lost));
        }
    }
    match unreadable {
        Some((change, problem)) => {
            let (path, blob) = (change.path.clone(), change.blob.clone());
            let commit = change.commit.short().to_owned();
            Err(RestoreError::Unreadable { revision: given.to_owned(), path, commit, blob, problem }.into())
        }
        None => Ok(None),
    }
}

/// Whether a file that cannot be read as Python has the line that names the revision.
fn says_that_it_is(bytes: &[u8], given: &str) -> bool {
    let is_named = |line: &str| {
        line.starts_with("revision") && line.split(['"', '\'']).nth(1).is_some_and(|id| id.starts_with(given))
    };
    String::from_utf8_lossy(bytes).lines().any(is_named)
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum FindError {
    Git(VersionControlError),
    Restore(Box<RestoreError>),
}

impl From<VersionControlError> for FindError {
    fn from(error: VersionControlError) -> Self {
        Self::Git(error)
    }
}

impl From<RestoreError> for FindError {
    fn from(error: RestoreError) -> Self {
        Self::Restore(Box::new(error))
    }
}

/// What a version of a file says, and its bytes; `None` where it is no revision that can be read.
type Read = Option<(Revision, Vec<u8>)>;

/// The newest version, or that of `from`, among changes whose files say that they are this revision.
fn choose(
    repository: &Repository,
    given: &str,
    changes: Vec<Change>,
    from: Option<&str>,
    is_wanted: &dyn Fn(&Revision) -> bool,
) -> Result<Option<Lost>, FindError> {
    let mut seen: Vec<(String, PathBuf, Read)> = Vec::new();
    let mut versions: Vec<(Change, Revision, Vec<u8>)> = Vec::new();
    for change in changes {
        let known = seen.iter().find(|(blob, path, _)| *blob == change.blob && *path == change.path);
        let read = match known {
            Some((_, _, read)) => read.clone(),
            None => {
                let read = read(repository, &change)?;
                seen.push((change.blob.clone(), change.path.clone(), read.clone()));
                read
            }
        };
        if let Some((revision, bytes)) = read.filter(|(revision, _)| is_wanted(revision)) {
            versions.push((change, revision, bytes));
        }
    }
    if versions.iter().any(|(_, revision, _)| revision.id == given) {
        versions.retain(|(_, revision, _)| revision.id == given);
    }
    let mut ids: Vec<String> = versions.iter().map(|(_, revision, _)| revision.id.clone()).collect();
    ids.sort();
    ids.dedup();
    if ids.len() > 1 {
        return Err(RestoreError::Ambiguous { given: given.to_owned(), ids }.into());
    }
    // A commit that renames the file deletes it under its old name.
    let kept: Vec<String> = versions
        .iter()
        .filter(|(change, ..)| !change.is_deletion)
        .map(|(change, ..)| change.commit.id.clone())
        .collect();
    versions.retain(|(change, ..)| !(change.is_deletion && kept.contains(&change.commit.id)));
    let at = match from {
        None => 0,
        Some(from) => match versions.iter().position(|(change, _, _)| change.commit.id.starts_with(from)) {
            Some(at) => at,
            None if versions.is_empty() => return Ok(None),
            None => {
                let commits = versions.iter().map(|(change, _, _)| change.commit.short().to_owned()).collect();
                let (revision, commit) = (given.to_owned(), from.to_owned());
                return Err(RestoreError::NotInCommit { revision, commit, commits }.into());
            }
        },
    };
    let Some((chosen, revision, bytes)) = versions.get(at) else { return Ok(None) };
    // The commit that wrote it says more than the merge that brought it along, or the one that deleted it.
    let wrote = |(change, _, _): &&(Change, Revision, Vec<u8>)| change.blob == chosen.blob && !change.is_deletion;
    let commit = versions.iter().rev().find(wrote).map_or(&chosen.commit, |(change, _, _)| &change.commit);
    let mut others: Vec<(&str, &Commit)> = Vec::new();
    for (change, _, _) in &versions {
        let is_known = change.blob == chosen.blob || others.iter().any(|(blob, _)| *blob == change.blob);
        if !change.is_deletion && !is_known {
            others.push((&change.blob, &change.commit));
        }
    }
    let deletion = versions.first().filter(|(change, _, _)| change.is_deletion);
    Ok(Some(Lost {
        revision: revision.clone(),
        bytes: bytes.clone(),
        commit: commit.clone(),
        deleted: deletion.map(|(change, _, _)| change.commit.clone()),
        others: others.into_iter().map(|(_, commit)| commit.clone()).collect(),
    }))
}

fn read(repository: &Repository, change: &Change) -> Result<Read, VersionControlError> {
    let bytes = repository.blob(&change.blob)?;
    Ok(read_revision(&bytes, &change.path).ok().map(|revision| (revision, bytes)))
}

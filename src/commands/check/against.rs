//! The merge with another branch, before anybody makes it: two branches that have one head each may have two together.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::report::{AgainstLine, Entry, Report};
use crate::commands::files::Files;
use crate::commands::plan::{self, Forecast};
use crate::config::Config;
use crate::error::{AgainstError, Error};
use crate::findings::Kind;
use crate::help::{Command, Note};
use crate::reconcile::{Severity, list};
use crate::version_control::{Repository, Theirs, VersionControlError};
use history::{self, Changes, Node, RevisionGraph};

/// Adds to a report what the files would be after a merge with `name`: a branch, a tag or a commit. What is not committed
/// yet counts as this side's.
pub(super) fn look(config: &Config, files: &Files, name: &str, report: &mut Report) -> Result<(), Error> {
    let folder = &files.layout.script_location;
    let no_git = |source| AgainstError::VersionControl { name: name.to_owned(), source, folder: folder.clone() };
    let repository = Repository::of(folder, config.path.as_deref()).map_err(no_git)?;
    let (name, commit) = repository.commit(name).ok_or_else(|| AgainstError::NoSuchCommit { name: name.to_owned() })?;
    let fork = repository
        .fork(&commit)
        .ok_or_else(|| AgainstError::NoFork { name: name.clone(), is_shallow: repository.is_shallow() })?;
    let root = repository.root.canonicalize()?;
    let real = files.layout.version_locations.iter().filter_map(|location| location.canonicalize().ok());
    let below: Vec<PathBuf> = real.filter_map(|location| Some(location.strip_prefix(&root).ok()?.to_owned())).collect();
    let theirs =
        if below.is_empty() { Vec::new() } else { repository.theirs(&fork, &commit, &below).map_err(no_git)? };
    let changes = merged(&repository, &root, theirs).map_err(no_git)?;
    report.against =
        Some(AgainstLine { name: name.clone(), commit: commit.id, subject: commit.subject, files: changes.len() });
    report.foreseen = new_revisions(files, &repository, &root, (&fork, &below))
        .map_err(no_git)?
        .map(|new| plan::offline(files, Some(&new)).map(|revisions| Forecast::of(&revisions)))
        .transpose()?;
    match history::read_changed(&files.layout, &changes) {
        Ok(together) => report.findings.splice(..0, fork_of(files, &together, &name)).for_each(drop),
        Err(error) => {
            let problems = error.problems.iter().map(Entry::of_problem);
            let entries = problems.map(|entry| Entry { message: with(&name, &entry.message), ..entry });
            report.findings.splice(..0, entries).for_each(drop);
        }
    }
    Ok(())
}

/// The revisions of this side that the fork does not have, where there are any.
fn new_revisions(
    files: &Files,
    repository: &Repository,
    root: &Path,
    (fork, below): (&str, &[PathBuf]),
) -> Result<Option<Vec<String>>, VersionControlError> {
    if below.is_empty() {
        return Ok(None);
    }
    let held: BTreeSet<PathBuf> = repository.files_of(fork, below)?.into_iter().map(|(path, _)| path).collect();
    let is_new = |node: &&Node| {
        let path = node.revision.path.canonicalize().ok();
        path.and_then(|path| path.strip_prefix(root).ok().map(Path::to_owned)).is_some_and(|path| !held.contains(&path))
    };
    let new: Vec<String> = files.graph.iter().filter(is_new).map(|node| node.revision.id.clone()).collect();
    Ok((!new.is_empty()).then_some(new))
}

/// What a merge would do to the files of the working tree. Where both sides have changed a file, git itself will ask.
fn merged(repository: &Repository, root: &Path, theirs: Vec<Theirs>) -> Result<Changes, VersionControlError> {
    let mut changes = Changes::new();
    for Theirs { path, before, after } in theirs {
        let path = root.join(path);
        let ours = std::fs::read(&path).ok();
        let before = before.map(|id| repository.blob(&id)).transpose()?;
        if ours == before {
            changes.insert(path, after.map(|id| repository.blob(&id)).transpose()?);
        }
    }
    Ok(changes)
}

/// The heads that the files have together; nothing where it is one, or where they are those of this side alone.
fn fork_of(files: &Files, together: &RevisionGraph, name: &str) -> Option<Entry> {
    let heads = together.real_heads();
    if heads.len() < 2 || heads == files.graph.real_heads() {
        return None;
    }
    let is_ours = |head: &&str| files.graph.get(head).is_some();
    let sides =
        heads.iter().map(|head| if is_ours(head) { format!("{head} (here)") } else { format!("{head} ({name})") });
    let sides: Vec<String> = sides.collect();
    let ours = heads.iter().copied().filter(|head| is_ours(head)).find_map(|head| files.graph.get(head));
    let facts = heads.iter().filter_map(|head| together.get(head)).map(described).collect();
    let entry = Entry {
        code: Kind::MULTIPLE_HEADS.code,
        severity: Severity::Stop.name(),
        message: with(name, &format!("the migration files have {} heads: {}", heads.len(), list(&sides))),
        facts,
        help: Command::git("merge")
            .with(name)
            .and(Note::way("then join the heads, and commit the file", Command::levelhead("merge"))),
        path: None,
        line: None,
    };
    Some(match ours {
        Some(node) => entry.in_file(&node.revision.path),
        None => entry,
    })
}

fn described(head: &Node) -> String {
    let revision = &head.revision;
    format!("{} follows {}: {}", revision.id, list(&revision.down_revision), revision.message())
}

fn with(name: &str, message: &str) -> String {
    format!("merged with {name}, {message}")
}

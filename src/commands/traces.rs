//! What version control knows of current revisions that no file has. A courtesy: where git has no answer soon, there is none.

use std::path::{Path, PathBuf};

use super::files::Files;
use crate::config::Config;
use crate::reconcile::{Seen, Trace};
use crate::version_control::{Change, Repository, Search};
use history::read_revision;

/// The traces of these revisions; `None` where there is no repository.
pub(super) fn traces(config: &Config, files: &Files, unknown: &[String]) -> Option<Vec<Trace>> {
    let locations = &files.layout.version_locations;
    let folder = locations.first().unwrap_or(&files.layout.script_location);
    let repository = Repository::of(folder, config.path.as_deref()).ok()?;
    let root = repository.root.canonicalize().unwrap_or_else(|_| repository.root.clone());
    let below = |folder: &PathBuf| folder.canonicalize().ok()?.strip_prefix(&root).map(Path::to_path_buf).ok();
    let folders: Vec<PathBuf> = locations.iter().filter_map(below).collect();
    Some(unknown.iter().filter_map(|id| trace(&repository, &folders, id)).collect())
}

/// Where the file of one revision was seen last: it is looked for by its name, which is quick, then by what is in it.
fn trace(repository: &Repository, folders: &[PathBuf], id: &str) -> Option<Trace> {
    let is_its_own = |change: &Change| {
        let bytes = repository.blob(&change.blob).unwrap_or_default();
        read_revision(&bytes, &change.path).is_ok_and(|revision| revision.id == id)
    };
    let newest = [Search::Names, Search::Lines(folders)].into_iter().find_map(|search| {
        let changes = repository.changes_at_once(id, search).ok()?;
        changes.into_iter().find(is_its_own)
    })?;
    let commit = &newest.commit;
    let source = commit.source.strip_prefix("refs/heads/").or(commit.source.strip_prefix("refs/remotes/"));
    let seen = match repository.is_behind_the_head(&commit.id) {
        true if newest.is_deletion => Seen::Deleted,
        true => Seen::Elsewhere("HEAD".to_owned()),
        false => Seen::Elsewhere(source.unwrap_or(&commit.source).to_owned()),
    };
    Some(Trace {
        revision: id.to_owned(),
        path: newest.path.display().to_string(),
        commit: commit.short().to_owned(),
        subject: commit.subject.clone(),
        seen,
    })
}

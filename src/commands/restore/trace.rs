//! What `restore` would find, for whoever only wants to know.

use std::path::PathBuf;

use super::{Found, search};
use crate::config::Config;
use crate::error::{Error, RestoreError};
use crate::version_control::Commit;
use history;
use history::layout::locate;

/// What is known of a revision's file.
pub(in crate::commands) enum Trace {
    /// It is among the files.
    There(PathBuf),
    /// Version control has it: `restore` brings it back.
    Lost {
        /// The commit that deleted it last, or else the one that wrote it.
        commit: Box<Commit>,
        /// Whether that one deleted it.
        is_deleted: bool,
        /// Whether what is checked out comes after it.
        is_past: bool,
    },
    /// None of so many commits has it.
    Nowhere(usize),
    /// Why nobody can tell.
    Unknown(String),
}

/// Looks where `restore` looks, and writes nothing.
pub(in crate::commands) fn trace(config: &Config, revision: &str) -> Trace {
    let found = locate(&config.files).map_err(Error::from).and_then(|layout| {
        let (present, _) = history::read_each(&layout);
        search(config, &layout, &present, (revision, None))
    });
    match found {
        Ok(Found::There(known)) => Trace::There(known.path),
        Ok(Found::Lost(repository, mut lost)) if !lost.is_empty() => {
            let wanted = lost.swap_remove(0);
            let is_past = repository.is_behind_the_head(&wanted.commit.id);
            let is_deleted = wanted.deleted.is_some();
            Trace::Lost { commit: Box::new(wanted.deleted.unwrap_or(wanted.commit)), is_deleted, is_past }
        }
        Ok(Found::Lost(..)) => Trace::Unknown(format!("{revision} names a branch of the files")),
        Err(Error::Restore(error)) => match *error {
            RestoreError::NotFound { wanted_by: None, is_shallow: false, commits, .. } => Trace::Nowhere(commits),
            RestoreError::VersionControl { source, .. } => Trace::Unknown(source.to_string()),
            error => Trace::Unknown(error.to_string()),
        },
        Err(error) => Trace::Unknown(error.to_string()),
    }
}

//! Whether a lost revision would come back where it belongs: numbers are given anew on another branch, and a file may be there
//! under another id.

use std::path::{Path, PathBuf};

use super::find::{FindError, Lost};
use crate::error::RestoreError;
use crate::version_control::Repository;
use history::{Revision, read_revision, read_source};

/// Sees that each parent that is there is the one that the lost revision followed, and that the lost one is not there under
/// another id. `folders` are the versions folders, relative to the root.
pub(super) fn check(
    repository: &Repository,
    folders: &[PathBuf],
    present: &[Revision],
    found: &[Lost],
) -> Result<(), FindError> {
    for lost in found {
        if let Some(other) = present.iter().find(|other| is_the_same(&lost.bytes, &source(&other.path))) {
            let (revision, id, path) = (lost.revision.id.clone(), other.id.clone(), other.path.clone());
            return Err(RestoreError::Renumbered { revision, id, path }.into());
        }
        for parent in lost.revision.down_revision.iter().chain(&lost.revision.depends_on) {
            let Some(now) = present.iter().find(|revision| revision.id == *parent) else { continue };
            if let Some(then) = another(repository, folders, now, lost)? {
                let (revision, parent, now) = (lost.revision.id.clone(), parent.clone(), now.path.clone());
                let commit = lost.commit.short().to_owned();
                return Err(RestoreError::AnotherParent { revision, parent, now, then, commit }.into());
            }
        }
    }
    Ok(())
}

/// The file that had the id of `now` in the commit that the lost one is taken from, where that was another revision.
fn another(
    repository: &Repository,
    folders: &[PathBuf],
    now: &Revision,
    lost: &Lost,
) -> Result<Option<PathBuf>, FindError> {
    let files = repository.files_of(&lost.commit.id, folders)?;
    let root = repository.root.canonicalize().unwrap_or_else(|_| repository.root.clone());
    if files.iter().any(|(path, _)| root.join(path) == now.path) {
        return Ok(None);
    }
    for (path, blob) in files {
        let bytes = repository.blob(&blob)?;
        if read_revision(&bytes, &path).is_ok_and(|revision| revision.id == now.id) {
            return Ok((!is_the_same(&bytes, &source(&now.path))).then_some(path));
        }
    }
    Ok(None)
}

fn source(path: &Path) -> Vec<u8> {
    read_source(path).unwrap_or_default()
}

/// Whether two files are one revision, but for its ids and dates.
fn is_the_same(one: &[u8], other: &[u8]) -> bool {
    body(one) == body(other)
}

fn body(source: &[u8]) -> Vec<&[u8]> {
    const OWN: [&[u8]; 5] = [b"revision", b"down_revision", b"Revision ID:", b"Revises:", b"Create Date:"];
    let lines = source.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end);
    lines.filter(|line| !line.is_empty() && !OWN.iter().any(|own| line.starts_with(own))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_the_same_under_another_number() {
        let file = |id: &str, parent: &str, column: &str| {
            format!(
                "\"\"\"add {column}\n\nRevision ID: {id}\nRevises: {parent}\n\"\"\"\nrevision = '{id}'\n\
                 down_revision = '{parent}'\n\n\ndef upgrade():\n    add('{column}')\n"
            )
        };
        let one = file("017", "016", "owner");
        assert!(is_the_same(one.as_bytes(), file("018", "017", "owner").as_bytes()));
        assert!(!is_the_same(one.as_bytes(), file("017", "016", "colour").as_bytes()));
    }
}

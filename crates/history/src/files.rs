//! Reading revision files: whole ones here, their headers in `headers`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::libc::O_NONBLOCK;

use super::graph::RevisionGraph;
use super::header;
use super::layout::Layout;
use super::listing::{is_inside, is_revision, list};
use super::problem::Problem;
use super::reader::Reader;
use super::revision::Revision;
use python::{MAX_BYTES, PythonError};

/// Larger than nearly every migration.
pub(super) const BUFFER: usize = 32 * 1024;

/// Everything that keeps the files from being a graph. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct ReadError {
    /// Each reason.
    pub problems: Vec<Problem>,
}

/// Reads every revision file of a layout and links them.
pub fn read(layout: &Layout) -> Result<RevisionGraph, ReadError> {
    let (revisions, problems) = read_each(layout);
    linked(revisions, problems)
}

/// Reads every revision file by itself: also where they are no graph.
pub fn read_each(layout: &Layout) -> (Vec<Revision>, Vec<Problem>) {
    let (files, problems) = list(layout);
    let reader = Reader::of(layout);
    // On one thread: parsing is allocating, and musl's threads would wait for each other's turn.
    separate_problems(read_some(&files, |bytes, path| reader.read(bytes, path)), problems)
}

/// What becomes of files that are on disk, or are not: new contents by their real path, or none where a file goes.
pub type Changes = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// As [`read`], as it would be after `changes`. Those outside of the layout's folders count for nothing.
pub fn read_changed(layout: &Layout, changes: &Changes) -> Result<RevisionGraph, ReadError> {
    let (mut files, problems) = list(layout);
    files.retain(|file| !changes.contains_key(file));
    let reader = Reader::of(layout);
    let kept = read_some(&files, |bytes, path| reader.read(bytes, path)).into_iter();
    let changed = changes.iter().filter(|(path, _)| is_revision(path) && is_inside(layout, path));
    let changed = changed.filter_map(|(path, bytes)| Some(reader.read(bytes.as_ref()?, path)));
    let (revisions, problems) = separate_problems(kept.chain(changed), problems);
    linked(revisions, problems)
}

pub(super) fn separate_problems(
    results: impl IntoIterator<Item = Result<Revision, Problem>>,
    mut problems: Vec<Problem>,
) -> (Vec<Revision>, Vec<Problem>) {
    let results = results.into_iter();
    let mut revisions = Vec::with_capacity(results.size_hint().0);
    for result in results {
        match result {
            Ok(revision) => revisions.push(revision),
            Err(problem) => problems.push(problem),
        }
    }
    (revisions, problems)
}

pub(super) fn linked(revisions: Vec<Revision>, problems: Vec<Problem>) -> Result<RevisionGraph, ReadError> {
    if problems.is_empty() {
        RevisionGraph::new(revisions).map_err(|problems| ReadError { problems })
    } else {
        // What follows from a file that could not be read is no problem of its own.
        Err(ReadError { problems })
    }
}

pub(super) fn read_some(
    files: &[PathBuf],
    reader: impl Fn(&[u8], &Path) -> Result<Revision, Problem>,
) -> Vec<Result<Revision, Problem>> {
    // One buffer for all of them, so that no file's size needs to be asked for.
    let mut buffer = Vec::with_capacity(BUFFER);
    files.iter().map(|path| read_file(path, &reader, &mut buffer)).collect()
}

pub(super) fn read_file(
    path: &Path,
    reader: impl Fn(&[u8], &Path) -> Result<Revision, Problem>,
    buffer: &mut Vec<u8>,
) -> Result<Revision, Problem> {
    buffer.clear();
    match read_into(path, buffer) {
        Ok(None) => reader(buffer, path),
        Ok(Some(bytes)) => Err(header::refused(path, &PythonError::TooLong { bytes })),
        Err(error) => Err(Problem::unreadable(path, &error)),
    }
}

/// Reads a file, or answers its size where that is beyond [`MAX_BYTES`]: only then does it have to be asked for.
fn read_into(path: &Path, buffer: &mut Vec<u8>) -> std::io::Result<Option<u64>> {
    // Opening a named pipe would wait for somebody to write to it.
    let mut file = File::options().read(true).custom_flags(O_NONBLOCK).open(path)?;
    let read = file.by_ref().take(MAX_BYTES as u64 + 1).read_to_end(buffer);
    // A pipe is at its end at once, or has nothing to read yet. Nothing else has to be asked what it is.
    if !matches!(read, Ok(1..)) && !file.metadata()?.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let read = read?;
    if read <= MAX_BYTES { Ok(None) } else { Ok(Some(file.metadata()?.len().max(read as u64))) }
}

/// The bytes of a file of Python beside the migrations; an error where it is beyond [`MAX_BYTES`].
pub fn read_source(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(BUFFER);
    match read_into(path, &mut bytes)? {
        None => Ok(bytes),
        Some(_) => Err(std::io::ErrorKind::FileTooLarge.into()),
    }
}

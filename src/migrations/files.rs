//! Which files are revisions, in Alembic's order, and reading them: headers on all cores, whole files on one.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::fs::{File, FileType};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread;

use nix::libc::O_NONBLOCK;

use super::graph::RevisionGraph;
use super::header;
use super::layout::Layout;
use super::problem::Problem;
use super::revision::Revision;
use crate::python::{MAX_BYTES, PythonError};

/// Below this many files for each thread another one costs more than it saves.
const FILES_PER_THREAD: usize = 64;

/// Larger than nearly every migration.
const BUFFER: usize = 32 * 1024;

/// Everything that keeps the files from being a graph. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct ReadError {
    /// Each reason.
    pub problems: Vec<Problem>,
}

impl ReadError {
    /// What to do about the first problem.
    pub fn next(&self) -> String {
        self.problems.first().map(Problem::next).unwrap_or_default()
    }
}

/// Reads every revision file of a layout and links them.
pub fn read(layout: &Layout) -> Result<RevisionGraph, ReadError> {
    let (revisions, problems) = read_each(layout);
    linked(revisions, problems)
}

/// As [`read`], faster: functions are not parsed, so an error inside one goes unnoticed. For who asks whether there is
/// anything to do, and for who reads the whole of each file anyway.
pub fn read_headers(layout: &Layout) -> Result<RevisionGraph, ReadError> {
    let (revisions, problems) = gather(layout, read_in_parallel);
    linked(revisions, problems)
}

/// Reads the bytes of one file.
type Reader = fn(&[u8], &Path) -> Result<Revision, Problem>;

/// Reads every revision file by itself: also where they are no graph.
pub fn read_each(layout: &Layout) -> (Vec<Revision>, Vec<Problem>) {
    // On one thread: parsing is allocating, and musl's threads would wait for each other's turn.
    gather(layout, |files| read_some(files, header::read))
}

/// What becomes of files that are on disk, or are not: new contents by their real path, or none where a file goes.
pub type Changes = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// As [`read`], as it would be after `changes`. Those outside of the layout's folders count for nothing.
pub fn read_changed(layout: &Layout, changes: &Changes) -> Result<RevisionGraph, ReadError> {
    let (mut files, mut problems) = list(layout);
    files.retain(|file| !changes.contains_key(file));
    let mut revisions = Vec::new();
    let kept = read_some(&files, header::read).into_iter();
    let changed = changes.iter().filter(|(path, _)| is_revision(path) && is_inside(layout, path));
    let changed = changed.filter_map(|(path, bytes)| Some(header::read(bytes.as_ref()?, path)));
    for result in kept.chain(changed) {
        match result {
            Ok(revision) => revisions.push(revision),
            Err(problem) => problems.push(problem),
        }
    }
    linked(revisions, problems)
}

/// Whether a file of this path would be read.
fn is_inside(layout: &Layout, path: &Path) -> bool {
    let real = layout.version_locations.iter().filter_map(|location| location.canonicalize().ok());
    let folder = path.parent();
    real.into_iter().any(|location| match layout.recursive {
        true => path.starts_with(&location),
        false => folder == Some(location.as_path()),
    })
}

fn linked(revisions: Vec<Revision>, problems: Vec<Problem>) -> Result<RevisionGraph, ReadError> {
    if problems.is_empty() {
        RevisionGraph::new(revisions).map_err(|problems| ReadError { problems })
    } else {
        // What follows from a file that could not be read is no problem of its own.
        Err(ReadError { problems })
    }
}

fn gather(
    layout: &Layout,
    read: impl FnOnce(&[PathBuf]) -> Vec<Result<Revision, Problem>>,
) -> (Vec<Revision>, Vec<Problem>) {
    let (files, mut problems) = list(layout);
    let mut revisions = Vec::with_capacity(files.len());
    for result in read(&files) {
        match result {
            Ok(revision) => revisions.push(revision),
            Err(problem) => problems.push(problem),
        }
    }
    (revisions, problems)
}

/// Headers, on as many cores as are worth it.
fn read_in_parallel(files: &[PathBuf]) -> Vec<Result<Revision, Problem>> {
    let threads = match files.len() / FILES_PER_THREAD {
        few @ ..4 => few.clamp(1, 2),
        // To count the cores is to read half a dozen files of the kernel's.
        many => many.min(thread::available_parallelism().map_or(1, usize::from)),
    };
    let (own, others) = files.split_at(files.len().div_ceil(threads));
    thread::scope(|scope| {
        let chunks = others.chunks(own.len().max(1));
        let readers: Vec<_> = chunks.map(|chunk| scope.spawn(move || read_some(chunk, header::read_header))).collect();
        let mut results = read_some(own, header::read_header);
        results.extend(readers.into_iter().flat_map(|reader| reader.join().expect("a reader does not panic")));
        results
    })
}

fn read_some(files: &[PathBuf], reader: Reader) -> Vec<Result<Revision, Problem>> {
    // One buffer for all of them, so that no file's size needs to be asked for.
    let mut buffer = Vec::with_capacity(BUFFER);
    files.iter().map(|path| read_file(path, reader, &mut buffer)).collect()
}

fn read_file(path: &Path, reader: Reader, buffer: &mut Vec<u8>) -> Result<Revision, Problem> {
    buffer.clear();
    match read_into(path, buffer) {
        Ok(None) => reader(buffer, path),
        Ok(Some(bytes)) => Err(header::refused(path, &PythonError::TooLong { bytes })),
        Err(error) => Err(unreadable(path, &error)),
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

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::Unreadable {
        path: path.to_owned(),
        line: None,
        reason: error.to_string(),
        advice: match error.kind() {
            std::io::ErrorKind::InvalidInput => format!("move {} away", path.display()),
            _ => format!("make {} readable for the user that starts the application", path.display()),
        },
    }
}

/// The revision files in load order, symbolic links resolved, each once.
fn list(layout: &Layout) -> (Vec<PathBuf>, Vec<Problem>) {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    // One location without links holds no file twice, and to remember thousands of paths costs as much as to list them.
    let mut may_repeat = layout.version_locations.len() > 1;
    for location in layout.version_locations.iter().filter(|location| location.is_dir()) {
        let mut folders = vec![location.clone()];
        while let Some(folder) = folders.pop() {
            let mut found = match entries(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    problems.push(unreadable(&folder, &error));
                    continue;
                }
            };
            if !folder.file_name().is_some_and(|name| name.as_encoded_bytes().ends_with(b"__pycache__")) {
                may_repeat |= found.has_links;
                files.append(&mut found.revisions);
            }
            if layout.recursive {
                // Depth first, in order: the last one in is the first one out.
                found.folders.reverse();
                folders.append(&mut found.folders);
            }
        }
    }
    if may_repeat {
        let mut seen = HashSet::with_capacity(files.len());
        files.retain(|path| seen.insert(path.clone()));
    }
    (files, problems)
}

/// What a folder holds, sorted by name.
#[derive(Default)]
struct Entries {
    /// Revision files, symbolic links resolved.
    revisions: Vec<PathBuf>,
    /// Whether any of them is such a link.
    has_links: bool,
    /// Subfolders, without those that are links.
    folders: Vec<PathBuf>,
}

fn entries(folder: &Path) -> std::io::Result<Entries> {
    let mut entries: Vec<(OsString, FileType)> = std::fs::read_dir(folder)?
        .map(|entry| entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))))
        .collect::<std::io::Result<_>>()?;
    entries.sort_by(|(left, _), (right, _)| left.cmp(right));
    let real = folder.canonicalize()?;
    let mut found = Entries::default();
    for (name, kind) in entries {
        if kind.is_dir() {
            found.folders.push(folder.join(name));
        } else if kind.is_symlink() {
            let link = real.join(name);
            let target = link.canonicalize().unwrap_or(link);
            if is_revision(&target) && !target.is_dir() {
                found.has_links = true;
                found.revisions.push(target);
            }
        } else if is_revision(Path::new(&name)) {
            found.revisions.push(real.join(name));
        }
    }
    Ok(found)
}

/// Whether a file with this name below one of the versions folders is among those that are read; else why not.
pub fn would_read(layout: &Layout, below: &Path) -> Result<(), &'static str> {
    if !is_revision(below) {
        return Err("a name that begins with __init__ or .# is no revision's");
    }
    match below.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !layout.recursive => {
            Err("subfolders are only read with recursive_version_locations = true")
        }
        _ => Ok(()),
    }
}

/// Alembic's rule for names: `#b.py`, `.hidden.py` and `_x.py` are revisions.
fn is_revision(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    name.ends_with(b".py") && !name.starts_with(b".#") && !name.starts_with(b"__init__")
}

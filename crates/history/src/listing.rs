//! Which files are revisions, in Alembic's order.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::FileType;
use std::path::{Path, PathBuf};

use super::layout::Layout;
use super::problem::Problem;

/// The revision files in load order, symbolic links resolved, each once.
pub(super) fn list(layout: &Layout) -> (Vec<PathBuf>, Vec<Problem>) {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    // One location without links holds no file twice, and to remember thousands of paths costs as much as to list them.
    let mut may_repeat = layout.version_locations.len() > 1;
    for location in layout.version_locations.iter().filter(|location| location.is_dir()) {
        let mut folders = vec![location.clone()];
        while let Some(folder) = folders.pop() {
            let mut found = match entries(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    problems.push(Problem::unreadable(&folder, &error));
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
        } else if is_revision_name(&name) {
            found.revisions.push(real.join(name));
        }
    }
    Ok(found)
}

pub(super) fn is_revision(path: &Path) -> bool {
    is_revision_name(path.file_name().unwrap_or_default())
}

/// Alembic's rule for names: `#b.py`, `.hidden.py` and `_x.py` are revisions.
fn is_revision_name(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.ends_with(b".py") && !name.starts_with(b".#") && !name.starts_with(b"__init__")
}

/// Whether a file of this path would be read.
pub(super) fn is_inside(layout: &Layout, path: &Path) -> bool {
    let real = layout.version_locations.iter().filter_map(|location| location.canonicalize().ok());
    let folder = path.parent();
    real.into_iter().any(|location| match layout.recursive {
        true => path.starts_with(&location),
        false => folder == Some(location.as_path()),
    })
}

//! What lies in the versions folders at one moment: two of them tell what a command has written.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every Python file of some folders, subfolders included, by its real path.
#[derive(Debug, Default)]
pub struct Snapshot(BTreeMap<PathBuf, Vec<u8>>);

impl Snapshot {
    /// Reads them. What cannot be read is left out.
    pub fn take(folders: &[PathBuf]) -> Self {
        let mut files = BTreeMap::new();
        for folder in folders {
            for path in files_below(folder) {
                if let (true, Ok(real)) = (is_python(&path), path.canonicalize())
                    && let Ok(bytes) = fs::read(&real)
                {
                    files.insert(real, bytes);
                }
            }
        }
        Self(files)
    }

    /// The contents of a file that was there.
    pub fn get(&self, path: &Path) -> Option<&[u8]> {
        self.0.get(path).map(Vec::as_slice)
    }

    /// The files that are not as they were in `before`, or were not there.
    pub fn changed_since<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = (&'a Path, &'a [u8])> {
        let changed = self.0.iter().filter(|(path, bytes)| before.0.get(*path) != Some(bytes));
        changed.map(|(path, bytes)| (path.as_path(), bytes.as_slice()))
    }
}

/// All files below a folder, without what Python leaves there. Links to folders are not followed.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && entry.file_name() != "__pycache__" => folders.push(entry.path()),
                Ok(kind) if !kind.is_dir() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files
}

fn is_python(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

//! A copy of the migrations that Alembic may write in: what a merge would make is seen without it being made.

use std::collections::HashSet;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempDir};

use super::alembic::Written;
use super::tool::Tool;
use crate::error::MergeError;
use crate::revision_file::{as_typed, files_below};
use history::Revision;
use history::layout::{Flavour, Layout};

/// The copy: its revision files are its own, all else is the project's. It goes when this goes.
pub(super) struct Copy {
    _folder: TempDir,
    /// Each folder of revision files, and the one that it is a copy of.
    folders: Vec<(PathBuf, PathBuf)>,
    pub(super) layout: Layout,
    /// The command that works in it.
    pub(super) tool: Tool,
}

impl Copy {
    pub(super) fn of(layout: &Layout, tool: &Tool) -> io::Result<Self> {
        // The ini file may hold a password.
        let private = Permissions::from_mode(0o700);
        let folder = Builder::new().prefix("levelhead-merge-").permissions(private).tempdir()?;
        let root = folder.path().canonicalize()?;
        let mut locations = Vec::new();
        let mut seen = HashSet::new();
        for (number, location) in layout.version_locations.iter().enumerate() {
            let copy = root.join(format!("versions-{number}"));
            fs::create_dir(&copy)?;
            for file in files_below(location) {
                // A file that two of the folders hold is one revision.
                let Ok(real) = file.canonicalize() else { continue };
                if real.is_file() && seen.insert(real) {
                    let to = copy.join(file.strip_prefix(location).map_err(io::Error::other)?);
                    fs::create_dir_all(to.parent().unwrap_or(&copy))?;
                    fs::copy(&file, to)?;
                }
            }
            locations.push(copy);
        }
        let (copied, ini) = layout.copy(locations);
        let tool = match tool.flavour() {
            Flavour::Alembic => {
                let copy = root.join("alembic.ini");
                fs::write(&copy, ini)?;
                let is_toml = |path: &&PathBuf| path.file_name().is_some_and(|name| name == "pyproject.toml");
                tool.of_copy(&copy, layout.config_files.iter().find(is_toml).map(PathBuf::as_path))
            }
            Flavour::FlaskMigrate => {
                let copy = root.join("migrations");
                link_entries(&layout.script_location, &copy)?;
                fs::write(copy.join("alembic.ini"), ini)?;
                tool.of_copy(&copy, None)
            }
        };
        let folders = copied
            .version_locations
            .iter()
            .cloned()
            .zip(layout.version_locations.iter().map(|location| as_it_is(location)))
            .collect();
        Ok(Self { _folder: folder, folders, layout: copied, tool })
    }

    /// Where a file of the copy would be in the project.
    fn original(&self, path: &Path) -> PathBuf {
        let original = |(copy, location): &(PathBuf, PathBuf)| Some(location.join(path.strip_prefix(copy).ok()?));
        self.folders.iter().find_map(original).unwrap_or_else(|| path.to_owned())
    }

    /// What has happened in the copy, told of the project.
    pub(super) fn told(&self, outcome: Result<Written, MergeError>) -> Result<Written, MergeError> {
        match outcome {
            Ok(Written { revision, text }) => {
                Ok(Written { revision: Revision { path: self.original(&revision.path), ..revision }, text })
            }
            Err(MergeError::Overwritten { path }) => Err(MergeError::Overwritten { path: self.original(&path) }),
            Err(MergeError::Wrong { id, paths, reason, .. }) => {
                let told = |reason: String, (copy, location): &(PathBuf, PathBuf)| {
                    reason.replace(&*copy.to_string_lossy(), &location.to_string_lossy())
                };
                Err(MergeError::Wrong {
                    id,
                    paths: paths.iter().map(|path| self.original(path)).collect(),
                    reason: self.folders.iter().fold(reason, told),
                    in_copy: true,
                })
            }
            Err(error) => Err(error),
        }
    }
}

fn as_it_is(location: &Path) -> PathBuf {
    as_typed(&location.canonicalize().unwrap_or_else(|_| location.to_owned()))
}

/// A folder that shows what another holds, but for its ini file.
fn link_entries(folder: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    let folder = folder.canonicalize()?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name != "alembic.ini" && name != "__pycache__" {
            symlink(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

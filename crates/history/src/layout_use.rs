//! What a layout is used for: the upgrade, a copy, an option.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::layout::{Flavour, Layout, LayoutError};

impl Layout {
    /// The application's own upgrade to all heads.
    pub fn upgrade_command(&self, target: &str) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        match self.flavour {
            Flavour::FlaskMigrate => {
                words.extend(["flask", "db", "upgrade", "-d"].map(OsString::from));
                words.push(self.script_location.clone().into_os_string());
            }
            Flavour::Alembic => {
                let folder = self.working_folder.as_deref();
                if let Some(folder) = folder {
                    words.extend(["sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh"].map(OsString::from));
                    words.push(folder.as_os_str().to_owned());
                }
                words.push("alembic".into());
                for file in &self.config_files {
                    let file = folder.and_then(|folder| file.strip_prefix(folder).ok()).unwrap_or(file);
                    words.extend(["-c".into(), file.as_os_str().to_owned()]);
                }
                if let Some(section) = &self.section {
                    words.extend(["-n".into(), section.into()]);
                }
                words.push("upgrade".into());
            }
        }
        words.push(target.into());
        words
    }

    /// A copy with its revision files in these folders, and its ini file: all else is as it is here, but for the post-write
    /// hooks, which are left out.
    pub fn copy(&self, version_locations: Vec<PathBuf>) -> (Self, String) {
        let ini = self.config.ini_of_copy(&version_locations);
        (Self { version_locations, ..self.clone() }, ini)
    }

    /// The same layout, found from within `folder`.
    pub(super) fn seen_from_above(self, folder: &Path) -> Self {
        // Without the `.` that names the folder itself.
        let below = |path: &PathBuf| folder.join(path).components().collect::<PathBuf>();
        Self {
            script_location: below(&self.script_location),
            version_locations: self.version_locations.iter().map(below).collect(),
            config_files: self.config_files.iter().map(below).collect(),
            working_folder: Some(folder.to_owned()),
            ..self
        }
    }

    /// The formatters and linters that Alembic runs on a new file.
    pub fn post_write_hooks(&self) -> Result<Vec<String>, LayoutError> {
        self.config.post_write_hooks()
    }

    /// An option of the configuration by its name, `file_template` for example.
    pub fn option(&self, name: &str) -> Result<Option<String>, LayoutError> {
        self.config.string(name)
    }
}

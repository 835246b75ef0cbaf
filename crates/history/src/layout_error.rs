//! Why the migrations of an application are not found.

use std::path::PathBuf;

use super::ini::IniError;

/// Why the migrations are not found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// Neither a configuration nor a folder.
    #[error("no migrations found: there is no {}", looked_for.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", no "))]
    Nothing {
        /// What was looked for.
        looked_for: Vec<PathBuf>,
    },
    /// A configuration file that was named and is not there.
    #[error("configuration file {} does not exist", path.display())]
    NoConfigFile {
        /// As named.
        path: PathBuf,
    },
    /// A configuration file that cannot be read.
    #[error("configuration file {} cannot be read: {reason}", path.display())]
    Unreadable {
        /// As named.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// An ini file, or an interpolated value, that is not right.
    #[error("{}: {error}", path.display())]
    Ini {
        /// As named.
        path: PathBuf,
        /// What is wrong.
        error: IniError,
    },
    /// A toml file that is none.
    #[error("{}:{line}: {reason}", path.display())]
    Toml {
        /// As named.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// The parser's words.
        reason: String,
    },
    /// An option of the wrong type.
    #[error("{}: [tool.alembic] {option} is not {expected}", path.display())]
    TomlType {
        /// As named.
        path: PathBuf,
        /// Which option.
        option: String,
        /// What it has to be.
        expected: &'static str,
    },
    /// A path separator that Alembic does not know.
    #[error("'{value}' is not a valid value for {option}; expected 'space', 'newline', 'os', ':', ';'")]
    Separator {
        /// Which option.
        option: String,
        /// What it says.
        value: String,
    },
    /// A configuration without the one option that it must have.
    #[error("No 'script_location' key found in configuration ({})", files.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", "))]
    NoScriptLocation {
        /// The files that were read.
        files: Vec<PathBuf>,
    },
    /// A script folder that is not there.
    #[error("migrations folder {} does not exist", path.display())]
    NoScriptFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that was named and holds neither `env.py` nor `alembic.ini`.
    #[error("{} holds neither env.py nor alembic.ini", path.display())]
    NotMigrations {
        /// The folder.
        path: PathBuf,
    },
    /// `package:folder` of a package that is nowhere.
    #[error("package '{package}' of {option} is not found")]
    NoPackage {
        /// The package.
        package: String,
        /// Which option names it.
        option: &'static str,
    },
    /// `sourceless = true`.
    #[error("sourceless is set: compiled revision files cannot be read without Python")]
    Sourceless,
}

//! SQLite URLs: which file SQLAlchemy, or Flask-SQLAlchemy, would open. Opens nothing itself.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::percent_decode_str;

use crate::url::parts::UrlParts;
use crate::url::settings::{Settings, UNKNOWN};
use crate::url::{LibpqEnvironment, UrlError, UrlWarning};

/// Python's sqlite3 waits this long for a locked database when the URL has no `timeout`.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// An SQLite file as the URL names it.
#[derive(Debug, Clone)]
pub struct SqliteUrl {
    /// As written; relative to a folder that depends on the application (see [`SqliteUrl::locate`]).
    pub path: PathBuf,
    /// `mode=ro` or `immutable=1` of a `file:` URI.
    pub read_only: bool,
    /// `timeout`: how long to wait for somebody else's lock.
    pub busy_timeout: Duration,
    pub(crate) warnings: Vec<UrlWarning>,
}

/// Where a relative path may be, and what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocatedFile {
    /// The one that exists, or the one that it can only be.
    One(PathBuf),
    /// Neither exists yet: SQLAlchemy would create the first, Flask-SQLAlchemy the second.
    Absent {
        /// Below the working directory.
        working: PathBuf,
        /// Below its `instance` folder.
        instance: PathBuf,
    },
    /// Both exist, and only the application knows which is meant.
    Ambiguous {
        /// Below the working directory.
        working: PathBuf,
        /// Below its `instance` folder.
        instance: PathBuf,
    },
}

impl SqliteUrl {
    pub(crate) fn from_parts(parts: UrlParts) -> Result<Self, UrlError> {
        if let Some(driver) = parts.driver.filter(|driver| driver.contains("cipher")) {
            return Err(UrlError::EncryptedSqlite { driver });
        }
        if parts.user.is_some() || parts.password.is_some() || parts.host.is_some() || parts.port.is_some() {
            return Err(UrlError::SqliteHost);
        }
        let mut settings = Settings::new(parts.query, &LibpqEnvironment::default()).warned(parts.warnings);
        let uri = settings.take("uri").map_or(Ok(false), |word| as_bool(&word))?;
        let busy_timeout = settings.take_duration("timeout", Duration::from_secs(1))?.unwrap_or(BUSY_TIMEOUT);
        for python_only in ["check_same_thread", "isolation_level", "detect_types", "cached_statements"] {
            settings.take(python_only);
        }
        let database = parts.database.unwrap_or_default();
        settings.warnings.extend(taken_literally(&database, uri));
        let (path, mut read_only) = (file_path(&database, uri)?, false);
        if uri {
            for harmless in ["cache", "psow"] {
                settings.take(harmless);
            }
            let mode = settings.take("mode");
            if mode.as_deref() == Some("memory") {
                return Err(UrlError::InMemory);
            }
            let immutable = settings.take("immutable").is_some_and(|value| value == "1");
            read_only = immutable || mode.as_deref() == Some("ro");
        }
        if path.is_empty() || path == ":memory:" {
            return Err(UrlError::InMemory);
        }
        Ok(Self { path: path.into(), read_only, busy_timeout, warnings: settings.into_warnings(|_| Some(UNKNOWN)) })
    }

    /// Finds the file for a program that runs in `folder`.
    ///
    /// SQLAlchemy resolves a relative path against the working directory, Flask-SQLAlchemy 3 against the
    /// application's instance folder, which is `instance/` beside its package. The one that exists is taken.
    #[must_use]
    pub fn locate(&self, folder: &Path) -> LocatedFile {
        let working = folder.join(&self.path);
        if self.path.is_absolute() {
            return LocatedFile::One(working);
        }
        let instance = folder.join("instance").join(&self.path);
        match (working.exists(), instance.exists()) {
            (true, true) => LocatedFile::Ambiguous { working, instance },
            (true, false) => LocatedFile::One(working),
            (false, true) => LocatedFile::One(instance),
            (false, false) => LocatedFile::Absent { working, instance },
        }
    }
}

/// As SQLAlchemy's `asbool`.
fn as_bool(word: &str) -> Result<bool, UrlError> {
    match word.trim().to_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "t" | "1" => Ok(true),
        "false" | "no" | "off" | "n" | "f" | "0" => Ok(false),
        _ => Err(UrlError::Value { key: "uri", accepted: "true or false" }),
    }
}

/// What people write for another file than the one that SQLAlchemy opens.
fn taken_literally(database: &str, uri: bool) -> Option<UrlWarning> {
    let (key, why) = match database.strip_prefix("file:") {
        Some(_) if !uri => ("file:", "without uri=true SQLAlchemy takes it for a part of the file's name"),
        rest if rest.unwrap_or(database).starts_with('~') => ("~", "SQLAlchemy takes it for a folder of that name"),
        _ => return None,
    };
    Some(UrlWarning { key: key.to_owned(), why })
}

/// With `uri=true` SQLite itself decodes `file:path`, `file:///path` and `file://localhost/path`.
fn file_path(database: &str, uri: bool) -> Result<String, UrlError> {
    let Some(rest) = database.strip_prefix("file:").filter(|_| uri) else { return Ok(database.to_owned()) };
    let rest = rest.split('#').next().unwrap_or_default();
    let path = match rest.strip_prefix("//") {
        Some(authority) => authority.strip_prefix("localhost").unwrap_or(authority),
        None => rest,
    };
    if rest.starts_with("//") && !path.starts_with('/') {
        return Err(UrlError::Value { key: "file:", accepted: "a path, such as file:///srv/app.db" });
    }
    Ok(percent_decode_str(path).decode_utf8_lossy().into_owned())
}

impl fmt::Display for SqliteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sqlite:///{}", self.path.display())
    }
}

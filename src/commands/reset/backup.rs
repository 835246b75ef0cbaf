//! The dump before a reset: pg_dump's, or a copy of the SQLite file. Whole or not at all, and never over another file.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::{Builder, NamedTempFile};
use tracing::info;

use crate::config::Config;
use crate::database::Database;
use crate::database::url::{DatabaseUrl, PostgresUrl};
use crate::error::{Error, ResetError};
use crate::process::program::{self, Program};

/// Writes the dump, and reads it back as far as that proves it whole.
pub(super) fn write(config: &Config, url: &DatabaseUrl, database: &Database, file: &Path) -> Result<(), Error> {
    let failed = |reason: String, advice: &str| {
        Error::from(ResetError::Backup { file: file.to_owned(), reason, advice: advice.to_owned() })
    };
    let exists = || failed("it exists".to_owned(), "name another file: --backup FILE");
    if file.exists() {
        return Err(exists());
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Only for its owner: it holds everything.
    let made = Builder::new().prefix(".stillhead-").suffix(".tmp").tempfile_in(folder);
    let made =
        made.map_err(|error| failed(error.to_string(), "name a file in a folder that this user may write to"))?;
    match url {
        DatabaseUrl::Postgres(url) => dump(config, url, &made).map_err(|(reason, advice)| failed(reason, &advice))?,
        DatabaseUrl::Sqlite(_) => database.copy_to(made.path())?,
    }
    let size = made.as_file().metadata()?.len();
    made.as_file().sync_all()?;
    made.persist_noclobber(file).map_err(|_| exists())?;
    info!("backup: {} ({size} bytes); to put it back: {}", file.display(), put_back(url, file));
    Ok(())
}

fn put_back(url: &DatabaseUrl, file: &Path) -> String {
    match url {
        DatabaseUrl::Postgres(url) => {
            format!("pg_restore --clean --if-exists -d {} {}", shell_words::quote(&url.database), file.display())
        }
        DatabaseUrl::Sqlite(url) => format!("cp {} {}", file.display(), url.path.display()),
    }
}

/// Runs pg_dump, and pg_restore to list what it has written. Answers the reason and the advice where one fails.
fn dump(config: &Config, url: &PostgresUrl, made: &NamedTempFile) -> Result<(), (String, String)> {
    let find = |name: &str| -> Result<Program, (String, String)> {
        let advice = "apt-get install -y postgresql-client, or --no-backup".to_owned();
        program::find(&[name.into()], config.path.as_deref()).map_err(|error| (error.to_string(), advice))
    };
    let run = |program: Program, words: &[&str]| {
        let mut command = Command::new(&program.file);
        command.args(words).arg(made.path()).envs(url.environment()).env("LC_ALL", "C");
        let output = command.stdin(Stdio::null()).output();
        let reason = match output {
            Ok(output) if output.status.success() => return Ok(output.stdout),
            Ok(output) => String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        };
        let advice = match reason.contains("version mismatch") {
            true => "install the pg_dump of the server's version: apt-get install -y postgresql-client-VERSION",
            false => "give this role the right to read everything; or --no-backup",
        };
        Err((reason, advice.to_owned()))
    };
    let (dump, restore) = (find("pg_dump")?, find("pg_restore")?);
    run(dump, &["--no-password", "--format=custom", "--file"])?;
    run(restore, &["--list"]).map(drop)
}

/// Where the backup goes, if anywhere.
pub(super) fn wanted(file: Option<&PathBuf>, none: bool) -> Result<Option<&Path>, ResetError> {
    match file {
        None if !none => Err(ResetError::NoBackup),
        file => Ok(file.map(PathBuf::as_path)),
    }
}

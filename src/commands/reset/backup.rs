//! The dump before a reset: pg_dump's, or a copy of the SQLite file. Whole or not at all, and never over another file.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::{Builder, NamedTempFile};
use tokio::process::Command as Child;
use tracing::info;

use crate::config::Config;
use crate::error::{Error, ResetError};
use crate::help::{Advice, Command};
use crate::process::program::{self, Program};
use crate::process::signals::Watch;
use database::Database;
use database::url::{DatabaseUrl, Endpoint, PostgresUrl};

/// Writes the dump, and reads it back as far as that proves it whole. A signal that asks levelhead to end leaves no part of it.
pub(super) async fn write(config: &Config, url: &DatabaseUrl, database: &Database, file: &Path) -> Result<(), Error> {
    let failed = |reason: String, advice: Advice| {
        Error::from(ResetError::Backup { file: file.to_owned(), reason, advice: Box::new(advice) })
    };
    let exists = || failed("it exists".to_owned(), "name another file: --backup FILE".into());
    if file.exists() {
        return Err(exists());
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let watch = Watch::start()?;
    let written = async {
        // Only for its owner: it holds everything.
        let made = Builder::new().prefix(".levelhead-").suffix(".tmp").tempfile_in(folder).map_err(|error| {
            let error = error.raw_os_error().map_or(error, std::io::Error::from_raw_os_error);
            failed(
                format!("{}: {error}", folder.display()),
                "name a file in a folder that this user may write to".into(),
            )
        })?;
        match url {
            DatabaseUrl::Postgres(url) => tokio::select! {
                dumped = dump(config, url, database.server_version(), &made) => {
                    dumped.map_err(|(reason, advice)| failed(reason, advice))?;
                }
                // Dropped, the dump is ended; whose signal it was is read below.
                _ = watch.arrived() => {}
            },
            DatabaseUrl::Sqlite(_) => database.copy_to(made.path())?,
        }
        Ok::<_, Error>(made)
    };
    let written = written.await;
    if let Some(signal) = watch.stop() {
        return Err(ResetError::Interrupted { signal }.into());
    }
    let made = written?;
    let size = made.as_file().metadata()?.len();
    made.as_file().sync_all()?;
    made.persist_noclobber(file).map_err(|_| exists())?;
    info!("backup: {} ({size} bytes); to put it back: {}", file.display(), put_back(url, file));
    Ok(())
}

/// The command that puts the dump back. pg_restore asks for the password, or takes PGPASSWORD.
fn put_back(url: &DatabaseUrl, file: &Path) -> String {
    let quoted = |text: &str| shell_words::quote(text).into_owned();
    let file = quoted(&file.to_string_lossy());
    match url {
        DatabaseUrl::Postgres(url) => {
            let (host, port) = match &url.endpoints[0] {
                Endpoint::Tcp { host, port, .. } => (host.clone(), port),
                Endpoint::Socket { folder, port } => (folder.display().to_string(), port),
            };
            let (host, user, database) = (quoted(&host), quoted(&url.user), quoted(&url.database));
            format!("pg_restore --clean --if-exists -h {host} -p {port} -U {user} -d {database} {file}")
        }
        DatabaseUrl::Sqlite(url) => format!("cp {file} {}", quoted(&url.path.to_string_lossy())),
    }
}

/// Runs pg_dump, and pg_restore to list what it has written. Answers the reason and the advice where one fails.
async fn dump(
    config: &Config,
    url: &PostgresUrl,
    server_version: Option<&str>,
    made: &NamedTempFile,
) -> Result<(), (String, Advice)> {
    let find = |name: &str| -> Result<Program, (String, Advice)> {
        let found = program::find(&[name.into()], config.path.as_deref());
        found.map_err(|error| (error.to_string(), client(server_version)))
    };
    let run = async |program: Program, words: &[&str]| {
        let mut command = Child::new(&program.file);
        command.args(words).arg(made.path()).envs(url.environment()).env("LC_ALL", "C");
        // What a service says is stronger than the other variables.
        command.env_remove("PGSERVICE");
        let reason = match command.stdin(Stdio::null()).kill_on_drop(true).output().await {
            Ok(output) if output.status.success() => return Ok(()),
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr);
                let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
                match lines.is_empty() {
                    true => format!("{}: {}", program.file.display(), output.status),
                    false => lines.join("; "),
                }
            }
            Err(error) => format!("{}: {error}", program.file.display()),
        };
        let advice = advice(&reason, server_version);
        Err((reason, advice))
    };
    let (dump, restore) = (find("pg_dump")?, find("pg_restore")?);
    run(dump, &["--no-password", "--lock-wait-timeout=10s", "--format=custom", "--file"]).await?;
    run(restore, &["--list"]).await
}

/// What to do about what pg_dump has said.
fn advice(reason: &str, server_version: Option<&str>) -> Advice {
    let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    if says(&["version mismatch"]) {
        client(server_version.or(reason.split("server version: ").nth(1)))
    } else if says(&["permission denied for", "row-level security"]) {
        "use a role that may read everything; or --no-backup".into()
    // pg_dump says "Query was" since 15, "query was" before.
    } else if says(&["lock timeout", "uery was: LOCK TABLE"]) {
        "stop the application first: it has locked a table".into()
    } else if says(&["No space left"]) {
        "make room, or name a file elsewhere: --backup FILE".into()
    } else {
        "put right what it says, and try again; or --no-backup".into()
    }
}

/// How to get a pg_dump that reads this server: an older one refuses to.
fn client(server_version: Option<&str>) -> Advice {
    let major = server_version.and_then(|version| version.split(|sign: char| !sign.is_ascii_digit()).next());
    match major.filter(|major| !major.is_empty()) {
        Some(major) => Command::of("apt-get", "install -y")
            .with(format!("postgresql-client-{major}"))
            .and("where the system has only older ones, take it from https://apt.postgresql.org; or use --no-backup"),
        None => Command::of("apt-get", "install -y postgresql-client").and("or use --no-backup"),
    }
}

/// Where the backup goes, if anywhere.
pub(super) fn wanted(file: Option<&PathBuf>, none: bool) -> Result<Option<&Path>, ResetError> {
    match file {
        None if !none => Err(ResetError::NoBackup),
        file => Ok(file.map(PathBuf::as_path)),
    }
}

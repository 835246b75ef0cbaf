//! The lock: one instance upgrades a database at a time, and a crash frees it.
//!
//! It is polled for with jitter and never waited for inside the server: a waiting query holds a snapshot, and CREATE INDEX
//! CONCURRENTLY waits for every older snapshot to go, which would be a deadlock.

#[cfg(feature = "sqlite")]
use std::fs::{self, File};
#[cfg(feature = "sqlite")]
use std::os::unix::fs::MetadataExt;
#[cfg(feature = "sqlite")]
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[cfg(feature = "sqlite")]
use nix::fcntl::{Flock, FlockArg};
use tokio_postgres::SimpleQueryMessage;

use super::DatabaseError;
use super::connect::Connected;
use super::postgres::{connected, first_column};
use super::url::PostgresUrl;
#[cfg(feature = "sqlite")]
use super::url::SqliteUrl;

/// The first of the two integers of the advisory lock: "head" in ASCII. The two-integer form is a space of its own, so a
/// one-integer lock that an `env.py` takes cannot collide with it.
const CLASS: i32 = i32::from_be_bytes(*b"head");
/// The second integer. Locks are per database, and one upgrade a database is meant.
const OBJECT: i32 = 1;
/// The mean time between two attempts.
const PAUSE: Duration = Duration::from_millis(250);

/// The right to upgrade. Dropping it frees the lock.
pub enum Guard {
    /// A connection whose open transaction holds the advisory lock, and nothing else: no snapshot, no row.
    Postgres(Box<Connected>),
    /// An flock on a file beside the database.
    #[cfg(feature = "sqlite")]
    Sqlite(LockFile),
}

impl Guard {
    /// Resolves when the lock is no longer held, with the reason. That of SQLite is held as long as this process lives.
    pub async fn lost(&mut self) -> String {
        match self {
            Self::Postgres(connection) => connection.closed().await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => std::future::pending().await,
        }
    }

    /// Frees the lock.
    pub async fn release(self) {
        match self {
            Self::Postgres(connection) => {
                // A failure to say so changes nothing: closing the connection ends the transaction too.
                let _ = connection.client.batch_execute("ROLLBACK").await;
                connection.close().await;
            }
            #[cfg(feature = "sqlite")]
            Self::Sqlite(file) => file.remove(),
        }
    }
}

/// Opens the transaction that holds the lock and keeps the server from ending it for being idle. `transaction_timeout` is
/// there from PostgreSQL 17 on; a setting that is not there must not be set.
fn attempt() -> String {
    let unlimited = ["idle_in_transaction_session_timeout", "transaction_timeout"].map(|name| {
        format!(
            "SELECT CASE WHEN current_setting('{name}', true) IS NOT NULL THEN set_config('{name}', '0', true) END;"
        )
    });
    format!("BEGIN; {} SELECT pg_try_advisory_xact_lock({CLASS}, {OBJECT})", unlimited.concat())
}

/// Who holds the lock, as far as this role may see.
fn holder() -> String {
    format!(
        "SELECT concat_ws(', ', 'pid ' || l.pid, nullif(a.application_name, ''), 'from ' || a.client_addr,
                'for ' || extract(epoch from date_trunc('second', clock_timestamp() - a.xact_start)) || ' s')
         FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)
         WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {CLASS} AND l.objid = {OBJECT} AND l.objsubid = 2
           AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"
    )
}

pub(super) async fn postgres(
    url: &PostgresUrl,
    limit: Duration,
    waiting: &mut dyn FnMut(&str),
) -> Result<Guard, DatabaseError> {
    let deadline = Instant::now() + limit;
    let connection = connected(url, limit, waiting).await?;
    let failed = |source| DatabaseError::Query { doing: "take the lock", source };
    loop {
        let answer = connection.client.simple_query(&attempt()).await.map_err(failed)?;
        if last_row(&answer) == Some("t") {
            return Ok(Guard::Postgres(Box::new(connection)));
        }
        // No transaction stays open between attempts: through a pooler it would occupy a server connection.
        let answer = connection.client.simple_query(&format!("ROLLBACK; {}", holder())).await.map_err(failed)?;
        let holder = first_column(&answer).next().unwrap_or("it has just ended").to_owned();
        waiting(&holder);
        pause(deadline, limit, holder).await?;
    }
}

fn last_row(answer: &[SimpleQueryMessage]) -> Option<&str> {
    first_column(answer).last()
}

/// Sleeps for a random time around [`PAUSE`], or fails where the deadline would pass.
async fn pause(deadline: Instant, limit: Duration, holder: String) -> Result<(), DatabaseError> {
    let pause = PAUSE.mul_f64(0.5 + rand::random::<f64>());
    if Instant::now() + pause > deadline {
        return Err(DatabaseError::LockTimeout { holder, waited: limit });
    }
    tokio::time::sleep(pause).await;
    Ok(())
}

/// A locked file that is there only while the lock is held.
#[cfg(feature = "sqlite")]
pub struct LockFile {
    path: PathBuf,
    _lock: Flock<File>,
}

#[cfg(feature = "sqlite")]
impl LockFile {
    /// Takes the lock on `path`, or answers `None` where another process has it. The database file itself is not locked:
    /// SQLite's own locks would be lost when another descriptor of it is closed.
    fn try_take(path: PathBuf) -> std::io::Result<Option<Self>> {
        let file = File::options().create(true).truncate(false).write(true).open(&path)?;
        let lock = match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => lock,
            Err((_, nix::errno::Errno::EWOULDBLOCK)) => return Ok(None),
            Err((_, errno)) => return Err(errno.into()),
        };
        // The holder before removes the file before it unlocks: a lock on a file without a name excludes nobody.
        let named = fs::metadata(&path).is_ok_and(|metadata| {
            lock.metadata().is_ok_and(|locked| (locked.dev(), locked.ino()) == (metadata.dev(), metadata.ino()))
        });
        Ok(named.then_some(Self { path, _lock: lock }))
    }

    fn remove(self) {
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(feature = "sqlite")]
pub(super) async fn sqlite(
    url: &SqliteUrl,
    limit: Duration,
    waiting: &mut dyn FnMut(&str),
) -> Result<Guard, DatabaseError> {
    let deadline = Instant::now() + limit;
    // Always named after the path as written, since every instance must lock the same file.
    let mut path = url.path.clone().into_os_string();
    path.push(".stillhead-lock");
    let path = PathBuf::from(path);
    loop {
        let taken = LockFile::try_take(path.clone());
        match taken.map_err(|source| DatabaseError::LockFile { file: path.clone(), source })? {
            Some(lock) => return Ok(Guard::Sqlite(lock)),
            None => {
                let holder = format!("the process that has locked {}", path.display());
                waiting(&holder);
                pause(deadline, limit, holder).await?;
            }
        }
    }
}

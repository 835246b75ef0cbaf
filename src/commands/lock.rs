//! Waiting for the lock that every writer of the version table takes, and for whoever has locked the table itself.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::files::open;
use crate::config::Config;
use crate::error::Error;
use crate::logging::Waiting;
use crate::process::liveness::Liveness;
use database::connect::ConnectError;
use database::failure::FailureKind;
use database::lock::{Attempt, Guard, Holder, pause};
use database::url::DatabaseUrl;
use database::{Database, DatabaseError};
use version_table::{VersionRows, VersionTable};

/// How long a read may take before it is a wait.
const SILENCE: Duration = Duration::from_secs(1);

/// After how long without an answer it is asked whether it is the table that is locked, or the server that is silent.
const DOUBT: Duration = Duration::from_secs(10);

/// How long a read of the version table may take where whoever alters the table is waited for: longer than the waiting, which
/// ends with words of its own.
pub(super) fn patience(config: &Config) -> Duration {
    config.lock_timeout.saturating_add(DOUBT)
}

/// The rows of the version table, for which whoever alters the table is waited for as for any other upgrade.
pub(super) async fn rows_in_time(
    config: &Config,
    url: &DatabaseUrl,
    database: &Database,
    table: &VersionTable,
    liveness: &Liveness,
) -> Result<VersionRows, Error> {
    // A limit of 0 waits for nobody, and is no limit on the read itself.
    let begin = Instant::now();
    let deadline = begin + config.lock_timeout.max(SILENCE);
    let mut is_locked = false;
    let mut waiting = Waiting::for_what("the version table");
    let mut read = pin!(database.version_rows(table));
    loop {
        match timeout_at(deadline.min(Instant::now() + SILENCE), &mut read).await {
            Ok(rows) => return Ok(rows?),
            Err(_) if Instant::now() >= deadline => {
                return Err(DatabaseError::TableLocked { waited: config.lock_timeout }.into());
            }
            Err(_) => {
                liveness.begin();
                if !is_locked && begin.elapsed() >= DOUBT {
                    is_locked = is_locked_for_others(config, url, table, liveness).await?;
                    if !is_locked {
                        // A lock that has just been given back has kept nobody from answering.
                        if let Ok(rows) = timeout(SILENCE, &mut read).await {
                            return Ok(rows?);
                        }
                        let (doing, waited) = ("read the version table", DOUBT);
                        return Err(DatabaseError::Silent { doing, waited, may_be_done: false }.into());
                    }
                }
                waiting.note("another session has locked it", "");
            }
        }
    }
}

/// Whether the version table keeps another connection waiting, too. Where it does not, it is the first connection that nothing
/// comes from any more; where there is no other connection, the server is away.
async fn is_locked_for_others(
    config: &Config,
    url: &DatabaseUrl,
    table: &VersionTable,
    liveness: &Liveness,
) -> Result<bool, Error> {
    let database = match open(config, url, liveness).await {
        Ok(database) => database,
        // Who says that there is no room is not silent.
        Err(Error::Database(DatabaseError::Connect(refusal))) if is_full(&refusal) => return Ok(true),
        Err(error) => return Err(error),
    };
    let is_locked = match timeout(SILENCE, database.version_rows(table)).await {
        Ok(rows) => rows.map(|_| false)?,
        Err(_) => true,
    };
    database.close().await;
    Ok(is_locked)
}

fn is_full(refusal: &ConnectError) -> bool {
    matches!(refusal.kind(), FailureKind::TooBusy | FailureKind::PoolerWaiting)
}

/// Polls for the lock on the connection that `database` is, and says who has it. Answers `None` once `needless` does: then
/// another instance has done what the lock was wanted for.
pub(super) async fn wait_for_the_lock(
    config: &Config,
    mut database: Database,
    mut needless: impl AsyncFnMut(&mut Database) -> Result<bool, Error>,
) -> Result<Option<Guard>, Error> {
    let deadline = Instant::now() + config.lock_timeout;
    database = database.patient(patience(config));
    let mut waiting = Waiting::for_what("another instance that upgrades");
    loop {
        let holder = match database.try_lock().await? {
            Attempt::Won(guard) => return Ok(Some(guard)),
            Attempt::Lost(same, holder) => {
                database = *same;
                holder
            }
        };
        if let Some(holder) = &holder {
            waiting.note(&holder.who, &holder.for_how_long());
        }
        let late = |holder: Option<Holder>| DatabaseError::LockTimeout { holder, waited: config.lock_timeout };
        // The upgrade that is waited for may have locked the version table, too: then the rows are no answer for as long.
        match timeout_at(deadline.max(Instant::now() + SILENCE), needless(&mut database)).await {
            Err(_) => return Err(late(holder).into()),
            Ok(Err(error)) => return Err(error),
            Ok(Ok(true)) => {
                database.close().await;
                return Ok(None);
            }
            Ok(Ok(false)) => {}
        }
        let pause = pause();
        if Instant::now() + pause > deadline {
            return Err(late(holder).into());
        }
        sleep(pause).await;
    }
}

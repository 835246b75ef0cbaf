//! Waiting for the lock that every writer of the version table takes, and for whoever has locked the table itself.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::config::Config;
use crate::database::lock::{Attempt, Guard, Holder, pause};
use crate::database::{Database, DatabaseError, VersionRows};
use crate::error::Error;
use crate::logging::Waiting;
use crate::process::liveness::Liveness;
use crate::version_table::VersionTable;

/// How long a read may take before it is a wait.
const SILENCE: Duration = Duration::from_secs(1);

/// The rows of the version table, for which whoever alters the table is waited for as for any other upgrade.
pub(super) async fn rows_in_time(
    config: &Config,
    database: &Database,
    table: &VersionTable,
    liveness: &Liveness,
) -> Result<VersionRows, Error> {
    // A limit of 0 waits for nobody, and is no limit on the read itself.
    let deadline = Instant::now() + config.lock_timeout.max(SILENCE);
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
                waiting.note("another session has locked it", "");
            }
        }
    }
}

/// Polls for the lock on the connection that `database` is, and says who has it. Answers `None` once `needless` does: then
/// another instance has done what the lock was wanted for.
pub(super) async fn wait_for_the_lock(
    config: &Config,
    mut database: Database,
    mut needless: impl AsyncFnMut(&mut Database) -> Result<bool, Error>,
) -> Result<Option<Guard>, Error> {
    let deadline = Instant::now() + config.lock_timeout;
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

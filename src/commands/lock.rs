//! Waiting for the lock that every writer of the version table takes.

use std::time::Instant;

use tokio::time::sleep;

use crate::config::Config;
use crate::database::lock::{Attempt, Guard, pause};
use crate::database::{Database, DatabaseError};
use crate::error::Error;
use crate::logging::Waiting;

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
        if needless(&mut database).await? {
            database.close().await;
            return Ok(None);
        }
        if let Some(holder) = &holder {
            waiting.note(&holder.who, &holder.for_how_long());
        }
        let pause = pause();
        if Instant::now() + pause > deadline {
            return Err(DatabaseError::LockTimeout { holder, waited: config.lock_timeout }.into());
        }
        sleep(pause).await;
    }
}

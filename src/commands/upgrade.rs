//! The upgrade, under the lock: one instance at a time decides, upgrades and looks at the result.

use std::time::Instant;

use tracing::info;

use super::files::{Files, lock, open};
use crate::config::Config;
use crate::database::Database;
use crate::database::url::DatabaseUrl;
use crate::error::Error;
use crate::process::liveness::Liveness;
use crate::process::program::Program;
use crate::process::upgrade;
use crate::reconcile::{Decision, list};

/// Waits for the lock, on the connection that `database` is, and holds it until the upgrade has ended.
pub(super) async fn under_the_lock(
    config: &Config,
    url: &DatabaseUrl,
    files: &Files,
    start: Option<&Program>,
    database: Database,
    liveness: &Liveness,
) -> Result<(), Error> {
    let server_start = database.server_start().await?;
    let mut guard = lock(config, database).await?;
    let upgraded = upgrade(config, url, files, start, liveness, guard.lost()).await;
    let guarded = upgraded.is_ok() || guard.is_held().await;
    guard.release().await;
    match upgraded {
        // The failure may be the restart's and not the upgrade's. A connection that was ended on its own is a person's
        // doing, or a pooler's limit: then nobody tries again.
        Err(Error::Upgrade(failure)) if !guarded && !failure.is_interruption() => {
            let database = open(config, url, liveness).await;
            let now = match &database {
                Ok(database) => database.server_start().await.ok(),
                Err(_) => None,
            };
            if now.is_some_and(|now| now != server_start) {
                return Err(Error::Restarted { failure });
            }
            Err(Error::Upgrade(failure))
        }
        upgraded => upgraded,
    }
}

/// Looks again, since another instance may have upgraded while this one waited; upgrades; looks once more, since an exit
/// code of 0 proves nothing. No connection but the guard's stays open meanwhile.
async fn upgrade(
    config: &Config,
    url: &DatabaseUrl,
    files: &Files,
    start: Option<&Program>,
    liveness: &Liveness,
    lock_lost: impl Future<Output = String>,
) -> Result<(), Error> {
    let clock = Instant::now();
    let database = open(config, url, liveness).await?;
    let finding = files.examine(&database).await?;
    database.close().await;
    match finding.decision() {
        Decision::Start => {
            info!("{finding}: another instance has upgraded");
            return Ok(());
        }
        Decision::Stop => return Err(Error::Finding(finding)),
        Decision::Upgrade => {}
    }
    let program = upgrade::command(&files.layout, config.upgrade_command.as_deref(), start, config.path.as_deref())
        .map_err(Error::NoUpgradeCommand)?;
    info!("{finding}: {}", program.command_line());
    upgrade::upgrade(&program, config.upgrade_timeout, lock_lost).await?;
    let database = open(config, url, liveness).await?;
    let rows = database.version_rows(files.version_table()?).await?;
    database.close().await;
    if !files.graph.is_at_head(rows.revisions()) {
        let (command, rows) = (program.command_line(), list(rows.revisions()));
        return Err(Error::NotAtHead { command, rows, heads: files.heads() });
    }
    info!("at head {}, upgraded in {:.1} s", list(rows.revisions()), clock.elapsed().as_secs_f64());
    Ok(())
}

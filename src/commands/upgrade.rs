//! The upgrade, under the lock: one instance at a time decides, upgrades and looks at the result.

use std::time::Instant;

use tracing::{info, warn};

use super::evidence::History;
use super::files::{Files, open};
use super::ledger::{note, tell};
use super::lock::wait_for_the_lock;
use crate::config::Config;
use crate::database::Database;
use crate::database::url::DatabaseUrl;
use crate::error::Error;
use crate::ledger::Action;
use crate::process::liveness::Liveness;
use crate::process::program::Program;
use crate::process::upgrade;
use crate::reconcile::{Decision, Finding, list, row_changes, weigh};
use crate::version_table::{Change, Rows};

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
    let needless = async |database: &mut Database| {
        database.refresh(url)?;
        let rows = database.version_rows(files.version_table()?).await?;
        let at_head = files.graph.is_at_head(rows.revisions());
        if at_head {
            info!("at head {}: another instance has upgraded", list(rows.revisions()));
        }
        Ok(at_head)
    };
    // Of many that wait, none needs the lock only to see that there is nothing left to do.
    let Some(mut guard) = wait_for_the_lock(config, database, needless).await? else { return Ok(()) };
    let upgraded = upgrade(config, url, files, start, liveness, guard.lost()).await;
    let guarded = upgraded.is_ok() || guard.is_held().await;
    guard.release().await;
    match upgraded {
        // The failure may be the restart's and not the upgrade's. A connection that was ended on its own is a person's
        // doing, or a pooler's limit: then nobody tries again.
        Err(Error::Upgrade(failure)) if !guarded && !failure.is_interruption() => {
            let now = match open(config, url, liveness).await {
                Ok(database) => database.server_start().await.ok(),
                Err(_) => None,
            };
            match now {
                Some(now) if now != server_start => Err(Error::Restarted { failure }),
                _ => Err(Error::Upgrade(failure)),
            }
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
    let finding = settle(config, files, &database).await;
    database.close().await;
    let finding = finding?;
    match finding.decision() {
        Decision::Upgrade => {}
        Decision::Start if matches!(finding, Finding::Ahead { .. }) => {
            warn!("{finding}");
            return Ok(());
        }
        Decision::Start => {
            info!("{finding}: another instance has upgraded");
            return Ok(());
        }
        Decision::Restamp(_) | Decision::Stop => return Err(Error::Finding(finding)),
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

/// What the rows say, or, where they say nothing, what the schema proves. Proven rows are written, and looked at again.
async fn settle(config: &Config, files: &Files, database: &Database) -> Result<Finding, Error> {
    let table = files.version_table()?;
    let rows = database.version_rows(table).await?;
    let finding = files.examine_rows(database, &rows).await?;
    if finding.decision() != Decision::Stop {
        return Ok(finding);
    }
    let (history, schema) = History::look(files, database).await?;
    let finding = weigh(finding, &files.graph, &history.weigh(&schema));
    let Decision::Restamp(proof) = finding.decision() else { return Ok(finding) };
    warn!("{finding}");
    let changes = row_changes(rows.revisions(), &proof.rows);
    let reasons = (finding.code(), proof.reasons.clone());
    let change = Change {
        expected: rows.revisions().to_vec(),
        widen: None,
        rows: Rows::Changed(changes.clone()),
        note: note(config, Action::Repair, Some(reasons)),
    };
    tell(database.change_rows(table, &change).await?);
    for change in changes {
        info!("{table}: {change}");
    }
    files.examine(database).await
}

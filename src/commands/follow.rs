//! Following: another instance upgrades, and this one waits for the result. It writes nothing and takes no lock; a role that
//! may only read the version table will do.

use tokio::time::{sleep, timeout};
use tracing::info;

use super::files::Files;
use super::lock::patience;
use super::look::{Depth, Look, policy};
use crate::config::Config;
use crate::error::Error;
use crate::logging::Waiting;
use crate::reconcile::{Finding, Goal, list};
use database::Database;
use database::lock::{Holder, pause};

/// Looks until the database is at the heads. Stops at once at what no upgrade leads out of.
pub(super) async fn until_at_head(config: &Config, files: &Files, database: Database) -> Result<(), Error> {
    let mut seen = None;
    let goal = files.goal(config)?;
    let database = database.patient(patience(config));
    // Around everything: a look itself waits where the version table is being altered.
    match timeout(config.lock_timeout, look_until_at_head(config, files, database, &goal, &mut seen)).await {
        Ok(ended) => ended,
        Err(_) => {
            let (state, holder) = seen.unwrap_or_else(|| ("the version table does not answer".to_owned(), None));
            Err(Error::NotFollowed { heads: list(&goal.revisions), state, holder, waited: config.lock_timeout })
        }
    }
}

async fn look_until_at_head(
    config: &Config,
    files: &Files,
    mut database: Database,
    goal: &Goal,
    seen: &mut Option<(String, Option<Holder>)>,
) -> Result<(), Error> {
    let mut waiting = Waiting::for_what("another instance to upgrade");
    loop {
        let look = Look::at(files, &database, goal, policy(config), Depth::Rows).await?;
        let finding = look.position();
        if matches!(finding, Finding::AtHead { .. }) {
            database.close().await;
            drop(waiting);
            info!("{finding}");
            return Ok(());
        }
        if !finding.is_passing() {
            return Err(finding.clone().into());
        }
        let holder = database.lock_holder().await?;
        let age = holder.as_ref().map(Holder::for_how_long).unwrap_or_default();
        waiting.note(&in_words(finding, goal, holder.as_ref()), &age);
        *seen = Some((finding.to_string(), holder));
        sleep(pause()).await;
        database.refresh()?;
    }
}

fn in_words(finding: &Finding, goal: &Goal, holder: Option<&Holder>) -> String {
    let heads = list(&goal.revisions);
    match holder {
        Some(holder) => format!("{finding}; {heads} wanted; upgraded by {}", holder.who),
        None => format!("{finding}; {heads} wanted; nobody upgrades yet"),
    }
}

//! Following: another instance upgrades, and this one waits for the result. It writes nothing and takes no lock; a role that
//! may only read the version table will do.

use tokio::time::{Instant, sleep, timeout};
use tracing::info;

use super::files::Files;
use super::look::Depth;
use super::session::Session;
use crate::error::Error;
use crate::logging::Waiting;
use crate::reconcile::{Finding, Goal, list};
use database::Database;
use database::lock::{Holder, pause};

/// Looks until the database is at the heads. Stops at once at what no upgrade leads out of.
pub(super) async fn until_at_head(session: &Session, files: &Files, database: Database) -> Result<(), Error> {
    let mut seen = None;
    let goal = files.goal(&session.config)?;
    let database = session.patient(database);
    let limit = session.config.lock_timeout;
    // Around everything: a look itself waits where the version table is being altered.
    match timeout(limit, look_until_at_head(session, files, database, &goal, &mut seen)).await {
        Ok(ended) => ended,
        Err(_) => {
            let (state, holder) = seen.unwrap_or_else(|| ("the version table does not answer".to_owned(), None));
            Err(Error::NotFollowed { heads: list(&goal.revisions), state, holder, waited: limit })
        }
    }
}

async fn look_until_at_head(
    session: &Session,
    files: &Files,
    mut database: Database,
    goal: &Goal,
    seen: &mut Option<(String, Option<Holder>)>,
) -> Result<(), Error> {
    let begin = Instant::now();
    let mut waiting = Waiting::for_what("another instance to upgrade");
    loop {
        let look = session.look(files, &database, goal, Depth::Rows).await?;
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
        database.close().await;
        sleep(pause(begin.elapsed())).await;
        database = session.open_again().await?;
    }
}

fn in_words(finding: &Finding, goal: &Goal, holder: Option<&Holder>) -> String {
    let heads = list(&goal.revisions);
    match holder {
        Some(holder) => format!("{finding}; waiting for {heads}; upgraded by {}", holder.who),
        None => format!("{finding}; waiting for {heads}; no upgrade is running"),
    }
}

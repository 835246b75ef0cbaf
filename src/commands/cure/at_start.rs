//! A revision that stopped halfway, finished by a start itself, where LEVELHEAD_REPAIR=finish allows it.

use tracing::{info, warn};

use super::carry_out::carry_out;
use super::revision::{Way, of_revision};
use crate::commands::files::Files;
use crate::commands::session::Session;
use crate::config::OnLoss;
use crate::error::Error;
use ::cure::Data;
use database::Database;

/// Runs what is missing of a revision, under the lock, where each of its operations is certain and none changes data. Answers
/// whether it did; why not, it says.
pub(in crate::commands) async fn finish_at_start(
    session: &Session,
    files: &Files,
    database: &Database,
    revision: &str,
) -> Result<bool, Error> {
    let remedy = match of_revision(session, files, database, (revision, Way::Finish, Data::Unsaid)).await {
        Ok(remedy) => remedy,
        Err(Error::Cure(refused)) => return Ok(left_alone(revision, &refused.to_string())),
        Err(error) => return Err(error),
    };
    if let Some(doubt) = &remedy.doubt {
        return Ok(left_alone(revision, doubt));
    }
    if remedy.takes_away && session.config.on_loss == OnLoss::Stop {
        return Ok(left_alone(revision, "what is missing drops something, and LEVELHEAD_ON_LOSS=stop forbids that"));
    }
    for (from, sql) in &remedy.statements {
        info!("{from}: {sql}");
    }
    carry_out(session, files, database, &remedy).await?;
    Ok(true)
}

fn left_alone(revision: &str, reason: &str) -> bool {
    warn!("LEVELHEAD_REPAIR=finish leaves {revision} alone: {reason}");
    false
}

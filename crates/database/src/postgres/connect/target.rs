//! `target_session_attrs`: whether the server that answered is the one that was asked for.

use tokio_postgres::SimpleQueryMessage;

use super::Connected;
use crate::failure::FailureKind;
use crate::postgres::conversation::text;
use crate::postgres::failure::{classify, in_words};
use crate::url::TargetSession;

/// What the server said of itself while connecting; servers before 14 and poolers say nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reported {
    pub(super) in_recovery: Option<bool>,
    pub(super) read_only: Option<bool>,
}

pub(super) async fn verify(
    wanted: TargetSession,
    connected: &mut Connected,
    reported: Reported,
) -> Result<(), (FailureKind, String)> {
    let recovery = "SELECT pg_catalog.pg_is_in_recovery()";
    let fits = match wanted {
        TargetSession::Any => return Ok(()),
        TargetSession::Primary => !ask(connected, reported.in_recovery, recovery).await?,
        TargetSession::Standby => ask(connected, reported.in_recovery, recovery).await?,
        TargetSession::ReadWrite => !is_read_only(connected, reported).await?,
        TargetSession::ReadOnly => is_read_only(connected, reported).await?,
    };
    if fits {
        return Ok(());
    }
    let detail = "the server is not of the kind that target_session_attrs asks for";
    Err((FailureKind::WrongTarget, detail.to_owned()))
}

/// A standby is read-only whatever its default says.
async fn is_read_only(connected: &Connected, reported: Reported) -> Result<bool, (FailureKind, String)> {
    let reported = match (reported.in_recovery, reported.read_only) {
        (Some(in_recovery), Some(read_only)) => Some(in_recovery || read_only),
        _ => None,
    };
    ask(connected, reported, "SHOW transaction_read_only").await
}

async fn ask(connected: &Connected, known: Option<bool>, query: &str) -> Result<bool, (FailureKind, String)> {
    if let Some(known) = known {
        return Ok(known);
    }
    let messages = connected.client.simple_query(query).await.map_err(|error| (classify(&error), in_words(&error)))?;
    Ok(messages.iter().any(|message| match message {
        SimpleQueryMessage::Row(row) => matches!(text(row, 0), Some("t" | "on")),
        _ => false,
    }))
}

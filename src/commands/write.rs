//! Writing to the version table: the one way from a command to the writer, and what is said about it.

use std::time::Duration;

use tracing::{info, warn};

use super::files::Files;
use super::session::Session;
use crate::config::Config;
use crate::error::Error;
use crate::help::{Help, Message};
use crate::reconcile::{Finding, Plan, Severity, Upgrade};
use crate::saying::Say;
use database::Database;
use version_table::ledger::{Action, Applied, Note, Recorded};
use version_table::{Change, Rows, VersionRows, visible};

/// What is to be done to the version table, and why.
#[derive(Clone, Copy)]
pub(super) struct Decision<'a> {
    /// The rows that it rests on: where they are others by now, nothing is changed.
    pub(super) rows: &'a VersionRows,
    pub(super) plan: &'a Plan,
    pub(super) action: Action,
    /// What was found; those that are repaired go into the ledger.
    pub(super) findings: &'a [Finding],
}

/// Carries out what a plan has for the version table, notes it with the findings that it repairs, and says so.
pub(super) async fn write(
    session: &Session,
    files: &Files,
    database: &Database,
    decision: &Decision<'_>,
) -> Result<(), Error> {
    let table = files.version_table()?;
    let Decision { plan, action, .. } = *decision;
    let change = change(&session.config, decision);
    let recorded = database.change_rows(table, &change).await?;
    if let Some(width) = plan.widen {
        info!("{table}: version_num now takes {width} characters");
    }
    for change in &plan.changes {
        match change.removed().filter(|id| files.graph.get(id).is_none()) {
            Some(id) => warn!("{table}: {change}; no file has {}", visible(id)),
            None => info!("{table}: {change}"),
        }
    }
    if is_recorded(&recorded) && action != Action::Repair {
        info!("to take it back: levelhead undo");
    }
    Ok(())
}

/// What a plan has for the version table, with the findings that it repairs.
pub(super) fn change(config: &Config, decision: &Decision<'_>) -> Change {
    let Decision { rows, plan, action, findings } = *decision;
    let repaired = || findings.iter().filter(|finding| finding.severity() >= Severity::Repair);
    let note = note(config, action).map(|note| Note {
        finding: repaired().next().map(|finding| finding.code().to_owned()),
        evidence: repaired().flat_map(Finding::facts).collect(),
        ..note
    });
    let (expected, changes) = (rows.revisions().to_vec(), plan.changes.clone());
    Change { expected, widen: plan.widen, rows: Rows::Changed(changes), note }
}

/// Notes what the application's upgrade has done, and how long each revision took that it spoke of. That it cannot be noted
/// is a warning: the upgrade is done.
pub(super) async fn record(
    session: &Session,
    files: &Files,
    database: &Database,
    (upgrade, timed): (&Upgrade, &[(String, Duration)]),
    after: &VersionRows,
) -> Result<(), Error> {
    let Some(note) = note(&session.config, Action::Upgrade) else { return Ok(()) };
    let parents = |id: &String| files.graph.get(id).map(|node| node.revision.down_revision.clone()).unwrap_or_default();
    let milliseconds = |id: &String| {
        let (_, duration) = timed.iter().find(|(revision, _)| revision == id)?;
        u64::try_from(duration.as_millis()).ok()
    };
    // One that has failed may have committed its first revisions.
    let done = files.graph.applied(after.revisions());
    let is_done = |id: &&String| done.as_ref().is_ok_and(|done| done.iter().any(|node| node.revision.id == **id));
    let applied = upgrade.pending.iter().filter(is_done).map(|id| Applied {
        revision: id.clone(),
        parents: parents(id),
        milliseconds: milliseconds(id),
    });
    let note = Note { applied: applied.collect(), ..note };
    let before = VersionRows::Rows(upgrade.from.clone());
    match database.record(files.version_table()?, &before, after, &note).await {
        Ok(Recorded::No { reason, remedy }) => {
            Message::new(format!("the upgrade is not in the ledger: {reason}"), remedy.help()).warn();
        }
        Ok(Recorded::Yes | Recorded::Off) => {}
        Err(error) => Message::new(format!("the upgrade is not in the ledger: {error}"), error.help()).warn(),
    }
    Ok(())
}

/// What goes into the ledger with a change, unless it is turned off.
pub(super) fn note(config: &Config, action: Action) -> Option<Note> {
    config.ledger.as_ref().map(|origin| Note::new(action, origin))
}

/// Whether the change can be undone; says so where it cannot.
pub(super) fn is_recorded(recorded: &Recorded) -> bool {
    if let Recorded::No { reason, remedy } = recorded {
        let what = format!("this change is not in the ledger, so levelhead undo cannot take it back: {reason}");
        Message::new(what, remedy.help()).warn();
    }
    *recorded == Recorded::Yes
}

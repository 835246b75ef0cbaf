//! `stamp`: sets the rows of the version table as `alembic stamp` does, without Python, and past an unknown row too.

use clap::Args;
use tracing::info;

use super::files::Files;
use super::session::Session;
use super::write::{Decision, write};
use crate::error::Error;
use crate::reconcile::{Plan, Policy, table_problems};
use history::{GraphError, RevisionGraph};
use version_table::RowChange;
use version_table::ledger::Action;

/// What `stamp` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Ids or their beginnings, branch labels, head, heads, LABEL@head, or base
    #[arg(required = true, value_name = "REV", allow_negative_numbers = true)]
    revisions: Vec<String>,
    /// Remove every row first
    #[arg(long)]
    purge: bool,
}

/// Writes the rows that the revisions ask for, in one transaction, under the lock that upgrades take.
pub async fn stamp(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let files = session.files()?;
    let database = session.open().await?;
    session.under_the_lock(database, set_the_rows(session, &files, arguments)).await
}

async fn set_the_rows(session: &Session, files: &Files, arguments: &Arguments) -> Result<(), Error> {
    let (graph, table) = (&files.graph, files.version_table()?);
    let database = session.open().await?;
    let rows = files.rows_of_the_only_table(&database).await?;
    let changes = changes(graph, rows.revisions(), arguments)?;
    if changes.is_empty() {
        info!("{table} holds these rows already; nothing is changed");
        return Ok(());
    }
    let plan = Plan { changes, ..Plan::default() };
    let problems = table_problems(graph, &database.table_facts(table).await?, rows.revisions(), &plan);
    let plan = plan.past(&problems, Policy::ASKED_FOR)?;
    let decision = Decision { rows: &rows, plan: &plan, action: Action::Stamp, findings: &[] };
    write(session, files, &database, &decision).await?;
    database.close().await;
    Ok(())
}

/// The rows go that no file has, or with `--purge` all of them; the others change as Alembic's do.
fn changes(graph: &RevisionGraph, rows: &[String], arguments: &Arguments) -> Result<Vec<RowChange>, GraphError> {
    let stays = |row: &&String| !arguments.purge && graph.get(row).is_some();
    let (known, mut removed): (Vec<&String>, Vec<&String>) = rows.iter().partition(stays);
    let known: Vec<String> = known.into_iter().cloned().collect();
    removed.dedup();
    let steps = graph.stamp_steps(&known, &arguments.revisions)?;
    let (changed, _) = graph.row_changes(&known, &steps)?;
    Ok(removed.into_iter().cloned().map(RowChange::Delete).chain(changed).collect())
}

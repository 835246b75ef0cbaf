//! `stamp`: sets the rows of the version table as `alembic stamp` does, without Python, and past an unknown row too.

use clap::Args;
use tracing::info;

use super::files::{Files, open};
use super::lock::wait_for_the_lock;
use super::write::write;
use crate::config::Config;
use crate::error::Error;
use crate::process::liveness::Liveness;
use crate::reconcile::{Plan, Policy, table_problems};
use database::url::DatabaseUrl;
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
pub async fn stamp(config: &Config, arguments: &Arguments) -> Result<(), Error> {
    let files = Files::read(config)?;
    let url = config.database_url()?;
    let database = open(config, &url, &Liveness::new(None)).await?;
    let Some(guard) = wait_for_the_lock(config, database, async |_| Ok(false)).await? else { return Ok(()) };
    let stamped = stamp_under_the_lock(config, &url, &files, arguments).await;
    guard.release().await;
    stamped
}

async fn stamp_under_the_lock(
    config: &Config,
    url: &DatabaseUrl,
    files: &Files,
    arguments: &Arguments,
) -> Result<(), Error> {
    let (graph, table) = (&files.graph, files.version_table()?);
    let database = open(config, url, &Liveness::new(None)).await?;
    let rows = files.rows_of_the_only_table(&database).await?;
    let changes = changes(graph, rows.revisions(), arguments)?;
    if changes.is_empty() {
        info!("{table} holds these rows already; nothing is changed");
        return Ok(());
    }
    let plan = Plan { changes, ..Plan::default() };
    let problems = table_problems(graph, &database.table_facts(table).await?, rows.revisions(), &plan);
    let plan = plan.past(&problems, Policy::ASKED_FOR)?;
    write(config, files, &database, &rows, (Action::Stamp, &[]), &plan).await?;
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

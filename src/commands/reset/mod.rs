//! `reset`: empties a throwaway database, behind everything that could keep a person from emptying another one.

mod backup;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use tracing::{info, warn};

use super::output::{Format, print, print_json};
use super::prompt::ask;
use super::session::Session;
use super::write::{Decision, write};
use crate::error::{Error, ResetError};
use crate::logging::at_a_terminal;
use crate::prose::{counted, paragraph};
use crate::reconcile::{Plan, Policy, table_problems};
use database::url::DatabaseUrl;
use database::{Contents, Database, Loss};
use version_table::RowChange;
use version_table::ledger::Action;

/// What `reset` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Write a dump first: pg_dump's custom format, or a copy of the SQLite file
    #[arg(long, value_name = "FILE")]
    backup: Option<PathBuf>,
    /// Write no dump
    #[arg(long, conflicts_with = "backup")]
    no_backup: bool,
    /// The database's name, instead of typing it when asked
    #[arg(long, value_name = "DBNAME")]
    yes_i_mean: Option<String>,
    /// Clear the rows of the version table and nothing else
    #[arg(long)]
    versions_only: bool,
    /// Also where others are connected
    #[arg(long)]
    even_if_connected: bool,
    /// Also where the environment looks like production
    #[arg(long)]
    even_in_production: bool,
    /// Show what would be lost and change nothing
    #[arg(long)]
    dry_run: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Shows what would be lost, asks, writes the dump, and drops everything in one transaction, under the lock that upgrades
/// take.
pub async fn reset(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let signs = &session.config.production_signs;
    if !signs.is_empty() && !arguments.even_in_production && !arguments.dry_run {
        return Err(ResetError::Production { signs: signs.clone() }.into());
    }
    let url = session.url()?;
    let name = name(url);
    let database = session.open().await?;
    let seen = if arguments.versions_only { Contents::default() } else { database.contents().await? };
    if !arguments.versions_only {
        show(url, &name, &seen, arguments)?;
    }
    if arguments.dry_run {
        database.close().await;
        return Ok(());
    }
    if !arguments.versions_only && seen.losses.is_empty() {
        info!("{name} is empty already");
        return Ok(());
    }
    refuse_what_is_not_ours(&seen.losses)?;
    let backup = match arguments.versions_only {
        true => None,
        false => backup::wanted(arguments.backup.as_ref(), arguments.no_backup)?,
    };
    refuse_others(&database, &name, arguments).await?;
    confirm(&name, arguments)?;
    let work = async {
        let database = session.open().await?;
        refuse_others(&database, &name, arguments).await?;
        if arguments.versions_only {
            return clear_versions(session, &database).await;
        }
        if let Some(file) = backup {
            backup::write(&session.config, url, &database, file).await?;
        }
        database.drop_all(&seen).await?;
        info!("{name} is empty now; to make it anew: levelhead run");
        database.close().await;
        Ok(())
    };
    session.under_the_lock(database, work).await
}

/// What a person calls the database.
fn name(url: &DatabaseUrl) -> String {
    match url {
        DatabaseUrl::Postgres(url) => url.database.clone(),
        DatabaseUrl::Sqlite(url) => url.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
    }
}

fn show(url: &DatabaseUrl, name: &str, seen: &Contents, arguments: &Arguments) -> Result<(), Error> {
    let others: Vec<&str> =
        seen.losses.iter().filter(|loss| !loss.is_table()).map(|loss| loss.object.as_str()).collect();
    if arguments.format == Format::Json {
        let tables = seen.tables.iter().map(|(table, rows)| {
            json!({
                "name": table,
                "rows": rows.map(|rows| rows.min(Contents::COUNTED)),
                "is_more": rows.is_some_and(|rows| rows > Contents::COUNTED),
            })
        });
        return print_json(json!({
            "database": name,
            "tables": tables.collect::<Vec<_>>(),
            "others": others,
            "kept": seen.kept,
            "statements": seen.losses.iter().map(|loss| &loss.statement).collect::<Vec<_>>(),
        }));
    }
    let width = seen.tables.iter().map(|(table, _)| table.chars().count()).max().unwrap_or(0);
    let colon = if seen.tables.is_empty() { "" } else { ":" };
    let mut text = format!("{url}\nholds {}{colon}\n", counted(seen.tables.len(), "table"));
    for (table, rows) in &seen.tables {
        let count = match *rows {
            None => "an unknown number of rows".to_owned(),
            Some(rows) if rows > Contents::COUNTED => format!("more than {} rows", Contents::COUNTED),
            Some(rows) => counted(rows, "row"),
        };
        text += &format!("  {table:<width$}  {count}\n");
    }
    if !others.is_empty() {
        text += &format!("and {}:\n", counted(others.len(), "other object"));
        text += &paragraph(&others.join(", "), "  ", "  ");
    }
    if !seen.kept.is_empty() {
        text += &paragraph(&format!("What stays: {}", seen.kept.join(", ")), "", "  ");
    }
    print(&text)
}

/// A statement that fails would only be met after the dump has been written.
fn refuse_what_is_not_ours(losses: &[Loss]) -> Result<(), ResetError> {
    let foreign = losses.iter().filter_map(|loss| Some((loss, loss.foreign_owner.clone()?)));
    let objects: Vec<String> = foreign.clone().map(|(loss, owner)| format!("{} ({owner}'s)", loss.object)).collect();
    match foreign.map(|(_, owner)| owner).next() {
        Some(owner) => Err(ResetError::NotOwned { objects, owner }),
        None => Ok(()),
    }
}

async fn refuse_others(database: &Database, name: &str, arguments: &Arguments) -> Result<(), Error> {
    // Who has just hung up is seen for a moment yet.
    const LEAVING: Duration = Duration::from_millis(100);
    const LOOKS: u32 = 10;
    let mut sessions = database.other_sessions().await?;
    for _ in 0..LOOKS {
        if sessions.is_empty() || arguments.even_if_connected {
            break;
        }
        tokio::time::sleep(LEAVING).await;
        sessions = database.other_sessions().await?;
    }
    match sessions.is_empty() {
        true => Ok(()),
        false if arguments.even_if_connected => {
            warn!("others are connected: {}", sessions.join("; "));
            Ok(())
        }
        false => Err(ResetError::Connected { database: name.to_owned(), sessions }.into()),
    }
}

/// The name, given or typed. Ctrl-C at the prompt ends levelhead, and nothing has been changed.
fn confirm(name: &str, arguments: &Arguments) -> Result<(), Error> {
    let given = match &arguments.yes_i_mean {
        Some(given) => Some(given.clone()),
        None if at_a_terminal() && std::io::stdin().is_terminal() => {
            let what = if arguments.versions_only { "clear its version table" } else { "empty it" };
            ask(&format!("Type the database's name to {what}"))?
        }
        None => None,
    };
    match given {
        Some(given) if given == name => Ok(()),
        given => Err(ResetError::NotConfirmed { database: name.to_owned(), given }.into()),
    }
}

async fn clear_versions(session: &Session, database: &Database) -> Result<(), Error> {
    let files = session.files()?;
    let table = files.version_table()?;
    let rows = files.rows_of_the_only_table(database).await?;
    if rows.revisions().is_empty() {
        info!("{table} holds no row");
        return Ok(());
    }
    let mut removed = rows.revisions().to_vec();
    removed.dedup();
    let plan = Plan { changes: removed.into_iter().map(RowChange::Delete).collect(), ..Plan::default() };
    let problems = table_problems(&files.graph, &database.table_facts(table).await?, rows.revisions(), &plan);
    let plan = plan.past(&problems, Policy::ASKED_FOR)?;
    let decision = Decision { rows: &rows, plan: &plan, action: Action::Reset, findings: &[] };
    write(session, &files, database, &decision).await
}

//! `undo`: puts back the rows that the last change by levelhead replaced. Needs no migration files: the ledger says it all.

use clap::Args;
use tracing::info;

use super::output::print;
use super::session::Session;
use super::write::{is_recorded, note};
use crate::config::Config;
use crate::error::Error;
use crate::reconcile::{Finding, Need, problems};
use database::{Database, statements};
use version_table::ledger::{Action, Entry, UndoError, undoable};
use version_table::{Change, RowChange, Rows, VersionRows, VersionTable, revisions};

/// What `undo` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Print the statements and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Puts the rows back in one transaction, under the lock that upgrades take. It is a change itself: a second `undo` takes it
/// back.
pub async fn undo(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    if arguments.dry_run {
        return undo_last(session, true).await;
    }
    let database = session.open().await?;
    session.under_the_lock(database, undo_last(session, false)).await
}

async fn undo_last(session: &Session, dry_run: bool) -> Result<(), Error> {
    let database = session.open().await?;
    let (table, entry, rows) = last_change(&session.config, &database).await?;
    let change = Change {
        expected: rows.revisions().to_vec(),
        widen: None,
        rows: Rows::PutBack(entry.before.clone()),
        note: note(&session.config, Action::Undo),
    };
    // What putting back takes, as far as rights on the table go.
    let gone = rows.revisions().iter().cloned().map(RowChange::Delete);
    let back: Vec<RowChange> =
        gone.chain(revisions(entry.before.as_deref()).into_iter().map(RowChange::Insert)).collect();
    let facts = database.table_facts(&table).await?;
    let need = Need { rows: rows.revisions(), changes: &back, upgrade: false, longest: 0 };
    if let Some(problem) = problems(&facts, need).into_iter().next() {
        return Err(Error::Obstacle(Box::new(Finding::Table(Box::new(problem)).into())));
    }
    let what = format!("the {} of {}", entry.note.action.word(), entry.at);
    if dry_run {
        info!("{table}: would take back {what}: {}", change.rows);
        let exists = rows != VersionRows::NoTable;
        return print(&(statements::script(database.dialect(), &table, &change, exists).join(";\n") + ";\n"));
    }
    let recorded = database.change_rows(&table, &change).await?;
    database.close().await;
    info!("{table}: took back {what}: {}", change.rows);
    if is_recorded(&recorded) {
        info!("to do it again after all: levelhead undo");
    }
    Ok(())
}

/// The change to take back, its table, and the rows that are there. Several version tables may be in one database: the
/// configuration may name the one that is meant, or else it is that of the last change.
async fn last_change(config: &Config, database: &Database) -> Result<(VersionTable, Entry, VersionRows), Error> {
    let mut entries = database.ledger().await?;
    let meant = |wanted: &Option<String>, is: Option<&str>| wanted.as_deref().is_none_or(|wanted| Some(wanted) == is);
    entries.retain(|entry| {
        meant(&config.version_table, Some(&entry.version_table))
            && meant(&config.version_table_schema, entry.version_table_schema.as_deref())
    });
    let Some(last) = entries.first() else {
        let grant = database.unreadable_ledger().await?;
        return Err(grant.map_or(UndoError::Empty, |grant| UndoError::Forbidden { grant }).into());
    };
    let (schema, name) = (last.version_table_schema.clone(), last.version_table.clone());
    entries.retain(|entry| entry.version_table == name && entry.version_table_schema == schema);
    let table = VersionTable { schema, name, ..VersionTable::default() };
    let rows = database.version_rows(&table).await?;
    let there = (rows != VersionRows::NoTable).then(|| rows.revisions());
    let entry = undoable(&entries, there)?.clone();
    Ok((table, entry, rows))
}

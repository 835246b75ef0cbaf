//! `fix --sql`: the statements as a person pastes them into a database shell, with a comment on each.

use super::repair::{Repair, Wanted};
use crate::commands::files::Files;
use crate::commands::write::{Decision, change};
use crate::config::Config;
use crate::error::Error;
use crate::prose::paragraph;
use crate::reconcile::{Goal, Plan, row_changes};
use database::pasted::pasted;
use database::statements::{script, wider};
use database::url::DatabaseUrl;
use schema::Dialect;
use version_table::ledger::Action;
use version_table::{ROOM, VersionRows};

/// Of a repair, for the database that it was found in.
pub(super) fn of(config: &Config, files: &Files, dialect: Dialect, repair: &Repair) -> Result<String, Error> {
    if !repair.plan.writes() {
        return Ok("-- nothing to write\n".to_owned());
    }
    let mut text = String::new();
    for finding in &repair.look.findings {
        text += &comment(&format!("{}: {finding}", finding.code()));
    }
    if let Some(doubt) = &repair.doubt {
        text += &comment(&format!("WARNING: the schema speaks against this: {}", doubt.headline));
        doubt.shown().iter().for_each(|fact| text += &comment(fact));
    }
    text += &comment(&format!("the rows until now, which `levelhead undo` will not know: {}", repair.rows()));
    text += &comment("where they are others by now, nothing is changed");
    let exists = repair.look.rows != VersionRows::NoTable;
    let change = change(config, &repair.decision(&[]));
    let statements = pasted(dialect, files.version_table()?, &change, &repair.plan.changes, exists);
    Ok(text + &commented(statements))
}

/// Without a database: whatever the rows are, these will be. `why` it could not be asked, where one was named.
pub(super) fn offline(
    config: &Config,
    files: &Files,
    symbols: &[String],
    url: Option<&DatabaseUrl>,
    why: Option<&str>,
) -> Result<String, Error> {
    let Wanted { rows: wanted, .. } = Wanted::of(files, symbols)?;
    let dialect = url.map_or(Dialect::PostgreSql, DatabaseUrl::dialect);
    let shell = match dialect {
        Dialect::PostgreSql => "PostgreSQL",
        Dialect::Sqlite => "SQLite",
    };
    let table = files.version_table()?;
    let plan = Plan { changes: row_changes(&[], &wanted), ..Plan::default() };
    let decision = Decision { rows: &VersionRows::NoTable, plan: &plan, action: Action::Fix, findings: &[] };
    let change = change(config, &decision);
    let mut statements = script(dialect, table, &change, false);
    let first_row = statements.iter().position(|line| line.starts_with("INSERT")).unwrap_or(statements.len() - 1);
    statements.insert(first_row, format!("DELETE FROM {}", table.quoted()));
    let longest = wanted.iter().map(|id| id.chars().count()).max().unwrap_or(0);
    if longest > ROOM {
        // The table may be there already, with less room.
        let width = u32::try_from(longest).unwrap_or(u32::MAX);
        wider(dialect, table, width).into_iter().for_each(|statement| statements.insert(first_row, statement));
    }
    let after = match Goal::heads(&files.graph).pending(&files.graph, &wanted).len() {
        0 => "nothing is pending afterwards".to_owned(),
        1 => "1 revision is pending afterwards".to_owned(),
        count => format!("{count} revisions are pending afterwards"),
    };
    let mut text = why.map(comment).unwrap_or_default();
    text += &comment(&format!("written for {shell}, without a database: nothing was compared; {after}"));
    Ok(text + &commented(statements))
}

fn comment(text: &str) -> String {
    paragraph(text, "-- ", "-- ")
}

fn commented(statements: Vec<String>) -> String {
    let comment = |statement: &str| match statement.split_whitespace().next().unwrap_or_default() {
        "BEGIN" => "all of it, or nothing",
        "CREATE" => "the version table, as Alembic makes it",
        "LOCK" => "no other session writes to it meanwhile",
        "ALTER" => "room for the longest revision id",
        "INSERT" => "a revision that the table is to hold",
        "UPDATE" => "the revision that the table is to hold, in place of the one that is there",
        "DELETE" if !statement.contains(" WHERE ") => "whatever rows are there",
        "DELETE" => "a row that is to go",
        "SELECT" => "what is there now: where others had moved the rows before, theirs",
        _ => "done",
    };
    statements.iter().map(|statement| format!("-- {}\n{statement};\n", comment(statement))).collect()
}

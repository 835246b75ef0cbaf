//! Small things that a failed upgrade leaves: tables of batch mode, and indexes that are not valid.

use super::carry_out::Remedy;
use crate::commands::files::Files;
use crate::commands::look::Look;
use crate::error::Error;
use crate::reconcile::{Fate, Finding};
use database::Database;
use schema::Schema;
use version_table::ledger::Action;

/// Whether a finding is one that this room puts right.
pub(in crate::commands) fn is_small(finding: &Finding) -> bool {
    match finding {
        Finding::LeftoverTable { tables } => tables.iter().any(|table| table.fate != Fate::Doubtful),
        Finding::InvalidIndex { .. } => true,
        _ => false,
    }
}

/// What puts right what `look` has found of that kind.
pub(in crate::commands) async fn of_leftovers_and_indexes(
    files: &Files,
    database: &Database,
    look: &Look,
) -> Result<Remedy, Error> {
    let (mut facts, mut statements, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    let mut finding = None;
    for found in look.findings.iter().filter(|finding| is_small(finding)) {
        finding = finding.or(Some(found.code()));
        match found {
            Finding::LeftoverTable { tables } => {
                for table in tables {
                    facts.push(table.to_string());
                    match table.statement() {
                        Some(sql) => statements.push((table.to_string(), sql)),
                        None => notes
                            .push(format!("{} is left alone: only one of the two tables has all rows", table.table)),
                    }
                }
            }
            Finding::InvalidIndex { indexes } => {
                for index in indexes {
                    let what = if index.pending { "a pending revision makes it" } else { "it is made again" };
                    facts.push(format!("index {} is not valid; {what}", index.name));
                    statements.push((format!("index {}", index.name), index.statement()));
                }
                notes.push("a CONCURRENTLY statement runs by itself, outside of a transaction".to_owned());
            }
            _ => {}
        }
    }
    let live = database.schema(files.version_table()?).await?;
    Ok(Remedy {
        headline: "clear away what a failed upgrade has left".to_owned(),
        facts,
        statements,
        rows: look.rows.clone(),
        changes: Vec::new(),
        action: Action::Schema,
        finding,
        notes,
        live,
        departs: Box::new(|_: &Schema| None),
        doubt: None,
        takes_away: false,
    })
}

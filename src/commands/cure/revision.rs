//! A revision of which some is there: finished, or taken back.

use super::carry_out::Remedy;
use super::exact::is_plain_at;
use super::statements::{NO_SQL, statements};
use crate::commands::evidence::{compare, setting};
use crate::commands::files::Files;
use crate::commands::session::Session;
use crate::error::{CureError, Error};
use crate::help::Command;
use crate::prose::counted;
use crate::reconcile::{row_changes, rows_after};
use ::cure::{Data, Refused, Statement, Work};
use database::Database;
use schema::{Dialect, RevisionFacts, Schema, Tape, revision_facts};
use version_table::VersionRows;
use version_table::ledger::Action;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands) enum Way {
    Finish,
    TakeBack,
}

/// A revision's place among those that are applied.
struct Place {
    /// The rows without it.
    without: Vec<String>,
    /// The rows with it.
    with: Vec<String>,
}

impl Place {
    /// It is one of the rows, or all that it needs is applied.
    fn of(files: &Files, rows: &VersionRows, id: &str) -> Result<Self, Error> {
        let graph = &files.graph;
        let rows = rows.revisions();
        let applied: Vec<String> = graph.applied(rows)?.into_iter().map(|node| node.revision.id.clone()).collect();
        let node = graph.resolve(id)?;
        let Some(node) = node.first() else { return Err(CureError::NoRevision.into()) };
        if applied.iter().any(|held| held == id) && !rows.iter().any(|row| row == id) {
            return Err(CureError::Behind { revision: id.to_owned() }.into());
        }
        let needed = graph.links(node).map(|(link, _)| &link.revision.id);
        if let Some(first) = needed.into_iter().find(|needed| !applied.contains(needed)) {
            return Err(CureError::NotNext { revision: id.to_owned(), first: first.clone() }.into());
        }
        // In an order that an upgrade could apply them in, with this one last.
        let order = graph.upgrade_steps(&[], "heads")?;
        let ordered = order.into_iter().filter_map(|step| match step {
            history::Step::Upgrade(held) if held != id && applied.contains(&held) => Some(held),
            _ => None,
        });
        let mut ordered: Vec<String> = ordered.collect();
        let without = rows_after(graph, ordered.iter()).unwrap_or_default();
        ordered.push(id.to_owned());
        let with = rows_after(graph, ordered.iter()).unwrap_or_else(|| vec![id.to_owned()]);
        Ok(Self { without, with })
    }
}

/// A revision and its statements, with the database that it stopped in.
struct Case {
    /// The revisions before it.
    ids: Vec<String>,
    facts: Vec<RevisionFacts>,
    before: usize,
    statements: Vec<Statement>,
    live: Schema,
    dialect: Dialect,
}

impl Case {
    fn work(&self) -> Work<'_> {
        Work {
            facts: &self.facts,
            before: self.before,
            statements: &self.statements,
            live: &self.live,
            dialect: self.dialect,
        }
    }
}

/// What finishes a revision, or takes it back.
pub(in crate::commands) async fn of_revision(
    session: &Session,
    files: &Files,
    database: &Database,
    (symbol, way, data): (&str, Way, Data),
) -> Result<Remedy, Error> {
    let rows = files.rows_of_the_only_table(database).await?;
    let node = files.graph.resolve(symbol)?;
    let Some(node) = node.first() else { return Err(CureError::NoRevision.into()) };
    let id = node.revision.id.clone();
    let path = node.revision.path.display().to_string();
    let place = Place::of(files, &rows, &id)?;
    let case = case(session, files, database, &place, &id).await?;
    let named = |line: Option<u32>| match line {
        Some(line) if line > 0 => format!("{path}:{line}"),
        _ => path.clone(),
    };
    let flag = if way == Way::Finish { "--finish" } else { "--take-back" };
    let refused = |refused: Refused| match refused {
        Refused::NothingThere => CureError::NothingThere { revision: id.clone() },
        Refused::Data(lines) => CureError::Data {
            revision: id.clone(),
            lines: lines.into_iter().map(|(line, sql)| format!("{}: {}", named(line), shown(&sql))).collect(),
            command: Command::levelhead("fix").with(flag).with(&id),
        },
        Refused::Because(line, reason) => {
            CureError::Because { revision: id.clone(), reason: format!("{}: {reason}", named(line)) }
        }
    };
    let work = case.work();
    let mut notes = Vec::new();
    let (mut doubt, mut takes_away) = (None, false);
    let (statements, headline, wanted, action) = match way {
        Way::Finish => {
            let finish = work.finish(data).map_err(refused)?;
            doubt = finish.doubt.map(|(line, sql)| {
                format!("{}: the schema cannot show whether this ran: {}", named(line), shown(&sql))
            });
            takes_away = finish.takes_away;
            let (there, all) = (finish.there.len(), case.statements.len());
            let headline = format!("finish {id}: {there} of its {} done", counted(all, "statement"));
            (finish.statements, headline, place.with, Action::Finish)
        }
        Way::TakeBack => {
            let back = work.take_back(data).map_err(refused)?;
            for (earlier, line) in &back.made_again {
                exact_line(files, &case.ids[*earlier], *line)
                    .map_err(|reason| CureError::Because { revision: id.clone(), reason })?;
            }
            if case.statements.iter().any(Statement::changes_data) {
                notes.push("what it did to rows is not taken back".to_owned());
            }
            let headline = format!("take back {id}: what it made is dropped, with the rows in it");
            (back.statements, headline, place.without, Action::TakeBack)
        }
    };
    if let Some((line, sql)) = statements.iter().find(|(_, sql)| sql.starts_with(NO_SQL)) {
        let reason =
            format!("{}: levelhead has no SQL for this line; run it yourself, then say --data-done", named(*line));
        return Err(CureError::Because { revision: id, reason: format!("{reason} ({})", shown(sql)) }.into());
    }
    if statements.iter().any(|(_, sql)| ::cure::is_apart(sql)) {
        notes.push(
            "a CONCURRENTLY statement runs apart from the transaction: what is before it stays if it fails".into(),
        );
    }
    let statements = statements.into_iter().map(|(line, sql)| (named(line), sql)).collect();
    let live = case.live.clone();
    let departs = Box::new(move |schema: &Schema| case.work().departs(schema, way == Way::Finish));
    Ok(Remedy {
        headline,
        facts: Vec::new(),
        statements,
        changes: row_changes(rows.revisions(), &wanted),
        rows,
        action,
        finding: Some("half-applied"),
        notes,
        live,
        departs,
        doubt,
        takes_away,
    })
}

/// Whether the operation on this line of an earlier revision says no more than what was read of it; why not.
fn exact_line(files: &Files, id: &str, line: u32) -> Result<(), String> {
    let Some(node) = files.graph.get(id) else { return Ok(()) };
    let path = &node.revision.path;
    let text = history::read_source(path).map_err(|error| error.to_string())?;
    let text = python::decode(&text).map_err(|error| error.to_string())?;
    is_plain_at(&text, line).map_err(|reason| format!("{}:{line}: {reason}", path.display()))
}

fn shown(sql: &str) -> &str {
    sql.strip_prefix(NO_SQL).unwrap_or(sql)
}

async fn case(session: &Session, files: &Files, database: &Database, place: &Place, id: &str) -> Result<Case, Error> {
    let compared = compare(files, database, &place.without).await?;
    let before = compared.claimed();
    let (ids, effects) = (&compared.ids, &compared.effects);
    let table = files.version_table()?;
    let setting = setting(database.dialect(), &compared.schema.default_schema, table);
    let Some(own) = ids.iter().position(|held| held == id) else { return Err(CureError::NoRevision.into()) };
    let known = (&setting, &effects[..before]);
    let statements = statements(session, files, known, (id, &effects[own])).await?;
    let statements = statements.map_err(|reason| CureError::Unknown { revision: id.to_owned(), reason })?;
    let tapes = effects[..before].iter().map(|effects| effects.tape.clone());
    let tapes: Vec<Tape> = tapes.chain(statements.iter().map(|statement| statement.tape.clone())).collect();
    let facts = revision_facts(tapes, &setting);
    Ok(Case {
        ids: ids[..before].to_vec(),
        facts,
        before,
        statements,
        live: compared.schema,
        dialect: database.dialect(),
    })
}

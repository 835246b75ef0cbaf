//! The statements of a revision.

use super::exact::is_plain;
use crate::commands::files::Files;
use crate::commands::session::Session;
use crate::error::Error;
use crate::prose::one_line;
use ::cure::{Statement, ends_the_transaction, is_of_the_transaction, written};
use rendering::By;
use schema::simulation::Simulation;
use schema::{Belief, Dialect, Entry, RevisionFacts, Schema, Setting, State, Subject, TableSubject, Tape, UnreadKind};

/// What a line begins with that stands for something of which there is no SQL.
pub(super) const NO_SQL: &str = "-- ";

/// The statements of a revision, as its own Alembic renders them, or else as they were read; or why they are not known.
/// `before` is what the revisions before it do.
pub(super) async fn statements(
    session: &Session,
    files: &Files,
    (setting, before): (&Setting, &[RevisionFacts]),
    (id, facts): (&str, &RevisionFacts),
) -> Result<Result<Vec<Statement>, String>, Error> {
    let mut simulation = Simulation::new(setting.dialect, &setting.default_schema);
    before.iter().for_each(|facts| simulation.apply_all(&facts.tape.entries));
    let doubt = match rendered(session, files, (setting, simulation.schema), (id, facts)).await? {
        Ok(statements) => return Ok(Ok(statements)),
        Err(doubt) => doubt,
    };
    let Some(node) = files.graph.get(id) else { return Ok(Err(doubt)) };
    let bytes = history::read_source(&node.revision.path)?;
    let text = python::decode(&bytes).map(std::borrow::Cow::into_owned).unwrap_or_default();
    let file = node.revision.path.display();
    Ok(as_read(facts, &text, setting.dialect).map_err(|reason| format!("{doubt}; read by itself, {file}{reason}")))
}

/// As Alembic renders them, where that is the whole of the revision and agrees with what was read.
async fn rendered(
    session: &Session,
    files: &Files,
    (setting, before): (&Setting, Schema),
    (id, facts): (&str, &RevisionFacts),
) -> Result<Result<Vec<Statement>, String>, Error> {
    let answer = session.rendering(files, setting.dialect).await;
    let sql = match answer.of(id) {
        Ok(sql) => sql,
        Err(reason) => return Ok(Err(reason)),
    };
    if let Some(doubt) = sql.doubt() {
        return Ok(Err(doubt));
    }
    if sql.configuration.by == By::Bare {
        return Ok(Err("Alembic rendered it without env.py".to_owned()));
    }
    let mut each: Vec<(Option<u32>, String)> = Vec::new();
    for operation in sql.operations() {
        if operation.raised {
            return Ok(Err("an operation fails when it is rendered".to_owned()));
        }
        let texts = operation.sql.iter().map(|sql| sql.trim().trim_end_matches(';').trim_end());
        let texts = texts.filter(|sql| !sql.is_empty() && !is_of_the_transaction(sql));
        each.extend(texts.map(|sql| (operation.line, sql.to_owned())));
    }
    if each.iter().any(|(_, sql)| ends_the_transaction(sql)) {
        return Ok(Err("a statement ends its transaction itself".to_owned()));
    }
    let texts: Vec<String> = each.iter().map(|(_, sql)| sql.clone()).collect();
    let tapes = migration::read_statements(before.clone(), &texts, setting)?;
    let pairs = each.into_iter().zip(tapes);
    let statements: Vec<Statement> = pairs.map(|((line, sql), tape)| Statement { sql, line, tape }).collect();
    Ok(match contradiction(&statements, before, facts, setting) {
        None => Ok(statements),
        Some(subject) => Err(format!("reading and Alembic do not agree about {subject}")),
    })
}

/// The first table or column that one of the two says is there afterwards, and the other that it is not.
fn contradiction(statements: &[Statement], before: Schema, facts: &RevisionFacts, setting: &Setting) -> Option<String> {
    let mut simulation = Simulation::on(before, setting.dialect, &setting.default_schema);
    statements.iter().for_each(|statement| simulation.apply_all(&statement.tape.entries));
    let is_there = |subject: &Subject| match subject {
        Subject::Table(table, TableSubject::Itself) => Some(simulation.schema.tables.contains_key(table)),
        Subject::Table(table, TableSubject::Column(column)) => {
            Some(simulation.schema.tables.get(table).is_some_and(|table| table.column(column).is_some()))
        }
        _ => None,
    };
    let read = |now: &Option<Belief<State>>| match now {
        None => Some(false),
        Some(Belief::Known(_)) => Some(true),
        Some(Belief::Unknown) => None,
    };
    let differs = |(subject, now): &&(Subject, Option<Belief<State>>)| {
        is_there(subject).zip(read(now)).is_some_and(|(rendered, read)| rendered != read)
    };
    facts.changes.iter().find(differs).map(|(subject, _)| schema::evidence::name(subject))
}

/// As they were read, where each of them is certain and its SQL exact.
fn as_read(facts: &RevisionFacts, text: &str, dialect: Dialect) -> Result<Vec<Statement>, String> {
    let tape = &facts.tape;
    if tape.misread || tape.fails || tape.broken {
        return Err(" is not followed exactly".to_owned());
    }
    if let Some(unread) = tape.unread.iter().find(|unread| unread.kind != UnreadKind::Data) {
        return Err(format!(":{}: {unread}", unread.line));
    }
    let mut statements = Vec::new();
    for (operation, is_certain) in tape.operations() {
        let at = |reason: &str| format!(":{}: {reason}", operation.line);
        if !is_certain {
            return Err(at("a condition decides whether it is carried out"));
        }
        if operation.sql.is_none() {
            is_plain(text).map_err(|reason| at(&reason))?;
        }
        let mut all = written(operation, dialect).map_err(|reason| at(&reason.0))?;
        all.retain(|sql| !is_of_the_transaction(sql));
        if all.iter().any(|sql| ends_the_transaction(sql)) {
            return Err(at("it ends its transaction itself"));
        }
        // The first stands for all that the operation does.
        for (number, sql) in all.into_iter().enumerate() {
            let entries = if number == 0 { vec![Entry::Operation(operation.clone())] } else { Vec::new() };
            statements.push(Statement { sql, line: Some(operation.line), tape: Tape { entries, ..Tape::default() } });
        }
    }
    let lines = tape.data_lines.iter().copied();
    for line in lines {
        let at = statements.partition_point(|statement| statement.line.is_some_and(|other| other < line));
        statements.insert(at, without_sql(text, line));
    }
    if tape.data && tape.data_lines.is_empty() {
        statements.push(without_sql(text, 0));
    }
    Ok(statements)
}

/// Something that is done to rows, by the line of the file that does it.
fn without_sql(text: &str, line: u32) -> Statement {
    let shown = text.lines().nth((line as usize).saturating_sub(1)).unwrap_or_default();
    let tape = Tape { data: true, ..Tape::default() };
    Statement { sql: format!("{NO_SQL}{}", one_line(shown)), line: Some(line), tape }
}

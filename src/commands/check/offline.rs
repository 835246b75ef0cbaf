//! The files alone: what a pipeline can know before there is a database.

use super::report::{Entry, FilesLine, Report};
use crate::commands::evidence::History;
use crate::commands::files::Files;
use crate::error::Error;
use crate::findings::Kind;
use crate::help::Advice;
use crate::reconcile::{Goal, Severity, State, diagnose, unread_lines};
use history::{Problem, RevisionGraph};
use schema::Belief;
use schema::RevisionFacts;
use version_table::{ROOM, VersionRows};

/// Of files that form no graph.
pub(super) fn of_problems(problems: &[Problem]) -> Report {
    Report { findings: problems.iter().map(Entry::of_problem).collect(), ..Report::default() }
}

/// Of files that do.
pub(super) fn report(files: &Files) -> Result<Report, Error> {
    let graph = &files.graph;
    let nowhere = State::of_rows(VersionRows::NoTable, Vec::new());
    let forks = diagnose(graph, &Goal::heads(graph), &nowhere).into_iter().filter(|finding| !finding.is_position());
    // Where the files are all that there is, a fork is what stands in the way of the next deploy; separate branches are none.
    let forks = forks.map(|finding| match finding.severity() {
        Severity::Fine => Entry::of(&finding),
        _ => Entry { severity: Severity::Stop.name(), ..Entry::of(&finding) },
    });
    let mut findings: Vec<Entry> = forks.chain(long_ids(graph)).collect();
    findings.extend(unobservable(&History::offline(files)?, files));
    Ok(Report { files: Some(FilesLine::of(files)), findings, ..Report::default() })
}

fn long_ids(graph: &RevisionGraph) -> impl Iterator<Item = Entry> {
    let long = graph.iter().filter(|node| node.revision.id.chars().count() > ROOM);
    long.map(|node| {
        let (id, length) = (&node.revision.id, node.revision.id.chars().count());
        let entry = Entry {
            code: Kind::NARROW_VERSION_COLUMN.code,
            severity: Severity::Warning.name(),
            message: format!(
                "revision {id} has {length} characters, and version_num takes {ROOM} unless it is widened"
            ),
            facts: Vec::new(),
            help: "give it a shorter id, or let `levelhead run` widen the column".into(),
            path: None,
            line: None,
        };
        entry.in_file(&node.revision.path)
    })
}

/// Revisions of which no schema can show whether they have run.
fn unobservable(history: &History, files: &Files) -> Option<Entry> {
    let hidden = |effects: &RevisionFacts| {
        !effects.nothing && effects.changes.iter().all(|(_, state)| matches!(state, Some(Belief::Unknown)))
    };
    let hidden = history.ids.iter().zip(&history.effects).filter(|(_, effects)| hidden(effects));
    let facts: Vec<String> = hidden
        .map(|(id, effects)| {
            let message = files.graph.get(id).map(|node| node.revision.message()).unwrap_or_default();
            let unread = unread_lines(&files.graph, id, effects).into_iter().next();
            format!("{id} ({message}): {}", unread.unwrap_or_else(|| "it changes data only".to_owned()))
        })
        .collect();
    let have = if facts.len() == 1 { "has" } else { "have" };
    (!facts.is_empty()).then(|| Entry {
        code: "unobservable",
        severity: Severity::Fine.name(),
        message: format!("no schema can show whether {} of the revisions {have} run", facts.len()),
        facts,
        help: Advice::default(),
        path: None,
        line: None,
    })
}

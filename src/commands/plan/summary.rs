//! A plan in one line: what a log needs to say before an upgrade.

use std::collections::BTreeMap;

use foresight::{Level, Work, counted};

use super::foresee::{Foreseen, Judged};
use crate::prose;

/// `2 revisions: 1 table rewritten (orders, 1.2 M rows)`.
pub(in crate::commands) fn summary(revisions: &[Foreseen]) -> String {
    let head = prose::counted(revisions.len(), "revision");
    let parts: Vec<String> = [
        tables(revisions, "rewritten", |judged| matches!(judged.deed.work, Work::Rewrite)),
        tables(revisions, "copied", |judged| matches!(judged.deed.work, Work::Copy)),
        tables(revisions, "read from end to end", |judged| matches!(judged.deed.work, Work::Scan | Work::Index)),
        lost(revisions),
        unknown(revisions),
    ]
    .into_iter()
    .flatten()
    .collect();
    match parts.as_slice() {
        [] => format!("{head}: no table is rewritten or read from end to end"),
        parts => format!("{head}: {}", parts.join("; ")),
    }
}

/// The worst step, where there is danger: where, and why.
pub(in crate::commands) fn danger(revisions: &[Foreseen]) -> Option<String> {
    revisions.iter().find_map(|revision| {
        let dangerous = |judged: &&Judged| judged.verdict.level == Level::Danger;
        revision.steps.iter().find_map(|step| {
            let judged = step.deeds.iter().find(dangerous)?;
            let line = step.line.map(|line| format!(":{line}")).unwrap_or_default();
            let on = judged.deed.relation.as_ref().map(|table| format!(" ({table})")).unwrap_or_default();
            let (path, what, why) = (revision.path.display(), &judged.deed.what, &judged.verdict.reason);
            Some(format!("{what}{on}: {why} ({path}{line})"))
        })
    })
}

/// Whether its relation was there before the upgrade.
pub(super) fn is_there(judged: &Judged) -> bool {
    judged.deed.touches.iter().any(|touch| !touch.made_here && Some(&touch.relation) == judged.deed.relation.as_ref())
}

fn tables(revisions: &[Foreseen], what: &str, counts: impl Fn(&Judged) -> bool) -> Option<String> {
    let mut named: BTreeMap<&str, Option<u64>> = BTreeMap::new();
    for judged in revisions.iter().flat_map(Foreseen::deeds).filter(|judged| is_there(judged) && counts(judged)) {
        let table = judged.deed.relation.as_deref().unwrap_or_default();
        named.insert(table, judged.extent.rows);
    }
    let listed = named.iter().take(3).map(|(table, rows)| match rows {
        Some(rows) => format!("{table}, {}", counted(*rows)),
        None => (*table).to_owned(),
    });
    let listed: Vec<String> = listed.collect();
    let more = if named.len() > 3 { ", …" } else { "" };
    let tables = if named.len() == 1 { "table" } else { "tables" };
    (!named.is_empty()).then(|| format!("{} {tables} {what} ({}{more})", named.len(), listed.join("; ")))
}

/// What is lost, each with file and line.
pub(in crate::commands) fn losses(revisions: &[Foreseen]) -> Vec<String> {
    let mut losses = Vec::new();
    for revision in revisions {
        for step in &revision.steps {
            for judged in step.deeds.iter().filter(|judged| loses(judged)) {
                let Some(loss) = &judged.deed.loss else { continue };
                let column = loss.column.as_ref().map(|column| format!(".{column}")).unwrap_or_default();
                let rows = judged.extent.rows.map(|rows| format!(", about {}", counted(rows))).unwrap_or_default();
                let line = step.line.map(|line| format!(":{line}")).unwrap_or_default();
                let (what, path) = (&judged.deed.what, revision.path.display());
                losses.push(format!("{what} ({}{column}{rows}) at {path}{line}", loss.table));
            }
        }
    }
    losses
}

fn lost(revisions: &[Foreseen]) -> Option<String> {
    let lost = revisions.iter().flat_map(Foreseen::deeds).filter(|judged| loses(judged)).count();
    (lost > 0).then(|| format!("{lost} step{} data", if lost == 1 { " loses" } else { "s lose" }))
}

/// Whether something is lost that was there before.
pub(super) fn loses(judged: &Judged) -> bool {
    judged.deed.loss.is_some() && is_there(judged) && judged.extent.rows != Some(0)
}

fn unknown(revisions: &[Foreseen]) -> Option<String> {
    let steps = revisions.iter().flat_map(Foreseen::deeds);
    let unknown = steps.filter(|judged| judged.deed.unknown.is_some()).count();
    let unread: usize = revisions.iter().map(|revision| revision.unread.len()).sum();
    let number = unknown.max(unread);
    (number > 0).then(|| format!("{number} step{} not known", if number == 1 { " is" } else { "s are" }))
}

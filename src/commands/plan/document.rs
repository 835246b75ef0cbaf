//! A plan for scripts, for a page, and as annotations of GitHub's.

use std::fmt::Write;

use foresight::Level;
use serde_json::{Value, json};

use super::foresee::{Foreseen, Judged, Step};
use super::look::Outlook;
use super::summary::summary;
use super::text::{blocker_words, facts, size};
use crate::commands::check::annotation;

/// A forecast of files alone, as another report shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands) struct Forecast {
    /// In one line.
    pub(in crate::commands) summary: String,
    /// A line a step.
    pub(in crate::commands) text: String,
    /// As annotations.
    pub(in crate::commands) annotations: String,
    /// For scripts.
    pub(in crate::commands) revisions: Value,
}

impl Forecast {
    /// Of these revisions.
    pub(in crate::commands) fn of(revisions: &[Foreseen]) -> Self {
        Self {
            summary: summary(revisions),
            text: super::text::revisions(revisions),
            annotations: github(revisions),
            revisions: revisions.iter().map(revision).collect(),
        }
    }
}

/// The fields beside the version.
pub(super) fn document(outlook: &Outlook) -> Value {
    let level = outlook.revisions.iter().map(Foreseen::level).max();
    json!({
        "database": outlook.database,
        "server": outlook.server,
        "current": outlook.current,
        "changes": outlook.changes.iter().map(|(change, reason)| json!({ "change": change, "reason": reason })).collect::<Vec<_>>(),
        "obstacle": outlook.obstacle.as_ref().map(|obstacle| json!({ "code": obstacle.finding.code(), "message": obstacle.to_string() })),
        "revisions": outlook.revisions.iter().map(revision).collect::<Vec<_>>(),
        "verdict": level.map(Level::name),
        "summary": (!outlook.revisions.is_empty()).then(|| summary(&outlook.revisions)),
    })
}

fn revision(revision: &Foreseen) -> Value {
    json!({
        "id": revision.id,
        "message": revision.message,
        "path": revision.path,
        "verdict": revision.level().name(),
        "steps": revision.steps.iter().map(step).collect::<Vec<_>>(),
        "unread": revision.unread.iter().map(|(line, what)| json!({ "line": line, "what": what })).collect::<Vec<_>>(),
        "not_rendered": revision.not_rendered,
    })
}

fn step(step: &Step) -> Value {
    json!({
        "line": step.line,
        "sql": step.sql,
        "guard": step.guard,
        "actions": step.deeds.iter().map(action).collect::<Vec<_>>(),
    })
}

fn action(judged: &Judged) -> Value {
    let deed = &judged.deed;
    json!({
        "what": deed.what,
        "relation": deed.relation,
        "locks": deed.touches,
        "work": deed.work,
        "rows": judged.extent.rows,
        "bytes": judged.extent.bytes,
        "loss": deed.loss,
        "data": deed.question.as_ref().map(|question| json!({
            "query": question.select(),
            "answer": judged.answer,
        })),
        "blockers": judged.blockers,
        "unknown": deed.unknown,
        "note": deed.remark,
        "verdict": judged.verdict.level,
        "reason": judged.verdict.reason,
        "better": judged.verdict.better,
        "source": deed.source,
    })
}

/// For a pull request or a page.
pub(super) fn markdown(outlook: &Outlook) -> String {
    let mut text = String::from("# levelhead plan\n\n");
    for (name, value) in [("database", &outlook.database), ("server", &outlook.server)] {
        if let Some(value) = value {
            let _ = writeln!(text, "- **{name}**: {}", escaped(value));
        }
    }
    for (change, reason) in &outlook.changes {
        let _ = writeln!(text, "- **first**: {}", escaped(&format!("{change}: {reason}")));
    }
    if let Some(obstacle) = &outlook.obstacle {
        let _ = writeln!(text, "- **run stops**: {}", escaped(&obstacle.to_string()));
    }
    if !outlook.revisions.is_empty() {
        let _ = writeln!(text, "- **plan**: {}", escaped(&summary(&outlook.revisions)));
    }
    for revision in &outlook.revisions {
        let _ = writeln!(text, "\n## {} {}\n", escaped(&revision.id), escaped(&revision.message));
        let _ = writeln!(text, "`{}`\n\n| Line | Verdict | Step |\n|---|---|---|", revision.path.display());
        for step in &revision.steps {
            for judged in &step.deeds {
                let on = judged.deed.relation.as_ref().map(|table| format!(" ({table}{})", size(judged)));
                let said = format!("{}{}: {}", judged.deed.what, on.unwrap_or_default(), judged.verdict.reason);
                let facts: String = facts(step, judged).iter().map(|fact| format!("<br>{}", cell(fact))).collect();
                let line = step.line.map(|line| line.to_string()).unwrap_or_default();
                let _ = writeln!(text, "| {line} | {} | {}{facts} |", judged.verdict.level.name(), cell(&said));
            }
        }
        for (line, what) in &revision.unread {
            let _ = writeln!(text, "| {line} | unknown | {} |", cell(&format!("not read: {what}")));
        }
    }
    text
}

/// What Markdown would take for markup.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('*', "\\*").replace('_', "\\_").replace('<', "&lt;")
}

/// Text inside a cell of a table.
fn cell(text: &str) -> String {
    escaped(text).replace('|', "\\|").replace('\n', " ")
}

/// Annotations, one a step that is not safe.
pub(super) fn github(revisions: &[Foreseen]) -> String {
    let mut text = String::new();
    for revision in revisions {
        for step in &revision.steps {
            for judged in step.deeds.iter().filter(|judged| judged.verdict.level != Level::Safe) {
                let level = match judged.verdict.level {
                    Level::Danger => "error",
                    Level::Caution => "warning",
                    Level::Unknown | Level::Safe => "notice",
                };
                let on = judged.deed.relation.as_ref().map(|table| format!(" ({table})")).unwrap_or_default();
                let mut said = format!("{}{on}: {}", judged.deed.what, judged.verdict.reason);
                if let Some(better) = judged.verdict.better {
                    let _ = write!(said, "\nbetter: {better}");
                }
                for blocker in &judged.blockers {
                    let _ = write!(said, "\nwaits for: {}", blocker_words(blocker));
                }
                let title = format!("levelhead plan: {}", judged.verdict.level.name());
                text += &annotation(level, Some(&revision.path), step.line.map(|line| line as usize), &title, &said);
            }
        }
        for (line, what) in &revision.unread {
            let said = format!("not read: {what}");
            text += &annotation("notice", Some(&revision.path), Some(*line as usize), "levelhead plan: unknown", &said);
        }
    }
    text
}

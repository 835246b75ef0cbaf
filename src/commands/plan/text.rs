//! A plan for a person.

use std::collections::BTreeSet;
use std::fmt::Write;

use foresight::{Answered, Level, Touch, Work, counted};

use super::foresee::{Foreseen, Judged, Step};
use super::look::Outlook;
use super::summary::{is_there, summary};
use crate::prose::paragraph;
use crate::reconcile::list;
use database::survey::HeldLock;

const INDENT: &str = "                ";
/// Before the one who is in the way.
const WAITS: &str = "waits for: ";

/// The whole plan.
pub(super) fn text(outlook: &Outlook, sql: bool, coloured: bool) -> String {
    let mut text = String::new();
    for (name, value) in [("database", &outlook.database), ("server", &outlook.server)] {
        if let Some(value) = value {
            text += &format!("{name:<10}{value}\n");
        }
    }
    if outlook.database.is_some() {
        let none = "none".to_owned();
        let current = if outlook.current.is_empty() { none } else { list(&outlook.current) };
        text += &format!("{:<10}{current}\n", "current");
    }
    for (change, reason) in &outlook.changes {
        text += &paragraph(&format!("{change}: {reason}"), &format!("{:<10}", "first"), "          ");
    }
    if let Some(obstacle) = &outlook.obstacle {
        text += &paragraph(&format!("run stops: {obstacle}"), &format!("{:<10}", "plan"), "          ");
        return text;
    }
    if outlook.revisions.is_empty() {
        return text + &format!("{:<10}no revision is pending\n", "plan");
    }
    let mut met = BTreeSet::new();
    for revision in &outlook.revisions {
        text += &revision_text(revision, sql, coloured, &mut met);
    }
    text += "\n";
    text += &paragraph(&summary(&outlook.revisions), "plan      ", "          ");
    text
}

/// What revisions do, without colours and without their SQL.
pub(super) fn revisions(revisions: &[Foreseen]) -> String {
    let mut met = BTreeSet::new();
    revisions.iter().map(|revision| revision_text(revision, false, false, &mut met)).collect()
}

fn revision_text(revision: &Foreseen, sql: bool, coloured: bool, met: &mut BTreeSet<String>) -> String {
    let mut text = format!("\nrevision {}: {}\n  --> {}\n", revision.id, revision.message, revision.path.display());
    for step in &revision.steps {
        for (number, judged) in step.deeds.iter().enumerate() {
            text += &deed_text(step, judged, number == 0, coloured, met);
        }
        if sql {
            text += &sql_text(revision, step);
        }
    }
    for (line, what) in &revision.unread {
        let words = format!("not read: {what} ({}:{line})", revision.path.display());
        text += &paragraph(&words, &format!("{line:>6}  {}", word(Level::Unknown, coloured)), INDENT);
    }
    if let Some(why) = &revision.not_rendered {
        text += &paragraph(&format!("note: its SQL is not Alembic's: {why}"), "        ", INDENT);
    }
    if revision.steps.is_empty() && revision.unread.is_empty() {
        text += "        nothing that a database would notice\n";
    }
    text
}

/// The verdict's word, as wide as the longest, with its colour.
fn word(level: Level, coloured: bool) -> String {
    let word = format!("{:<8}", level.name());
    let colour = match level {
        Level::Safe => "32",
        Level::Unknown | Level::Caution => "33",
        Level::Danger => "31",
    };
    if coloured { format!("\u{1b}[{colour}m{word}\u{1b}[0m") } else { word }
}

fn deed_text(step: &Step, judged: &Judged, first: bool, coloured: bool, met: &mut BTreeSet<String>) -> String {
    let deed = &judged.deed;
    let line = step.line.filter(|_| first).map(|line| line.to_string()).unwrap_or_default();
    let on = deed.relation.as_ref().map(|table| format!(" ({table}{})", size(judged))).unwrap_or_default();
    // Colours have no width of their own.
    let head = paragraph(
        &format!("{}{on}: {}", deed.what, judged.verdict.reason),
        &format!("{line:>6}  {:<8}", judged.verdict.level.name()),
        INDENT,
    );
    let mut text = match coloured {
        true => head.replacen(judged.verdict.level.name(), word(judged.verdict.level, true).trim_end(), 1),
        false => head,
    };
    // Who is in the way is named where they are met first.
    for fact in facts(step, judged).into_iter().filter(|fact| !fact.starts_with(WAITS) || met.insert(fact.clone())) {
        text += &paragraph(&fact, INDENT, &format!("{INDENT}  "));
    }
    text
}

/// What stands below a verdict, a line each.
pub(super) fn facts(step: &Step, judged: &Judged) -> Vec<String> {
    let deed = &judged.deed;
    let mut facts = Vec::new();
    let locks: Vec<String> = deed.touches.iter().filter(|touch| !touch.made_here).filter_map(lock).collect();
    if !locks.is_empty() {
        facts.push(format!("locks: {}", locks.join(", ")));
    }
    match deed.work {
        Work::Rewrite if !deed.touches.iter().any(|touch| touch.made_here) => {
            facts.push("work: the table and its indexes are written anew".to_owned());
        }
        _ => {}
    }
    if let (Some(Answered::Broken(_)), Some(question)) = (&judged.answer, &deed.question) {
        facts.push(format!("rows: {}", question.select()));
    }
    let dependants = deed.loss.iter().flat_map(|loss| &loss.dependants);
    let dependants: Vec<&str> = dependants.map(String::as_str).collect();
    if !dependants.is_empty() {
        facts.push(format!("depends on it: {}", dependants.join(", ")));
    }
    facts.extend(judged.blockers.iter().map(|blocker| format!("{WAITS}{}", blocker_words(blocker))));
    facts.extend(step.guard.iter().map(|guard| format!("note: {guard}")));
    facts.extend(deed.remark.iter().map(|remark| format!("note: {remark}")));
    facts.extend(judged.verdict.better.iter().map(|better| format!("better: {better}")));
    facts
}

fn lock(touch: &Touch) -> Option<String> {
    Some(format!("{} on {}", touch.mode?, touch.relation))
}

/// Rows and bytes, which are the catalogue's estimates.
pub(super) fn size(judged: &Judged) -> String {
    let rows = judged.extent.rows.map(|rows| format!("about {}", counted(rows)));
    let bytes = judged.extent.bytes.map(bytes);
    match (is_there(judged), rows, bytes) {
        (false, ..) | (_, None, None) => String::new(),
        (_, rows, bytes) => format!(", {}", rows.into_iter().chain(bytes).collect::<Vec<_>>().join(", ")),
    }
}

fn bytes(bytes: u64) -> String {
    #[allow(clippy::cast_precision_loss)]
    let scaled = |unit: u32| bytes as f64 / f64::from(unit);
    match bytes {
        0..=1_048_575 => format!("{} kB", bytes / 1024),
        1_048_576..=1_073_741_823 => format!("{:.0} MB", scaled(1 << 20)),
        _ => format!("{:.1} GB", scaled(1 << 30)),
    }
}

/// Who holds a lock, since when, and what they do.
pub(super) fn blocker_words(held: &HeldLock) -> String {
    let mut parts = Vec::new();
    match held.pid {
        Some(pid) => parts.push(format!("pid {pid}")),
        None => parts.push("a prepared transaction".to_owned()),
    }
    parts.extend(held.user.clone());
    parts.extend(held.application.clone());
    if held.wraparound {
        parts.push("autovacuum to prevent wraparound, which does not give way".to_owned());
    }
    let since = held.seconds.map(|seconds| format!(" for {seconds} s")).unwrap_or_default();
    parts.extend(held.state.as_ref().filter(|state| *state != "prepared").map(|state| format!("{state}{since}")));
    let mode = foresight::LockMode::named(&held.mode).map_or(held.mode.as_str(), |mode| mode.name());
    parts.push(format!("holds {mode} on {}", held.table));
    parts.join(", ") + &held.query.as_ref().map(|query| format!(": {query}")).unwrap_or_default()
}

fn sql_text(revision: &Foreseen, step: &Step) -> String {
    let mut text = String::new();
    match &step.sql {
        Some(sql) => {
            for line in sql.iter().flat_map(|sql| sql.lines()) {
                let _ = writeln!(text, "{}", format!("{INDENT}| {}", line.trim_end()).trim_end());
            }
        }
        None => {
            let line = step.line.map(|line| format!(":{line}")).unwrap_or_default();
            let _ = writeln!(text, "{INDENT}| not known: {}{line}", revision.path.display());
        }
    }
    text
}

//! A report for people: text of 80 columns, Markdown, or annotations of GitHub's.

use std::fmt::Write;
use std::path::Path;

use super::report::{AgainstLine, Entry, Report};
use crate::prose::{advice, counted, paragraph};
use crate::reconcile::{Severity, list};

/// Facts that are shown of one finding; JSON has them all.
const SHOWN: usize = 6;

/// For a terminal or a log. `coloured`: on a terminal that may be shown colour.
pub(super) fn text(report: &Report, coloured: bool) -> String {
    let mut text = String::new();
    for (name, value) in header(report) {
        text += &paragraph(&value, &format!("{name:<10}"), &" ".repeat(10));
    }
    for entry in &report.findings {
        text += "\n";
        let word = format!("{}[{}]", word(entry.severity), entry.code);
        let lines = paragraph(&format!("{word}: {}", entry.message), "", "  ");
        text += &match coloured {
            true => lines.replacen(&word, &format!("\u{1b}[{}m{word}\u{1b}[0m", colour(entry.severity)), 1),
            false => lines,
        };
        for fact in entry.facts_to_list().take(SHOWN) {
            text += &paragraph(fact, "  - ", "    ");
        }
        if let Some(more) = entry.facts_to_list().count().checked_sub(SHOWN).filter(|more| *more > 0) {
            let _ = writeln!(text, "    and {more} more");
        }
        text += &advice(&entry.help, "");
    }
    if let Some(forecast) = &report.foreseen {
        text += &forecast.text;
        text += "\n";
        text += &paragraph(&forecast.summary, "plan      ", INDENT);
    }
    if let Some(plan) = plan(report) {
        text += "\n";
        text += &paragraph(&plan, "plan      ", INDENT);
    }
    text
}

const INDENT: &str = "          ";

/// A severity as a message begins with it.
fn word(severity: &'static str) -> &'static str {
    if severity == Severity::Stop.name() { Severity::Stop.word() } else { severity }
}

/// The number of a severity's colour in a terminal's escape sequence.
fn colour(severity: &str) -> &'static str {
    match severity {
        "fine" | "pending" => "32",
        "warning" | "repair" => "33",
        _ => "31",
    }
}

/// What was found before a repair, and the heading of what follows.
pub(super) fn text_before(report: &Report, coloured: bool) -> String {
    format!("before the repair\n\n{}\nafter the repair\n\n", text(report, coloured))
}

/// For an issue or a page.
pub(super) fn markdown(report: &Report, title: &str) -> String {
    let mut text = format!("# {title}\n\n");
    for (name, value) in header(report) {
        let _ = writeln!(text, "- **{name}**: {}", escaped(&value));
    }
    for entry in &report.findings {
        let _ = writeln!(text, "\n## {} ({})\n\n{}\n", entry.code, entry.severity, escaped(&entry.message));
        for fact in entry.facts_to_list() {
            let _ = writeln!(text, "- {}", escaped(fact));
        }
        let gap = if entry.facts_to_list().next().is_none() { "" } else { "\n" };
        let steps: Vec<String> = entry.help.lines().map(|line| format!("- {}\n", escaped(&line))).collect();
        if !steps.is_empty() {
            let _ = write!(text, "{gap}{}", steps.concat());
        }
    }
    if let Some(plan) = plan(report) {
        let _ = writeln!(text, "\n## Plan of `levelhead run`\n\n{}", escaped(&plan));
    }
    text
}

/// Annotations, one a finding that is not fine: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.
pub(super) fn github(report: &Report) -> String {
    let mut text = String::new();
    for entry in &report.findings {
        let level = match entry.severity {
            "stop" | "repair" => "error",
            "warning" | "pending" => "warning",
            _ => "notice",
        };
        let message = format!("{}\n{}", entry.message, entry.help);
        text += &annotation(
            level,
            entry.path.as_deref(),
            entry.line,
            &format!("levelhead {}", entry.code),
            message.trim_end(),
        );
    }
    text + report.foreseen.as_ref().map_or("", |forecast| &forecast.annotations)
}

/// One annotation, at a line of a file where there is one.
pub(in crate::commands) fn annotation(
    level: &str,
    path: Option<&Path>,
    line: Option<usize>,
    title: &str,
    message: &str,
) -> String {
    let place = path.map(|path| format!("file={},", property(&in_repository(path).to_string_lossy())));
    let line = line.map(|line| format!("line={line},"));
    let (place, line) = (place.unwrap_or_default(), line.unwrap_or_default());
    format!("::{level} {place}{line}title={}::{}\n", property(title), data(message))
}

fn header(report: &Report) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(database) = &report.database {
        lines.push(("database", database.url.clone()));
        lines.push(("server", database.server.clone()));
    }
    if let Some(files) = &report.files {
        let heads = if files.heads.len() == 1 { "head" } else { "heads" };
        let (folder, count) = (files.script_location.display(), counted(files.revisions, "revision"));
        lines.push(("files", format!("{folder}: {count}, {heads} {}", list(&files.heads))));
    }
    if let Some(AgainstLine { name, commit, subject, files }) = &report.against {
        let commit = commit.get(..10).unwrap_or(commit);
        lines.push(("against", format!("{name} ({commit}, {subject}): it changes {}", counted(*files, "file"))));
    }
    if report.database.is_some() {
        lines.push((
            "rows",
            match &report.rows {
                None => "no version table".to_owned(),
                Some(rows) => list(rows),
            },
        ));
    }
    if let Some(schema) = &report.schema {
        lines.push(("schema", schema.clone()));
    }
    lines
}

fn plan(report: &Report) -> Option<String> {
    let plan = report.plan.as_ref()?;
    Some(match (&plan.obstacle, plan.steps.as_slice()) {
        (Some(obstacle), _) => format!("stop: {obstacle}"),
        (None, []) => match &plan.obstacle_if_verified {
            None => "starting the application at once".to_owned(),
            Some(obstacle) => format!(
                "starting the application at once: the rows are at head, and the schema is not looked at; \
                 LEVELHEAD_VERIFY=always makes it stop: {obstacle}"
            ),
        },
        (None, steps) => format!("{}, then starting the application", steps.join(", then ")),
    })
}

impl Entry {
    /// Those that the message does not hold.
    fn facts_to_list(&self) -> impl Iterator<Item = &String> {
        self.facts.iter().filter(|fact| !self.message.contains(fact.as_str()))
    }
}

/// What Markdown would take for markup.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('*', "\\*").replace('_', "\\_").replace('<', "&lt;")
}

/// The file as the repository has it: GitHub finds no other.
fn in_repository(path: &Path) -> &Path {
    let root = path.ancestors().find(|folder| folder.join(".git").exists());
    root.and_then(|root| path.strip_prefix(root).ok()).unwrap_or(path)
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

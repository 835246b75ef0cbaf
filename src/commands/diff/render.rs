//! What `diff` has found, as text, Markdown, JSON and SQL.

use serde_json::{Value, json};

use super::super::cure::{Departure, Departures};
use super::super::files::Files;
use super::super::output::print_json;
use crate::error::Error;
use crate::reconcile::list;
use ::cure::{Amending, Amendment};

impl Departure {
    /// The file, with the line where it is known.
    fn at(&self) -> Option<String> {
        let (path, line) = self.place.as_ref()?;
        Some(line.map_or_else(|| path.clone(), |line| format!("{path}:{line}")))
    }
}

/// Lines for a person.
pub(super) fn text(departures: &Departures) -> String {
    let mut text = String::new();
    for departure in &departures.found {
        let at = departure.at().map(|at| format!(" ({at})")).unwrap_or_default();
        text += &format!("{:<13}{}{at}\n", departure.kind, departure.text);
    }
    for (kind, lines) in apart(departures) {
        lines.iter().for_each(|line| text += &format!("{kind:<13}{line}\n"));
    }
    text + &summary(departures) + "\n"
}

/// What is no difference.
fn apart(departures: &Departures) -> [(&'static str, &Vec<String>); 3] {
    [("undecided", &departures.undecided), ("unread", &departures.unread), ("other", &departures.others)]
}

fn summary(departures: &Departures) -> String {
    let at = list(&departures.revisions);
    match departures.found.len() {
        0 => format!("no differences from {at}"),
        1 => format!("1 difference from {at}"),
        count => format!("{count} differences from {at}"),
    }
}

/// A table for a comment.
pub(super) fn markdown(departures: &Departures) -> String {
    let cell = |text: &str| text.replace('|', "\\|");
    let mut text = format!("**{}**\n", summary(departures));
    if !departures.found.is_empty() {
        text += "\n| | Difference | Revision | File |\n|---|---|---|---|\n";
    }
    for departure in &departures.found {
        let revision = departure.revision.as_deref().map(|id| format!("`{id}`")).unwrap_or_default();
        let at = departure.at().map(|at| format!("`{at}`")).unwrap_or_default();
        text += &format!("| {} | {} | {revision} | {at} |\n", departure.kind, cell(&departure.text));
    }
    for (kind, lines) in apart(departures).into_iter().filter(|(_, lines)| !lines.is_empty()) {
        text += &format!("\n{kind}:\n\n");
        lines.iter().for_each(|line| text += &format!("- {line}\n"));
    }
    text
}

/// One document.
pub(super) fn json(departures: &Departures) -> Result<(), Error> {
    let one = |departure: &Departure| -> Value {
        let (path, line) = match &departure.place {
            Some((path, line)) => (Some(path), *line),
            None => (None, None),
        };
        json!({
            "kind": departure.kind,
            "subject": departure.subject,
            "text": departure.text,
            "revision": departure.revision,
            "path": path,
            "line": line,
        })
    };
    print_json(json!({
        "revisions": departures.revisions,
        "differences": departures.found.iter().map(one).collect::<Vec<_>>(),
        "undecided": departures.undecided,
        "unread": departures.unread,
        "others": departures.others,
    }))
}

/// The statements, each under where it comes from, in one transaction where each can be in one.
pub(super) fn sql(files: &Files, departures: &Departures, amendment: &Amendment, left: &[String]) -> String {
    let mut text = format!("-- {}\n", summary(departures));
    let is_one = !amendment.statements.iter().any(|amending| ::cure::is_apart(&amending.sql));
    let transaction = is_one && !amendment.statements.is_empty();
    if transaction {
        text += "BEGIN;\n";
    }
    let origin = |amending: &Amending| departures.origin(files, amending.revision, amending.line);
    for amending in &amendment.statements {
        text += &format!("-- {}\n{};\n", origin(amending), amending.sql);
    }
    if transaction {
        text += "COMMIT;\n";
    }
    for amending in &amendment.withheld {
        let sql = amending.sql.replace('\n', "\n-- ");
        text += &format!("-- only with --with-drops, {}:\n-- {sql};\n", origin(amending));
    }
    left.iter().for_each(|left| text += &format!("-- {}\n", left.replace('\n', " ")));
    text
}

//! `show --sql`: what Alembic has rendered of a revision, or why it has not.

use serde_json::{Value, json};

use super::super::render::Answer;

/// As JSON: with `operations`, or with `failure` alone.
pub(super) fn in_json(answer: &Answer, id: &str) -> Value {
    match answer.of(id) {
        Ok(revision) => json!({
            "configuration": revision.configuration.by,
            "operations": revision.operations(),
            "questions": revision.questions(),
            "failure": revision.failure(),
            "whole": revision.is_whole(),
        }),
        Err(reason) => json!({ "failure": reason, "whole": false }),
    }
}

/// Each statement under the line that prints it.
pub(super) fn in_text(answer: &Answer, id: &str) -> String {
    let revision = match answer.of(id) {
        Ok(revision) => revision,
        Err(reason) => return format!("        could not be rendered: {reason}\n"),
    };
    let mut text = format!("        SQL, {}:\n", revision.by());
    for operation in revision.operations() {
        let line = operation.line.map(|line| line.to_string()).unwrap_or_default();
        for (number, sql) in operation.sql.iter().flat_map(|sql| sql.lines()).enumerate() {
            let line = if number == 0 { line.as_str() } else { "" };
            text += format!("{line:>6}  {sql}").trim_end();
            text += "\n";
        }
    }
    match revision.doubt() {
        Some(doubt) => text += &format!("        {doubt}\n"),
        None if revision.operations().is_empty() => text += "        no SQL\n",
        None => {}
    }
    text
}

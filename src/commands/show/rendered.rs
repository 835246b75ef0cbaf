//! `show --sql`: what Alembic has rendered of a revision, or why it has not.

use serde_json::{Value, json};

use super::super::render::NotRendered;
use rendering::{Asked, By, Configuration, Failure, Question, Rendered, Rendering};

type Outcome = Result<Rendering, NotRendered>;

fn found<'a>(outcome: &'a Outcome, id: &str) -> Result<(&'a Configuration, &'a Rendered), String> {
    let rendering = outcome.as_ref().map_err(ToString::to_string)?;
    rendering.revision(id).ok_or_else(|| "Alembic did not come to it".to_owned())
}

/// As JSON: with `operations`, or with `failure` alone.
pub(super) fn in_json(outcome: &Outcome, id: &str) -> Value {
    match found(outcome, id) {
        Ok((configuration, revision)) => json!({
            "configuration": configuration.by,
            "operations": revision.operations,
            "questions": revision.questions,
            "failure": revision.failure.as_ref().map(failed),
            "whole": revision.is_whole(),
        }),
        Err(reason) => json!({ "failure": reason, "whole": false }),
    }
}

/// Each statement under the line that prints it.
pub(super) fn in_text(outcome: &Outcome, id: &str) -> String {
    let (configuration, revision) = match found(outcome, id) {
        Ok(found) => found,
        Err(reason) => return format!("        could not be rendered: {reason}\n"),
    };
    let mut text = String::new();
    if let Ok(rendering) = outcome {
        let alembic = &rendering.versions.alembic;
        text += &format!("        SQL, rendered by Alembic {alembic} {}:\n", by(configuration));
    }
    for operation in &revision.operations {
        let line = operation.line.map(|line| line.to_string()).unwrap_or_default();
        for (number, sql) in operation.sql.iter().flat_map(|sql| sql.lines()).enumerate() {
            let line = if number == 0 { line.as_str() } else { "" };
            text += format!("{line:>6}  {sql}").trim_end();
            text += "\n";
        }
    }
    match (&revision.failure, revision.questions.first()) {
        (Some(failure), _) => text += &format!("        could not be rendered: {}\n", failed(failure)),
        (None, Some(question)) => text += &format!("        not certain: {}\n", asked(question)),
        (None, None) if revision.operations.is_empty() => text += "        no SQL\n",
        (None, None) => {}
    }
    text
}

fn by(configuration: &Configuration) -> &'static str {
    match configuration.by {
        By::EnvPy | By::EnvPyOnline => "with the configuration of env.py",
        By::Captured => "with what env.py had configured before it failed",
        By::Bare => "without env.py; names that a convention gives are missing",
    }
}

fn failed(failure: &Failure) -> String {
    let line = failure.line.map(|line| format!("line {line}: ")).unwrap_or_default();
    match failure.class.as_str() {
        "NoDatabase" | "Late" | "Ended" | "Exits" => format!("{line}{}", failure.message),
        class if failure.message.is_empty() => format!("{line}{class}"),
        class => format!("{line}{class}: {}", failure.message),
    }
}

fn asked(question: &Question) -> String {
    let what = match question.what {
        Asked::Rows => "reads rows",
        Asked::Schema => "inspects the schema",
        Asked::Connection => "opens a connection of its own",
        Asked::Offline => "asks whether SQL is only printed",
    };
    let line = question.line.map(|line| format!("line {line} ")).unwrap_or_default();
    format!("{line}{what}; an upgrade may take another way")
}

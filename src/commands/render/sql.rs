//! The SQL of one revision, operation by operation, and what is to be said of it.

use super::Answer;
use rendering::{Asked, By, Configuration, Failure, Question, Rendered, RenderedOperation, Versions};

/// What Alembic has rendered of one revision.
pub(in crate::commands) struct RevisionSql<'a> {
    /// Under which configuration.
    pub(in crate::commands) configuration: &'a Configuration,
    revision: &'a Rendered,
    versions: &'a Versions,
}

impl Answer {
    /// The SQL of a revision, or why there is none.
    pub(in crate::commands) fn of(&self, id: &str) -> Result<RevisionSql<'_>, String> {
        let rendering = self.outcome.as_ref().map_err(ToString::to_string)?;
        let found = rendering.revision(id).ok_or_else(|| "Alembic did not come to it".to_owned());
        found.map(|(configuration, revision)| RevisionSql { configuration, revision, versions: &rendering.versions })
    }
}

impl RevisionSql<'_> {
    /// Each operation with its line and its statements, as far as the revision was run.
    pub(in crate::commands) fn operations(&self) -> &[RenderedOperation] {
        &self.revision.operations
    }

    /// Whether this is all that it does, and no answer was made up for it.
    pub(in crate::commands) fn is_whole(&self) -> bool {
        self.revision.is_whole()
    }

    /// Where it failed: there is no SQL of what comes after.
    pub(in crate::commands) fn failure(&self) -> Option<String> {
        self.revision.failure.as_ref().map(failed)
    }

    /// What it has asked that only its database could answer.
    pub(in crate::commands) fn questions(&self) -> &[Question] {
        &self.revision.questions
    }

    /// Why this may not be what an upgrade carries out; `None` where it is.
    pub(in crate::commands) fn doubt(&self) -> Option<String> {
        match (self.failure(), self.questions().first()) {
            (Some(failure), _) => Some(format!("could not be rendered: {failure}")),
            (None, Some(question)) => Some(format!("not certain: {}", asked(question))),
            (None, None) => None,
        }
    }

    /// Who has rendered it, in words.
    pub(in crate::commands) fn by(&self) -> String {
        let with = match self.configuration.by {
            By::EnvPy | By::EnvPyOnline => "with the configuration of env.py",
            By::Captured => "with what env.py had configured before it failed",
            By::Bare => "without env.py; names that a convention gives are missing",
        };
        format!("rendered by Alembic {} {with}", self.versions.alembic)
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
        Asked::Environment => "reads a variable of the environment",
    };
    let line = question.line.map(|line| format!("line {line} ")).unwrap_or_default();
    format!("{line}{what}; an upgrade may take another way")
}

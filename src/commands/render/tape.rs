//! What Alembic has rendered, as the reading takes it.

use super::Answer;
use migration::Rendered;
use rendering::{By, Configuration};

impl Answer {
    /// Whether there is anything to hold the reading against.
    pub(in crate::commands) fn is_any(&self) -> bool {
        self.outcome.is_ok()
    }

    /// What of a revision an upgrade does for certain; `None` where Alembic did not come to it, or where env.py has it do one
    /// thing to one database and another to the next.
    pub(in crate::commands) fn for_reading(&self, id: &str) -> Option<Rendered> {
        let runs = &self.outcome.as_ref().ok()?.runs;
        let of_id = |(configuration, revisions): &'_ (Configuration, Vec<rendering::Rendered>)| {
            let revision = revisions.iter().find(|revision| revision.id == id)?;
            Some(as_read(configuration, revision))
        };
        let mut all = runs.iter().filter_map(of_id);
        let first = all.next()?;
        all.all(|other| other == first).then_some(first)
    }
}

fn as_read(configuration: &Configuration, revision: &rendering::Rendered) -> Rendered {
    // What comes after a question may rest on its answer.
    let sure = revision.operations.iter().take_while(|operation| !operation.after_question && !operation.raised);
    let operations: Vec<_> = sure
        .map(|operation| migration::RenderedOperation {
            line: operation.line.unwrap_or_default(),
            statements: operation.sql.iter().map(|sql| sql.as_str().into()).collect(),
            looks_first: operation.looks_first,
        })
        .collect();
    let whole = revision.is_whole() && operations.len() == revision.operations.len();
    Rendered { operations, whole, named: configuration.by != By::Bare }
}

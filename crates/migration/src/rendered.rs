//! A revision as Alembic itself has rendered it, read as a tape, and merged with what is read of its file.

use std::sync::Arc;

use super::merging::{Printed, merge};
use super::{Interpreter, Script};
use schema::Tape;

/// A revision's `upgrade()` as Alembic has rendered it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Its operations in order, as far as nothing was asked that only a database can answer.
    pub operations: Vec<RenderedOperation>,
    /// Whether these are all of them.
    pub whole: bool,
    /// Whether names are those of an upgrade: they were rendered under the configuration of `env.py`.
    pub named: bool,
}

/// What one operation prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedOperation {
    /// The line of the revision's file that leads to it.
    pub line: u32,
    /// Its statements.
    pub statements: Vec<Arc<str>>,
    /// An upgrade looks first whether it has to be done.
    pub looks_first: bool,
}

impl Interpreter<'_> {
    /// The tape of one revision. Where Alembic has rendered it, too, each is read on the schema so far, and what they come to
    /// together is part of it then.
    pub(super) fn revision_with(&mut self, script: &Script, rendered: Option<&Rendered>) -> Tape {
        let Some(rendered) = rendered else { return self.revision(script) };
        let read = self.aside(|this| this.body_of(script, "upgrade"));
        let mut groups = Vec::new();
        let printed = self.aside(|this| {
            this.begin_script(script);
            groups = rendered.operations.iter().map(|operation| this.printed(operation)).collect();
            Tape::default()
        });
        let printed = Printed { tape: printed, groups, whole: rendered.whole, named: rendered.named };
        let merged = merge(&read, &printed);
        self.recorder.simulation.apply_all(&merged.entries);
        self.recorder.finish();
        merged
    }

    /// Reads what one operation prints; answers how many entries it makes.
    fn printed(&mut self, operation: &RenderedOperation) -> usize {
        let before = self.recorder.length();
        self.at = self.lines.end_of(operation.line);
        let guarded = u32::from(operation.looks_first);
        self.recorder.guarded += guarded;
        self.recorder.guard = Some(operation.line);
        operation.statements.iter().for_each(|statement| self.statements_as_they_are(statement));
        self.recorder.guarded -= guarded;
        self.recorder.guard = None;
        self.recorder.length() - before
    }
}

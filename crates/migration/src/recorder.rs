//! Writes the tape of one revision, and keeps the schema that its operations lead to, which guards ask about.

use std::sync::Arc;

use super::Interpreter;
use schema::operation::{Certainty, ColumnChange, ColumnSpec, ConstraintSpec, Manner, Operation, OperationKind, Reach};
use schema::operation::{TablePart, TableSpec};
use schema::simulation::{Outcome, Simulation};
use schema::{Dialect, Entry, Subject};

/// The tape that is written, beside the schema so far.
pub(super) struct Recorder {
    /// The schema as it is after what has been recorded, here and in the revisions before.
    pub(super) simulation: Simulation,
    entries: Vec<Entry>,
    /// The entries that were under way when something was tried.
    outer: Vec<Vec<Entry>>,
    /// How many of those are there although nothing is tried within the revision: it is tried as a whole.
    beside: usize,
    /// How many changes of the schema there have been in this revision, those among them that could not be read.
    pub(super) changes: u32,
    /// Above zero inside a branch that may have run.
    pub(super) guarded: u32,
    /// Where the condition stands that decides it, as a line.
    pub(super) guard: Option<u32>,
    /// The line of the batch that makes a table anew for what is recorded, or may.
    pub(super) batch: Option<u32>,
    /// How what is recorded is to be carried out.
    pub(super) manner: Manner,
    /// How many entries there have been in this revision.
    pub(super) recorded: u32,
}

/// Something that was tried: what would come of it, and how.
pub(super) struct Attempted {
    outcome: Outcome,
    entries: Vec<Entry>,
}

impl Attempted {
    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }
}

impl Recorder {
    pub(super) fn new(dialect: Dialect, default_schema: &str) -> Self {
        Self {
            simulation: Simulation::new(dialect, default_schema),
            entries: Vec::new(),
            outer: Vec::new(),
            beside: 0,
            changes: 0,
            guarded: 0,
            guard: None,
            batch: None,
            manner: Manner::default(),
            recorded: 0,
        }
    }

    /// Ends a tape.
    pub(super) fn finish(&mut self) -> Vec<Entry> {
        self.changes = 0;
        self.guarded = 0;
        self.guard = None;
        self.outer.clear();
        self.beside = 0;
        self.simulation.next_revision();
        self.simulation.earlier.clear();
        self.simulation.earlier_constraints.clear();
        std::mem::take(&mut self.entries)
    }

    fn record(&mut self, kind: OperationKind, line: u32, sql: Option<Arc<str>>) {
        self.changes += u32::from(kind != OperationKind::Execute);
        let certainty = match self.guarded {
            0 => Certainty::Certain,
            _ => Certainty::Guarded { line: self.guard.unwrap_or(line) },
        };
        let operation = Operation { kind, line, certainty, sql, batch: self.batch, manner: self.manner.clone() };
        self.simulation.apply(&operation);
        self.recorded += 1;
        self.entries.push(Entry::Operation(operation));
    }

    /// Whether what is followed runs for certain.
    pub(super) fn is_certain(&self) -> bool {
        self.guarded == 0 && self.outer.len() == self.beside
    }

    /// Begins to try something; returns about how many bytes it takes to remember what was before.
    pub(super) fn begin(&mut self) -> usize {
        self.outer.push(std::mem::take(&mut self.entries));
        self.simulation.begin()
    }

    /// Begins to try a revision as a whole.
    pub(super) fn try_revision(&mut self) {
        self.begin();
        self.beside = self.outer.len();
    }

    /// How many entries there are at present.
    pub(super) fn length(&self) -> usize {
        self.entries.len()
    }

    /// Takes back what was recorded since [`Self::begin`].
    pub(super) fn roll_back(&mut self) -> Attempted {
        let entries = std::mem::replace(&mut self.entries, self.outer.pop().unwrap_or_default());
        Attempted { outcome: self.simulation.roll_back(), entries }
    }

    /// Keeps what was recorded since [`Self::begin`].
    pub(super) fn keep(&mut self) {
        let inner = std::mem::replace(&mut self.entries, self.outer.pop().unwrap_or_default());
        self.entries.extend(inner);
        self.simulation.keep();
    }

    /// Takes it for what happened, all of it or a part, or nothing.
    pub(super) fn accept_with_doubt(&mut self, attempted: Attempted) {
        if !attempted.entries.is_empty() {
            self.entries.push(Entry::Attempt(attempted.entries));
        }
        self.simulation.accept_with_doubt(attempted.outcome);
    }

    /// Takes one or the other for what happened.
    pub(super) fn accept_either(&mut self, one: Attempted, other: Attempted) {
        if !(one.entries.is_empty() && other.entries.is_empty()) {
            self.entries.push(Entry::Either(one.entries, other.entries));
        }
        self.simulation.accept_either(one.outcome, other.outcome);
    }
}

/// Where each line of a text ends.
#[derive(Default)]
pub(super) struct Lines(Vec<u32>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(ends.map(|(at, _)| u32::try_from(at).unwrap_or(u32::MAX)).collect())
    }

    /// The line, counted from 1, that this byte stands on.
    pub(super) fn at(&self, byte: u32) -> u32 {
        1 + u32::try_from(self.0.partition_point(|end| *end < byte)).unwrap_or(u32::MAX)
    }

    /// The byte at which a line ends.
    pub(super) fn end_of(&self, line: u32) -> u32 {
        let place = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
        self.0.get(place).copied().unwrap_or(u32::MAX)
    }
}

impl Interpreter<'_> {
    /// Records one operation of the statement that is followed.
    pub(super) fn record(&mut self, kind: OperationKind) {
        if self.only_changes_temporary(&kind) {
            return;
        }
        let line = self.line();
        self.recorder.record(kind, line, self.sql_text.clone());
    }

    /// Records a statement that changes no fact, unless it has been recorded as something that does since there were so many.
    pub(super) fn record_statement(&mut self, before: u32) {
        if self.recorder.recorded == before {
            self.record(OperationKind::Execute);
        }
    }

    /// The line of the statement that is followed.
    pub(super) fn line(&self) -> u32 {
        self.lines.at(self.at)
    }

    pub(super) fn record_table(&mut self, table: TableSpec, if_not_exists: bool) {
        self.record(OperationKind::CreateTable { table, if_not_exists });
    }

    pub(super) fn record_drop_table(&mut self, table: impl Into<String>) {
        self.record(OperationKind::DropTable { table: table.into() });
    }

    pub(super) fn record_rename_table(&mut self, from: impl Into<String>, to: impl Into<String>) {
        self.record(OperationKind::RenameTable { from: from.into(), to: to.into() });
    }

    pub(super) fn record_column(&mut self, table: &str, column: ColumnSpec, if_not_exists: bool) {
        self.record(OperationKind::AddColumn { table: table.to_owned(), column, if_not_exists });
    }

    pub(super) fn record_drop_column(&mut self, table: &str, column: String) {
        self.record(OperationKind::DropColumn { table: table.to_owned(), column });
    }

    pub(super) fn record_change(&mut self, table: &str, column: String, change: ColumnChange) {
        self.record(OperationKind::AlterColumn { table: table.to_owned(), column, change });
    }

    pub(super) fn record_constraint(&mut self, table: &str, constraint: ConstraintSpec) {
        self.record(OperationKind::AddConstraint { table: table.to_owned(), constraint });
    }

    pub(super) fn record_drop_index(&mut self, name: Option<&str>, table: Option<String>) {
        self.record(OperationKind::DropIndex { name: name.map(str::to_owned), table });
    }

    pub(super) fn record_create(&mut self, object: Subject, replace: bool) {
        self.record(OperationKind::Create { object, replace });
    }

    pub(super) fn record_drop(&mut self, object: Subject) {
        self.record(OperationKind::Drop { object });
    }

    /// Something that could not be read changes this part of a table; one that has to be there is there afterwards.
    pub(super) fn record_unread(&mut self, table: &str, part: TablePart, assumed: bool) {
        self.record(OperationKind::Unread(Reach::Table { table: table.to_owned(), part, assumed }));
    }
}

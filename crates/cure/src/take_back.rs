//! What takes a revision back: the inverse of each of its operations that is there, the last one first.

use schema::evidence::Progress;
use schema::operation::{Operation, OperationKind as K};

use crate::inverse::inverse;
use crate::revision::{certain, first_line};
use crate::{Data, Refused, Statement, Work};

/// The statements that undo what is there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TakeBack {
    /// In order, the last statement of the revision first, each with the line that it takes back.
    pub statements: Vec<(Option<u32>, String)>,
    /// What is made again as a revision before it made it: which one, and the operation's line. What was read of that line has to be
    /// all that it says.
    pub made_again: Vec<(usize, u32)>,
}

/// One operation that is taken back.
struct Step<'a> {
    statement: &'a Statement,
    operation: &'a Operation,
    /// Which of the statements it is of.
    at: usize,
    /// How many operations come before it.
    known: usize,
}

impl Work<'_> {
    /// What takes it back.
    ///
    /// # Errors
    /// Where it is not known for certain what is there or what was there before, or nothing of it is there.
    pub fn take_back(&self, data: Data) -> Result<TakeBack, Refused> {
        let progress = self.progress()?;
        if !progress.contains(&Progress::Done) {
            return Err(Refused::NothingThere);
        }
        let before = self.schemas_before();
        let made = self.made(&progress);
        for (at, statement) in self.statements.iter().enumerate() {
            if may_be_there(&progress, at) && progress[at] != Progress::Done && !made.takes_along(statement) {
                self.can_be_left(&progress, at, data)?;
            }
        }
        self.ask_about_data(&progress, data)?;
        // Each with its revision.
        let mut earlier: Vec<(usize, &Operation)> = Vec::new();
        for (revision, facts) in self.facts[..self.before].iter().enumerate() {
            let operations = facts.tape.operations().filter(|(_, certain)| *certain);
            earlier.extend(operations.map(|(operation, _)| (revision, operation)));
        }
        let mut steps = Vec::new();
        for (at, statement) in self.statements.iter().enumerate() {
            let is_there = match progress[at] {
                Progress::Done => true,
                Progress::Unseen => progress[at..].contains(&Progress::Done) && !statement.changes_data(),
                _ => false,
            };
            let is_there = is_there && !leaves_nothing(&statement.sql) && !made.takes_along(statement);
            for operation in statement.operations() {
                if is_there {
                    steps.push(Step { statement, operation, at, known: earlier.len() });
                }
                earlier.push((self.before, operation));
            }
        }
        let operations: Vec<&Operation> = earlier.iter().map(|(_, operation)| *operation).collect();
        let mut back = TakeBack::default();
        let mut simulation = self.simulation(self.live);
        for Step { statement, operation, at, known } in steps.into_iter().rev() {
            asks_first(statement, operation)?;
            let undone = inverse(operation, &before[at], self.live, &operations[..known], self.dialect);
            let undone = undone.map_err(|reason| Refused::Because(statement.line, reason.0))?;
            back.statements.extend(undone.statements.into_iter().map(|sql| (statement.line, sql)));
            undone.kinds.into_iter().for_each(|kind| simulation.apply(&certain(kind)));
            let repeats = undone.repeats.map(|at| earlier[at]).filter(|(revision, _)| *revision < self.before);
            let exact = |(_, operation): &(usize, &Operation)| operation.sql.is_some();
            let repeats = repeats.filter(|repeated| !exact(repeated));
            back.made_again.extend(repeats.map(|(revision, operation)| (revision, operation.line)));
        }
        self.leads_to(&simulation.schema, self.before)?;
        Ok(back)
    }

    /// A statement that leaves no trace, and that may have run: whether nothing of it stays, or what stays are rows.
    fn can_be_left(&self, progress: &[Progress], at: usize, data: Data) -> Result<(), Refused> {
        let statement = &self.statements[at];
        if leaves_nothing(&statement.sql) || is_of_rows(statement) {
            return Ok(());
        }
        match statement.changes_data() {
            true if data == Data::Done => {
                let reason = format!("how this is taken back is not known: {}", first_line(&statement.sql));
                Err(Refused::Because(statement.line, reason))
            }
            // What has run is taken back, or refused there.
            false if !progress[at..].contains(&Progress::Done) => Err(statement.may_have_run()),
            _ => Ok(()),
        }
    }

    /// The tables and columns that the revision itself has made, and that go when it is taken back.
    fn made(&self, progress: &[Progress]) -> Made {
        let mut made = Made::default();
        for (statement, _) in self.statements.iter().zip(progress).filter(|(_, progress)| **progress == Progress::Done)
        {
            for operation in statement.operations() {
                match &operation.kind {
                    K::CreateTable { table, .. } => made.0.extend(table.name.clone()),
                    K::AddColumn { table, column, .. } => {
                        made.0.extend(column.name.as_ref().map(|column| format!("{table}.{column}")));
                    }
                    _ => {}
                }
            }
        }
        made
    }
}

/// Whether a statement may have run: in its order, or by itself.
fn may_be_there(progress: &[Progress], at: usize) -> bool {
    let is_behind = progress[..at].contains(&Progress::Missing) && !progress[at..].contains(&Progress::Done);
    progress[at] != Progress::Missing && !is_behind
}

/// Tables, and columns as `table.column`.
#[derive(Default)]
struct Made(Vec<String>);

impl Made {
    /// Whether a statement only says something of these that goes with them.
    fn takes_along(&self, statement: &Statement) -> bool {
        let sql = statement.sql.replace(['"', ';'], "");
        let words: Vec<&str> = sql.split_whitespace().collect();
        let upper: Vec<String> = words.iter().map(|word| word.to_uppercase()).collect();
        let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
        let about = match upper.as_slice() {
            ["COMMENT", "ON", "TABLE" | "COLUMN", ..] => words.get(3),
            ["ALTER", "TABLE", "ONLY", ..] => words.get(3),
            ["ALTER", "TABLE", ..] => words.get(2),
            ["GRANT", ..] => upper.iter().position(|word| *word == "ON").and_then(|at| words.get(at + 1)),
            _ => None,
        };
        let joins = upper.iter().any(|word| matches!(*word, "ATTACH" | "INHERIT"));
        let is_alone = !joins && statement.operations().iter().all(|operation| operation.kind == K::Execute);
        let column_of =
            |name: &str| name.rsplit_once('.').is_some_and(|(table, _)| self.0.iter().any(|held| held == table));
        is_alone && about.is_some_and(|name| self.0.iter().any(|held| held == name) || column_of(name))
    }
}

/// Whether all that it does, it does to rows.
fn is_of_rows(statement: &Statement) -> bool {
    let first = statement.sql.split_whitespace().next().unwrap_or_default().to_uppercase();
    let only = statement.operations().iter().all(|operation| operation.kind == K::Execute);
    let is_one = !statement.sql.trim_end_matches([';', ' ', '\n']).contains(';');
    only && is_one && matches!(first.as_str(), "INSERT" | "UPDATE" | "DELETE" | "TRUNCATE")
}

/// Whether nothing is left of a statement after its transaction.
fn leaves_nothing(sql: &str) -> bool {
    let words: Vec<String> = sql.split_whitespace().take(2).map(str::to_uppercase).collect();
    matches!(words.first().map(String::as_str), Some("SET" | "RESET" | "ANALYZE" | "PRAGMA")) && !sql.contains(';')
}

/// What is made only where it is not there may have been there before, and is then no revision's to drop.
fn asks_first(statement: &Statement, operation: &Operation) -> Result<(), Refused> {
    let asks = match &operation.kind {
        K::CreateTable { if_not_exists, .. }
        | K::AddColumn { if_not_exists, .. }
        | K::CreateIndex { if_not_exists, .. }
        | K::CreateEnum { if_not_exists, .. } => *if_not_exists,
        K::Create { .. } => {
            let words: Vec<String> = statement.sql.split_whitespace().map(str::to_uppercase).collect();
            words.windows(3).any(|words| words == ["IF", "NOT", "EXISTS"])
        }
        _ => false,
    };
    match asks {
        true => Err(Refused::Because(
            statement.line,
            format!("it may have been there before: {}", first_line(&statement.sql)),
        )),
        false => Ok(()),
    }
}

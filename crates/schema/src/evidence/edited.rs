//! Applied revisions that were edited afterwards: something of them is there, and something that their files say is not.

use std::collections::HashMap;

use super::claim::{Claim, column_of};
use super::step::step_of;
use super::timeline::Timeline;
use crate::operation::OperationKind;
use crate::{State, Subject, TableSubject, Tape};

/// Takes out of what is missing what belongs to a revision of which something else is there: that one has run, as it was then.
pub(super) fn take_edited(timeline: &Timeline, live: &HashMap<Subject, State>, missing: &mut Vec<Claim>) -> Vec<Claim> {
    let mut has_run: HashMap<usize, bool> = HashMap::new();
    let mut ran = |by: usize| *has_run.entry(by).or_insert_with(|| !step_of(timeline, live, by).done.is_empty());
    let (edited, rest) = std::mem::take(missing).into_iter().partition(|claim| claim.by.is_some_and(&mut ran));
    *missing = rest;
    edited
}

/// The line of the operation that makes a table or a column, where the tape has one.
#[must_use]
pub fn line_of(tape: &Tape, subject: &Subject) -> Option<u32> {
    let column = column_of(subject);
    let (table, column) = match column.as_ref().unwrap_or(subject) {
        Subject::Table(table, TableSubject::Itself) => (table, None),
        Subject::Table(table, TableSubject::Column(column)) => (table, Some(column)),
        _ => return None,
    };
    let mut operations = tape.operations().map(|(operation, _)| operation);
    let made = operations.find(|operation| match &operation.kind {
        OperationKind::CreateTable { table: made, .. } => {
            made.name.as_ref() == Some(table)
                && column.is_none_or(|column| made.columns.iter().any(|held| held.name.as_ref() == Some(column)))
        }
        OperationKind::AddColumn { table: held, column: added, .. } => {
            held == table && column.is_some() && added.name.as_ref() == column
        }
        _ => false,
    });
    made.map(|operation| operation.line)
}

//! Applied revisions that were edited afterwards: something of them is there, and something that their files say is not.

use std::collections::HashMap;

use super::claim::Claim;
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

/// The line of the last operation that says what a fact is about, where the tape has one.
#[must_use]
pub fn line_of(tape: &Tape, subject: &Subject) -> Option<u32> {
    let operations: Vec<_> = tape.operations().map(|(operation, _)| operation).collect();
    let says = |kind: &&OperationKind| match subject {
        Subject::Table(table, part) => says_of_table(kind, table, part),
        Subject::Enum(name) => says_of_enum(kind, name),
        other => {
            matches!(kind, OperationKind::Create { object, .. } | OperationKind::Drop { object } if object == other)
        }
    };
    operations.iter().rev().find(|operation| says(&&operation.kind)).map(|operation| operation.line)
}

fn says_of_table(kind: &OperationKind, table: &str, part: &TableSubject) -> bool {
    use OperationKind as K;
    use TableSubject as S;
    let column = match part {
        S::Column(column) | S::Type(column) | S::Nullable(column) | S::Default(column) => Some(column),
        _ => None,
    };
    match kind {
        K::CreateTable { table: made, .. } => {
            let has = |column: &String| made.columns.iter().any(|held| held.name.as_ref() == Some(column));
            made.name.as_deref() == Some(table) && !matches!(part, S::Index(_)) && column.is_none_or(has)
        }
        K::DropTable { table: held } | K::RenameTable { to: held, .. } => held == table,
        K::AddColumn { table: held, column: added, .. } => {
            held == table && column.is_some() && added.name.as_ref() == column
        }
        K::DropColumn { table: held, column: dropped } => held == table && column == Some(dropped),
        K::AlterColumn { table: held, column: altered, change } => {
            let changes = match part {
                S::Type(_) => change.kind.is_some(),
                S::Nullable(_) => change.nullable.is_some(),
                S::Default(_) => change.default.is_some(),
                _ => change.name.is_some(),
            };
            held == table && column == Some(altered) && changes
        }
        K::CreateIndex { name, table: held, .. } => held == table && *part == S::Index(name.clone()),
        K::DropIndex { name: Some(name), .. } => *part == S::Index(name.clone()),
        K::AddConstraint { table: held, constraint } => {
            let named = constraint.name.name();
            held == table
                && match part {
                    S::Constraint(name) | S::Check(name) | S::Index(name) => named == Some(name),
                    S::Unique(_) | S::ForeignKey(..) | S::PrimaryKey => true,
                    _ => false,
                }
        }
        K::DropConstraint { table: held, .. } => held == table && matches!(part, S::Constraint(_) | S::Check(_)),
        _ => false,
    }
}

fn says_of_enum(kind: &OperationKind, name: &str) -> bool {
    use OperationKind as K;
    let (K::CreateEnum { name: held, .. } | K::AlterEnum { name: held, .. } | K::DropEnum { name: held }) = kind else {
        return false;
    };
    held.to_lowercase() == name
}

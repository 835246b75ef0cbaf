//! Whether an upgrade goes through on a schema that is not what the files expect: revisions that ask before each step do.

use crate::operation::{Certainty, Operation, OperationKind};
use crate::simulation::Simulation;
use crate::{Entry, Schema, Setting, Subject, Tape, UnreadKind};

/// Whether each operation of these revisions, which have been read on this schema, finds what it needs and nothing in its way.
/// False wherever anything of that is not known.
#[must_use]
pub fn is_passable(tapes: &[Tape], schema: &Schema, setting: &Setting) -> bool {
    let is_read = |tape: &Tape| {
        !tape.misread && !tape.fails && !tape.broken && tape.unread.iter().all(|unread| unread.kind == UnreadKind::Data)
    };
    let mut simulation = Simulation::on(schema.clone(), setting.dialect, &setting.default_schema);
    tapes.iter().all(is_read)
        && tapes.iter().flat_map(|tape| &tape.entries).all(|entry| match entry {
            Entry::Operation(operation) if operation.certainty == Certainty::Certain => {
                let is_possible = is_possible(operation, &simulation.schema);
                simulation.apply(operation);
                is_possible
            }
            _ => false,
        })
}

fn is_possible(operation: &Operation, schema: &Schema) -> bool {
    let has_column = |table: &str, column: &str| {
        schema.tables.get(table).map(|table| table.columns.iter().any(|held| held.name == column))
    };
    let has_index = |name: &str| schema.tables.values().any(|table| table.indexes.contains_key(name));
    match &operation.kind {
        OperationKind::CreateTable { table, if_not_exists } => match &table.name {
            Some(name) => *if_not_exists || !schema.tables.contains_key(name),
            None => false,
        },
        OperationKind::DropTable { table } => schema.tables.contains_key(table),
        OperationKind::RenameTable { from, to } => schema.tables.contains_key(from) && !schema.tables.contains_key(to),
        OperationKind::AddColumn { table, column, if_not_exists } => {
            let there = column.name.as_ref().and_then(|name| has_column(table, name));
            there.is_some_and(|there| *if_not_exists || !there)
        }
        OperationKind::DropColumn { table, column } => has_column(table, column) == Some(true),
        OperationKind::AlterColumn { table, column, .. } => has_column(table, column) == Some(true),
        OperationKind::CreateIndex { name, table, if_not_exists, .. } => {
            schema.tables.contains_key(table) && (*if_not_exists || !has_index(name))
        }
        OperationKind::DropIndex { name: Some(name), .. } => has_index(name),
        OperationKind::CreateEnum { name, if_not_exists, .. } => *if_not_exists || !schema.enums.contains_key(name),
        OperationKind::Create { object: Subject::Extension(_) | Subject::Namespace(_), replace } => *replace,
        _ => false,
    }
}

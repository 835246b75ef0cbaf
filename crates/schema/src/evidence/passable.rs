//! Whether an upgrade goes through on a schema that is not what the files expect: revisions that ask before each step do.

use crate::operation::{Operation, OperationKind};
use crate::simulation::Simulation;
use crate::{Entry, Schema, Setting, Subject, Tape, Unread, UnreadKind};

/// Whether each operation of these revisions, which have been read on this schema, finds what it needs and nothing in its way,
/// those under a condition that nobody can evaluate among them. False wherever anything of that is not known.
#[must_use]
pub fn is_passable(tapes: &[Tape], schema: &Schema, setting: &Setting) -> bool {
    // What is unread of one table alone is an operation of its own, which is not possible for certain.
    let is_read = |tape: &Tape| {
        let is_apart = |unread: &Unread| unread.kind == UnreadKind::Data || !unread.reaches_others;
        !tape.misread && !tape.fails && !tape.broken && tape.unread.iter().all(is_apart)
    };
    let mut simulation = Simulation::on(schema.clone(), setting.dialect, &setting.default_schema);
    tapes.iter().all(is_read) && tapes.iter().all(|tape| passes(&tape.entries, &mut simulation))
}

/// Carries out entries one after the other, as long as each is possible.
fn passes(entries: &[Entry], simulation: &mut Simulation) -> bool {
    entries.iter().all(|entry| {
        let is_possible = match entry {
            Entry::Operation(operation) => is_possible(operation, &simulation.schema),
            Entry::Either(one, other) => [one, other].iter().all(|side| {
                simulation.begin();
                let passes = passes(side, simulation);
                simulation.roll_back();
                passes
            }),
            // What fails there may be caught.
            Entry::Attempt(_) => true,
        };
        simulation.apply_all(std::slice::from_ref(entry));
        is_possible
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

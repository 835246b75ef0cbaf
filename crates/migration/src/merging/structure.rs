//! Tables and columns that only one of two tapes makes, or takes away.

use schema::Tape;
use schema::operation::{Operation, OperationKind, TableSpec};

use super::is_certain;
use super::matching::Matches;

/// What the two contradict each other in, and on which line.
pub(super) fn contradiction(
    read: &Tape,
    printed: &[(usize, &Operation)],
    matches: &Matches<'_>,
) -> Option<(String, u32)> {
    for (place, (operation, certain)) in read.operations().enumerate() {
        let Some(what) = changed(&operation.kind) else { continue };
        match matches.of_read(place).map(|at| printed[at].1) {
            None if certain => {
                return Some((format!("it is read to {what}, which Alembic does not render"), operation.line));
            }
            Some(other) if !has_same_columns(&operation.kind, &other.kind) => {
                return Some((format!("it is read to {what} with other columns than Alembic renders"), operation.line));
            }
            _ => {}
        }
    }
    // What is called and not followed may do more than is read.
    if read.may_change_data() {
        return None;
    }
    for (at, (_, operation)) in printed.iter().enumerate() {
        if let (Some(what), true, None) = (changed(&operation.kind), is_certain(operation), matches.of_printed(at)) {
            return Some((format!("Alembic renders that it does {what}, which is not read"), operation.line));
        }
    }
    None
}

/// What an operation does to tables and columns.
fn changed(kind: &OperationKind) -> Option<String> {
    use OperationKind as K;
    match kind {
        K::CreateTable { table, .. } => Some(format!("create table {}", table.name.as_deref()?)),
        K::DropTable { table } => Some(format!("drop table {table}")),
        K::RenameTable { from, to } => Some(format!("rename table {from} to {to}")),
        K::AddColumn { table, column, .. } => Some(format!("add column {table}.{}", column.name.as_deref()?)),
        K::DropColumn { table, column } => Some(format!("drop column {table}.{column}")),
        _ => None,
    }
}

fn has_same_columns(read: &OperationKind, printed: &OperationKind) -> bool {
    let (OperationKind::CreateTable { table: read, .. }, OperationKind::CreateTable { table: printed, .. }) =
        (read, printed)
    else {
        return true;
    };
    let names = |table: &TableSpec| -> Option<Vec<String>> {
        table.columns.iter().map(|column| column.name.clone()).collect::<Option<Vec<_>>>().filter(|_| !table.open)
    };
    match (names(read), names(printed)) {
        (Some(mut read), Some(mut printed)) => {
            read.sort();
            printed.sort();
            read == printed
        }
        _ => true,
    }
}

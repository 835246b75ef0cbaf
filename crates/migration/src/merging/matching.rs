//! Which operation of the one tape is which of the other.

use schema::Tape;
use schema::operation::{ConstraintKind, ConstraintSpec, IndexSpec, Naming, Operation, OperationKind};

/// Pairs of operations.
pub(super) struct Matches<'a> {
    read: Vec<&'a Operation>,
    /// For each operation that is read the place of the printed one.
    of_read: Vec<Option<usize>>,
    /// For each that is printed the place of the one that is read.
    of_printed: Vec<Option<usize>>,
}

impl<'a> Matches<'a> {
    /// Each operation that is read finds the first printed one that may be it: on its own line, else on any.
    pub(super) fn between(read: &'a Tape, printed: &[(usize, &Operation)]) -> Self {
        let read: Vec<&Operation> = read.operations().map(|(operation, _)| operation).collect();
        let mut matches = Self { of_read: vec![None; read.len()], of_printed: vec![None; printed.len()], read };
        for on_its_line in [true, false] {
            for place in 0..matches.read.len() {
                let held = matches.read[place];
                let fits = |at: &usize| {
                    let (_, operation) = printed[*at];
                    let near = !on_its_line || operation.line == held.line;
                    matches.of_printed[*at].is_none() && near && may_be(held, operation)
                };
                if matches.of_read[place].is_none()
                    && let Some(at) = (0..printed.len()).find(fits)
                {
                    (matches.of_read[place], matches.of_printed[at]) = (Some(at), Some(place));
                }
            }
        }
        matches
    }

    /// What is read of a printed operation.
    pub(super) fn of_printed(&self, at: usize) -> Option<&'a Operation> {
        self.of_printed[at].map(|place| self.read[place])
    }

    /// The printed one of an operation that is read, by its place among all of them.
    pub(super) fn of_read(&self, place: usize) -> Option<usize> {
        self.of_read[place]
    }
}

/// Whether two operations may be one: nothing that is known of both differs.
fn may_be(read: &Operation, printed: &Operation) -> bool {
    use OperationKind as K;
    match (&read.kind, &printed.kind) {
        (K::CreateTable { table, .. }, K::CreateTable { table: other, .. }) => table.name == other.name,
        (K::DropTable { table }, K::DropTable { table: other }) => table == other,
        (K::RenameTable { from, to }, K::RenameTable { from: other, to: new }) => (from, to) == (other, new),
        (K::AddColumn { table, column, .. }, K::AddColumn { table: other, column: new, .. }) => {
            table == other && agree(column.name.as_ref(), new.name.as_ref())
        }
        (K::DropColumn { table, column }, K::DropColumn { table: other, column: gone })
        | (K::AlterColumn { table, column, .. }, K::AlterColumn { table: other, column: gone, .. }) => {
            (table, column) == (other, gone)
        }
        (K::DropConstraint { table, name, .. }, K::DropConstraint { table: other, name: gone, .. }) => {
            table == other && agree(name.as_ref(), gone.as_ref())
        }
        (K::DropIndex { name, .. }, K::DropIndex { name: gone, .. }) => agree(name.as_ref(), gone.as_ref()),
        (K::CreateEnum { name, .. }, K::CreateEnum { name: other, .. })
        | (K::DropEnum { name }, K::DropEnum { name: other })
        | (K::AlterEnum { name, .. }, K::AlterEnum { name: other, .. }) => name == other,
        (K::Create { object, .. }, K::Create { object: other, .. })
        | (K::Drop { object }, K::Drop { object: other }) => object == other,
        (K::AddConstraint { table, constraint }, K::AddConstraint { table: other, constraint: new }) => {
            table == other && is_one_constraint(constraint, new)
        }
        (K::CreateIndex { name, table, index, .. }, K::CreateIndex { name: new, table: other, index: made, .. }) => {
            table == other && name == new && is_one_index(index.columns.as_ref(), made)
        }
        (K::AddConstraint { table, constraint }, K::CreateIndex { table: other, index, .. }) => {
            let is_index = matches!(constraint.kind, ConstraintKind::Index(_));
            is_index && table == other && is_one_index(constraint.columns.as_ref(), index)
        }
        (read, printed) => read == printed,
    }
}

fn is_one_constraint(read: &ConstraintSpec, printed: &ConstraintSpec) -> bool {
    use ConstraintKind as C;
    let kind = matches!(
        (&read.kind, &printed.kind),
        (C::PrimaryKey, C::PrimaryKey)
            | (C::Unique, C::Unique)
            | (C::ForeignKey(_), C::ForeignKey(_))
            | (C::Check { .. }, C::Check { .. })
            | (C::Exclude, C::Exclude)
    );
    let name = match &read.name {
        Naming::Final(name) => printed.name.name().is_none_or(|printed| printed == name),
        Naming::Unnamed | Naming::Named(_) | Naming::Derived(_) | Naming::Unreadable => true,
    };
    let columns = match (read.plain_columns(), printed.plain_columns()) {
        (Some(read), Some(printed)) => read == printed,
        _ => true,
    };
    kind && name && columns
}

/// What is read as no column may be one all the same, or several.
fn is_one_index(read: Option<&Vec<Option<String>>>, printed: &IndexSpec) -> bool {
    let plain = read.filter(|columns| columns.iter().all(Option::is_some));
    agree(plain, printed.columns.as_ref())
}

/// Whether two values are the same, as far as both are known.
fn agree<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
    one.is_none() || other.is_none() || one == other
}

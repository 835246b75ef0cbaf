//! Follows a tape, operation by operation.

use super::Simulation;
use crate::Table;
use crate::operation::{Certainty, EnumChange, Operation, OperationKind, Reach, TablePart};
use crate::tape::Entry;

impl Simulation {
    /// Follows these entries in order.
    pub fn apply_all(&mut self, entries: &[Entry]) {
        for entry in entries {
            match entry {
                Entry::Operation(operation) => self.apply(operation),
                Entry::Attempt(entries) => {
                    let outcome = self.attempted(entries);
                    self.accept_with_doubt(outcome);
                }
                Entry::Either(one, other) => {
                    let one = self.attempted(one);
                    let other = self.attempted(other);
                    self.accept_either(one, other);
                }
            }
        }
    }

    fn attempted(&mut self, entries: &[Entry]) -> super::Outcome {
        self.begin();
        self.apply_all(entries);
        self.roll_back()
    }

    /// Follows one operation.
    pub fn apply(&mut self, operation: &Operation) {
        use OperationKind as K;
        self.guarded = operation.certainty != Certainty::Certain;
        match &operation.kind {
            K::CreateTable { table, if_not_exists } => self.create_table(table, *if_not_exists),
            K::DropTable { table } => self.drop_table(table),
            K::RenameTable { from, to } => self.rename_table(from, to),
            K::AddColumn { table, column, if_not_exists } => self.add_column(table, column, *if_not_exists),
            K::DropColumn { table, column } => self.drop_column(table, column),
            K::AlterColumn { table, column, change } => self.alter_column(table, column, change.clone()),
            K::AddConstraint { table, constraint } => {
                self.perhaps(&[table], |simulation| simulation.add_constraint(table, constraint));
            }
            K::DropConstraint { table, name, kind, cascade } => {
                let (name, kind) = (name.as_deref(), kind.as_deref());
                let touched = |simulation: &Self| match cascade {
                    true => simulation.with_referring(table),
                    false => vec![table.clone()],
                };
                self.perhaps_to(touched, |simulation| {
                    if let (true, Some(name)) = (cascade, name) {
                        simulation.drop_references(table, name);
                    }
                    simulation.drop_constraint(table, name, kind);
                });
            }
            K::RenameConstraint { table, from, to } => {
                self.perhaps(&[table], |simulation| simulation.rename_constraint(table, from, to));
            }
            K::CreateIndex { name, table, index, if_not_exists } => {
                self.create_index(name, table, index, *if_not_exists);
            }
            K::DropIndex { name, table } => {
                let (name, table) = (name.as_deref(), table.as_deref());
                self.perhaps_to(
                    |simulation| name.and_then(|name| simulation.index_holder(name, table)).into_iter().collect(),
                    |simulation| simulation.drop_index(name, table),
                );
            }
            K::RenameIndex { from, to } => self.perhaps_to(
                |simulation| {
                    simulation.index_holder(from, None).or_else(|| simulation.key_holder(from)).into_iter().collect()
                },
                |simulation| simulation.rename_index(from, to),
            ),
            K::CreateEnum { name, labels, if_not_exists } => {
                self.perhaps(&[], |simulation| simulation.create_enum(name, labels.clone(), *if_not_exists));
            }
            K::DropEnum { name } => self.perhaps(&[], |simulation| simulation.drop_enum(name)),
            K::RenameEnum { from, to } => self.perhaps_to(
                |simulation| simulation.schema.tables.keys().cloned().collect(),
                |simulation| simulation.rename_enum(from, to),
            ),
            K::AlterEnum { name, change } => self.perhaps(&[], |simulation| {
                simulation.alter_enum(name, |labels| relabel(labels, change));
            }),
            K::Create { object, replace } => {
                if *replace {
                    // Whoever replaces does not say that there was nothing.
                    self.earlier.push(object.clone());
                }
                self.create(object.clone());
            }
            K::Drop { object } => self.drop(object.clone()),
            K::Execute => {}
            K::Unread(reach) => self.doubt_what_it_reaches(reach),
        }
        self.guarded = false;
    }

    fn doubt_what_it_reaches(&mut self, reach: &Reach) {
        let open = |part: &TablePart| -> fn(&mut Table) {
            if *part == TablePart::Indexes { |table| table.open_indexes = true } else { |table| table.open = true }
        };
        match reach {
            Reach::Table { table, part: TablePart::Columns, .. } => self.doubt_columns(table, false),
            Reach::Table { table, part: TablePart::DroppedColumns, .. } => self.doubt_columns(table, true),
            Reach::Table { table, part: TablePart::Unreflected, .. } => self.doubt_unreflected(table),
            Reach::Table { table, part, assumed: true } => open(part)(self.table_mut(table)),
            Reach::Table { table, part, assumed: false } => self.open_part(table, open(part)),
            Reach::TableInAnySchema { name, part } => self.open_part_in_any_schema(name, open(part)),
            Reach::Column { table, column } => self.overlay(table, column),
            Reach::Objects => self.doubt_objects(),
        }
    }
}

fn relabel(labels: &mut Vec<String>, change: &EnumChange) {
    match change {
        EnumChange::Set(new) => labels.clone_from(new),
        EnumChange::Add { label, .. } if labels.contains(label) => {}
        EnumChange::Add { label, beside } => {
            let place = beside.as_ref().and_then(|(neighbour, after)| {
                Some(labels.iter().position(|label| label == neighbour)? + usize::from(*after))
            });
            labels.insert(place.unwrap_or(labels.len()), label.clone());
        }
        EnumChange::Rename { from, to } => {
            labels.iter_mut().filter(|label| *label == from).for_each(|label| label.clone_from(to));
        }
    }
}

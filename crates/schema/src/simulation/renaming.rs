//! Tables under other names, and what is doubted of them.

use super::Simulation;
use crate::{Belief, Subject, Table, TableSubject};

impl Simulation {
    pub(super) fn rename_table(&mut self, from: &str, to: &str) {
        self.perhaps(&[from, to], |simulation| simulation.move_table(from, to));
    }

    fn move_table(&mut self, from: &str, to: &str) {
        if self.guarded && !self.schema.tables.contains_key(from) && self.schema.tables.contains_key(to) {
            return;
        }
        if !self.schema.tables.contains_key(from) && self.rename_object(from, to) {
            return;
        }
        self.touch(from);
        self.touch(to);
        // What no revision created need not be a table: ALTER TABLE renames sequences, views and indexes, too.
        let table = self.schema.tables.remove(from).unwrap_or_else(|| {
            self.earlier.push(Subject::Table(from.to_owned(), TableSubject::Itself));
            Table { open: true, assumed: true, ..Table::default() }
        });
        self.schema.tables.insert(to.to_owned(), table);
        for other in self.referring_to(from) {
            for key in &mut self.table_mut(&other).foreign_keys {
                if key.target.known().is_some_and(|target| target == from) {
                    key.target = Belief::Known(to.to_owned());
                }
            }
        }
        let moved = |table: String| if table == from { to.to_owned() } else { table };
        let triggers = std::mem::take(&mut self.schema.triggers);
        self.schema.triggers = triggers.into_iter().map(|(table, name)| (moved(table), name)).collect();
        self.move_doubts(|doubt| match doubt {
            Subject::Table(table, TableSubject::ForeignKey(columns, target)) => {
                Subject::Table(moved(table), TableSubject::ForeignKey(columns, moved(target)))
            }
            Subject::Table(table, part) => Subject::Table(moved(table), part),
            Subject::Trigger(table, name) => Subject::Trigger(moved(table), name),
            other => other,
        });
    }

    /// What is doubted is doubted under another name.
    pub(super) fn move_doubts(&mut self, moved: impl Fn(Subject) -> Subject) {
        self.doubts = std::mem::take(&mut self.doubts).into_iter().map(moved).collect();
    }
}

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
        let moved = |table: &String| if table == from { to.to_owned() } else { table.clone() };
        self.schema.triggers = self.schema.triggers.iter().map(|(table, name)| (moved(table), name.clone())).collect();
        self.move_doubts(|_, part| match part {
            TableSubject::ForeignKey(columns, target) => TableSubject::ForeignKey(columns, moved(&target)),
            other => other,
        });
        self.doubts = std::mem::take(&mut self.doubts)
            .into_iter()
            .map(|doubt| match doubt {
                Subject::Table(table, subject) => Subject::Table(moved(&table), subject),
                Subject::Trigger(table, name) => Subject::Trigger(moved(&table), name),
                other => other,
            })
            .collect();
    }

    /// What is doubted of tables is doubted under another name.
    pub(super) fn move_doubts(&mut self, moved: impl Fn(&str, TableSubject) -> TableSubject) {
        let doubts = std::mem::take(&mut self.doubts).into_iter();
        let under = |doubt| match doubt {
            Subject::Table(table, part) => {
                let part = moved(&table, part);
                Subject::Table(table, part)
            }
            other => other,
        };
        self.doubts = doubts.map(under).collect();
    }
}

//! What `CASCADE` takes along.

use std::collections::BTreeSet;

use squawk_syntax::ast::{self, AstNode};

use super::Interpreter;
use super::sql_name::names;
use schema::Subject;
use schema::operation::{OperationKind, Reach, TablePart};

/// Whether all that needs it goes with what is dropped.
pub(super) fn cascades(behavior: Option<ast::DropBehavior>) -> bool {
    matches!(behavior, Some(ast::DropBehavior::Cascade(_)))
}

/// A table that hangs on another.
#[derive(Clone)]
pub(super) struct Below {
    /// The other, where its name could be read.
    parent: Option<String>,
    child: String,
    partition: bool,
}

fn bare(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

impl Interpreter<'_> {
    /// Notes which names a view's query holds.
    pub(super) fn note_view(&mut self, view: &str, query: Option<&impl AstNode>) {
        let words: BTreeSet<String> =
            query.map(|query| names(query.syntax())).unwrap_or_default().into_iter().collect();
        self.views.insert(view.to_owned(), words);
    }

    /// A relation, a column or a function is dropped, and the views that name it, or may.
    pub(super) fn cascade_to_views(&mut self, dropped: &str) {
        let mut pending = vec![bare(dropped).to_owned()];
        let mut left = self.recorder.simulation.schema.views.clone();
        while let Some(name) = pending.pop() {
            let named = |view: &&String| self.views.get(*view).is_none_or(|words| words.contains(&name));
            let going: Vec<String> = left.iter().filter(named).cloned().collect();
            for view in going {
                left.remove(&view);
                pending.push(bare(&view).to_owned());
                // A name is no proof: a column may have it, or another table.
                self.perhaps(|interpreter| interpreter.record_drop(Subject::View(view)));
            }
        }
    }

    /// A table hangs on another: it inherits its columns, or is a partition of it.
    pub(super) fn note_below(&mut self, parent: Option<String>, child: &str, partition: bool) {
        self.below.push(Below { parent, child: child.to_owned(), partition });
    }

    /// What hangs on a table that is dropped goes too: a partition always, what inherits where it cascades. Either may hang on
    /// another table by now, or have another name, so nothing is certain of it.
    pub(super) fn drop_below(&mut self, table: &str, cascade: bool) {
        for child in self.hanging_on(table, cascade) {
            self.perhaps(|interpreter| interpreter.record_drop_table(child));
        }
    }

    /// What is changed of a table is changed of what hangs on it.
    pub(super) fn doubt_below(&mut self, table: &str) {
        for child in self.hanging_on(table, true) {
            for part in [TablePart::Everything, TablePart::Columns, TablePart::DroppedColumns] {
                self.record_unread(&child, part, false);
            }
        }
    }

    /// The tables that may hang on this one, and those that hang on them.
    fn hanging_on(&self, table: &str, inheriting: bool) -> BTreeSet<String> {
        let tables = &self.recorder.simulation.schema.tables;
        let (mut found, mut pending) = (BTreeSet::new(), vec![table]);
        while let Some(name) = pending.pop() {
            let on_it = |below: &&Below| {
                (below.partition || inheriting) && below.parent.as_deref().is_none_or(|parent| parent == name)
            };
            for below in self.below.iter().filter(on_it) {
                // One that is not found has been renamed: it is one of those whose columns are not all known.
                let renamed = !tables.contains_key(&below.child);
                let may_be = |(other, held): &(&String, &schema::Table)| {
                    if renamed { held.open && other.as_str() != table } else { **other == below.child }
                };
                for (other, _) in tables.iter().filter(may_be) {
                    if found.insert(other.clone()) {
                        pending.push(other);
                    }
                }
            }
        }
        found
    }

    /// Does something that may not be done.
    pub(super) fn perhaps(&mut self, work: impl FnOnce(&mut Self)) {
        self.recorder.guarded += 1;
        work(self);
        self.recorder.guarded -= 1;
    }

    /// The foreign keys of other tables may go.
    pub(super) fn doubt_referring(&mut self, table: &str) {
        let refers = |other: &schema::Table| {
            other.foreign_keys.iter().any(|key| key.target.known().is_some_and(|target| target == table))
        };
        let tables = self.recorder.simulation.schema.tables.iter();
        let others: Vec<String> = tables.filter(|(_, other)| refers(other)).map(|(name, _)| name.clone()).collect();
        for other in others {
            self.record_unread(&other, TablePart::DroppedColumns, false);
        }
    }

    /// The columns of a type go with it.
    pub(super) fn cascade_to_columns(&mut self, kind: &str) {
        let array = format!("{kind}[]");
        let of_type =
            |column: &&schema::Column| column.kind.known().is_some_and(|held| *held == kind || *held == array);
        let tables = self.recorder.simulation.schema.tables.iter();
        let columns: Vec<(String, String)> = tables
            .flat_map(|(table, held)| {
                held.columns.iter().filter(of_type).map(|column| (table.clone(), column.name.clone()))
            })
            .collect();
        for (table, column) in columns {
            self.cascade_to_views(&table);
            self.record_drop_column(&table, column);
        }
    }

    /// All that is in a schema goes with it.
    pub(super) fn cascade_to_schema(&mut self, namespace: &str) {
        let simulation = &self.recorder.simulation;
        let prefix = format!("{namespace}.");
        let own = simulation.default_schema == namespace;
        let inside = |name: &&String| if own { !name.contains('.') } else { name.starts_with(&prefix) };
        let held = &simulation.schema;
        let tables: Vec<String> = held.tables.keys().filter(inside).cloned().collect();
        let enums: Vec<String> = held.enums.keys().filter(inside).cloned().collect();
        let views = held.views.iter().filter(inside).cloned().map(Subject::View);
        let sequences = held.sequences.iter().filter(inside).cloned().map(Subject::Sequence);
        let functions = held.functions.iter().filter(inside).cloned().map(Subject::Function);
        let objects: Vec<Subject> = views.chain(sequences).chain(functions).collect();
        for table in tables {
            self.cascade_to_views(&table);
            self.record_drop_table(table);
        }
        for name in enums {
            self.cascade_to_columns(&name);
            self.record(OperationKind::DropEnum { name });
        }
        objects.into_iter().for_each(|object| self.record_drop(object));
        // Extensions may be installed in it, and triggers elsewhere call its functions.
        self.record(OperationKind::Unread(Reach::Objects));
    }
}

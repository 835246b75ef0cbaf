//! What is not a table: enum types, views, sequences, functions, triggers, extensions, schemas.

use super::Simulation;
use crate::{Belief, Subject};

impl Simulation {
    pub(super) fn create_enum(&mut self, name: &str, labels: Option<Vec<String>>, if_absent: bool) {
        let name = name.to_lowercase();
        if (if_absent || self.guarded) && self.schema.enums.contains_key(&name) {
            return;
        }
        self.trust(&Subject::Enum(name.clone()));
        self.schema.enums.insert(name, labels.into());
    }

    pub(super) fn drop_enum(&mut self, name: &str) {
        let name = name.to_lowercase();
        if self.schema.enums.remove(&name).is_none() {
            self.earlier.push(Subject::Enum(name));
        }
    }

    pub(super) fn rename_enum(&mut self, from: &str, to: &str) {
        let (from, to) = (from.to_lowercase(), to.to_lowercase());
        let labels = self.schema.enums.remove(&from).unwrap_or_else(|| {
            self.earlier.push(Subject::Enum(from.clone()));
            Belief::Unknown
        });
        self.schema.enums.insert(to.clone(), labels);
        let array = format!("{from}[]");
        let uses = |kind: &Belief<String>| kind.known().is_some_and(|kind| *kind == from || *kind == array);
        let users: Vec<String> = self
            .schema
            .tables
            .iter()
            .filter(|(_, table)| table.columns.iter().any(|column| uses(&column.kind)))
            .map(|(name, _)| name.clone())
            .collect();
        for table in users {
            for column in &mut self.table_mut(&table).columns {
                if uses(&column.kind) {
                    let suffix = if column.kind.known() == Some(&array) { "[]" } else { "" };
                    column.kind = Belief::Known(format!("{to}{suffix}"));
                }
            }
        }
    }

    /// Changes the labels of an enum; one that nothing created has unknown labels.
    pub(super) fn alter_enum(&mut self, name: &str, change: impl FnOnce(&mut Vec<String>)) {
        let name = name.to_lowercase();
        match self.schema.enums.get_mut(&name) {
            Some(Belief::Known(labels)) => change(labels),
            Some(Belief::Unknown) => {}
            None => {
                self.earlier.push(Subject::Enum(name.clone()));
                self.schema.enums.insert(name, Belief::Unknown);
            }
        }
    }

    /// Something that may have been made or dropped: it is there or not, and nobody can say.
    fn may_have_changed(&mut self, subject: Subject) {
        self.undecided = true;
        self.doubt(subject);
    }

    /// Creates something that has nothing but a name.
    pub(super) fn create(&mut self, subject: Subject) {
        let was_doubted = self.doubts.contains(&subject);
        let guarded = self.guarded.then(|| subject.clone());
        self.trust(&subject);
        if matches!(subject, Subject::Extension(_) | Subject::Namespace(_)) {
            // Often there before: the work of whoever set the database up.
            self.earlier.push(subject.clone());
        }
        let new = match subject {
            Subject::View(name) => self.schema.views.insert(name),
            Subject::Sequence(name) => self.schema.sequences.insert(name),
            Subject::Function(name) => self.schema.functions.insert(name),
            Subject::Extension(name) => self.schema.extensions.insert(name),
            Subject::Namespace(name) => self.schema.namespaces.insert(name),
            Subject::Trigger(table, name) => self.schema.triggers.insert((table, name)),
            Subject::Table(..) | Subject::Enum(_) => false,
        };
        if let Some(subject) = guarded.filter(|_| new || was_doubted) {
            self.may_have_changed(subject);
        }
    }

    /// An operation of a plugin may have made or dropped any of these.
    pub(super) fn doubt_objects(&mut self) {
        let held = &self.schema;
        let views = held.views.iter().cloned().map(Subject::View);
        let functions = held.functions.iter().cloned().map(Subject::Function);
        let extensions = held.extensions.iter().cloned().map(Subject::Extension);
        let triggers = held.triggers.iter().cloned().map(|(table, name)| Subject::Trigger(table, name));
        self.doubts.extend(views.chain(functions).chain(extensions).chain(triggers));
    }

    /// Drops something that has nothing but a name.
    pub(super) fn drop(&mut self, subject: Subject) {
        if matches!(&subject, Subject::Sequence(name) if self.belongs_to_a_column(name)) {
            return;
        }
        if self.guarded {
            self.may_have_changed(subject);
            return;
        }
        self.trust(&subject);
        let there = match &subject {
            Subject::View(name) => self.schema.views.remove(name),
            Subject::Sequence(name) => self.schema.sequences.remove(name),
            Subject::Function(name) => self.schema.functions.remove(name),
            Subject::Extension(name) => self.schema.extensions.remove(name),
            Subject::Namespace(name) => self.schema.namespaces.remove(name),
            Subject::Trigger(table, name) => self.schema.triggers.remove(&(table.clone(), name.clone())),
            Subject::Table(..) | Subject::Enum(_) => true,
        };
        if !there {
            self.earlier.push(subject);
        }
    }

    /// `ALTER TABLE … RENAME` of something that is no table; false when it is not known as such either.
    pub(super) fn rename_object(&mut self, from: &str, to: &str) -> bool {
        if self.schema.sequences.remove(from) {
            self.schema.sequences.insert(to.to_owned());
        } else if self.schema.views.remove(from) {
            self.schema.views.insert(to.to_owned());
        } else if self.index_holder(from, None).is_some() {
            self.rename_index(from, to);
        } else {
            return self.belongs_to_a_column(from) || self.belongs_to_a_column(to);
        }
        true
    }

    /// Whether this is the sequence that a serial or an identity column brings along, which comes and goes with it.
    fn belongs_to_a_column(&self, sequence: &str) -> bool {
        let Some(start) = sequence.strip_suffix("_seq") else { return false };
        let owns = |(name, table): (&String, &crate::Table)| {
            let column = start.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix('_'));
            column.is_some_and(|column| table.column(column).is_some())
        };
        !self.schema.sequences.contains(sequence) && self.schema.tables.iter().any(owns)
    }
}

//! The schema as it would be after the revisions read so far, changed one operation at a time as the database would.
//!
//! Frames remember the tables that were touched, so that what a `try` body or one of two branches did can be compared
//! and taken back without copying the whole schema. Refuses nothing: what cannot be understood becomes a doubt.

mod apply;
mod attempts;
mod columns;
mod constraints;
mod indexes;
mod objects;
mod renaming;

use std::collections::{BTreeMap, BTreeSet};

use crate::operation::{ColumnSpec, ConstraintKind, ConstraintSpec, ForeignKeySpec, SqlType, TableSpec};
use crate::{Belief, ConstraintName, Dialect, Fact, Schema, Subject, Table, TableSubject, Unique, table_facts};
use attempts::Frame;
pub use attempts::Outcome;

/// PostgreSQL's limit, which SQLAlchemy's names obey too.
pub const LONGEST_NAME: usize = 63;

/// The schema so far.
pub struct Simulation {
    /// What is there, where it is known.
    pub schema: Schema,
    /// Whose rules decide names and defaults.
    pub dialect: Dialect,
    /// The schema that unqualified names fall into.
    pub default_schema: String,
    /// Facts that cannot be known at present, whatever the schema says.
    doubts: BTreeSet<Subject>,
    /// Facts that were true before this revision although no revision made them so.
    pub earlier: Vec<Subject>,
    /// Tables whose constraints before this revision are not all known.
    pub earlier_constraints: Vec<String>,
    /// The operation that is followed may have been carried out or not: it then ensures an end state.
    guarded: bool,
    /// Whether some of them may have come to be or not: a condition decided it that nobody can evaluate.
    pub undecided: bool,
    touched: BTreeSet<String>,
    frames: Vec<Frame>,
}

impl Simulation {
    /// A database without tables.
    #[must_use]
    pub fn new(dialect: Dialect, default_schema: &str) -> Self {
        Self {
            schema: Schema { default_schema: default_schema.to_owned(), ..Schema::default() },
            dialect,
            default_schema: default_schema.to_owned(),
            doubts: BTreeSet::new(),
            earlier: Vec::new(),
            earlier_constraints: Vec::new(),
            guarded: false,
            undecided: false,
            touched: BTreeSet::new(),
            frames: Vec::new(),
        }
    }

    /// A database that holds this.
    #[must_use]
    pub fn on(schema: Schema, dialect: Dialect, default_schema: &str) -> Self {
        Self { schema, ..Self::new(dialect, default_schema) }
    }

    /// A name as facts spell it.
    pub fn qualify(&self, name: &str, schema: Option<&str>) -> String {
        let name = self.cut(name);
        match schema {
            Some(schema) if schema != self.default_schema => format!("{schema}.{name}"),
            _ => name.to_owned(),
        }
    }

    /// What the server keeps of a name.
    pub(crate) fn cut<'n>(&self, name: &'n str) -> &'n str {
        match self.dialect {
            Dialect::PostgreSql => &name[..name.floor_char_boundary(LONGEST_NAME)],
            Dialect::Sqlite => name,
        }
    }

    /// Forgets what the last revision left open; returns the tables that it touched.
    pub fn next_revision(&mut self) -> BTreeSet<String> {
        self.undecided = false;
        self.frames.clear();
        std::mem::take(&mut self.touched)
    }

    /// The facts about one table, doubts applied.
    pub fn facts_of(&self, name: &str) -> Vec<Fact> {
        let mut facts = Vec::new();
        if let Some(table) = self.schema.tables.get(name) {
            table_facts(name, table, |subject, state| facts.push((subject, state)));
        }
        let first = Subject::Table(name.to_owned(), TableSubject::Itself);
        let doubts = self.doubts.range(first..).take_while(|doubt| matches!(doubt, Subject::Table(t, _) if t == name));
        for doubt in doubts {
            match facts.iter_mut().find(|(subject, _)| subject == doubt) {
                Some((_, state)) => *state = Belief::Unknown,
                None => facts.push((doubt.clone(), Belief::Unknown)),
            }
        }
        facts
    }

    /// The facts that belong to no table, doubts applied.
    pub fn other_facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        self.schema.other_facts(|subject, state| {
            let state = if self.doubts.contains(&subject) { Belief::Unknown } else { state };
            facts.push((subject, state));
        });
        let known: BTreeSet<Subject> = facts.iter().map(|(subject, _)| subject.clone()).collect();
        let doubts = self.doubts.iter().filter(|doubt| !matches!(doubt, Subject::Table(..)) && !known.contains(doubt));
        facts.extend(doubts.map(|doubt| (doubt.clone(), Belief::Unknown)));
        facts
    }

    /// What cannot be known at present, whatever the schema says.
    pub fn doubts(&self) -> impl Iterator<Item = &Subject> {
        self.doubts.iter()
    }

    /// Whether a fact is one of these.
    pub fn is_doubted(&self, subject: &Subject) -> bool {
        self.doubts.contains(subject)
    }

    /// Those of a table.
    pub fn doubts_about(&self, table: &str) -> impl Iterator<Item = &TableSubject> {
        let first = Subject::Table(table.to_owned(), TableSubject::Itself);
        let of_table = self.doubts.range(first..).map_while(move |doubt| match doubt {
            Subject::Table(name, subject) => Some((name, subject)),
            _ => None,
        });
        of_table.take_while(move |(name, _)| *name == table).map(|(_, subject)| subject)
    }

    fn doubt(&mut self, subject: Subject) {
        if let Subject::Table(table, _) = &subject {
            self.touched.insert(table.clone());
        }
        self.doubts.insert(subject);
    }

    fn trust(&mut self, subject: &Subject) {
        self.doubts.remove(subject);
    }

    fn was_there(&mut self, table: &str, subject: TableSubject) {
        self.earlier.push(Subject::Table(table.to_owned(), subject));
    }

    /// Whether the current revision has changed a table.
    pub fn has_touched(&self, name: &str) -> bool {
        self.touched.contains(name)
    }

    /// Must precede each change of a table.
    fn touch(&mut self, name: &str) {
        self.touched.insert(name.to_owned());
        if let Some(frame) = self.frames.last_mut()
            && !frame.tables.contains_key(name)
        {
            frame.tables.insert(name.to_owned(), self.schema.tables.get(name).cloned());
        }
    }

    /// The table to change; one that no revision created is assumed.
    fn table_mut(&mut self, name: &str) -> &mut Table {
        self.touch(name);
        self.schema.tables.entry(name.to_owned()).or_insert_with(|| Table { assumed: true, ..Table::default() })
    }

    /// A branch that may have run changes a table that nothing created: what it would change is in doubt.
    fn doubted(&mut self, table: &str, subjects: impl IntoIterator<Item = TableSubject>) -> bool {
        let missing = self.guarded && !self.schema.tables.contains_key(table);
        if missing {
            for subject in subjects {
                self.was_there(table, subject.clone());
                self.doubt(Subject::Table(table.to_owned(), subject));
            }
        }
        missing
    }

    /// Something unreadable happened to the table.
    fn open(&mut self, name: &str) {
        self.open_part(name, |table| table.open = true);
    }

    /// The same, to the part that `open` opens.
    fn open_part(&mut self, name: &str, open: fn(&mut Table)) {
        if self.schema.tables.contains_key(name) {
            open(self.table_mut(name));
        }
    }

    /// The same, to that part of each table of this name: nobody knows its schema.
    fn open_part_in_any_schema(&mut self, name: &str, open: fn(&mut Table)) {
        let bare = |table: &str| table.rsplit_once('.').map_or(table, |(_, bare)| bare) == name;
        let tables: Vec<String> = self.schema.tables.keys().filter(|table| bare(table)).cloned().collect();
        tables.iter().for_each(|table| self.open_part(table, open));
    }

    /// Does something to these tables, or to what belongs to none. In a branch that may have run, whatever it changes of them may
    /// have come to be or not.
    fn perhaps(&mut self, tables: &[&str], operation: impl FnOnce(&mut Self)) {
        if !self.guarded {
            return operation(self);
        }
        let facts = |simulation: &Self| -> BTreeMap<Subject, Belief<_>> {
            tables.iter().flat_map(|table| simulation.facts_of(table)).chain(simulation.other_facts()).collect()
        };
        let before = facts(self);
        operation(self);
        let after = facts(self);
        let subjects: BTreeSet<&Subject> = before.keys().chain(after.keys()).collect();
        for subject in subjects.into_iter().filter(|subject| before.get(subject) != after.get(subject)) {
            self.undecided = true;
            self.doubt(subject.clone());
        }
    }

    /// The same where it takes a look to know which tables those are: only a branch that may have run needs it.
    fn perhaps_to(&mut self, tables: impl FnOnce(&Self) -> Vec<String>, operation: impl FnOnce(&mut Self)) {
        let tables = if self.guarded { tables(self) } else { Vec::new() };
        self.perhaps(&tables.iter().map(String::as_str).collect::<Vec<_>>(), operation);
    }

    fn create_table(&mut self, table: &TableSpec, if_absent: bool) {
        let Some(name) = &table.name else { return };
        let (columns, constraints) = (&table.columns, &table.constraints);
        self.perhaps(&[name], |simulation| simulation.make_table(name, columns, constraints, if_absent));
        if table.open {
            self.open(name);
        }
    }

    fn make_table(&mut self, name: &str, columns: &[ColumnSpec], constraints: &[ConstraintSpec], if_absent: bool) {
        if let Some(old) = self.schema.tables.get(name)
            && (self.guarded || if_absent)
            && !old.assumed
        {
            return;
        }
        self.touch(name);
        self.schema.tables.insert(name.to_owned(), Table::default());
        self.doubts.retain(|doubt| doubt.table() != Some(name));
        for column in columns {
            self.put_column(name, column, true);
        }
        let keys: Vec<String> =
            columns.iter().filter(|column| column.primary_key).filter_map(|column| column.name.clone()).collect();
        if !keys.is_empty() {
            self.table_mut(name).primary_key = Some(Belief::Known(keys));
        }
        for constraint in constraints {
            let later = matches!(constraint.kind, ConstraintKind::ForeignKey(ForeignKeySpec { use_alter: true, .. }));
            if !later || self.dialect == Dialect::Sqlite {
                self.put_constraint(name, constraint);
            }
        }
        self.settle_keys(name);
    }

    /// One of several equal keys is kept that one CREATE TABLE asks for; in PostgreSQL a primary key excludes NULL.
    fn settle_keys(&mut self, name: &str) {
        let postgres = self.dialect == Dialect::PostgreSql;
        let table = self.table_mut(name);
        let key = match &table.primary_key {
            Some(Belief::Known(columns)) => columns.clone(),
            _ => Vec::new(),
        };
        let stands_for_others = postgres || !table.has_row_number();
        let mut kept: Vec<Unique> = Vec::new();
        for unique in std::mem::take(&mut table.uniques) {
            let first = match &unique.columns {
                Belief::Known(columns) if stands_for_others && *columns == key => {
                    // A key without a name goes by this one, unless a naming convention has made another.
                    if !table.primary_key_name.as_ref().is_some_and(|name| name.explicit) && unique.name.is_some() {
                        table.primary_key_name = unique.name.map(|name| ConstraintName { explicit: false, ..name });
                    }
                    continue;
                }
                Belief::Known(_) => {
                    kept.iter_mut().find(|other| other.columns == unique.columns).map(|other| &mut other.name)
                }
                Belief::Unknown => None,
            };
            match first {
                // It goes by the first name that somebody has chosen.
                Some(name) if unique.name.as_ref().is_some_and(|name| name.explicit) => {
                    if !name.as_ref().is_some_and(|name| name.explicit) {
                        *name = unique.name;
                    }
                }
                Some(_) => {}
                None => kept.push(unique),
            }
        }
        table.uniques = kept;
        if postgres {
            for column in table.columns.iter_mut().filter(|column| key.contains(&column.name)) {
                column.nullable = Belief::Known(false);
            }
        }
    }

    fn drop_table(&mut self, name: &str) {
        self.perhaps_to(|simulation| simulation.with_referring(name), |simulation| simulation.remove_table(name));
    }

    fn remove_table(&mut self, name: &str) {
        if !self.schema.tables.contains_key(name) {
            self.was_there(name, TableSubject::Itself);
        }
        self.touch(name);
        self.schema.tables.remove(name);
        self.doubts.retain(|doubt| doubt.table() != Some(name));
        self.schema.triggers.retain(|(table, _)| table != name);
        // SQLite leaves keys that refer to nothing.
        if self.dialect == Dialect::Sqlite {
            return;
        }
        let target = Belief::Known(name.to_owned());
        for other in self.referring_to(name) {
            self.table_mut(&other).foreign_keys.retain(|key| key.target != target);
        }
    }

    /// A table and those that refer to it.
    fn with_referring(&self, name: &str) -> Vec<String> {
        self.referring_to(name).into_iter().chain([name.to_owned()]).collect()
    }

    fn referring_to(&self, name: &str) -> Vec<String> {
        let refers = |table: &Table| table.foreign_keys.iter().any(|key| key.target.known().is_some_and(|t| t == name));
        self.schema.tables.iter().filter(|(_, table)| refers(table)).map(|(name, _)| name.clone()).collect()
    }

    /// `CREATE TYPE` as a side effect of `CREATE TABLE`; adding a column does not do that.
    fn create_enum_of(&mut self, kind: &SqlType) {
        if let Some(enumeration) = &kind.enumeration
            && let Some(name) = &enumeration.name
            && enumeration.native
            && enumeration.create
        {
            let labels = Belief::from(enumeration.labels.clone());
            self.schema.enums.entry(name.to_lowercase()).or_insert(labels);
        }
    }
}

//! What is known of the database when a statement runs.

use std::collections::{BTreeMap, BTreeSet};

use schema::{Dialect, ForeignKey, Schema, Table};

/// What is known of the database when a statement runs.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Which database it is.
    pub dialect: Dialect,
    /// Its major version; the oldest that is supported where nobody has asked.
    pub version: u32,
    /// Its schema by then.
    pub schema: Schema,
    /// Tables that this upgrade has made.
    pub made: BTreeSet<String>,
    /// Tables that are partitioned, partitions, or linked by inheritance.
    pub divided: BTreeSet<String>,
    /// Checks of tables, as the server prints them.
    pub checks: BTreeMap<String, Vec<String>>,
    /// Views and rules by the table that they read, each with the columns.
    pub views: BTreeMap<String, Vec<(String, Vec<String>)>>,
}

impl Ground {
    /// A database of which only the schema is known.
    #[must_use]
    pub fn of(dialect: Dialect, version: u32, schema: Schema) -> Self {
        let (made, divided, checks, views) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
        Self { dialect, version, schema, made, divided, checks, views }
    }

    /// A table by its name as facts spell it.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.schema.tables.get(name)
    }

    /// A column's type, where it is known.
    #[must_use]
    pub fn type_of(&self, table: &str, column: &str) -> Option<&str> {
        self.table(table)?.column(column)?.kind.known().map(String::as_str)
    }

    /// Whether an enum of this name is there: a type that is no domain.
    #[must_use]
    pub fn is_enum(&self, name: &str) -> bool {
        self.schema.enums.contains_key(name)
    }

    /// The tables that hold a foreign key on this one, or of which it holds one, but for itself.
    pub(crate) fn related(&self, table: &str, concerns: impl Fn(&ForeignKey) -> bool) -> Vec<String> {
        let mut others: Vec<String> = Vec::new();
        for key in self.table(table).iter().flat_map(|held| &held.foreign_keys).filter(|key| concerns(key)) {
            others.extend(key.target.known().cloned());
        }
        others.retain(|other| other != table);
        others.sort();
        others.dedup();
        others
    }

    /// The tables with a foreign key on this one; with those on them, and so on, where it goes `through`.
    pub(crate) fn all_referring(&self, table: &str, through: bool) -> Vec<String> {
        let mut found: Vec<String> = self.referring(table).map(|(name, _)| name.clone()).collect();
        let mut at = 0;
        while through && at < found.len() {
            let next: Vec<String> = self.referring(&found[at]).map(|(name, _)| name.clone()).collect();
            found.extend(next.into_iter().filter(|name| name != table && !found.contains(name)).collect::<Vec<_>>());
            at += 1;
        }
        found.sort();
        found.dedup();
        found
    }

    /// The tables with a foreign key on this one, itself left out, each with the key.
    pub(crate) fn referring(&self, table: &str) -> impl Iterator<Item = (&String, &ForeignKey)> {
        let all = self.schema.tables.iter().filter(move |(name, _)| *name != table);
        all.flat_map(|(name, held)| held.foreign_keys.iter().map(move |key| (name, key)))
            .filter(move |(_, key)| key.target.known().is_some_and(|target| target == table))
    }
}

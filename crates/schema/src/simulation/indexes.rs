//! Indexes, and names that are too long.

use md5::{Digest, Md5};

use super::{LONGEST_NAME, Simulation};
use crate::operation::IndexSpec;
use crate::{Belief, Dialect, Index, Subject, TableSubject};

/// SQLAlchemy's `_truncated_label`: 55 characters, an underscore, and the last four hex digits of the md5.
fn shortened(name: &str) -> String {
    if name.len() <= LONGEST_NAME {
        return name.to_owned();
    }
    let digest = Md5::digest(name.as_bytes());
    let kept: String = name.chars().take(LONGEST_NAME - 8).collect();
    format!("{kept}_{:02x}{:02x}", digest[14], digest[15])
}

/// SQLAlchemy's name for an index that has none: `ix_<table>_<first column>`.
pub(super) fn derived_index_name(table: &str, column: &str) -> String {
    format!("ix_{}_{column}", table.replace('.', "_"))
}

impl Simulation {
    /// A name as SQLAlchemy shortens it for the server.
    pub(super) fn truncated(&self, name: &str) -> String {
        match self.dialect {
            Dialect::PostgreSql => shortened(name),
            Dialect::Sqlite => name.to_owned(),
        }
    }

    pub(super) fn create_index(&mut self, name: &str, table: &str, index: &IndexSpec, if_absent: bool) {
        let name = self.truncated(name);
        if self.doubted(table, [TableSubject::Index(name.clone())]) {
            return;
        }
        let keep = self.guarded || if_absent;
        let held = self.table_mut(table);
        let named = |unique: &crate::Unique| unique.name.as_ref().is_some_and(|held| held.name == name);
        if keep && (held.indexes.contains_key(&name) || held.uniques.iter().any(named)) {
            return;
        }
        held.indexes.insert(
            name.clone(),
            Index { columns: index.columns.clone().into(), unique: index.options.unique.into(), valid: true },
        );
        let subject = Subject::Table(table.to_owned(), TableSubject::Index(name));
        // The guard may have asked for something else, or failed on this database: an index is easily left out.
        self.undecided |= self.guarded;
        if self.guarded { self.doubt(subject) } else { self.trust(&subject) }
    }

    /// Drops an index by name; without one all indexes of the table are in doubt.
    pub(super) fn drop_index(&mut self, name: Option<&str>, table: Option<&str>) {
        let Some(name) = name else {
            // Without a table it may be any of any.
            let may_be = self.schema.tables.iter().filter(|(held, _)| table.is_none_or(|table| table == held.as_str()));
            let indexes = may_be.flat_map(|(table, held)| {
                held.indexes.keys().map(|name| Subject::Table(table.clone(), TableSubject::Index(name.clone())))
            });
            for subject in indexes.collect::<Vec<_>>() {
                self.doubt(subject);
            }
            return;
        };
        let name = self.truncated(name);
        match (self.index_holder(&name, table), table) {
            (Some(holder), _) => {
                self.table_mut(&holder).indexes.remove(&name);
                self.trust(&Subject::Table(holder, TableSubject::Index(name)));
            }
            (None, Some(table)) => self.was_there(table, TableSubject::Index(name)),
            (None, None) => {}
        }
    }

    /// The table whose index this is, the named one first.
    #[must_use]
    pub fn index_holder(&self, name: &str, table: Option<&str>) -> Option<String> {
        let has = |table: &&str| self.schema.tables.get(*table).is_some_and(|held| held.indexes.contains_key(name));
        if let Some(table) = table.filter(has) {
            return Some(table.to_owned());
        }
        let mut holders = self.schema.tables.iter().filter(|(_, held)| held.indexes.contains_key(name));
        holders.next().map(|(table, _)| table.clone())
    }

    pub(super) fn rename_index(&mut self, from: &str, to: &str) {
        if let Some(holder) = self.index_holder(from, None) {
            let held = self.table_mut(&holder);
            if let Some(index) = held.indexes.remove(from) {
                held.indexes.insert(to.to_owned(), index);
            }
            return;
        }
        if let Some(table) = self.key_holder(from) {
            self.rename_constraint(&table, from, to);
        }
    }

    /// The table whose unique constraint or primary key this is.
    pub(super) fn key_holder(&self, name: &str) -> Option<String> {
        let named = |held: &crate::ConstraintName| held.name == name;
        let holds = |held: &crate::Table| {
            held.uniques.iter().any(|unique| unique.name.as_ref().is_some_and(named))
                || held.primary_key_name.as_ref().is_some_and(named)
        };
        self.schema.tables.iter().find(|(_, held)| holds(held)).map(|(table, _)| table.clone())
    }

    /// The columns of an index, where they are known.
    pub fn index_columns(&self, table: &str, name: &str) -> Option<Vec<Option<String>>> {
        match &self.schema.tables.get(table)?.indexes.get(name)?.columns {
            Belief::Known(columns) => Some(columns.clone()),
            Belief::Unknown => None,
        }
    }
}

//! A whole database without its rows, as a value.

use std::collections::{BTreeMap, BTreeSet};

use crate::Belief;

/// A whole database, without its rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schema {
    /// The schema that unqualified names fall into.
    pub default_schema: String,
    /// Tables, partitioned and foreign ones among them.
    pub tables: BTreeMap<String, Table>,
    /// Labels of each enum type, in order.
    pub enums: BTreeMap<String, Belief<Vec<String>>>,
    /// Views and materialized views.
    pub views: BTreeSet<String>,
    /// Sequences, those behind serial columns among them when live.
    pub sequences: BTreeSet<String>,
    /// Functions and procedures, by name without arguments.
    pub functions: BTreeSet<String>,
    /// (table, trigger).
    pub triggers: BTreeSet<(String, String)>,
    /// Extensions.
    pub extensions: BTreeSet<String>,
    /// Schemas.
    pub namespaces: BTreeSet<String>,
}

/// One table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Columns in order of their creation.
    pub columns: Vec<Column>,
    /// Columns of the primary key; `None` when there is none.
    pub primary_key: Option<Belief<Vec<String>>>,
    /// Name of the primary key's constraint.
    pub primary_key_name: Option<ConstraintName>,
    /// Unique constraints.
    pub uniques: Vec<Unique>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Check and exclusion constraints.
    pub checks: Vec<Check>,
    /// Indexes by name, those that carry a constraint among them when live.
    pub indexes: BTreeMap<String, Index>,
    /// Something unreadable changed this table: what is not listed may be there all the same.
    pub open: bool,
    /// An index was created that cannot be read: one that is not listed may be there all the same.
    pub open_indexes: bool,
    /// No revision created it; it was there before the first one that was read.
    pub assumed: bool,
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The type as the catalogue prints it, lower case without quotes.
    pub kind: Belief<String>,
    /// Whether it takes NULL.
    pub nullable: Belief<bool>,
    /// Whether it has a default other than its own sequence.
    pub default: Belief<bool>,
}

/// A constraint's name, and whether somebody chose it or it follows from a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConstraintName {
    /// The name.
    pub name: String,
    /// Written down, by the migration or by the catalogue. A derived one may carry a number on a collision.
    pub explicit: bool,
}

/// A unique constraint.
#[derive(Debug, Clone, PartialEq)]
pub struct Unique {
    /// Its name, when it can be known.
    pub name: Option<ConstraintName>,
    /// Its columns.
    pub columns: Belief<Vec<String>>,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignKey {
    /// Its name, when it can be known.
    pub name: Option<ConstraintName>,
    /// Its columns.
    pub columns: Belief<Vec<String>>,
    /// The table that it refers to.
    pub target: Belief<String>,
    /// What happens when the row is deleted, as `pg_constraint.confdeltype` has it: a, r, c, n, d.
    pub on_delete: Belief<char>,
}

/// A check or exclusion constraint.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Its name.
    pub name: ConstraintName,
    /// Its condition where the migrations spell it, to see which columns it needs.
    pub condition: Option<String>,
}

/// An index.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    /// Key parts; `None` for an expression.
    pub columns: Belief<Vec<Option<String>>>,
    /// Whether it is unique.
    pub unique: Belief<bool>,
    /// Live only: false after a failed CREATE INDEX CONCURRENTLY.
    pub valid: bool,
}

impl Table {
    /// Whether SQLite's primary key is the number of the row, which no index carries.
    pub(crate) fn has_row_number(&self) -> bool {
        let Some(Belief::Known(key)) = &self.primary_key else { return false };
        let [column] = key.as_slice() else { return false };
        self.column(column).is_none_or(|column| column.kind.known().is_none_or(|kind| kind == "integer"))
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// A column by name, to change.
    pub fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.name == name)
    }
}

/// A SQLite column's declared type in the spelling that is compared: lower case, without blanks and quotes.
pub fn declared_type(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '"').flat_map(char::to_lowercase).collect()
}

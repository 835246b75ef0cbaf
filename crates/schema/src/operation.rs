//! What a migration asks for: columns, constraints and types as SQLAlchemy's constructors describe them.
//!
//! Plain values on the way from a call to the simulation. `None` stands for what could not be read.

use std::sync::Arc;

/// A column type.
#[derive(Debug, Clone, Default)]
pub struct SqlType {
    /// As the catalogue prints it, lower case.
    pub text: Option<String>,
    /// When it is an enum.
    pub enumeration: Option<Arc<EnumType>>,
}

/// An enum type.
#[derive(Debug, Clone)]
pub struct EnumType {
    pub name: Option<String>,
    pub labels: Option<Vec<String>>,
    /// A type of the database, and not a varchar.
    pub native: bool,
    /// Whether CREATE TABLE creates it.
    pub create: bool,
}

/// A column.
#[derive(Debug, Clone)]
pub struct ColumnSpec {
    pub name: Option<String>,
    pub kind: SqlType,
    pub nullable: Option<bool>,
    pub primary_key: bool,
    pub unique: bool,
    pub index: bool,
    pub default: Option<bool>,
    pub constraints: Vec<ConstraintSpec>,
}

/// A constraint's or an index's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Naming {
    /// Left to the database or to a naming convention.
    Unnamed,
    /// This name, unless a naming convention makes another of it.
    Named(String),
    /// This name, whatever the naming convention: `op.f(…)`, or raw SQL.
    Final(String),
    /// The name that SQLAlchemy makes of the table and the column where no naming convention makes another.
    Derived(String),
    /// Some name that could not be read.
    Unreadable,
}

impl Naming {
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Named(name) | Self::Final(name) | Self::Derived(name) => Some(name),
            Self::Unnamed | Self::Unreadable => None,
        }
    }
}

/// A constraint or an index.
#[derive(Debug, Clone)]
pub struct ConstraintSpec {
    pub name: Naming,
    /// `None` within: an expression, or a column that could not be read.
    pub columns: Option<Vec<Option<String>>>,
    pub kind: ConstraintKind,
}

impl ConstraintSpec {
    /// The columns, when each of them is known.
    pub fn plain_columns(&self) -> Option<Vec<String>> {
        self.columns.as_ref()?.iter().cloned().collect()
    }
}

/// What the constraint is.
#[derive(Debug, Clone)]
pub enum ConstraintKind {
    PrimaryKey,
    Unique,
    ForeignKey { target: Option<String>, on_delete: Option<char>, use_alter: bool },
    Check { condition: Option<String> },
    Exclude,
    Index { unique: Option<bool> },
}

/// `sa.Table` or the table that `op.create_table` returns.
#[derive(Debug, Clone)]
pub struct TableSpec {
    pub name: Option<String>,
    pub columns: Vec<ColumnSpec>,
    pub constraints: Vec<ConstraintSpec>,
    /// Something in it could not be read.
    pub open: bool,
}

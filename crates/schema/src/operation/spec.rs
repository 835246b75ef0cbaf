//! The things that operations make, as SQLAlchemy's constructors describe them. `None` stands for what could not be read.

use std::sync::Arc;

use serde::Serialize;

/// A column type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SqlType {
    /// As the catalogue prints it, lower case.
    pub text: Option<String>,
    /// When it is an enum.
    pub enumeration: Option<Arc<EnumType>>,
}

/// An enum type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnumType {
    /// Its name.
    pub name: Option<String>,
    /// Its labels, in order.
    pub labels: Option<Vec<String>>,
    /// A type of the database, and not a varchar.
    pub native: bool,
    /// Whether `CREATE TABLE` creates it.
    pub create: bool,
    /// The check that a column of it brings along, by its name.
    pub check: Option<Naming>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnSpec {
    /// Its name.
    pub name: Option<String>,
    /// Its type.
    pub kind: SqlType,
    /// Whether it takes NULL.
    pub nullable: Option<bool>,
    /// `primary_key=True`.
    pub primary_key: bool,
    /// `unique=True`.
    pub unique: bool,
    /// `index=True`.
    pub index: bool,
    /// Whether it has a default other than its own sequence.
    pub default: Option<bool>,
    /// The default as SQL has it, where it could be read.
    pub default_text: Option<String>,
    /// Constraints that are written into it.
    pub constraints: Vec<ConstraintSpec>,
}

impl ColumnSpec {
    /// A column of which nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self { name: None, nullable: None, default: None, ..Self::plain("", SqlType::default()) }
    }

    /// A column with nothing but a name and a type: it takes NULL, and has no default.
    #[must_use]
    pub fn plain(name: impl Into<String>, kind: SqlType) -> Self {
        Self {
            name: Some(name.into()),
            kind,
            nullable: Some(true),
            primary_key: false,
            unique: false,
            index: false,
            default: Some(false),
            default_text: None,
            constraints: Vec::new(),
        }
    }
}

/// A constraint's or an index's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
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
    /// The name, where there is one that could be read.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Named(name) | Self::Final(name) | Self::Derived(name) => Some(name),
            Self::Unnamed | Self::Unreadable => None,
        }
    }
}

/// A constraint, or an index.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConstraintSpec {
    /// Its name.
    pub name: Naming,
    /// Its columns; `None` within: an expression, or a column that could not be read.
    pub columns: Option<Vec<Option<String>>>,
    /// What it is.
    pub kind: ConstraintKind,
}

impl ConstraintSpec {
    /// The columns, when each of them is known.
    #[must_use]
    pub fn plain_columns(&self) -> Option<Vec<String>> {
        self.columns.as_ref()?.iter().cloned().collect()
    }
}

/// What a constraint is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey,
    /// `UNIQUE`.
    Unique,
    /// `FOREIGN KEY`.
    ForeignKey(ForeignKeySpec),
    /// `CHECK`.
    Check {
        /// The condition.
        condition: Option<String>,
    },
    /// `EXCLUDE`.
    Exclude,
    /// An index.
    Index(IndexOptions),
}

/// What a foreign key refers to, and what it does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ForeignKeySpec {
    /// The table.
    pub target: Option<String>,
    /// The columns there.
    pub target_columns: Option<Vec<Option<String>>>,
    /// What happens when the row there is deleted, as `pg_constraint.confdeltype` has it: a, r, c, n, d.
    pub on_delete: Option<char>,
    /// It is added by a statement of its own, after its table.
    pub use_alter: bool,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndexSpec {
    /// Its columns; `None` within: an expression, or a column that could not be read.
    pub columns: Option<Vec<Option<String>>>,
    /// How it is made.
    pub options: IndexOptions,
}

/// How an index is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct IndexOptions {
    /// Whether it is unique.
    pub unique: Option<bool>,
    /// Its access method, where one is named: `gin`, …
    pub method: Option<String>,
    /// Its key parts that are expressions, as SQL has them, where they could be read.
    pub expressions: Vec<String>,
    /// A key part of it is given as SQL, column or not: a naming convention does not see its columns.
    #[serde(skip)]
    pub written: bool,
    /// Its `WHERE`, where it could be read.
    pub predicate: Option<String>,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableSpec {
    /// Its name.
    pub name: Option<String>,
    /// Its columns, in order.
    pub columns: Vec<ColumnSpec>,
    /// Its constraints.
    pub constraints: Vec<ConstraintSpec>,
    /// Something in it could not be read.
    pub open: bool,
}

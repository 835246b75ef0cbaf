//! What a migration asks for: columns, constraints and types as SQLAlchemy's constructors describe them.
//!
//! Plain values on the way from a call to the simulation. `None` stands for what could not be read.

use std::rc::Rc;

use super::value::Value;

/// A column type.
#[derive(Debug, Clone, Default)]
pub(super) struct SqlType {
    /// As the catalogue prints it, lower case.
    pub(super) text: Option<String>,
    /// When it is an enum.
    pub(super) enumeration: Option<Rc<EnumType>>,
}

/// An enum type.
#[derive(Debug, Clone)]
pub(super) struct EnumType {
    pub(super) name: Option<String>,
    pub(super) labels: Option<Vec<String>>,
    /// A type of the database, and not a varchar.
    pub(super) native: bool,
    /// Whether CREATE TABLE creates it.
    pub(super) create: bool,
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct ColumnSpec {
    pub(super) name: Option<String>,
    pub(super) kind: SqlType,
    pub(super) nullable: Option<bool>,
    pub(super) primary_key: bool,
    pub(super) unique: bool,
    pub(super) index: bool,
    pub(super) default: Option<bool>,
    pub(super) constraints: Vec<ConstraintSpec>,
}

/// A constraint's or an index's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Naming {
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
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Named(name) | Self::Final(name) | Self::Derived(name) => Some(name),
            Self::Unnamed | Self::Unreadable => None,
        }
    }
}

/// A constraint or an index.
#[derive(Debug, Clone)]
pub(super) struct ConstraintSpec {
    pub(super) name: Naming,
    /// `None` within: an expression, or a column that could not be read.
    pub(super) columns: Option<Vec<Option<String>>>,
    pub(super) kind: ConstraintKind,
}

impl ConstraintSpec {
    /// The columns, when each of them is known.
    pub(super) fn plain_columns(&self) -> Option<Vec<String>> {
        self.columns.as_ref()?.iter().cloned().collect()
    }
}

/// What the constraint is.
#[derive(Debug, Clone)]
pub(super) enum ConstraintKind {
    PrimaryKey,
    Unique,
    ForeignKey { target: Option<String>, on_delete: Option<char>, use_alter: bool },
    Check { condition: Option<String> },
    Exclude,
    Index { unique: Option<bool> },
}

/// `sa.Table` or the table that `op.create_table` returns.
#[derive(Debug, Clone)]
pub(super) struct TableSpec {
    pub(super) name: Option<String>,
    pub(super) columns: Vec<ColumnSpec>,
    pub(super) constraints: Vec<ConstraintSpec>,
    /// Something in it could not be read.
    pub(super) open: bool,
}

/// Arguments of a call.
#[derive(Debug, Clone, Default)]
pub(super) struct Arguments {
    pub(super) positional: Vec<Value>,
    pub(super) keywords: Vec<(String, Value)>,
    /// `**kwargs` that could not be read were among them.
    pub(super) open: bool,
}

impl Arguments {
    pub(super) fn keyword(&self, name: &str) -> Option<&Value> {
        self.keywords.iter().find(|(keyword, _)| keyword == name).map(|(_, value)| value)
    }

    /// By keyword, else by position.
    pub(super) fn get(&self, position: usize, name: &str) -> Option<&Value> {
        self.keyword(name).or_else(|| self.positional.get(position))
    }
}

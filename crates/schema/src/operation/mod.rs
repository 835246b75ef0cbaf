//! What a migration asks for, one operation at a time, as Alembic's operations and SQLAlchemy's constructors describe it.
//!
//! Plain values: a reader of revision files makes them, [`Simulation::apply`](crate::simulation::Simulation::apply) follows
//! them. `None` stands for what could not be read.

mod spec;

use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::{Belief, Subject};
pub use spec::{
    ColumnSpec, ConstraintKind, ConstraintSpec, EnumType, ForeignKeySpec, IndexOptions, IndexSpec, Naming, SqlType,
    TableSpec,
};

/// One operation of a revision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Operation {
    /// What it does.
    #[serde(flatten)]
    pub kind: OperationKind,
    /// The line of the revision's file whose statement asks for it, counted from 1.
    pub line: u32,
    /// Whether it is carried out.
    pub certainty: Certainty,
    /// The statement as the file has it, where it is raw SQL.
    pub sql: Option<Arc<str>>,
    /// The line on which the batch begins that makes the table anew for it, or may.
    #[serde(skip)]
    pub batch: Option<u32>,
    /// How it is carried out.
    #[serde(skip)]
    pub manner: Manner,
}

impl Operation {
    /// One that is carried out, neither raw SQL nor part of a batch.
    #[must_use]
    pub fn certain(kind: OperationKind, line: u32) -> Self {
        Self { kind, line, certainty: Certainty::Certain, sql: None, batch: None, manner: Manner::default() }
    }
}

/// How PostgreSQL is to carry out an operation, by Alembic's options for it alone: what it costs depends on them, and not what
/// comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manner {
    /// `postgresql_using`: how an old value becomes one of the new type.
    pub using: Belief<Option<String>>,
    /// `postgresql_not_valid`: the rows that are there are not looked at.
    pub not_valid: Belief<bool>,
    /// `postgresql_concurrently`: writers are not kept waiting.
    pub concurrently: Belief<bool>,
    /// `postgresql_partition_by`: the new table has its rows in partitions.
    pub partitioned: Belief<bool>,
}

/// Without an option.
impl Default for Manner {
    fn default() -> Self {
        let no = Belief::Known(false);
        Self { using: Belief::Known(None), not_valid: no.clone(), concurrently: no.clone(), partitioned: no }
    }
}

/// Whether an operation is carried out where its revision is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// It is.
    Certain,
    /// A condition that cannot be evaluated decides it.
    Guarded {
        /// The line of that condition; the operation's own where the statement guards itself.
        line: u32,
    },
}

/// What an operation does. Tables are named as facts name them: `schema.name` outside the default schema.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "operation", rename_all = "snake_case")]
pub enum OperationKind {
    /// `CREATE TABLE`.
    CreateTable {
        /// The table; its name is known.
        table: TableSpec,
        /// A table of this name is left as it is.
        if_not_exists: bool,
    },
    /// `DROP TABLE`.
    DropTable {
        /// The table.
        table: String,
    },
    /// `ALTER TABLE … RENAME TO`, also into another schema.
    RenameTable {
        /// Its name before.
        from: String,
        /// Its name afterwards.
        to: String,
    },
    /// `ADD COLUMN`.
    AddColumn {
        /// The table.
        table: String,
        /// The column.
        column: ColumnSpec,
        /// A column of this name is left as it is.
        if_not_exists: bool,
    },
    /// `DROP COLUMN`.
    DropColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// `ALTER COLUMN`.
    AlterColumn {
        /// The table.
        table: String,
        /// The column, by its name before.
        column: String,
        /// What becomes of it.
        change: ColumnChange,
    },
    /// `ADD CONSTRAINT`, or an index that is left without a name.
    AddConstraint {
        /// The table.
        table: String,
        /// The constraint.
        constraint: ConstraintSpec,
    },
    /// `DROP CONSTRAINT`.
    DropConstraint {
        /// The table.
        table: String,
        /// Its name.
        name: Option<String>,
        /// Alembic's `type_`: `foreignkey`, `primary`, `unique` or `check`.
        kind: Option<String>,
        /// What needs it goes along.
        cascade: bool,
    },
    /// `RENAME CONSTRAINT`.
    RenameConstraint {
        /// The table.
        table: String,
        /// Its name before.
        from: String,
        /// Its name afterwards.
        to: String,
    },
    /// `CREATE INDEX`.
    CreateIndex {
        /// Its name.
        name: String,
        /// The table.
        table: String,
        /// What it is made of.
        index: IndexSpec,
        /// An index of this name is left as it is.
        if_not_exists: bool,
    },
    /// `DROP INDEX`.
    DropIndex {
        /// Its name.
        name: Option<String>,
        /// The table, where it is named.
        table: Option<String>,
    },
    /// `ALTER INDEX … RENAME TO`.
    RenameIndex {
        /// Its name before.
        from: String,
        /// Its name afterwards.
        to: String,
    },
    /// `CREATE TYPE … AS ENUM`.
    CreateEnum {
        /// Its name.
        name: String,
        /// Its labels, in order.
        labels: Option<Vec<String>>,
        /// A type of this name is left as it is.
        if_not_exists: bool,
    },
    /// `DROP TYPE`.
    DropEnum {
        /// Its name.
        name: String,
    },
    /// `ALTER TYPE … RENAME TO`.
    RenameEnum {
        /// Its name before.
        from: String,
        /// Its name afterwards.
        to: String,
    },
    /// `ALTER TYPE` of an enum.
    AlterEnum {
        /// Its name.
        name: String,
        /// What becomes of its labels.
        change: EnumChange,
    },
    /// Creates something that has nothing but a name: a view, a sequence, a function, a trigger, an extension, a schema.
    Create {
        /// What.
        #[serde(serialize_with = "named")]
        object: Subject,
        /// `OR REPLACE`: there may have been one before.
        replace: bool,
    },
    /// Drops such a thing.
    Drop {
        /// What.
        #[serde(serialize_with = "named")]
        object: Subject,
    },
    /// A statement that changes nothing which a schema shows: rows, rights, settings. `None` as its SQL: it is not known.
    Execute,
    /// Something that could not be read changes what is named here, or may.
    Unread(Reach),
}

/// An object as its kind, its name, and a trigger's table.
fn named<S: Serializer>(object: &Subject, serializer: S) -> Result<S::Ok, S::Error> {
    let (kind, name, table) = match object {
        Subject::Table(table, _) => ("table", table, None),
        Subject::Enum(name) => ("enum", name, None),
        Subject::View(name) => ("view", name, None),
        Subject::Sequence(name) => ("sequence", name, None),
        Subject::Function(name) => ("function", name, None),
        Subject::Trigger(table, name) => ("trigger", name, Some(table)),
        Subject::Extension(name) => ("extension", name, None),
        Subject::Namespace(name) => ("schema", name, None),
    };
    Named { kind, name, table }.serialize(serializer)
}

#[derive(Serialize)]
struct Named<'a> {
    kind: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<&'a String>,
}

/// How far an operation reaches that could not be read.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// A table.
    Table {
        /// The table.
        table: String,
        /// What of it.
        part: TablePart,
        /// Whether it has to be there, though no revision made it.
        assumed: bool,
    },
    /// Each table of this name: its schema is not known.
    TableInAnySchema {
        /// The name alone.
        name: String,
        /// What of it.
        part: TablePart,
    },
    /// A table is made anew, perhaps, with this in the place of a column: what differs is unknown.
    Column {
        /// The table.
        table: String,
        /// The column.
        column: ColumnSpec,
    },
    /// Views, functions, extensions and triggers.
    Objects,
}

/// A part of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TablePart {
    /// Anything may be there that is not listed.
    Everything,
    /// An index may be there that is not listed.
    Indexes,
    /// It is made anew out of what SQLAlchemy reflects of it: an index with an expression may be gone, and a type that SQLite has
    /// no name of its own for another.
    Unreflected,
    /// Any column may be other than it was.
    Columns,
    /// Any column may be gone, and what needs it.
    DroppedColumns,
}

/// `ALTER COLUMN`; an outer `None` leaves the property alone, [`Belief::Unknown`] makes it unknown.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ColumnChange {
    /// Whether it takes NULL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nullable: Option<Belief<bool>>,
    /// Whether it has a default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Belief<bool>>,
    /// The default as SQL has it, where it gets one that could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_text: Option<String>,
    /// Its type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<SqlType>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Belief<String>>,
}

/// What becomes of an enum's labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EnumChange {
    /// They become these.
    Set(Vec<String>),
    /// `ADD VALUE`, unless it is there.
    Add {
        /// The new label.
        label: String,
        /// The label beside it, and whether the new one comes after; at the end otherwise.
        beside: Option<(String, bool)>,
    },
    /// `RENAME VALUE`.
    Rename {
        /// The label before.
        from: String,
        /// The label afterwards.
        to: String,
    },
}

//! What takes an operation back: things that it made are dropped; what it dropped or altered comes back only where its
//! earlier form is known exactly.

use schema::operation::{ColumnChange, ConstraintKind, ConstraintSpec, Naming, Operation, OperationKind as K, SqlType};
use schema::{Belief, Column, Dialect, ForeignKey, Schema, Subject, Table};

use crate::written::{Unwritable, because, beside, name, of_kind, quoted, retyped};

/// What takes an operation back: the statements, and what they do.
#[derive(Debug, Default)]
pub(crate) struct Inverse {
    pub(crate) statements: Vec<String>,
    pub(crate) kinds: Vec<K>,
    /// Which of the operations before it are repeated.
    pub(crate) repeats: Option<usize>,
}

type Inverted = Result<Inverse, Unwritable>;

fn this(kind: K, dialect: Dialect) -> Inverted {
    Ok(Inverse { statements: of_kind(&kind, dialect)?, kinds: vec![kind], repeats: None })
}

/// What takes an operation back in a `live` schema that it has led to from `before`. `earlier` are the operations before it,
/// oldest first: what one of them made is made again as it was then.
///
/// # Errors
/// Where the earlier form is not known exactly, or the database has no statement for it.
pub(crate) fn inverse(
    operation: &Operation,
    before: &Schema,
    live: &Schema,
    earlier: &[&Operation],
    dialect: Dialect,
) -> Inverted {
    let of = |kind: K| this(kind, dialect);
    match &operation.kind {
        K::CreateTable { table, .. } => match &table.name {
            Some(held) => of(K::DropTable { table: held.clone() }),
            None => because("the table's name could not be read"),
        },
        K::RenameTable { from, to } => of(K::RenameTable { from: to.clone(), to: from.clone() }),
        K::AddColumn { table, column, .. } => match &column.name {
            Some(held) => of(K::DropColumn { table: table.clone(), column: held.clone() }),
            None => because("the column's name could not be read"),
        },
        K::AlterColumn { table, column, change } => {
            alter_back((table, column), change, (before, live), earlier, dialect)
        }
        K::AddConstraint { table, constraint } => drop_constraint(table, constraint, live, dialect),
        K::RenameConstraint { table, from, to } => {
            of(K::RenameConstraint { table: table.clone(), from: to.clone(), to: from.clone() })
        }
        K::CreateIndex { name: index, table, index: spec, .. } => {
            let concurrently = if spec.options.concurrently { "CONCURRENTLY " } else { "" };
            Ok(Inverse {
                statements: vec![format!("DROP INDEX {concurrently}{}", beside(index, Some(table)))],
                kinds: vec![K::DropIndex { name: Some(index.clone()), table: Some(table.clone()) }],
                repeats: None,
            })
        }
        K::RenameIndex { from, to } => of(K::RenameIndex { from: to.clone(), to: from.clone() }),
        K::CreateEnum { name, .. } => of(K::DropEnum { name: name.clone() }),
        K::RenameEnum { from, to } => of(K::RenameEnum { from: to.clone(), to: from.clone() }),
        K::Create { object, replace: false } => drop_object(object, dialect),
        K::DropIndex { name: Some(index), .. } => {
            made_again(earlier, dialect, index, |kind| matches!(kind, K::CreateIndex { name, .. } if name == index))
        }
        K::DropConstraint { table, name: Some(held), .. } => made_again(earlier, dialect, held, |kind| {
            let named = |constraint: &ConstraintSpec| constraint.name.name() == Some(held);
            matches!(kind, K::AddConstraint { table: of, constraint } if of == table && named(constraint))
        }),
        K::DropTable { table } => because(format!("table {table} was dropped, with its rows")),
        K::DropColumn { table, column } => because(format!("column {table}.{column} was dropped, with its values")),
        K::AlterEnum { name, .. } => because(format!("the labels of type {name} were changed")),
        _ => because("what was there before is not known exactly"),
    }
}

/// The last operation that made something of this kind, once more.
fn made_again(earlier: &[&Operation], dialect: Dialect, what: &str, made: impl Fn(&K) -> bool) -> Inverted {
    match earlier.iter().rposition(|operation| made(&operation.kind)) {
        Some(at) => Ok(Inverse {
            statements: crate::written(earlier[at], dialect)?,
            kinds: vec![earlier[at].kind.clone()],
            repeats: Some(at),
        }),
        None => because(format!("how {what} was made is not known exactly")),
    }
}

fn drop_object(object: &Subject, dialect: Dialect) -> Inverted {
    let statement = match object {
        Subject::View(held) => format!("DROP VIEW {}", name(held)),
        Subject::Sequence(held) => format!("DROP SEQUENCE {}", name(held)),
        Subject::Function(held) if dialect == Dialect::PostgreSql => format!("DROP ROUTINE {}", name(held)),
        Subject::Extension(held) => format!("DROP EXTENSION {}", quoted(held)),
        Subject::Namespace(held) => format!("DROP SCHEMA {}", quoted(held)),
        Subject::Trigger(_, held) if dialect == Dialect::Sqlite => format!("DROP TRIGGER {}", quoted(held)),
        Subject::Trigger(table, held) => format!("DROP TRIGGER {} ON {}", quoted(held), name(table)),
        _ => return because(format!("how {} is dropped is not known exactly", schema::evidence::name(object))),
    };
    Ok(Inverse { statements: vec![statement], kinds: vec![K::Drop { object: object.clone() }], repeats: None })
}

/// By the name that it has in the database, where its parts tell which it is.
fn drop_constraint(table: &str, constraint: &ConstraintSpec, live: &Schema, dialect: Dialect) -> Inverted {
    let held = live.tables.get(table).and_then(|table| named(table, constraint));
    let held = held.or_else(|| match &constraint.name {
        Naming::Final(held) => Some(held.clone()),
        _ => None,
    });
    let Some(held) = held else { return because("the name of a constraint is not known for certain") };
    this(K::DropConstraint { table: table.to_owned(), name: Some(held), kind: None, cascade: false }, dialect)
}

/// The name of the only constraint of a table that has the same parts.
fn named(table: &Table, constraint: &ConstraintSpec) -> Option<String> {
    let columns = constraint.plain_columns()?;
    let mut names = Vec::new();
    match &constraint.kind {
        ConstraintKind::PrimaryKey => names.push(table.primary_key_name.as_ref()),
        ConstraintKind::Unique => {
            let same = table.uniques.iter().filter(|unique| unique.columns.known() == Some(&columns));
            names.extend(same.map(|unique| unique.name.as_ref()));
        }
        ConstraintKind::ForeignKey(key) => {
            let same = |held: &&ForeignKey| {
                held.columns.known() == Some(&columns) && held.target.known() == key.target.as_ref()
            };
            names.extend(table.foreign_keys.iter().filter(same).map(|key| key.name.as_ref()));
        }
        ConstraintKind::Check { .. } | ConstraintKind::Exclude | ConstraintKind::Index(_) => {}
    }
    match names.as_slice() {
        [Some(only)] => Some(only.name.clone()),
        _ => None,
    }
}

fn alter_back(
    (table, column): (&str, &str),
    change: &ColumnChange,
    (before, live): (&Schema, &Schema),
    earlier: &[&Operation],
    dialect: Dialect,
) -> Inverted {
    let Some(held) = before.tables.get(table).and_then(|table| table.column(column)) else {
        return because(format!("what {table}.{column} was before is not known"));
    };
    let now = match &change.name {
        None => column,
        Some(Belief::Known(name)) => name,
        Some(Belief::Unknown) => return because(format!("the new name of {table}.{column} could not be read")),
    };
    let mut back = ColumnChange::default();
    if change.name.is_some() {
        back.name = Some(Belief::Known(column.to_owned()));
    }
    if change.nullable.is_some() {
        back.nullable = Some(held.nullable.clone());
    }
    if change.default.is_some() {
        back.default = Some(held.default.clone());
        back.default_text = default_before(table, column, earlier);
    }
    let mut inverse = Inverse::default();
    if change.kind.is_some() {
        let kind = type_before(held)?;
        let default = default_before(table, column, earlier);
        let live = live.tables.get(table).and_then(|table| table.column(now)).unwrap_or(held);
        inverse.statements.extend(retyped(table, live, &kind, default.as_deref(), dialect)?);
        let kind = Some(SqlType { text: Some(kind), enumeration: None });
        let change = ColumnChange { kind, ..ColumnChange::default() };
        inverse.kinds.push(K::AlterColumn { table: table.to_owned(), column: now.to_owned(), change });
    }
    let properties = ColumnChange { name: None, ..back.clone() };
    let renamed = ColumnChange { name: back.name, ..ColumnChange::default() };
    for change in [properties, renamed] {
        let kind = K::AlterColumn { table: table.to_owned(), column: now.to_owned(), change };
        inverse.statements.extend(of_kind(&kind, dialect)?);
        inverse.kinds.push(kind);
    }
    Ok(inverse)
}

fn type_before(held: &Column) -> Result<String, Unwritable> {
    match &held.kind {
        Belief::Known(kind) => Ok(kind.clone()),
        Belief::Unknown => because(format!("what type {} had before is not known", held.name)),
    }
}

/// The default that the last operation before gave a column, as SQL has it.
pub(crate) fn default_before(table: &str, column: &str, earlier: &[&Operation]) -> Option<String> {
    let of_column = |operation: &&&Operation| match &operation.kind {
        K::CreateTable { table: made, .. } => made.name.as_deref() == Some(table),
        K::AddColumn { table: of, column: added, .. } => of == table && added.name.as_deref() == Some(column),
        K::AlterColumn { table: of, column: altered, change } => {
            of == table && altered == column && (change.default.is_some() || change.name.is_some())
        }
        K::RenameTable { to, .. } => to == table,
        _ => false,
    };
    match &earlier.iter().rev().find(of_column)?.kind {
        K::CreateTable { table, .. } => {
            table.columns.iter().find(|held| held.name.as_deref() == Some(column))?.default_text.clone()
        }
        K::AddColumn { column, .. } => column.default_text.clone(),
        K::AlterColumn { change, .. } => change.default_text.clone(),
        _ => None,
    }
}

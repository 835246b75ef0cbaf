//! Operations of Alembic: what the SQL that they become does.

use super::build::{self, NewColumn, NewConstraint, divided, done};
use super::default::DefaultValue;
use super::rules::Form;
use super::statement::of_sql;
use crate::{Deed, Ground, Work};
use schema::Belief;
use schema::operation::{
    ColumnChange, ColumnSpec, ConstraintKind, ConstraintSpec, Manner, Operation, OperationKind as K,
};
use schema::operation::{IndexSpec, Reach, TableSpec};

const YES: Belief<bool> = Belief::Known(true);

/// What an operation does: by its SQL, where it is raw SQL.
pub(crate) fn of_operation(operation: &Operation, ground: &Ground) -> Vec<Deed> {
    if let Some(sql) = &operation.sql {
        return of_sql(sql, ground);
    }
    let manner = &operation.manner;
    let deeds = of_kind(operation, ground);
    deeds.into_iter().map(|deed| divided(ground, undecided(manner, deed))).collect()
}

/// What could not be read of an option decides which form of the statement it is: the worse one is named, and not claimed.
fn undecided(manner: &Manner, deed: Deed) -> Deed {
    let open = match deed.form {
        Some(Form::AddForeignKey | Form::AddCheck) if manner.not_valid == Belief::Unknown => "NOT VALID",
        Some(Form::CreateIndex | Form::DropIndex) if manner.concurrently == Belief::Unknown => "CONCURRENTLY",
        _ => return deed,
    };
    let unknown = Some(format!("whether it is {open}; without, {}", worst(&deed)));
    Deed { unknown, work: Work::Unknown, ..deed }
}

/// What a deed does at its worst.
fn worst(deed: &Deed) -> &'static str {
    match deed.work {
        Work::Scan => "the table is read from end to end while writes wait",
        Work::Index => "an index is built while writes wait",
        _ => "reads and writes wait for it",
    }
}

fn of_kind(operation: &Operation, ground: &Ground) -> Vec<Deed> {
    let manner = &operation.manner;
    match &operation.kind {
        K::CreateTable { table, .. } => vec![create_table(ground, table)],
        K::DropTable { table } => vec![build::drop_table(ground, table, false)],
        K::RenameTable { from, .. } => vec![build::rename(ground, Form::RenameTable, from)],
        K::AddColumn { table, column, .. } => build::add_column(ground, table, &new_column(column)),
        K::DropColumn { table, column } => vec![build::drop_column(ground, table, column, false)],
        K::AlterColumn { table, column, change } => alter_column(ground, table, column, change, &manner.using),
        K::AddConstraint { table, constraint } => add_constraint(ground, table, constraint, manner),
        K::DropConstraint { table, name, .. } => vec![build::drop_constraint(ground, table, name.as_deref())],
        K::RenameConstraint { table, .. } => vec![done(ground, Form::AlterTable, Some(table), &[])],
        K::CreateIndex { table, index, .. } => vec![create_index(ground, table, index)],
        K::DropIndex { name, table } => {
            vec![build::drop_index(ground, name.as_deref(), table.as_deref(), manner.concurrently == YES)]
        }
        K::RenameIndex { .. } => vec![done(ground, Form::RenameIndex, None, &[])],
        K::CreateEnum { name, .. } => vec![object(ground, format!("create type {name}"))],
        K::DropEnum { name } => vec![object(ground, format!("drop type {name}"))],
        K::RenameEnum { from, to } => vec![object(ground, format!("rename type {from} to {to}"))],
        K::AlterEnum { name, .. } => vec![object(ground, format!("change the labels of type {name}"))],
        K::Create { object: made, .. } => vec![object(ground, format!("create {}", schema::evidence::name(made)))],
        K::Drop { object: gone } => vec![object(ground, format!("drop {}", schema::evidence::name(gone)))],
        K::Execute => vec![Deed::unknown("execute a statement", "the statement")],
        K::Unread(reach) => vec![Deed::unknown("something that is not read", reached(reach))],
    }
}

fn object(ground: &Ground, what: String) -> Deed {
    Deed { what, ..done(ground, Form::CreateObject, None, &[]) }
}

fn reached(reach: &Reach) -> String {
    match reach {
        Reach::Table { table, .. } | Reach::Column { table, .. } => format!("what it does to {table}"),
        Reach::TableInAnySchema { name, .. } => format!("what it does to {name}, in whatever schema"),
        Reach::Objects => "what it does".to_owned(),
    }
}

fn create_table(ground: &Ground, table: &TableSpec) -> Deed {
    let of_columns = table.columns.iter().flat_map(|column| &column.constraints);
    let keys = table.constraints.iter().chain(of_columns).filter_map(|constraint| match &constraint.kind {
        ConstraintKind::ForeignKey(key) => key.target.clone(),
        _ => None,
    });
    let mut others: Vec<String> = keys.filter(|target| Some(target) != table.name.as_ref()).collect();
    others.sort();
    others.dedup();
    let deed = done(ground, Form::CreateTable, None, &others);
    Deed { relation: table.name.clone(), ..deed }
}

fn new_column(column: &ColumnSpec) -> NewColumn {
    let references = column.constraints.iter().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::ForeignKey(key) => key.target.clone(),
        _ => None,
    });
    let default = match (&column.default_text, column.default) {
        (Some(text), _) => Some(DefaultValue::of(text)),
        (None, Some(false)) => Some(DefaultValue::Absent),
        (None, _) => None,
    };
    NewColumn {
        name: column.name.clone().unwrap_or_default(),
        kind: column.kind.text.clone().or_else(|| column.kind.enumeration.as_ref()?.name.clone()),
        not_null: column.nullable.map(|nullable| !nullable),
        default,
        // Alembic adds no key with a column, and no constraint but those that are foreign keys or named in it.
        references: references.collect(),
        ..NewColumn::default()
    }
}

fn alter_column(
    ground: &Ground,
    table: &str,
    column: &str,
    change: &ColumnChange,
    using: &Belief<Option<String>>,
) -> Vec<Deed> {
    let mut deeds = Vec::new();
    if let Some(kind) = &change.kind {
        let to = kind.text.as_deref().or_else(|| kind.enumeration.as_ref()?.name.as_deref());
        let written = using.known().and_then(Option::as_deref);
        let mut deed = build::alter_type(ground, table, column, to, written);
        if *using == Belief::Unknown {
            let unknown = "what its USING does; at worst the table is written anew while reads and writes wait";
            deed = Deed { unknown: Some(unknown.to_owned()), work: Work::Unknown, question: None, loss: None, ..deed };
        }
        deeds.push(deed);
    }
    match &change.nullable {
        Some(Belief::Known(false)) => deeds.push(build::set_not_null(ground, table, column)),
        Some(Belief::Known(true)) => deeds.push(done(ground, Form::DropNotNull, Some(table), &[])),
        Some(Belief::Unknown) => deeds.push(Deed::unknown("change whether a column takes NULL", "to what")),
        None => {}
    }
    if change.default.is_some() {
        deeds.push(done(ground, Form::SetDefault, Some(table), &[]));
    }
    if change.name.is_some() {
        deeds.push(build::rename(ground, Form::RenameColumn, table));
    }
    deeds
}

fn add_constraint(ground: &Ground, table: &str, constraint: &ConstraintSpec, manner: &Manner) -> Vec<Deed> {
    let valid = manner.not_valid != YES;
    let columns = constraint.plain_columns();
    let new = match &constraint.kind {
        ConstraintKind::PrimaryKey => NewConstraint::Key { columns, primary: true, using_index: false },
        ConstraintKind::Unique => NewConstraint::Key { columns, primary: false, using_index: false },
        ConstraintKind::ForeignKey(key) => NewConstraint::ForeignKey {
            columns,
            target: key.target.clone(),
            keys: key.target_columns.as_ref().and_then(|all| all.iter().cloned().collect()),
            valid,
        },
        ConstraintKind::Check { condition } => NewConstraint::Check { condition: condition.clone(), valid },
        ConstraintKind::Exclude => NewConstraint::Exclude,
        ConstraintKind::Index(options) => {
            let index = IndexSpec { columns: constraint.columns.clone(), options: options.clone() };
            return vec![create_index(ground, table, &index)];
        }
    };
    build::add_constraint(ground, table, &new)
}

fn create_index(ground: &Ground, table: &str, index: &IndexSpec) -> Deed {
    let columns: Option<Vec<String>> = index.columns.as_ref().and_then(|all| all.iter().cloned().collect());
    let options = &index.options;
    let unique = (options.unique == Some(true)).then_some(columns.as_deref());
    build::create_index(ground, table, unique, options.concurrently, options.predicate.as_deref())
}

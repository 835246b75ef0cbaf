//! `ALTER TABLE`.

use squawk_syntax::ast::{self, AstNode};

use super::build::{self, NewColumn, NewConstraint, done};
use super::default::DefaultValue;
use super::rules::Form;
use crate::names::{last, parts, relation};
use crate::{Deed, Ground};

/// What one action does.
pub(super) fn alter_table(ground: &Ground, table: &str, action: &ast::AlterTableAction) -> Vec<Deed> {
    use ast::AlterTableAction as A;
    let on = |form| vec![done(ground, form, Some(table), &[])];
    let schema = &ground.schema.default_schema;
    match action {
        A::AddColumn(node) => {
            let column = new_column(ground, node);
            let is_there = ground.table(table).is_some_and(|held| held.column(&column.name).is_some());
            if node.if_not_exists().is_some() && is_there {
                return Vec::new();
            }
            build::add_column(ground, table, &column)
        }
        A::DropColumn(node) => match last(node.column_name_ref().as_ref()) {
            Some(column) => {
                let cascades = node.syntax().text().to_string().to_lowercase().contains("cascade");
                vec![build::drop_column(ground, table, &column, cascades)]
            }
            None => vec![not_read(action)],
        },
        A::AlterColumn(node) => alter_column(ground, table, node).unwrap_or_else(|| vec![not_read(action)]),
        A::AddConstraint(node) => match node.constraint() {
            Some(constraint) => add_constraint(ground, table, &constraint),
            None => vec![not_read(action)],
        },
        A::DropConstraint(node) => {
            vec![build::drop_constraint(ground, table, last(node.constraint_name_ref().as_ref()).as_deref())]
        }
        A::ValidateConstraint(node) => vec![validate(ground, table, last(node.constraint_name_ref().as_ref()))],
        A::RenameColumn(_) => vec![build::rename(ground, Form::RenameColumn, table)],
        A::TableRenameTo(_) | A::SetSchema(_) => vec![build::rename(ground, Form::RenameTable, table)],
        A::AttachPartition(node) => {
            let partition: Vec<String> = relation(node.table_name_ref().as_ref(), schema).into_iter().collect();
            vec![done(ground, Form::AttachPartition, Some(table), &partition)]
        }
        A::DetachPartition(node) => {
            let partition: Vec<String> = relation(node.table_name_ref().as_ref(), schema).into_iter().collect();
            let form = match node.detach_partition_option() {
                None => Form::DetachPartition,
                Some(_) => Form::DetachPartitionConcurrently,
            };
            vec![done(ground, form, Some(table), &partition)]
        }
        A::InheritTable(node) => {
            let parent: Vec<String> = relation(node.table_name_ref().as_ref(), schema).into_iter().collect();
            vec![done(ground, Form::Inherit, Some(table), &parent)]
        }
        A::EnableTrigger(_) | A::DisableTrigger(_) | A::EnableAlwaysTrigger(_) | A::EnableReplicaTrigger(_) => {
            on(Form::EnableTrigger)
        }
        A::ClusterOn(_) | A::SetWithoutCluster(_) => on(Form::AlterTableOption),
        A::SetOptions(_) | A::OptionItemList(_) | A::ResetOptions(_) if only_known_options(action) => {
            on(Form::AlterTableOption)
        }
        A::SetLogged(_) | A::SetUnlogged(_) => {
            let what = "write a table anew to change whether it is logged".to_owned();
            vec![Deed { what, ..done(ground, Form::SetTablespace, Some(table), &[]) }]
        }
        A::SetTablespace(_) => on(Form::SetTablespace),
        A::RenameConstraint(_)
        | A::OwnerTo(_)
        | A::EnableRls(_)
        | A::DisableRls(_)
        | A::ForceRls(_)
        | A::NoForceRls(_)
        | A::ReplicaIdentity(_)
        | A::EnableRule(_)
        | A::DisableRule(_) => on(Form::AlterTable),
        _ => vec![not_read(action)],
    }
}

fn not_read(action: &ast::AlterTableAction) -> Deed {
    let text = action.syntax().text().to_string();
    let words: Vec<&str> = text.split_whitespace().take(5).collect();
    Deed::unknown(words.join(" "), "which locks it takes, and what it does")
}

/// Storage parameters that a weaker lock is enough for.
fn only_known_options(action: &ast::AlterTableAction) -> bool {
    let text = action.syntax().text().to_string().to_lowercase();
    let inside = text.split_once('(').map_or("", |(_, inside)| inside);
    let mut names =
        inside.trim_end_matches([')', ' ', ';']).split(',').map(|option| option.split('=').next().unwrap_or("").trim());
    names.all(|name| name == "fillfactor" || name.starts_with("autovacuum_") || name.starts_with("toast.autovacuum_"))
}

/// The column of an `ADD COLUMN`.
fn new_column(ground: &Ground, node: &ast::AddColumn) -> NewColumn {
    let schema = &ground.schema.default_schema;
    let mut column = NewColumn {
        name: last(node.column_name().as_ref()).unwrap_or_default(),
        kind: node.ty().map(|kind| kind.syntax().text().to_string()),
        not_null: Some(false),
        default: Some(DefaultValue::Absent),
        ..NewColumn::default()
    };
    for constraint in node.constraints() {
        match &constraint {
            ast::Constraint::NotNullConstraint(_) => column.not_null = Some(true),
            ast::Constraint::DefaultConstraint(part) => {
                column.default = part.expr().map(|value| DefaultValue::of(&value.syntax().text().to_string()));
            }
            ast::Constraint::GeneratedConstraint(part) => {
                let text = part.syntax().text().to_string().to_lowercase();
                column.filled = text.contains("identity") || text.contains("stored");
            }
            ast::Constraint::ReferencesConstraint(part) => {
                column.references.extend(relation(part.table().as_ref(), schema));
            }
            ast::Constraint::PrimaryKeyConstraint(_) => {
                column.key = true;
                column.not_null = Some(true);
            }
            ast::Constraint::UniqueConstraint(_) => column.key = true,
            ast::Constraint::CheckConstraint(_) => column.check = true,
            _ => {}
        }
    }
    column
}

fn alter_column(ground: &Ground, table: &str, node: &ast::AlterColumn) -> Option<Vec<Deed>> {
    use ast::AlterColumnOption as O;
    let column = last(node.column_name_ref().as_ref())?;
    let on = |form| done(ground, form, Some(table), &[]);
    Some(vec![match node.option()? {
        O::SetType(option) => {
            let kind = option.ty().map(|kind| kind.syntax().text().to_string());
            let using = option.using_expr().and_then(|using| using.expr()).map(|expr| expr.syntax().text().to_string());
            let mut deed = build::alter_type(ground, table, &column, kind.as_deref(), using.as_deref());
            if option.collate().is_some() {
                deed.unknown = Some("whether its indexes are built anew for the collation".to_owned());
            }
            deed
        }
        O::SetNotNull(_) => build::set_not_null(ground, table, &column),
        O::DropNotNull(_) => on(Form::DropNotNull),
        O::SetDefault(_) | O::DropDefault(_) => on(Form::SetDefault),
        O::SetStatistics(_) | O::SetOptions(_) | O::SetOptionsList(_) | O::ResetOptions(_) => on(Form::SetStatistics),
        O::AddGenerated(_) | O::DropIdentity(_) | O::DropExpression(_) | O::SetStorage(_) | O::SetCompression(_) => {
            on(Form::AlterTable)
        }
        _ => return None,
    }])
}

fn add_constraint(ground: &Ground, table: &str, node: &ast::Constraint) -> Vec<Deed> {
    let text = node.syntax().text().to_string();
    let valid = !node.syntax().descendants().any(|inner| ast::NotValid::can_cast(inner.kind()));
    let listed = |parameters: Option<ast::IndexParameters>| {
        columns(parameters.and_then(|parameters| parameters.column_list()).as_ref())
    };
    let schema = &ground.schema.default_schema;
    let constraint = match node {
        ast::Constraint::PrimaryKeyConstraint(part) => {
            let index = part.using_index().and_then(|index| last(index.index_ref().as_ref()));
            key(ground, table, index, listed(part.index_parameters()), true)
        }
        ast::Constraint::UniqueConstraint(part) => {
            let index = part.using_index().and_then(|index| last(index.index_ref().as_ref()));
            key(ground, table, index, listed(part.index_parameters()), false)
        }
        ast::Constraint::ForeignKeyConstraint(part) => NewConstraint::ForeignKey {
            columns: columns(part.from_columns().as_ref()),
            target: relation(part.table_name_ref().as_ref(), schema),
            keys: columns(part.to_columns().as_ref()),
            valid,
        },
        ast::Constraint::CheckConstraint(part) => {
            NewConstraint::Check { condition: part.expr().map(|expr| expr.syntax().text().to_string()), valid }
        }
        ast::Constraint::ExcludeConstraint(_) => NewConstraint::Exclude,
        _ => return vec![Deed::unknown(text, "which locks it takes, and what it does")],
    };
    build::add_constraint(ground, table, &constraint)
}

/// The columns of a list.
fn columns(list: Option<&impl AstNode>) -> Option<Vec<String>> {
    list.map(|list| list.syntax().children().filter_map(|child| parts(&child).pop()).collect())
}

/// A key, out of columns or of an index that is there.
fn key(
    ground: &Ground,
    table: &str,
    index: Option<String>,
    listed: Option<Vec<String>>,
    primary: bool,
) -> NewConstraint {
    let of_index = |name: &String| {
        let columns = ground.table(table)?.indexes.get(name)?.columns.known()?;
        columns.iter().cloned().collect::<Option<Vec<String>>>()
    };
    match &index {
        Some(name) => NewConstraint::Key { columns: of_index(name), primary, using_index: true },
        None => NewConstraint::Key { columns: listed, primary, using_index: false },
    }
}

fn validate(ground: &Ground, table: &str, name: Option<String>) -> Deed {
    let keys = || ground.table(table).into_iter().flat_map(|held| &held.foreign_keys);
    let found = keys().find(|key| key.name.as_ref().is_some_and(|held| Some(&held.name) == name.as_ref()));
    match found {
        Some(key) => {
            let others: Vec<String> = key.target.known().cloned().into_iter().collect();
            done(ground, Form::ValidateForeignKey, Some(table), &others)
        }
        None => done(ground, Form::Validate, Some(table), &[]),
    }
}

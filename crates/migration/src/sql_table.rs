//! `CREATE TABLE` and `CREATE INDEX`: columns, constraints and keys as SQL writes them.

use std::collections::BTreeSet;

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::index::index_options_of_sql;
use super::spec::{ColumnSpec, ConstraintKind, ConstraintSpec, ForeignKeySpec, Naming, TableSpec};
use super::sql_name::{column_names, last_name};
use super::{Interpreter, sqltype};
use schema::Dialect;
use schema::operation::{IndexSpec, OperationKind, TablePart};

impl Interpreter<'_> {
    pub(super) fn create_table_of_sql(&mut self, node: &ast::CreateTable) {
        if is_temporary(node.persistence()) {
            node.table_name().and_then(|name| last_name(&name)).iter().for_each(|name| self.note_temporary(name));
            return;
        }
        let Some(table) = self.new_relation(node.table_name().as_ref()) else {
            self.unread_part("it creates a table whose schema cannot be told");
            return;
        };
        let (mut columns, mut constraints) = (Vec::new(), Vec::new());
        let mut open = node.inherits().is_some() || node.of_type().is_some() || node.partition_of().is_some();
        let arguments = || node.table_arg_list().into_iter().flat_map(|list| list.args());
        open |= arguments().any(|argument| matches!(argument, ast::TableArg::LikeClause(_)));
        let named = arguments().filter_map(|argument| match argument {
            ast::TableArg::Column(node) => node.name().and_then(|name| last_name(&name)),
            ast::TableArg::LikeClause(_) | ast::TableArg::TableConstraint(_) => None,
        });
        let names: Option<BTreeSet<String>> = (!open).then(|| named.collect());
        for argument in arguments() {
            match argument {
                ast::TableArg::Column(node) => {
                    let Some(name) = node.name().and_then(|name| last_name(&name)) else { continue };
                    let parts: Vec<ast::Constraint> =
                        node.syntax().children().filter_map(ast::Constraint::cast).collect();
                    let (column, more) = self.column_of_sql((&table, names.as_ref()), name, node.ty().as_ref(), parts);
                    columns.push(column);
                    constraints.extend(more);
                }
                ast::TableArg::TableConstraint(node) => {
                    let written = ast::Constraint::cast(node.syntax().clone());
                    constraints.extend(written.and_then(|node| self.constraint((&table, names.as_ref()), &node)));
                }
                ast::TableArg::LikeClause(_) => {}
            }
        }
        number_checks(&mut constraints);
        let partition = node.partition_of();
        partition.iter().for_each(|of| self.note_below(self.relation(of.table_name_ref().as_ref()), &table, true));
        for parent in node.inherits().iter().flat_map(|parents| parents.table_name_refs()) {
            self.note_below(self.relation(Some(&parent)), &table, false);
        }
        let spec = TableSpec { name: Some(table.clone()), columns, constraints, open };
        self.record_table(spec, node.if_not_exists().is_some());
        if node.inherits().is_some() {
            // A column that the other table has too is made of both.
            self.record_unread(&table, TablePart::Columns, false);
        }
    }

    /// A column and the constraints that stand beside it. `place`: the table, and its columns where all are known.
    pub(super) fn column_of_sql(
        &mut self,
        place: (&str, Option<&BTreeSet<String>>),
        name: String,
        kind: Option<&ast::Type>,
        parts: Vec<ast::Constraint>,
    ) -> (ColumnSpec, Vec<ConstraintSpec>) {
        let serial = kind.is_some_and(|kind| sqltype::is_serial(&kind.syntax().text().to_string()));
        let mut column = ColumnSpec::plain(name.clone(), self.sql_type_of(kind));
        if serial && self.dialect() == Dialect::PostgreSql {
            column.nullable = Some(false);
        }
        let mut constraints = Vec::new();
        for part in &parts {
            match part {
                ast::Constraint::NotNullConstraint(_) => column.nullable = Some(false),
                // An identity takes no NULL, whatever else is said.
                ast::Constraint::NullConstraint(_) => {
                    column.nullable = Some(!parts.iter().any(is_identity));
                }
                ast::Constraint::DefaultConstraint(node) => {
                    column.default = stored_default(node, kind);
                    column.default_text = default_of(node.syntax());
                }
                ast::Constraint::GeneratedConstraint(_) if is_identity(part) => column.nullable = Some(false),
                ast::Constraint::GeneratedConstraint(_) => column.default = Some(true),
                ast::Constraint::PrimaryKeyConstraint(node) if constraint_name(node.syntax()) == Naming::Unnamed => {
                    column.primary_key = true;
                }
                other => {
                    if let Some(mut constraint) = self.constraint(place, other) {
                        if constraint.columns.is_none() && !matches!(constraint.kind, ConstraintKind::Check { .. }) {
                            constraint.columns = Some(vec![Some(name.clone())]);
                        }
                        constraints.push(constraint);
                    }
                }
            }
        }
        (column, constraints)
    }

    /// A constraint. `place`: the table, and its columns where all are known.
    pub(super) fn constraint(
        &mut self,
        (table, columns): (&str, Option<&BTreeSet<String>>),
        node: &ast::Constraint,
    ) -> Option<ConstraintSpec> {
        let mut name = constraint_name(node.syntax());
        if let (ast::Constraint::CheckConstraint(check), Naming::Unnamed) = (node, &name) {
            name = self.check_name(table, columns, check);
        }
        let keys =
            |interpreter: &Self, parameters: Option<ast::IndexParameters>, index: Option<ast::UsingIndexName>| {
                let index = index.and_then(|index| index.index_ref()).and_then(|index| last_name(&index));
                match index {
                    Some(index) => interpreter.recorder.simulation.index_columns(table, &index),
                    None => column_names(parameters.and_then(|parameters| parameters.column_list()).as_ref()),
                }
            };
        let (columns, kind) = match node {
            ast::Constraint::PrimaryKeyConstraint(node) => {
                (keys(self, node.index_parameters(), node.using_index()), ConstraintKind::PrimaryKey)
            }
            ast::Constraint::UniqueConstraint(node) => {
                (keys(self, node.index_parameters(), node.using_index()), ConstraintKind::Unique)
            }
            ast::Constraint::ForeignKeyConstraint(node) => {
                let target = self.relation(node.table_name_ref().as_ref());
                let on_delete = Some(on_delete(node.referential_actions()));
                let target_columns = column_names(node.to_columns().as_ref());
                let key = ForeignKeySpec { target, target_columns, on_delete, use_alter: false };
                let kind = ConstraintKind::ForeignKey(key);
                (column_names(node.from_columns().as_ref()), kind)
            }
            ast::Constraint::ReferencesConstraint(node) => {
                let target = self.relation(node.table().as_ref());
                let on_delete = Some(on_delete(node.referential_actions()));
                (None, ConstraintKind::ForeignKey(ForeignKeySpec { target, on_delete, ..ForeignKeySpec::default() }))
            }
            ast::Constraint::CheckConstraint(node) => {
                let condition = node.expr().map(|condition| condition.syntax().text().to_string());
                (None, ConstraintKind::Check { condition })
            }
            ast::Constraint::ExcludeConstraint(_) => (None, ConstraintKind::Exclude),
            _ => return None,
        };
        Some(ConstraintSpec { name, columns, kind })
    }

    /// PostgreSQL's name for a check: after the one column that the condition names, if it names one. `columns`: those of the
    /// table, where all are known.
    fn check_name(&self, table: &str, columns: Option<&BTreeSet<String>>, check: &ast::CheckConstraint) -> Naming {
        let Some(columns) = columns else { return Naming::Unnamed };
        let base = table.rsplit('.').next().unwrap_or(table);
        let references = check.syntax().descendants().filter_map(ast::NameRef::cast);
        let named: BTreeSet<String> =
            references.filter_map(|name| last_name(&name)).filter(|name| columns.contains(name)).collect();
        let name = match (named.first(), named.len()) {
            (Some(column), 1) => format!("{base}_{column}_check"),
            _ => format!("{base}_check"),
        };
        let held = self.recorder.simulation.schema.tables.get(table);
        free_name(&name, |name| held.is_some_and(|held| held.checks.iter().any(|check| check.name.name == name)))
    }

    /// The columns of a table, where all of them are known.
    pub(super) fn all_columns(&self, table: &str) -> Option<BTreeSet<String>> {
        let held = self.recorder.simulation.schema.tables.get(table).filter(|held| !held.open)?;
        Some(held.columns.iter().map(|column| column.name.clone()).collect())
    }

    pub(super) fn create_index_of_sql(&mut self, node: &ast::CreateIndex) {
        let Some(table) = self.relation(node.table_relation_name().as_ref()) else { return };
        let items = node.partition_item_list();
        let columns: Vec<Option<String>> = items
            .iter()
            .flat_map(|items| items.partition_items())
            .map(|item| match item.expr() {
                Some(expression @ ast::Expr::NameRef(_)) => last_name(&expression),
                _ => None,
            })
            .collect();
        let name = node.index().and_then(|name| last_name(&name)).unwrap_or_else(|| {
            let base = table.rsplit('.').next().unwrap_or(&table);
            let parts: Vec<&str> = columns.iter().map(|column| column.as_deref().unwrap_or("expr")).collect();
            format!("{base}_{}_idx", parts.join("_"))
        });
        let options = index_options_of_sql(node);
        let index = IndexSpec { columns: Some(columns), options };
        let if_not_exists = node.if_not_exists().is_some();
        if if_not_exists && self.recorder.simulation.schema.tables.values().any(|held| held.indexes.contains_key(&name))
        {
            return;
        }
        self.record(OperationKind::CreateIndex { name, table, index, if_not_exists });
    }
}

fn is_identity(part: &ast::Constraint) -> bool {
    matches!(part, ast::Constraint::GeneratedConstraint(node)
        if node.syntax().text().to_string().to_lowercase().contains("identity"))
}

/// The longest name that PostgreSQL keeps whole, in bytes.
const LONGEST_NAME: usize = 63;

/// Checks whose names PostgreSQL makes get a number where an earlier one of the statement has the name.
fn number_checks(constraints: &mut [ConstraintSpec]) {
    for at in 1..constraints.len() {
        let (earlier, rest) = constraints.split_at_mut(at);
        let (ConstraintKind::Check { .. }, Some(name)) = (&rest[0].kind, rest[0].name.name()) else { continue };
        let taken = |name: &str| earlier.iter().any(|other| other.name.name() == Some(name));
        if taken(name) {
            rest[0].name = free_name(name, taken);
        }
    }
}

/// The name, with the first number that makes it free, as PostgreSQL chooses one. A long name is cut in a way that is not told.
fn free_name(base: &str, taken: impl Fn(&str) -> bool) -> Naming {
    let numbered = (1..).map(|number| format!("{base}{number}"));
    let free = std::iter::once(base.to_owned()).chain(numbered).find(|name| !taken(name));
    free.filter(|name| name.len() <= LONGEST_NAME).map_or(Naming::Unnamed, Naming::Final)
}

/// The expression of `[SET] DEFAULT expression`.
pub(super) fn default_of(node: &SyntaxNode) -> Option<String> {
    let text = node.text().to_string();
    let at = text.to_ascii_uppercase().find("DEFAULT")?;
    Some(text[at + "DEFAULT".len()..].trim().to_owned())
}

/// Whether a DEFAULT is kept: PostgreSQL forgets a plain NULL, unless a length makes a cast of it.
fn stored_default(node: &ast::DefaultConstraint, kind: Option<&ast::Type>) -> Option<bool> {
    let words = node.syntax().text().to_string().to_lowercase();
    let null = is_null(words.trim_start_matches("default"));
    let cast = kind.is_some_and(|kind| kind.syntax().text().to_string().contains('('));
    if null && cast { None } else { Some(!null) }
}

/// Whether a default is NULL, with or without a cast: what the server makes of it depends on the column's type.
pub(super) fn is_null(text: &str) -> bool {
    let bare = text.trim_start_matches(|c: char| c == '(' || c.is_whitespace()).to_lowercase();
    bare.strip_prefix("null").is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

fn constraint_name(node: &SyntaxNode) -> Naming {
    let clause = node.children().find_map(ast::ConstraintNameClause::cast);
    match clause.and_then(|clause| clause.constraint_name()).and_then(|name| last_name(&name)) {
        Some(name) => Naming::Final(name),
        None => Naming::Unnamed,
    }
}

fn on_delete(actions: impl Iterator<Item = ast::ReferentialAction>) -> char {
    for action in actions {
        if let ast::ReferentialAction::OnDeleteAction(node) = action {
            return match node.ref_action() {
                Some(ast::RefAction::Cascade(_)) => 'c',
                Some(ast::RefAction::Restrict(_)) => 'r',
                Some(ast::RefAction::SetNullColumns(_)) => 'n',
                Some(ast::RefAction::SetDefaultColumns(_)) => 'd',
                _ => 'a',
            };
        }
    }
    'a'
}

pub(super) fn is_temporary(persistence: Option<ast::Persistence>) -> bool {
    matches!(persistence, Some(ast::Persistence::Temp(_)))
}

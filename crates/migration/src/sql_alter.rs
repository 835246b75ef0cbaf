//! `ALTER TABLE` and `ALTER TYPE`.

use squawk_syntax::ast::{self, AstNode};

use super::Interpreter;
use super::spec::{ConstraintKind, ConstraintSpec, Naming};
use super::sql_name::last_name;
use super::sql_table::{default_of, is_null};
use schema::Belief;
use schema::operation::{ColumnChange, EnumChange, OperationKind};

impl Interpreter<'_> {
    pub(super) fn alter_table(&mut self, table: &str, action: &ast::AlterTableAction) {
        use ast::AlterTableAction as A;
        match action {
            A::AddColumn(node) => {
                let Some(name) = node.column_name().and_then(|name| last_name(&name)) else { return };
                let keep = node.if_not_exists().is_some() || self.recorder.guarded > 0;
                if keep
                    && self
                        .recorder
                        .simulation
                        .schema
                        .tables
                        .get(table)
                        .is_some_and(|held| held.column(&name).is_some())
                {
                    return;
                }
                let parts = node.constraints().collect();
                let (mut column, constraints) = self.column_of_sql(table, name.clone(), node.ty().as_ref(), parts);
                let key = std::mem::take(&mut column.primary_key);
                self.record_column(table, column, false);
                if key {
                    let columns = Some(vec![Some(name)]);
                    let spec = ConstraintSpec { name: Naming::Unnamed, columns, kind: ConstraintKind::PrimaryKey };
                    self.record_constraint(table, spec);
                }
                for constraint in constraints {
                    self.record_constraint(table, constraint);
                }
            }
            A::DropColumn(node) => {
                if let Some(name) = node.column_name_ref().and_then(|name| last_name(&name)) {
                    self.record_drop_column(table, name);
                }
            }
            A::AddConstraint(node) => {
                if let Some(constraint) = node.constraint().and_then(|node| self.constraint(table, &node)) {
                    self.record_constraint(table, constraint);
                }
            }
            A::DropConstraint(node) => {
                let name = node.constraint_name_ref().and_then(|name| last_name(&name));
                let cascade = node.syntax().text().to_string().to_lowercase().ends_with("cascade");
                self.record(OperationKind::DropConstraint { table: table.to_owned(), name, kind: None, cascade });
            }
            A::AlterColumn(node) => self.alter_column_of_sql(table, node),
            A::RenameColumn(node) => {
                let from = node.column_name_ref().and_then(|name| last_name(&name));
                let to = node.column_name().and_then(|name| last_name(&name));
                if let Some((from, to)) = from.zip(to) {
                    let change = ColumnChange { name: Some(Belief::Known(to)), ..ColumnChange::default() };
                    self.record_change(table, from, change);
                }
            }
            A::RenameConstraint(node) => {
                let from = node.constraint_name_ref().and_then(|name| last_name(&name));
                let to = node.constraint_name().and_then(|name| last_name(&name));
                if let Some((from, to)) = from.zip(to) {
                    self.record(OperationKind::RenameConstraint { table: table.to_owned(), from, to });
                }
            }
            A::TableRenameTo(node) => {
                if let Some(to) = last_name(node) {
                    let to = match table.rsplit_once('.') {
                        Some((schema, _)) => format!("{schema}.{to}"),
                        None => to,
                    };
                    self.record_rename_table(table, to);
                }
            }
            A::SetSchema(node) => {
                if let Some(schema) = last_name(node) {
                    let base = table.rsplit('.').next().unwrap_or(table);
                    let to = self.recorder.simulation.qualify(base, Some(&schema));
                    self.record_rename_table(table, to);
                }
            }
            _ => {}
        }
    }

    fn alter_column_of_sql(&mut self, table: &str, node: &ast::AlterColumn) {
        let Some(name) = node.column_name_ref().and_then(|name| last_name(&name)) else { return };
        let mut change = ColumnChange::default();
        match node.option() {
            Some(ast::AlterColumnOption::SetType(node)) => change.kind = Some(self.sql_type_of(node.ty().as_ref())),
            Some(ast::AlterColumnOption::SetNotNull(_)) => change.nullable = Some(Belief::Known(false)),
            Some(ast::AlterColumnOption::DropNotNull(_)) => change.nullable = Some(Belief::Known(true)),
            Some(ast::AlterColumnOption::SetDefault(node)) => {
                // A sequence as default is the column's own business.
                change.default_text = default_of(node.syntax());
                let text = node.syntax().text().to_string().to_lowercase();
                let value = text.trim_start_matches("set").trim_start().trim_start_matches("default");
                change.default =
                    Some(if is_null(value) { Belief::Unknown } else { Belief::Known(!text.contains("nextval(")) });
            }
            Some(ast::AlterColumnOption::DropDefault(_)) => change.default = Some(Belief::Known(false)),
            _ => return,
        }
        self.record_change(table, name, change);
    }

    pub(super) fn alter_type(&mut self, node: &ast::AlterType) {
        let Some(name) = self.type_name(node.type_name_ref().as_ref()) else { return };
        match node.action() {
            Some(ast::AlterTypeAction::TypeRenameTo(to)) => {
                if let Some(to) = last_name(&to) {
                    let to = match name.rsplit_once('.') {
                        Some((schema, _)) => format!("{schema}.{to}"),
                        None => to,
                    };
                    self.record(OperationKind::RenameEnum { from: name, to });
                }
            }
            Some(ast::AlterTypeAction::AddValue(node)) => {
                let Some(label) = node.literal().and_then(|literal| literal.string_value()) else { return };
                let position = node.value_position().and_then(|position| {
                    let after = matches!(position, ast::ValuePosition::AfterValue(_));
                    let neighbour = position.syntax().descendants().find_map(ast::Literal::cast)?.string_value()?;
                    Some((neighbour, after))
                });
                let change = EnumChange::Add { label, beside: position };
                self.record(OperationKind::AlterEnum { name, change });
            }
            Some(ast::AlterTypeAction::RenameValue(node)) => {
                let from = node.from().and_then(|literal| literal.string_value());
                let to = node.to().and_then(|literal| literal.string_value());
                if let Some((from, to)) = from.zip(to) {
                    self.record(OperationKind::AlterEnum { name, change: EnumChange::Rename { from, to } });
                }
            }
            _ => {}
        }
    }
}

//! `ALTER TABLE` and `ALTER TYPE`.

use squawk_syntax::ast::{self, AstNode};

use super::Interpreter;
use super::spec::{ConstraintKind, ConstraintSpec, Naming};
use super::sql_cascade::cascades;
use super::sql_name::last_name;
use super::sql_object::beside;
use super::sql_table::{default_of, is_null};
use schema::Belief;
use schema::operation::{ColumnChange, EnumChange, OperationKind, TablePart};

/// When PostgreSQL carries an action out among those of one statement: what is dropped first, then types, then what is added,
/// whatever order they are written in (`AlterTablePass` of its `tablecmds.c`).
pub(super) fn pass(action: &ast::AlterTableAction) -> u8 {
    use ast::AlterColumnOption as O;
    use ast::AlterTableAction as A;
    match action {
        A::DropColumn(_) | A::DropConstraint(_) => 0,
        A::AlterColumn(node) => match node.option() {
            Some(O::DropDefault(_) | O::DropExpression(_) | O::DropIdentity(_) | O::DropNotNull(_)) => 0,
            Some(O::SetType(_)) => 1,
            _ => 4,
        },
        A::AddColumn(_) => 2,
        A::AddConstraint(_) => 3,
        _ => 4,
    }
}

impl Interpreter<'_> {
    pub(super) fn alter_table(&mut self, table: &str, action: &ast::AlterTableAction) {
        use ast::AlterTableAction as A;
        match action {
            A::AddColumn(node) => {
                let Some(name) = node.column_name().and_then(|name| last_name(&name)) else { return };
                let keep = node.if_not_exists().is_some() || self.recorder.guarded > 0;
                let held = self.recorder.simulation.schema.tables.get(table);
                if keep && held.is_some_and(|held| held.column(&name).is_some()) {
                    return;
                }
                // Its constraints come with the column: where one of that name may be there already, they do not.
                let may_be_there = keep && held.is_none_or(|held| held.open);
                let parts = node.constraints().collect();
                let mut columns = self.all_columns(table);
                if let Some(columns) = &mut columns {
                    columns.insert(name.clone());
                }
                let place = (table, columns.as_ref());
                let (mut column, constraints) = self.column_of_sql(place, name.clone(), node.ty().as_ref(), parts);
                let key = std::mem::take(&mut column.primary_key);
                self.record_column(table, column, keep);
                if may_be_there {
                    return;
                }
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
                    if cascades(node.drop_behavior()) {
                        self.cascade_to_views(&name);
                        self.doubt_referring(table);
                    }
                    let there = self.recorder.simulation.schema.tables.get(table);
                    if node.if_exists().is_none() || there.is_none_or(|held| held.column(&name).is_some() || held.open)
                    {
                        self.record_drop_column(table, name);
                    }
                }
            }
            A::AddConstraint(node) => {
                let columns = self.all_columns(table);
                match node.constraint().and_then(|node| self.constraint((table, columns.as_ref()), &node)) {
                    Some(constraint) => {
                        let index = node.syntax().descendants().find_map(ast::UsingIndexName::cast);
                        let index = index.and_then(|index| index.index_ref()).and_then(|index| last_name(&index));
                        let name = constraint.name.name().map(str::to_owned);
                        self.record_constraint(table, constraint);
                        // The index takes the constraint's name.
                        if let Some((from, to)) = index.zip(name)
                            && from != to
                        {
                            self.record(OperationKind::RenameIndex { from, to });
                        }
                    }
                    None => self.record_unread(table, TablePart::Everything, true),
                }
            }
            A::DropConstraint(node) => {
                let name = node.constraint_name_ref().and_then(|name| last_name(&name));
                let cascade = cascades(node.drop_behavior());
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
                    self.record_rename_table(table, beside(table, &to));
                }
            }
            A::SetSchema(node) => {
                if let Some(schema) = last_name(node) {
                    let base = table.rsplit('.').next().unwrap_or(table);
                    let to = self.recorder.simulation.qualify(base, Some(&schema));
                    self.record_rename_table(table, to);
                }
            }
            A::AttachPartition(node) => {
                let partition = self.relation(node.table_name_ref().as_ref());
                for partition in partition.iter() {
                    self.record_unread(partition, TablePart::Everything, false);
                    self.note_below(Some(table.to_owned()), partition, true);
                }
            }
            A::InheritTable(node) => {
                self.record_unread(table, TablePart::Everything, true);
                self.note_below(self.relation(node.table_name_ref().as_ref()), table, false);
            }
            A::DetachPartition(_)
            | A::MergePartitions(_)
            | A::NoInheritTable(_)
            | A::NotOf(_)
            | A::OfType(_)
            | A::SplitPartition(_) => self.record_unread(table, TablePart::Everything, true),
            // No fact tells of these.
            A::AlterConstraint(_)
            | A::AlterOptionList(_)
            | A::ClusterOn(_)
            | A::DisableRls(_)
            | A::DisableRule(_)
            | A::DisableTrigger(_)
            | A::EnableAlwaysRule(_)
            | A::EnableAlwaysTrigger(_)
            | A::EnableReplicaRule(_)
            | A::EnableReplicaTrigger(_)
            | A::EnableRls(_)
            | A::EnableRule(_)
            | A::EnableTrigger(_)
            | A::ForceRls(_)
            | A::NoForceRls(_)
            | A::OptionItemList(_)
            | A::OwnerTo(_)
            | A::ReplicaIdentity(_)
            | A::ResetOptions(_)
            | A::SetAccessMethod(_)
            | A::SetLogged(_)
            | A::SetOptions(_)
            | A::SetTablespace(_)
            | A::SetUnlogged(_)
            | A::SetWithoutCluster(_)
            | A::SetWithoutOids(_)
            | A::ValidateConstraint(_) => {}
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
            Some(ast::AlterColumnOption::DropDefault(_) | ast::AlterColumnOption::DropExpression(_)) => {
                change.default = Some(Belief::Known(false));
            }
            Some(
                ast::AlterColumnOption::AddGenerated(_)
                | ast::AlterColumnOption::DropIdentity(_)
                | ast::AlterColumnOption::Inherit(_)
                | ast::AlterColumnOption::NoInherit(_)
                | ast::AlterColumnOption::ResetOptions(_)
                | ast::AlterColumnOption::Restart(_)
                | ast::AlterColumnOption::SetCompression(_)
                | ast::AlterColumnOption::SetExpression(_)
                | ast::AlterColumnOption::SetGenerated(_)
                | ast::AlterColumnOption::SetGeneratedOptions(_)
                | ast::AlterColumnOption::SetOptions(_)
                | ast::AlterColumnOption::SetOptionsList(_)
                | ast::AlterColumnOption::SetSequenceOption(_)
                | ast::AlterColumnOption::SetStatistics(_)
                | ast::AlterColumnOption::SetStorage(_),
            ) => {
                self.data = true;
                return;
            }
            None => return,
        }
        self.record_change(table, name, change);
    }

    pub(super) fn alter_type(&mut self, node: &ast::AlterType) {
        let Some(name) = self.type_name(node.type_name_ref().as_ref()) else { return };
        match node.action() {
            Some(ast::AlterTypeAction::TypeRenameTo(to)) => {
                if let Some(to) = last_name(&to) {
                    let to = beside(&name, &to);
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
            Some(ast::AlterTypeAction::SetSchema(node)) => {
                if let Some(schema) = last_name(&node) {
                    let to = self.recorder.simulation.qualify(name.rsplit('.').next().unwrap_or(&name), Some(&schema));
                    self.record(OperationKind::RenameEnum { from: name, to });
                }
            }
            Some(
                ast::AlterTypeAction::AlterTypeAttributeActionList(_)
                | ast::AlterTypeAction::OwnerTo(_)
                | ast::AlterTypeAction::RenameAttribute(_)
                | ast::AlterTypeAction::SetOptions(_),
            )
            | None => {}
        }
    }
}

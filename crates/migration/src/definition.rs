//! Operations that define tables, columns and foreign keys out of many arguments.

use std::rc::Rc;

use super::Interpreter;
use super::column::{bound_check, table_spec};
use super::construct::{column_list, column_name, naming, on_delete};
use super::default::default_text;
use super::object::Batch;
use super::operation::{Place, Placed};
use super::spec::{Arguments, ColumnSpec, ConstraintKind, ConstraintSpec, ForeignKeySpec, Naming, SqlType};
use super::value::Value;
use schema::Dialect;
use schema::operation::{ColumnChange, OperationKind, Reach, TablePart};

impl Interpreter<'_> {
    /// A batch; one that makes the table anew out of columns that it is told of, not of those that are there, has these.
    pub(super) fn batch(&mut self, arguments: &Arguments) -> Value {
        let mut placed = self.placed(arguments, "table_name", "schema");
        let recreate = arguments.keyword("recreate").map_or(Some("auto".into()), Value::text);
        let anew = match recreate.as_deref() {
            Some("never") => false,
            Some("auto") => self.dialect() == Dialect::Sqlite,
            _ => true,
        };
        if let (true, Placed::At(Place { table, .. })) = (anew, &placed) {
            if let Some(Value::Table(copy)) = arguments.keyword("copy_from") {
                copy.columns.iter().for_each(|column| self.overlay(table, column.clone()));
            }
            let (told, _) = arguments.keyword("reflect_args").and_then(Value::items).unwrap_or_default();
            for column in &told {
                if let Value::Column(column) = column {
                    self.overlay(table, column.borrow().clone());
                }
            }
        }
        if let (true, Some("always"), Placed::At(Place { table, .. })) = (anew, recreate.as_deref(), &placed) {
            self.make_anew(table);
        }
        if let Placed::At(place) = &mut placed {
            place.anew = anew.then(|| self.line());
        }
        Value::Op(Some(Rc::new(Batch { placed })))
    }

    /// A batch makes its table anew, or may: what is not reflected as it is, is in doubt.
    pub(super) fn make_anew(&mut self, table: &str) {
        if !self.recorder.simulation.unreflected(table).is_empty() {
            self.record_unread(table, TablePart::Unreflected, false);
        }
    }

    fn overlay(&mut self, table: &str, column: ColumnSpec) {
        self.record(OperationKind::Unread(Reach::Column { table: table.to_owned(), column }));
    }

    pub(super) fn create_table(&mut self, place: &Place, arguments: &Arguments) -> Value {
        let name = &place.table;
        if let Some(prefixes) = arguments.keyword("prefixes") {
            let temporary = |prefix: &Value| prefix.text().map(|text| text.to_uppercase().contains("TEMP"));
            let known = prefixes.items().filter(|(_, partial)| !partial);
            match known.and_then(|(all, _)| all.iter().map(temporary).collect::<Option<Vec<bool>>>()) {
                Some(all) if !all.contains(&true) => {}
                // It goes with the session.
                Some(_) => return Value::Unknown,
                None => {
                    self.unread_part(format!("it creates {name} with prefixes that cannot be evaluated"));
                    return Value::Unknown;
                }
            }
        }
        let parts = &arguments.positional;
        // A list of columns is written once and may be used in a loop.
        self.steps += parts.len() as u64;
        let mut table = table_spec(Some(name.clone()), parts, arguments.open);
        self.name_keys_of_table(&place.spelled, &mut table);
        let keep = may_be_there(arguments, "if_not_exists");
        self.record_table(table.clone(), keep);
        Value::Table(Rc::new(table))
    }

    pub(super) fn add_column(&mut self, place: &Place, arguments: &Arguments) {
        let table = &place.table;
        let Some(Value::Column(column)) = arguments.keyword("column") else {
            self.unreadable("add_column", table);
            return;
        };
        let mut spec = column.borrow().clone();
        self.name_keys_of_column(&place.spelled, &mut spec);
        // SQLite cannot add the check that a type brings along, unless the table is made anew.
        let bound = |key: &ConstraintSpec| matches!(key.kind, ConstraintKind::Check { .. }) && key.columns.is_some();
        if self.dialect() == Dialect::Sqlite {
            spec.constraints.retain(|key| place.anew.is_some() || !bound(key));
        }
        // A table that is made anew has another name meanwhile.
        if place.anew.is_some() {
            let keys =
                spec.constraints.iter_mut().filter(|key| matches!(key.kind, ConstraintKind::Index(_)) || bound(key));
            keys.for_each(|key| key.name = Naming::Unreadable);
        }
        // Written into the column, its one foreign key goes without its name.
        let inline = arguments.keyword("inline_references").map_or(Some(false), Value::truth);
        let mut keys = spec.constraints.iter_mut().filter(|key| matches!(key.kind, ConstraintKind::ForeignKey(_)));
        if let (Some(key), None) = (keys.next(), keys.next())
            && inline != Some(false)
        {
            key.name = if inline.is_some() { Naming::Unnamed } else { Naming::Unreadable };
        }
        // Without it a column that is added is no key, whatever it says of itself.
        let inline = arguments.keyword("inline_primary_key").map_or(Some(false), Value::truth);
        if spec.primary_key && inline != Some(false) {
            let columns = inline.and(spec.name.clone()).map(|name| vec![Some(name)]);
            spec.constraints.push(ConstraintSpec { name: Naming::Unnamed, columns, kind: ConstraintKind::PrimaryKey });
        }
        self.record_column(table, spec, may_be_there(arguments, "if_not_exists"));
    }

    pub(super) fn alter_column(&mut self, place: &Place, arguments: &Arguments) {
        let table = &place.table;
        let given = |name: &str| arguments.keyword(name).filter(|value| !matches!(value, Value::None));
        let Some(column) = arguments.keyword("column_name").and_then(column_name) else {
            let renames = arguments.open || given("new_column_name").is_some();
            self.unreadable(if renames { "a rename" } else { "alter_column" }, table);
            return;
        };
        let mut change = ColumnChange::default();
        if let Some(value) = given("nullable") {
            change.nullable = Some(value.truth().into());
        }
        if let Some(value) = given("type_").cloned() {
            change.kind = Some(self.sql_type(&value));
        }
        if let Some(value) = arguments.keyword("server_default") {
            change.default_text = default_text(value);
            let held = self.recorder.simulation.schema.tables.get(table);
            let held = held.and_then(|held| held.column(&column)).and_then(|held| held.kind.known()).cloned();
            let kind = change.kind.as_ref().map_or(held, |kind| kind.text.clone());
            change.default = match value {
                // Alembic's own "leave it alone".
                Value::Bool(false) => None,
                value => Some(self.has_default(value, kind.as_deref()).into()),
            };
        }
        self.alter_bound_checks(place, &column, change.kind.as_ref(), given("existing_type"));
        if let Some(value) = given("new_column_name") {
            change.name = Some(value.text().map(|name| name.to_string()).into());
        }
        self.record_change(table, column, change);
    }

    /// The check that the column's old type has brought along goes, and that of the new one comes.
    fn alter_bound_checks(&mut self, place: &Place, column: &str, new: Option<&SqlType>, old: Option<&Value>) {
        let Some(new) = new else { return };
        let old = old.cloned().map(|old| self.sql_type(&old));
        let [old, new] = [old.as_ref(), Some(new)].map(|kind| {
            let mut check = bound_check(kind?, Some(column))?;
            self.name_constraint(&place.spelled, &mut check);
            Some(check)
        });
        let table = place.table.clone();
        if let Some(check) = old {
            let (name, kind) = (check.name.name().map(str::to_owned), Some("check".to_owned()));
            self.record(OperationKind::DropConstraint { table: table.clone(), name, kind, cascade: false });
        }
        if let Some(check) = new {
            self.record_constraint(&table, check);
        }
    }

    pub(super) fn create_foreign_key(&mut self, place: &Place, arguments: &Arguments) {
        let target = match self.placed(arguments, "referent_table", "referent_schema") {
            Placed::At(place) => Some(place.table),
            Placed::Somewhere(_) | Placed::Nowhere => None,
        };
        let columns = column_list(arguments.keyword("columns"));
        let on_delete = on_delete(arguments.keyword("ondelete"));
        let target_columns = column_list(arguments.keyword("remote_cols"));
        let kind = ConstraintKind::ForeignKey(ForeignKeySpec { target, target_columns, on_delete, use_alter: false });
        let name = naming(arguments.keyword("constraint_name"));
        let mut constraint = ConstraintSpec { name, columns, kind };
        self.name_constraint(&place.spelled, &mut constraint);
        self.record_constraint(&place.table, constraint);
    }
}

/// `if_not_exists=`: anything but a plain no may leave what is there.
pub(super) fn may_be_there(arguments: &Arguments, name: &str) -> bool {
    arguments.keyword(name).is_some_and(|value| value.truth() != Some(false))
}

//! Operations that define tables, columns and foreign keys out of many arguments.

use std::rc::Rc;

use super::Interpreter;
use super::construct::{column_list, column_name, name_indexes, naming, on_delete, table_spec};
use super::object::Batch;
use super::operation::{default_text, has_default};
use super::spec::{Arguments, ColumnSpec, ConstraintKind, ConstraintSpec, ForeignKeySpec, Naming};
use super::value::Value;
use schema::Dialect;
use schema::operation::{ColumnChange, OperationKind, Reach};

impl Interpreter<'_> {
    /// A batch; one that makes the table anew out of columns that it is told of, not of those that are there, has these.
    pub(super) fn batch(&mut self, arguments: &Arguments) -> Value {
        let schema = match arguments.get(1, "schema") {
            Some(value) => self.namespace_of(value),
            None => self.namespace(arguments, "schema"),
        };
        let named = arguments.get(0, "table_name").cloned().unwrap_or(Value::Unknown);
        let table = self.table_argument(arguments, 0, "table_name", &schema);
        let recreate = arguments.get(2, "recreate").map_or(Some("auto".into()), Value::text);
        let anew = match recreate.as_deref() {
            Some("never") => false,
            Some("auto") => self.dialect() == Dialect::Sqlite,
            _ => true,
        };
        if let (true, Some(table)) = (anew, &table) {
            if let Some(Value::Table(copy)) = arguments.get(4, "copy_from") {
                copy.columns.iter().for_each(|column| self.overlay(table, column.clone()));
            }
            let (told, _) = arguments.get(7, "reflect_args").and_then(Value::items).unwrap_or_default();
            for column in &told {
                if let Value::Column(column) = column {
                    self.overlay(table, column.borrow().clone());
                }
            }
        }
        Value::Op(Some(Rc::new(Batch { table, named })))
    }

    fn overlay(&mut self, table: &str, column: ColumnSpec) {
        self.record(OperationKind::Unread(Reach::Column { table: table.to_owned(), column }));
    }

    pub(super) fn create_table(&mut self, arguments: &Arguments) -> Value {
        let schema = self.namespace(arguments, "schema");
        let Some(name) = self.table_argument(arguments, 0, "table_name", &schema) else {
            self.lost_table("create_table", arguments.get(0, "table_name"));
            return Value::Unknown;
        };
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
        let skip = usize::from(arguments.keyword("table_name").is_none());
        let parts = arguments.positional.get(skip..).unwrap_or_default();
        // A list of columns is written once and may be used in a loop.
        self.steps += parts.len() as u64;
        let mut table = table_spec(Some(name.clone()), parts, arguments.open);
        if let Some(schema) = schema.name() {
            let base = name.rsplit('.').next().unwrap_or(&name).to_owned();
            name_indexes(&mut table.columns, schema, &base);
        }
        let keep = may_be_there(arguments, "if_not_exists");
        self.record_table(table.clone(), keep);
        Value::Table(Rc::new(table))
    }

    pub(super) fn add_column(&mut self, table: &str, at: usize, arguments: &Arguments) {
        let Some(Value::Column(column)) = arguments.get(at, "column") else {
            self.unreadable("add_column", table);
            return;
        };
        let mut spec = column.borrow().clone();
        if let Some(schema) = self.namespace(arguments, "schema").name() {
            let base = table.rsplit('.').next().unwrap_or(table).to_owned();
            name_indexes(std::slice::from_mut(&mut spec), schema, &base);
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

    pub(super) fn alter_column(&mut self, table: &str, at: usize, arguments: &Arguments) {
        let given = |name: &str| arguments.keyword(name).filter(|value| !matches!(value, Value::None));
        let Some(column) = arguments.get(at, "column_name").and_then(column_name) else {
            let renames = arguments.open || given("new_column_name").or_else(|| given("name")).is_some();
            self.unreadable(if renames { "a rename" } else { "alter_column" }, table);
            return;
        };
        let mut change = ColumnChange::default();
        if let Some(value) = given("nullable") {
            change.nullable = Some(value.truth().into());
        }
        if let Some(value) = arguments.keyword("server_default") {
            change.default_text = default_text(value);
            change.default = match value {
                // Alembic's own "leave it alone".
                Value::Bool(false) => None,
                value => Some(has_default(value).into()),
            };
        }
        if let Some(value) = given("type_").cloned() {
            change.kind = Some(self.sql_type(&value));
        }
        if let Some(value) = given("new_column_name").or_else(|| given("name")) {
            change.name = Some(value.text().map(|name| name.to_string()).into());
        }
        self.record_change(table, column, change);
    }

    pub(super) fn create_foreign_key(&mut self, table: &str, at: usize, arguments: &Arguments) {
        let schema = self.namespace(arguments, "referent_schema");
        let name = if arguments.keyword("referent").is_some() { "referent" } else { "referent_table" };
        let target = self.table_argument(arguments, 1 + at, name, &schema);
        let columns = column_list(arguments.get(2 + at, "local_cols"));
        let on_delete = on_delete(arguments.keyword("ondelete"));
        let target_columns = column_list(arguments.get(3 + at, "remote_cols"));
        let kind = ConstraintKind::ForeignKey(ForeignKeySpec { target, target_columns, on_delete, use_alter: false });
        let name = naming(arguments.get(0, "constraint_name"));
        self.record_constraint(table, ConstraintSpec { name, columns, kind });
    }
}

/// `if_not_exists=`: anything but a plain no may leave what is there.
pub(super) fn may_be_there(arguments: &Arguments, name: &str) -> bool {
    arguments.keyword(name).is_some_and(|value| value.truth() != Some(false))
}

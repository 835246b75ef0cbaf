//! `op.*` and `batch_op.*`, with the arguments as Alembic has them.
//!
//! `operation` is a table, one arm a method.

use super::construct::{column_list, column_name, naming};
use super::definition::may_be_there;
use super::index::index_options;
use super::namespace::Namespace;
use super::object::Batch;
use super::spec::{Arguments, ConstraintKind, ConstraintSpec, Naming};
use super::sql_table::is_null;
use super::value::Value;
use super::{Interpreter, UnreadKind};
use schema::operation::{EnumChange, IndexSpec, OperationKind, Reach, TablePart};

/// What Alembic itself creates on a table; a plugin's operations are called `create_…`, too.
const CREATED: [&str; 4] =
    ["create_unique_constraint", "create_primary_key", "create_check_constraint", "create_exclude_constraint"];

impl Interpreter<'_> {
    pub(super) fn operation(&mut self, batch: Option<&Batch>, name: &str, arguments: &Arguments) -> Value {
        let schema = self.namespace(arguments, "schema");
        match name {
            "f" => return arguments.get(0, "name").and_then(Value::text).map_or(Value::Unknown, Value::FinalName),
            "get_bind" => return Value::Connection,
            "get_context" => return Value::Context,
            "inline_literal" => return arguments.get(0, "value").cloned().unwrap_or(Value::Unknown),
            "execute" => {
                let statement = arguments.get(0, "sqltext").cloned().unwrap_or(Value::Unknown);
                self.execute(&statement);
                return Value::None;
            }
            "bulk_insert" => {
                self.data = true;
                return Value::None;
            }
            "run_async" => {
                let callee = arguments.get(0, "async_function").cloned().unwrap_or(Value::Unknown);
                let call = Arguments { positional: vec![Value::Connection], ..Arguments::default() };
                return self.call_value(&callee, call);
            }
            "batch_alter_table" => return self.batch(arguments),
            "create_table" => return self.create_table(arguments),
            "drop_table" => {
                match self.table_argument(arguments, 0, "table_name", &schema) {
                    Some(table) => self.record_drop_table(table),
                    None => self.lost_table(name, arguments.get(0, "table_name")),
                }
                return Value::None;
            }
            "rename_table" => {
                let from = self.table_argument(arguments, 0, "old_table_name", &schema);
                let to = self.table_argument(arguments, 1, "new_table_name", &schema);
                match from.zip(to) {
                    Some((from, to)) => self.record_rename_table(from, to),
                    None => self.lost_table(name, arguments.get(0, "old_table_name")),
                }
                return Value::None;
            }
            "drop_index" => {
                let index = naming(arguments.get(0, "index_name"));
                let table = match batch {
                    Some(batch) => batch.table.clone(),
                    None => self.table_argument(arguments, 1, "table_name", &schema),
                };
                match (&schema, batch) {
                    (Namespace::Unknown, None) => self.lost_table(name, arguments.get(1, "table_name")),
                    _ => self.record_drop_index(index.name(), table),
                }
                return Value::None;
            }
            "sync_enum_values" => {
                self.sync_enum(arguments);
                return Value::None;
            }
            "create_table_comment" | "drop_table_comment" => return Value::None,
            _ => {}
        }
        if !matches!(
            name,
            "add_column" | "drop_column" | "alter_column" | "create_index" | "drop_constraint" | "create_foreign_key"
        ) && !CREATED.contains(&name)
        {
            self.record(OperationKind::Unread(Reach::Objects));
            self.data = true;
            self.unread(UnreadKind::Either, format!("it calls op.{name}, which is not known"));
            return Value::Unknown;
        }
        // On a batch the table is given, and the other arguments move up.
        let at = usize::from(batch.is_none());
        let (place, word, schema) = match name {
            "add_column" | "drop_column" | "alter_column" => (0, "table_name", schema),
            "create_foreign_key" => {
                let word = if arguments.keyword("source").is_some() { "source" } else { "source_table" };
                (1, word, self.namespace(arguments, "source_schema"))
            }
            _ => (1, "table_name", schema),
        };
        let table = match batch {
            Some(batch) => batch.table.clone(),
            None => self.table_argument(arguments, place, word, &schema),
        };
        let Some(table) = table else {
            self.lost_table(name, batch.map_or(arguments.get(place, word), |batch| Some(&batch.named)));
            return Value::None;
        };
        match name {
            "add_column" => self.add_column(&table, at, arguments),
            "drop_column" => match arguments.get(at, "column_name").and_then(column_name) {
                Some(column) => self.record_drop_column(&table, column),
                None => self.unreadable(name, &table),
            },
            "alter_column" => self.alter_column(&table, at, arguments),
            "create_index" => {
                let columns = column_list(arguments.get(1 + at, "columns"));
                let options = index_options(
                    arguments,
                    &arguments.get(1 + at, "columns").and_then(Value::items).unwrap_or_default().0,
                );
                let keep = may_be_there(arguments, "if_not_exists");
                let named = arguments.get(0, "index_name");
                match naming(named) {
                    Naming::Named(name) | Naming::Final(name) => {
                        self.record(OperationKind::CreateIndex {
                            name,
                            table,
                            index: IndexSpec { columns, options },
                            if_not_exists: keep,
                        });
                    }
                    Naming::Unnamed | Naming::Derived(_) => {
                        let kind = ConstraintKind::Index(options);
                        self.record_constraint(&table, ConstraintSpec { name: Naming::Unnamed, columns, kind });
                    }
                    Naming::Unreadable => self.unreadable(name, &table),
                }
            }
            "drop_constraint" => {
                let constraint = naming(arguments.get(0, "constraint_name"));
                let kind = arguments.get(1 + at, "type_").and_then(Value::text);
                let (name, kind) = (constraint.name().map(str::to_owned), kind.map(|kind| kind.to_string()));
                self.record(OperationKind::DropConstraint { table, name, kind, cascade: false });
            }
            "create_foreign_key" => self.create_foreign_key(&table, at, arguments),
            _ => {
                let columns = column_list(arguments.get(1 + at, "columns"));
                let kind = match name {
                    "create_unique_constraint" => ConstraintKind::Unique,
                    "create_primary_key" => ConstraintKind::PrimaryKey,
                    "create_check_constraint" => {
                        let condition = arguments.get(1 + at, "condition").and_then(Value::text);
                        ConstraintKind::Check { condition: condition.map(|text| text.to_string()) }
                    }
                    "create_exclude_constraint" => ConstraintKind::Exclude,
                    _ => {
                        self.unreadable(name, &table);
                        return Value::None;
                    }
                };
                let name = naming(arguments.get(0, "constraint_name"));
                self.record_constraint(&table, ConstraintSpec { name, columns, kind });
            }
        }
        Value::None
    }

    pub(super) fn table_argument(
        &self,
        arguments: &Arguments,
        at: usize,
        name: &str,
        schema: &Namespace,
    ) -> Option<String> {
        let table = arguments.get(at, name).and_then(Value::text)?;
        self.in_namespace(&table, schema)
    }

    /// An operation on a table of which the schema is not known, or not even the name.
    pub(super) fn lost_table(&mut self, operation: &str, table: Option<&Value>) {
        match table.and_then(Value::text) {
            Some(table) => self.lost_in_a_schema(operation, &table),
            None => self.lost(operation),
        }
    }

    /// An operation on a table that cannot be told.
    pub(super) fn lost(&mut self, name: &str) {
        self.recorder.changes += 1;
        let what = format!("op.{name} on a table whose name cannot be evaluated");
        match name {
            // What is made is nobody else's, and may have any name.
            "create_table" => {
                self.somewhere.insert(String::new());
                self.unread_part(what);
            }
            _ => self.unread(UnreadKind::Schema, what),
        }
    }

    /// An operation on a known table with arguments that cannot be read.
    pub(super) fn unreadable(&mut self, name: &str, table: &str) {
        match name {
            // Nothing new comes of these.
            "drop_column" => self.record_unread(table, TablePart::DroppedColumns, true),
            "alter_column" => self.record_unread(table, TablePart::Columns, true),
            "create_index" => self.record_unread(table, TablePart::Indexes, true),
            _ => self.record_unread(table, TablePart::Everything, true),
        }
        self.unread_part(format!("op.{name} on {table} with arguments that cannot be evaluated"));
    }

    /// `alembic_postgresql_enum`'s operation.
    fn sync_enum(&mut self, arguments: &Arguments) {
        let schema = arguments.get(0, "enum_schema").map_or(Namespace::Default, |value| self.namespace_of(value));
        let (Some(name), Some((labels, false))) = (
            arguments.get(1, "enum_name").and_then(Value::text),
            arguments.get(2, "new_values").and_then(Value::items),
        ) else {
            return self.unread(UnreadKind::Schema, "it sets the values of an enum that cannot be evaluated");
        };
        let Some(name) = self.in_namespace(&name, &schema) else {
            return self.unread(
                UnreadKind::Schema,
                format!("it sets the values of {name} in a schema that cannot be evaluated"),
            );
        };
        let labels: Option<Vec<String>> =
            labels.iter().map(|label| label.text().map(|text| text.to_string())).collect();
        if let Some(labels) = labels {
            self.record(OperationKind::AlterEnum { name, change: EnumChange::Set(labels) });
        }
    }
}

/// Whether a `server_default` is one: a sequence's next value is the column's own business.
/// NULL is a default for some types and none for others, and an object may be one that the server never sees
/// (`FetchedValue`): then nobody knows.
pub(super) fn has_default(value: &Value) -> Option<bool> {
    match value {
        // An identity is the column's own business, too.
        Value::None | Value::Ddl("IDENTITY", _) => Some(false),
        Value::Sql(_) if value.text().is_some_and(|text| is_null(&text)) => None,
        Value::Str(_) | Value::Fragment(_) | Value::FinalName(_) | Value::Member(_) | Value::Sql(_) => {
            Some(!value.text().is_some_and(|text| text.trim_start().to_lowercase().starts_with("nextval(")))
        }
        Value::Expression | Value::Ddl("COMPUTED", _) => Some(true),
        _ => None,
    }
}

/// A `server_default` as SQL has it: a string is a literal there.
pub(super) fn default_text(value: &Value) -> Option<String> {
    match value {
        Value::Sql(_) => value.text().map(|text| text.to_string()),
        Value::Str(text) | Value::FinalName(text) => Some(format!("'{}'", text.replace('\'', "''"))),
        _ => None,
    }
}

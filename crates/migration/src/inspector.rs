//! `sa.inspect(bind)`: answers from the schema simulated so far.
//!
//! What the migrations did not create may still be there, so an absence is only certain while no table is assumed.
//!
//! `inspect` is a table, one arm a method.

use super::Interpreter;
use super::namespace::Namespace;
use super::spec::Arguments;
use super::value::Value;
use schema::{Belief, ConstraintName, Table};

fn record(pairs: Vec<(&str, Value)>) -> Value {
    Value::dict(pairs.into_iter().map(|(key, value)| (Value::str(key), value)).collect())
}

fn known_names(columns: &Belief<Vec<String>>) -> Value {
    columns.known().map_or(Value::Unknown, Value::strings)
}

fn name(name: &Option<ConstraintName>) -> Value {
    name.as_ref().map_or(Value::Unknown, |name| Value::str(&name.name))
}

fn list(table: &Table, items: Vec<Value>) -> Value {
    if table.assumed || table.open { Value::partial_list(items) } else { Value::list(items) }
}

impl Interpreter<'_> {
    pub(super) fn inspect(&mut self, made: u32, method: &str, arguments: &Arguments) -> Value {
        // What has changed since it was made it may have been asked before, and answers as it did then.
        let stale = self.recorder.changes > made;
        let schema = &self.recorder.simulation.schema;
        let assumed = schema.tables.values().any(|table| table.assumed);
        let position = usize::from(method != "get_table_names" && method != "get_view_names");
        let namespace = match arguments.get(position, "schema") {
            Some(value) => self.namespace_of(value),
            None => self.namespace(arguments, "schema"),
        };
        let nowhere = matches!(namespace, Namespace::Unknown);
        match method {
            "get_table_names" => {
                let prefix = namespace.name().filter(|name| **name != *self.recorder.simulation.default_schema);
                let names = schema.tables.keys().filter_map(|table| match (prefix, table.split_once('.')) {
                    _ if nowhere => None,
                    (None, None) => Some(Value::str(table)),
                    (Some(prefix), Some((schema, table))) if prefix == schema => Some(Value::str(table)),
                    _ => None,
                });
                let names = names.collect();
                return match (stale, assumed || nowhere || !self.somewhere.is_empty()) {
                    (true, _) => Value::partial_list(Vec::new()),
                    (_, true) => Value::partial_list(names),
                    _ => Value::list(names),
                };
            }
            "get_view_names" => return Value::partial_list(schema.views.iter().map(Value::str).collect()),
            "get_schema_names" => {
                let names = schema.namespaces.iter().chain([&self.recorder.simulation.default_schema]);
                return Value::partial_list(names.map(Value::str).collect());
            }
            "get_enums" => {
                let enums = schema
                    .enums
                    .iter()
                    .map(|(name, labels)| record(vec![("name", Value::str(name)), ("labels", known_names(labels))]));
                return Value::partial_list(enums.collect());
            }
            _ => {}
        }
        let Some(table) = arguments.get(0, "table_name").and_then(Value::text) else { return Value::Unknown };
        let Some(qualified) = self.in_namespace(&table, &namespace) else { return Value::Unknown };
        if stale && self.recorder.simulation.has_touched(&qualified) {
            return Value::Unknown;
        }
        let table = schema.tables.get(&qualified);
        if method == "has_table" {
            return match table {
                Some(_) => Value::Bool(true),
                None if assumed || self.is_somewhere(&qualified) => Value::Unknown,
                None => Value::Bool(false),
            };
        }
        let Some(table) = table else { return Value::Unknown };
        self.memory = self.memory.saturating_add(table.columns.len() * 128);
        match method {
            "get_columns" => {
                let columns = table.columns.iter().map(|column| {
                    let nullable = column.nullable.known().map_or(Value::Unknown, |&flag| Value::Bool(flag));
                    record(vec![("name", Value::str(&column.name)), ("nullable", nullable), ("type", Value::Unknown)])
                });
                list(table, columns.collect())
            }
            "has_index" => match arguments.get(1, "index_name").and_then(Value::text) {
                Some(index) if table.indexes.contains_key(&*index) => Value::Bool(true),
                Some(_) if !table.assumed && !table.open => Value::Bool(false),
                _ => Value::Unknown,
            },
            "get_indexes" => {
                let indexes = table.indexes.iter().map(|(name, index)| {
                    let part = |part: &Option<String>| part.as_ref().map_or(Value::None, Value::str);
                    let columns = index.columns.known();
                    let columns = columns.map_or(Value::Unknown, |all| Value::list(all.iter().map(part).collect()));
                    let unique = index.unique.known().map_or(Value::Unknown, |&flag| Value::Bool(flag));
                    record(vec![("name", Value::str(name)), ("column_names", columns), ("unique", unique)])
                });
                let keys = table.uniques.iter().map(|unique| {
                    let columns = known_names(&unique.columns);
                    record(vec![("name", name(&unique.name)), ("column_names", columns), ("unique", Value::Bool(true))])
                });
                list(table, indexes.chain(keys).collect())
            }
            "get_unique_constraints" => {
                let keys = table.uniques.iter().map(|unique| {
                    record(vec![("name", name(&unique.name)), ("column_names", known_names(&unique.columns))])
                });
                list(table, keys.collect())
            }
            "get_foreign_keys" => {
                let keys = table.foreign_keys.iter().map(|key| {
                    record(vec![
                        ("name", name(&key.name)),
                        ("constrained_columns", known_names(&key.columns)),
                        ("referred_table", key.target.known().map_or(Value::Unknown, Value::str)),
                        ("referred_columns", Value::Unknown),
                    ])
                });
                list(table, keys.collect())
            }
            "get_pk_constraint" => {
                let columns = match &table.primary_key {
                    Some(columns) => known_names(columns),
                    None if table.assumed => Value::Unknown,
                    None => Value::list(Vec::new()),
                };
                record(vec![("name", name(&table.primary_key_name)), ("constrained_columns", columns)])
            }
            "get_check_constraints" => {
                let checks = table
                    .checks
                    .iter()
                    .map(|check| record(vec![("name", Value::str(&check.name.name)), ("sqltext", Value::Unknown)]));
                list(table, checks.collect())
            }
            _ => Value::Unknown,
        }
    }
}

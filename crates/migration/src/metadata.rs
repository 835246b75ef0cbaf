//! The tables of a `MetaData` that the migration makes itself: what its `create_all` creates.

use std::rc::Rc;

use super::Interpreter;
use super::convention::Convention;
use super::spec::Arguments;
use super::value::Value;

/// A `MetaData`, told from others by its own convention, and the tables and models that were given to it, in their order.
pub(super) struct Held {
    itself: Rc<Convention>,
    tables: Vec<Value>,
}

impl Interpreter<'_> {
    /// A `MetaData` is made. Whatever file else makes one, nobody has read all that fills it.
    pub(super) fn hold_metadata(&mut self, metadata: Value) -> Value {
        if let (0, Value::MetaData(Some(itself))) = (self.loading, &metadata) {
            self.metadata.push(Held { itself: itself.clone(), tables: Vec::new() });
        }
        metadata
    }

    /// A table or a model becomes part of it.
    pub(super) fn add_to_metadata(&mut self, metadata: Option<&Value>, table: &Value) {
        if let Some(Value::MetaData(Some(itself))) = metadata
            && let Some(held) = self.metadata.iter_mut().find(|held| Rc::ptr_eq(&held.itself, itself))
        {
            held.tables.push(table.clone());
        }
    }

    /// What is given to a call that is none of those that are followed here may come to hold more.
    pub(super) fn release_metadata(&mut self, callee: &str, arguments: &Arguments) {
        if matches!(callee, "Table" | "declarative_base") || self.metadata.is_empty() {
            return;
        }
        let given = || arguments.positional.iter().chain(arguments.keywords.iter().map(|(_, value)| value));
        let attaches = match callee {
            "Index" => given().any(|value| matches!(value, Value::ColumnName(_) | Value::Column(_))),
            "listen" | "listens_for" => true,
            _ => false,
        };
        if attaches {
            self.metadata.clear();
        }
        for value in given() {
            if let Value::MetaData(Some(itself)) = value {
                self.metadata.retain(|held| !Rc::ptr_eq(&held.itself, itself));
            }
        }
    }

    /// What is in it, where all of it is known and SQLAlchemy names nothing by a convention of its own.
    pub(super) fn tables_of_metadata(&mut self, metadata: &Value) -> Option<Vec<Value>> {
        let Value::MetaData(Some(itself)) = metadata else { return None };
        let held = self.metadata.iter().find(|held| Rc::ptr_eq(&held.itself, itself))?;
        if *held.itself != Convention::default() {
            return None;
        }
        let tables = held.tables.clone();
        let tables = tables.into_iter().map(|table| match table {
            Value::Class(class) => self.model_table(&class),
            table => table,
        });
        Some(tables.collect())
    }
}

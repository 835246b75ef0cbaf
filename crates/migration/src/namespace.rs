//! The schema that an operation names, and what becomes of one that nobody can tell: it is never the default.

use std::rc::Rc;

use super::spec::Arguments;
use super::value::Value;
use super::{Interpreter, UnreadKind};
use schema::operation::{OperationKind, Reach, TablePart};

/// What a `schema=` says.
#[derive(Debug, Clone)]
pub(super) enum Namespace {
    /// Nothing.
    Default,
    Named(Rc<str>),
    Unknown,
}

impl Namespace {
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::Default | Self::Unknown => None,
        }
    }
}

impl Interpreter<'_> {
    /// The schema that this keyword names.
    pub(super) fn namespace(&self, arguments: &Arguments, keyword: &str) -> Namespace {
        match arguments.keyword(keyword) {
            // It may be among those that could not be read.
            None if arguments.open_keywords => Namespace::Unknown,
            None => Namespace::Default,
            Some(value) => self.namespace_of(value),
        }
    }

    /// The schema that a value names.
    pub(super) fn namespace_of(&self, value: &Value) -> Namespace {
        match value.text() {
            None if matches!(value, Value::None) => Namespace::Default,
            // A variable is there so that another schema can be named.
            Some(name) if !self.is_assumed(&name) => Namespace::Named(name),
            _ => Namespace::Unknown,
        }
    }

    fn is_assumed(&self, text: &Rc<str>) -> bool {
        self.assumed_texts.iter().any(|assumed| Rc::ptr_eq(assumed, text))
    }

    /// A name in a schema as facts spell it; `None` where the schema is not known.
    pub(super) fn in_namespace(&self, name: &str, schema: &Namespace) -> Option<String> {
        match schema {
            Namespace::Unknown => None,
            known => self.qualified(name, known.name()),
        }
    }

    /// An operation on a table of this name in a schema that is not known: whatever that table is, it is in doubt in each.
    pub(super) fn lost_in_a_schema(&mut self, operation: &str, table: &str) {
        self.somewhere.insert(table.to_owned());
        let part = if operation.ends_with("index") { TablePart::Indexes } else { TablePart::Everything };
        self.record(OperationKind::Unread(Reach::TableInAnySchema { name: table.to_owned(), part }));
        let what = format!("op.{operation} on {table} in a schema that cannot be evaluated");
        // What is gone in one schema is in doubt in each.
        match operation {
            "drop_table" | "rename_table" => self.unread(UnreadKind::Schema, what),
            _ => self.unread_part(what),
        }
    }

    /// Whether a table of this name may stand in any schema.
    pub(super) fn is_somewhere(&self, table: &str) -> bool {
        self.somewhere.contains("") || self.somewhere.contains(table.rsplit('.').next().unwrap_or(table))
    }
}

//! The schema that an operation names, and what becomes of one that nobody can tell: it is never the default.

use std::rc::Rc;

use super::Interpreter;
use super::spec::Arguments;
use super::value::Value;

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
            Some(name) => Namespace::Named(name),
            None => Namespace::Unknown,
        }
    }

    /// A name in a schema as facts spell it; `None` where the schema is not known.
    pub(super) fn in_namespace(&self, name: &str, schema: &Namespace) -> Option<String> {
        match schema {
            Namespace::Unknown => None,
            known => self.qualified(name, known.name()),
        }
    }

    /// Whether a table of this name may stand in any schema.
    pub(super) fn is_somewhere(&self, table: &str) -> bool {
        self.somewhere.contains("") || self.somewhere.contains(table.rsplit('.').next().unwrap_or(table))
    }
}

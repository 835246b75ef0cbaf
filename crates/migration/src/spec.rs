//! The arguments of a call.

use super::value::Value;
pub(super) use schema::operation::{
    ColumnSpec, ConstraintKind, ConstraintSpec, EnumType, ForeignKeySpec, IndexOptions, Naming, SqlType, TableSpec,
};

/// Arguments of a call.
#[derive(Debug, Clone, Default)]
pub(super) struct Arguments {
    pub(super) positional: Vec<Value>,
    pub(super) keywords: Vec<(String, Value)>,
    /// `**kwargs` that could not be read were among them.
    pub(super) open: bool,
}

impl Arguments {
    pub(super) fn keyword(&self, name: &str) -> Option<&Value> {
        self.keywords.iter().find(|(keyword, _)| keyword == name).map(|(_, value)| value)
    }

    /// By keyword, else by position.
    pub(super) fn get(&self, position: usize, name: &str) -> Option<&Value> {
        self.keyword(name).or_else(|| self.positional.get(position))
    }
}

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
    /// Some that could not be read were among them, `*rest` or `**kwargs`.
    pub(super) open: bool,
    /// `**kwargs` that could not be read were among them.
    pub(super) open_keywords: bool,
}

impl Arguments {
    pub(super) fn keyword(&self, name: &str) -> Option<&Value> {
        self.keywords.iter().find(|(keyword, _)| keyword == name).map(|(_, value)| value)
    }

    /// These, and then those that a call adds to them: of a keyword in both, those of the call count.
    pub(super) fn followed_by(mut self, call: Self) -> Self {
        self.keywords.retain(|(keyword, _)| call.keyword(keyword).is_none());
        if call.open_keywords {
            self.keywords.iter_mut().for_each(|(_, value)| *value = Value::Unknown);
        }
        self.positional.extend(call.positional);
        self.keywords.extend(call.keywords);
        self.open |= call.open;
        self.open_keywords |= call.open_keywords;
        self
    }

    /// By keyword, else by position.
    pub(super) fn get(&self, position: usize, name: &str) -> Option<&Value> {
        self.keyword(name).or_else(|| self.positional.get(position))
    }
}

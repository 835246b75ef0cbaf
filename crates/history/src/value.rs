//! The values that a module's names have: plain Python's, or where the expression stands that could not be decided.

use ruff_text_size::TextRange;

/// A Python value, or where the expression stands that could not be decided.
pub(super) type Value = python::Value<TextRange>;

/// What a value holds, in any order.
pub(super) fn members(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Set(items) => Some(items.clone()),
        other => other.items(),
    }
}

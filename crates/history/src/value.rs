//! The values that a module's names have, as far as they can be known without running it.

use ruff_text_size::TextRange;

/// A Python value, or where the expression stands that could not be decided.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Str(String),
    Tuple(Vec<Value>),
    List(Vec<Value>),
    Set(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    Unknown(TextRange),
}

impl Value {
    /// `bool(value)`.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::None => Some(false),
            Self::Bool(value) => Some(*value),
            Self::Int(value) => Some(*value != 0),
            Self::Str(text) => Some(!text.is_empty()),
            Self::Tuple(items) | Self::List(items) | Self::Set(items) => Some(!items.is_empty()),
            Self::Dict(items) => Some(!items.is_empty()),
            Self::Unknown(_) => None,
        }
    }

    /// Whether something that holds a reference to it can change it, or a part of it.
    pub(super) fn is_mutable(&self) -> bool {
        match self {
            Self::List(_) | Self::Set(_) | Self::Dict(_) => true,
            Self::Tuple(items) => items.iter().any(Self::is_mutable),
            _ => false,
        }
    }

    /// The first undecided part.
    pub(super) fn unknown(&self) -> Option<TextRange> {
        match self {
            Self::Unknown(range) => Some(*range),
            Self::Tuple(items) | Self::List(items) | Self::Set(items) => items.iter().find_map(Self::unknown),
            Self::Dict(items) => items.iter().find_map(|(key, value)| key.unknown().or_else(|| value.unknown())),
            _ => None,
        }
    }

    /// What it holds, in any order.
    pub(super) fn members(&self) -> Option<Vec<Self>> {
        match self {
            Self::Set(items) => Some(items.clone()),
            other => other.items(),
        }
    }

    /// What iterating over it gives, in that order: a set has one of its own in every process.
    pub(super) fn items(&self) -> Option<Vec<Self>> {
        match self {
            Self::Set(items) if items.len() > 1 => None,
            Self::Tuple(items) | Self::List(items) | Self::Set(items) => Some(items.clone()),
            Self::Dict(items) => Some(items.iter().map(|(key, _)| key.clone()).collect()),
            Self::Str(text) => Some(text.chars().map(|c| Self::Str(c.to_string())).collect()),
            _ => None,
        }
    }

    /// `str(value)`, for what looks the same in every version of Python.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Str(text) => Some(text.clone()),
            Self::Int(value) => Some(value.to_string()),
            Self::None => Some("None".to_owned()),
            Self::Bool(true) => Some("True".to_owned()),
            Self::Bool(false) => Some("False".to_owned()),
            _ => None,
        }
    }

    /// `self + other`.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Str(left), Self::Str(right)) => Some(Self::Str(left + &right)),
            (Self::Int(left), Self::Int(right)) => left.checked_add(right).map(Self::Int),
            (Self::Tuple(left), Self::Tuple(right)) => Some(Self::Tuple([left, right].concat())),
            (Self::List(left), Self::List(right)) => Some(Self::List([left, right].concat())),
            _ => None,
        }
    }

    /// `self == other`, where both are known.
    pub(super) fn equals(&self, other: &Self) -> Option<bool> {
        let known = self.unknown().is_none() && other.unknown().is_none();
        // 1 == True, and the order of a set or dict says nothing.
        let plain = |value: &Self| !matches!(value, Self::Set(_) | Self::Dict(_) | Self::Bool(_));
        (known && plain(self) && plain(other)).then(|| self == other)
    }
}

//! To and from plain Python values, which know what Python itself makes of them: their text, their operators.

use std::rc::Rc;

use super::value::Value;

/// A value without anything of the application's, SQLAlchemy's or Alembic's: such a part of it is unknown.
pub(super) type Plain = python::Value;

/// Parts of a value that are looked at: lists may hold each other, and themselves.
const LARGEST: usize = 20_000;
const DEEPEST: u32 = 50;

impl Value {
    /// The plain value, as far as it is one.
    pub(super) fn plain(&self) -> Plain {
        let mut left = LARGEST;
        self.plain_part(&mut left, DEEPEST)
    }

    fn plain_part(&self, left: &mut usize, depth: u32) -> Plain {
        let unknown = Plain::Unknown(());
        if depth == 0 || *left == 0 {
            return unknown;
        }
        *left -= 1;
        let mut all = |items: &[Value]| items.iter().map(|item| item.plain_part(left, depth - 1)).collect();
        match self {
            Self::None => Plain::None,
            Self::Bool(flag) => Plain::Bool(*flag),
            Self::Int(int) => Plain::Int(*int),
            Self::Float(float) => Plain::Float(*float),
            // `op.f` makes a text.
            Self::Str(text) | Self::FinalName(text) => Plain::str(&**text),
            Self::Tuple(items) => Plain::Tuple(all(items)),
            Self::List(list) if !list.borrow().partial => Plain::List(all(&list.borrow().items)),
            Self::Set(items) => {
                let items: Vec<Plain> = all(&items.borrow());
                Plain::set(items).unwrap_or(unknown)
            }
            Self::Dict(items) => {
                let items = items.borrow();
                let mut part = |value: &Value| value.plain_part(left, depth - 1);
                let pairs: Vec<(Plain, Plain)> = items.iter().map(|(key, value)| (part(key), part(value))).collect();
                Plain::dict(pairs).unwrap_or(unknown)
            }
            // What a member is in a text depends on the bases of its class, and on Python's version.
            _ => unknown,
        }
    }
}

impl From<Plain> for Value {
    fn from(plain: Plain) -> Self {
        let all = |items: Vec<Plain>| items.into_iter().map(Self::from).collect();
        match plain {
            Plain::None => Self::None,
            Plain::Bool(flag) => Self::Bool(flag),
            Plain::Int(int) => Self::Int(int),
            Plain::Float(float) => Self::Float(float),
            Plain::Str(text) => Self::str(text),
            Plain::Tuple(items) => Self::Tuple(Rc::new(all(items))),
            Plain::List(items) => Self::list(all(items)),
            Plain::Set(items) => super::container::set(&all(items)),
            Plain::Dict(items) => {
                Self::dict(items.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
            }
            Plain::Unknown(()) => Self::Unknown,
        }
    }
}

/// The value, where it is known.
pub(super) fn known(plain: Option<Plain>) -> Value {
    plain.map_or(Value::Unknown, Value::from)
}

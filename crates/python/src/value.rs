//! Plain Python values, and what Python itself says of them: truth, equality, order.
//!
//! Whatever is not exactly what CPython does is `None`, which means unknown and never "no".

use std::cmp::Ordering;
use std::collections::HashMap;

use ruff_python_ast::{Expr, Number, UnaryOp};

/// A value of one of Python's own types, or a part that is not known and what is said of that (`U`).
#[derive(Debug, Clone)]
pub enum Value<U = ()> {
    /// `None`.
    None,
    /// `True` and `False`.
    Bool(bool),
    /// An integer, unless it is larger.
    Int(i64),
    /// A float.
    Float(f64),
    /// A text.
    Str(String),
    /// A tuple.
    Tuple(Vec<Value<U>>),
    /// A list.
    List(Vec<Value<U>>),
    /// A set or a frozen set, each item once, in any order.
    Set(Vec<Value<U>>),
    /// A dictionary, each key once, in order.
    Dict(Vec<(Value<U>, Value<U>)>),
    /// Nobody can say what.
    Unknown(U),
}

/// The same value of the same type, which is more than `==` asks for: `1` and `True` differ, and so do `0.0` and `-0.0`.
impl<U: PartialEq> PartialEq for Value<U> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Tuple(a), Self::Tuple(b)) | (Self::List(a), Self::List(b)) | (Self::Set(a), Self::Set(b)) => a == b,
            (Self::Dict(a), Self::Dict(b)) => a == b,
            (Self::Unknown(a), Self::Unknown(b)) => a == b,
            _ => false,
        }
    }
}

/// Items and bytes of text, and levels, of the largest value that is made: a few lines can double one again and again.
const LARGEST: usize = 1 << 20;
const DEEPEST: usize = 100;

impl<U> Value<U> {
    /// A text.
    pub fn str(text: impl Into<String>) -> Self {
        Self::Str(text.into())
    }

    /// What a literal without parts says: `None`, `True`, a number, `-1`, a text. Integers beyond 64 bits and complex
    /// numbers are unknown.
    pub fn literal(expression: &Expr) -> Option<Self> {
        Some(match expression {
            Expr::NoneLiteral(_) => Self::None,
            Expr::BooleanLiteral(literal) => Self::Bool(literal.value),
            Expr::StringLiteral(literal) => {
                let text = literal.value.to_str();
                // The parser puts this in the place of half a surrogate pair.
                if text.contains(char::REPLACEMENT_CHARACTER) {
                    return None;
                }
                Self::str(text)
            }
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(int) => Self::Int(int.as_i64()?),
                Number::Float(float) => Self::Float(*float),
                Number::Complex { .. } => return None,
            },
            Expr::UnaryOp(operation) if operation.op == UnaryOp::USub && operation.operand.is_number_literal_expr() => {
                Self::literal(&operation.operand)?.negated()?
            }
            _ => return None,
        })
    }

    /// `-self`.
    pub fn negated(&self) -> Option<Self> {
        match self {
            Self::Int(int) => int.checked_neg().map(Self::Int),
            Self::Bool(flag) => Some(Self::Int(-i64::from(*flag))),
            Self::Float(float) => Some(Self::Float(-float)),
            _ => None,
        }
    }

    /// A set of these; `None` where it is not known which of them are equal, or one cannot be in a set.
    pub fn set(items: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut held: Vec<Self> = Vec::new();
        let mut places = Places::default();
        for item in items {
            if places.of(&item, held.len(), |at| &held[at])? == held.len() {
                held.push(item);
            }
        }
        Some(Self::Set(held))
    }

    /// A dictionary: of equal keys the last one's value, at the place of the first. `None` as for [`Value::set`].
    pub fn dict(pairs: impl IntoIterator<Item = (Self, Self)>) -> Option<Self> {
        let mut held: Vec<(Self, Self)> = Vec::new();
        let mut places = Places::default();
        for (key, value) in pairs {
            let place = places.of(&key, held.len(), |at| &held[at].0)?;
            match held.get_mut(place) {
                Some((_, held)) => *held = value,
                None => held.push((key, value)),
            }
        }
        Some(Self::Dict(held))
    }

    /// `bool(self)`.
    pub fn truth(&self) -> Option<bool> {
        Some(match self {
            Self::None => false,
            Self::Bool(flag) => *flag,
            Self::Int(int) => *int != 0,
            Self::Float(float) => *float != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::Tuple(items) | Self::List(items) | Self::Set(items) => !items.is_empty(),
            Self::Dict(items) => !items.is_empty(),
            Self::Unknown(_) => return None,
        })
    }

    /// The value of an integer, which `True` and `False` are, too.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            Self::Bool(flag) => Some(i64::from(*flag)),
            _ => None,
        }
    }

    /// Whether something that holds a reference to it can change it, or a part of it.
    pub fn is_mutable(&self) -> bool {
        match self {
            Self::List(_) | Self::Set(_) | Self::Dict(_) => true,
            Self::Tuple(items) => items.iter().any(Self::is_mutable),
            _ => false,
        }
    }

    /// Whether a set or a dictionary takes it, as far as that is known.
    pub fn is_hashable(&self) -> bool {
        !self.is_mutable() && self.unknown().is_none()
    }

    /// What is said of the first part that is not known.
    pub fn unknown(&self) -> Option<&U> {
        match self {
            Self::Unknown(what) => Some(what),
            Self::Tuple(items) | Self::List(items) | Self::Set(items) => items.iter().find_map(Self::unknown),
            Self::Dict(items) => items.iter().find_map(|(key, value)| key.unknown().or_else(|| value.unknown())),
            _ => None,
        }
    }

    /// `self == other`.
    pub fn equals(&self, other: &Self) -> Option<bool> {
        Some(match (self, other) {
            (Self::Unknown(_), _) | (_, Self::Unknown(_)) => return None,
            (Self::None, Self::None) => true,
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Tuple(a), Self::Tuple(b)) | (Self::List(a), Self::List(b)) => {
                if a.len() != b.len() {
                    return Some(false);
                }
                all(a.iter().zip(b).map(|(a, b)| a.equals_inside(b)))?
            }
            (Self::Set(a), Self::Set(b)) => a.len() == b.len() && all(a.iter().map(|item| item.is_in(b)))?,
            (Self::Dict(a), Self::Dict(b)) => {
                if a.len() != b.len() {
                    return Some(false);
                }
                all(a.iter().map(|(key, value)| {
                    for (other, held) in b {
                        if key.equals_inside(other)? {
                            return value.equals_inside(held);
                        }
                    }
                    Some(false)
                }))?
            }
            (a, b) => match a.number_order(b) {
                Some(order) => order == Some(Ordering::Equal),
                None => false,
            },
        })
    }

    /// As [`Value::equals`] for what stands in containers, where the same object equals itself: a NaN may be one.
    fn equals_inside(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Float(a), Self::Float(b)) if a.is_nan() && b.is_nan() => None,
            _ => self.equals(other),
        }
    }

    /// `self in items`.
    pub fn is_in(&self, items: &[Self]) -> Option<bool> {
        let mut answer = Some(false);
        for item in items {
            match item.equals_inside(self) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => answer = None,
            }
        }
        answer
    }

    /// How two values that `<` compares are ordered. `None` where Python raises, too, and for a NaN.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Str(a), Self::Str(b)) => Some(a.cmp(b)),
            (Self::Tuple(a), Self::Tuple(b)) | (Self::List(a), Self::List(b)) => {
                for (a, b) in a.iter().zip(b) {
                    if !a.equals_inside(b)? {
                        return a.order(b);
                    }
                }
                Some(a.len().cmp(&b.len()))
            }
            (a, b) => a.number_order(b)?,
        }
    }

    /// The order of two numbers, which a NaN has not; `None` where one of them is none.
    fn number_order(&self, other: &Self) -> Option<Option<Ordering>> {
        Some(match (self, other) {
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b),
            (Self::Float(a), b) => order_of(b.integer()?, *a).map(Ordering::reverse),
            (a, Self::Float(b)) => order_of(a.integer()?, *b),
            (a, b) => Some(a.integer()?.cmp(&b.integer()?)),
        })
    }

    /// What iterating over it gives, in that order: a set has one of its own in every process.
    pub fn items(&self) -> Option<Vec<Self>>
    where
        U: Clone,
    {
        match self {
            Self::Set(items) if items.len() > 1 => None,
            Self::Tuple(items) | Self::List(items) | Self::Set(items) => Some(items.clone()),
            Self::Dict(items) => Some(items.iter().map(|(key, _)| key.clone()).collect()),
            Self::Str(text) => Some(text.chars().map(Self::str).collect()),
            _ => None,
        }
    }

    /// The value, unless it is larger than anything written by hand.
    pub fn if_small(self) -> Option<Self> {
        let mut left = LARGEST;
        self.fits(&mut left, DEEPEST).then_some(self)
    }

    fn fits(&self, left: &mut usize, depth: usize) -> bool {
        let size = if let Self::Str(text) = self { text.len() } else { 1 };
        if depth == 0 || size > *left {
            return false;
        }
        *left -= size;
        match self {
            Self::Tuple(items) | Self::List(items) | Self::Set(items) => {
                items.iter().all(|item| item.fits(left, depth - 1))
            }
            Self::Dict(items) => {
                items.iter().all(|(key, value)| key.fits(left, depth - 1) && value.fits(left, depth - 1))
            }
            _ => true,
        }
    }
}

/// Where each of the items of a set, or of the keys of a dictionary, stands.
#[derive(Default)]
struct Places {
    texts: HashMap<String, usize>,
    integers: HashMap<i64, usize>,
    others: Vec<usize>,
}

/// More of them are not compared with each other.
const MOST_OTHERS: usize = 1_000;

impl Places {
    /// The place of an item, which is `next` for one that equals no other. `None` for what cannot be an item or is not known.
    fn of<'v, U: 'v>(&mut self, item: &Value<U>, next: usize, held: impl Fn(usize) -> &'v Value<U>) -> Option<usize> {
        match item {
            _ if !item.is_hashable() => None,
            Value::Str(text) => match self.texts.get(text) {
                Some(place) => Some(*place),
                None => Some(*self.texts.entry(text.clone()).or_insert(next)),
            },
            Value::Int(_) | Value::Bool(_) => Some(*self.integers.entry(item.integer()?).or_insert(next)),
            // Those that are whole equal integers.
            Value::Float(float) if float.fract() == 0.0 && float.abs() < 9.0e18 => {
                Some(*self.integers.entry(*float as i64).or_insert(next))
            }
            // Nearly as large as integers get.
            Value::Float(float) if (9.0e18..1.0e19).contains(&float.abs()) => None,
            _ if self.others.len() == MOST_OTHERS => None,
            _ => {
                for &place in &self.others {
                    if held(place).equals_inside(item)? {
                        return Some(place);
                    }
                }
                self.others.push(next);
                Some(next)
            }
        }
    }
}

/// The order of an integer and a float, without rounding the integer.
fn order_of(int: i64, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    let whole = float.trunc();
    // Saturates far beyond what an i64 holds.
    match i128::from(int).cmp(&(whole as i128)) {
        Ordering::Equal => 0.0.partial_cmp(&(float - whole)),
        order => Some(order),
    }
}

/// Whether all hold. One that does not decides, whatever is not known of the others.
fn all(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for answer in answers {
        match answer {
            Some(true) => {}
            Some(false) => return Some(false),
            None => result = None,
        }
    }
    result
}

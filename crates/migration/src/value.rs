//! What a Python expression evaluates to.
//!
//! [`Value::Unknown`] is the honest answer to everything that cannot be evaluated; it spreads, and it is never true,
//! false or equal to anything.

use std::cell::RefCell;
use std::rc::Rc;

use ruff_python_ast::name::Name;

use super::convention::Convention;
use super::inspector::Asked;
use super::object::{Batch, Class, Function, Import, Instance, Member, Module, Nature};
use super::shipped::Shipped;
use super::spec::{Arguments, ColumnSpec, ConstraintSpec, SqlType, TableSpec};

/// Stands in a fragment for what is not known.
pub(super) const GAP: char = '\u{fffc}';

/// A value. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Unknown,
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Rc<str>),
    /// Text with something unknown in it, at each [`GAP`]: an f-string with a value that nobody knows.
    Fragment(Rc<str>),
    /// Also what generators and dictionary views give.
    List(Rc<RefCell<List>>),
    Tuple(Rc<Vec<Value>>),
    Set(Rc<RefCell<Vec<Value>>>),
    Dict(Rc<RefCell<Vec<(Value, Value)>>>),
    Function(Rc<Function>),
    Class(Rc<Class>),
    Instance(Rc<Instance>),
    /// A member of an enum class.
    Member(Rc<Member>),
    Module(Rc<Module>),
    /// A name that is imported and not yet looked up.
    Import(Rc<Import>),
    /// A dotted name outside the checkout: `sqlalchemy.Integer`.
    Outside(Rc<str>),
    Builtin(Name),
    /// A method taken without calling it.
    Method(Rc<(Value, Name)>),
    Partial(Rc<(Value, Arguments)>),
    /// `op`, or what `batch_alter_table` gives.
    Op(Option<Rc<Batch>>),
    Column(Rc<RefCell<ColumnSpec>>),
    Constraint(Rc<ConstraintSpec>),
    Type(Rc<SqlType>),
    Table(Rc<TableSpec>),
    /// The columns of a table object: `table.c`.
    TableColumns,
    /// A column named in an expression, or a text that is one.
    ColumnName(Rc<str>),
    /// `op.f(name)`: a name that no naming convention changes.
    FinalName(Rc<str>),
    /// `sa.text(...)`.
    Sql(Box<Value>),
    /// CREATE SEQUENCE and its like as objects: the constructor and its argument.
    Ddl(&'static str, Box<Value>),
    Sequence(Rc<str>),
    Inspector(Rc<Asked>),
    /// The type of a live column, as the catalogue spells it.
    Reflected(Rc<str>),
    /// A database URL, whose dialect is known and nothing else.
    Url,
    /// `MetaData`, or what has one: a declarative base, Flask-SQLAlchemy's object. Its naming convention, where it is known.
    MetaData(Option<Rc<Convention>>),
    Connection,
    /// What a query answers, or a part of it: nothing is known of it, and it changes nothing.
    Result,
    /// `alembic.context`.
    Context,
    Dialect,
    /// Some SQLAlchemy construct that makes no operation.
    Expression,
    /// `self` inside a type decorator.
    Decorator,
    /// A path to a file of the checkout, or what was read there.
    Shipped(Rc<Shipped>),
}

/// A list, and whether these are all its items.
#[derive(Debug, Clone, Default)]
pub(super) struct List {
    pub(super) items: Vec<Value>,
    /// It begins with these, and nobody knows how it goes on. It stays so: others may hold it.
    pub(super) partial: bool,
    /// It is an iterator, of which nothing is left once somebody has gone through it, or a view, that changes.
    pub(super) once: bool,
    /// What else it may hold, of each item nobody knows whether it does; `None`: anything.
    pub(super) perhaps: Option<Vec<Value>>,
}

impl List {
    /// It may hold anything else.
    pub(super) fn open(&mut self) {
        self.partial = true;
        self.perhaps = None;
    }
}

impl Value {
    pub(super) fn str(text: impl AsRef<str>) -> Self {
        Self::Str(Rc::from(text.as_ref()))
    }

    pub(super) fn list(items: Vec<Value>) -> Self {
        Self::List(Rc::new(RefCell::new(List { items, partial: false, once: false, perhaps: None })))
    }

    pub(super) fn partial_list(items: Vec<Value>) -> Self {
        Self::List(Rc::new(RefCell::new(List { items, partial: true, once: false, perhaps: None })))
    }

    /// An iterator, or a view, of these.
    pub(super) fn iterator(items: Vec<Value>, partial: bool) -> Self {
        Self::List(Rc::new(RefCell::new(List { items, partial, once: true, perhaps: None })))
    }

    pub(super) fn is_gone_through_once(&self) -> bool {
        matches!(self, Self::List(list) if list.borrow().once)
    }

    /// What it is where it is not gone through at once: an iterator may be gone through somewhere else, or again.
    pub(super) fn held(self) -> Self {
        if self.is_gone_through_once() { Self::partial_list(Vec::new()) } else { self }
    }

    /// A list of these items, and perhaps of some of those.
    pub(super) fn list_perhaps_with(items: Vec<Value>, perhaps: Vec<Value>) -> Self {
        let partial = !perhaps.is_empty();
        Self::List(Rc::new(RefCell::new(List { items, partial, once: false, perhaps: Some(perhaps) })))
    }

    /// A dictionary: of equal keys the last one's value, at the place of the first.
    pub(super) fn dict(items: Vec<(Value, Value)>) -> Self {
        /// Longer ones are not compared key by key.
        const LONGEST: usize = 3_000;
        if items.len() > LONGEST {
            return Self::Unknown;
        }
        let mut held: Vec<(Self, Self)> = Vec::with_capacity(items.len());
        for (key, value) in items {
            match held.iter_mut().find(|(other, _)| other.equals(&key) == Some(true)) {
                Some((_, held)) => *held = value,
                None => held.push((key, value)),
            }
        }
        Self::Dict(Rc::new(RefCell::new(held)))
    }

    pub(super) fn strings<'a>(items: impl IntoIterator<Item = &'a String>) -> Self {
        Self::list(items.into_iter().map(Self::str).collect())
    }

    /// Whether it is an object of one of Python's own types, and not of a class derived from one.
    pub(super) fn is_builtin_object(&self) -> bool {
        self.is_plain() || matches!(self, Self::Set(_) | Self::Dict(_))
    }

    /// Whether it is certainly none of those objects that somebody else may change.
    pub(super) fn is_constant(&self) -> bool {
        match self {
            Self::Tuple(items) => items.iter().all(Self::is_constant),
            Self::List(_) | Self::Set(_) | Self::Dict(_) | Self::Instance(_) | Self::Class(_) => false,
            _ => true,
        }
    }

    pub(super) fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown | Self::Result)
    }

    /// `None` when it cannot be said.
    pub(super) fn truth(&self) -> Option<bool> {
        Some(match self {
            Self::Unknown
            | Self::Result
            | Self::Fragment(_)
            | Self::Outside(_)
            | Self::Import(_)
            | Self::Shipped(_)
            | Self::Url
            | Self::Expression => return None,
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::List(list) => {
                let list = list.borrow();
                if list.once || list.items.is_empty() && list.partial {
                    return None;
                }
                !list.items.is_empty()
            }
            Self::Tuple(items) => !items.is_empty(),
            Self::Set(items) if has_unknown(&items.borrow()) => return None,
            Self::Dict(items) if items.borrow().iter().any(|(key, _)| key.is_unknown()) => return None,
            Self::Set(items) => !items.borrow().is_empty(),
            Self::Dict(items) => !items.borrow().is_empty(),
            Self::Instance(instance) if instance.class.decides_truth() => return None,
            // An attribute that is not looked into.
            Self::Method(method) if !matches!(method.0, Self::Instance(_) | Self::Op(_)) => return None,
            // Whether a member that has no value is true depends on the bases of its class.
            Self::Member(member) => return member.value.truth().filter(|truth| *truth),
            Self::Function(_)
            | Self::Class(_)
            | Self::Instance(_)
            | Self::Module(_)
            | Self::Builtin(_)
            | Self::Method(_)
            | Self::Partial(_)
            | Self::Op(_)
            | Self::Column(_)
            | Self::Constraint(_)
            | Self::Type(_)
            | Self::Table(_)
            | Self::TableColumns
            | Self::ColumnName(_)
            | Self::FinalName(_)
            | Self::Sql(_)
            | Self::Ddl(..)
            | Self::Sequence(_)
            | Self::Inspector(_)
            | Self::Reflected(_)
            | Self::MetaData(_)
            | Self::Connection
            | Self::Context
            | Self::Dialect
            | Self::Decorator => true,
        })
    }

    /// Text, also behind `op.f`, `sa.text` and an enum member.
    pub(super) fn text(&self) -> Option<Rc<str>> {
        match self {
            Self::Str(text) | Self::FinalName(text) => Some(text.clone()),
            Self::Member(member) => member.value.text(),
            Self::Sql(inner) => inner.text(),
            _ => None,
        }
    }

    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Bool(value) => Some(i64::from(*value)),
            _ => None,
        }
    }

    /// The items to go through, when they are known; the flag tells that there may be more.
    pub(super) fn items(&self) -> Option<(Vec<Value>, bool)> {
        match self {
            Self::List(list) => {
                let list = list.borrow();
                Some((list.items.clone(), list.partial))
            }
            Self::Tuple(items) => Some((items.to_vec(), false)),
            // Where something that is not known stands in them, there may be more, or less.
            Self::Set(items) => {
                let items = items.borrow();
                Some((items.iter().filter(|item| !item.is_unknown()).cloned().collect(), has_unknown(&items)))
            }
            Self::Dict(items) => {
                let keys: Vec<Self> = items.borrow().iter().map(|(key, _)| key.clone()).collect();
                let partial = has_unknown(&keys);
                Some((keys.into_iter().filter(|key| !key.is_unknown()).collect(), partial))
            }
            Self::Str(text) => Some((text.chars().map(|c| Value::str(c.to_string())).collect(), false)),
            Self::Class(class) if class.nature == Nature::Enum => Some((class.members(), false)),
            _ => None,
        }
    }

    /// What a list that is not known in full may hold beside its items, where that is known.
    pub(super) fn perhaps(&self) -> Option<Vec<Value>> {
        match self {
            Self::List(list) => list.borrow().perhaps.clone(),
            _ => None,
        }
    }

    /// Equality as `==` has it; `None` when it cannot be said.
    pub(super) fn equals(&self, other: &Self) -> Option<bool> {
        Some(match (self, other) {
            (Self::Member(a), Self::Member(b)) => a.name == b.name && a.value.equals(&b.value)?,
            // Whether a member equals its value depends on the bases of its class.
            (Self::Member(_), _) | (_, Self::Member(_)) => return None,
            (Self::None, Self::None) => true,
            (Self::Str(a) | Self::FinalName(a), Self::Str(b) | Self::FinalName(b)) => a == b,
            (Self::List(a), Self::List(b)) => {
                let (a, b) = (a.borrow(), b.borrow());
                if a.partial || b.partial {
                    return None;
                }
                all_equal(&a.items, &b.items)?
            }
            (Self::Tuple(a), Self::Tuple(b)) => all_equal(a, b)?,
            (Self::Set(a), Self::Set(b)) => {
                let (a, b) = (a.borrow(), b.borrow());
                if has_unknown(&a) || has_unknown(&b) {
                    return None;
                }
                if a.len() != b.len() {
                    return Some(false);
                }
                for item in a.iter() {
                    if !contains(&b, item)? {
                        return Some(false);
                    }
                }
                true
            }
            (a, b) if a.is_number() && b.is_number() => a.plain().equals(&b.plain())?,
            (a, b) if a.is_plain() && b.is_plain() => false,
            _ => return None,
        })
    }

    fn is_number(&self) -> bool {
        matches!(self, Self::Bool(_) | Self::Int(_) | Self::Float(_))
    }

    fn is_plain(&self) -> bool {
        matches!(
            self,
            Self::None | Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::Str(_) | Self::List(_) | Self::Tuple(_)
        )
    }
}

fn has_unknown(items: &[Value]) -> bool {
    items.iter().any(Value::is_unknown)
}

fn all_equal(a: &[Value], b: &[Value]) -> Option<bool> {
    if a.len() != b.len() {
        return Some(false);
    }
    for (a, b) in a.iter().zip(b) {
        if !a.equals(b)? {
            return Some(false);
        }
    }
    Some(true)
}

/// Whether an item is among these; `None` when it cannot be said.
pub(super) fn contains(items: &[Value], item: &Value) -> Option<bool> {
    let mut answer = Some(false);
    for other in items {
        match other.equals(item) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => answer = None,
        }
    }
    answer
}

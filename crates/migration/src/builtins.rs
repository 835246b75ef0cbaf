//! Python's own functions, as far as migrations use them.

use std::rc::Rc;

use ruff_python_ast::name::Name;

use super::Interpreter;
use super::container::{self, collection};
use super::known;
use super::plain::{Plain, known as known_value};
use super::reflected;
use super::spec::Arguments;
use super::value::{GAP, Value};
use schema::Dialect;

pub(super) fn is_builtin(name: &Name) -> bool {
    known::is(name, known::EVALUATED)
}

impl Interpreter<'_> {
    pub(super) fn builtin(&mut self, name: &str, arguments: &Arguments) -> Value {
        if let Some(value) = self.builtin_in_doubt(name, arguments) {
            return value;
        }
        let first = arguments.positional.first();
        let items = first.and_then(Value::items);
        if let Some((items, _)) = &items {
            self.spend(items.len() * 32);
        }
        match (name, items) {
            ("print", _) => Value::None,
            ("open", _) => {
                let path = first.cloned().unwrap_or(Value::Unknown);
                let rest = arguments.positional.get(1..).unwrap_or_default().to_vec();
                let opened = self.open(&path, &Arguments { positional: rest, ..arguments.clone() });
                self.data |= opened.is_none();
                opened.unwrap_or(Value::Unknown)
            }
            ("dict", _) => {
                let mut pairs = match first {
                    None => Vec::new(),
                    Some(Value::Dict(items)) => items.borrow().clone(),
                    Some(_) => return Value::Unknown,
                };
                pairs.extend(arguments.keywords.iter().map(|(key, value)| (Value::str(key), value.clone())));
                Value::dict(pairs)
            }
            ("getattr", _) => match (first, arguments.positional.get(1).and_then(Value::text)) {
                (Some(object), Some(name)) => self.attribute(&object.clone(), &Name::new(&*name)),
                _ => Value::Unknown,
            },
            ("isinstance", _) => self.isinstance(arguments),
            ("str", _) if matches!(first, Some(Value::Shipped(_))) => first.cloned().unwrap_or(Value::Unknown),
            ("str", _) if matches!(first, Some(Value::Reflected(_) | Value::Url)) => match first {
                Some(Value::Reflected(kind)) => reflected::spelled(kind).map_or(Value::Unknown, Value::str),
                // It begins with the name of its dialect, and need not end there.
                _ => Value::Fragment(format!("{}{GAP}", self.dialect().name()).into()),
            },
            ("str", _) => known_value(first.and_then(|value| value.plain().text()).map(Plain::Str)),
            ("repr", _) => known_value(first.and_then(|value| value.plain().repr()).map(Plain::Str)),
            ("int", _) => match first {
                Some(Value::Str(text)) => text.trim().parse().map_or(Value::Unknown, Value::Int),
                Some(value) => value.integer().map_or(Value::Unknown, Value::Int),
                None => Value::Int(0),
            },
            ("bool", _) => first.and_then(Value::truth).map_or(Value::Unknown, Value::Bool),
            ("range", _) => self.range(arguments),
            ("zip", Some(_)) => zip(arguments),
            ("map" | "filter", _) => self.each(name, arguments),
            ("sorted" | "min" | "max", Some((items, partial))) => self.in_order(name, items, partial, arguments),
            ("any" | "list" | "set" | "frozenset", Some((items, true)))
                if first.is_some_and(|list| list.perhaps().is_some()) =>
            {
                let perhaps = first.and_then(Value::perhaps).unwrap_or_default();
                let none = perhaps.iter().chain(&items).all(|item| item.truth() == Some(false));
                match name {
                    "any" if none => Value::Bool(false),
                    "any" => of_items(name, items, true, arguments),
                    _ => Value::list_perhaps_with(items, perhaps),
                }
            }
            (_, Some((items, partial))) => of_items(name, items, partial, arguments),
            ("list" | "tuple" | "set" | "frozenset", None) if first.is_none() => collection(name, Vec::new()),
            _ => Value::Unknown,
        }
    }

    /// `map` and `filter`, which call their function when somebody goes through what they give.
    fn each(&mut self, name: &str, arguments: &Arguments) -> Value {
        let [function, over] = &arguments.positional[..] else {
            self.doubt_arguments(arguments);
            return Value::Unknown;
        };
        self.runs_later(function);
        let Some((items, partial)) = over.items() else { return Value::iterator(Vec::new(), true) };
        let mut given = Vec::new();
        for item in items {
            let kept = match function {
                Value::None if name == "filter" => item.clone(),
                _ => self.call_value(function, Arguments { positional: vec![item.clone()], ..Arguments::default() }),
            };
            match (name, kept.truth()) {
                ("map", _) => given.push(kept.held()),
                (_, Some(true)) => given.push(item),
                (_, Some(false)) => {}
                (_, None) => return Value::iterator(given, true),
            }
        }
        Value::iterator(given, partial)
    }

    /// A function that is called for each of many things, nobody here knows when.
    fn runs_later(&mut self, function: &Value) {
        let effects = self.effects_of_value(function);
        if effects.operates || effects.changes {
            self.misread("it gives a function that does more than look to one that calls it later");
        }
    }

    /// `sorted`, `min` and `max`.
    fn in_order(&mut self, name: &str, items: Vec<Value>, partial: bool, arguments: &Arguments) -> Value {
        let items = match arguments.positional.len() {
            0 | 1 => items,
            _ => arguments.positional.clone(),
        };
        let key = arguments.keyword("key").cloned().unwrap_or(Value::None);
        let sorted = if partial { None } else { self.sorted(items, &key, arguments.keyword("reverse")) };
        match (name, sorted) {
            ("sorted", Some(items)) => Value::list(items),
            ("sorted", None) => Value::partial_list(Vec::new()),
            ("min", Some(items)) => items.into_iter().next().unwrap_or(Value::Unknown),
            (_, Some(items)) => {
                // Of equal ones the first.
                let reversed = self.sorted(items, &key, Some(&Value::Bool(true)));
                reversed.and_then(|items| items.into_iter().next()).unwrap_or(Value::Unknown)
            }
            (_, None) => Value::Unknown,
        }
    }

    /// Items by what a function makes of each, equal ones as they were; `None` where the order cannot be told.
    pub(super) fn sorted(&mut self, items: Vec<Value>, key: &Value, reverse: Option<&Value>) -> Option<Vec<Value>> {
        self.runs_later(key);
        let mut keyed: Vec<(Plain, Value)> = Vec::with_capacity(items.len());
        for item in items {
            let by = match key {
                Value::None => item.plain(),
                _ => self.call_value(key, Arguments { positional: vec![item.clone()], ..Arguments::default() }).plain(),
            };
            keyed.push((by, item));
        }
        let comparable = keyed.windows(2).all(|pair| pair[0].0.order(&pair[1].0).is_some());
        let reverse = reverse.map_or(Some(false), Value::truth)?;
        if !comparable || (keyed.len() == 1 && matches!(keyed[0].0, Plain::Unknown(()))) {
            return None;
        }
        let mut unordered = false;
        if reverse {
            keyed.reverse();
        }
        keyed.sort_by(|a, b| {
            a.0.order(&b.0).unwrap_or_else(|| {
                unordered = true;
                std::cmp::Ordering::Equal
            })
        });
        if reverse {
            keyed.reverse();
        }
        (!unordered).then(|| keyed.into_iter().map(|(_, item)| item).collect())
    }

    fn isinstance(&self, arguments: &Arguments) -> Value {
        let first = arguments.positional.first();
        match (first, arguments.positional.get(1)) {
            (Some(value), Some(Value::Builtin(kind))) => match (kind.as_str(), value) {
                ("str", Value::Fragment(_)) => Value::Bool(true),
                (_, value) if !value.is_builtin_object() => Value::Unknown,
                ("str", value) => Value::Bool(matches!(value, Value::Str(_))),
                ("int", value) => Value::Bool(matches!(value, Value::Int(_) | Value::Bool(_))),
                ("dict", value) => Value::Bool(matches!(value, Value::Dict(_))),
                ("list", value) => Value::Bool(matches!(value, Value::List(_))),
                ("tuple", value) => Value::Bool(matches!(value, Value::Tuple(_))),
                ("set", value) => Value::Bool(matches!(value, Value::Set(_))),
                _ => Value::Unknown,
            },
            (Some(Value::Reflected(kind)), Some(class)) => {
                reflected::is_instance(kind, class, self.dialect()).map_or(Value::Unknown, Value::Bool)
            }
            (Some(Value::Dialect), Some(Value::Outside(class))) => {
                let class = class.rsplit('.').next().unwrap_or_default();
                let own = match self.dialect() {
                    Dialect::PostgreSql => class.starts_with("PG"),
                    Dialect::Sqlite => class.starts_with("SQLite"),
                };
                if class.ends_with("Dialect") { Value::Bool(own) } else { Value::Unknown }
            }
            _ => Value::Unknown,
        }
    }

    /// What a call gives whose arguments are not all taken into account, or whose answer depends on the order of a set.
    fn builtin_in_doubt(&mut self, name: &str, arguments: &Arguments) -> Option<Value> {
        let takes = |most: usize, keywords: &[&str]| {
            arguments.positional.len() <= most
                && arguments.keywords.iter().all(|(key, _)| keywords.contains(&key.as_str()))
        };
        let first = arguments.positional.first();
        let taken = match name {
            "print" | "dict" | "open" => true,
            "min" | "max" => arguments.keywords.iter().all(|(key, _)| key == "key"),
            "zip" => arguments.keywords.is_empty(),
            "sorted" => takes(1, &["key", "reverse"]),
            "enumerate" => takes(2, &["start"]),
            "sum" => takes(2, &["start"]),
            "map" | "filter" | "isinstance" | "hasattr" | "getattr" => takes(3, &[]),
            "range" => takes(3, &[]),
            _ => takes(1, &[]),
        };
        if arguments.open || !taken {
            // Whatever is called for the key of an item may do more than look.
            if arguments.keyword("key").is_some_and(|key| !matches!(key, Value::Builtin(_))) {
                self.data = true;
            }
            let given = arguments.positional.iter().chain(arguments.keywords.iter().map(|(_, value)| value));
            given.for_each(|value| self.hands_out(value));
            return Some(Value::Unknown);
        }
        let several = |value: &Value| matches!(value, Value::Set(items) if items.borrow().len() > 1);
        match name {
            // As a set it has no order, either.
            "list" | "reversed" if first.is_some_and(several) => first.cloned(),
            "tuple" if first.is_some_and(several) => Some(Value::Unknown),
            "zip" | "enumerate" if arguments.positional.iter().any(several) => Some(Value::Unknown),
            _ => None,
        }
    }

    fn range(&mut self, arguments: &Arguments) -> Value {
        let numbers: Option<Vec<i64>> = arguments.positional.iter().map(Value::integer).collect();
        let (from, to) = match numbers.as_deref() {
            Some([to]) => (0, *to),
            Some([from, to]) => (*from, *to),
            _ => return Value::Unknown,
        };
        let length = usize::try_from(to.saturating_sub(from)).unwrap_or(0);
        self.spend(length.saturating_mul(32));
        if self.exhausted() { Value::Unknown } else { Value::list((from..to).map(Value::Int).collect()) }
    }
}

fn zip(arguments: &Arguments) -> Value {
    let Some(all) = arguments.positional.iter().map(Value::items).collect::<Option<Vec<_>>>() else {
        return Value::Unknown;
    };
    let partial = all.iter().any(|(_, partial)| *partial);
    let shortest = all.iter().map(|(items, _)| items.len()).min().unwrap_or(0);
    let row = |at: usize| Value::Tuple(Rc::new(all.iter().map(|(items, _)| items[at].clone()).collect()));
    Value::iterator((0..shortest).map(row).collect(), partial)
}

/// A function of what going through its first argument gives; `partial` where there may be more.
fn of_items(name: &str, mut items: Vec<Value>, partial: bool, arguments: &Arguments) -> Value {
    match (name, partial) {
        ("len", false) => Value::Int(items.len() as i64),
        ("list", true) => Value::partial_list(items),
        ("set" | "frozenset", true) => {
            items.push(Value::Unknown);
            container::set(&items)
        }
        ("list" | "tuple" | "set" | "frozenset", false) => collection(name, items),
        ("reversed", false) => {
            items.reverse();
            Value::iterator(items, false)
        }
        ("enumerate", _) => {
            let Some(start) = arguments.get(1, "start").map_or(Some(0), Value::integer) else { return Value::Unknown };
            let pairs =
                items.into_iter().zip(start..).map(|(item, at)| Value::Tuple(Rc::new(vec![Value::Int(at), item])));
            Value::iterator(pairs.collect(), partial)
        }
        ("sum", false) => {
            let start = arguments.get(1, "start").map_or(Some(0), Value::integer);
            let sum = items.iter().try_fold(start, |sum, item| Some(sum?.checked_add(item.integer()?))).flatten();
            sum.map_or(Value::Unknown, Value::Int)
        }
        ("any" | "all", _) => {
            let decisive = name == "any";
            let truths: Vec<Option<bool>> = items.iter().map(Value::truth).collect();
            if truths.contains(&Some(decisive)) {
                Value::Bool(decisive)
            } else if partial || truths.contains(&None) {
                Value::Unknown
            } else {
                Value::Bool(!decisive)
            }
        }
        _ => Value::Unknown,
    }
}

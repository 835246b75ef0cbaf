//! Lists, tuples, sets and dictionaries: their items and their methods.

use std::cell::RefCell;
use std::rc::Rc;

use ruff_python_ast::name::Name;

use super::Interpreter;
use super::known;
use super::spec::Arguments;
use super::value::{List, Value, contains};

/// A set of these.
pub(super) fn set(items: &[Value]) -> Value {
    let mut held: Vec<Value> = Vec::new();
    // Beyond this, duplicates are kept: nobody looks that closely, and looking costs the square.
    const LOOKED_AT: usize = 2_000;
    for item in items {
        if held.len() > LOOKED_AT || contains(&held, item) != Some(true) {
            held.push(item.clone());
        }
    }
    Value::Set(Rc::new(RefCell::new(held)))
}

pub(super) fn collection(name: &str, items: Vec<Value>) -> Value {
    match name {
        "tuple" => Value::Tuple(Rc::new(items)),
        "list" => Value::list(items),
        _ => set(&items),
    }
}

/// `object[key]`.
pub(super) fn item(object: &Value, key: &Value) -> Value {
    match object {
        Value::Dict(items) => {
            let items = items.borrow();
            for (held, value) in items.iter() {
                match held.equals(key) {
                    Some(true) => return value.clone(),
                    Some(false) => {}
                    None => return Value::Unknown,
                }
            }
            Value::Unknown
        }
        Value::TableColumns => key.text().map_or(Value::Unknown, Value::ColumnName),
        _ => {
            let (Some((items, partial)), Some(at)) = (object.items(), key.integer()) else { return Value::Unknown };
            if partial || matches!(object, Value::Set(_) | Value::Class(_) | Value::Dict(_)) {
                return Value::Unknown;
            }
            let at = if at < 0 { at + items.len() as i64 } else { at };
            usize::try_from(at).ok().and_then(|at| items.get(at).cloned()).unwrap_or(Value::Unknown)
        }
    }
}

/// `object[from:to:step]`.
pub(super) fn slice(object: &Value, from: &Value, to: &Value, step: &Value) -> Value {
    if !matches!(object, Value::List(_) | Value::Tuple(_) | Value::Str(_)) {
        return Value::Unknown;
    }
    let Some((mut items, false)) = object.items() else { return Value::Unknown };
    match (step, from, to) {
        (Value::None | Value::Int(1), ..) => {}
        (Value::Int(-1), Value::None, Value::None) => items.reverse(),
        _ => return Value::Unknown,
    }
    let bound = |value: &Value, otherwise: i64| match value {
        Value::None => Some(otherwise),
        value => value.integer().map(|at| if at < 0 { at + items.len() as i64 } else { at }),
    };
    let (Some(from), Some(to)) = (bound(from, 0), bound(to, items.len() as i64)) else { return Value::Unknown };
    let from = from.clamp(0, items.len() as i64) as usize;
    let to = to.clamp(from as i64, items.len() as i64) as usize;
    let part = items[from..to].to_vec();
    match object {
        Value::Str(_) => Value::str(part.iter().filter_map(Value::text).map(|c| c.to_string()).collect::<String>()),
        Value::Tuple(_) => Value::Tuple(Rc::new(part)),
        _ => Value::list(part),
    }
}

/// `index` and `count`.
pub(super) fn sequence_method(items: &[Value], name: &str, arguments: &Arguments) -> Value {
    let [wanted] = &arguments.positional[..] else { return Value::Unknown };
    let same: Option<Vec<bool>> = items.iter().map(|item| item.equals(wanted)).collect();
    let Some(same) = same.filter(|_| !arguments.open && arguments.keywords.is_empty()) else { return Value::Unknown };
    let found = match name {
        "index" => same.iter().position(|same| *same),
        "count" => Some(same.iter().filter(|same| **same).count()),
        _ => None,
    };
    found.map_or(Value::Unknown, |found| Value::Int(found as i64))
}

impl Interpreter<'_> {
    pub(super) fn list_method(&mut self, list: &Rc<RefCell<List>>, name: &str, arguments: &Arguments) -> Value {
        self.spend(32);
        let argument = arguments.positional.first().cloned();
        // Taken before the list is borrowed: it may be its own argument.
        let more = argument.as_ref().and_then(Value::items);
        let most = if name == "insert" { 2 } else { 1 };
        let plain = arguments.positional.len() <= most && arguments.keywords.is_empty() && !arguments.open;
        let unfit = {
            let list = list.borrow();
            let index = argument.as_ref().and_then(Value::integer);
            match name {
                "insert" => index.is_none() || list.partial,
                "pop" => list.items.is_empty() || list.partial || (argument.is_some() && index.is_none()),
                "remove" => {
                    argument.as_ref().is_none_or(|value| contains(&list.items, value) != Some(true)) || list.partial
                }
                "reverse" => list.partial,
                "sort" => list.partial || !list.items.iter().all(|item| matches!(item, Value::Str(_))),
                _ => false,
            }
        };
        if (!plain || unfit) && known::is(name, known::MUTATES) {
            self.doubt_value(&Value::List(list.clone()));
            return Value::Unknown;
        }
        if name == "extend" {
            self.extend(list, more);
            return Value::None;
        }
        let mut list = list.borrow_mut();
        match (name, argument) {
            // After what is not known it has no place.
            ("append", Some(_)) if list.partial => list.open(),
            ("append", Some(value)) => list.items.push(value.held()),
            ("insert", Some(at)) => {
                let (at, length) = (at.integer().unwrap_or(0), list.items.len() as i64);
                let at = if at < 0 { (at + length).max(0) } else { at.min(length) } as usize;
                list.items.insert(at, arguments.positional.get(1).cloned().unwrap_or(Value::Unknown));
            }
            ("remove", Some(value)) => match list.items.iter().position(|item| item.equals(&value) == Some(true)) {
                Some(at) => {
                    list.items.remove(at);
                }
                None => list.open(),
            },
            ("pop", None) => return list.items.pop().unwrap_or(Value::Unknown),
            ("pop", Some(at)) => {
                let (at, length) = (at.integer().unwrap_or(0), list.items.len() as i64);
                let at = usize::try_from(if at < 0 { at + length } else { at }).unwrap_or(usize::MAX);
                return if at < list.items.len() { list.items.remove(at) } else { Value::Unknown };
            }
            ("reverse", _) => list.items.reverse(),
            ("clear", _) => list.items.clear(),
            ("sort", _) => list.items.sort_by_key(Value::text),
            ("copy", _) => {
                let copy = list.clone();
                return Value::List(Rc::new(RefCell::new(copy)));
            }
            ("index" | "count", _) if !list.partial => return sequence_method(&list.items, name, arguments),
            _ => return Value::Unknown,
        }
        Value::None
    }

    /// A list that goes on with these, as far as they are known.
    pub(super) fn extend(&mut self, list: &Rc<RefCell<List>>, more: Option<(Vec<Value>, bool)>) {
        let (items, partial) = more.unwrap_or((Vec::new(), true));
        self.spend(items.len() * 32);
        let mut list = list.borrow_mut();
        if !list.partial {
            list.items.extend(items);
        }
        if partial || list.partial {
            list.open();
        }
    }

    pub(super) fn dict_method(
        &mut self,
        dict: &Rc<RefCell<Vec<(Value, Value)>>>,
        name: &str,
        arguments: &Arguments,
    ) -> Value {
        self.spend(64 + dict.borrow().len() * 8);
        let first = arguments.positional.first();
        match (name, first) {
            ("items" | "keys" | "values", _) if dict.borrow().iter().any(|(key, _)| key.is_unknown()) => {
                Value::partial_list(Vec::new())
            }
            ("items", _) => {
                let pair = |(key, value): &(Value, Value)| Value::Tuple(Rc::new(vec![key.clone(), value.clone()]));
                Value::iterator(dict.borrow().iter().map(pair).collect(), false)
            }
            ("keys", _) => Value::iterator(dict.borrow().iter().map(|(key, _)| key.clone()).collect(), false),
            ("values", _) => Value::iterator(dict.borrow().iter().map(|(_, value)| value.clone()).collect(), false),
            ("get" | "pop" | "setdefault", Some(key)) => {
                let keys: Vec<Value> = dict.borrow().iter().map(|(key, _)| key.clone()).collect();
                let otherwise = arguments.positional.get(1).cloned().unwrap_or(Value::None);
                if arguments.positional.len() > 2 || !arguments.keywords.is_empty() || arguments.open {
                    self.doubt_value(&Value::Dict(dict.clone()));
                    return Value::Unknown;
                }
                match contains(&keys, key) {
                    Some(true) => {
                        let value = item(&Value::Dict(dict.clone()), key);
                        if name == "pop" {
                            dict.borrow_mut().retain(|(held, _)| held.equals(key) != Some(true));
                        }
                        value
                    }
                    Some(false) => {
                        if name == "setdefault" {
                            dict.borrow_mut().push((key.clone(), otherwise.clone().held()));
                        }
                        // Without a default it raises.
                        let raises = name == "pop" && arguments.positional.len() < 2;
                        if raises { Value::Unknown } else { otherwise }
                    }
                    None => {
                        if name != "get" {
                            self.doubt_value(&Value::Dict(dict.clone()));
                        }
                        Value::Unknown
                    }
                }
            }
            ("update", _) => self.dict_update(dict, arguments),
            ("copy", _) => Value::dict(dict.borrow().clone()),
            ("clear", None) => {
                // Whoever else holds it may fill it again.
                dict.borrow_mut().retain(|(key, _)| key.is_unknown());
                Value::None
            }
            _ => {
                if known::is(name, known::MUTATES) {
                    self.doubt_value(&Value::Dict(dict.clone()));
                }
                Value::Unknown
            }
        }
    }

    fn dict_update(&mut self, dict: &Rc<RefCell<Vec<(Value, Value)>>>, arguments: &Arguments) -> Value {
        let more = match arguments.positional.first() {
            Some(Value::Dict(more)) if !more.borrow().iter().any(|(key, _)| key.is_unknown()) => more.borrow().clone(),
            None if !arguments.open => Vec::new(),
            _ => {
                self.doubt_value(&Value::Dict(dict.clone()));
                return Value::None;
            }
        };
        let keywords = arguments.keywords.iter().map(|(key, value)| (Value::str(key), value.clone()));
        for (key, value) in more.into_iter().chain(keywords) {
            let mut dict = dict.borrow_mut();
            match dict.iter_mut().find(|(held, _)| held.equals(&key) == Some(true)) {
                Some((_, held)) => *held = value,
                None => dict.push((key, value)),
            }
        }
        Value::None
    }

    pub(super) fn set_method(
        &mut self,
        receiver: &Value,
        items: &Rc<std::cell::RefCell<Vec<Value>>>,
        name: &Name,
        arguments: &Arguments,
    ) -> Value {
        self.spend(32);
        if arguments.positional.len() > 1 || !arguments.keywords.is_empty() || arguments.open {
            self.doubt_value(receiver);
            return Value::Unknown;
        }
        let first = arguments.positional.first();
        let more = first.and_then(Value::items);
        match (name.as_str(), first, more) {
            ("add", Some(value), _) => {
                let held = contains(&items.borrow(), value);
                match held {
                    Some(true) => {}
                    Some(false) => items.borrow_mut().push(value.clone()),
                    None => items.borrow_mut().extend([value.clone(), Value::Unknown]),
                }
                Value::None
            }
            ("update" | "union", _, Some((more, false))) => {
                self.spend(more.len() * 32);
                let all: Vec<Value> = items.borrow().iter().cloned().chain(more).collect();
                let all = set(&all);
                match (name.as_str(), &all) {
                    ("update", Value::Set(all)) => {
                        let all = all.borrow().clone();
                        *items.borrow_mut() = all;
                        Value::None
                    }
                    _ => all,
                }
            }
            ("difference", Some(other), _) => {
                self.binary(ruff_python_ast::Operator::Sub, receiver.clone(), builtin_set(other))
            }
            ("discard" | "remove", Some(value), _) if contains(&items.borrow(), value).is_some() => {
                items.borrow_mut().retain(|item| item.equals(value) != Some(true));
                Value::None
            }
            ("copy", None, _) => set(&items.borrow()),
            ("clear", None, _) => {
                items.borrow_mut().retain(Value::is_unknown);
                Value::None
            }
            ("issubset", _, Some((more, false))) => {
                let held = items.borrow();
                let all: Option<Vec<bool>> = held.iter().map(|item| contains(&more, item)).collect();
                all.map_or(Value::Unknown, |all| Value::Bool(all.into_iter().all(|held| held)))
            }
            _ => {
                if known::is(name, known::MUTATES) {
                    self.doubt_value(receiver);
                }
                Value::Unknown
            }
        }
    }
}

fn builtin_set(value: &Value) -> Value {
    match value.items() {
        Some((items, false)) => set(&items),
        _ => Value::Unknown,
    }
}

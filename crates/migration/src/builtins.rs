//! Python's own functions and the methods of its own types, as far as migrations use them.

use std::cell::RefCell;
use std::rc::Rc;

use ruff_python_ast::name::Name;

use super::Interpreter;
use super::spec::Arguments;
use super::statement::MUTATORS;
use super::value::{GAP, List, Value, contains};
use schema::Dialect;

const BUILTINS: [&str; 28] = [
    "len",
    "sorted",
    "list",
    "tuple",
    "set",
    "dict",
    "enumerate",
    "zip",
    "range",
    "reversed",
    "str",
    "int",
    "min",
    "max",
    "sum",
    "frozenset",
    "abs",
    "bool",
    "any",
    "all",
    "isinstance",
    "hasattr",
    "getattr",
    "print",
    "next",
    "repr",
    "super",
    "map",
];

pub(super) fn is_builtin(name: &Name) -> bool {
    BUILTINS.contains(&name.as_str())
}

/// A value inside a formatted text.
pub(super) fn format_value(value: &Value, repr: bool) -> Option<String> {
    Some(match value {
        Value::Int(int) => int.to_string(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::None => "None".to_owned(),
        Value::ColumnName(name) => name.to_string(),
        // What a member is in a text depends on the bases of its class, and on Python's version.
        Value::Member(_) => return None,
        Value::Tuple(items) => {
            let items: Option<Vec<String>> = items.iter().map(|item| format_value(item, true)).collect();
            let items = items?;
            if items.len() == 1 { format!("({},)", items[0]) } else { format!("({})", items.join(", ")) }
        }
        Value::List(list) if !list.borrow().partial => {
            let items: Option<Vec<String>> = list.borrow().items.iter().map(|item| format_value(item, true)).collect();
            format!("[{}]", items?.join(", "))
        }
        _ => {
            let text = value.text()?;
            let plain = text.chars().all(|c| (' '..='~').contains(&c) && c != '\'' && c != '\\');
            match repr {
                true if plain => format!("'{text}'"),
                true => return None,
                false => text.to_string(),
            }
        }
    })
}

/// `template % value`.
pub(super) fn percent(template: &str, value: &Value) -> Option<String> {
    let mut values = match value {
        Value::Tuple(items) => items.to_vec(),
        other => vec![other.clone()],
    }
    .into_iter();
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            text.push('%');
            rest = after;
            continue;
        }
        let (held, after) = match after.strip_prefix('(') {
            Some(named) => {
                let (key, after) = named.split_once(')')?;
                (item(value, &Value::str(key)), after)
            }
            None => (values.next()?, after),
        };
        let mut letters = after.chars();
        match letters.next()? {
            's' => text.push_str(&format_value(&held, false)?),
            'r' => text.push_str(&format_value(&held, true)?),
            'd' | 'i' => text.push_str(&held.integer()?.to_string()),
            _ => return None,
        }
        rest = letters.as_str();
    }
    text.push_str(rest);
    // What is left over is an error in Python, but for a dictionary.
    (values.next().is_none() || matches!(value, Value::Dict(_))).then_some(text)
}

/// A template for `%` with nothing filled in.
pub(super) fn without_conversions(template: &str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        text.push(if after.starts_with('%') { '%' } else { GAP });
        let after = after.strip_prefix('(').and_then(|named| named.split_once(')')).map_or(after, |(_, after)| after);
        let mut letters = after.chars();
        letters.next();
        rest = letters.as_str();
    }
    text + rest
}

/// A template for `format` with nothing filled in.
fn without_fields(template: &str) -> String {
    let mut parts = template.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push(GAP);
        text.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    text
}

/// `template.format(...)`.
fn format(template: &str, arguments: &Arguments) -> Option<String> {
    let mut text = String::new();
    let mut next = 0;
    let mut letters = template.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '{' if letters.peek() == Some(&'{') => {
                letters.next();
                text.push('{');
            }
            '}' if letters.peek() == Some(&'}') => {
                letters.next();
                text.push('}');
            }
            '{' => {
                let field: String = letters.by_ref().take_while(|&letter| letter != '}').collect();
                let (field, repr) = match field.strip_suffix("!r") {
                    Some(field) => (field, true),
                    None => (field.as_str(), false),
                };
                let value = if field.is_empty() {
                    next += 1;
                    arguments.positional.get(next - 1)
                } else if let Ok(position) = field.parse::<usize>() {
                    arguments.positional.get(position)
                } else {
                    arguments.keyword(field)
                };
                text.push_str(&format_value(value?, repr)?);
            }
            other => text.push(other),
        }
    }
    Some(text)
}

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

/// `object[from:to]`.
pub(super) fn slice(object: &Value, from: &Value, to: &Value) -> Value {
    if !matches!(object, Value::List(_) | Value::Tuple(_) | Value::Str(_)) {
        return Value::Unknown;
    }
    let Some((items, false)) = object.items() else { return Value::Unknown };
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
            ("isinstance", _) => match (first, arguments.positional.get(1)) {
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
                (Some(Value::Dialect), Some(Value::Outside(class))) => {
                    let class = class.rsplit('.').next().unwrap_or_default();
                    let own = match self.dialect() {
                        Dialect::PostgreSql => class.starts_with("PG"),
                        Dialect::Sqlite => class.starts_with("SQLite"),
                    };
                    if class.ends_with("Dialect") { Value::Bool(own) } else { Value::Unknown }
                }
                _ => Value::Unknown,
            },
            ("str", _) => first.and_then(|value| format_value(value, false)).map_or(Value::Unknown, Value::str),
            ("repr", _) => first.and_then(|value| format_value(value, true)).map_or(Value::Unknown, Value::str),
            ("int", _) => match first {
                Some(Value::Str(text)) => text.trim().parse().map_or(Value::Unknown, Value::Int),
                Some(value) => value.integer().map_or(Value::Unknown, Value::Int),
                None => Value::Int(0),
            },
            ("bool", _) => first.and_then(Value::truth).map_or(Value::Unknown, Value::Bool),
            ("range", _) => self.range(arguments),
            ("zip", Some(_)) => {
                let Some(all) = arguments.positional.iter().map(Value::items).collect::<Option<Vec<_>>>() else {
                    return Value::Unknown;
                };
                if all.iter().any(|(_, partial)| *partial) {
                    return Value::partial_list(Vec::new());
                }
                let shortest = all.iter().map(|(items, _)| items.len()).min().unwrap_or(0);
                let row = |at: usize| Value::Tuple(Rc::new(all.iter().map(|(items, _)| items[at].clone()).collect()));
                Value::list((0..shortest).map(row).collect())
            }
            ("map", _) => match (first.cloned(), arguments.positional.get(1).and_then(Value::items)) {
                (Some(function), Some((items, false))) if arguments.positional.len() == 2 => {
                    let mut call = |item| {
                        let arguments = Arguments { positional: vec![item], ..Arguments::default() };
                        self.call_value(&function, arguments)
                    };
                    Value::list(items.into_iter().map(&mut call).collect())
                }
                _ => {
                    self.misread("it maps a function over what is not known");
                    Value::Unknown
                }
            },
            ("len", Some((items, false))) => Value::Int(items.len() as i64),
            ("list" | "tuple" | "set" | "frozenset", None) if first.is_none() => collection(name, Vec::new()),
            ("list" | "set" | "frozenset" | "sorted", Some((items, true))) => Value::partial_list(items),
            ("list" | "tuple" | "set" | "frozenset", Some((items, false))) => collection(name, items),
            ("sorted", Some((mut items, false))) => {
                if items.iter().all(|item| item.integer().is_some()) {
                    items.sort_by_key(Value::integer);
                } else if items.iter().all(|item| matches!(item, Value::Str(_))) {
                    items.sort_by_key(Value::text);
                } else {
                    return Value::partial_list(Vec::new());
                }
                match arguments.keyword("reverse").map_or(Some(false), Value::truth) {
                    Some(false) => {}
                    // Equal items keep their order, which cannot be told from their values here.
                    Some(true) => items.reverse(),
                    None => return Value::partial_list(Vec::new()),
                }
                Value::list(items)
            }
            ("reversed", Some((mut items, false))) => {
                items.reverse();
                Value::list(items)
            }
            ("enumerate", Some((items, partial))) => {
                let start = arguments.get(1, "start").and_then(Value::integer).unwrap_or(0);
                let pairs =
                    items.into_iter().zip(start..).map(|(item, at)| Value::Tuple(Rc::new(vec![Value::Int(at), item])));
                if partial { Value::partial_list(pairs.collect()) } else { Value::list(pairs.collect()) }
            }
            ("min" | "max", Some((items, false))) => {
                let items = if arguments.positional.len() > 1 { arguments.positional.clone() } else { items };
                let integers: Option<Vec<i64>> = items.iter().map(Value::integer).collect();
                let best =
                    integers.and_then(|all| if name == "min" { all.into_iter().min() } else { all.into_iter().max() });
                best.map_or(Value::Unknown, Value::Int)
            }
            ("sum", Some((items, false))) => {
                let start = arguments.get(1, "start").map_or(Some(0), Value::integer);
                let sum = items.iter().try_fold(start, |sum, item| Some(sum?.checked_add(item.integer()?))).flatten();
                sum.map_or(Value::Unknown, Value::Int)
            }
            ("any" | "all", Some((items, partial))) => {
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

    /// What a call gives whose arguments are not all taken into account, or whose answer depends on the order of a set.
    fn builtin_in_doubt(&mut self, name: &str, arguments: &Arguments) -> Option<Value> {
        let takes = |most: usize, keywords: &[&str]| {
            arguments.positional.len() <= most
                && arguments.keywords.iter().all(|(key, _)| keywords.contains(&key.as_str()))
        };
        let first = arguments.positional.first();
        let taken = match name {
            "print" | "dict" => true,
            "min" | "max" => arguments.keywords.is_empty(),
            "zip" => arguments.keywords.is_empty(),
            "sorted" => takes(1, &["reverse"]),
            "enumerate" => takes(2, &["start"]),
            "sum" => takes(2, &["start"]),
            "map" | "isinstance" | "hasattr" | "getattr" => takes(3, &[]),
            "range" => takes(3, &[]),
            _ => takes(1, &[]),
        };
        if arguments.open || !taken {
            // Whatever is called for the key of an item may do more than look.
            if arguments.keyword("key").is_some_and(|key| !matches!(key, Value::Builtin(_))) {
                self.data = true;
            }
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

    pub(super) fn string_method(&mut self, text: &Rc<str>, name: &str, arguments: &Arguments) -> Value {
        let first = arguments.positional.first();
        let argument = |at: usize| arguments.positional.get(at).and_then(Value::text);
        let most = if name == "replace" { 2 } else { 1 };
        if name != "format"
            && (arguments.positional.len() > most
                || !arguments.keywords.is_empty()
                || arguments.open
                || !text.is_ascii())
        {
            return Value::Unknown;
        }
        let result = match (name, first) {
            ("format", _) => {
                return match format(text, arguments) {
                    Some(text) => {
                        self.spend(text.len());
                        Value::str(text)
                    }
                    None => Value::Fragment(without_fields(text).into()),
                };
            }
            ("join", Some(items)) => {
                let unordered = matches!(items, Value::Set(items) if items.borrow().len() > 1);
                let Some((items, false)) = items.items().filter(|_| !unordered) else {
                    return Value::Fragment(GAP.to_string().into());
                };
                let parts: Option<Vec<String>> = items.iter().map(|item| item.text().map(|t| t.to_string())).collect();
                let Some(parts) = parts else { return Value::Fragment(GAP.to_string().into()) };
                parts.join(text)
            }
            ("lower", _) => text.to_lowercase(),
            ("upper", _) => text.to_uppercase(),
            ("capitalize", _) => {
                let mut letters = text.chars();
                letters.next().map_or_else(String::new, |c| {
                    c.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect()
                })
            }
            ("strip", None) => text.trim().to_owned(),
            ("lstrip", None) => text.trim_start().to_owned(),
            ("rstrip", None) => text.trim_end().to_owned(),
            ("strip", Some(_)) => match argument(0) {
                Some(letters) => text.trim_matches(|c| letters.contains(c)).to_owned(),
                None => return Value::Unknown,
            },
            ("rstrip", Some(_)) => match argument(0) {
                Some(letters) => text.trim_end_matches(|c| letters.contains(c)).to_owned(),
                None => return Value::Unknown,
            },
            ("lstrip", Some(_)) => match argument(0) {
                Some(letters) => text.trim_start_matches(|c| letters.contains(c)).to_owned(),
                None => return Value::Unknown,
            },
            ("replace", _) => match (argument(0), argument(1)) {
                (Some(from), Some(to)) if !from.is_empty() => text.replace(&*from, &to),
                _ => return Value::Unknown,
            },
            ("removeprefix", _) => match argument(0) {
                Some(prefix) => text.strip_prefix(&*prefix).unwrap_or(text).to_owned(),
                None => return Value::Unknown,
            },
            ("removesuffix", _) => match argument(0) {
                Some(suffix) => text.strip_suffix(&*suffix).unwrap_or(text).to_owned(),
                None => return Value::Unknown,
            },
            ("split", None) => {
                self.spend(text.len());
                return Value::list(text.split_whitespace().map(Value::str).collect());
            }
            ("split", Some(_)) => {
                self.spend(text.len() * 8);
                return match (argument(0), arguments.positional.get(1)) {
                    (Some(mark), None) if !mark.is_empty() => Value::list(text.split(&*mark).map(Value::str).collect()),
                    _ => Value::Unknown,
                };
            }
            // Of Python's many line ends two are Rust's.
            ("splitlines", Some(_)) => return Value::Unknown,
            ("splitlines", None) if text.contains(|c: char| c.is_ascii_control() && c != '\n' && c != '\t') => {
                return Value::Unknown;
            }
            ("splitlines", None) => {
                self.spend(text.len() * 8);
                return Value::list(text.lines().map(Value::str).collect());
            }
            ("startswith", Some(_)) => {
                return argument(0).map_or(Value::Unknown, |start| Value::Bool(text.starts_with(&*start)));
            }
            ("endswith", Some(_)) => {
                return argument(0).map_or(Value::Unknown, |end| Value::Bool(text.ends_with(&*end)));
            }
            ("isdigit", _) => return Value::Bool(!text.is_empty() && text.chars().all(|c| c.is_ascii_digit())),
            _ => return Value::Unknown,
        };
        self.spend(result.len());
        Value::str(result)
    }

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
        if (!plain || unfit) && MUTATORS.contains(&name) {
            self.doubt_value(&Value::List(list.clone()));
            return Value::Unknown;
        }
        let mut list = list.borrow_mut();
        match (name, argument) {
            ("append", Some(value)) => list.items.push(value),
            ("extend", Some(_)) => match more {
                Some((items, partial)) => {
                    self.memory = self.memory.saturating_add(items.len() * 32);
                    list.items.extend(items);
                    list.partial |= partial;
                }
                None => list.partial = true,
            },
            ("insert", Some(at)) => {
                let (at, length) = (at.integer().unwrap_or(0), list.items.len() as i64);
                let at = if at < 0 { (at + length).max(0) } else { at.min(length) } as usize;
                list.items.insert(at, arguments.positional.get(1).cloned().unwrap_or(Value::Unknown));
            }
            ("remove", Some(value)) => match list.items.iter().position(|item| item.equals(&value) == Some(true)) {
                Some(at) => {
                    list.items.remove(at);
                }
                None => list.partial = true,
            },
            ("pop", None) => return list.items.pop().unwrap_or(Value::Unknown),
            ("pop", Some(at)) => {
                let (at, length) = (at.integer().unwrap_or(0), list.items.len() as i64);
                let at = usize::try_from(if at < 0 { at + length } else { at }).unwrap_or(usize::MAX);
                return if at < list.items.len() { list.items.remove(at) } else { Value::Unknown };
            }
            ("reverse", _) => list.items.reverse(),
            ("clear", _) => {
                list.items.clear();
                list.partial = false;
            }
            ("sort", _) => list.items.sort_by_key(Value::text),
            ("copy", _) => {
                let copy = list.clone();
                return Value::List(Rc::new(RefCell::new(copy)));
            }
            ("index", Some(value)) if !list.partial => {
                let at = list.items.iter().position(|item| item.equals(&value) == Some(true));
                return at.map_or(Value::Unknown, |at| Value::Int(at as i64));
            }
            _ => return Value::Unknown,
        }
        Value::None
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
                Value::list(dict.borrow().iter().map(pair).collect())
            }
            ("keys", _) => Value::list(dict.borrow().iter().map(|(key, _)| key.clone()).collect()),
            ("values", _) => Value::list(dict.borrow().iter().map(|(_, value)| value.clone()).collect()),
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
                            dict.borrow_mut().push((key.clone(), otherwise.clone()));
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
            ("update", _) => {
                let more = match first {
                    Some(Value::Dict(more)) if !more.borrow().iter().any(|(key, _)| key.is_unknown()) => {
                        more.borrow().clone()
                    }
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
            ("copy", _) => Value::dict(dict.borrow().clone()),
            ("clear", None) => {
                dict.borrow_mut().clear();
                Value::None
            }
            _ => {
                if MUTATORS.contains(&name) {
                    self.doubt_value(&Value::Dict(dict.clone()));
                }
                Value::Unknown
            }
        }
    }
}

fn collection(name: &str, items: Vec<Value>) -> Value {
    match name {
        "tuple" => Value::Tuple(Rc::new(items)),
        "list" => Value::list(items),
        _ => set(&items),
    }
}

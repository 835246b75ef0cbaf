//! Text: its methods, and what is put together out of known and unknown parts.

use std::rc::Rc;

use super::Interpreter;
use super::container::item;
use super::spec::Arguments;
use super::value::{GAP, Value};

impl Interpreter<'_> {
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

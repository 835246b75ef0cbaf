//! Text of which parts are not known: what stands between them is read all the same.

use std::rc::Rc;

use super::Interpreter;
use super::plain::Plain;
use super::spec::Arguments;
use super::value::{GAP, Value};

impl Interpreter<'_> {
    pub(super) fn string_method(&mut self, text: &Rc<str>, name: &str, arguments: &Arguments) -> Value {
        let formats = matches!(name, "format" | "format_map");
        // Whatever else is given has to be text, or Python raises; a member of an enum may be.
        let plain = |value: &Value| match (formats, value.text()) {
            (false, Some(text)) => Plain::str(&*text),
            _ => value.plain(),
        };
        let mut positional: Vec<Plain> = arguments.positional.iter().map(plain).collect();
        if let ("join", [items]) = (name, &arguments.positional[..])
            && let Some((items, false)) = items.items().filter(|_| !is_unordered(items))
        {
            self.spend(items.len() * 32);
            positional = vec![Plain::List(items.iter().map(plain).collect())];
        }
        let keywords: Vec<_> = arguments.keywords.iter().map(|(name, value)| (name.clone(), plain(value))).collect();
        self.spend(text.len());
        let known = if arguments.open { None } else { Plain::text_method(text, name, &positional, &keywords) };
        let value = match (known, name) {
            (Some(plain), _) => Value::from(plain),
            (None, "format" | "format_map") => Value::Fragment(without_fields(text).into()),
            (None, "join") => Value::Fragment(GAP.to_string().into()),
            (None, _) => Value::Unknown,
        };
        self.spend(match &value {
            Value::Str(text) => text.len(),
            Value::List(list) => list.borrow().items.len() * 32,
            _ => 0,
        });
        value
    }

    /// `template % value`.
    pub(super) fn percent(&mut self, template: &str, value: &Value) -> Value {
        match python::percent(template, &value.plain()) {
            Some(text) => {
                self.spend(text.len());
                Value::str(text)
            }
            None => Value::Fragment(without_conversions(template).into()),
        }
    }
}

/// Whether going through it gives an order that nobody knows.
fn is_unordered(value: &Value) -> bool {
    matches!(value, Value::Set(items) if items.borrow().len() > 1)
}

/// A template for `%` with nothing filled in.
fn without_conversions(template: &str) -> String {
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

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

/// `textwrap.dedent` and `inspect.cleandoc`.
pub(super) fn unindented(function: &str, value: &Value, arguments: &Arguments) -> Value {
    match value {
        _ if arguments.open || arguments.positional.len() + arguments.keywords.len() != 1 => Value::Unknown,
        Value::Str(text) if function == "dedent" => Value::str(dedented(text)),
        Value::Str(text) if !text.contains('\t') => Value::str(cleaned(text)),
        // What stands in the gap may decide the margin; to a database white space is all the same.
        Value::Fragment(_) => value.clone(),
        _ => Value::Unknown,
    }
}

fn dedented(text: &str) -> String {
    let is_blank = |c: char| c == ' ' || c == '\t';
    let lines: Vec<&str> =
        text.split('\n').map(|line| line.strip_prefix(is_blank).map_or(line, |_| without(line))).collect();
    let indents = lines
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| &line[..line.len() - line.trim_start_matches(is_blank).len()]);
    let margin = indents.reduce(common).unwrap_or_default().len();
    let cut: Vec<&str> = lines.iter().map(|line| line.get(margin..).unwrap_or_default()).collect();
    cut.join("\n")
}

/// Nothing, where a line holds nothing but blanks.
fn without(line: &str) -> &str {
    if line.chars().all(|c| c == ' ' || c == '\t') { "" } else { line }
}

/// What two texts begin with.
fn common<'a>(one: &'a str, other: &str) -> &'a str {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    &one[..same]
}

fn cleaned(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let margin = lines.iter().skip(1).filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let mut cut: Vec<&str> = vec![lines[0].trim_start()];
    cut.extend(lines.iter().skip(1).map(|line| line.get(margin..).unwrap_or_default()));
    let from = cut.iter().position(|line| !line.is_empty()).unwrap_or(cut.len());
    let to = cut.iter().rposition(|line| !line.is_empty()).map_or(from, |last| last + 1);
    cut[from..to].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn margins_are_taken_away_as_python_does() {
        let cases = [
            ("  a\n    b\n", "a\n  b\n"),
            ("\n    a\n   \n    b\n  ", "\na\n\nb\n"),
            ("\ta\n  b", "\ta\n  b"),
            ("a\n  b", "a\n  b"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(dedented(text), expected, "{text:?}");
        }
        assert_eq!(cleaned("  a\n    b\n      c\n\n"), "a\nb\n  c");
        assert_eq!(cleaned("\n  a\n  b\n"), "a\nb");
    }
}

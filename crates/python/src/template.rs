//! `str.format`, and f-strings.

use std::iter::Peekable;
use std::str::Chars;

use ruff_python_ast::{ConversionFlag, ExprFString, FStringPart, InterpolatedStringElement};
use ruff_python_ast::{Expr, InterpolatedStringElements};

use super::value::Value;

/// `template.format(*positional, **keywords)`. `None` where Python raises, too.
pub(super) fn format<U>(template: &str, positional: &[Value<U>], keywords: &[(String, Value<U>)]) -> Option<String> {
    let mut fields = Fields { positional, keywords, next: 0, numbered: false };
    fields.fill(&mut template.chars().peekable(), true)
}

/// What fields are filled with.
struct Fields<'a, U> {
    positional: &'a [Value<U>],
    keywords: &'a [(String, Value<U>)],
    /// How many fields took the next argument.
    next: usize,
    /// Some field said which one.
    numbered: bool,
}

impl<'a, U> Fields<'a, U> {
    fn fill(&mut self, letters: &mut Peekable<Chars<'_>>, outer: bool) -> Option<String> {
        let mut text = String::new();
        while let Some(letter) = letters.next() {
            match letter {
                '{' | '}' if outer && letters.peek() == Some(&letter) => {
                    letters.next();
                    text.push(letter);
                }
                '{' => {
                    let field = field(letters)?;
                    text.push_str(&self.field(&field, outer)?);
                }
                '}' => return None,
                other => text.push(other),
            }
        }
        Some(text)
    }

    /// One field without its braces.
    fn field(&mut self, field: &str, outer: bool) -> Option<String> {
        let end = field.find(['!', ':']).unwrap_or(field.len());
        let (name, rest) = field.split_at(end);
        // Braces and marks inside a key are too odd to be followed.
        if name.contains(['{', '}']) || name.contains('[') != name.ends_with(']') {
            return None;
        }
        let (conversion, spec) = match rest.strip_prefix('!') {
            Some(rest) => {
                let mut letters = rest.chars();
                let conversion = letters.next()?;
                let spec = letters.as_str();
                (Some(conversion), if spec.is_empty() { "" } else { spec.strip_prefix(':')? })
            }
            None => (None, rest.strip_prefix(':').unwrap_or_default()),
        };
        let value = self.value(name)?;
        let spec = match spec.contains(['{', '}']) {
            true if outer => self.fill(&mut spec.chars().peekable(), false)?,
            true => return None,
            false => spec.to_owned(),
        };
        match conversion {
            None => value.format(&spec),
            Some('s') => Value::<U>::Str(value.text()?).format(&spec),
            Some('r') => Value::<U>::Str(value.repr()?).format(&spec),
            Some('a') => Value::<U>::Str(value.ascii()?).format(&spec),
            Some(_) => None,
        }
    }

    fn value(&mut self, name: &str) -> Option<&'a Value<U>> {
        let (first, keys) = name.split_once('[').map_or((name, None), |(first, keys)| (first, keys.strip_suffix(']')));
        let mut value = match first {
            "" if self.numbered => return None,
            "" => {
                self.next += 1;
                self.positional.get(self.next - 1)?
            }
            _ if first.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.numbered = true;
                if self.next > 0 {
                    return None;
                }
                self.positional.get(first.parse::<usize>().ok()?)?
            }
            // Its attributes, too.
            _ if first.contains('.') => return None,
            _ => self.keywords.iter().find(|(keyword, _)| keyword == first).map(|(_, value)| value)?,
        };
        for key in keys.into_iter().flat_map(|keys| keys.split("][")) {
            value = item(value, key)?;
        }
        Some(value)
    }
}

/// `value[key]`, for a key as a field writes it.
fn item<'a, U>(value: &'a Value<U>, key: &str) -> Option<&'a Value<U>> {
    if key.is_empty() || key.contains(['[', ']']) {
        return None;
    }
    let number = key.bytes().all(|byte| byte.is_ascii_digit()).then(|| key.parse::<usize>().ok());
    match (value, number) {
        (Value::Tuple(items) | Value::List(items), Some(at)) => items.get(at?),
        (Value::Dict(items), None) => {
            let known = items.iter().all(|(held, _)| held.unknown().is_none());
            let found = |held: &Value<U>| matches!(held, Value::Str(held) if held == key);
            items.iter().find(|(held, _)| found(held)).map(|(_, value)| value).filter(|_| known)
        }
        _ => None,
    }
}

/// What stands up to the brace that closes a field.
fn field(letters: &mut Peekable<Chars<'_>>) -> Option<String> {
    let (mut field, mut depth) = (String::new(), 0);
    for letter in letters {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(field),
            '}' => depth -= 1,
            _ => {}
        }
        field.push(letter);
    }
    None
}

/// The pieces of an f-string in order; `None` for each that is not known. All of its expressions are evaluated.
pub fn f_string<'a, U>(string: &'a ExprFString, evaluate: &mut dyn FnMut(&'a Expr) -> Value<U>) -> Vec<Option<String>> {
    let mut pieces = Vec::new();
    for part in &string.value {
        match part {
            FStringPart::Literal(literal) => pieces.push(Some(literal.value.to_string())),
            FStringPart::FString(part) => fill(&part.elements, evaluate, &mut pieces),
        }
    }
    // The parser puts this in the place of half a surrogate pair.
    let whole = |text: &String| !text.contains(char::REPLACEMENT_CHARACTER);
    pieces.into_iter().map(|piece| piece.filter(whole)).collect()
}

fn fill<'a, U>(
    elements: &'a InterpolatedStringElements,
    evaluate: &mut dyn FnMut(&'a Expr) -> Value<U>,
    pieces: &mut Vec<Option<String>>,
) {
    for element in elements {
        match element {
            InterpolatedStringElement::Literal(literal) => pieces.push(Some(literal.value.to_string())),
            InterpolatedStringElement::Interpolation(hole) => {
                let value = evaluate(&hole.expression);
                let mut spec = Vec::new();
                hole.format_spec.iter().for_each(|elements| fill(&elements.elements, evaluate, &mut spec));
                let spec: Option<String> = spec.into_iter().collect();
                let converted = match hole.conversion {
                    ConversionFlag::None => Some(value),
                    ConversionFlag::Str => value.text().map(Value::Str),
                    ConversionFlag::Repr => value.repr().map(Value::Str),
                    ConversionFlag::Ascii => value.ascii().map(Value::Str),
                };
                // `f"{x=}"` shows the expression's own text.
                let plain = hole.debug_text.is_none();
                pieces.push(converted.zip(spec).filter(|_| plain).and_then(|(value, spec)| value.format(&spec)));
            }
        }
    }
}

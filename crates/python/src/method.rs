//! The methods of Python's `str`.

use super::spec::WIDEST;
use super::template;
use super::value::Value;

/// The longest text that a method makes.
const LONGEST: usize = 1 << 20;

impl<U: Clone> Value<U> {
    /// `text.name(*positional, **keywords)`. `None` where Python raises, too.
    pub fn text_method(text: &str, name: &str, positional: &[Self], keywords: &[(String, Self)]) -> Option<Self> {
        if name == "format" {
            return template::format(text, positional, keywords).map(Self::Str);
        }
        if !keywords.is_empty() {
            return None;
        }
        let texts: Option<Vec<&str>> = positional.iter().map(as_text).collect();
        match (name, positional) {
            ("join", [items]) => join(text, items),
            ("format_map", [Self::Dict(items)]) => {
                let key = |(key, value): &(Self, Self)| Some((as_text(key)?.to_owned(), value.clone()));
                template::format(text, &[], &items.iter().map(key).collect::<Option<Vec<_>>>()?).map(Self::Str)
            }
            ("startswith" | "endswith", [Self::Tuple(ends)]) => {
                let ends: Vec<&str> = ends.iter().map(as_text).collect::<Option<_>>()?;
                Some(Self::Bool(ends.into_iter().any(|end| has_end(text, name, end))))
            }
            ("strip" | "lstrip" | "rstrip", [] | [Self::None]) => Some(stripped(text, name, is_space)),
            ("split", [] | [Self::None]) => Some(strings(text.split(is_space).filter(|part| !part.is_empty()))),
            ("split" | "rsplit", [Self::Str(mark), most]) if !mark.is_empty() => {
                // Less than none is all.
                let most = usize::try_from(most.integer()?).map_or(usize::MAX, |most| most.saturating_add(1));
                if name == "split" {
                    return Some(strings(text.splitn(most, mark.as_str())));
                }
                let mut parts: Vec<&str> = text.rsplitn(most, mark.as_str()).collect();
                parts.reverse();
                Some(strings(parts))
            }
            ("replace", [Self::Str(from), Self::Str(to), most]) => {
                replaced(text, from, to, usize::try_from(most.integer()?).unwrap_or(usize::MAX))
            }
            ("zfill", [width]) => zero_filled(text, usize::try_from(width.integer()?.max(0)).ok()?),
            ("ljust" | "rjust" | "center", [width]) => aligned(text, name, width.integer()?, ' '),
            ("ljust" | "rjust" | "center", [width, Self::Str(fill)]) if fill.chars().count() == 1 => {
                aligned(text, name, width.integer()?, fill.chars().next()?)
            }
            _ => with_texts(text, name, &texts?),
        }
    }
}

fn as_text<U>(value: &Value<U>) -> Option<&str> {
    if let Value::Str(text) = value { Some(text) } else { None }
}

fn strings<'a, U>(parts: impl IntoIterator<Item = &'a str>) -> Value<U> {
    Value::List(parts.into_iter().map(Value::str).collect())
}

/// A method that is given nothing but texts.
fn with_texts<U>(text: &str, name: &str, given: &[&str]) -> Option<Value<U>> {
    let at = |byte: usize| Value::Int(text[..byte].chars().count() as i64);
    Some(match (name, given) {
        (_, []) if text.is_ascii() => return of_ascii(text, name),
        ("splitlines", []) => strings(lines(text)),
        ("isascii", []) => Value::Bool(false),
        ("strip" | "lstrip" | "rstrip", [letters]) => stripped(text, name, |c| letters.contains(c)),
        ("replace", [from, to]) => return replaced(text, from, to, usize::MAX),
        ("removeprefix", [prefix]) => Value::str(text.strip_prefix(prefix).unwrap_or(text)),
        ("removesuffix", [suffix]) => Value::str(text.strip_suffix(suffix).unwrap_or(text)),
        ("split", [mark]) if !mark.is_empty() => strings(text.split(mark)),
        ("rsplit", [mark]) if !mark.is_empty() => {
            let mut parts: Vec<&str> = text.rsplit(mark).collect();
            parts.reverse();
            strings(parts)
        }
        ("startswith" | "endswith", [end]) => Value::Bool(has_end(text, name, end)),
        ("find", [part]) => text.find(part).map_or(Value::Int(-1), at),
        ("rfind", [part]) => text.rfind(part).map_or(Value::Int(-1), at),
        ("index", [part]) => at(text.find(part)?),
        ("rindex", [part]) => at(text.rfind(part)?),
        ("count", [part]) => Value::Int(text.matches(part).count() as i64),
        ("partition", [mark]) if !mark.is_empty() => match text.split_once(mark) {
            Some((before, after)) => Value::Tuple(vec![Value::str(before), Value::str(*mark), Value::str(after)]),
            None => Value::Tuple(vec![Value::str(text), Value::str(""), Value::str("")]),
        },
        ("rpartition", [mark]) if !mark.is_empty() => match text.rsplit_once(mark) {
            Some((before, after)) => Value::Tuple(vec![Value::str(before), Value::str(*mark), Value::str(after)]),
            None => Value::Tuple(vec![Value::str(""), Value::str(""), Value::str(text)]),
        },
        _ => return None,
    })
}

/// A method without arguments. What other letters are depends on Python's version.
fn of_ascii<U>(text: &str, name: &str) -> Option<Value<U>> {
    let all = |is: fn(&char) -> bool| Value::Bool(!text.is_empty() && text.chars().all(|letter| is(&letter)));
    let has = |is: fn(&char) -> bool| text.chars().any(|letter| is(&letter));
    Some(match name {
        "lower" | "casefold" => Value::Str(text.to_ascii_lowercase()),
        "upper" => Value::Str(text.to_ascii_uppercase()),
        "capitalize" => {
            let (first, rest) = text.split_at(text.len().min(1));
            Value::Str(first.to_ascii_uppercase() + &rest.to_ascii_lowercase())
        }
        "swapcase" => Value::Str(
            text.chars()
                .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
                .collect(),
        ),
        "title" => {
            let mut before = ' ';
            let letter = |c: char| {
                let inside = std::mem::replace(&mut before, c).is_ascii_alphabetic();
                if inside { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() }
            };
            Value::Str(text.chars().map(letter).collect())
        }
        "splitlines" => strings(lines(text)),
        "isascii" => Value::Bool(true),
        "isdigit" | "isdecimal" | "isnumeric" => all(char::is_ascii_digit),
        "isalpha" => all(char::is_ascii_alphabetic),
        "isalnum" => all(char::is_ascii_alphanumeric),
        "isspace" => all(|letter| is_space(*letter)),
        "isupper" => Value::Bool(has(char::is_ascii_uppercase) && !has(char::is_ascii_lowercase)),
        "islower" => Value::Bool(has(char::is_ascii_lowercase) && !has(char::is_ascii_uppercase)),
        "isidentifier" => Value::Bool(
            !text.is_empty()
                && !text.starts_with(|c: char| c.is_ascii_digit())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'),
        ),
        _ => return None,
    })
}

fn has_end(text: &str, name: &str, end: &str) -> bool {
    if name == "startswith" { text.starts_with(end) } else { text.ends_with(end) }
}

fn stripped<U>(text: &str, name: &str, is: impl Fn(char) -> bool) -> Value<U> {
    Value::str(match name {
        "lstrip" => text.trim_start_matches(is),
        "rstrip" => text.trim_end_matches(is),
        _ => text.trim_matches(is),
    })
}

/// `str.isspace`, which counts four separators of ASCII in that Rust does not.
fn is_space(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{1c}'..='\u{1f}')
}

/// `str.splitlines`.
fn lines(text: &str) -> Vec<&str> {
    let is_end = |c: char| {
        matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
    };
    let (mut lines, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let Some(end) = rest.find(is_end) else {
            lines.push(rest);
            break;
        };
        lines.push(&rest[..end]);
        let mark =
            if rest[end..].starts_with("\r\n") { 2 } else { rest[end..].chars().next().map_or(1, char::len_utf8) };
        rest = &rest[end + mark..];
    }
    lines
}

fn join<U: Clone>(mark: &str, items: &Value<U>) -> Option<Value<U>> {
    let items = items.items()?;
    let parts: Vec<&str> = items.iter().map(as_text).collect::<Option<_>>()?;
    let length =
        parts.iter().map(|part| part.len()).sum::<usize>().saturating_add(mark.len().saturating_mul(parts.len()));
    (length <= LONGEST).then(|| Value::Str(parts.join(mark)))
}

fn replaced<U>(text: &str, from: &str, to: &str, most: usize) -> Option<Value<U>> {
    let length = text.len().saturating_add(text.matches(from).count().saturating_mul(to.len()));
    (length <= LONGEST).then(|| Value::Str(text.replacen(from, to, most)))
}

fn zero_filled<U>(text: &str, width: usize) -> Option<Value<U>> {
    if width > WIDEST {
        return None;
    }
    let missing = width.saturating_sub(text.chars().count());
    let (sign, digits) = if text.starts_with(['+', '-']) { text.split_at(1) } else { ("", text) };
    Some(Value::Str(format!("{sign}{}{digits}", "0".repeat(missing))))
}

fn aligned<U>(text: &str, name: &str, width: i64, fill: char) -> Option<Value<U>> {
    let width = usize::try_from(width.max(0)).ok().filter(|width| *width <= WIDEST)?;
    let missing = width.saturating_sub(text.chars().count());
    let before = match name {
        "ljust" => 0,
        "rjust" => missing,
        // Of an odd one the greater part is on the left in an odd width.
        _ => missing / 2 + (missing & width & 1),
    };
    let pad = |count: usize| fill.to_string().repeat(count);
    Some(Value::Str(format!("{}{text}{}", pad(before), pad(missing - before))))
}

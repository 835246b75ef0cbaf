//! `template % value`: formatting as in C.

use super::number;
use super::spec::WIDEST;
use super::value::Value;

/// `template % value`. `None` where Python raises, too.
pub fn percent<U>(template: &str, value: &Value<U>) -> Option<String> {
    let mut arguments = Arguments { value, used: 0, named: false };
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            text.push('%');
            rest = after;
            continue;
        }
        let (conversion, after) = Conversion::parse(after, &mut arguments)?;
        text.push_str(&conversion.apply()?);
        rest = after;
    }
    text.push_str(rest);
    arguments.are_used_up()?.then_some(text)
}

/// What is filled in, in order or by name.
struct Arguments<'a, U> {
    value: &'a Value<U>,
    used: usize,
    named: bool,
}

impl<'a, U> Arguments<'a, U> {
    fn next(&mut self) -> Option<&'a Value<U>> {
        let at = self.used;
        self.used += 1;
        match self.value {
            // It may be a tuple.
            Value::Unknown(_) => None,
            _ if self.named => None,
            Value::Tuple(items) => items.get(at),
            other => (at == 0).then_some(other),
        }
    }

    fn by_name(&mut self, name: &str) -> Option<&'a Value<U>> {
        let Value::Dict(items) = self.value else { return None };
        self.named = true;
        for (key, value) in items {
            match key {
                Value::Str(key) if key == name => return Some(value),
                Value::Unknown(_) => return None,
                _ => {}
            }
        }
        None
    }

    /// What is left over is an error, but for what may be asked by name.
    fn are_used_up(&self) -> Option<bool> {
        match self.value {
            Value::Unknown(_) => None,
            Value::Dict(_) | Value::List(_) => Some(true),
            Value::Tuple(items) => Some(items.len() == self.used),
            _ => Some(self.used == 1),
        }
    }
}

/// One conversion, and what it converts.
struct Conversion<'a, U> {
    left: bool,
    sign: &'static str,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    kind: char,
    value: &'a Value<U>,
}

impl<'a, U> Conversion<'a, U> {
    fn parse<'t>(text: &'t str, arguments: &mut Arguments<'a, U>) -> Option<(Self, &'t str)> {
        let (named, mut rest) = match text.strip_prefix('(') {
            Some(named) => {
                let (name, rest) = named.split_once(')')?;
                // Parentheses inside a name are counted.
                if name.contains('(') || arguments.used > 0 {
                    return None;
                }
                (Some(arguments.by_name(name)?), rest)
            }
            None => (None, text),
        };
        let flags = &rest[..rest.len() - rest.trim_start_matches(['-', '+', ' ', '#', '0']).len()];
        rest = &rest[flags.len()..];
        let mut left = flags.contains('-');
        let mut star = |rest: &mut &str| -> Option<Option<i64>> {
            if let Some(after) = rest.strip_prefix('*') {
                *rest = after;
                return Some(Some(arguments.next()?.integer()?));
            }
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, after) = rest.split_at(digits);
            *rest = after;
            Some(if number.is_empty() { None } else { Some(number.parse().ok()?) })
        };
        let width = star(&mut rest)?.unwrap_or(0);
        left |= width < 0;
        let mut precision = None;
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            precision = Some(star(&mut rest)?.unwrap_or(0).max(0));
        }
        if rest.starts_with(['h', 'l', 'L']) {
            rest = &rest[1..];
        }
        let mut letters = rest.chars();
        let kind = letters.next()?;
        let small = |size: i64| usize::try_from(size.unsigned_abs()).ok().filter(|size| *size <= WIDEST);
        let conversion = Self {
            left,
            sign: match flags {
                _ if flags.contains('+') => "+",
                _ if flags.contains(' ') => " ",
                _ => "",
            },
            alternate: flags.contains('#'),
            zero: flags.contains('0'),
            width: small(width)?,
            precision: match precision {
                Some(precision) => Some(small(precision)?),
                None => None,
            },
            kind,
            value: match named {
                Some(value) => value,
                None => arguments.next()?,
            },
        };
        Some((conversion, letters.as_str()))
    }

    fn apply(&self) -> Option<String> {
        match self.kind {
            's' => self.text(self.value.text()?),
            'r' => self.text(self.value.repr()?),
            'a' => self.text(self.value.ascii()?),
            'd' | 'i' | 'u' => match self.value {
                // Beyond these, an integer is no longer one of 64 bits.
                Value::Float(float) if float.abs() < 9.0e18 => self.integer(*float as i64),
                value => self.integer(value.integer()?),
            },
            'o' | 'x' | 'X' => self.integer(self.value.integer()?),
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => match self.value {
                Value::Float(float) => self.float(*float),
                value => self.float(value.integer()? as f64),
            },
            'c' if self.precision.is_none() => match self.value {
                Value::Str(text) if text.chars().count() == 1 => self.text(text.clone()),
                value => {
                    let letter = value.integer().and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32)?;
                    self.text(letter.to_string())
                }
            },
            _ => None,
        }
    }

    fn text(&self, text: String) -> Option<String> {
        let text: String = text.chars().take(self.precision.unwrap_or(usize::MAX)).collect();
        let pad = " ".repeat(self.width.saturating_sub(text.chars().count()));
        Some(if self.left { text + &pad } else { pad + &text })
    }

    fn integer(&self, int: i64) -> Option<String> {
        let size = int.unsigned_abs();
        let (prefix, digits) = match self.kind {
            'o' => ("0o", format!("{size:o}")),
            'x' => ("0x", format!("{size:x}")),
            'X' => ("0X", format!("{size:X}")),
            _ => ("", size.to_string()),
        };
        let zeros = "0".repeat(self.precision.unwrap_or(0).saturating_sub(digits.len()));
        let prefix = if self.alternate { prefix } else { "" };
        let sign = if int < 0 { "-" } else { self.sign };
        Some(self.number(&format!("{sign}{prefix}"), &format!("{zeros}{digits}")))
    }

    fn float(&self, float: f64) -> Option<String> {
        let lower = self.kind.to_ascii_lowercase();
        let text = number::formatted(float.abs(), lower, self.precision.unwrap_or(6), self.alternate);
        let text = if self.kind == lower { text } else { text.to_ascii_uppercase() };
        let negative = !float.is_nan() && float.is_sign_negative();
        Some(self.number(if negative { "-" } else { self.sign }, &text))
    }

    fn number(&self, sign: &str, digits: &str) -> String {
        let missing = self.width.saturating_sub(sign.len() + digits.len());
        match (self.left, self.zero) {
            (true, _) => format!("{sign}{digits}{}", " ".repeat(missing)),
            (false, true) => format!("{sign}{}{digits}", "0".repeat(missing)),
            (false, false) => format!("{}{sign}{digits}", " ".repeat(missing)),
        }
    }
}

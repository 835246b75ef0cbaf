//! `format(value, spec)`: the language of format specifications, which f-strings and `str.format` share.

use super::number;
use super::value::Value;

/// The widest field and the most digits that are made.
pub(super) const WIDEST: usize = 1 << 12;

impl<U> Value<U> {
    /// `format(self, spec)`.
    pub fn format(&self, spec: &str) -> Option<String> {
        if spec.is_empty() {
            return self.text();
        }
        let spec = Spec::parse(spec)?;
        match self {
            Self::Str(text) => spec.text(text),
            Self::Int(_) | Self::Bool(_) => spec.integer(self.integer()?),
            Self::Float(float) => spec.float(*float),
            // Other types of Python's own take none.
            _ => None,
        }
    }
}

/// A parsed specification.
#[derive(Debug, Default)]
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    zero: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Spec {
    fn parse(spec: &str) -> Option<Self> {
        let letters: Vec<char> = spec.chars().collect();
        let mut at = 0;
        let mut parsed = Self::default();
        let is_align = |letter: Option<&char>| letter.is_some_and(|letter| "<>=^".contains(*letter));
        if is_align(letters.get(1)) {
            (parsed.fill, parsed.align) = (Some(letters[0]), Some(letters[1]));
            at = 2;
        } else if is_align(letters.first()) {
            parsed.align = Some(letters[0]);
            at = 1;
        }
        let mut take = |wanted: &str| {
            let letter = letters.get(at).copied().filter(|letter| wanted.contains(*letter));
            at += usize::from(letter.is_some());
            letter
        };
        parsed.sign = take("+- ");
        parsed.alternate = take("#").is_some();
        parsed.zero = parsed.fill.is_none() && take("0").is_some();
        let number = |take: &mut dyn FnMut(&str) -> Option<char>| {
            let mut digits = String::new();
            while let Some(digit) = take("0123456789") {
                digits.push(digit);
            }
            digits
        };
        let width = number(&mut take);
        parsed.width = if width.is_empty() { 0 } else { width.parse().ok().filter(|width| *width <= WIDEST)? };
        parsed.grouping = take(",_");
        if take(".").is_some() {
            parsed.precision = Some(number(&mut take).parse().ok().filter(|precision| *precision <= WIDEST)?);
        }
        parsed.kind = take("bdeEfFgGosxX%");
        (at == letters.len()).then_some(parsed)
    }

    fn text(&self, text: &str) -> Option<String> {
        // A zero before the width means something else in each version of Python.
        let odd = self.sign.is_some() || self.alternate || self.grouping.is_some() || self.align == Some('=');
        if odd || (self.zero && self.align.is_none()) || self.kind.is_some_and(|kind| kind != 's') {
            return None;
        }
        let text: String = text.chars().take(self.precision.unwrap_or(usize::MAX)).collect();
        Some(self.padded("", &text, '<'))
    }

    fn integer(&self, int: i64) -> Option<String> {
        let kind = self.kind.unwrap_or('d');
        let size = int.unsigned_abs();
        let (prefix, digits, group) = match kind {
            'd' => ("", size.to_string(), 3),
            'b' => ("0b", format!("{size:b}"), 4),
            'o' => ("0o", format!("{size:o}"), 4),
            'x' => ("0x", format!("{size:x}"), 4),
            'X' => ("0X", format!("{size:X}"), 4),
            's' => return None,
            _ => return self.float(int as f64),
        };
        if self.precision.is_some() || (self.grouping == Some(',') && kind != 'd') {
            return None;
        }
        let sign = self.signed(int < 0);
        let prefix = if self.alternate { prefix } else { "" };
        self.number(&format!("{sign}{prefix}"), &digits, group)
    }

    fn float(&self, float: f64) -> Option<String> {
        let negative = !float.is_nan() && float.is_sign_negative();
        let size = float.abs();
        let digits = match self.kind {
            None if self.alternate => return None,
            None => match self.precision {
                None => number::repr(size),
                Some(precision) => number::untyped(size, precision),
            },
            Some(kind @ ('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%')) => {
                let value = if kind == '%' { size * 100.0 } else { size };
                let lower = kind.to_ascii_lowercase();
                let text = number::formatted(value, lower, self.precision.unwrap_or(6), self.alternate);
                let text = if kind == '%' { text + "%" } else { text };
                if kind.is_ascii_uppercase() { text.to_ascii_uppercase() } else { text }
            }
            Some(_) => return None,
        };
        if self.grouping.is_some() && !size.is_finite() {
            return None;
        }
        self.number(self.signed(negative), &digits, 3)
    }

    fn signed(&self, negative: bool) -> &'static str {
        match self.sign {
            _ if negative => "-",
            Some('+') => "+",
            Some(' ') => " ",
            _ => "",
        }
    }

    /// A number with its sign, grouped and padded.
    fn number(&self, sign: &str, digits: &str, group: usize) -> Option<String> {
        let zeros = self.fill.unwrap_or(if self.zero { '0' } else { ' ' }) == '0'
            && self.align.unwrap_or(if self.zero { '=' } else { '>' }) == '=';
        match self.grouping {
            None => Some(self.padded(sign, digits, '>')),
            // The zeros are grouped, too.
            Some(_) if zeros => None,
            Some(mark) => Some(self.padded(sign, &grouped(digits, mark, group), '>')),
        }
    }

    fn padded(&self, sign: &str, text: &str, default: char) -> String {
        let fill = self.fill.unwrap_or(if self.zero { '0' } else { ' ' });
        let align = self.align.unwrap_or(if self.zero { '=' } else { default });
        let missing = self.width.saturating_sub(sign.chars().count() + text.chars().count());
        let pad = |count: usize| fill.to_string().repeat(count);
        match align {
            '<' => format!("{sign}{text}{}", pad(missing)),
            '=' => format!("{sign}{}{text}", pad(missing)),
            '^' => format!("{}{sign}{text}{}", pad(missing / 2), pad(missing - missing / 2)),
            _ => format!("{}{sign}{text}", pad(missing)),
        }
    }
}

/// The digits before a point or an exponent in groups.
fn grouped(digits: &str, mark: char, group: usize) -> String {
    let end = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
    let end = if group == 3 { digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()) } else { end };
    let (whole, rest) = digits.split_at(end);
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(group) {
            text.push(mark);
        }
        text.push(digit);
    }
    text + rest
}

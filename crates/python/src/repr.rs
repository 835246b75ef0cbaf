//! `str`, `repr` and `ascii` of plain values.

use super::number;
use super::value::Value;

/// How deep a value is written out; Python has no such limit that matters here.
const DEEPEST: u32 = 100;

impl<U> Value<U> {
    /// `str(self)`.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Str(text) => Some(text.clone()),
            other => other.repr(),
        }
    }

    /// `repr(self)`. Which letters beyond Latin ones are shown as they are depends on Python's version.
    pub fn repr(&self) -> Option<String> {
        let mut text = String::new();
        self.write(&mut text, false, DEEPEST)?;
        Some(text)
    }

    /// `ascii(self)`.
    pub fn ascii(&self) -> Option<String> {
        let mut text = String::new();
        self.write(&mut text, true, DEEPEST)?;
        Some(text)
    }

    fn write(&self, out: &mut String, ascii: bool, depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match self {
            Self::None => out.push_str("None"),
            Self::Bool(flag) => out.push_str(if *flag { "True" } else { "False" }),
            Self::Int(int) => out.push_str(&int.to_string()),
            Self::Float(float) => out.push_str(&number::repr(*float)),
            Self::Str(text) => quote(text, out, ascii)?,
            Self::Tuple(items) => {
                out.push('(');
                write_all(items, out, ascii, depth)?;
                out.push_str(if items.len() == 1 { ",)" } else { ")" });
            }
            Self::List(items) => {
                out.push('[');
                write_all(items, out, ascii, depth)?;
                out.push(']');
            }
            Self::Dict(items) => {
                out.push('{');
                for (at, (key, value)) in items.iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    key.write(out, ascii, depth)?;
                    out.push_str(": ");
                    value.write(out, ascii, depth)?;
                }
                out.push('}');
            }
            // It may be frozen, and has an order of its own.
            Self::Set(_) | Self::Unknown(_) => return None,
        }
        Some(())
    }
}

fn write_all<U>(items: &[Value<U>], out: &mut String, ascii: bool, depth: u32) -> Option<()> {
    for (at, item) in items.iter().enumerate() {
        out.push_str(if at > 0 { ", " } else { "" });
        item.write(out, ascii, depth)?;
    }
    Some(())
}

fn quote(text: &str, out: &mut String, ascii: bool) -> Option<()> {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for letter in text.chars() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            _ if letter == quote => out.extend(['\\', letter]),
            ' '..='~' => out.push(letter),
            // Letters that every version of Python prints.
            '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{17f}' if !ascii => out.push(letter),
            '\0'..='\u{ff}' => out.push_str(&format!("\\x{:02x}", u32::from(letter))),
            _ if !ascii => return None,
            '\u{100}'..='\u{ffff}' => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            _ => out.push_str(&format!("\\U{:08x}", u32::from(letter))),
        }
    }
    out.push(quote);
    Some(())
}

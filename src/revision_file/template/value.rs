//! The few values that a template meets, and how Python prints them.

use jiff::ZonedDateTime;
use ruff_python_ast::Expr;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::revision_file) enum Value {
    /// `None`.
    None,
    /// A name that Alembic does not give: false in a condition, an error anywhere else.
    Undefined(String),
    Bool(bool),
    Int(i64),
    Str(String),
    List(Vec<Value>),
    Tuple(Vec<Value>),
    /// A `datetime`, and whether it knows its zone.
    Moment(Box<ZonedDateTime>, bool),
}

impl Value {
    /// What Alembic makes of a list of ids: `None`, one string, or a tuple.
    pub(in crate::revision_file) fn ids(ids: &[String]) -> Self {
        match ids {
            [] => Self::None,
            [only] => Self::Str(only.clone()),
            several => Self::Tuple(several.iter().cloned().map(Self::Str).collect()),
        }
    }

    pub(super) fn truth(&self) -> bool {
        match self {
            Self::None | Self::Undefined(_) => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Str(text) => !text.is_empty(),
            Self::List(items) | Self::Tuple(items) => !items.is_empty(),
            Self::Moment(..) => true,
        }
    }

    /// `isinstance(value, kinds)`, where these are built-in types.
    pub(super) fn is_instance(&self, kinds: &Expr) -> Option<bool> {
        let kinds = match kinds {
            Expr::Tuple(tuple) => &tuple.elts[..],
            one => std::slice::from_ref(one),
        };
        let is = |kind: &Expr| match (kind, self) {
            (_, Self::Undefined(_)) => None,
            (Expr::Name(name), _) => Some(match name.id.as_str() {
                "str" => matches!(self, Self::Str(_)),
                "list" => matches!(self, Self::List(_)),
                "tuple" => matches!(self, Self::Tuple(_)),
                "bool" => matches!(self, Self::Bool(_)),
                "int" => matches!(self, Self::Bool(_) | Self::Int(_)),
                _ => return None,
            }),
            _ => None,
        };
        let is: Vec<bool> = kinds.iter().map(is).collect::<Option<_>>()?;
        Some(is.contains(&true))
    }

    pub(super) fn items(self) -> Option<Vec<Self>> {
        match self {
            Self::List(items) | Self::Tuple(items) => Some(items),
            Self::Str(text) => Some(text.chars().map(|c| Self::Str(c.to_string())).collect()),
            _ => None,
        }
    }

    /// `str(value)`.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Str(text) => Some(text.clone()),
            Self::Moment(moment, has_zone) => Some(moment_text(moment, *has_zone)),
            Self::Undefined(_) => None,
            other => other.repr(),
        }
    }

    /// `repr(value)`.
    pub(super) fn repr(&self) -> Option<String> {
        let list = |items: &[Self]| Some(items.iter().map(Self::repr).collect::<Option<Vec<_>>>()?.join(", "));
        match self {
            Self::None => Some("None".to_owned()),
            Self::Bool(true) => Some("True".to_owned()),
            Self::Bool(false) => Some("False".to_owned()),
            Self::Int(value) => Some(value.to_string()),
            Self::Str(text) => Some(quoted(text)),
            Self::List(items) => Some(format!("[{}]", list(items)?)),
            Self::Tuple(items) if items.len() == 1 => Some(format!("({},)", list(items)?)),
            Self::Tuple(items) => Some(format!("({})", list(items)?)),
            Self::Undefined(_) | Self::Moment(..) => None,
        }
    }

    /// Alembic's `comma` filter.
    pub(super) fn with_commas(&self) -> Option<String> {
        match self {
            Self::None => Some(String::new()),
            Self::Str(text) => Some(text.clone()),
            Self::List(items) | Self::Tuple(items) => {
                Some(items.iter().map(Self::text).collect::<Option<Vec<_>>>()?.join(", "))
            }
            _ => None,
        }
    }
}

/// A string as Python's `repr` writes it.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut quoted = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c == quote => quoted.extend(['\\', c]),
            c if c.is_control() && u32::from(c) < 0x100 => quoted.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push(quote);
    quoted
}

/// `str(datetime)`: microseconds unless there are none, the offset where the zone is known.
fn moment_text(moment: &ZonedDateTime, has_zone: bool) -> String {
    let micros = moment.subsec_nanosecond() / 1000;
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    let offset = if has_zone { moment.strftime("%:z").to_string() } else { String::new() };
    format!("{}{fraction}{offset}", moment.strftime("%Y-%m-%d %H:%M:%S"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_printed_as_python_prints_them() {
        let text = |text: &str| Value::Str(text.to_owned());
        assert_eq!(text("it's").repr().unwrap(), "\"it's\"");
        assert_eq!(text("it's \"\\\n\u{1}é").repr().unwrap(), "'it\\'s \"\\\\\\n\\x01é'");
        assert_eq!(Value::Tuple(vec![text("a")]).repr().unwrap(), "('a',)");
        assert_eq!(Value::ids(&["a".to_owned(), "b".to_owned()]).repr().unwrap(), "('a', 'b')");
        assert_eq!(Value::ids(&["a".to_owned(), "b".to_owned()]).with_commas().unwrap(), "a, b");
        let moment: ZonedDateTime = "2026-11-23T20:05:06.000700+01:00[Europe/Berlin]".parse().unwrap();
        assert_eq!(moment_text(&moment, true), "2026-11-23 20:05:06.000700+01:00");
        let moment: ZonedDateTime = "2026-11-23T20:05:06+01:00[Europe/Berlin]".parse().unwrap();
        assert_eq!(moment_text(&moment, false), "2026-11-23 20:05:06");
    }
}

//! Whether a column's default is one value for all rows, or each row's own.

/// What a default gives the rows that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DefaultValue {
    /// None: they get NULL.
    Absent,
    /// One value, which is kept beside the table.
    Constant,
    /// Each row's own: the table is rewritten.
    Volatile,
    /// It calls what is not known.
    Unknown,
}

/// Functions of the server and of its usual extensions that give each row another value.
const VOLATILE: [&str; 10] = [
    "clock_timestamp",
    "gen_random_bytes",
    "gen_random_uuid",
    "nextval",
    "random",
    "timeofday",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuidv7",
];

/// Functions that give all rows of one statement the same.
const STABLE: [&str; 26] = [
    "array",
    "cast",
    "concat",
    "current_setting",
    "date",
    "date_trunc",
    "extract",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "localtimestamp",
    "lower",
    "make_interval",
    "md5",
    "now",
    "statement_timestamp",
    "timezone",
    "to_char",
    "to_json",
    "to_jsonb",
    "to_timestamp",
    "transaction_timestamp",
    "upper",
    "current_timestamp",
    "numeric",
];

impl DefaultValue {
    /// Of an expression as SQL has it.
    #[must_use]
    pub(super) fn of(expression: &str) -> Self {
        let calls = calls(expression);
        if calls.iter().any(|name| VOLATILE.contains(&name.as_str())) {
            return Self::Volatile;
        }
        if !calls.iter().all(|name| STABLE.contains(&name.as_str())) {
            return Self::Unknown;
        }
        if is_null(expression) { Self::Absent } else { Self::Constant }
    }
}

fn is_null(expression: &str) -> bool {
    let bare = expression.trim().trim_start_matches('(').trim_start().to_lowercase();
    bare.strip_prefix("null").is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// Words before an opening bracket, without their schemas. Types with numbers after `::` are none.
fn calls(expression: &str) -> Vec<String> {
    let (mut found, mut word, mut after_cast) = (Vec::new(), String::new(), false);
    let mut characters = expression.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\'' | '"' => {
                while characters.next().is_some_and(|inner| inner != c) {}
                word.clear();
            }
            c if c.is_alphanumeric() || c == '_' => word.extend(c.to_lowercase()),
            '(' => {
                if !word.is_empty() && !after_cast {
                    found.push(std::mem::take(&mut word));
                }
                word.clear();
                after_cast = false;
            }
            c if c.is_whitespace() && characters.peek() == Some(&'(') => {}
            ':' if characters.peek() == Some(&':') => {
                word.clear();
                after_cast = true;
                characters.next();
            }
            // A type may have several words.
            c if c.is_whitespace() && after_cast => word.clear(),
            _ => {
                word.clear();
                after_cast = false;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_defaults_are_one_value() {
        let cases = [
            ("0", DefaultValue::Constant),
            ("'a (b) gen_random_uuid()'", DefaultValue::Constant),
            ("now()", DefaultValue::Constant),
            ("CURRENT_TIMESTAMP", DefaultValue::Constant),
            ("timezone('utc', now())", DefaultValue::Constant),
            ("'0'::numeric(10, 2)", DefaultValue::Constant),
            ("(now() at time zone 'utc')", DefaultValue::Constant),
            ("NULL", DefaultValue::Absent),
            ("gen_random_uuid()", DefaultValue::Volatile),
            ("public.uuid_generate_v4()", DefaultValue::Volatile),
            ("nextval('a_seq')", DefaultValue::Volatile),
            ("slug(5)", DefaultValue::Unknown),
        ];
        for (expression, expected) in cases {
            assert_eq!(DefaultValue::of(expression), expected, "{expression}");
        }
    }
}

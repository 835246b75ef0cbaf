//! `op.execute` and `connection.execute`: text goes to the SQL reader, constructs are looked at.

use super::Interpreter;
use super::value::{GAP, Value};
use crate::schema::{Dialect, Subject, Table};

impl Interpreter<'_> {
    pub(super) fn execute(&mut self, statement: &Value) {
        match statement {
            Value::Str(text) => self.sql(text),
            Value::Sql(inner) => self.execute(inner),
            Value::Fragment(text) => self.dynamic_sql(text),
            Value::Ddl(what, argument) => self.ddl(what, argument),
            // A query or a write built with SQLAlchemy's expressions.
            Value::Expression | Value::Table(_) | Value::ColumnName(_) | Value::Outside(_) => self.data = true,
            _ => {
                self.data = true;
                self.opaque.push("it executes a statement that cannot be evaluated".to_owned());
            }
        }
    }

    fn ddl(&mut self, what: &str, argument: &Value) {
        let name = match argument {
            Value::Sequence(name) => Some(name.to_string()),
            other => other.text().map(|name| name.to_string()),
        };
        match (what, name, argument) {
            ("CREATE SEQUENCE", Some(name), _) => self.simulation.create(Subject::Sequence(name)),
            ("DROP SEQUENCE", Some(name), _) => self.simulation.drop(Subject::Sequence(name)),
            ("CREATE SCHEMA", Some(name), _) => self.simulation.create(Subject::Namespace(name)),
            ("DROP SCHEMA", Some(name), _) => self.simulation.drop(Subject::Namespace(name)),
            ("CREATE TABLE", _, Value::Table(table)) if table.name.is_some() => {
                let name = table.name.clone().unwrap_or_default();
                self.simulation.create_table(&name, &table.columns, &table.constraints, false);
            }
            ("DROP TABLE", _, Value::Table(table)) if table.name.is_some() => {
                self.simulation.drop_table(&table.name.clone().unwrap_or_default());
            }
            _ => self.opaque.push(format!("it executes {what} with an argument that cannot be evaluated")),
        }
    }

    /// SQL that is known in parts.
    pub(super) fn dynamic_sql(&mut self, text: &str) {
        if !is_ddl(text) {
            self.data = true;
            return;
        }
        self.simulation.effects += 1;
        let known = text.split(GAP).next().unwrap_or_default();
        let start: String = known.split_whitespace().take(6).collect::<Vec<_>>().join(" ");
        self.opaque.push(format!("it executes \"{start} …\", which is put together when it runs"));
        self.open_mentioned(text);
    }

    /// Tables that a statement which cannot be followed changes: anything may have happened to them, or to their indexes.
    pub(super) fn open_mentioned(&mut self, text: &str) {
        const BETWEEN: [&str; 5] = ["IF", "NOT", "EXISTS", "ONLY", "CONCURRENTLY"];
        let is_sign = |c: char| c.is_alphanumeric() || c == '_' || c == '.' || c == GAP;
        let bare = text.replace('"', "");
        let words: Vec<&str> = bare.split(|c| !is_sign(c)).filter(|word| !word.is_empty()).take(500).collect();
        let open = match object(&words).as_deref() {
            // They stand on a table and leave it as it is.
            Some("TRIGGER" | "POLICY" | "RULE" | "COMMENT") => return,
            Some("INDEX") => |table: &mut Table| table.open_indexes = true,
            _ => |table: &mut Table| table.open = true,
        };
        let mut after = false;
        for word in words {
            let upper = word.to_uppercase();
            if upper == "TABLE" || upper == "ON" {
                after = true;
            } else if after && !BETWEEN.contains(&upper.as_str()) {
                after = false;
                match word.strip_prefix(GAP).and_then(|word| word.strip_prefix('.')) {
                    Some(name) => self.simulation.open_part_in_any_schema(name, open),
                    None => {
                        let own = format!("{}.", self.simulation.default_schema);
                        self.simulation.open_part(word.strip_prefix(&own).unwrap_or(word), open);
                    }
                }
            }
        }
    }

    fn sql(&mut self, text: &str) {
        /// Longer text is not parsed: the parser recurses.
        const LONGEST: usize = 128 << 10;
        const DEEPEST: usize = 500;
        self.spend(text.len());
        let prepared = without_binds(text);
        let deep = text.len() > LONGEST || nesting(text) > DEEPEST;
        if deep || !self.statements(&prepared) {
            self.data = true;
            // What SQLite alone understands does not run on PostgreSQL, and the other way round.
            if is_ddl(text) && (deep || self.dialect() == Dialect::Sqlite) {
                self.dynamic_sql(text);
            }
        }
    }
}

/// Whether a statement begins like one that changes the schema.
pub(super) fn is_ddl(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default().to_uppercase();
    matches!(word.as_str(), "CREATE" | "ALTER" | "DROP" | "DO" | "COMMENT")
}

/// What a statement makes, drops or speaks about: the first word after `CREATE OR REPLACE` and the like.
fn object(words: &[&str]) -> Option<String> {
    const BEFORE: [&str; 7] = ["CREATE", "DROP", "ALTER", "OR", "REPLACE", "UNIQUE", "CONSTRAINT"];
    words.iter().map(|word| word.to_uppercase()).find(|word| !BEFORE.contains(&word.as_str()))
}

fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// `:name` becomes NULL, `%%` becomes `%`, `\:` becomes `:`.
fn without_binds(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut quoted = false;
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied().unwrap_or(' ');
        match letter {
            '\'' => quoted = !quoted,
            '%' if next == '%' => continue,
            '\\' if next == ':' && !quoted => {
                letters.next();
                before = ':';
                result.push(':');
                continue;
            }
            ':' if !quoted && before != ':' && !is_word(before) && (next.is_alphabetic() || next == '_') => {
                while letters.next_if(|&letter| is_word(letter)).is_some() {}
                result.push_str("NULL");
                before = 'L';
                continue;
            }
            _ => {}
        }
        before = letter;
        result.push(letter);
    }
    result
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binds_are_taken_out_and_casts_stay() {
        let cases = [
            ("SELECT :a, x::text", "SELECT NULL, x::text"),
            ("UPDATE t SET a = ':b' WHERE c LIKE 'x%%'", "UPDATE t SET a = ':b' WHERE c LIKE 'x%'"),
            (r"SELECT a\:\:int", "SELECT a::int"),
            ("x := 1", "x := 1"),
        ];
        for (text, expected) in cases {
            assert_eq!(without_binds(text), expected);
        }
    }
}

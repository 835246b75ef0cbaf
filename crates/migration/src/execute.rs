//! `op.execute` and `connection.execute`: text goes to the SQL reader, constructs are looked at.

use super::value::{GAP, Value};
use super::{Interpreter, UnreadKind};
use schema::operation::{OperationKind, Reach, TablePart};
use schema::{Dialect, Subject};

impl Interpreter<'_> {
    pub(super) fn execute(&mut self, statement: &Value) {
        match statement {
            Value::Str(text) => self.sql(text),
            Value::Sql(inner) => self.execute(inner),
            Value::Fragment(text) => self.dynamic_sql(text),
            Value::Ddl(what, argument) => self.ddl(what, argument),
            // A query or a write built with SQLAlchemy's expressions.
            Value::Expression | Value::Table(_) | Value::ColumnName(_) => {
                self.data = true;
                self.record(OperationKind::Execute);
            }
            _ => {
                self.data = true;
                self.record(OperationKind::Execute);
                self.unread(UnreadKind::Either, "it executes a statement that cannot be evaluated");
            }
        }
    }

    fn ddl(&mut self, what: &str, argument: &Value) {
        let name = match argument {
            Value::Sequence(name) => Some(name.to_string()),
            other => other.text().map(|name| name.to_string()),
        };
        match (what, name, argument) {
            ("CREATE SEQUENCE", Some(name), _) => self.record_create(Subject::Sequence(name), false),
            ("DROP SEQUENCE", Some(name), _) => self.record_drop(Subject::Sequence(name)),
            ("CREATE SCHEMA", Some(name), _) => self.record_create(Subject::Namespace(name), false),
            ("DROP SCHEMA", Some(name), _) => self.record_drop(Subject::Namespace(name)),
            ("CREATE TABLE", _, Value::Table(table)) if table.name.is_some() => {
                self.record_table((**table).clone(), false);
            }
            ("DROP TABLE", _, Value::Table(table)) if table.name.is_some() => {
                self.record_drop_table(table.name.clone().unwrap_or_default());
            }
            _ => {
                self.unread(
                    UnreadKind::Schema,
                    format!("it executes {what} with an argument that cannot be evaluated"),
                );
            }
        }
    }

    /// SQL that is known in parts.
    pub(super) fn dynamic_sql(&mut self, text: &str) {
        if !is_ddl(text) {
            self.set_search_path(text);
            self.data = true;
            if !changes_rows_only(text) {
                self.unread(UnreadKind::Either, "it executes a statement that is put together when it runs");
            }
            return;
        }
        self.recorder.changes += 1;
        let known = text.split(GAP).next().unwrap_or_default();
        let start: String = known.split_whitespace().take(6).collect::<Vec<_>>().join(" ");
        let what = format!("it executes \"{start} …\", which is put together when it runs");
        // What it makes reaches nobody; of what it changes the tables are named, or part of what is not known.
        let makes = text.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("create"));
        let named = self.open_mentioned(text);
        if makes || named {
            self.unread_part(what);
        } else {
            self.unread(UnreadKind::Schema, what);
        }
    }

    /// Tables that a statement which cannot be followed changes: anything may have happened to them, or to their indexes.
    /// Whether it names what it changes.
    pub(super) fn open_mentioned(&mut self, text: &str) -> bool {
        const BETWEEN: [&str; 5] = ["IF", "NOT", "EXISTS", "ONLY", "CONCURRENTLY"];
        let is_sign = |c: char| c.is_alphanumeric() || c == '_' || c == '.' || c == GAP;
        let bare = text.replace('"', "");
        let words: Vec<&str> = bare.split(|c| !is_sign(c)).filter(|word| !word.is_empty()).take(500).collect();
        let part = match object(&words).as_deref() {
            // They stand on a table and leave it as it is.
            Some("TRIGGER" | "POLICY" | "RULE" | "COMMENT") => return true,
            Some("INDEX") => TablePart::Indexes,
            _ => TablePart::Everything,
        };
        let (mut after, mut named) = (false, false);
        if part == TablePart::Indexes && !words.iter().any(|word| word.eq_ignore_ascii_case("CREATE")) {
            self.record_drop_index(None, None);
        }
        for (at, &word) in words.iter().enumerate() {
            let upper = word.to_uppercase();
            if upper == "TABLE" || upper == "ON" {
                after = true;
            } else if after && !BETWEEN.contains(&upper.as_str()) {
                after = false;
                named |= !word.ends_with(GAP);
                match word.strip_prefix(GAP).and_then(|word| word.strip_prefix('.')) {
                    Some(name) => {
                        let name = name.to_owned();
                        let bare = |table: &&String| table.rsplit('.').next() == Some(name.as_str());
                        let tables: Vec<String> =
                            self.recorder.simulation.schema.tables.keys().filter(bare).cloned().collect();
                        self.record(OperationKind::Unread(Reach::TableInAnySchema { name, part }));
                        tables.iter().for_each(|table| self.doubt_altered(table, &words[at + 1..]));
                    }
                    None => {
                        let own = format!("{}.", self.recorder.simulation.default_schema);
                        let table = word.strip_prefix(&own).unwrap_or(word);
                        self.record_unread(table, part, false);
                        self.doubt_altered(table, &words[at + 1..]);
                    }
                }
            }
        }
        named
    }

    /// What is there of a table may be gone, or may be other than it was, as far as the words that follow its name tell.
    fn doubt_altered(&mut self, table: &str, after: &[&str]) {
        let until = after.iter().position(|word| word.eq_ignore_ascii_case("TABLE")).unwrap_or(after.len());
        let words: Vec<String> = after[..until].iter().map(|word| word.to_uppercase()).collect();
        let drops = words.iter().filter(|word| *word == "DROP").count();
        let of_constraints = words.windows(2).filter(|two| two[0] == "DROP" && two[1] == "CONSTRAINT").count();
        let alters = words.iter().any(|word| ["ALTER", "RENAME"].contains(&word.as_str()));
        // The action itself may not be known.
        if alters || drops > of_constraints || words.first().is_some_and(|word| word.contains(GAP)) {
            self.record_unread(table, TablePart::DroppedColumns, false);
        } else if drops > 0 {
            let table = table.to_owned();
            self.record(OperationKind::DropConstraint { table, name: None, kind: None, cascade: false });
        }
    }

    /// A transaction ends without what it did.
    pub(super) fn takes_back(&mut self) {
        if self.recorder.changes > 0 {
            self.misread("it takes back what it did");
        }
    }

    fn sql(&mut self, text: &str) {
        self.spend(text.len());
        let prepared = without_binds(text);
        // What is to be bound need not have been given.
        self.unclear += u32::from(prepared != text);
        self.statements_as_they_are(&prepared);
    }

    /// Statements as the database gets them.
    pub(super) fn statements_as_they_are(&mut self, text: &str) {
        /// Longer text is not parsed: the parser recurses.
        const LONGEST: usize = 128 << 10;
        const DEEPEST: usize = 500;
        /// Bytes that take as long to parse as a step of Python to follow, about: a loop may execute a text that grows.
        const IN_A_STEP: usize = 10;
        self.steps += (text.len() / IN_A_STEP) as u64;
        let deep = self.exhausted() || text.len() > LONGEST || nesting(text) > DEEPEST;
        let read = match self.dialect() {
            _ if deep => false,
            Dialect::PostgreSql => self.statements(text),
            Dialect::Sqlite => self.statements_of_sqlite(text),
        };
        if !read {
            self.unparsed(text);
        }
    }

    /// A statement that its database's grammar does not read.
    pub(super) fn unparsed(&mut self, text: &str) {
        self.data = true;
        let start: String = text.split_whitespace().take(6).collect::<Vec<_>>().join(" ");
        let start: String = start.chars().take(60).collect();
        if is_ddl(text) {
            self.dynamic_sql(text);
        } else if changes_rows_only(text) {
            self.unread(UnreadKind::Data, format!("it executes \"{start} …\", which is not parsed"));
        } else {
            self.unread(UnreadKind::Either, format!("it executes \"{start} …\", which is not parsed"));
        }
    }
}

/// Whether a statement begins like one that changes the schema.
pub(super) fn is_ddl(text: &str) -> bool {
    let word = first_word(text);
    matches!(word.as_str(), "CREATE" | "ALTER" | "DROP" | "DO" | "COMMENT")
}

/// The first word of a statement, behind the comments before it, in capitals.
fn first_word(text: &str) -> String {
    let mut rest = text.trim_start();
    loop {
        let after = match rest {
            _ if rest.starts_with("--") => rest.split_once('\n').map(|(_, after)| after),
            _ if rest.starts_with("/*") => rest.split_once("*/").map(|(_, after)| after),
            _ => {
                return rest
                    .split(|c: char| !(c.is_alphanumeric() || c == GAP))
                    .next()
                    .unwrap_or_default()
                    .to_uppercase();
            }
        };
        rest = after.unwrap_or_default().trim_start();
    }
}

/// Whether a single statement begins like one that only writes or reads rows.
fn changes_rows_only(text: &str) -> bool {
    const WORDS: [&str; 8] = ["INSERT", "UPDATE", "DELETE", "REPLACE", "SELECT", "PRAGMA", "VACUUM", "ANALYZE"];
    let word = first_word(text);
    WORDS.contains(&word.as_str()) && !text.trim_end().trim_end_matches(';').contains(';')
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

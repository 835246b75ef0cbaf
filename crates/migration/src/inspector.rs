//! `sa.inspect(bind)`: answers from the schema simulated so far.
//!
//! What the migrations did not create may still be there, so an absence is only certain while no table is assumed.
//!
//! `inspect` is a table, one arm a method.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};

use super::Interpreter;
use super::namespace::Namespace;
use super::spec::Arguments;
use super::value::Value;
use schema::{Belief, ConstraintName, Subject, Table, TableSubject};

/// What makes two questions the same one; those about what is not known are.
fn question(method: &str, arguments: &Arguments) -> String {
    let texts = arguments.positional.iter().chain(arguments.keywords.iter().map(|(_, value)| value)).map(Value::text);
    let known: Option<Vec<_>> = texts.collect();
    format!("{method} {}", known.unwrap_or_default().join("\0"))
}

fn itself(table: &str) -> Subject {
    Subject::Table(table.to_owned(), TableSubject::Itself)
}

/// What an inspector has been asked: SQLAlchemy's keeps each answer, and gives it again whatever has happened since.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Each question, with how many schema operations of the revision had come before it.
    questions: RefCell<HashMap<String, u32>>,
    /// It may have been asked anything.
    anything: Cell<bool>,
}

impl Asked {
    pub(super) fn doubt(&self) {
        self.anything.set(true);
    }

    /// Asks; whether the answer may be one from before a change.
    fn ask(&self, question: String, changes: u32) -> bool {
        let before = *self.questions.borrow_mut().entry(question).or_insert(changes);
        before < changes || (self.anything.get() && changes > 0)
    }

    fn forget(&self) {
        self.questions.borrow_mut().clear();
        self.anything.set(false);
    }
}

/// A table before the operations of a batch, which are carried out when the batch ends.
pub(super) struct Before {
    name: String,
    table: Option<Table>,
    doubts: BTreeSet<TableSubject>,
    /// How many changes of a schema there have been that were made at once.
    changes: u32,
}

fn record(pairs: Vec<(&str, Value)>) -> Value {
    Value::dict(pairs.into_iter().map(|(key, value)| (Value::str(key), value)).collect())
}

fn known_names(columns: &Belief<Vec<String>>) -> Value {
    columns.known().map_or(Value::Unknown, Value::strings)
}

/// A name that was given; one that was left to the database may be a naming convention's.
fn name(name: &Option<ConstraintName>) -> Value {
    name.as_ref().filter(|name| name.explicit).map_or(Value::Unknown, |name| Value::str(&name.name))
}

fn list(table: &Table, items: Vec<Value>) -> Value {
    if table.assumed || table.open { Value::partial_list(items) } else { Value::list(items) }
}

/// As [`list`]; of those that are in doubt nobody knows whether they are there.
fn sure(table: &Table, items: impl Iterator<Item = (bool, Value)>, gone: Vec<Value>) -> Value {
    let (doubted, sure): (Vec<_>, Vec<_>) = items.partition(|(doubted, _)| *doubted);
    let sure = sure.into_iter().map(|(_, item)| item).collect();
    if table.assumed || table.open {
        return Value::partial_list(sure);
    }
    Value::list_perhaps_with(sure, doubted.into_iter().map(|(_, item)| item).chain(gone).collect())
}

/// As [`sure`], of keys, of which it cannot always be told which are in doubt.
fn keys(table: &Table, items: impl Iterator<Item = (bool, Value)>, unsure: bool) -> Value {
    if unsure {
        return Value::partial_list(items.filter(|(doubted, _)| !doubted).map(|(_, item)| item).collect());
    }
    list(table, items.map(|(_, item)| item).collect())
}

/// What is described by its name alone.
fn named(name: &str) -> Value {
    record(vec![("name", Value::str(name)), ("column_names", Value::Unknown), ("column_sorting", Value::Unknown)])
}

impl Interpreter<'_> {
    /// A batch begins: until it ends, an inspector sees its table as it is now.
    pub(super) fn open_batch(&mut self, name: &str) {
        let simulation = &self.recorder.simulation;
        let table = simulation.schema.tables.get(name).cloned();
        self.memory = self.memory.saturating_add(table.as_ref().map_or(0, |table| table.columns.len() * 128));
        let doubts = simulation.doubts_about(name).cloned().collect();
        self.batches.push(Before { name: name.to_owned(), table, doubts, changes: self.recorder.changes });
    }

    /// What has been recorded since there were so many changes waits for the end of its batch.
    pub(super) fn leave_to_batch(&mut self, changes: u32) {
        let more = self.recorder.changes - changes;
        self.batches.iter_mut().for_each(|before| before.changes += more);
    }

    pub(super) fn inspect(&mut self, asked: &Asked, method: &str, arguments: &Arguments) -> Value {
        if method == "clear_cache" && self.recorder.is_certain() {
            asked.forget();
            return Value::None;
        }
        let stale = asked.ask(question(method, arguments), self.recorder.changes);
        if !method.starts_with("get_") && !method.starts_with("has_") {
            asked.doubt();
        }
        let simulation = &self.recorder.simulation;
        let schema = &simulation.schema;
        let assumed = schema.tables.values().any(|table| table.assumed);
        let position = usize::from(method != "get_table_names" && method != "get_view_names");
        let namespace = match arguments.get(position, "schema") {
            Some(value) => self.namespace_of(value),
            None => self.namespace(arguments, "schema"),
        };
        let nowhere = matches!(namespace, Namespace::Unknown);
        match method {
            "get_table_names" => {
                let prefix = namespace.name().filter(|name| **name != *self.recorder.simulation.default_schema);
                let inside = |table: &str| match (prefix, table.split_once('.')) {
                    _ if nowhere => None,
                    (None, None) => Some(Value::str(table)),
                    (Some(prefix), Some((schema, table))) if prefix == schema => Some(Value::str(table)),
                    _ => None,
                };
                let there = schema.tables.keys().filter(|table| !simulation.is_doubted(&itself(table)));
                let names = there.filter_map(|table| inside(table)).collect();
                let doubted = simulation.doubts().filter_map(|doubt| match doubt {
                    Subject::Table(table, TableSubject::Itself) => inside(table),
                    _ => None,
                });
                return match (stale, assumed || nowhere || !self.somewhere.is_empty()) {
                    (true, _) => Value::partial_list(Vec::new()),
                    (_, true) => Value::partial_list(names),
                    _ => Value::list_perhaps_with(names, doubted.collect()),
                };
            }
            "get_view_names" => return Value::partial_list(schema.views.iter().map(Value::str).collect()),
            "get_schema_names" => {
                let names = schema.namespaces.iter().chain([&self.recorder.simulation.default_schema]);
                return Value::partial_list(names.map(Value::str).collect());
            }
            "get_enums" => {
                let enums = schema
                    .enums
                    .iter()
                    .map(|(name, labels)| record(vec![("name", Value::str(name)), ("labels", known_names(labels))]));
                return Value::partial_list(enums.collect());
            }
            _ => {}
        }
        let Some(table) = arguments.get(0, "table_name").and_then(Value::text) else { return Value::Unknown };
        let Some(qualified) = self.in_namespace(&table, &namespace) else { return Value::Unknown };
        if stale && self.recorder.simulation.has_touched(&qualified) {
            return Value::Unknown;
        }
        let before = self.batches.iter().find(|before| before.name == qualified);
        if before.is_some_and(|before| before.changes != self.recorder.changes) {
            return Value::Unknown;
        }
        let table = before.map_or_else(|| schema.tables.get(&qualified), |before| before.table.as_ref());
        let doubts: BTreeSet<&TableSubject> = match before {
            Some(before) => before.doubts.iter().collect(),
            None => simulation.doubts_about(&qualified).collect(),
        };
        if method == "has_table" {
            return match table {
                _ if doubts.contains(&TableSubject::Itself) => Value::Unknown,
                Some(_) => Value::Bool(true),
                None if assumed || self.is_somewhere(&qualified) => Value::Unknown,
                None => Value::Bool(false),
            };
        }
        let Some(table) = table else { return Value::Unknown };
        self.memory = self.memory.saturating_add(table.columns.len() * 128);
        // Which of several keys is in doubt cannot always be told.
        let unsure = doubts.iter().any(|doubt| {
            matches!(doubt, TableSubject::Constraint(_) | TableSubject::Unique(_) | TableSubject::ForeignKey(..))
        });
        let is_unsure = |key: &Option<ConstraintName>| {
            unsure && key.as_ref().is_none_or(|name| doubts.contains(&TableSubject::Constraint(name.name.clone())))
        };
        match method {
            "get_columns" => {
                let is_in_doubt = |column: &str| doubts.contains(&TableSubject::Column(column.to_owned()));
                let columns = table.columns.iter().map(|column| {
                    let known = |part: fn(String) -> TableSubject| !doubts.contains(&part(column.name.clone()));
                    let nullable = column.nullable.known().filter(|_| known(TableSubject::Nullable));
                    let kind = column.kind.known().filter(|_| known(TableSubject::Type));
                    let described = record(vec![
                        ("name", Value::str(&column.name)),
                        ("nullable", nullable.map_or(Value::Unknown, |&flag| Value::Bool(flag))),
                        ("type", kind.map_or(Value::Unknown, |kind| Value::Reflected(kind.as_str().into()))),
                        ("default", Value::Unknown),
                        ("autoincrement", Value::Unknown),
                        ("comment", Value::Unknown),
                    ]);
                    (is_in_doubt(&column.name), described)
                });
                let gone = doubts.iter().filter_map(|doubt| match doubt {
                    TableSubject::Column(name) if table.column(name).is_none() => Some(named(name)),
                    _ => None,
                });
                sure(table, columns, gone.collect())
            }
            "has_index" => match arguments.get(1, "index_name").and_then(Value::text) {
                Some(index) if doubts.contains(&TableSubject::Index(index.to_string())) => Value::Unknown,
                Some(index) if table.indexes.contains_key(&*index) => Value::Bool(true),
                Some(_) if !table.assumed && !table.open => Value::Bool(false),
                _ => Value::Unknown,
            },
            "get_indexes" => {
                let indexes = table.indexes.iter().map(|(name, index)| {
                    let part = |part: &Option<String>| part.as_ref().map_or(Value::None, Value::str);
                    let columns = index.columns.known();
                    let columns = columns.map_or(Value::Unknown, |all| Value::list(all.iter().map(part).collect()));
                    let unique = index.unique.known().map_or(Value::Unknown, |&flag| Value::Bool(flag));
                    let described =
                        record(vec![("name", Value::str(name)), ("column_names", columns), ("unique", unique)]);
                    (doubts.contains(&TableSubject::Index(name.clone())), described)
                });
                let keys = table.uniques.iter().map(|unique| {
                    let columns = known_names(&unique.columns);
                    let key =
                        vec![("name", name(&unique.name)), ("column_names", columns), ("unique", Value::Bool(true))];
                    (is_unsure(&unique.name), record(key))
                });
                if unsure {
                    return self::keys(table, indexes.chain(keys), true);
                }
                let gone = doubts.iter().filter_map(|doubt| match doubt {
                    TableSubject::Index(name) if !table.indexes.contains_key(name) => Some(named(name)),
                    _ => None,
                });
                sure(table, indexes.chain(keys), gone.collect())
            }
            "get_unique_constraints" => {
                let keys = table.uniques.iter().map(|unique| {
                    let key =
                        record(vec![("name", name(&unique.name)), ("column_names", known_names(&unique.columns))]);
                    (is_unsure(&unique.name), key)
                });
                self::keys(table, keys, unsure)
            }
            "get_foreign_keys" => {
                let keys = table.foreign_keys.iter().map(|key| {
                    let described = record(vec![
                        ("name", name(&key.name)),
                        ("constrained_columns", known_names(&key.columns)),
                        ("referred_table", key.target.known().map_or(Value::Unknown, Value::str)),
                        ("referred_columns", Value::Unknown),
                    ]);
                    (is_unsure(&key.name), described)
                });
                self::keys(table, keys, unsure)
            }
            "get_pk_constraint" => {
                let columns = match &table.primary_key {
                    _ if doubts.contains(&TableSubject::PrimaryKey) => Value::Unknown,
                    Some(columns) => known_names(columns),
                    None if table.assumed => Value::Unknown,
                    None => Value::list(Vec::new()),
                };
                record(vec![("name", name(&table.primary_key_name)), ("constrained_columns", columns)])
            }
            "get_check_constraints" => {
                let checks = table
                    .checks
                    .iter()
                    .map(|check| record(vec![("name", Value::str(&check.name.name)), ("sqltext", Value::Unknown)]));
                let unsure = doubts.iter().any(|doubt| matches!(doubt, TableSubject::Check(_)));
                self::keys(table, checks.map(|check| (false, check)), unsure)
            }
            _ => Value::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{facts_of, said};
    use schema::{Belief, State, Subject, TableSubject};

    /// What is said of a column of `t` after a body in which another one may have been added or not, and one that is there
    /// may be gone.
    fn column(body: &str, name: &str) -> Option<Belief<State>> {
        let facts = facts_of(&format!(
            "op.create_table('t', sa.Column('a', sa.Text()), sa.Column('b', sa.Text()))\n    \
             if ask():\n        op.add_column('t', sa.Column('maybe', sa.Text()))\n        op.drop_column('t', 'b')\n        \
             op.create_table('u', sa.Column('a', sa.Text()))\n    i = sa.inspect(op.get_bind())\n    \
             names = [c['name'] for c in i.get_columns('t')]\n    {body}"
        ));
        said(&facts, &Subject::Table("t".to_owned(), TableSubject::Column(name.to_owned())))
    }

    #[test]
    fn what_is_in_doubt_is_in_doubt_for_an_inspector_and_nothing_else_is() {
        const ADD: &str = "op.add_column('t', sa.Column('n', sa.Text()))";
        let cases = [
            ("'a' in names", Some(true)),
            ("'c' not in names", Some(true)),
            ("'maybe' in names", None),
            ("'b' in names", None),
            ("'c' in set(names)", Some(false)),
            ("any(c['name'] == 'c' for c in i.get_columns('t'))", Some(false)),
            ("any(c['name'] == 'maybe' for c in i.get_columns('t'))", None),
            ("len(names) == 2", None),
            ("'v' in i.get_table_names()", Some(false)),
            ("'u' in i.get_table_names()", None),
            ("i.has_table('u')", None),
            ("i.has_table('t')", Some(true)),
        ];
        for (question, answer) in cases {
            let expected = match answer {
                Some(true) => Some(Belief::Known(State::Present)),
                Some(false) => None,
                None => Some(Belief::Unknown),
            };
            assert_eq!(column(&format!("if {question}:\n        {ADD}"), "n"), expected, "{question}");
        }
    }

    #[test]
    fn what_was_never_asked_is_answered_anew() {
        const ADD: &str = "op.add_column('t', sa.Column('n', sa.Text()))";
        let made = "op.add_column('t', sa.Column('c', sa.Text()))";
        let known = Some(Belief::Known(State::Present));
        let cases = [
            (format!("j = sa.inspect(op.get_bind())\n    {made}"), &known),
            (format!("j = sa.inspect(op.get_bind())\n    j.get_columns('t')\n    {made}"), &Some(Belief::Unknown)),
            (format!("j = sa.inspect(op.get_bind())\n    j.get_columns('u')\n    {made}"), &known),
            (format!("j = sa.inspect(op.get_bind())\n    j.get_columns('t')\n    {made}\n    j.clear_cache()"), &known),
            (
                format!("j = sa.inspect(op.get_bind())\n    j.reflect_table(ask(), None)\n    {made}"),
                &Some(Belief::Unknown),
            ),
        ];
        for (before, expected) in cases {
            let body = format!("{before}\n    if 'c' in [k['name'] for k in j.get_columns('t')]:\n        {ADD}");
            assert_eq!(&column(&body, "n"), expected, "{body}");
        }
    }
}

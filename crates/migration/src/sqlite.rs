//! Raw SQL on SQLite, by its own grammar: statements that change the schema are read whole or are unread.
//!
//! Names are as they are written, with or without quotes; one that is there already is found in whatever case.

use super::spec::{ColumnSpec, ConstraintKind, ConstraintSpec, ForeignKeySpec, IndexOptions};
use super::sql_function::only_looks;
use super::sqlite_table::{added_column, table};
use super::sqlite_token::{Kind, Token, Tokens, statements, tokens};
use super::{Interpreter, UnreadKind};
use schema::operation::{ColumnChange, IndexSpec, OperationKind, TablePart, TableSpec};
use schema::{Belief, Subject};

/// Settings that hold for the connection, or that no row and no table depends on.
const PRAGMAS: [&str; 22] = [
    "analysis_limit",
    "auto_vacuum",
    "busy_timeout",
    "cache_size",
    "case_sensitive_like",
    "defer_foreign_keys",
    "foreign_key_check",
    "foreign_key_list",
    "foreign_keys",
    "ignore_check_constraints",
    "index_info",
    "index_list",
    "integrity_check",
    "journal_mode",
    "locking_mode",
    "mmap_size",
    "optimize",
    "quick_check",
    "synchronous",
    "table_info",
    "table_xinfo",
    "temp_store",
];

/// A relation that a statement names.
enum Named {
    /// In the file that migrations are for.
    Own(String),
    /// It goes with the session.
    Temporary,
}

impl Interpreter<'_> {
    /// Reads the statements of a text; false where it has no tokens of SQLite's.
    pub(super) fn statements_of_sqlite(&mut self, text: &str) -> bool {
        let Some(tokens) = tokens(text) else { return false };
        let outer = self.sql_text.take();
        for statement in statements(text, &tokens) {
            if !self.step() {
                break;
            }
            self.sql_text = Some(statement.written().into());
            let before = self.recorder.recorded;
            if self.statement_of_sqlite(statement.clone()).is_none() {
                self.unparsed(statement.written());
            }
            self.record_statement(before);
        }
        self.sql_text = outer;
        true
    }

    /// `None` for a statement that is not read.
    fn statement_of_sqlite(&mut self, mut tokens: Tokens<'_>) -> Option<()> {
        let first = tokens.next()?;
        let Kind::Word(word) = &first.kind else { return None };
        match word.to_ascii_uppercase().as_str() {
            "CREATE" => self.create_of_sqlite(tokens),
            "DROP" => self.drop_of_sqlite(tokens),
            "ALTER" => self.alter_of_sqlite(tokens),
            "INSERT" | "REPLACE" | "UPDATE" | "DELETE" => self.rows_of_sqlite(&tokens),
            "WITH" => {
                let writes = tokens
                    .iter()
                    .any(|token| ["INSERT", "REPLACE", "UPDATE", "DELETE"].iter().any(|word| token.is(word)));
                if writes { self.rows_of_sqlite(&tokens) } else { self.query_of_sqlite(&tokens) }
            }
            "SELECT" | "VALUES" => self.query_of_sqlite(&tokens),
            "PRAGMA" => self.pragma(tokens),
            "BEGIN" | "COMMIT" | "END" | "SAVEPOINT" | "RELEASE" | "ANALYZE" | "REINDEX" | "VACUUM" | "EXPLAIN" => {
                Some(())
            }
            "ROLLBACK" => {
                self.takes_back();
                Some(())
            }
            _ => None,
        }
    }

    /// Rows are written; where they are those of SQLite's own table, anything may be changed.
    fn rows_of_sqlite(&mut self, tokens: &Tokens<'_>) -> Option<()> {
        self.data = true;
        let own = |token: &&str| ["sqlite_master", "sqlite_schema"].iter().any(|own| own.eq_ignore_ascii_case(token));
        let named =
            tokens.iter().take_while(|token| !token.is("SELECT")).filter_map(Token::name).any(|name| own(&name));
        (!named).then_some(())
    }

    fn query_of_sqlite(&mut self, tokens: &Tokens<'_>) -> Option<()> {
        let mut before: Option<&Token> = None;
        for token in tokens.iter() {
            if let (true, Some(Kind::Word(name))) = (token.is_sign('('), before.map(|token| &token.kind))
                && !only_looks(name)
            {
                self.data = true;
                self.unread(UnreadKind::Either, format!("it calls {name}() in a query"));
            }
            before = Some(token);
        }
        Some(())
    }

    fn pragma(&mut self, mut tokens: Tokens<'_>) -> Option<()> {
        let name = tokens.name()?.to_lowercase();
        match name.as_str() {
            // They decide what later statements do.
            "legacy_alter_table" | "writable_schema" => None,
            known if PRAGMAS.contains(&known) => Some(()),
            _ => {
                self.data = true;
                Some(())
            }
        }
    }

    fn create_of_sqlite(&mut self, mut tokens: Tokens<'_>) -> Option<()> {
        let temporary = tokens.one_of(&["TEMP", "TEMPORARY"]);
        if tokens.words("TABLE") {
            return self.create_table_of_sqlite(tokens, temporary);
        }
        if tokens.words("VIEW") {
            let keep = tokens.words("IF NOT EXISTS");
            let view = self.named(&mut tokens, temporary)?;
            let is_view = tokens.peek().is_some_and(|token| token.is("AS") || token.is_sign('('));
            if let (Named::Own(view), true) = (view, is_view) {
                let there = self.recorder.simulation.schema.views.contains(&view);
                if !(keep && there) {
                    self.record_create(Subject::View(view), false);
                }
            }
            return is_view.then_some(());
        }
        if tokens.words("TRIGGER") {
            return self.create_trigger_of_sqlite(tokens, temporary);
        }
        let unique = tokens.words("UNIQUE");
        if tokens.words("INDEX") {
            return self.create_index_of_sqlite(tokens, unique);
        }
        None
    }

    fn create_table_of_sqlite(&mut self, mut tokens: Tokens<'_>, temporary: bool) -> Option<()> {
        let keep = tokens.words("IF NOT EXISTS");
        let name = match self.named(&mut tokens, temporary)? {
            Named::Own(name) => name,
            Named::Temporary => return Some(()),
        };
        let open = TableSpec { name: Some(name.clone()), columns: Vec::new(), constraints: Vec::new(), open: true };
        let read = match tokens.brackets() {
            Some(inner) => table(&name, &inner, tokens),
            // Its columns are those of a query.
            None if tokens.words("AS") => Some(open.clone()),
            None => return None,
        };
        if read.is_none() {
            self.unread_part(format!("it creates {name} with a clause that is not read"));
        }
        self.make_table_of_sqlite(read.unwrap_or(open), keep);
        Some(())
    }

    fn make_table_of_sqlite(&mut self, mut spec: TableSpec, keep: bool) {
        let name = spec.name.clone().unwrap_or_default();
        spec.open |= self.takes_other_cases(&name, &mut spec.constraints);
        self.record_table(spec, keep);
        self.doubt_other_cases(&name);
    }

    /// Keys that were there before a table may name it in another case.
    fn doubt_other_cases(&mut self, name: &str) {
        let refers = |target: &Belief<String>| {
            target.known().is_some_and(|target| target.eq_ignore_ascii_case(name) && target != name)
        };
        let tables = self.recorder.simulation.schema.tables.iter();
        let others: Vec<String> = tables
            .filter(|(_, table)| table.foreign_keys.iter().any(|key| refers(&key.target)))
            .map(|(other, _)| other.clone())
            .collect();
        for other in others {
            self.unread_part(format!("{other} refers to {name} in another case"));
            self.record_unread(&other, TablePart::DroppedColumns, false);
        }
    }

    /// A key that names its target in another case than the target's own is told by neither; whether there is one.
    fn takes_other_cases(&self, table: &str, constraints: &mut Vec<ConstraintSpec>) -> bool {
        let before = constraints.len();
        let own = |target: &str| target == table || !target.eq_ignore_ascii_case(table);
        constraints.retain(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(ForeignKeySpec { target: Some(target), .. }) => {
                self.spelled_table(target) == *target && own(target)
            }
            _ => true,
        });
        before != constraints.len()
    }

    fn create_trigger_of_sqlite(&mut self, mut tokens: Tokens<'_>, temporary: bool) -> Option<()> {
        let keep = tokens.words("IF NOT EXISTS");
        let name = tokens.name()?;
        let name = if tokens.sign('.') { tokens.name()? } else { name };
        while !tokens.words("ON") {
            tokens.next()?;
        }
        let table = self.named(&mut tokens, temporary)?;
        let ends = tokens.iter().last().is_some_and(|token| token.is("END"));
        if let (Named::Own(table), true) = (table, ends) {
            let trigger = (table, name);
            if !(keep && self.recorder.simulation.schema.triggers.contains(&trigger)) {
                self.record_create(Subject::Trigger(trigger.0, trigger.1), false);
            }
        }
        ends.then_some(())
    }

    fn create_index_of_sqlite(&mut self, mut tokens: Tokens<'_>, unique: bool) -> Option<()> {
        let if_not_exists = tokens.words("IF NOT EXISTS");
        let name = tokens.name()?;
        let name = if tokens.sign('.') { tokens.name()? } else { name };
        tokens.words("ON").then_some(())?;
        let Named::Own(table) = self.named(&mut tokens, false)? else { return Some(()) };
        let (mut columns, mut expressions) = (Vec::new(), Vec::new());
        for part in tokens.brackets()?.parts() {
            let column = index_column(part.clone());
            expressions.extend(column.is_none().then(|| part.written().to_owned()));
            // What is no column that is known may be one all the same, or a text in double quotes.
            columns.push(column.and_then(|column| self.known_column(&table, &column)));
        }
        let predicate = tokens.words("WHERE").then(|| tokens.written().to_owned());
        (predicate.is_some() || tokens.is_empty()).then_some(())?;
        let mut names = self.recorder.simulation.schema.tables.values().flat_map(|table| table.indexes.keys());
        if if_not_exists && names.any(|held| held.eq_ignore_ascii_case(&name)) {
            return Some(());
        }
        let options = IndexOptions { unique: Some(unique), expressions, predicate, ..IndexOptions::default() };
        let index = IndexSpec { columns: Some(columns), options };
        self.record(OperationKind::CreateIndex { name, table, index, if_not_exists });
        Some(())
    }

    fn drop_of_sqlite(&mut self, mut tokens: Tokens<'_>) -> Option<()> {
        let kind = tokens.name()?.to_ascii_uppercase();
        let lenient = tokens.words("IF EXISTS");
        let name = self.named(&mut tokens, false)?;
        tokens.is_empty().then_some(())?;
        let Named::Own(name) = name else { return Some(()) };
        let held = &self.recorder.simulation.schema;
        match kind.as_str() {
            "TABLE" => {
                if !lenient || held.tables.contains_key(&name) {
                    self.record_drop_table(name);
                }
            }
            "VIEW" => {
                if !lenient || held.views.contains(&name) {
                    self.record_drop(Subject::View(name));
                }
            }
            "INDEX" => {
                let indexes = held.tables.values().flat_map(|table| table.indexes.keys());
                let spelled = indexes.into_iter().find(|index| index.eq_ignore_ascii_case(&name)).cloned();
                self.record_drop_index(Some(&spelled.unwrap_or(name)), None);
            }
            "TRIGGER" => {
                let trigger = held.triggers.iter().find(|(_, held)| held.eq_ignore_ascii_case(&name)).cloned();
                if let Some((table, name)) = trigger {
                    self.record_drop(Subject::Trigger(table, name));
                }
            }
            _ => return None,
        }
        Some(())
    }

    fn alter_of_sqlite(&mut self, mut tokens: Tokens<'_>) -> Option<()> {
        tokens.words("TABLE").then_some(())?;
        let Named::Own(table) = self.named(&mut tokens, false)? else { return Some(()) };
        if tokens.words("RENAME TO") {
            let to = tokens.name()?;
            self.record_rename_table(table.clone(), to.clone());
            self.doubt_other_cases(&to);
        } else if tokens.words("RENAME") {
            tokens.words("COLUMN");
            let from = tokens.name()?;
            tokens.words("TO").then_some(())?;
            let change = ColumnChange { name: Some(Belief::Known(tokens.name()?)), ..ColumnChange::default() };
            let from = self.column_of(&table, &from);
            self.record_change(&table, from, change);
        } else if tokens.words("ADD") {
            tokens.words("COLUMN");
            let (column, constraints) = added_column(&mut tokens)?;
            self.add_column_of_sqlite(&table, column, constraints);
        } else if tokens.words("DROP") {
            tokens.words("COLUMN");
            let column = tokens.name()?;
            let column = self.column_of(&table, &column);
            self.record_drop_column(&table, column);
        } else {
            return None;
        }
        if !tokens.is_empty() {
            self.record_unread(&table, TablePart::Everything, true);
            return None;
        }
        Some(())
    }

    fn add_column_of_sqlite(&mut self, table: &str, column: ColumnSpec, mut constraints: Vec<ConstraintSpec>) {
        if self.takes_other_cases(table, &mut constraints) {
            self.record_unread(table, TablePart::Everything, true);
        }
        self.record_column(table, column, false);
        for constraint in constraints {
            self.record_constraint(table, constraint);
        }
    }

    /// A relation by the name that follows, with or without its schema.
    fn named(&mut self, tokens: &mut Tokens<'_>, temporary: bool) -> Option<Named> {
        let first = tokens.name()?;
        let (schema, name) = if tokens.sign('.') { (Some(first), tokens.name()?) } else { (None, first) };
        let is = |wanted: &str| schema.as_deref().is_some_and(|schema| schema.eq_ignore_ascii_case(wanted));
        if temporary || is("temp") {
            self.note_temporary(&name);
            return Some(Named::Temporary);
        }
        match schema {
            Some(_) if !is("main") => None,
            _ => Some(Named::Own(self.spelled_table(&name))),
        }
    }

    /// The name of a table or a view as it was written when it was made.
    fn spelled_table(&self, name: &str) -> String {
        let held = &self.recorder.simulation.schema;
        let mut names = held.tables.keys().chain(&held.views);
        names.find(|held| held.eq_ignore_ascii_case(name)).map_or_else(|| name.to_owned(), Clone::clone)
    }

    fn column_of(&self, table: &str, name: &str) -> String {
        self.known_column(table, name).unwrap_or_else(|| name.to_owned())
    }

    fn known_column(&self, table: &str, name: &str) -> Option<String> {
        let held = self.recorder.simulation.schema.tables.get(table)?;
        let column = held.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))?;
        Some(column.name.clone())
    }
}

/// A key part that is a column; `None` for an expression.
fn index_column(mut part: Tokens<'_>) -> Option<String> {
    let name = part.name()?;
    if part.words("COLLATE") {
        part.name()?;
    }
    part.one_of(&["ASC", "DESC"]);
    part.is_empty().then_some(name)
}

//! SQLite's `CREATE TABLE` and its parts: columns and constraints, exactly or not at all.

use super::spec::{ColumnSpec, ConstraintKind, ConstraintSpec, ForeignKeySpec, Naming, SqlType, TableSpec};
use super::sqlite_token::{Kind, Tokens};

/// Words that begin what follows a column's type.
const AFTER_TYPE: [&str; 11] =
    ["CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"];
/// Words that begin a constraint of a table.
const CONSTRAINTS: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

/// A table while its parts are read.
#[derive(Default)]
struct Parts {
    columns: Vec<ColumnSpec>,
    constraints: Vec<ConstraintSpec>,
    /// The one key is the row's own number, for which there is no index.
    descending: bool,
    /// A collation is chosen: whether two keys are the same depends on it.
    collates: bool,
}

/// What stands in the brackets of `CREATE TABLE`, and what follows them; `None` where it is other than the grammar has it.
pub(super) fn table(name: &str, inner: &Tokens<'_>, options: Tokens<'_>) -> Option<TableSpec> {
    let mut parts = Parts::default();
    for mut part in inner.parts() {
        let constraint = part.peek().is_some_and(|token| CONSTRAINTS.iter().any(|word| token.is(word)));
        if constraint {
            while !part.is_empty() {
                parts.table_constraint(&mut part)?;
            }
        } else {
            parts.column(&mut part)?;
        }
    }
    let options = Options::read(options)?;
    parts.finish(name, &options)
}

/// `ADD COLUMN`'s column, and the constraints that come with it.
pub(super) fn added_column(tokens: &mut Tokens<'_>) -> Option<(ColumnSpec, Vec<ConstraintSpec>)> {
    let mut parts = Parts::default();
    parts.column(tokens)?;
    let column = parts.columns.pop()?;
    // SQLite adds neither.
    let keyed = column.primary_key || parts.constraints.iter().any(|held| matches!(held.kind, ConstraintKind::Unique));
    (!keyed).then_some((column, parts.constraints))
}

/// What follows the brackets.
#[derive(Default)]
struct Options {
    without_rowid: bool,
    strict: bool,
}

impl Options {
    /// `None` for one that is not known.
    fn read(mut tokens: Tokens<'_>) -> Option<Self> {
        let mut options = Self::default();
        while !tokens.is_empty() {
            if tokens.words("WITHOUT ROWID") {
                options.without_rowid = true;
            } else if tokens.words("STRICT") {
                options.strict = true;
            } else {
                return None;
            }
            if !tokens.is_empty() && !tokens.sign(',') {
                return None;
            }
        }
        Some(options)
    }
}

impl Parts {
    fn column(&mut self, tokens: &mut Tokens<'_>) -> Option<()> {
        let name = tokens.name()?;
        let kind = declared(tokens)?;
        let mut column = ColumnSpec::plain(name, SqlType { text: Some(kind), enumeration: None });
        column.nullable = Some(true);
        column.default = Some(false);
        while !tokens.is_empty() {
            self.column_constraint(&mut column, tokens)?;
        }
        self.columns.push(column);
        Some(())
    }

    fn column_constraint(&mut self, column: &mut ColumnSpec, tokens: &mut Tokens<'_>) -> Option<()> {
        let name = constraint_name(tokens)?;
        let own = Some(vec![column.name.clone()]);
        if tokens.words("PRIMARY KEY") {
            self.descending |= tokens.words("DESC");
            tokens.words("ASC");
            conflict(tokens)?;
            tokens.words("AUTOINCREMENT");
            column.primary_key = true;
        } else if tokens.words("NOT NULL") {
            column.nullable = Some(false);
            conflict(tokens)?;
        } else if tokens.words("NULL") {
            conflict(tokens)?;
        } else if tokens.words("UNIQUE") {
            conflict(tokens)?;
            self.constraints.push(ConstraintSpec { name, columns: own, kind: ConstraintKind::Unique });
        } else if tokens.words("CHECK") {
            let named = name != Naming::Unnamed;
            let condition = self.check(name, tokens)?;
            // It goes with the column, which is found in it by its name.
            let mut words = condition.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            (!named || words.any(|word| Some(word) == column.name.as_deref())).then_some(())?;
        } else if tokens.words("DEFAULT") {
            column.default = Some(true);
            column.default_text = Some(default(tokens)?);
        } else if tokens.words("COLLATE") {
            tokens.name()?;
            self.collates = true;
        } else if tokens.words("REFERENCES") {
            let kind = ConstraintKind::ForeignKey(reference(tokens)?);
            self.constraints.push(ConstraintSpec { name, columns: own, kind });
        } else if tokens.words("GENERATED ALWAYS AS") || tokens.words("AS") {
            tokens.brackets()?;
            tokens.one_of(&["STORED", "VIRTUAL"]);
        } else {
            // A name alone names nothing.
            return (name != Naming::Unnamed).then_some(());
        }
        Some(())
    }

    fn table_constraint(&mut self, tokens: &mut Tokens<'_>) -> Option<()> {
        let name = constraint_name(tokens)?;
        if tokens.words("PRIMARY KEY") {
            let columns = self.key_columns(tokens.brackets()?)?;
            conflict(tokens)?;
            self.constraints.push(ConstraintSpec { name, columns: Some(columns), kind: ConstraintKind::PrimaryKey });
        } else if tokens.words("UNIQUE") {
            let columns = self.key_columns(tokens.brackets()?)?;
            conflict(tokens)?;
            self.constraints.push(ConstraintSpec { name, columns: Some(columns), kind: ConstraintKind::Unique });
        } else if tokens.words("CHECK") {
            self.check(name, tokens)?;
        } else if tokens.words("FOREIGN KEY") {
            let columns = names(tokens.brackets()?)?;
            tokens.words("REFERENCES").then_some(())?;
            let kind = ConstraintKind::ForeignKey(reference(tokens)?);
            self.constraints.push(ConstraintSpec { name, columns: Some(columns), kind });
        } else {
            return (name != Naming::Unnamed).then_some(());
        }
        Some(())
    }

    /// The catalogue tells of those that have a name.
    fn check<'t>(&mut self, name: Naming, tokens: &mut Tokens<'t>) -> Option<&'t str> {
        let condition = tokens.brackets()?.written();
        conflict(tokens)?;
        if name != Naming::Unnamed {
            let kind = ConstraintKind::Check { condition: Some(condition.to_owned()) };
            self.constraints.push(ConstraintSpec { name, columns: None, kind });
        }
        Some(condition)
    }

    /// The columns of a key: names with their order.
    fn key_columns(&mut self, inner: Tokens<'_>) -> Option<Vec<Option<String>>> {
        let mut columns = Vec::new();
        for mut part in inner.parts() {
            columns.push(Some(part.name()?));
            if part.words("COLLATE") {
                part.name()?;
                self.collates = true;
            }
            part.one_of(&["ASC", "DESC"]);
            if part.words("AUTOINCREMENT") || part.is_empty() {
                continue;
            }
            return None;
        }
        Some(columns)
    }

    fn finish(mut self, name: &str, options: &Options) -> Option<TableSpec> {
        self.spell_columns()?;
        let key = self.primary_key();
        let is_integer =
            |column: &ColumnSpec| key == [column.name.clone()] && column.kind.text.as_deref() == Some("integer");
        let rowid = !options.without_rowid && !self.descending && self.columns.iter().any(is_integer);
        if options.without_rowid || (options.strict && !rowid) {
            let keys = self.columns.iter_mut().filter(|column| key.contains(&column.name));
            keys.for_each(|column| column.nullable = Some(false));
        }
        self.settle_uniques(&key, rowid);
        Some(TableSpec {
            name: Some(name.to_owned()),
            columns: self.columns,
            constraints: self.constraints,
            open: false,
        })
    }

    /// Keys name their columns in whatever case; the catalogue has the columns' own.
    fn spell_columns(&mut self) -> Option<()> {
        for constraint in &mut self.constraints {
            for column in constraint.columns.iter_mut().flatten().flatten() {
                let own = self.columns.iter().filter_map(|column| column.name.as_ref());
                *column = own.into_iter().find(|own| own.eq_ignore_ascii_case(column))?.clone();
            }
            // A column that a key names twice counts once, somewhere.
            let columns = constraint.columns.iter().flatten();
            let mut named: Vec<_> = columns.collect();
            named.sort();
            named.windows(2).all(|pair| pair[0] != pair[1]).then_some(())?;
        }
        Some(())
    }

    fn primary_key(&self) -> Vec<Option<String>> {
        let table = self.constraints.iter().find(|held| matches!(held.kind, ConstraintKind::PrimaryKey));
        let own =
            || self.columns.iter().filter(|column| column.primary_key).map(|column| column.name.clone()).collect();
        table.and_then(|key| key.columns.clone()).unwrap_or_else(own)
    }

    /// Of equal keys SQLite keeps one index; a collation may make them differ.
    fn settle_uniques(&mut self, key: &[Option<String>], rowid: bool) {
        let mut seen: Vec<Vec<Option<String>>> = if rowid { Vec::new() } else { vec![key.to_vec()] };
        let collates = self.collates;
        self.constraints.retain_mut(|held| {
            if !matches!(held.kind, ConstraintKind::Unique) {
                return true;
            }
            let columns = held.columns.clone().unwrap_or_default();
            if !seen.contains(&columns) {
                seen.push(columns);
                return true;
            }
            held.columns = None;
            collates
        });
    }
}

/// The declared type, as it is compared.
fn declared(tokens: &mut Tokens<'_>) -> Option<String> {
    let mut text = String::new();
    while let Some(token) = tokens.peek().filter(|token| !AFTER_TYPE.iter().any(|word| token.is(word))) {
        match &token.kind {
            Kind::Word(word) | Kind::Quoted(word) | Kind::Text(word) => text.push_str(word),
            Kind::Sign('(') => {
                let size = tokens.brackets()?;
                let plain = size.iter().all(|token| {
                    matches!(token.kind, Kind::Number | Kind::Word(_)) || "+-,".chars().any(|sign| token.is_sign(sign))
                });
                let bare: String = size.written().split_whitespace().collect();
                text.push_str(&format!("({bare})"));
                return plain.then(|| schema::declared_type(&text));
            }
            Kind::Number | Kind::Sign(_) => return None,
        }
        tokens.next();
    }
    Some(schema::declared_type(&text))
}

fn constraint_name(tokens: &mut Tokens<'_>) -> Option<Naming> {
    if tokens.words("CONSTRAINT") { tokens.name().map(Naming::Final) } else { Some(Naming::Unnamed) }
}

/// `ON CONFLICT …`, where it stands.
fn conflict(tokens: &mut Tokens<'_>) -> Option<()> {
    let well = !tokens.words("ON CONFLICT") || tokens.one_of(&["ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"]);
    well.then_some(())
}

/// `(expression)`, a literal, a number with its sign or a word.
fn default(tokens: &mut Tokens<'_>) -> Option<String> {
    if let Some(inner) = tokens.brackets() {
        return Some(format!("({})", inner.written()));
    }
    let sign = if tokens.sign('-') { "-" } else { "" };
    tokens.sign('+');
    let token = tokens.next()?;
    let point = token.is_sign('.');
    // `.5`; and x'00' is a word and a text.
    let blob = token.is("x") && matches!(tokens.peek().map(|next| &next.kind), Some(Kind::Text(_)));
    let last = if point || blob { tokens.next()? } else { token };
    let written = &tokens.text[token.start..last.end];
    let known = point || !matches!(token.kind, Kind::Sign(_));
    known.then(|| format!("{sign}{written}"))
}

fn names(inner: Tokens<'_>) -> Option<Vec<Option<String>>> {
    let mut names = Vec::new();
    for mut part in inner.parts() {
        names.push(Some(part.name()?));
        part.is_empty().then_some(())?;
    }
    Some(names)
}

/// What follows REFERENCES.
fn reference(tokens: &mut Tokens<'_>) -> Option<ForeignKeySpec> {
    let target = Some(tokens.name()?);
    let target_columns = match tokens.peek() {
        Some(token) if token.is_sign('(') => Some(names(tokens.brackets()?)?),
        _ => None,
    };
    let mut on_delete = Some('a');
    loop {
        if tokens.words("ON DELETE") {
            on_delete = Some(action(tokens)?);
        } else if tokens.words("ON UPDATE") {
            action(tokens)?;
        } else if tokens.words("MATCH") {
            tokens.name()?;
        } else if tokens.words("NOT DEFERRABLE") || tokens.words("DEFERRABLE") {
            let _ = tokens.words("INITIALLY DEFERRED") || tokens.words("INITIALLY IMMEDIATE");
        } else {
            return Some(ForeignKeySpec { target, target_columns, on_delete, use_alter: false });
        }
    }
}

fn action(tokens: &mut Tokens<'_>) -> Option<char> {
    const ACTIONS: [(&str, char); 5] =
        [("CASCADE", 'c'), ("RESTRICT", 'r'), ("SET NULL", 'n'), ("SET DEFAULT", 'd'), ("NO ACTION", 'a')];
    ACTIONS.into_iter().find(|(words, _)| tokens.words(words)).map(|(_, action)| action)
}

//! Columns: added, dropped, altered, renamed.

use super::Simulation;
use crate::operation::{
    ColumnChange, ColumnSpec, ConstraintKind, ConstraintSpec, ForeignKeySpec, IndexOptions, Naming,
};
use crate::{Belief, Column, Dialect, Subject, TableSubject, table_facts};

/// The types that a sequence of the column's own may stand behind.
const COUNTING: [&str; 3] = ["smallint", "integer", "bigint"];

fn all_of(column: &str) -> [TableSubject; 4] {
    [
        TableSubject::Column(column.to_owned()),
        TableSubject::Type(column.to_owned()),
        TableSubject::Nullable(column.to_owned()),
        TableSubject::Default(column.to_owned()),
    ]
}

impl Simulation {
    pub(super) fn put_column(&mut self, table: &str, spec: &ColumnSpec, creating: bool) {
        /// SQLite's limit, beyond PostgreSQL's: no table is wider, and a new column is looked for among the others.
        const WIDEST: usize = 2_000;
        let named = spec.name.as_ref().filter(|_| self.table_mut(table).columns.len() < WIDEST);
        let Some(name) = named else {
            self.open(table);
            return;
        };
        let name = self.cut(name).to_owned();
        let postgres = self.dialect == Dialect::PostgreSql;
        let column = Column {
            name: name.clone(),
            kind: spec.kind.text.clone().into(),
            nullable: if spec.primary_key && creating && postgres {
                Belief::Known(false)
            } else {
                spec.nullable.into()
            },
            default: spec.default.into(),
        };
        let held = self.table_mut(table);
        held.columns.retain(|column| column.name != name);
        held.columns.push(column);
        self.trust_column(table, &name);
        if creating && postgres {
            self.create_enum_of(&spec.kind);
        }
        if spec.unique && !spec.index {
            let columns = Some(vec![Some(name.clone())]);
            self.put_constraint(
                table,
                &ConstraintSpec { name: Naming::Unnamed, columns, kind: ConstraintKind::Unique },
            );
        }
        if spec.index {
            let kind = ConstraintKind::Index(IndexOptions { unique: Some(spec.unique), ..IndexOptions::default() });
            let columns = Some(vec![Some(name)]);
            self.put_constraint(table, &ConstraintSpec { name: Naming::Unnamed, columns, kind });
        }
        for constraint in &spec.constraints {
            // SQLite has no other statement for it.
            if !(creating
                && postgres
                && matches!(constraint.kind, ConstraintKind::ForeignKey(ForeignKeySpec { use_alter: true, .. })))
            {
                self.put_constraint(table, constraint);
            }
        }
    }

    fn trust_column(&mut self, table: &str, column: &str) {
        for subject in all_of(column) {
            self.trust(&Subject::Table(table.to_owned(), subject));
        }
    }

    fn column_was_there(&mut self, table: &str, column: &str) {
        for subject in all_of(column) {
            self.was_there(table, subject);
        }
    }

    /// Something unreadable happened to one column or several: any may be changed, or gone with all that needs it.
    pub(super) fn doubt_columns(&mut self, table: &str, gone: bool) {
        let Some(held) = self.schema.tables.get(table) else { return };
        let mut subjects = Vec::new();
        for column in &held.columns {
            subjects.extend(all_of(&column.name).into_iter().skip(usize::from(!gone)));
        }
        if gone {
            table_facts(table, held, |subject, _| match subject {
                Subject::Table(_, TableSubject::Itself) => {}
                Subject::Table(_, part) => subjects.push(part),
                _ => {}
            });
        }
        for subject in subjects {
            self.doubt(Subject::Table(table.to_owned(), subject));
        }
    }

    /// A table is made anew out of what is reflected of it.
    pub(super) fn doubt_unreflected(&mut self, table: &str) {
        for part in self.unreflected(table) {
            self.doubt(Subject::Table(table.to_owned(), part));
        }
    }

    /// What SQLAlchemy may not reflect of a table in SQLite as it is: indexes with an expression, types that it does not know
    /// by name, unique constraints without one.
    #[must_use]
    pub fn unreflected(&self, table: &str) -> Vec<TableSubject> {
        const KNOWN: [&str; 21] = [
            "bigint",
            "blob",
            "bool",
            "boolean",
            "char",
            "date",
            "datetime",
            "decimal",
            "double",
            "float",
            "int",
            "integer",
            "json",
            "numeric",
            "nvarchar",
            "real",
            "smallint",
            "text",
            "time",
            "timestamp",
            "varchar",
        ];
        let Some(held) = self.schema.tables.get(table) else { return Vec::new() };
        let base = |kind: &String| kind.split('(').next().is_some_and(|base| KNOWN.contains(&base));
        let strange = held.columns.iter().filter(|column| !column.kind.known().is_some_and(base));
        let types = strange.map(|column| TableSubject::Type(column.name.clone()));
        let plain = |columns: &Vec<Option<String>>| columns.iter().all(Option::is_some);
        let indexes = held.indexes.iter().filter(|(_, index)| !index.columns.known().is_some_and(plain));
        let indexes = indexes.map(|(name, _)| TableSubject::Index(name.clone()));
        // Of several unique constraints without a name some are lost.
        let unnamed = held.uniques.iter().filter(|unique| unique.name.is_none());
        let unnamed: Vec<Vec<String>> = unnamed.filter_map(|unique| unique.columns.known().cloned()).collect();
        let uniques = unnamed.iter().filter(|_| unnamed.len() > 1).map(|columns| {
            let mut columns = columns.clone();
            columns.sort();
            TableSubject::Unique(columns)
        });
        types.chain(indexes).chain(uniques).collect()
    }

    /// A table is made anew with this in the place of a column, if the batch comes to that: what differs is unknown.
    pub(super) fn overlay(&mut self, table: &str, spec: &ColumnSpec) {
        let Some(name) = &spec.name else { return };
        let Some(held) = self.schema.tables.get(table).and_then(|held| held.column(name)) else { return };
        let nullable = if spec.primary_key { held.nullable.clone() } else { spec.nullable.into() };
        let parts = [
            (held.kind != Belief::from(spec.kind.text.clone()), TableSubject::Type(name.clone())),
            (held.nullable != nullable, TableSubject::Nullable(name.clone())),
            (held.default != Belief::from(spec.default), TableSubject::Default(name.clone())),
        ];
        for (_, part) in parts.into_iter().filter(|(differs, _)| *differs) {
            self.doubt(Subject::Table(table.to_owned(), part));
        }
    }

    pub(super) fn add_column(&mut self, table: &str, spec: &ColumnSpec, if_absent: bool) {
        self.perhaps(&[table], |simulation| simulation.make_column(table, spec, if_absent));
    }

    fn make_column(&mut self, table: &str, spec: &ColumnSpec, if_absent: bool) {
        if self.doubted(table, spec.name.iter().flat_map(|name| all_of(name))) {
            return;
        }
        let guarded = self.guarded || if_absent;
        let held = self.table_mut(table);
        if guarded && spec.name.as_deref().is_some_and(|name| held.column(name).is_some()) {
            return;
        }
        if guarded && held.open {
            // One of the columns that nobody has named may be this one: then it stays as it is.
            self.put_column(table, &ColumnSpec { name: spec.name.clone(), ..ColumnSpec::unknown() }, false);
        } else {
            self.put_column(table, spec, false);
        }
    }

    pub(super) fn drop_column(&mut self, table: &str, name: &str) {
        self.perhaps(&[table], |simulation| simulation.remove_column(table, name));
    }

    fn remove_column(&mut self, table: &str, name: &str) {
        if self.doubted(table, all_of(name)) {
            return;
        }
        if self.table_mut(table).column(name).is_none() {
            self.column_was_there(table, name);
        }
        let named = |columns: &Belief<Vec<String>>| {
            columns.known().is_some_and(|columns| columns.iter().any(|column| column == name))
        };
        let held = self.table_mut(table);
        held.columns.retain(|column| column.name != name);
        if held.primary_key.as_ref().is_some_and(named) {
            held.primary_key = None;
            held.primary_key_name = None;
        }
        held.uniques.retain(|unique| !named(&unique.columns));
        held.foreign_keys.retain(|key| !named(&key.columns));
        held.checks.retain(|check| !check.condition.as_deref().is_some_and(|text| mentions(text, name)));
        let expressions: Vec<String> = held
            .indexes
            .iter()
            .filter(|(_, index)| index.columns.known().is_none_or(|columns| columns.contains(&None)))
            .map(|(name, _)| name.clone())
            .collect();
        held.indexes.retain(|_, index| {
            !index.columns.known().is_some_and(|columns| columns.iter().flatten().any(|column| column == name))
        });
        // An expression may need the column, and its index then goes with it.
        for index in expressions {
            self.doubt(Subject::Table(table.to_owned(), TableSubject::Index(index)));
        }
        self.trust_column(table, name);
    }

    pub(super) fn alter_column(&mut self, table: &str, name: &str, change: ColumnChange) {
        self.perhaps(&[table], |simulation| simulation.change_column(table, name, change));
    }

    fn change_column(&mut self, table: &str, name: &str, change: ColumnChange) {
        let guarded = self.guarded;
        if self.doubted(table, all_of(name)) {
            return;
        }
        if self.table_mut(table).column(name).is_none() {
            if let Some(Belief::Known(new)) = &change.name
                && guarded
                && self.table_mut(table).column(new).is_some()
            {
                return;
            }
            self.column_was_there(table, name);
            let kind = Belief::Unknown;
            let column = Column { name: name.to_owned(), kind, nullable: Belief::Unknown, default: Belief::Unknown };
            self.table_mut(table).columns.push(column);
        }
        let Some(column) = self.table_mut(table).column_mut(name) else { return };
        let mut earlier = Vec::new();
        if let Some(nullable) = change.nullable {
            let before = set(&mut column.nullable, nullable, guarded);
            earlier.extend(before.then(|| TableSubject::Nullable(name.to_owned())));
        }
        if let Some(kind) = change.kind {
            let may_count = |kind: Option<&str>| kind.is_none_or(|kind| COUNTING.contains(&kind));
            if may_count(column.kind.known().map(String::as_str)) && !may_count(kind.text.as_deref()) {
                // A sequence of its own is a default like any other as soon as the type is none of its.
                column.default = Belief::Unknown;
            }
            let before = set(&mut column.kind, Belief::from(kind.text), guarded);
            earlier.extend(before.then(|| TableSubject::Type(name.to_owned())));
        }
        if let Some(default) = change.default {
            set(&mut column.default, default, guarded);
        }
        for subject in earlier {
            self.was_there(table, subject);
        }
        match change.name {
            Some(Belief::Known(new)) if new != name => self.rename_column(table, name, &new),
            Some(Belief::Unknown) => self.open(table),
            _ => {}
        }
    }

    fn rename_column(&mut self, table: &str, from: &str, to: &str) {
        let rename = |columns: &mut Belief<Vec<String>>| {
            if let Belief::Known(columns) = columns {
                columns.iter_mut().filter(|column| *column == from).for_each(|column| *column = to.to_owned());
            }
        };
        let held = self.table_mut(table);
        held.columns.retain(|column| column.name != to);
        if let Some(column) = held.column_mut(from) {
            column.name = to.to_owned();
        }
        held.primary_key.iter_mut().for_each(rename);
        held.uniques.iter_mut().for_each(|unique| rename(&mut unique.columns));
        held.foreign_keys.iter_mut().for_each(|key| rename(&mut key.columns));
        for index in held.indexes.values_mut() {
            if let Belief::Known(columns) = &mut index.columns {
                let parts = columns.iter_mut().flatten().filter(|column| *column == from);
                parts.for_each(|column| *column = to.to_owned());
            }
        }
        for part in all_of(to) {
            self.trust(&Subject::Table(table.to_owned(), part));
        }
        self.move_doubts(|doubt| match doubt {
            Subject::Table(of, part) if of == table => Subject::Table(of, part.with_column_renamed(from, to)),
            other => other,
        });
    }
}

/// Alters a property; a guarded change of something known leaves it unknown. Returns whether nobody knew what it was.
fn set<T: PartialEq>(held: &mut Belief<T>, new: Belief<T>, guarded: bool) -> bool {
    let unknown = *held == Belief::Unknown;
    *held = if guarded && new != *held { Belief::Unknown } else { new };
    unknown
}

/// Whether a condition names a column, as a whole word.
fn mentions(condition: &str, column: &str) -> bool {
    condition.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == column)
}

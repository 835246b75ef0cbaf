//! Constraints: by structure where they are unnamed, by name where a later drop needs it.

use super::indexes::derived_index_name;
use super::{LONGEST_NAME, Simulation};
use crate::operation::{ConstraintKind, ConstraintSpec, ForeignKeySpec, IndexOptions, Naming};
use crate::{Belief, Check, Column, ConstraintName, Dialect, ForeignKey, Index, Subject, Table, TableSubject, Unique};

fn base(table: &str) -> &str {
    table.rsplit('.').next().unwrap_or(table)
}

/// PostgreSQL's own name for an unnamed constraint, unless it would have to be cut.
fn derived(table: &str, columns: &[String], suffix: &str) -> Option<ConstraintName> {
    let mut parts = vec![base(table)];
    parts.extend(columns.iter().map(String::as_str));
    parts.push(suffix);
    let name = parts.join("_");
    (name.len() <= LONGEST_NAME).then_some(ConstraintName { name, explicit: false })
}

/// Whether this is the primary key's name, or looks like it where nothing else has that name.
fn is_primary(table: &Table, name: &str, kind: Option<&str>) -> bool {
    table.primary_key_name.as_ref().is_some_and(|held| held.name == name)
        || (table.primary_key.is_some()
            && (kind == Some("primary") || name.ends_with("_pkey") || name.to_lowercase().starts_with("pk")))
}

impl Simulation {
    fn constraint_name(&self, table: &str, spec: &ConstraintSpec, suffix: &str) -> Option<ConstraintName> {
        match &spec.name {
            // SQLite does not tell the names of its keys.
            Naming::Named(name) | Naming::Final(name) | Naming::Derived(name) => {
                let explicit = self.dialect == Dialect::PostgreSql;
                Some(ConstraintName { name: self.truncated(name), explicit })
            }
            Naming::Unnamed if self.dialect == Dialect::PostgreSql && suffix == "pkey" => derived(table, &[], suffix),
            Naming::Unnamed if self.dialect == Dialect::PostgreSql => derived(table, &spec.plain_columns()?, suffix),
            _ => None,
        }
    }

    pub(super) fn put_constraint(&mut self, table: &str, spec: &ConstraintSpec) {
        let columns = Belief::from(spec.plain_columns());
        match &spec.kind {
            ConstraintKind::PrimaryKey => {
                let name = self.constraint_name(table, spec, "pkey");
                let postgres = self.dialect == Dialect::PostgreSql;
                let held = self.table_mut(table);
                if columns.known().is_some_and(Vec::is_empty) {
                    // It names the key that the columns make, if they make one.
                    if held.primary_key.is_some() {
                        held.primary_key_name = name;
                    }
                    return;
                }
                if let (Belief::Known(columns), true) = (&columns, postgres) {
                    let keys = held.columns.iter_mut().filter(|column| columns.contains(&column.name));
                    keys.for_each(|column: &mut Column| column.nullable = Belief::Known(false));
                }
                held.primary_key = Some(columns);
                held.primary_key_name = name.clone();
                self.trust_constraint(table, name.as_ref());
                self.trust(&Subject::Table(table.to_owned(), TableSubject::PrimaryKey));
            }
            ConstraintKind::Unique => {
                let name = self.constraint_name(table, spec, "key");
                self.trust_constraint(table, name.as_ref());
                // SQLite makes the table anew with it, and then the primary key stands for it.
                if self.dialect == Dialect::Sqlite
                    && let Some(held) = self.schema.tables.get(table)
                    && held.primary_key.as_ref() == Some(&columns)
                    && !held.has_row_number()
                {
                    return;
                }
                if let Belief::Known(columns) = &columns {
                    let mut columns = columns.clone();
                    columns.sort();
                    self.trust(&Subject::Table(table.to_owned(), TableSubject::Unique(columns)));
                }
                self.table_mut(table).uniques.push(Unique { name, columns });
            }
            ConstraintKind::ForeignKey(ForeignKeySpec { target, on_delete, .. }) => {
                let name = self.constraint_name(table, spec, "fkey");
                self.trust_constraint(table, name.as_ref());
                if let (Belief::Known(columns), Some(target)) = (&columns, target) {
                    let subject = TableSubject::ForeignKey(columns.clone(), target.clone());
                    let subject = Subject::Table(table.to_owned(), subject);
                    // An equal key in doubt is the one that was dropped under a name that was not known.
                    if self.doubts.contains(&subject) {
                        self.table_mut(table)
                            .foreign_keys
                            .retain(|key| key.columns.known() != Some(columns) || key.target.known() != Some(target));
                    }
                    self.trust(&subject);
                }
                let (target, on_delete) = (Belief::from(target.clone()), Belief::from(*on_delete));
                self.table_mut(table).foreign_keys.push(ForeignKey { name, columns, target, on_delete });
            }
            ConstraintKind::Check { .. } | ConstraintKind::Exclude => {
                // A naming convention makes another name of a check's, also of one that was chosen.
                let (name, explicit) = match &spec.name {
                    Naming::Unnamed => return,
                    Naming::Unreadable => ("", false),
                    Naming::Named(name) => (name.as_str(), spec.kind == ConstraintKind::Exclude),
                    Naming::Final(name) | Naming::Derived(name) => (name.as_str(), true),
                };
                let condition = match &spec.kind {
                    ConstraintKind::Check { condition } => condition.clone(),
                    _ => None,
                };
                let name = ConstraintName { name: self.truncated(name), explicit };
                self.trust(&Subject::Table(table.to_owned(), TableSubject::Check(name.name.clone())));
                let held = self.table_mut(table);
                held.checks.retain(|check| check.name.name != name.name);
                held.checks.push(Check { name, condition });
            }
            ConstraintKind::Index(IndexOptions { unique, .. }) => {
                let name = match (spec.name.name(), spec.columns.as_deref()) {
                    (Some(name), _) => self.truncated(name),
                    (None, Some([Some(first), ..])) if spec.name == Naming::Unnamed => {
                        self.truncated(&derived_index_name(table, first))
                    }
                    _ => {
                        self.table_mut(table).open_indexes = true;
                        return;
                    }
                };
                let index = Index { columns: spec.columns.clone().into(), unique: (*unique).into(), valid: true };
                let subject = Subject::Table(table.to_owned(), TableSubject::Index(name.clone()));
                // A naming convention has its own way to name it.
                if matches!(spec.name, Naming::Unnamed | Naming::Derived(_)) {
                    self.doubt(subject);
                } else {
                    self.trust(&subject);
                }
                self.table_mut(table).indexes.insert(name, index);
            }
        }
    }

    fn trust_constraint(&mut self, table: &str, name: Option<&ConstraintName>) {
        if let Some(name) = name {
            self.trust(&Subject::Table(table.to_owned(), TableSubject::Constraint(name.name.clone())));
        }
    }

    pub(super) fn add_constraint(&mut self, table: &str, spec: &ConstraintSpec) {
        let named = spec.name.name().map(|name| match spec.kind {
            ConstraintKind::Check { .. } | ConstraintKind::Exclude => TableSubject::Check(name.to_owned()),
            _ => TableSubject::Constraint(name.to_owned()),
        });
        let structure = spec.plain_columns().map(|mut columns| match &spec.kind {
            ConstraintKind::ForeignKey(ForeignKeySpec { target: Some(target), .. }) => {
                TableSubject::ForeignKey(columns, target.clone())
            }
            ConstraintKind::PrimaryKey => TableSubject::PrimaryKey,
            _ => {
                columns.sort();
                TableSubject::Unique(columns)
            }
        });
        if self.doubted(table, named.into_iter().chain(structure)) {
            return;
        }
        if self.guarded && self.has_constraint(table, spec) {
            return;
        }
        if self.guarded && self.stands_for_the_key(table, spec) {
            return;
        }
        self.table_mut(table);
        self.put_constraint(table, spec);
    }

    /// Whether a guarded unique constraint is the primary key again, by its columns or its name: a table made with both
    /// has the key alone, and what the guard asked for is there. Then neither way is sure.
    fn stands_for_the_key(&mut self, table: &str, spec: &ConstraintSpec) -> bool {
        let Some(held) = self.schema.tables.get(table) else { return false };
        let sorted = |mut columns: Vec<String>| {
            columns.sort();
            columns
        };
        let columns = spec.plain_columns().map(sorted);
        let key = held.primary_key.as_ref().and_then(Belief::known).cloned().map(sorted);
        let key_name = held.primary_key_name.as_ref().map(|held| held.name.as_str());
        let again = (key.is_some() && columns == key)
            || spec.name.name().is_some_and(|name| key_name == Some(self.truncated(name).as_str()));
        if !again || !matches!(spec.kind, ConstraintKind::Unique) {
            return false;
        }
        let name = self.constraint_name(table, spec, "key").map(|name| TableSubject::Constraint(name.name));
        for subject in columns.map(TableSubject::Unique).into_iter().chain(name) {
            self.doubt(Subject::Table(table.to_owned(), subject));
        }
        true
    }

    /// Whether a guarded addition would find it there.
    fn has_constraint(&mut self, table: &str, spec: &ConstraintSpec) -> bool {
        let columns = spec.plain_columns();
        let held = self.table_mut(table);
        if let Some(name) = spec.name.name() {
            let named = |held: &Option<ConstraintName>| held.as_ref().is_some_and(|held| held.name == *name);
            if held.uniques.iter().any(|unique| named(&unique.name))
                || held.foreign_keys.iter().any(|key| named(&key.name))
                || held.checks.iter().any(|check| check.name.name == *name)
            {
                return true;
            }
        }
        match (&spec.kind, columns) {
            (ConstraintKind::PrimaryKey, _) => held.primary_key.is_some(),
            (ConstraintKind::Unique, Some(columns)) => {
                held.uniques.iter().any(|unique| unique.columns.known() == Some(&columns))
            }
            (ConstraintKind::ForeignKey(ForeignKeySpec { target: Some(target), .. }), Some(columns)) => {
                let there = held
                    .foreign_keys
                    .iter()
                    .any(|key| key.columns.known() == Some(&columns) && key.target.known() == Some(target));
                if there {
                    let subject = TableSubject::ForeignKey(columns, target.clone());
                    self.doubt(Subject::Table(table.to_owned(), subject));
                }
                there
            }
            _ => false,
        }
    }

    /// Whether a table has a key or a check of this name.
    #[must_use]
    pub fn has_constraint_named(&self, table: &str, name: &str) -> bool {
        let Some(held) = self.schema.tables.get(table) else { return false };
        let names = held.uniques.iter().filter_map(|unique| unique.name.as_ref());
        let names = names.chain(held.foreign_keys.iter().filter_map(|key| key.name.as_ref()));
        let mut names = names.chain(held.checks.iter().map(|check| &check.name)).chain(&held.primary_key_name);
        names.any(|held| held.name == self.truncated(name))
    }

    /// `kind` as Alembic's `type_`: `foreignkey`, `primary`, `unique` or `check`.
    pub(super) fn drop_constraint(&mut self, table: &str, name: Option<&str>, kind: Option<&str>) {
        if name.is_none() {
            self.earlier_constraints.push(table.to_owned());
        }
        if self.doubted(table, name.iter().map(|name| TableSubject::Constraint((*name).to_owned()))) {
            return;
        }
        let Some(name) = name else {
            self.doubt_constraints(table, |_, _| true, kind);
            self.doubt_key_and_checks(table, kind);
            return;
        };
        let name = self.truncated(name);
        let named = |held: &Option<ConstraintName>| held.as_ref().is_some_and(|held| held.name == name);
        let postgres = self.dialect == Dialect::PostgreSql;
        let held = self.table_mut(table);
        // A live schema lists the index that stands for a key, too.
        if postgres && (held.uniques.iter().any(|unique| named(&unique.name)) || named(&held.primary_key_name)) {
            held.indexes.remove(&name);
        }
        if let Some(at) = held.uniques.iter().position(|unique| named(&unique.name)) {
            held.uniques.remove(at);
        } else if let Some(at) = held.foreign_keys.iter().position(|key| named(&key.name)) {
            let dropped = held.foreign_keys.remove(at);
            let equal = |key: &ForeignKey| key.columns == dropped.columns && key.target == dropped.target;
            // SQLAlchemy reflects one of several equal keys in SQLite.
            if self.dialect == Dialect::Sqlite
                && self.schema.tables.get(table).is_some_and(|held| held.foreign_keys.iter().any(equal))
                && let (Belief::Known(columns), Belief::Known(target)) = (dropped.columns, dropped.target)
            {
                self.doubt(Subject::Table(table.to_owned(), TableSubject::ForeignKey(columns, target)));
            }
        } else if let Some(at) = held.checks.iter().position(|check| check.name.name == name) {
            held.checks.remove(at);
        } else if is_primary(held, &name, kind) {
            held.primary_key = None;
            held.primary_key_name = None;
        } else {
            // Created under a name that was not read, or before the first revision.
            self.earlier_constraints.push(table.to_owned());
            self.was_there(table, TableSubject::Constraint(name.clone()));
            self.doubt_constraints(
                table,
                |columns, unnamed| unnamed || columns.iter().any(|c| name.contains(c.as_str())),
                kind,
            );
        }
        self.trust(&Subject::Table(table.to_owned(), TableSubject::Constraint(name)));
    }

    /// What CASCADE takes along with a key: the foreign keys that need it, which is certain where there is no other key.
    pub(super) fn drop_references(&mut self, table: &str, name: &str) {
        let Some(held) = self.schema.tables.get(table) else { return };
        let unique_indexes = held.indexes.values().filter(|index| {
            index.unique != Belief::Known(false)
                && index.columns.known().is_none_or(|columns| columns.iter().all(Option::is_some))
        });
        let only = is_primary(held, name, None) && held.uniques.is_empty() && unique_indexes.count() == 0;
        let target = Belief::Known(table.to_owned());
        for other in self.referring_to(table) {
            let keys = self.schema.tables[&other].foreign_keys.iter().filter(|key| key.target == target);
            let keys: Vec<ForeignKey> = keys.cloned().collect();
            if only {
                self.table_mut(&other).foreign_keys.retain(|key| key.target != target);
                continue;
            }
            for key in keys {
                if let Belief::Known(columns) = key.columns {
                    let subject = TableSubject::ForeignKey(columns, table.to_owned());
                    self.doubt(Subject::Table(other.clone(), subject));
                }
                let names = key.name.into_iter().map(|name| TableSubject::Constraint(name.name));
                names.for_each(|name| self.doubt(Subject::Table(other.clone(), name)));
            }
        }
    }

    /// Doubts the primary key and the checks: a constraint is dropped whose name is not known.
    fn doubt_key_and_checks(&mut self, table: &str, kind: Option<&str>) {
        let Some(held) = self.schema.tables.get(table) else { return };
        let mut subjects = Vec::new();
        if matches!(kind, None | Some("primary")) && held.primary_key.is_some() {
            subjects.push(TableSubject::PrimaryKey);
            subjects.extend(held.primary_key_name.iter().map(|name| TableSubject::Constraint(name.name.clone())));
        }
        if matches!(kind, None | Some("check")) {
            subjects.extend(held.checks.iter().map(|check| TableSubject::Check(check.name.name.clone())));
        }
        for subject in subjects {
            self.doubt(Subject::Table(table.to_owned(), subject));
        }
    }

    /// Doubts the keys that may be the one dropped: by columns, and whether its name is only derived.
    fn doubt_constraints(&mut self, table: &str, may_be: impl Fn(&[String], bool) -> bool, kind: Option<&str>) {
        let held = self.table_mut(table);
        let derived = |name: &Option<ConstraintName>| name.as_ref().is_none_or(|name| !name.explicit);
        let mut subjects = Vec::new();
        if matches!(kind, None | Some("unique")) {
            for unique in &held.uniques {
                if let Belief::Known(columns) = &unique.columns
                    && may_be(columns, derived(&unique.name))
                {
                    let mut columns = columns.clone();
                    columns.sort();
                    subjects.push(TableSubject::Unique(columns));
                    subjects.extend(unique.name.iter().map(|name| TableSubject::Constraint(name.name.clone())));
                }
            }
        }
        if matches!(kind, None | Some("foreignkey")) {
            for key in &held.foreign_keys {
                if let (Belief::Known(columns), Belief::Known(target)) = (&key.columns, &key.target)
                    && may_be(columns, derived(&key.name))
                {
                    subjects.push(TableSubject::ForeignKey(columns.clone(), target.clone()));
                    subjects.extend(key.name.iter().map(|name| TableSubject::Constraint(name.name.clone())));
                }
            }
        }
        for subject in subjects {
            self.doubt(Subject::Table(table.to_owned(), subject));
        }
    }

    pub(super) fn rename_constraint(&mut self, table: &str, from: &str, to: &str) {
        let postgres = self.dialect == Dialect::PostgreSql;
        let held = self.table_mut(table);
        if let Some(index) = held.indexes.remove(from).filter(|_| postgres) {
            held.indexes.insert(to.to_owned(), index);
        }
        let names = held
            .uniques
            .iter_mut()
            .filter_map(|unique| unique.name.as_mut())
            .chain(held.foreign_keys.iter_mut().filter_map(|key| key.name.as_mut()))
            .chain(held.checks.iter_mut().map(|check| &mut check.name))
            .chain(held.primary_key_name.as_mut());
        let renamed = ConstraintName { name: to.to_owned(), explicit: true };
        if let Some(name) = names.into_iter().find(|name| name.name == from) {
            *name = renamed;
        } else {
            held.checks.push(Check { name: renamed, condition: None });
            self.was_there(table, TableSubject::Constraint(from.to_owned()));
        }
    }
}

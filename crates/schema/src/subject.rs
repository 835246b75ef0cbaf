//! A schema taken apart into facts: what each is about, and what is said of it.

use std::collections::BTreeMap;

use crate::{Belief, ConstraintName, Index, Schema, Table};

/// What a fact is about: the unit of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// Something of a table.
    Table(String, TableSubject),
    /// The labels of an enum type.
    Enum(String),
    /// A view.
    View(String),
    /// A sequence.
    Sequence(String),
    /// A function.
    Function(String),
    /// (table, trigger).
    Trigger(String, String),
    /// An extension.
    Extension(String),
    /// A schema.
    Namespace(String),
}

/// What a fact about a table is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TableSubject {
    /// The table itself.
    Itself,
    /// A column.
    Column(String),
    /// A column's type.
    Type(String),
    /// Whether a column takes NULL.
    Nullable(String),
    /// Whether a column has a default.
    Default(String),
    /// The primary key's columns.
    PrimaryKey,
    /// A unique constraint by its columns, sorted.
    Unique(Vec<String>),
    /// A foreign key by its columns and its target.
    ForeignKey(Vec<String>, String),
    /// A key by its constraint's name.
    Constraint(String),
    /// A check or exclusion constraint by its name.
    Check(String),
    /// An index by its name.
    Index(String),
    /// Whatever else the table holds: unknown once something unreadable changed it.
    Unlisted,
    /// Its other indexes: unknown once one was created that cannot be read.
    UnlistedIndexes,
    /// The names of its other keys: unknown while one of them was left to a naming convention.
    UnlistedNames,
}

impl Subject {
    /// The table that the fact belongs to.
    pub fn table(&self) -> Option<&str> {
        match self {
            Self::Table(table, _) | Self::Trigger(table, _) => Some(table),
            _ => None,
        }
    }
}

impl Subject {
    /// Whether it stands for what is not listed, and is no fact of its own.
    pub fn is_rest(&self) -> bool {
        use TableSubject as S;
        matches!(self, Self::Table(_, S::Unlisted | S::UnlistedIndexes | S::UnlistedNames))
    }
}

impl TableSubject {
    /// The same once a column has another name.
    #[must_use]
    pub(crate) fn with_column_renamed(self, from: &str, to: &str) -> Self {
        let renamed = |column: String| if column == from { to.to_owned() } else { column };
        let all = |columns: Vec<String>| columns.into_iter().map(renamed).collect::<Vec<_>>();
        match self {
            Self::Column(column) => Self::Column(renamed(column)),
            Self::Type(column) => Self::Type(renamed(column)),
            Self::Nullable(column) => Self::Nullable(renamed(column)),
            Self::Default(column) => Self::Default(renamed(column)),
            Self::Unique(columns) => {
                let mut columns = all(columns);
                columns.sort();
                Self::Unique(columns)
            }
            Self::ForeignKey(columns, target) => Self::ForeignKey(all(columns), target),
            other @ (Self::Itself
            | Self::PrimaryKey
            | Self::Constraint(_)
            | Self::Check(_)
            | Self::Index(_)
            | Self::Unlisted
            | Self::UnlistedIndexes
            | Self::UnlistedNames) => other,
        }
    }
}

/// What is said about a subject that exists.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// It exists, and that is all there is to it.
    Present,
    /// A type.
    Type(String),
    /// Yes or no.
    Flag(bool),
    /// Columns or labels, in order.
    Names(Vec<String>),
    /// The actions on delete of the foreign keys that share columns and target, sorted: mostly one.
    OnDelete(Vec<char>),
    /// An index.
    Index(Index),
}

impl State {
    /// Whether it is neither there nor gone: what a failed CREATE INDEX CONCURRENTLY has left, or one that goes on.
    pub fn is_unfinished(&self) -> bool {
        matches!(self, Self::Index(index) if !index.valid)
    }

    /// Whether an expected state agrees with a live one. Parts that are unknown agree with everything.
    pub fn agrees(&self, live: &Self) -> bool {
        if let (Self::OnDelete(expected), Self::OnDelete(live)) = (self, live) {
            // Which of several equal keys was dropped again cannot always be told.
            return expected.iter().any(|action| live.contains(action));
        }
        let (Self::Index(expected), Self::Index(live)) = (self, live) else { return self == live };
        if let (Belief::Known(expected), Belief::Known(live)) = (&expected.unique, &live.unique)
            && expected != live
        {
            return false;
        }
        let (Belief::Known(expected), Belief::Known(live)) = (&expected.columns, &live.columns) else { return true };
        expected.len() == live.len()
            && expected.iter().zip(live).all(|pair| match pair {
                (Some(expected), Some(live)) => expected == live,
                _ => true,
            })
    }
}

/// One fact.
pub type Fact = (Subject, Belief<State>);

/// All facts about one table.
pub fn table_facts(name: &str, table: &Table, mut emit: impl FnMut(Subject, Belief<State>)) {
    use TableSubject as S;
    let present = || Belief::Known(State::Present);
    let mut say = |subject, state| emit(Subject::Table(name.to_owned(), subject), state);
    if !table.assumed {
        say(S::Itself, present());
    }
    for column in &table.columns {
        say(S::Column(column.name.clone()), present());
        say(S::Type(column.name.clone()), map(&column.kind, |kind| State::Type(kind.clone())));
        say(S::Nullable(column.name.clone()), map(&column.nullable, |&flag| State::Flag(flag)));
        say(S::Default(column.name.clone()), map(&column.default, |&flag| State::Flag(flag)));
    }
    match &table.primary_key {
        Some(columns) => say(S::PrimaryKey, map(columns, |columns| State::Names(columns.clone()))),
        None if table.assumed => say(S::PrimaryKey, Belief::Unknown),
        None => {}
    }
    let mut names: Vec<&ConstraintName> = table.primary_key_name.iter().collect();
    for unique in &table.uniques {
        names.extend(&unique.name);
        if let Belief::Known(columns) = &unique.columns {
            let mut columns = columns.clone();
            columns.sort();
            say(S::Unique(columns), present());
        }
    }
    let mut actions: BTreeMap<(&Vec<String>, &String), Option<Vec<char>>> = BTreeMap::new();
    for key in &table.foreign_keys {
        names.extend(&key.name);
        if let (Belief::Known(columns), Belief::Known(target)) = (&key.columns, &key.target) {
            let held = actions.entry((columns, target)).or_insert_with(|| Some(Vec::new()));
            *held = held.take().zip(key.on_delete.known()).map(|(mut held, &action)| {
                held.push(action);
                held.sort_unstable();
                held
            });
        }
    }
    for ((columns, target), actions) in actions {
        say(S::ForeignKey(columns.clone(), target.clone()), actions.map(State::OnDelete).into());
    }
    let keys = table.uniques.len() + table.foreign_keys.len() + usize::from(table.primary_key.is_some());
    if names.iter().filter(|name| name.explicit).count() < keys {
        say(S::UnlistedNames, Belief::Unknown);
    }
    for name in names {
        say(S::Constraint(name.name.clone()), if name.explicit { present() } else { Belief::Unknown });
    }
    for check in &table.checks {
        say(S::Check(check.name.name.clone()), if check.name.explicit { present() } else { Belief::Unknown });
    }
    if table.open {
        say(S::Unlisted, Belief::Unknown);
    }
    if table.open_indexes {
        say(S::UnlistedIndexes, Belief::Unknown);
    }
    // A unique constraint is carried by an index of its name, which is there with it and no fact of its own.
    let carried = table.uniques.iter().filter_map(|unique| unique.name.as_ref());
    for name in carried.filter(|name| !table.indexes.contains_key(&name.name)) {
        say(S::Index(name.name.clone()), Belief::Unknown);
    }
    for (name, index) in &table.indexes {
        say(S::Index(name.clone()), Belief::Known(State::Index(index.clone())));
    }
}

fn map<T>(belief: &Belief<T>, f: impl FnOnce(&T) -> State) -> Belief<State> {
    match belief {
        Belief::Known(value) => Belief::Known(f(value)),
        Belief::Unknown => Belief::Unknown,
    }
}

impl Schema {
    /// All facts but those about tables.
    pub fn other_facts(&self, mut emit: impl FnMut(Subject, Belief<State>)) {
        for (name, labels) in &self.enums {
            emit(Subject::Enum(name.clone()), map(labels, |labels| State::Names(labels.clone())));
        }
        let mut present = |subject| emit(subject, Belief::Known(State::Present));
        self.views.iter().for_each(|name| present(Subject::View(name.clone())));
        self.sequences.iter().for_each(|name| present(Subject::Sequence(name.clone())));
        self.functions.iter().for_each(|name| present(Subject::Function(name.clone())));
        self.extensions.iter().for_each(|name| present(Subject::Extension(name.clone())));
        self.namespaces.iter().for_each(|name| present(Subject::Namespace(name.clone())));
        for (table, name) in &self.triggers {
            present(Subject::Trigger(table.clone(), name.clone()));
        }
    }

    /// Every fact.
    pub fn facts(&self, mut emit: impl FnMut(Subject, Belief<State>)) {
        for (name, table) in &self.tables {
            table_facts(name, table, &mut emit);
        }
        self.other_facts(emit);
    }
}

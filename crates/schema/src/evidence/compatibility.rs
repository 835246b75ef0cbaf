//! What a newer schema forbids an application of older files: the release before, which a rollback has brought back.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use super::timeline::{Expected, Timeline};
use super::wider::takes_all;
use crate::{Belief, Column, Dialect, RevisionFacts, Schema, State, Subject, Table, TableSubject};

/// One thing that an application of these files may do and the schema refuses. Columns are named with their table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forbidden {
    /// A column that no revision knows must be given in every new row.
    Required(String),
    /// A column is gone, and one of its type is there that no revision knows.
    Renamed(String, String),
    /// A column takes NULL no more.
    Tightened(String),
    /// A column has no default any more.
    Undefaulted(String),
    /// A column's type takes less than the one that these files give it.
    Retyped(String, [String; 2]),
    /// A type of labels has lost one.
    Unlabelled(String, String),
    /// Columns of a table must be unique.
    Unique(String, Vec<String>),
    /// A table has a constraint that no revision knows.
    Constrained(String, String),
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required(column) => write!(f, "{column} is new, NOT NULL and without a default"),
            Self::Renamed(from, to) => write!(f, "{from} is missing, probably renamed to {to}"),
            Self::Tightened(column) => write!(f, "{column} is NOT NULL, and took NULL before"),
            Self::Undefaulted(column) => write!(f, "{column} has lost its default"),
            Self::Retyped(column, [was, is]) => write!(f, "the type of {column} is {is}, and was {was}"),
            Self::Unlabelled(kind, label) => write!(f, "type {kind} has lost the label {label}"),
            Self::Unique(table, columns) => write!(f, "{table} ({}) must be unique, which is new", columns.join(", ")),
            Self::Constrained(table, name) => write!(f, "constraint {name} of {table} is new"),
        }
    }
}

impl Forbidden {
    /// The column that is missing, where one was probably renamed.
    #[must_use]
    pub fn renamed(&self) -> Option<&str> {
        if let Self::Renamed(from, _) = self { Some(from) } else { None }
    }
}

/// What the schema forbids an application whose files these are, on the tables that they make.
#[must_use]
pub fn forbidden(effects: &[RevisionFacts], schema: &Schema, dialect: Dialect) -> Vec<Forbidden> {
    let timeline = Timeline::new(effects);
    let head = effects.len();
    let expected = timeline.courses.iter().map(|course| (&course.subject, course.at(head))).collect();
    let expected = Files { expected, dialect };
    let mut found = Vec::new();
    for (name, table) in &schema.tables {
        if matches!(expected.of(name, TableSubject::Itself), Some(Expected::Known(_))) {
            let sight = Sight { files: &expected, name, table, is_open: timeline.is_open(name, head, head) };
            sight.columns(schema, &mut found);
            sight.constraints(&mut found);
        }
    }
    for (subject, was) in &expected.expected {
        if let (Subject::Enum(kind), Expected::Known(State::Names(was))) = (subject, was)
            && let Some(Belief::Known(labels)) = schema.enums.get(kind)
        {
            let lost = was.iter().filter(|label| !labels.contains(label));
            found.extend(lost.map(|label| Forbidden::Unlabelled(kind.clone(), label.clone())));
        }
    }
    found
}

/// What the files leave, fact by fact.
struct Files<'a> {
    expected: HashMap<&'a Subject, &'a Expected>,
    dialect: Dialect,
}

impl Files<'_> {
    fn of(&self, table: &str, part: TableSubject) -> Option<&Expected> {
        self.expected.get(&Subject::Table(table.to_owned(), part)).copied()
    }

    /// What is known to be there of a table, and what may be.
    fn parts<'s>(&'s self, table: &'s str) -> impl Iterator<Item = (&'s TableSubject, &'s Expected)> {
        self.expected.iter().filter_map(move |(subject, expected)| match subject {
            Subject::Table(of, part) if of == table && **expected != Expected::Absent => Some((part, *expected)),
            _ => None,
        })
    }
}

/// One table that the files make, as they leave it and as it is.
struct Sight<'a> {
    files: &'a Files<'a>,
    name: &'a str,
    table: &'a Table,
    /// Whether the files may leave more in it than is known.
    is_open: bool,
}

impl Sight<'_> {
    fn columns(&self, schema: &Schema, found: &mut Vec<Forbidden>) {
        let is_new = |column: &&Column| {
            let expected = self.files.of(self.name, TableSubject::Column(column.name.clone()));
            !self.is_open && matches!(expected, None | Some(Expected::Absent))
        };
        let (new, known): (Vec<&Column>, Vec<&Column>) = self.table.columns.iter().partition(is_new);
        let renamed = self.renamed(&new);
        for column in known {
            self.changed(column, found);
        }
        let required = new.into_iter().filter(|column| {
            let is_renamed = renamed.iter().any(|(_, to)| *to == column.name);
            !is_renamed && column.nullable == Belief::Known(false) && !self.is_filled(column, schema)
        });
        found.extend(required.map(|column| Forbidden::Required(self.path(&column.name))));
        found.extend(renamed.into_iter().map(|(from, to)| Forbidden::Renamed(self.path(&from), self.path(&to))));
    }

    /// Columns that are gone, each with the only one of its type that is new.
    fn renamed(&self, new: &[&Column]) -> Vec<(String, String)> {
        let gone = self.files.parts(self.name).filter_map(|(part, expected)| match (part, expected) {
            (TableSubject::Column(column), Expected::Known(_)) if self.table.column(column).is_none() => Some(column),
            _ => None,
        });
        let mut renamed: Vec<(String, String)> = gone
            .filter_map(|column| {
                let kind = self.files.of(self.name, TableSubject::Type(column.clone()));
                let is_like = |other: &&&Column| match (kind, &other.kind) {
                    (Some(Expected::Known(State::Type(was))), Belief::Known(is)) => was == is,
                    _ => false,
                };
                let mut like = new.iter().filter(is_like);
                like.next().filter(|_| like.next().is_none()).map(|other| (column.clone(), other.name.clone()))
            })
            .collect();
        renamed.sort();
        renamed
    }

    /// What of a column that the files know is as they leave it no more.
    fn changed(&self, column: &Column, found: &mut Vec<Forbidden>) {
        let was = |part: fn(String) -> TableSubject| match self.files.of(self.name, part(column.name.clone())) {
            Some(Expected::Known(state)) => Some(state),
            _ => None,
        };
        let yes = Some(&State::Flag(true));
        if was(TableSubject::Nullable) == yes && column.nullable == Belief::Known(false) {
            found.push(Forbidden::Tightened(self.path(&column.name)));
        }
        if was(TableSubject::Default) == yes && column.default == Belief::Known(false) {
            found.push(Forbidden::Undefaulted(self.path(&column.name)));
        }
        if let (Some(State::Type(was)), Belief::Known(is)) = (was(TableSubject::Type), &column.kind)
            && self.files.dialect == Dialect::PostgreSql
            && !takes_all(was, is)
        {
            found.push(Forbidden::Retyped(self.path(&column.name), [was.clone(), is.clone()]));
        }
    }

    /// Whether the database gives a column a value where a new row has none: a default, a sequence, the number of the row.
    fn is_filled(&self, column: &Column, schema: &Schema) -> bool {
        let sequence = format!("{}_{}_seq", self.name, column.name);
        let is_key = matches!(&self.table.primary_key, Some(Belief::Known(key)) if *key == [column.name.clone()]);
        column.default != Belief::Known(false)
            || schema.sequences.contains(&sequence)
            || self.files.dialect == Dialect::Sqlite && is_key && self.table.has_row_number()
    }

    fn constraints(&self, found: &mut Vec<Forbidden>) {
        let unlisted = [TableSubject::Unlisted, TableSubject::UnlistedIndexes, TableSubject::UnlistedNames];
        let may_be_ours = |expected: &Expected| matches!(expected, Expected::Unknown);
        if self.is_open || self.files.parts(self.name).any(|(part, _)| unlisted.contains(part)) {
            return;
        }
        let known: Vec<BTreeSet<&str>> =
            self.files.parts(self.name).filter_map(|(part, at)| unique(part, at)).collect();
        let mut said = BTreeSet::new();
        for columns in self.live_uniques() {
            let set: BTreeSet<&str> = columns.iter().map(String::as_str).collect();
            let is_new = !known.iter().any(|known| known.is_subset(&set)) && self.is_ours(&set);
            if is_new && said.insert(columns.iter().cloned().collect::<BTreeSet<String>>()) {
                found.push(Forbidden::Unique(self.name.to_owned(), columns));
            }
        }
        // A check whose name the files leave open may be any of those that are there.
        let checks: Vec<_> =
            self.files.parts(self.name).filter(|(part, _)| matches!(part, TableSubject::Check(_))).collect();
        if !checks.iter().any(|(_, expected)| may_be_ours(expected)) {
            let is_known = |name: &str| checks.iter().any(|(part, _)| **part == TableSubject::Check(name.to_owned()));
            let new = self.table.checks.iter().map(|check| &check.name.name).filter(|name| !is_known(name));
            found.extend(new.map(|name| Forbidden::Constrained(self.name.to_owned(), name.clone())));
        }
    }

    /// The columns of each unique constraint and index that is there, of columns alone.
    fn live_uniques(&self) -> Vec<Vec<String>> {
        let key = self.table.primary_key.iter().filter_map(Belief::known);
        let uniques = self.table.uniques.iter().filter_map(|unique| unique.columns.known());
        let indexes = self.table.indexes.values().filter(|index| index.unique == Belief::Known(true));
        let indexes = indexes.filter_map(|index| index.columns.known()?.iter().cloned().collect());
        key.chain(uniques).cloned().chain(indexes).collect()
    }

    /// Whether one of these columns is one that the files know: of new ones alone this release says nothing.
    fn is_ours(&self, columns: &BTreeSet<&str>) -> bool {
        let is_known = |column: &&str| {
            matches!(self.files.of(self.name, TableSubject::Column((*column).to_owned())), Some(Expected::Known(_)))
        };
        columns.iter().any(is_known)
    }

    fn path(&self, column: &str) -> String {
        format!("{}.{column}", self.name)
    }
}

/// The columns that a fact says are unique.
fn unique<'a>(part: &'a TableSubject, expected: &'a Expected) -> Option<BTreeSet<&'a str>> {
    let set = |columns: &'a [String]| columns.iter().map(String::as_str).collect();
    match (part, expected) {
        (TableSubject::Unique(columns), _) => Some(set(columns)),
        (TableSubject::PrimaryKey, Expected::Known(State::Names(columns))) => Some(set(columns)),
        (TableSubject::Index(_), Expected::Known(State::Index(index))) if index.unique != Belief::Known(false) => {
            index.columns.known()?.iter().map(|column| column.as_deref()).collect()
        }
        _ => None,
    }
}

//! Facts for and against a position, and which of them to say first.

use std::collections::{BTreeSet, HashMap};

use super::timeline::{Expected, Timeline};
use crate::{State, Subject, TableSubject};

/// One fact for or against a position.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// What it is about.
    pub subject: Subject,
    /// What should be there; `None`: nothing.
    pub expected: Option<State>,
    /// What is there; `None`: nothing.
    pub live: Option<State>,
    /// The revision, counted from 0, that makes it so; `None`: it has been so from the beginning.
    pub by: Option<usize>,
}

impl Claim {
    /// Whether what is there is what should be.
    fn agrees(&self) -> bool {
        matches!((&self.expected, &self.live), (Some(expected), Some(live)) if expected.agrees(live))
    }

    /// Whether it is of a kind that files are often misread in, and that tells least of where a schema is: a name that a
    /// convention may have made, a type that an application declares itself, a default, a check.
    pub(super) fn is_often_misread(&self) -> bool {
        use TableSubject as S;
        let both = self.expected.is_some() && self.live.is_some();
        match &self.subject {
            Subject::Table(_, S::Constraint(_) | S::Check(_) | S::Index(_)) => true,
            Subject::Table(_, S::Type(_) | S::Default(_)) | Subject::Enum(_) => both,
            _ => false,
        }
    }

    /// The table, where it is about the existence of one.
    pub(super) fn whole_table(&self) -> Option<&str> {
        match &self.subject {
            Subject::Table(table, TableSubject::Itself) => Some(table),
            _ => None,
        }
    }
}

/// Existence before properties, what the revision at the answer did before what others did, each subject once; what follows
/// from the existence of a table or a column is no claim of its own.
pub fn most_telling_first(claims: &mut Vec<Claim>, answer: usize) {
    let is_one_sided = |claim: &Claim| claim.live.is_none() || claim.expected.is_none();
    let one_sided = claims.iter().filter(|claim| is_one_sided(claim));
    let tables: BTreeSet<String> = one_sided.filter_map(Claim::whole_table).map(str::to_owned).collect();
    claims.retain(|claim| {
        claim.whole_table().is_some() || claim.subject.table().is_none_or(|table| !tables.contains(table))
    });
    for claim in claims.iter_mut().filter(|claim| is_one_sided(claim)) {
        let Some(column) = column_of(&claim.subject) else { continue };
        let there = |state: &Option<State>| state.as_ref().map(|_| State::Present);
        // Who set the property need not have made the column.
        let by = claim.by.filter(|_| claim.expected.is_none());
        *claim = Claim { subject: column, expected: there(&claim.expected), live: there(&claim.live), by };
    }
    claims.sort_by_cached_key(|claim| {
        let rank = match &claim.subject {
            Subject::Table(_, TableSubject::Itself) => 0,
            Subject::Table(_, TableSubject::Column(_)) => 1,
            Subject::Table(_, TableSubject::Index(_)) | Subject::View(_) | Subject::Enum(_) => 2,
            Subject::Table(_, TableSubject::Nullable(_) | TableSubject::Default(_)) => 5,
            Subject::Table(_, TableSubject::Type(_)) => 4,
            _ => 3,
        };
        let distance = claim.by.map_or(usize::MAX, |by| answer.abs_diff(by + 1));
        (claim.live.is_none(), rank, distance, claim.subject.clone())
    });
    let mut said = BTreeSet::new();
    claims.retain(|claim| said.insert(claim.subject.clone()));
    // A column that is as its own revision makes it says its properties, too.
    let made: BTreeSet<(Subject, Option<usize>)> =
        claims.iter().map(|claim| (claim.subject.clone(), claim.by)).collect();
    claims.retain(|claim| {
        let column = column_of(&claim.subject).filter(|_| claim.agrees());
        column.is_none_or(|column| !made.contains(&(column, claim.by)))
    });
}

pub(super) fn claim(timeline: &Timeline, course: usize, at: usize, live: &HashMap<Subject, State>) -> Claim {
    let course = &timeline.courses[course];
    let after = course.stretches.partition_point(|(from, _)| *from <= at).saturating_sub(1);
    let (from, expected) = &course.stretches[after];
    let expected = match expected {
        Expected::Known(state) => Some(state.clone()),
        _ => None,
    };
    Claim {
        subject: course.subject.clone(),
        expected,
        live: live.get(&course.subject).cloned(),
        by: from.checked_sub(1),
    }
}

/// The column that a subject is a property of: saying the column says it all.
pub(super) fn column_of(subject: &Subject) -> Option<Subject> {
    match subject {
        Subject::Table(
            table,
            TableSubject::Type(column) | TableSubject::Nullable(column) | TableSubject::Default(column),
        ) => Some(Subject::Table(table.clone(), TableSubject::Column(column.clone()))),
        _ => None,
    }
}

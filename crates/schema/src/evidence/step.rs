//! One revision held against a live schema: what of it is there, and what is missing.

use std::collections::{BTreeSet, HashMap};

use super::claim::{Claim, claim, column_of, most_telling_first};
use super::timeline::{Expected, Timeline, live_facts};
use crate::RevisionFacts;
use crate::{Schema, State, Subject, TableSubject};

/// What a revision changes, where the live schema tells before from after.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepFacts {
    /// What is as it is after the revision.
    pub done: Vec<Claim>,
    /// What is still as it was before.
    pub missing: Vec<Claim>,
}

/// Holds the revision that leads from position `before` to the next against the schema.
pub fn step(effects: &[RevisionFacts], schema: &Schema, before: usize) -> StepFacts {
    step_of(&Timeline::new(effects), &live_facts(schema), before)
}

pub(super) fn step_of(timeline: &Timeline, live: &HashMap<Subject, State>, before: usize) -> StepFacts {
    let mut facts = StepFacts::default();
    for &course in timeline.steps.get(before + 1).into_iter().flatten() {
        let held = &timeline.courses[course];
        let (old, new) = (held.at(before), held.at(before + 1));
        if *old == Expected::Unknown || *new == Expected::Unknown {
            continue;
        }
        let now = live.get(&held.subject);
        match (old.contradicted_by(now), new.contradicted_by(now)) {
            (true, false) => facts.done.push(claim(timeline, course, before + 1, live)),
            (false, true) => facts.missing.push(claim(timeline, course, before + 1, live)),
            _ => {}
        }
    }
    for claims in [&mut facts.done, &mut facts.missing] {
        most_telling_first(claims, before + 1);
        let tables: BTreeSet<String> = claims.iter().filter_map(Claim::whole_table).map(str::to_owned).collect();
        // A table is one operation, with all that is in it.
        claims.retain(|claim| {
            claim.whole_table().is_some() || claim.subject.table().is_none_or(|table| !tables.contains(table))
        });
    }
    facts
}

/// How many operations of the revision after position `before` leave something that tells before from after: a table
/// is one with all that is in it, and so is a column with its properties.
pub(super) fn telling_operations(timeline: &Timeline, before: usize) -> usize {
    let mut operations: BTreeSet<Subject> = BTreeSet::new();
    for &course in &timeline.steps[before + 1] {
        let held = &timeline.courses[course];
        if *held.at(before) != Expected::Unknown && *held.at(before + 1) != Expected::Unknown {
            operations.insert(held.subject.clone());
        }
    }
    let itself = |table: &str| Subject::Table(table.to_owned(), TableSubject::Itself);
    let is_its_own = |subject: &&Subject| {
        let Subject::Table(table, part) = *subject else { return true };
        let column = column_of(subject).is_some_and(|column| operations.contains(&column));
        *part == TableSubject::Itself || !column && !operations.contains(&itself(table))
    };
    operations.iter().filter(is_its_own).count()
}

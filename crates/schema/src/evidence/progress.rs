//! How far a schema has come on its way from one position to the last one, step by step; and what it has to become there.

use std::collections::{BTreeSet, HashMap};

use super::claim::{Claim, claim};
use super::infer::contradicted_at;
use super::timeline::{Expected, Timeline, live_facts};
use crate::{RevisionFacts, Schema, State, Subject};

/// What a live schema says of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It has been taken.
    Done,
    /// It has not.
    Missing,
    /// Some of it is there, and some is not, or what it changes is neither as before nor as afterwards.
    Partly,
    /// Nothing that a schema shows tells before from after.
    Unseen,
}

/// The steps from position `from` to the last one, each with what the schema says of it. A beginning of them that explains all
/// that is there is taken for what has been done, since steps are taken in order; else each is judged by itself.
#[must_use]
pub fn progress(effects: &[RevisionFacts], schema: &Schema, from: usize) -> Vec<Progress> {
    let (timeline, live) = (Timeline::new(effects), live_facts(schema));
    let last = effects.len();
    let changed: BTreeSet<usize> = timeline.steps[from + 1..=last].iter().flatten().copied().collect();
    let fits = |at: &usize| {
        changed.iter().all(|&course| {
            let held = &timeline.courses[course];
            !held.at(*at).contradicted_by(live.get(&held.subject))
        })
    };
    let fitting: Vec<usize> = (from..=last).filter(fits).collect();
    let of_step = |step: usize| match (fitting.first(), fitting.last()) {
        (Some(&first), _) if step < first => Progress::Done,
        (_, Some(&last)) if step >= last => Progress::Missing,
        (Some(_), _) => Progress::Unseen,
        (None, _) => by_itself(&timeline, &live, from, step),
    };
    (from..last).map(of_step).collect()
}

/// Judges the step that leads away from position `step`, by each fact that it changes.
fn by_itself(timeline: &Timeline, live: &HashMap<Subject, State>, from: usize, step: usize) -> Progress {
    let last = timeline.steps.len() - 1;
    let (mut done, mut missing) = (false, false);
    for &course in &timeline.steps[step + 1] {
        let held = &timeline.courses[course];
        let now = live.get(&held.subject);
        let fits = |mut positions: std::ops::RangeInclusive<usize>| {
            positions.any(|at| *held.at(at) != Expected::Unknown && !held.at(at).contradicted_by(now))
        };
        match (fits(from..=step), fits(step + 1..=last)) {
            (true, true) => {}
            (false, true) => done = true,
            (true, false) => missing = true,
            (false, false) if *held.at(step + 1) == Expected::Unknown => {}
            (false, false) => return Progress::Partly,
        }
    }
    match (done, missing) {
        (true, true) => Progress::Partly,
        (true, false) => Progress::Done,
        (false, true) => Progress::Missing,
        (false, false) => Progress::Unseen,
    }
}

/// What a schema has to be at one position.
pub struct Expectation {
    timeline: Timeline,
    position: usize,
}

impl Expectation {
    /// That of the position after so many revisions.
    #[must_use]
    pub fn at(effects: &[RevisionFacts], position: usize) -> Self {
        Self { timeline: Timeline::new(effects), position }
    }

    /// Every fact in which a schema departs from it.
    #[must_use]
    pub fn departures(&self, schema: &Schema) -> Vec<Claim> {
        contradicted_at(&self.timeline, &live_facts(schema), self.position)
    }

    /// Those of them that a step from position `from` on changes.
    #[must_use]
    pub fn departures_since(&self, schema: &Schema, from: usize) -> Vec<Claim> {
        let live = live_facts(schema);
        let changed: BTreeSet<usize> = self.timeline.steps[from + 1..].iter().flatten().copied().collect();
        let departs = |course: &usize| {
            let held = &self.timeline.courses[*course];
            held.at(self.position).contradicted_by(live.get(&held.subject))
        };
        let departing = changed.into_iter().filter(departs);
        departing.map(|course| claim(&self.timeline, course, self.position, &live)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Belief, Table, TableSubject};

    fn table(name: &str) -> Subject {
        Subject::Table(name.to_owned(), TableSubject::Itself)
    }

    fn makes(subject: Subject) -> RevisionFacts {
        RevisionFacts { changes: vec![(subject, Some(Belief::Known(State::Present)))], ..RevisionFacts::default() }
    }

    fn with(tables: &[&str]) -> Schema {
        let tables = tables.iter().map(|name| ((*name).to_owned(), Table::default())).collect();
        Schema { tables, ..Schema::default() }
    }

    #[test]
    fn a_beginning_that_explains_all_is_what_has_been_done() {
        let effects = [makes(table("a")), makes(table("b")), RevisionFacts::default(), makes(table("c"))];
        use Progress::{Done, Missing, Unseen};
        assert_eq!(progress(&effects, &with(&["a"]), 1), [Missing, Missing, Missing]);
        assert_eq!(progress(&effects, &with(&["a", "b"]), 1), [Done, Unseen, Missing]);
        assert_eq!(progress(&effects, &with(&["a", "b", "c"]), 1), [Done, Done, Done]);
        assert_eq!(progress(&effects, &with(&["a", "c"]), 1), [Missing, Unseen, Done]);
        assert_eq!(Expectation::at(&effects, 4).departures(&with(&["a", "c"])).len(), 1);
        assert_eq!(Expectation::at(&effects, 4).departures_since(&with(&["b", "c"]), 1).len(), 0);
    }
}

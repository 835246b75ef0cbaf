//! Forks: which sides of a fork a schema shows, and which it leaves open.
//!
//! Positions are prefixes of one order, and beside a fork an order is arbitrary: a database may have one side, the other, or
//! both. So where Alembic's own order gives no answer, the sides that the schema shows come first; and whatever the order,
//! a revision is said to be open where the schema would be the same with and without it.

use std::collections::BTreeSet;
use std::io;

use super::infer::{Inference, Verdict, infer};
use super::step::step_of;
use super::timeline::{Timeline, live_facts};
use crate::RevisionFacts;
use crate::Schema;

/// The revisions of a history, which may fork.
pub struct Forked<'a> {
    /// For each revision, in an order that an upgrade could apply them in, the places of those that it needs.
    pub needs: &'a [Vec<usize>],
    /// How many of them, from the first on, the version rows claim: they stay in front.
    pub claimed: usize,
    /// What each of them does, in that order.
    pub straight: Vec<RevisionFacts>,
    /// Reads some of the revisions in another order: the effects of each, given those before it.
    pub read: &'a dyn Fn(&[usize]) -> io::Result<Vec<RevisionFacts>>,
}

/// What a schema says about the revisions of a history.
#[derive(Debug)]
pub struct Weighed {
    /// The order that positions count in, as places in the order that was given.
    pub order: Vec<usize>,
    /// What each revision does, in that order.
    pub effects: Vec<RevisionFacts>,
    /// The answer, in positions of that order.
    pub inference: Inference,
}

/// What a schema shows of a revision and of those that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trace {
    /// Something that no other revision leaves, or that a shown one needs.
    Shown,
    /// Nothing that could tell whether it was applied.
    None,
    /// Something that it makes is not there.
    Missing,
}

impl Forked<'_> {
    /// Names the revision that a live schema is at. An error where the revisions could not be read.
    pub fn weigh(mut self, schema: &Schema) -> io::Result<Weighed> {
        let effects = std::mem::take(&mut self.straight);
        let straight = Weighed { inference: infer(&effects, schema), order: (0..effects.len()).collect(), effects };
        if !self.forks() {
            return Ok(straight);
        }
        let traces = self.traces(&straight.effects, schema);
        let mut weighed = straight;
        if named(&weighed).is_none() {
            let sides = self.weigh_in(self.shown_first(&traces), schema)?;
            if named(&sides).is_some() {
                weighed = sides;
            }
        }
        weighed.inference.open = self.open(&weighed, &traces, schema)?;
        Ok(weighed)
    }

    fn weigh_in(&self, order: Vec<usize>, schema: &Schema) -> io::Result<Weighed> {
        let effects = (self.read)(&order)?;
        Ok(Weighed { inference: infer(&effects, schema), order, effects })
    }

    /// Whether some revision does not need the one before it: only then there is more than one order.
    fn forks(&self) -> bool {
        self.needs.iter().enumerate().skip(1).any(|(place, needs)| !needs.contains(&(place - 1)))
    }

    /// What the schema shows of each revision; `effects` are in the order that was given.
    fn traces(&self, effects: &[RevisionFacts], schema: &Schema) -> Vec<Trace> {
        let (timeline, live) = (Timeline::new(effects), live_facts(schema));
        let mut shown = vec![false; effects.len()];
        for course in &timeline.courses {
            let now = live.get(&course.subject);
            let mut fitting = course.stretches.iter().filter(|(_, expected)| !expected.contradicted_by(now));
            // What fits one stretch of the history only.
            if let (Some((from, _)), None) = (fitting.next(), fitting.next())
                && let Some(place) = from.checked_sub(1)
            {
                shown[place] = true;
            }
        }
        for place in (0..shown.len()).rev() {
            if shown[place] {
                self.needs[place].iter().for_each(|&need| shown[need] = true);
            }
        }
        let mut traces: Vec<Trace> = Vec::with_capacity(shown.len());
        for (place, shown) in shown.into_iter().enumerate() {
            let needed = self.needs[place].iter().map(|&need| traces[need]).max().unwrap_or(Trace::Shown);
            traces.push(match shown {
                true => Trace::Shown,
                false if step_of(&timeline, &live, place).missing.is_empty() => needed.max(Trace::None),
                false => Trace::Missing,
            });
        }
        traces
    }

    /// The order with what is shown in front, and behind it what may go on from the last of that.
    fn shown_first(&self, traces: &[Trace]) -> Vec<usize> {
        let mut goes_on = vec![false; traces.len()];
        let last = traces.iter().rposition(|trace| *trace == Trace::Shown);
        for place in last.map_or(0, |last| last + 1)..traces.len() {
            let follows = self.needs[place].iter().any(|&need| goes_on[need] || Some(need) == last);
            goes_on[place] = follows && traces[place] == Trace::None;
        }
        let mut order: Vec<usize> = (0..traces.len()).collect();
        order.sort_by_key(|&place| (place >= self.claimed, traces[place] != Trace::Shown, !goes_on[place]));
        order
    }

    /// The positions before those revisions that the schema leaves open: without a named one it would be no different, and with
    /// another neither. What does nothing is none of them, and neither is what the rows claim, where the schema has all of it.
    fn open(&self, weighed: &Weighed, traces: &[Trace], schema: &Schema) -> io::Result<Vec<usize>> {
        let Some((first, last)) = named(weighed) else { return Ok(Vec::new()) };
        // Where there is nothing at all, nothing has run.
        if schema.tables.is_empty() {
            return Ok(Vec::new());
        }
        let claimed = |place: usize| first >= self.claimed && place < self.claimed;
        let mut proven: Vec<usize> = weighed.order[..first].to_vec();
        let mut children = vec![0_usize; self.needs.len()];
        proven.iter().flat_map(|&place| &self.needs[place]).for_each(|&need| children[need] += 1);
        let mut open = BTreeSet::new();
        for at in (0..first.saturating_sub(1)).rev() {
            let place = weighed.order[at];
            if children[place] > 0 || claimed(place) || weighed.effects[at].nothing {
                continue;
            }
            let rest: Vec<usize> = proven.iter().copied().filter(|&other| other != place).collect();
            if weighed.effects[at].is_in_doubt() || self.fits_without(&rest, place, weighed, first, schema)? {
                proven = rest;
                self.needs[place].iter().for_each(|&need| children[need] -= 1);
                open.insert(at);
            }
        }
        for at in last..weighed.order.len() {
            let place = weighed.order[at];
            if traces[place] == Trace::None && !weighed.effects[at].nothing && !claimed(place) {
                open.insert(at);
            }
        }
        Ok(open.into_iter().collect())
    }

    /// Whether the schema contradicts `rest` without one more revision no more than it contradicts the answer.
    fn fits_without(
        &self,
        rest: &[usize],
        place: usize,
        weighed: &Weighed,
        position: usize,
        schema: &Schema,
    ) -> io::Result<bool> {
        // It is read all the same: what nobody makes contradicts nothing.
        let order: Vec<usize> = rest.iter().copied().chain([place]).collect();
        let without = infer(&(self.read)(&order)?, schema);
        Ok(without.contradictions.get(rest.len()) <= weighed.inference.contradictions.get(position))
    }
}

/// The first and the last position that the answer names.
fn named(weighed: &Weighed) -> Option<(usize, usize)> {
    match weighed.inference.verdict {
        Verdict::Exact(at) => Some((at, at)),
        Verdict::Run(first, last) => Some((first, last)),
        Verdict::BeforeFirst => Some((0, 0)),
        Verdict::Ahead(first) => Some((first, weighed.order.len())),
        _ => None,
    }
}

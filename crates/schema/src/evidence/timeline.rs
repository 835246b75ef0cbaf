//! What each fact should be after each revision, as a few stretches of positions.
//!
//! Position 0 is the database before the first revision, position `n` the one after the `n`th in upgrade order. A
//! thousand revisions change a fact a few times, so that comparing all positions with a live schema costs no more than
//! the changes.

use std::collections::{HashMap, HashSet};

use crate::RevisionFacts;
use crate::{Belief, Schema, State, Subject, TableSubject};

/// What a fact should be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expected {
    /// It should not be there.
    Absent,
    /// Nobody can say.
    Unknown,
    /// It should be this.
    Known(State),
}

impl Expected {
    /// Whether a live state contradicts it. Unknown never does, on either side.
    pub(super) fn contradicted_by(&self, live: Option<&State>) -> bool {
        match (self, live) {
            (Self::Unknown, _) | (Self::Absent, None) => false,
            (_, Some(live)) if live.is_unfinished() => false,
            (Self::Absent, Some(_)) | (Self::Known(_), None) => true,
            (Self::Known(expected), Some(live)) => !expected.agrees(live),
        }
    }
}

/// One fact through the whole history: what it should be from each of these positions on. The first is 0.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) subject: Subject,
    pub(super) stretches: Vec<(usize, Expected)>,
}

impl Course {
    pub(super) fn at(&self, position: usize) -> &Expected {
        let after = self.stretches.partition_point(|(from, _)| *from <= position);
        &self.stretches[after.saturating_sub(1)].1
    }
}

/// Every fact that some revision mentions.
#[derive(Debug)]
pub(super) struct Timeline {
    pub(super) courses: Vec<Course>,
    /// For each position the facts that change on the way to it.
    pub(super) steps: Vec<Vec<usize>>,
    /// Tables that may hold more than is listed, with the positions (from, up to) at which they may.
    open: HashMap<String, Vec<(usize, usize)>>,
}

impl Timeline {
    pub(super) fn new(effects: &[RevisionFacts]) -> Self {
        let mut numbers: HashMap<&Subject, usize> = HashMap::new();
        let mut events: Vec<(&Subject, Vec<(usize, Expected)>)> = Vec::new();
        // Up to and including this position an absence is no more than not knowing.
        let mut vague: HashMap<&Subject, usize> = HashMap::new();
        let mut vague_constraints: HashMap<&str, usize> = HashMap::new();
        let mut assumed: HashSet<&str> = HashSet::new();
        for (before, effect) in effects.iter().enumerate() {
            for subject in &effect.earlier {
                vague.entry(subject).or_insert(before);
                let number = numbers.len();
                if *numbers.entry(subject).or_insert(number) == events.len() {
                    events.push((subject, Vec::new()));
                }
            }
            for table in &effect.earlier_constraints {
                vague_constraints.entry(table).or_insert(before);
            }
            for (subject, state) in &effect.changes {
                let number = numbers.len();
                let number = *numbers.entry(subject).or_insert(number);
                if number == events.len() {
                    events.push((subject, Vec::new()));
                    if let (Subject::Table(table, TableSubject::PrimaryKey), Some(Belief::Unknown)) = (subject, state) {
                        assumed.insert(table);
                    }
                }
                let expected = match state {
                    // What is not followed exactly may have done something else.
                    _ if effect.misread => Expected::Unknown,
                    None => Expected::Absent,
                    Some(Belief::Unknown) => Expected::Unknown,
                    Some(Belief::Known(state)) => Expected::Known(state.clone()),
                };
                events[number].1.push((before + 1, expected));
            }
        }
        let open = open_stretches(&events, effects.len(), &TableSubject::Unlisted);
        let unindexed = open_stretches(&events, effects.len(), &TableSubject::UnlistedIndexes);
        let unnamed = open_stretches(&events, effects.len(), &TableSubject::UnlistedNames);
        let remade = remade(&events, &vague);
        let mut steps = vec![Vec::new(); effects.len() + 1];
        let mut courses = Vec::new();
        for (subject, events) in events {
            let table = subject.table();
            if subject.is_rest() {
                continue;
            }
            let mut until = vague.get(subject).copied();
            if let Subject::Table(table, kind) = subject {
                if is_constraint(kind) {
                    until = until.max(vague_constraints.get(table.as_str()).copied());
                }
                if *kind == TableSubject::PrimaryKey && assumed.contains(table.as_str()) {
                    until = until.max(events.first().map(|(from, _)| from - 1));
                }
            }
            let in_table = |open: &HashMap<&str, Vec<(usize, usize)>>| {
                table.and_then(|table| open.get(table)).cloned().unwrap_or_default()
            };
            let vague = match subject {
                Subject::Table(_, TableSubject::Itself) => Vec::new(),
                Subject::Table(_, TableSubject::Index(_)) => [in_table(&open), in_table(&unindexed)].concat(),
                Subject::Table(_, TableSubject::Constraint(_)) => [in_table(&open), in_table(&unnamed)].concat(),
                _ => in_table(&open),
            };
            let made = |at: usize| events.iter().any(|(from, _)| *from == at);
            let vague = [vague, in_table(&remade).into_iter().filter(|(_, to)| made(*to)).collect()].concat();
            let mut stretches = stretches(events, until, &vague);
            stretches.retain(|(from, _)| *from <= effects.len());
            for (from, _) in stretches.iter().skip(1) {
                steps[*from].push(courses.len());
            }
            courses.push(Course { subject: subject.clone(), stretches });
        }
        let open = open.into_iter().map(|(table, stretches)| (table.to_owned(), stretches)).collect();
        Self { courses, steps, open }
    }

    /// Whether a table may hold more than is listed at one of these positions.
    pub(super) fn is_open(&self, table: &str, first: usize, last: usize) -> bool {
        self.open.get(table).is_some_and(|open| open.iter().any(|&(from, to)| from <= last && first < to))
    }

    /// The number of facts that a live schema contradicts, by position.
    pub(super) fn contradictions(&self, live: &HashMap<Subject, State>) -> Vec<usize> {
        let last = self.steps.len();
        let mut changes = vec![0_isize; last + 1];
        for course in &self.courses {
            let live = live.get(&course.subject);
            for (number, (from, expected)) in course.stretches.iter().enumerate() {
                if expected.contradicted_by(live) {
                    changes[*from] += 1;
                    changes[course.stretches.get(number + 1).map_or(last, |(next, _)| *next)] -= 1;
                }
            }
        }
        let mut count = 0;
        let counts = changes.into_iter().take(last).map(|change| {
            count += change;
            count.unsigned_abs()
        });
        counts.collect()
    }
}

/// The live schema as facts.
pub(super) fn live_facts(schema: &Schema) -> HashMap<Subject, State> {
    let mut facts = HashMap::new();
    schema.facts(|subject, state| {
        if let Belief::Known(state) = state {
            facts.insert(subject, state);
        }
    });
    facts
}

fn is_constraint(kind: &TableSubject) -> bool {
    use TableSubject as S;
    matches!(kind, S::Unique(_) | S::ForeignKey(..) | S::Constraint(_) | S::Check(_))
}

/// For each table the positions (from, up to) at which it may hold more than is listed.
fn open_stretches<'a>(
    events: &[(&'a Subject, Vec<(usize, Expected)>)],
    last: usize,
    kind: &TableSubject,
) -> HashMap<&'a str, Vec<(usize, usize)>> {
    let mut open: HashMap<&str, Vec<(usize, usize)>> = HashMap::new();
    for (subject, events) in events {
        let Subject::Table(table, held) = subject else { continue };
        if held != kind {
            continue;
        }
        let stretches = open.entry(table).or_default();
        for (number, (from, expected)) in events.iter().enumerate() {
            if *expected == Expected::Unknown {
                stretches.push((*from, events.get(number + 1).map_or(last + 1, |(next, _)| *next)));
            }
        }
    }
    open
}

/// For each table the positions (from, up to) at which it is not known to be there or not, before a revision that makes it: what
/// it held by then is not known either.
fn remade<'a>(
    events: &[(&'a Subject, Vec<(usize, Expected)>)],
    vague: &HashMap<&Subject, usize>,
) -> HashMap<&'a str, Vec<(usize, usize)>> {
    let mut remade: HashMap<&str, Vec<(usize, usize)>> = HashMap::new();
    for (subject, events) in events {
        let Subject::Table(table, TableSubject::Itself) = subject else { continue };
        for pair in stretches(events.clone(), vague.get(subject).copied(), &[]).windows(2) {
            if let [(from, Expected::Unknown), (to, Expected::Known(_))] = pair {
                remade.entry(table).or_default().push((*from, *to));
            }
        }
    }
    remade
}

/// Puts a fact's events into stretches: an absence is unknown up to `until` and where the table is open.
fn stretches(events: Vec<(usize, Expected)>, until: Option<usize>, open: &[(usize, usize)]) -> Vec<(usize, Expected)> {
    let mut plain = vec![(0, Expected::Absent)];
    plain.extend(events);
    let mut cuts: Vec<usize> = plain.iter().map(|(from, _)| *from).collect();
    cuts.extend(until.map(|until| until + 1));
    cuts.extend(open.iter().flat_map(|&(from, to)| [from, to]));
    cuts.sort_unstable();
    cuts.dedup();
    let mut result: Vec<(usize, Expected)> = Vec::with_capacity(cuts.len());
    for cut in cuts {
        let after = plain.partition_point(|(from, _)| *from <= cut);
        let mut expected = plain[after - 1].1.clone();
        let vague = until.is_some_and(|until| cut <= until) || open.iter().any(|&(from, to)| from <= cut && cut < to);
        if expected == Expected::Absent && vague {
            expected = Expected::Unknown;
        }
        if result.last().is_none_or(|(_, last)| *last != expected) {
            result.push((cut, expected));
        }
    }
    result
}

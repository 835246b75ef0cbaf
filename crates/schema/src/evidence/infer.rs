//! The rule: fewest contradictions, one group of neighbours, and nothing contradicted close to it.

use std::collections::{BTreeSet, HashMap};

use super::claim::{Claim, claim, most_telling_first};
use super::half_read::with_half_read;
use super::step::step_of;
use super::timeline::{Expected, Timeline, live_facts};
use crate::RevisionFacts;
use crate::{Schema, State, Subject, TableSubject};

/// How many revisions on either side must agree with the live schema, too.
const NEAR: usize = 3;

/// What the live schema says about its revision. Positions count revisions in upgrade order: 0 is before the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// After this many revisions, and no other number.
    Exact(usize),
    /// Any of these, neighbours from first to last: no catalogue can tell them apart, or not from the files.
    Run(usize, usize),
    /// Several that are no neighbours fit equally well.
    Ambiguous(Vec<usize>),
    /// Nothing of the first revision is there.
    BeforeFirst,
    /// Everything that is needed after the last revision is there, and more that no revision mentions. Of the last one that
    /// could not be read to its end nobody knows: this many revisions are there for certain.
    Ahead(usize),
    /// There are tables, and no revision mentions any of them.
    Foreign,
    /// After this many revisions, with the next one partly done.
    HalfApplied(usize),
    /// Something close to the best position contradicts it.
    Doubtful(usize, usize),
}

/// The answer, with what speaks for and against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Inference {
    /// The answer itself.
    pub verdict: Verdict,
    /// Facts near the best position that hold and tell it from its neighbours.
    pub holds: Vec<Claim>,
    /// Facts that the live schema contradicts near the best position, then those that it contradicts elsewhere.
    pub contradicted: Vec<Claim>,
    /// Tables, columns and indexes that no revision explains.
    pub unexplained: Vec<Subject>,
    /// Facts that are contradicted, by position.
    pub contradictions: Vec<usize>,
    /// The positions before those revisions of other sides of a fork of which the schema does not show whether they were applied.
    pub open: Vec<usize>,
}

impl Inference {
    /// The one position that the answer comes down to, if it does. Several that no catalogue can tell apart count as the last
    /// of them only where the later ones do nothing: to skip a data migration, or to repeat one, is a person's decision.
    pub fn settled(&self, does_nothing: impl Fn(usize) -> bool) -> Option<usize> {
        match self.verdict {
            _ if !self.open.is_empty() => None,
            Verdict::Exact(position) => Some(position),
            Verdict::BeforeFirst => Some(0),
            Verdict::Run(first, last) if (first..last).all(does_nothing) => Some(last),
            _ => None,
        }
    }

    /// The position that is sure enough to be written: the answer comes down to it, and nothing contradicts it but, far
    /// from it, what is often misread. One that anything else contradicts is a good guess, which is enough to tell a person.
    pub fn proven(&self, does_nothing: impl Fn(usize) -> bool) -> Option<usize> {
        let at = self.settled(does_nothing)?;
        let is_far = |claim: &Claim| claim.by.is_some_and(|by| by + 1 + NEAR < at);
        let mut weighty = self.contradicted.iter().filter(|claim| !(claim.is_often_misread() && is_far(claim)));
        let sure = match self.contradictions.get(at) {
            Some(0) => true,
            Some(_) => !self.contradicted.is_empty() && weighty.next().is_none(),
            None => false,
        };
        sure.then_some(at)
    }
}

/// Names the revision that a live schema is at, from what each revision does in upgrade order.
pub fn infer(effects: &[RevisionFacts], schema: &Schema) -> Inference {
    let timeline = Timeline::new(effects);
    let live = live_facts(schema);
    let contradictions = timeline.contradictions(&live);
    let fewest = contradictions.iter().copied().min().unwrap_or(0);
    let group: Vec<usize> = (0..contradictions.len()).filter(|&at| contradictions[at] == fewest).collect();
    let (first, last) = (group[0], group[group.len() - 1]);
    let (mut holds, mut contradicted) = near(&timeline, &live, first, last);
    most_telling_first(&mut holds, first);
    most_telling_first(&mut contradicted, first);
    let unexplained = unexplained(&timeline, schema, first, last);
    let verdict = if !schema.tables.is_empty() && !shares_a_table(&timeline, schema) {
        Verdict::Foreign
    } else if group.len() != last - first + 1 {
        Verdict::Ambiguous(group)
    } else if !contradicted.is_empty() || premature(&timeline, &live, last) || lacks_a_table(&timeline, &live, last) {
        half_applied(&timeline, &live, first, last).unwrap_or(Verdict::Doubtful(first, last))
    } else if last == 0
        || (first == 0 && schema.tables.is_empty() && effects.first().is_some_and(|first| !first.nothing))
    {
        match with_half_read(effects, &timeline, first, last) {
            // Where there is nothing at all, nothing has run, whatever could not be read.
            (first, last) if first < last && !schema.tables.is_empty() => Verdict::Run(first, last),
            _ => Verdict::BeforeFirst,
        }
    } else if last == effects.len() && unexplained.iter().any(is_of_a_newer_release) {
        Verdict::Ahead(with_half_read(effects, &timeline, last, last).0)
    } else {
        // What the first revision leaves as it was cannot tell it from the time before it.
        let first = if first == 0 && effects.first().is_some_and(|effect| effect.nothing) { 1 } else { first };
        let (first, last) = with_half_read(effects, &timeline, first, last);
        if first == last { Verdict::Exact(last) } else { Verdict::Run(first, last) }
    };
    // Drift far from here does not change the answer, and is named all the same.
    let mut elsewhere = contradicted_at(&timeline, &live, first);
    most_telling_first(&mut elsewhere, first);
    for claim in elsewhere {
        if !contradicted.iter().any(|held| held.subject == claim.subject) {
            contradicted.push(claim);
        }
    }
    Inference { verdict, holds, contradicted, unexplained, contradictions, open: Vec::new() }
}

/// What the revisions around a group change: the facts that hold, and those that are contradicted.
fn near(timeline: &Timeline, live: &HashMap<Subject, State>, first: usize, last: usize) -> (Vec<Claim>, Vec<Claim>) {
    let (mut holds, mut contradicted) = (Vec::new(), Vec::new());
    let mut judge = |course: usize, at: usize| {
        let held = &timeline.courses[course];
        if live.get(&held.subject).is_some_and(State::is_unfinished) {
            return;
        }
        let claim = claim(timeline, course, at, live);
        if held.at(at).contradicted_by(live.get(&held.subject)) { contradicted.push(claim) } else { holds.push(claim) }
    };
    let known = |expected: &Expected| *expected != Expected::Unknown;
    // Revisions that led here: what they made must be there, unless it was changed again since.
    for step in (first + 1).saturating_sub(NEAR).max(1)..=first {
        for &course in &timeline.steps[step] {
            let held = &timeline.courses[course];
            if known(held.at(step)) && known(held.at(step - 1)) && held.at(step) == held.at(first) {
                judge(course, step);
            }
        }
    }
    // Revisions still to come: what they will change must be as it was.
    for step in last + 1..=(last + NEAR).min(timeline.steps.len() - 1) {
        for &course in &timeline.steps[step] {
            let held = &timeline.courses[course];
            if known(held.at(step)) && known(held.at(step - 1)) && held.at(step - 1) == held.at(last) {
                judge(course, step - 1);
            }
        }
    }
    (holds, contradicted)
}

/// Whether a revision of the group or the next one is there in part: a table or a column says that it has run, and something of
/// it has not. That an index, a constraint or a default is there early says nothing: people make those by hand. Those of
/// the group that leave no trace stand behind it.
fn half_applied(timeline: &Timeline, live: &HashMap<Subject, State>, first: usize, last: usize) -> Option<Verdict> {
    let is_half = |before: &usize| {
        let facts = step_of(timeline, live, *before);
        let tables: BTreeSet<&str> = facts.done.iter().chain(&facts.missing).filter_map(Claim::whole_table).collect();
        // What is in a table comes and goes with it.
        let is_its_own = |claim: &&Claim| {
            claim.whole_table().is_some() || claim.subject.table().is_none_or(|table| !tables.contains(table))
        };
        let weighs =
            |claim: &Claim| matches!(claim.subject, Subject::Table(_, TableSubject::Itself | TableSubject::Column(_)));
        facts.done.iter().filter(is_its_own).any(weighs) && facts.missing.iter().any(|claim| is_its_own(&claim))
    };
    (first.saturating_sub(1)..=last).find(is_half).map(Verdict::HalfApplied)
}

/// Whether a table or a column is there that only a later revision creates, however much later: another branch.
fn premature(timeline: &Timeline, live: &HashMap<Subject, State>, last: usize) -> bool {
    timeline.steps.iter().skip(last + 1).flatten().any(|&course| {
        let held = &timeline.courses[course];
        let telling = matches!(&held.subject, Subject::Table(_, TableSubject::Itself | TableSubject::Column(_)));
        telling && *held.at(last) == Expected::Absent && live.contains_key(&held.subject)
    })
}

/// Whether a whole table is missing that should be there: too much has happened to this schema to name its revision.
fn lacks_a_table(timeline: &Timeline, live: &HashMap<Subject, State>, at: usize) -> bool {
    timeline.courses.iter().any(|course| {
        matches!(course.subject, Subject::Table(_, TableSubject::Itself))
            && matches!(course.at(at), Expected::Known(_))
            && !live.contains_key(&course.subject)
    })
}

fn shares_a_table(timeline: &Timeline, schema: &Schema) -> bool {
    let mentioned = timeline.courses.iter().filter_map(|course| course.subject.table());
    let mut mentioned = mentioned.filter(|table| schema.tables.contains_key(*table));
    timeline.courses.is_empty() || mentioned.next().is_some()
}

/// Whether something unexplained says that the database is ahead of the files: a column of a table that they make. Indexes are
/// made by hand, too, and whole tables by whatever else uses the database, `create_all()` among it.
fn is_of_a_newer_release(subject: &Subject) -> bool {
    matches!(subject, Subject::Table(_, TableSubject::Column(_)))
}

/// What of a schema no revision explains where this many are applied: tables that none mentions, and columns and indexes of
/// those that are mentioned.
#[must_use]
pub fn unexplained_at(effects: &[RevisionFacts], schema: &Schema, position: usize) -> Vec<Subject> {
    unexplained(&Timeline::new(effects), schema, position, position)
}

/// Live tables that no revision mentions, and columns and indexes of those that are mentioned.
fn unexplained(timeline: &Timeline, schema: &Schema, first: usize, last: usize) -> Vec<Subject> {
    let mentioned: BTreeSet<&Subject> = timeline.courses.iter().map(|course| &course.subject).collect();
    let tables: BTreeSet<&str> = mentioned.iter().filter_map(|subject| subject.table()).collect();
    let created = |table: &str| mentioned.contains(&Subject::Table(table.to_owned(), TableSubject::Itself));
    let mut found = Vec::new();
    for (name, table) in &schema.tables {
        if !tables.contains(name.as_str()) {
            found.push(Subject::Table(name.clone(), TableSubject::Itself));
        } else if created(name) && !timeline.is_open(name, first, last) {
            let constraints = table.uniques.iter().filter_map(|unique| unique.name.as_ref());
            let constraints =
                constraints.chain(&table.primary_key_name).chain(table.checks.iter().map(|check| &check.name));
            let carriers: BTreeSet<&str> = constraints.map(|constraint| constraint.name.as_str()).collect();
            let columns = table.columns.iter().map(|column| TableSubject::Column(column.name.clone()));
            let indexes = table.indexes.keys().filter(|index| !carriers.contains(index.as_str()));
            let parts = columns.chain(indexes.cloned().map(TableSubject::Index));
            let subjects = parts.map(|part| Subject::Table(name.clone(), part));
            found.extend(subjects.filter(|subject| !mentioned.contains(subject)));
        }
    }
    found
}

/// The facts that a live schema contradicts at one position.
pub fn contradicted(effects: &[RevisionFacts], schema: &Schema, position: usize) -> Vec<Claim> {
    contradicted_at(&Timeline::new(effects), &live_facts(schema), position)
}

/// The facts that a live schema agrees with at one position.
pub fn holding(effects: &[RevisionFacts], schema: &Schema, position: usize) -> Vec<Claim> {
    let (timeline, live) = (Timeline::new(effects), live_facts(schema));
    let agrees = |course: &usize| {
        let course = &timeline.courses[*course];
        let (expected, now) = (course.at(position), live.get(&course.subject));
        // What is never known to be there may be there under another name.
        let told = course.stretches.iter().any(|(_, expected)| matches!(expected, Expected::Known(_)));
        told && *expected != Expected::Unknown
            && !now.is_some_and(State::is_unfinished)
            && !expected.contradicted_by(now)
    };
    let held = (0..timeline.courses.len()).filter(agrees);
    held.map(|course| claim(&timeline, course, position, &live)).collect()
}

pub(super) fn contradicted_at(timeline: &Timeline, live: &HashMap<Subject, State>, position: usize) -> Vec<Claim> {
    (0..timeline.courses.len())
        .filter(|&course| {
            let held = &timeline.courses[course];
            held.at(position).contradicted_by(live.get(&held.subject))
        })
        .map(|course| claim(timeline, course, position, live))
        .collect()
}

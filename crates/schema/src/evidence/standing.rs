//! How a live schema stands to the revisions that the version rows claim.

use std::collections::HashMap;

use super::claim::{Claim, claim, most_telling_first};
use super::edited::take_edited;
use super::infer::{Inference, Verdict, contradicted, contradicted_at};
use super::step::{StepFacts, step_of};
use super::timeline::{Expected, Timeline, live_facts};
use crate::RevisionFacts;
use crate::{Schema, State, Subject, TableSubject};

/// What a schema says about a position that somebody claims it to be at.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// It may well be there. What deviates all the same is named, and stands in nobody's way.
    Agrees {
        /// What deviates.
        drift: Vec<Claim>,
        /// What revisions would make that have run, as far as the rest of them tells, and that is missing.
        edited: Vec<Claim>,
    },
    /// Something is there that only later revisions make: to upgrade would make it twice.
    Later {
        /// The positions that the schema may be at, where it names any.
        at: Option<(usize, usize)>,
        /// What is there already.
        there: Vec<Claim>,
    },
    /// Something is missing that the claimed revisions make, and that an application needs.
    Earlier {
        /// The positions that the schema may be at, where it names any.
        at: Option<(usize, usize)>,
        /// What is missing.
        missing: Vec<Claim>,
    },
    /// One revision is there in part.
    Half {
        /// The position before it.
        before: usize,
        /// What of it is there, and what is not.
        facts: StepFacts,
    },
}

/// Compares an inference with the position `claimed`. In doubt only tables and columns weigh enough to speak against a
/// row: an index or a default that deviates was changed by hand more often than not, and Alembic would go on, too.
pub fn standing(effects: &[RevisionFacts], schema: &Schema, inference: &Inference, claimed: usize) -> Standing {
    let timeline = Timeline::new(effects);
    let live = live_facts(schema);
    let at = match inference.verdict {
        Verdict::Exact(at) => Some((at, at)),
        Verdict::Run(first, last) => Some((first, last)),
        Verdict::BeforeFirst => Some((0, 0)),
        Verdict::Ahead(first) => Some((first, effects.len())),
        Verdict::HalfApplied(before) if before >= claimed && !effects[before].misread => {
            return Standing::Half { before, facts: step_of(&timeline, &live, before) };
        }
        _ => None,
    };
    // What an applied revision did that nobody has read may have changed what those before it made, and its own.
    let unread = effects[..claimed].iter().rposition(|revision| revision.may_reach_others());
    let is_after = |claim: &Claim| unread.is_none_or(|unread| claim.by.is_some_and(|by| by > unread));
    let Deviation { mut there, mut missing } = deviation(&timeline, &live, claimed, at);
    missing.retain(is_after);
    if unread.is_some() {
        there.retain(is_weighty);
    }
    missing.retain(|claim| claim.by.is_none_or(|by| !effects[by].is_in_doubt()));
    // The row is judged by what the revision that it names should have left, not by a neighbour that fits as well.
    let agrees = |mut missing: Vec<Claim>| {
        missing.retain(is_weighty);
        let edited = take_edited(&timeline, &live, &mut missing);
        let mut drift = contradicted_at(&timeline, &live, claimed);
        drift.retain(is_after);
        most_telling_first(&mut drift, claimed);
        drift.retain(|claim| !edited.iter().any(|edited| edited.subject == claim.subject));
        Standing::Agrees { drift, edited }
    };
    match at {
        // What is named only because something of it is unread does not explain a table that it makes for certain.
        Some((first, last)) if (first..last).contains(&claimed) && there.iter().any(is_weighty) => {
            Standing::Later { at, there }
        }
        Some((first, last)) if (first..=last).contains(&claimed) => agrees(missing),
        // Without one thing that is there too early, or missing, a different position is no more than a guess.
        Some((first, _)) if first > claimed && !there.is_empty() => Standing::Later { at, there },
        Some((_, last)) if last < claimed && !missing.is_empty() => Standing::Earlier { at, missing },
        Some(_) => agrees(missing),
        None => {
            there.retain(is_weighty);
            missing.retain(is_weighty);
            let known = missing.clone();
            take_edited(&timeline, &live, &mut missing);
            match (there.is_empty(), missing.is_empty()) {
                (true, true) => agrees(known),
                (false, _) => Standing::Later { at: None, there },
                (true, false) => Standing::Earlier { at: None, missing },
            }
        }
    }
}

/// Whether each of these revisions, the heads, is there for certain: something is there that it makes, nothing of it is missing,
/// and nothing of it is unread. One that does nothing, or only takes away, is there where those are that it needs. `needs` are the places of
/// those that each revision names.
pub fn all_shown(effects: &[RevisionFacts], needs: &[Vec<usize>], heads: &[usize], schema: &Schema) -> bool {
    let (timeline, live) = (Timeline::new(effects), live_facts(schema));
    let mut asked: Vec<usize> = heads.to_vec();
    let mut seen = vec![false; effects.len()];
    while let Some(place) = asked.pop() {
        if std::mem::replace(&mut seen[place], true) {
            continue;
        }
        let facts = step_of(&timeline, &live, place);
        let is_idle = effects[place].nothing;
        if !is_idle && (effects[place].is_in_doubt() || facts.done.is_empty() || !facts.missing.is_empty()) {
            return false;
        }
        // That something is gone is so wherever it has never been.
        if is_idle || !facts.done.iter().any(|claim| claim.live.is_some()) {
            if needs[place].is_empty() {
                return false;
            }
            asked.extend(&needs[place]);
        }
    }
    !heads.is_empty()
}

/// The tables and columns that the last revision leaves and that are not there: what an application of these files would miss.
pub fn lacking(effects: &[RevisionFacts], schema: &Schema) -> Vec<Claim> {
    let mut lacking = contradicted(effects, schema, effects.len());
    lacking.retain(|claim| is_weighty(claim) && claim.expected.is_some() && claim.live.is_none());
    most_telling_first(&mut lacking, effects.len());
    lacking
}

/// What contradicts a position, and would not contradict another.
struct Deviation {
    /// What is already as a later revision makes it.
    there: Vec<Claim>,
    /// What is no longer, or not yet, as the revisions up to here have made it, and as it was before them.
    missing: Vec<Claim>,
}

/// `at` are the positions that the schema may be at: what comes and goes speaks for the side that they are on.
fn deviation(
    timeline: &Timeline,
    live: &HashMap<Subject, State>,
    claimed: usize,
    at: Option<(usize, usize)>,
) -> Deviation {
    let (mut there, mut missing) = (Vec::new(), Vec::new());
    for (number, course) in timeline.courses.iter().enumerate() {
        let now = live.get(&course.subject);
        if !course.at(claimed).contradicted_by(now) {
            continue;
        }
        let fits = |expected: &Expected| *expected != Expected::Unknown && !expected.contradicted_by(now);
        let later = course.stretches.iter().find(|(from, expected)| *from > claimed && fits(expected));
        // The stretch of `claimed` itself does not fit.
        let earlier = course.stretches.iter().any(|(from, expected)| *from <= claimed && fits(expected));
        match later {
            Some((from, _)) if !earlier || is_after(claimed, at, now) => {
                there.push(claim(timeline, number, *from, live));
            }
            _ if earlier => missing.push(claim(timeline, number, claimed, live)),
            _ => {}
        }
    }
    most_telling_first(&mut there, claimed + 1);
    most_telling_first(&mut missing, claimed);
    Deviation { there, missing }
}

/// Whether what would fit before `claimed` and after it is a later revision's doing. Where no position is known: what is there,
/// somebody has made, and what is not there, nobody has made yet.
fn is_after(claimed: usize, at: Option<(usize, usize)>, now: Option<&State>) -> bool {
    match at {
        Some((_, last)) if last < claimed => false,
        Some((first, _)) if first > claimed => true,
        _ => now.is_some(),
    }
}

/// Tables and columns that exist and should not, or should and do not.
fn is_weighty(claim: &Claim) -> bool {
    matches!(claim.subject, Subject::Table(_, TableSubject::Itself | TableSubject::Column(_)))
}

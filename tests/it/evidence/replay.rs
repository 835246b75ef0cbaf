//! After every revision, with the version table gone: never a wrong name, and the right one where there is evidence.

use super::alembic::{Replay, infer, on_each};
use super::answer::{Answer, Judgement};
use super::history::History;

/// What is wrong with an answer about a revision that Alembic has just applied.
fn fault(history: &History, truth: &str, answer: &Answer) -> Option<String> {
    let alike = history.alike(truth);
    let order = history.order();
    let strangers = answer.holds.iter().chain(&answer.contradicted).filter_map(|claim| claim.revision.as_deref());
    let fault = match answer.judge(Some(truth), history) {
        Judgement::Wrong => "a wrong name",
        _ if strangers.clone().any(|revision| !order.contains(&revision)) => "evidence of an unknown revision",
        _ if answer.holds.iter().chain(&answer.contradicted).any(|claim| claim.text.trim().is_empty()) => {
            "an empty claim"
        }
        _ if history.open.contains(truth) => return None,
        Judgement::Abstained => "no name",
        Judgement::Right if !answer.revisions.iter().all(|revision| alike.contains(revision)) => "too long a run",
        // A name is never a question; a run is, unless it makes no difference.
        Judgement::Right if answer.settled != (answer.verdict == "exact" || history.is_settled(truth)) => {
            "the wrong exit code"
        }
        Judgement::Right if answer.holds.is_empty() => "a name without evidence",
        Judgement::Right => return None,
    };
    Some(format!("{truth}: {fault}: expected {alike:?}, got exit {}: {}", i32::from(!answer.settled), answer.brief()))
}

/// What is wrong with the answers about a history, state by state.
fn faults(history: &History) -> Vec<String> {
    let mut replay = Replay::start(history);
    let mut faults = Vec::new();
    let empty = infer(&history.folder(), &replay.database);
    if empty.judge(None, history) != Judgement::Right {
        faults.push(format!("an empty database: {}", empty.brief()));
    }
    let mut reached = Vec::new();
    while let Some(revision) = replay.next() {
        faults.extend(fault(history, &revision, &infer(&history.folder(), &replay.database)));
        reached.push(revision);
    }
    assert_eq!(reached, history.order(), "Alembic's order is the one that is expected");
    faults
}

macro_rules! replays {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            on_each(stringify!($name), faults);
        })*

        #[test]
        fn every_history_is_replayed() {
            assert_eq!([$(stringify!($name)),*], super::history::NAMES);
        }
    };
}

replays! { bookings bookshop brewery choir clinic garden gauges helpdesk library museum rail tenants warehouse workshop }

#[test]
fn a_branch_alone_is_named_or_doubted() {
    on_each("rail", |history| {
        assert!(!history.alone.is_empty());
        let wrong = history.alone.iter().filter_map(|revision| {
            let replay = Replay::at(history, revision);
            let answer = infer(&history.folder(), &replay.database);
            let is_wrong = answer.judge(Some(revision), history) == Judgement::Wrong;
            is_wrong.then(|| format!("{revision}: {}", answer.brief()))
        });
        wrong.collect()
    });
}

#[test]
fn two_sides_at_once_are_named_or_doubted() {
    on_each("rail", |history| {
        assert!(!history.sides.is_empty());
        let wrong = history.sides.iter().filter_map(|sides| {
            let replay = Replay::at(history, &sides.join(","));
            let answer = infer(&history.folder(), &replay.database);
            let is_wrong = sides.iter().all(|side| answer.judge(Some(side), history) == Judgement::Wrong);
            is_wrong.then(|| format!("{sides:?}: {}", answer.brief()))
        });
        wrong.collect()
    });
}

#[test]
fn the_version_table_is_not_looked_at() {
    on_each("bookshop", |history| {
        let mut replay = Replay::start(history);
        let truth = (0..4).filter_map(|_| replay.next()).last().unwrap();
        let head = history.order().last().unwrap().to_string();
        replay.database.sql("CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)");
        replay.database.sql(&format!("INSERT INTO alembic_version VALUES ('{head}')"));
        let answer = infer(&history.folder(), &replay.database);
        assert!(!answer.deviations().contains("alembic_version"), "{answer:#?}");
        fault(history, &truth, &answer).into_iter().collect()
    });
}

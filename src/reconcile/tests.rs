use std::collections::BTreeMap;

use super::*;
use crate::help::Help;
use history::{Revision, RevisionGraph};
use schema::evidence::{Claim, Inference, Standing, Verdict};
use schema::{self, Subject, TableSubject};
use version_table::VersionRows;

const ALL: Policy = Policy { repair: true, move_back: false, start_ahead: true };

fn revision(id: &str, down: &[&str]) -> Revision {
    let down_revision = down.iter().map(|id| (*id).to_owned()).collect();
    Revision { id: id.to_owned(), down_revision, ..Revision::default() }
}

/// `a`, `b` and `c` in a row.
fn line() -> RevisionGraph {
    RevisionGraph::new([revision("a", &[]), revision("b", &["a"]), revision("c", &["b"])]).unwrap()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn evidence(verdict: Verdict, idle: [bool; 3], contradictions: usize, standing: Standing) -> Evidence {
    let inference = Inference {
        verdict,
        holds: Vec::new(),
        contradicted: Vec::new(),
        unexplained: Vec::new(),
        contradictions: vec![contradictions; 4],
        open: Vec::new(),
    };
    Evidence {
        order: words("a b c"),
        idle: idle.to_vec(),
        may_change_data: vec![false, false, true],
        schema_unread: vec![false; 3],
        unread: vec![Vec::new(); 3],
        data: vec![Vec::new(); 3],
        forbidden: Vec::new(),
        heads_shown: true,
        claimed: 1,
        inference,
        standing,
        lacking: Vec::new(),
        passable: false,
        origins: BTreeMap::new(),
        invalid_indexes: Vec::new(),
        leftovers: Vec::new(),
    }
}

fn agrees() -> Standing {
    Standing::Agrees { drift: Vec::new(), edited: Vec::new() }
}

fn state(rows: &str, evidence: Option<Evidence>) -> State {
    let tables = if rows.is_empty() { vec!["t".to_owned()] } else { Vec::new() };
    State { evidence, ..State::of_rows(VersionRows::Rows(words(rows)), tables) }
}

/// The codes, worst first, and the plan, or what stands in its way.
fn outcome(state: &State, policy: Policy) -> String {
    let graph = line();
    let goal = Goal::heads(&graph);
    let findings = diagnose(&graph, &goal, state);
    let codes: Vec<&str> = findings.iter().map(Finding::code).collect();
    let plan = match plan(&graph, &goal, state.rows.revisions(), &findings, policy) {
        Ok(plan) => plan.to_string(),
        Err(obstacle) => format!("stop: {}", obstacle.finding.code()),
    };
    format!("{}; {plan}", codes.join(", "))
}

#[test]
fn only_what_is_proven_becomes_a_row() {
    let (busy, last_idle) = ([false; 3], [false, false, true]);
    let stop = "unversioned; stop: unversioned";
    for (verdict, idle, expected) in [
        (Verdict::Exact(2), busy, "unversioned; adding b, then applying c"),
        (Verdict::Exact(3), busy, "unversioned; adding c"),
        (Verdict::Run(2, 3), busy, stop),
        (Verdict::Run(2, 3), last_idle, "unversioned; adding c"),
        (Verdict::Run(1, 3), last_idle, stop),
        (Verdict::Run(0, 1), [true; 3], "unversioned; adding a, then applying b, c"),
        (Verdict::Run(0, 1), busy, stop),
        (Verdict::Ambiguous(vec![1, 3]), busy, stop),
        (Verdict::BeforeFirst, busy, stop),
        (Verdict::HalfApplied(1), busy, stop),
        (Verdict::Doubtful(1, 2), busy, stop),
        (Verdict::Ahead(3), busy, stop),
        (Verdict::Foreign, busy, "wrong-database; stop: wrong-database"),
    ] {
        let state = state("", Some(evidence(verdict.clone(), idle, 0, agrees())));
        assert_eq!(outcome(&state, ALL), expected, "{verdict:?}");
    }
}

#[test]
fn no_revision_is_advised_where_it_may_be_none() {
    for verdict in [Verdict::Run(0, 1), Verdict::Run(0, 2), Verdict::Ambiguous(vec![0, 3])] {
        let state = state("", Some(evidence(verdict, [false; 3], 0, agrees())));
        let graph = line();
        let findings = diagnose(&graph, &Goal::heads(&graph), &state);
        let said = findings[0].to_string();
        assert!(said.ends_with("the schema matches no revision"), "{said}");
        assert!(findings[0].help().to_string().starts_with("help: levelhead infer\n"), "{}", findings[0].help());
    }
}

#[test]
fn a_single_contradiction_is_too_much_to_write() {
    for verdict in [Verdict::Exact(2), Verdict::Run(2, 3)] {
        let state = state("", Some(evidence(verdict, [true; 3], 1, agrees())));
        assert_eq!(outcome(&state, ALL), "unversioned; stop: unversioned");
    }
}

#[test]
fn an_unknown_row_over_all_that_the_files_need_is_ahead() {
    for (verdict, expected) in [
        (Verdict::Ahead(2), "ahead; "),
        (Verdict::Exact(3), "ahead; "),
        (Verdict::Exact(1), "unknown-revision; replacing z with a, then applying b, c"),
        (Verdict::Run(1, 2), "unknown-revision; stop: unknown-revision"),
        (Verdict::Run(2, 3), "ahead; "),
        (Verdict::Foreign, "wrong-database; stop: wrong-database"),
    ] {
        let state = state("z", Some(evidence(verdict.clone(), [false; 3], 0, agrees())));
        assert_eq!(outcome(&state, ALL), expected, "{verdict:?}");
    }
    let mut lacking = evidence(Verdict::Doubtful(3, 3), [false; 3], 1, agrees());
    let subject = Subject::Table("t".to_owned(), TableSubject::Itself);
    lacking.lacking = vec![Claim { subject, expected: Some(schema::State::Present), live: None, by: Some(0) }];
    let lacking = state("z", Some(lacking));
    assert_eq!(outcome(&lacking, ALL), "unknown-revision; stop: unknown-revision");
    assert_eq!(outcome(&State { recorded_beyond: true, ..lacking }, ALL), "ahead; stop: ahead");
    let recorded = State { recorded_beyond: true, ..state("z", None) };
    assert_eq!(outcome(&recorded, ALL), "ahead; ");
}

#[test]
fn rows_that_claim_too_little_move_forward_and_never_back() {
    let later = Standing::Later { at: Some((2, 2)), there: Vec::new() };
    let earlier = || Standing::Earlier { at: Some((1, 1)), missing: Vec::new() };
    let of = |rows, verdict, standing| state(rows, Some(evidence(verdict, [false; 3], 0, standing)));
    let pending = of("a", Verdict::Exact(2), later.clone());
    assert_eq!(outcome(&pending, ALL), "pending-exists; replacing a with b, then applying c");
    let with_data = of("a", Verdict::Exact(3), later.clone());
    assert_eq!(outcome(&with_data, ALL), "pending-exists; stop: pending-exists");
    let unproven = of("a", Verdict::Doubtful(2, 2), later);
    assert_eq!(outcome(&unproven, ALL), "pending-exists; stop: pending-exists");
    let stamped = of("c", Verdict::Exact(1), earlier());
    assert_eq!(outcome(&stamped, ALL), "stamped-too-far; stop: stamped-too-far");
    let asked = Policy { move_back: true, ..ALL };
    assert_eq!(outcome(&stamped, asked), "stamped-too-far; replacing c with a, then applying b, c");
    let nothing = of("c", Verdict::BeforeFirst, earlier());
    assert_eq!(outcome(&nothing, asked), "stamped-too-far; removing c, then applying a, b, c");
    let half = Standing::Half { before: 1, facts: Default::default() };
    assert_eq!(outcome(&of("a", Verdict::HalfApplied(1), half), asked), "half-applied; stop: half-applied");
}

#[test]
fn an_ancestor_row_goes_and_what_is_left_decides() {
    assert_eq!(outcome(&state("a c", None), ALL), "overlapping-rows, at-head; removing a");
    assert_eq!(outcome(&state("a b", None), ALL), "overlapping-rows, behind; removing a, then applying c");
    assert_eq!(outcome(&state("c", None), ALL), "at-head; ");
}

#[test]
fn what_is_not_allowed_stops() {
    let no_repair = Policy { repair: false, ..ALL };
    let unversioned = state("", Some(evidence(Verdict::Exact(2), [false; 3], 0, agrees())));
    assert_eq!(outcome(&unversioned, no_repair), "unversioned; stop: unversioned");
    assert_eq!(outcome(&state("a b", None), no_repair), "overlapping-rows, behind; stop: overlapping-rows");
    assert_eq!(outcome(&state("b", None), no_repair), "behind; applying c");
    let ahead = state("z", Some(evidence(Verdict::Exact(3), [false; 3], 0, agrees())));
    assert_eq!(outcome(&ahead, Policy { start_ahead: false, ..ALL }), "ahead; stop: ahead");
}

#[test]
fn a_fork_is_named_and_both_sides_are_upgraded() {
    let graph = RevisionGraph::new([revision("a", &[]), revision("b", &["a"]), revision("c", &["a"])]).unwrap();
    let goal = Goal::heads(&graph);
    let rows = words("a");
    let findings = diagnose(&graph, &goal, &State::of_rows(VersionRows::Rows(rows.clone()), Vec::new()));
    assert_eq!(findings[0].to_string(), "the migration files have 2 heads: b, c, which split after a");
    assert_eq!(plan(&graph, &goal, &rows, &findings, ALL).unwrap().upgrade.unwrap().pending.len(), 2);
}

#[test]
fn a_target_is_reached_where_it_is_passed() {
    let graph = line();
    let goal = Goal::target(&graph, "b").unwrap();
    for (rows, reached, pending) in [("", false, "a b"), ("a", false, "b"), ("b", true, ""), ("c", true, "")] {
        assert_eq!(goal.is_reached(&graph, &words(rows)), reached, "{rows}");
        assert_eq!(goal.pending(&graph, &words(rows)), words(pending), "{rows}");
    }
}

#[test]
fn rows_change_in_as_few_statements_as_they_can() {
    for (from, to, expected) in [
        ("", "a", "adding a"),
        ("z", "a", "replacing z with a"),
        ("a z", "a", "removing z"),
        ("y z", "a b c", "replacing y with a, replacing z with b, adding c"),
        ("a", "a", ""),
    ] {
        let changes: Vec<String> = row_changes(&words(from), &words(to)).iter().map(ToString::to_string).collect();
        assert_eq!(changes.join(", "), expected, "{from} to {to}");
    }
}

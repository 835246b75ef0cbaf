//! From files and state to findings.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::ahead::{Ahead, Origin};
use super::evidence::Evidence;
use super::finding::{Finding, Position, Proof};
use super::goal::Goal;
use super::trace::{Seen, Trace};
use super::unknown::Unknown;
use crate::findings::Severity;
use history::RevisionGraph;
use schema::evidence::Standing;
use version_table::VersionRows;

/// What is known of a database. What was not asked for is empty, and no finding rests on it.
#[derive(Debug, Clone)]
pub struct State {
    /// The version rows.
    pub rows: VersionRows,
    /// The tables beside the version table; only asked for where there are no rows.
    pub tables: Vec<String>,
    /// What the schema says.
    pub evidence: Option<Evidence>,
    /// Whether a release that knows the unknown rows is recorded to have gone through the heads of these files.
    pub recorded_beyond: bool,
    /// Which database it is, for people: its name and its host.
    pub place: String,
    /// What git knows of the unknown rows; `None` where it was not asked, or has no answer.
    pub traces: Option<Vec<Trace>>,
}

impl State {
    /// A state of which only rows and tables are known.
    pub fn of_rows(rows: VersionRows, tables: Vec<String>) -> Self {
        Self { rows, tables, evidence: None, recorded_beyond: false, place: String::new(), traces: None }
    }
}

/// Everything that is so, worst first. There is always one finding that says where the database is.
pub fn diagnose(graph: &RevisionGraph, goal: &Goal, state: &State) -> Vec<Finding> {
    let rows: BTreeSet<&str> = state.rows.revisions().iter().map(String::as_str).collect();
    let ancestors: Vec<&str> = rows.iter().copied().filter(|row| precedes_another(graph, row, &rows)).collect();
    let standing = owned(rows.iter().copied().filter(|row| !ancestors.contains(row)));
    let mut findings = vec![position(graph, goal, state, standing)];
    if !ancestors.is_empty() {
        findings.push(Finding::OverlappingRows { ancestors: owned(ancestors), rows: owned(rows) });
    }
    let heads = graph.real_heads();
    if heads.len() > 1 {
        let branches = owned(graph.separate_branches().unwrap_or_default());
        findings.push(Finding::MultipleHeads { fork: fork(graph, &heads), heads: owned(heads), branches });
    }
    if let Some(evidence) = &state.evidence {
        if let Standing::Agrees { drift, edited } = &evidence.standing
            && matches!(findings[0], Finding::AtHead { .. } | Finding::Behind { .. })
        {
            if !edited.is_empty() {
                findings.push(Finding::EditedRevision { missing: evidence.facts(edited) });
            }
            if !drift.is_empty() {
                findings.push(Finding::Drift { deviations: evidence.facts(drift) });
            }
        }
        if !evidence.invalid_indexes.is_empty() {
            findings.push(Finding::InvalidIndex { indexes: evidence.invalid_indexes.clone() });
        }
    }
    if let Some(evidence) = state.evidence.as_ref().filter(|evidence| !evidence.leftovers.is_empty()) {
        // Before what follows from it: where the rows of a table have gone is what a person has to know first.
        findings.insert(0, Finding::LeftoverTable { tables: evidence.leftovers.clone() });
    }
    findings.sort_by_key(|finding| Reverse(finding.severity()));
    findings
}

/// Where the database is. `rows` are those that are no ancestors of others, sorted.
fn position(graph: &RevisionGraph, goal: &Goal, state: &State, rows: Vec<String>) -> Finding {
    let evidence = state.evidence.as_ref();
    let position = || evidence.map(|evidence| evidence.position(graph)).unwrap_or_default();
    // Of nothing that could be compared nothing follows.
    if graph.is_empty() {
        return Finding::NoRevisions { rows };
    }
    let foreign = |tables: Vec<String>, rows: Vec<String>| {
        let place = state.place.clone();
        Finding::WrongDatabase { tables, rows, place }
    };
    let unknown: Vec<String> = rows.iter().filter(|row| graph.get(row).is_none()).cloned().collect();
    if !unknown.is_empty() {
        let known: Vec<String> = rows.iter().filter(|row| !unknown.contains(row)).cloned().collect();
        let current = Rows { unknown, known, heads: owned(graph.real_heads()) };
        let may_be_newer = !current.unknown.iter().any(|row| is_blank(graph, row));
        return if may_be_newer && (state.recorded_beyond || evidence.is_some_and(Evidence::has_all)) {
            Finding::Ahead(Box::new(ahead(state, current)))
        } else if let Some(tables) = evidence.filter(|_| current.known.is_empty()).and_then(Evidence::foreign_tables) {
            foreign(tables, rows)
        } else {
            Finding::UnknownRevision(Box::new(unknown_revision(graph, state, current)))
        };
    }
    if rows.is_empty() && !state.tables.is_empty() {
        let tables = state.tables.clone();
        return if evidence.is_some_and(Evidence::is_foreign) {
            foreign(tables, rows)
        } else {
            Finding::Unversioned { no_table: state.rows == VersionRows::NoTable, tables, position: position() }
        };
    }
    match evidence.map(|evidence| (evidence, &evidence.standing)) {
        // Nothing of what the rows claim is there, and all that is there is of something else.
        Some((evidence, Standing::Earlier { .. })) if evidence.is_foreign() => {
            return foreign(evidence.foreign_tables().unwrap_or_default(), rows);
        }
        Some((evidence, Standing::Earlier { missing, .. })) => {
            let missing = evidence.facts(missing);
            return Finding::StampedTooFar { rows, missing, position: evidence.position_or_base(graph) };
        }
        Some((evidence, Standing::Later { there, .. })) => {
            let there = evidence.facts(there);
            let (with_data, unread) = (evidence.with_data(graph), evidence.unread_ahead());
            let found = Finding::PendingExists { rows: rows.clone(), there, with_data, unread, position: position() };
            if found.severity() < Severity::Stop || !evidence.passable {
                return found;
            }
        }
        Some((evidence, Standing::Half { before, facts })) if !evidence.passable => {
            return Finding::HalfApplied {
                revision: evidence.order[*before].clone(),
                done: evidence.facts(&facts.done),
                missing: evidence.facts(&facts.missing),
            };
        }
        Some((_, Standing::Agrees { .. } | Standing::Half { .. })) | None => {}
    }
    if goal.is_reached(graph, &rows) {
        return Finding::AtHead { rows };
    }
    let pending = goal.pending(graph, &rows);
    if rows.is_empty() { Finding::FreshDatabase { pending } } else { Finding::Behind { rows, pending } }
}

/// The current revisions, by whether a file has them, and the heads of the files.
struct Rows {
    unknown: Vec<String>,
    known: Vec<String>,
    heads: Vec<String>,
}

/// Where a database is whose current revisions no file has, and whether those may be of use to others.
fn unknown_revision(graph: &RevisionGraph, state: &State, current: Rows) -> Unknown {
    let Rows { unknown, known, heads } = current;
    let evidence = state.evidence.as_ref();
    let mut position = evidence.map(|evidence| evidence.position(graph)).unwrap_or_default();
    if let (None, None, Some(evidence)) = (&position.proof, &position.open, evidence) {
        position.candidates = evidence.choices();
    }
    // What is known is judged as it would be without the rest.
    if let (false, Some(Evidence { standing: Standing::Agrees { .. }, .. })) = (known.is_empty(), evidence) {
        let reasons = position.proof.filter(|proof| proof.rows == known).map(|proof| proof.reasons).unwrap_or_default();
        position = Position { proof: Some(Proof { rows: known.clone(), reasons }), ..Position::default() };
    }
    let lacking = evidence.map(|evidence| evidence.sentences(&evidence.lacking)).unwrap_or_default();
    let unexplained = evidence.map(Evidence::unexplained_tables).unwrap_or_default();
    let is_elsewhere = |trace: &Trace| matches!(trace.seen, Seen::Elsewhere(_));
    let proven = position.proof.as_ref().map_or(0, |proof| proof.rows.len());
    // An empty row, or an id of these files with white space around it, is of no use to others.
    let may_be_others = unknown.iter().any(|row| !is_blank(graph, row))
        && (!known.is_empty()
            || !unexplained.is_empty()
            || (1..unknown.len()).contains(&proven)
            || state.traces.iter().flatten().any(is_elsewhere));
    let traces = state.traces.clone();
    Unknown { unknown, known, heads, lacking, unexplained, traces, may_be_others, position }
}

/// How far a database is ahead, and what that forbids a release of these files.
fn ahead(state: &State, rows: Rows) -> Ahead {
    let Rows { unknown, known, heads } = rows;
    let evidence = state.evidence.as_ref();
    let unexplained = evidence.map(Evidence::unexplained).unwrap_or_default();
    let origin = match () {
        () if state.recorded_beyond => Origin::Recorded,
        () if !unexplained.is_empty() => Origin::Unexplained(unexplained),
        () => Origin::Unclear,
    };
    let traces = state.traces.clone().unwrap_or_default();
    let lacking = evidence.map(|evidence| evidence.sentences(&evidence.gone())).unwrap_or_default();
    let forbidden = evidence.map(|evidence| evidence.forbidden.iter().map(ToString::to_string).collect());
    let not_compared = || vec!["the schema was not compared with the files".to_owned()];
    let unread = evidence.map_or_else(not_compared, Evidence::unread_of_the_schema);
    Ahead { unknown, known, heads, origin, traces, lacking, forbidden: forbidden.unwrap_or_default(), unread }
}

/// Whether a row is no revision that any release could have: nothing, white space, or an id of these files with some around it.
fn is_blank(graph: &RevisionGraph, row: &str) -> bool {
    row.trim().is_empty() || graph.get(row.trim()).is_some()
}

fn precedes_another(graph: &RevisionGraph, row: &str, rows: &BTreeSet<&str>) -> bool {
    let others = rows.iter().filter(|other| **other != row);
    others.into_iter().any(|other| ancestors(graph, other).contains(row))
}

/// A revision and all that it needs.
fn ancestors<'a>(graph: &'a RevisionGraph, revision: &str) -> BTreeSet<&'a str> {
    let applied = graph.applied(&[revision.to_owned()]).unwrap_or_default();
    applied.into_iter().map(|node| node.revision.id.as_str()).collect()
}

/// The last revision that all heads have in common.
fn fork(graph: &RevisionGraph, heads: &[&str]) -> Option<String> {
    let common = heads.iter().map(|head| ancestors(graph, head)).reduce(|common, more| &common & &more)?;
    let longest = common.into_iter().max_by_key(|revision| ancestors(graph, revision).len())?;
    Some(longest.to_owned())
}

fn owned<'a>(revisions: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    revisions.into_iter().map(str::to_owned).collect()
}

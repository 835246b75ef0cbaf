//! What is made of each state with each of the rows that its version table may hold.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::io;

use crate::files::Files;
use crate::states::{State, Truth};
use crate::tally::{Fault, Held, Outcome, Tally};
use levelhead::reconcile::{
    Comparison, Evidence, Finding, Goal, Material, Obstacle, Plan, Policy, Reading, State as Seen, diagnose, plan,
};
use migration::read;
use schema::{Dialect, RevisionFacts, Schema, Setting, revision_facts};
use version_table::VersionRows;

/// What `run` may do by itself.
const RUN: Policy = Policy { repair: true, move_back: false, start_ahead: true };

/// A row that no file has.
const GARBAGE: &str = "000000000bad";

/// How far rows are moved, back and ahead.
const MOVED: [usize; 2] = [1, 3];

/// Orders of revisions of which the facts are kept.
const KEPT: usize = 32;

type Facts = HashMap<Vec<String>, Vec<RevisionFacts>>;

/// A history, and what became of a database by it.
pub(super) struct Judge<'a> {
    files: &'a Files,
    truth: &'a Truth,
    goal: Goal,
    setting: Setting,
    /// What revisions do, by their order: a history is read once and not once for each state.
    read: RefCell<Facts>,
}

/// One state with one set of rows.
struct Case<'a> {
    at: usize,
    held: Held,
    rows: &'a [String],
    evidence: &'a Evidence,
}

impl<'a> Judge<'a> {
    pub(super) fn new(files: &'a Files, truth: &'a Truth, dialect: Dialect) -> Self {
        let schema = truth.states.last().map(|state| state.schema.default_schema.clone());
        let default_schema = schema.unwrap_or_else(|| dialect.usual_schema().to_owned());
        let setting = Setting { dialect, default_schema, version_table: truth.version_table.clone() };
        Self { files, truth, goal: Goal::heads(&files.graph), setting, read: RefCell::default() }
    }

    /// Judges every `step`th state.
    pub(super) fn every(&self, step: usize) -> Result<Tally, String> {
        let mut tally = Tally::default();
        for at in (0..self.truth.states.len()).step_by(step) {
            self.state(at, &mut tally).map_err(|error| error.to_string())?;
        }
        Ok(tally)
    }

    /// The rows that the version table may hold at one state.
    fn rows(&self, at: usize) -> Vec<(Held, Vec<String>)> {
        let rows = |at: usize| self.truth.states.get(at).map(|state| state.rows.clone());
        let mut all = vec![(Held::Nothing, Vec::new()), (Held::Garbage, vec![GARBAGE.to_owned()])];
        all.extend(rows(at).map(|rows| (Held::Truth, rows)));
        for by in MOVED {
            all.extend(at.checked_sub(by).and_then(rows).map(|rows| (Held::Behind(by), rows)));
            all.extend(rows(at + by).map(|rows| (Held::Ahead(by), rows)));
        }
        all
    }

    fn state(&self, at: usize, tally: &mut Tally) -> io::Result<()> {
        // Where no file has any of the rows, nothing is claimed.
        let unclaimed = self.evidence(&[], at)?;
        self.name(at, &unclaimed, tally);
        for (held, rows) in self.rows(at) {
            let claimed = match held {
                Held::Nothing | Held::Garbage => None,
                _ => Some(self.evidence(&rows, at)?),
            };
            self.case(&Case { at, held, rows: &rows, evidence: claimed.as_ref().unwrap_or(&unclaimed) }, tally);
        }
        Ok(())
    }

    fn evidence(&self, rows: &[String], at: usize) -> io::Result<Evidence> {
        let material = Material::new(&self.files.graph, self.files.revisions.clone(), rows);
        let in_order = |order: &[usize]| self.facts(&material, order);
        let straight = in_order(&(0..material.ids.len()).collect::<Vec<_>>())?;
        let reading = Reading { checkout: &self.files.disk, setting: &self.setting, straight, read: &in_order };
        let schema = self.truth.states[at].schema.clone();
        Ok(Comparison::new(&self.files.graph, &material, reading, schema)?.evidence())
    }

    fn facts(&self, material: &Material, order: &[usize]) -> io::Result<Vec<RevisionFacts>> {
        let ids: Vec<String> = order.iter().map(|&place| material.ids[place].clone()).collect();
        if let Some(facts) = self.read.borrow().get(&ids) {
            return Ok(facts.clone());
        }
        let scripts = order.iter().map(|&place| &material.scripts[place]);
        let facts = revision_facts(read(scripts, &self.files.disk, &self.setting)?, &self.setting);
        let mut kept = self.read.borrow_mut();
        if kept.len() == KEPT {
            kept.clear();
        }
        kept.insert(ids, facts.clone());
        Ok(facts)
    }

    /// Holds the name that `infer` gives a state against its own.
    fn name(&self, at: usize, evidence: &Evidence, tally: &mut Tally) {
        let Some(settled) = evidence.inference.settled(|at| evidence.idle[at]) else { return };
        let named: BTreeSet<&str> = evidence.order[..settled].iter().map(String::as_str).collect();
        if let Some((_, what)) = self.difference(at, &named, evidence) {
            tally.fault(Held::Nothing, Fault::WrongName, &self.truth.states[at].id, &what);
        }
    }

    fn case(&self, case: &Case<'_>, tally: &mut Tally) {
        let (graph, state) = (&self.files.graph, &self.truth.states[case.at]);
        let (rows, tables) = match case.held {
            Held::Nothing => (VersionRows::NoTable, state.schema.tables.keys().cloned().collect()),
            _ => (VersionRows::Rows(case.rows.to_vec()), Vec::new()),
        };
        let seen = Seen { evidence: Some(case.evidence.clone()), ..Seen::of_rows(rows, tables) };
        let findings = diagnose(graph, &self.goal, &seen);
        let planned = |policy| plan(graph, &self.goal, case.rows, &findings, policy);
        let run = planned(RUN);
        let mut fault = |fault: Fault, what: &str| tally.fault(case.held, fault, &state.id, what);
        self.warned(case, &findings, &run, &mut fault);
        let repaired = planned(Policy::ASKED_FOR);
        let planned = match &repaired {
            Ok(plan) if !plan.changes.is_empty() => repaired.as_ref(),
            _ => run.as_ref(),
        };
        let outcome = match planned {
            Err(obstacle) => {
                self.misled(state, obstacle, &mut fault);
                Outcome::Stops
            }
            Ok(plan) => self.goes_on(case, plan, &findings, &mut fault),
        };
        tally.count(case.held, outcome);
    }

    /// What is said of a true row.
    fn warned(
        &self,
        case: &Case<'_>,
        findings: &[Finding],
        run: &Result<Plan, Box<Obstacle>>,
        fault: &mut impl FnMut(Fault, &str),
    ) {
        if case.held != Held::Truth {
            return;
        }
        if let Err(obstacle) = run {
            fault(Fault::Refused, &told(&obstacle.finding));
        }
        for finding in findings {
            if let Finding::Drift { .. } | Finding::EditedRevision { .. } = finding {
                finding.facts().iter().for_each(|fact| fault(Fault::Drift, &format!("{}: {fact}", finding.code())));
            }
        }
    }

    /// Whether a stop names revisions to choose from, and the true one is not among them.
    fn misled(&self, state: &State, obstacle: &Obstacle, fault: &mut impl FnMut(Fault, &str)) {
        let choices = obstacle.finding.choices();
        if !choices.is_empty() && !choices.iter().any(|choice| state.rows.contains(choice)) {
            fault(Fault::Misled, &format!("{}: {}", obstacle.finding.code(), choices.join(", ")));
        }
    }

    fn goes_on(
        &self,
        case: &Case<'_>,
        plan: &Plan,
        findings: &[Finding],
        fault: &mut impl FnMut(Fault, &str),
    ) -> Outcome {
        let live = &self.truth.states[case.at].schema;
        if findings.iter().any(|finding| matches!(finding, Finding::Ahead { .. })) {
            let missing = self.truth.states.last().map(|last| missing(live, &last.schema)).unwrap_or_default();
            if !missing.is_empty() {
                fault(Fault::NotSeen, &format!("ahead: {} missing", missing.join(", ")));
            }
            return Outcome::AsIs;
        }
        let rows = rows_after(plan, case.rows);
        let applied = self.files.graph.applied(&rows).unwrap_or_default();
        let applied: BTreeSet<&str> = applied.into_iter().map(|node| node.revision.id.as_str()).collect();
        let moved = !plan.changes.is_empty() || case.held == Held::Nothing;
        if moved {
            if let Some((kind, what)) = self.difference(case.at, &applied, case.evidence) {
                fault(kind, &what);
            }
            return Outcome::Moved;
        }
        if let Some(claimed) = self.claimed(case) {
            let missing = match case.held {
                Held::Behind(_) => missing(claimed, live),
                _ => missing(live, claimed),
            };
            if !missing.is_empty() {
                let why = last_unread(case.evidence).unwrap_or("all of it is read");
                fault(Fault::NotSeen, &format!("{} ({why})", missing.join(", ")));
            }
        }
        Outcome::AsIs
    }

    /// The schema of the state that the rows claim.
    fn claimed(&self, case: &Case<'_>) -> Option<&Schema> {
        let at = match case.held {
            Held::Behind(by) => case.at - by,
            Held::Ahead(by) => case.at + by,
            _ => return None,
        };
        Some(&self.truth.states[at].schema)
    }

    /// How the revisions that are said to be applied differ from those that are, but for those that do nothing: as a schema
    /// shows, or only by what was done to the data.
    fn difference(&self, at: usize, applied: &BTreeSet<&str>, evidence: &Evidence) -> Option<(Fault, String)> {
        let states = &self.truth.states;
        let truth: BTreeSet<&str> = states[..=at].iter().map(|state| state.id.as_str()).collect();
        let shown = |id: &str| match states.iter().position(|state| state.id == id) {
            Some(0) => !states[0].schema.tables.is_empty(),
            Some(place) => states[place - 1].schema != states[place].schema,
            None => true,
        };
        let idle = |id: &str| {
            let place = evidence.order.iter().position(|held| held == id);
            place.is_some_and(|place| evidence.idle[place])
        };
        let weighty = |id: &&&str| shown(id) || !idle(id);
        let skipped: Vec<&str> = applied.difference(&truth).filter(weighty).copied().collect();
        let twice: Vec<&str> = truth.difference(applied).filter(weighty).copied().collect();
        let words = format!("skips {skipped:?}, repeats {} {:?}", twice.len(), &twice[..twice.len().min(4)]);
        if skipped.iter().chain(&twice).any(|id| shown(id)) {
            Some((Fault::WrongStamp, words))
        } else if !twice.is_empty() {
            Some((Fault::Twice, words))
        } else {
            (!skipped.is_empty()).then_some((Fault::Skipped, words))
        }
    }
}

/// The rows that a plan leaves before it upgrades.
fn rows_after(plan: &Plan, rows: &[String]) -> Vec<String> {
    let mut rows: BTreeSet<String> = rows.iter().cloned().collect();
    for change in &plan.changes {
        change.removed().map(|row| rows.remove(row));
        rows.extend(change.added().map(str::to_owned));
    }
    rows.into_iter().collect()
}

/// What was read last of what keeps the rows' own revisions in doubt.
fn last_unread(evidence: &Evidence) -> Option<&str> {
    evidence.unread[..evidence.claimed].iter().flatten().next_back().map(String::as_str)
}

/// A finding with the first facts that it rests on.
fn told(finding: &Finding) -> String {
    let facts = finding.facts();
    format!("{}: {}", finding.code(), facts[..facts.len().min(3)].join("; "))
}

/// The first tables and columns that are there and that `live` has not.
fn missing(live: &Schema, there: &Schema) -> Vec<String> {
    const SHOWN: usize = 4;
    let mut missing = Vec::new();
    for (name, table) in &there.tables {
        let Some(held) = live.tables.get(name) else {
            missing.push(name.clone());
            continue;
        };
        let gone = table.columns.iter().filter(|column| held.columns.iter().all(|held| held.name != column.name));
        missing.extend(gone.map(|column| format!("{name}.{}", column.name)));
    }
    missing.truncate(SHOWN);
    missing
}

//! From findings to what is to be done, as a value that is printed, rendered as SQL, logged and carried out.

use std::fmt;

use super::finding::Finding;
use super::goal::Goal;
use super::list;
use super::table::{ProblemKind, TableProblem};
use super::words::pending_from;
use crate::findings::Severity;
use crate::help::{Advice, Command, Help};
use history::RevisionGraph;
use version_table::RowChange;

/// What a person has allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Whether what is proven may be written (LEVELHEAD_REPAIR).
    pub repair: bool,
    /// Whether rows may be moved back to where the schema is: a person has asked for it (`fix`).
    pub move_back: bool,
    /// Whether an image that is older than its database may start (LEVELHEAD_ON_AHEAD).
    pub start_ahead: bool,
}

impl Policy {
    /// What a person allows who asks for the change itself.
    pub const ASKED_FOR: Self = Self { repair: true, move_back: true, start_ahead: true };
}

/// What leads to the goal. Nothing at all where the goal is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The characters that `version_num` is widened to; `None` where every id fits.
    pub widen: Option<u32>,
    /// Changes of the version rows, for one transaction, with the widening, that comes first.
    pub changes: Vec<RowChange>,
    /// The upgrade.
    pub upgrade: Option<Upgrade>,
}

/// An upgrade that is to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade {
    /// From these rows.
    pub from: Vec<String>,
    /// What it applies, in its order.
    pub pending: Vec<String>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether levelhead itself writes to the version table.
    pub fn writes(&self) -> bool {
        self.widen.is_some() || !self.changes.is_empty()
    }

    /// What is done, in this order.
    pub fn steps(&self) -> Vec<String> {
        let widening = self.widen.map(|width| format!("widening version_num to {width} characters"));
        let changes = self.changes.iter().map(ToString::to_string);
        let upgrade = self.upgrade.as_ref().map(|upgrade| format!("applying {}", list(&upgrade.pending)));
        widening.into_iter().chain(changes).chain(upgrade).collect()
    }

    /// The same plan past the version table's problems, with those removed that may be; or what a person has to remove first.
    pub fn past(self, problems: &[TableProblem], policy: Policy) -> Result<Self, Box<Obstacle>> {
        let mut widen = self.widen;
        for problem in problems {
            let forbidden_by = match problem.kind {
                ProblemKind::NarrowColumn { width, repairable: true } if policy.repair => {
                    widen = Some(width);
                    continue;
                }
                _ => problem.is_repairable().then_some(Setting::Repair),
            };
            return Err(Box::new(Obstacle { finding: Finding::Table(Box::new(problem.clone())), forbidden_by }));
        }
        Ok(Self { widen, ..self })
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.steps().join(", then "))
    }
}

impl fmt::Display for Upgrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pending_from(f, &self.from, &self.pending)
    }
}

/// What stands in the way of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// What is so.
    pub finding: Finding,
    /// The setting that forbids what could be done about it.
    pub forbidden_by: Option<Setting>,
}

/// A setting that forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// LEVELHEAD_REPAIR=none.
    Repair,
    /// LEVELHEAD_ON_AHEAD=stop.
    OnAhead,
}

impl From<Finding> for Obstacle {
    fn from(finding: Finding) -> Self {
        Self { finding, forbidden_by: None }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}{}", self.finding, self.forbids())
    }
}

impl Obstacle {
    /// The code, and the setting that forbids to go on.
    pub fn in_short(&self) -> String {
        format!("{}{}", self.finding.code(), self.forbids())
    }

    fn forbids(&self) -> &'static str {
        match self.forbidden_by {
            None => "",
            Some(Setting::Repair) => "; LEVELHEAD_REPAIR=none forbids to repair it",
            Some(Setting::OnAhead) => "; LEVELHEAD_ON_AHEAD=stop forbids to start",
        }
    }
}

impl Help for Obstacle {
    fn help(&self) -> Advice {
        match self.forbidden_by {
            None => self.finding.help(),
            Some(Setting::Repair) => Command::levelhead("fix").and("this repairs it by hand; then start again"),
            Some(Setting::OnAhead) => "deploy the newer release again, or set LEVELHEAD_ON_AHEAD=start".into(),
        }
    }
}

/// What to do about the findings; or what stands in the way.
pub fn plan(
    graph: &RevisionGraph,
    goal: &Goal,
    rows: &[String],
    findings: &[Finding],
    policy: Policy,
) -> Result<Plan, Box<Obstacle>> {
    for finding in findings {
        let forbidden_by = match finding {
            Finding::StampedTooFar { .. } | Finding::UnknownRevision(_)
                if policy.move_back && finding.proof().is_some() =>
            {
                continue;
            }
            Finding::Ahead(_) if !policy.start_ahead => Some(Setting::OnAhead),
            _ if finding.severity() == Severity::Stop => None,
            _ if finding.severity() == Severity::Repair && !policy.repair => Some(Setting::Repair),
            _ => continue,
        };
        return Err(Box::new(Obstacle { finding: finding.clone(), forbidden_by }));
    }
    if findings.iter().any(|finding| matches!(finding, Finding::Ahead(_))) {
        return Ok(Plan::default());
    }
    let mut wanted = rows.to_vec();
    for finding in findings {
        if let Some(proof) = finding.proof() {
            wanted.clone_from(&proof.rows);
        } else if let Finding::OverlappingRows { ancestors, .. } = finding {
            wanted.retain(|row| !ancestors.contains(row));
        }
    }
    let pending = goal.pending(graph, &wanted);
    let changes = row_changes(rows, &wanted);
    let upgrade = (!pending.is_empty()).then_some(Upgrade { from: wanted, pending });
    Ok(Plan { widen: None, changes, upgrade })
}

/// The statements that turn the rows `from` into the rows `to`.
pub fn row_changes(from: &[String], to: &[String]) -> Vec<RowChange> {
    let mut gone = from.iter().filter(|row| !to.contains(row)).cloned();
    let mut new = to.iter().filter(|row| !from.contains(row)).cloned();
    std::iter::from_fn(|| match (gone.next(), new.next()) {
        (Some(from), Some(to)) => Some(RowChange::Update { from, to }),
        (Some(row), None) => Some(RowChange::Delete(row)),
        (None, Some(row)) => Some(RowChange::Insert(row)),
        (None, None) => None,
    })
    .collect()
}

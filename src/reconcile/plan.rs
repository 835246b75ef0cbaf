//! From findings to what is to be done, as a value that is printed, rendered as SQL, logged and carried out.

use std::fmt;

use super::finding::{Finding, Severity};
use super::goal::Goal;
use super::list;
use super::words::pending_from;
use crate::migrations::RevisionGraph;
use crate::version_table::RowChange;

/// What a person has allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Whether what is proven may be written (STILLHEAD_REPAIR).
    pub repair: bool,
    /// Whether rows may be moved back to where the schema is: a person has asked for it (`fix`).
    pub move_back: bool,
    /// Whether an image that is older than its database may start (STILLHEAD_ON_AHEAD).
    pub start_ahead: bool,
}

/// What leads to the goal. Nothing at all where the goal is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Changes of the version rows, for one transaction that comes first.
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
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps: Vec<String> = self.changes.iter().map(ToString::to_string).collect();
        if let Some(upgrade) = &self.upgrade {
            steps.push(format!("applying {}", list(&upgrade.pending)));
        }
        f.write_str(&steps.join(", then "))
    }
}

impl fmt::Display for Upgrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pending_from(f, &self.from, &self.pending)
    }
}

/// What to do about the findings; or the one that stands in the way.
pub fn plan(
    graph: &RevisionGraph,
    goal: &Goal,
    rows: &[String],
    findings: &[Finding],
    policy: Policy,
) -> Result<Plan, Finding> {
    let stops = |finding: &&Finding| match finding.severity() {
        Severity::Stop => {
            !(policy.move_back && finding.proof().is_some() && matches!(finding, Finding::StampedTooFar { .. }))
        }
        Severity::Repair => !policy.repair,
        Severity::Warning => matches!(finding, Finding::Ahead { .. }) && !policy.start_ahead,
        Severity::Fine | Severity::Pending => false,
    };
    if let Some(finding) = findings.iter().find(stops) {
        return Err(finding.clone());
    }
    if findings.iter().any(|finding| matches!(finding, Finding::Ahead { .. })) {
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
    Ok(Plan { changes, upgrade })
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

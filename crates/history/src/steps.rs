//! What an upgrade or a stamp does to the rows of the version table.
//!
//! Computes; writes nothing.

use std::collections::BTreeSet;

use super::error::GraphError;
use super::graph::RevisionGraph;
use super::node::Index;
use super::order::Range;
use super::targets::End;
use version_table::RowChange;

/// One step of an upgrade or a stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Apply a revision.
    Upgrade(String),
    /// Claim revisions without running them.
    Stamp {
        /// The rows that are replaced; none when one is added.
        from: Vec<String>,
        /// The row that replaces them; none for `base`.
        to: Option<String>,
        /// Whether `to` lies above `from`.
        is_upgrade: bool,
    },
}

impl RevisionGraph {
    /// The revisions that `alembic upgrade TARGET` would apply to a database with these rows, in its order.
    pub fn upgrade_steps(&self, rows: &[String], target: &str) -> Result<Vec<Step>, GraphError> {
        let range = self.range_up(End::Rows(rows), End::Symbol(target), Range::Upgrade);
        let (found, heads) = range.map_err(|error| error.for_target(target))?;
        Ok(self.sort(&found, &heads).into_iter().rev().map(|index| Step::Upgrade(self.id(index).to_owned())).collect())
    }

    /// What `alembic stamp TARGET…` would do.
    pub fn stamp_steps<S: AsRef<str>>(&self, rows: &[String], targets: &[S]) -> Result<Vec<Step>, GraphError> {
        let heads = self.row_indices(rows)?;
        let mut related: Vec<Index> = Vec::new();
        for target in targets {
            let on_line = self.filter_for_lineage(&heads, target.as_ref(), true).map_err(|error| match error {
                GraphError::MultipleHeads { heads, .. } => GraphError::StampMultipleHeads { heads },
                other => other,
            })?;
            related.extend(on_line.into_iter().filter(|index| !related.contains(index)).collect::<Vec<_>>());
        }
        let destinations = self.all_places(targets)?;
        let related_ids = || related.iter().map(|&index| self.id(index).to_owned()).collect::<Vec<_>>();
        if destinations.is_empty() {
            let delete = |from| Step::Stamp { from: vec![from], to: None, is_upgrade: false };
            return Ok(related_ids().into_iter().map(delete).collect());
        }
        let mut steps = Vec::new();
        for place in destinations {
            let destination = place.index().ok_or_else(|| {
                let targets: Vec<&str> = targets.iter().map(AsRef::as_ref).collect();
                GraphError::WalkedTooFar { argument: targets.join(" ") }
            })?;
            if related.contains(&destination) {
                continue;
            }
            let meets = |links| self.reach(&[destination], links).iter().any(|index| related.contains(index));
            let (from, to) = (related_ids(), self.id(destination).to_owned());
            steps.push(match (meets(|node| &node.all_next), meets(|node| &node.normal_down)) {
                // Rows on both sides: which of them it replaces is anybody's guess.
                (true, true) => return Err(GraphError::RowsDoNotFit { rows: from, step: format!("stamping {to}") }),
                (true, false) => Step::Stamp { from, to: Some(to), is_upgrade: false },
                (false, true) => Step::Stamp { from, to: Some(to), is_upgrade: true },
                (false, false) => Step::Stamp { from: Vec::new(), to: Some(to), is_upgrade: true },
            });
        }
        Ok(steps)
    }

    /// The statements that steps make on a table with these rows, and the rows that they leave.
    pub fn row_changes(
        &self,
        rows: &[String],
        steps: &[Step],
    ) -> Result<(Vec<RowChange>, BTreeSet<String>), GraphError> {
        let mut rows: BTreeSet<String> = rows.iter().cloned().collect();
        let mut changes = Vec::new();
        for step in steps {
            let first = changes.len();
            match step {
                Step::Upgrade(id) => self.upgrade_rows(&rows, id, &mut changes)?,
                Step::Stamp { from, to, is_upgrade } => {
                    stamp_rows(&rows, from, to.as_deref(), *is_upgrade, &mut changes);
                }
            }
            for change in &changes[first..] {
                apply(&mut rows, change, step)?;
            }
        }
        Ok((changes, rows))
    }

    fn normal_parents(&self, id: &str) -> Vec<String> {
        let node = &self.nodes[self.names[id]];
        node.normal_down.iter().map(|&index| self.id(index).to_owned()).collect()
    }

    /// Drops from `ids` what the revisions of `rows` imply.
    fn without_ancestors_of(&self, ids: &[String], rows: &[String]) -> Result<Vec<String>, GraphError> {
        let implied = self.marks(&self.reach(&self.row_indices(rows)?, |node| &node.normal_down));
        Ok(ids.iter().filter(|id| !implied[self.names[*id]]).cloned().collect())
    }

    fn upgrade_rows(&self, rows: &BTreeSet<String>, id: &str, changes: &mut Vec<RowChange>) -> Result<(), GraphError> {
        let parents = self.normal_parents(id);
        let present: Vec<&String> = parents.iter().filter(|parent| rows.contains(*parent)).collect();
        match present[..] {
            [] => changes.push(RowChange::Insert(id.to_owned())),
            [only] => changes.push(update(only, id)),
            _ => {
                let others: Vec<String> = rows.iter().filter(|row| !parents.contains(row)).cloned().collect();
                let replaced = self.without_ancestors_of(&parents, &others)?;
                replace(&replaced, id, changes);
            }
        }
        Ok(())
    }
}

fn stamp_rows(
    rows: &BTreeSet<String>,
    from: &[String],
    to: Option<&str>,
    is_upgrade: bool,
    changes: &mut Vec<RowChange>,
) {
    let Some(to) = to else {
        changes.extend(from.iter().cloned().map(RowChange::Delete));
        return;
    };
    let all_present = from.iter().all(|row| rows.contains(row));
    if from.is_empty() || (is_upgrade && !all_present && !rows.contains(to)) {
        changes.push(RowChange::Insert(to.to_owned()));
    } else {
        replace(from, to, changes);
    }
}

fn update(from: &str, to: &str) -> RowChange {
    RowChange::Update { from: from.to_owned(), to: to.to_owned() }
}

/// Deletes all rows but the last, which becomes `to`.
fn replace(from: &[String], to: &str, changes: &mut Vec<RowChange>) {
    if let Some((last, rest)) = from.split_last() {
        changes.extend(rest.iter().cloned().map(RowChange::Delete));
        changes.push(update(last, to));
    }
}

fn apply(rows: &mut BTreeSet<String>, change: &RowChange, step: &Step) -> Result<(), GraphError> {
    let fits = match change {
        RowChange::Insert(id) => rows.insert(id.clone()),
        RowChange::Delete(id) => rows.remove(id),
        RowChange::Update { from, to } => rows.remove(from) && rows.insert(to.clone()),
    };
    if fits {
        return Ok(());
    }
    let step = match step {
        Step::Upgrade(id) => format!("upgrading to {id}"),
        Step::Stamp { to, .. } => format!("stamping {}", to.as_deref().unwrap_or("base")),
    };
    Err(GraphError::RowsDoNotFit { rows: rows.iter().cloned().collect(), step })
}

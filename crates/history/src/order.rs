//! Which revisions lie between two ends, and in which order Alembic walks them.
//!
//! A port of `RevisionMap.iterate_revisions` and what it rests on. Where Alembic iterates a Python set this uses load
//! order, so the answer is the same every time.

use super::error::GraphError;
use super::graph::RevisionGraph;
use super::node::{Index, Links, Node};
use super::symbol::{Place, owned};
use super::targets::End;

impl RevisionGraph {
    /// The revisions of `history`, newest first. `None` is `base` below and `heads` above; `current` stands for `rows`.
    pub fn history(&self, base: Option<&str>, head: Option<&str>, rows: &[String]) -> Result<Vec<&Node>, GraphError> {
        let end = |symbol: Option<&'_ str>, default: &'static str| match symbol {
            Some("current") if rows.is_empty() => default.to_owned(),
            None | Some("") => default.to_owned(),
            Some(symbol) => symbol.to_owned(),
        };
        let (base, head) = (end(base, "base"), end(head, "heads"));
        let lower = if base == "current" { End::Rows(rows) } else { End::Symbol(&base) };
        let upper = if head == "current" { End::Rows(rows) } else { End::Symbol(&head) };
        let (found, heads) = self.range_up(lower, upper, Range::History).map_err(|error| error.for_target(&head))?;
        Ok(self.sort(&found, &heads).into_iter().map(|index| &self.nodes[index]).collect())
    }

    /// The revisions that are applied and have no applied `down_revision` descendant: what `alembic current` prints.
    pub fn current(&self, rows: &[String]) -> Result<Vec<&Node>, GraphError> {
        Ok(self.current_indices(rows)?.into_iter().map(|index| &self.nodes[index]).collect())
    }

    /// All revisions that rows stand for: themselves and everything below them, in load order.
    pub fn applied(&self, rows: &[String]) -> Result<Vec<&Node>, GraphError> {
        let mut applied = self.reach(&self.row_indices(rows)?, |node| &node.normal_down);
        applied.sort_unstable();
        Ok(applied.into_iter().map(|index| &self.nodes[index]).collect())
    }

    pub(super) fn current_indices(&self, rows: &[String]) -> Result<Vec<Index>, GraphError> {
        let mut applied = self.reach(&self.row_indices(rows)?, |node| &node.normal_down);
        applied.sort_unstable();
        let is_applied = self.marks(&applied);
        applied.retain(|&index| !self.nodes[index].next.iter().any(|&child| is_applied[child]));
        Ok(applied)
    }

    pub(super) fn marks(&self, indices: &[Index]) -> Vec<bool> {
        let mut marks = vec![false; self.nodes.len()];
        indices.iter().for_each(|&index| marks[index] = true);
        marks
    }

    /// As [`Self::reach`], and refuses targets that lie on each other's way.
    fn reach_apart(&self, targets: &[Index], links: Links) -> Result<Vec<Index>, GraphError> {
        let is_target = self.marks(targets);
        let mut seen = vec![false; self.nodes.len()];
        let mut found = Vec::new();
        for &target in targets {
            let mut todo = vec![target];
            let mut others = Vec::new();
            while let Some(index) = todo.pop() {
                if is_target[index] && index != target && !others.contains(&self.id(index)) {
                    others.push(self.id(index));
                }
                if !std::mem::replace(&mut seen[index], true) {
                    todo.extend_from_slice(links(&self.nodes[index]));
                    found.push(index);
                }
            }
            if !others.is_empty() {
                return Err(GraphError::Overlap { revision: self.id(target).to_owned(), others: owned(&others) });
            }
        }
        Ok(found)
    }

    /// What lies above `lower` and up to `upper`, and the revisions that `upper` stands for.
    pub(super) fn range_up(
        &self,
        lower: End<'_>,
        upper: End<'_>,
        range: Range,
    ) -> Result<(Vec<Index>, Vec<Index>), GraphError> {
        let history = matches!(range, Range::History);
        let not_a_range = || GraphError::NotARange { start: lower.text(), end: upper.text() };
        let mut targets = self.upgrade_targets(lower, upper, !history)?;
        if let End::Symbol(symbol) = lower
            && let Some((branch, _)) = symbol.split_once('@')
        {
            let label = self.label_of(branch)?;
            targets.retain(|&target| self.nodes[target].labels().iter().any(|reached| **reached == *label));
        }
        let required = self.reach_apart(&targets, |node| &node.normal_down)?;
        let is_required = self.marks(&required);

        let mut current = self.all_places(&lower.symbols())?;
        let outside = |place: &Place| match place {
            Place::At(index) => !is_required[*index],
            Place::Base => true,
            Place::Nowhere => false,
        };
        if history && current.iter().any(outside) {
            return Err(not_a_range());
        }
        if current.first() == Some(&Place::Nowhere) {
            let End::Symbol(symbol) = lower else { return Err(not_a_range()) };
            current = match self.downgrade_target(upper, symbol, false)?.1 {
                Place::Base => Vec::new(),
                Place::Nowhere => return Err(not_a_range()),
                place => vec![place],
            };
        }
        let current: Option<Vec<Index>> = current.into_iter().map(Place::index).collect();
        let current = current.ok_or_else(not_a_range)?;
        let is_applied = self.marks(&self.reach_apart(&current, |node| &node.normal_down)?);

        let mut needs: Vec<Index> = required.into_iter().filter(|&index| !is_applied[index]).collect();
        if history {
            needs.extend_from_slice(&current);
            if !current.is_empty() {
                let is_above = self.marks(&self.reach_apart(&current, |node| &node.next)?);
                needs.retain(|&index| is_above[index]);
            }
        }
        Ok((needs, targets))
    }

    /// Alembic's topological order of `revisions`, newest first, walking from `heads`: as far as possible down one
    /// line before the next. What no head leads to, where Alembic fails an assertion, comes after.
    pub(super) fn sort(&self, revisions: &[Index], heads: &[Index]) -> Vec<Index> {
        let mut todo = self.marks(revisions);
        let mut output = Vec::with_capacity(revisions.len());
        self.sort_from(heads, &mut todo, &mut output);
        let is_tip = |&index: &Index| todo[index] && !self.nodes[index].all_next.iter().any(|&next| todo[next]);
        let tips: Vec<Index> = (0..self.nodes.len()).filter(is_tip).collect();
        self.sort_from(&tips, &mut todo, &mut output);
        output
    }

    fn sort_from(&self, heads: &[Index], todo: &mut [bool], output: &mut Vec<Index>) {
        let ancestors = |index: Index| self.marks(&self.reach(&[index], |node| &node.normal_down));
        let mut tips: Vec<Index> = heads.iter().copied().filter(|&head| todo[head]).collect();
        tips.sort_unstable();
        tips.dedup();
        let mut below: Vec<Vec<bool>> = tips.iter().map(|&tip| ancestors(tip)).collect();
        let mut at = 0;
        while let Some(&candidate) = tips.get(at) {
            // Another tip that is above this one goes first.
            if let Some(above) = (0..tips.len()).find(|&other| other != at && below[other][candidate]) {
                at = above;
                continue;
            }
            if std::mem::replace(&mut todo[candidate], false) {
                output.push(candidate);
            }
            let node = &self.nodes[candidate];
            let parents: Vec<Index> =
                node.normal_down.iter().copied().filter(|&p| todo[p] && !tips.contains(&p)).collect();
            match parents[..] {
                [] => {
                    tips.remove(at);
                    below.remove(at);
                    at = at.saturating_sub(1);
                }
                [parent, ref others @ ..] => {
                    tips[at] = parent;
                    tips.extend_from_slice(others);
                    if node.normal_down.len() == 1 && node.down.len() == 1 {
                        below[at][candidate] = false;
                    } else {
                        below[at] = ancestors(parent);
                        below.extend(others.iter().map(|&other| ancestors(other)));
                    }
                }
            }
        }
    }
}

/// What a range is for: Alembic collects them differently.
#[derive(Debug, Clone, Copy)]
pub(super) enum Range {
    /// Everything that the target needs, dependencies on other branches included; the lower end excluded.
    Upgrade,
    /// Only what descends from the lower end, which is included.
    History,
}

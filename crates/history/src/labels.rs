//! Which branch labels reach which revisions, by Alembic's rule.
//!
//! Labels are bits while they spread, and lists that revisions share afterwards: each of n revisions may have n labels of its
//! own, all of which reach every other one.

use std::collections::HashMap;
use std::sync::Arc;

use super::graph::RevisionGraph;
use super::node::{Index, Labels};

/// A set of labels, by their places among the sorted ones.
type Bits = Vec<u128>;

/// How many labels are in one of its numbers.
const WIDTH: usize = u128::BITS as usize;

impl RevisionGraph {
    /// A label covers its descendants, and from the last of them down to the first branch or merge point. What a revision
    /// hands on are all the labels that have reached it by then, in load order, as in Alembic.
    pub(super) fn spread_labels(&mut self) {
        let labelled = self.indices(|node| !node.revision.branch_labels.is_empty());
        if labelled.is_empty() {
            return;
        }
        let mut names: Vec<Arc<str>> = self.labels.iter().map(|label| Arc::from(label.as_str())).collect();
        names.sort_unstable();
        let mut sets = vec![vec![0; names.len().div_ceil(WIDTH)]; self.nodes.len()];
        for &index in &labelled {
            for label in &self.nodes[index].revision.branch_labels {
                if let Ok(at) = names.binary_search_by(|name| (**name).cmp(label)) {
                    sets[index][at / WIDTH] |= 1 << (at % WIDTH);
                }
            }
        }
        for &index in &labelled {
            let spread = sets[index].clone();
            for at in self.covered(index) {
                sets[at].iter_mut().zip(&spread).for_each(|(all, new)| *all |= new);
            }
        }
        let mut lists: HashMap<Bits, Option<Labels>> = HashMap::new();
        for (node, set) in self.nodes.iter_mut().zip(sets) {
            node.labels = lists.entry(set).or_insert_with_key(|set| list(set, &names)).clone();
        }
    }

    /// The revisions that get the labels of the one at `index`, each once.
    fn covered(&self, index: Index) -> Vec<Index> {
        let mut covered = self.reach(&[index], |node| &node.next);
        let is_covered = self.marks(&covered);
        let mut parent = covered.last().copied();
        while let Some(at) = parent {
            let node = &self.nodes[at];
            if node.all_next.len() > 1 || node.is_merge_point() {
                break;
            }
            if !is_covered[at] {
                covered.push(at);
            }
            parent = node.down.first().copied();
        }
        covered
    }
}

/// The labels of a set; `None` for an empty one.
fn list(set: &[u128], names: &[Arc<str>]) -> Option<Labels> {
    let labels: Labels = (0..names.len())
        .filter(|at| set[at / WIDTH] >> (at % WIDTH) & 1 == 1)
        .map(|at| Arc::clone(&names[at]))
        .collect();
    (!labels.is_empty()).then_some(labels)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::revision::Revision;
    use crate::{Node, RevisionGraph};

    /// A line of `count` revisions, a label on each.
    fn line(count: usize) -> RevisionGraph {
        let revisions = (0..count).map(|number| Revision {
            id: format!("n{number}"),
            down_revision: number.checked_sub(1).map(|below| format!("n{below}")).into_iter().collect(),
            branch_labels: vec![format!("label{number:04}")],
            ..Revision::default()
        });
        RevisionGraph::new(revisions).expect("a line")
    }

    #[test]
    fn a_label_on_every_revision_of_a_line_is_held_once_by_each() {
        let graph = line(1_000);
        let expected: Vec<String> = (0..1_000).map(|number| format!("label{number:04}")).collect();
        let lists: Vec<&[Arc<str>]> = graph.iter().map(Node::labels).collect();
        assert!(lists[0].iter().map(|label| &**label).eq(expected.iter().map(String::as_str)));
        assert!(lists.iter().all(|list| std::ptr::eq(*list, lists[0])), "one list for all");
    }
}

//! The revision graph: which revision follows which, heads, bases and labels, by Alembic's own rules.
//!
//! Takes revisions from anywhere, so tests never touch a disk. Resolving what a person types is in `symbol`, ranges
//! and their order in `order`, row changes in `steps`.

use std::collections::HashMap;

use super::node::{Index, Indices, Links, Node};
use super::problem::{CycleKind, Problem};
use super::revision::Revision;

/// Characters with a meaning in Alembic's symbols, which it therefore keeps out of ids.
const ILLEGAL: [char; 4] = ['@', '-', '+', ':'];

/// Both lists, each member once.
fn union(first: &[Index], second: &[Index]) -> Indices {
    let mut all = Indices::with_capacity(first.len() + second.len());
    for &index in first.iter().chain(second) {
        if !all.contains(&index) {
            all.push(index);
        }
    }
    all
}

/// All revisions that an image ships, linked. Sound by construction: every link has its revision, no circle.
#[derive(Debug, Clone, Default)]
pub struct RevisionGraph {
    pub(super) nodes: Vec<Node>,
    /// Ids and labels, as Alembic has them in one map.
    pub(super) names: HashMap<String, Index>,
    /// The labels among them, as loaded.
    pub(super) labels: Vec<String>,
}

impl RevisionGraph {
    /// Links revisions, in load order. The error holds everything that keeps them from being a graph.
    pub fn new(revisions: impl IntoIterator<Item = Revision>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let revisions = revisions.into_iter();
        let count = revisions.size_hint().0;
        let mut graph =
            Self { nodes: Vec::with_capacity(count), names: HashMap::with_capacity(count), labels: Vec::new() };
        for revision in revisions {
            graph.add(revision, &mut problems);
        }
        graph.name_labels(&mut problems);
        graph.link(&mut problems);
        if problems.is_empty() {
            graph.find_cycles(&mut problems);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        graph.normalize_dependencies();
        graph.spread_labels();
        Ok(graph)
    }

    fn add(&mut self, revision: Revision, problems: &mut Vec<Problem>) {
        let id = &revision.id;
        for (list, kind) in
            [(&revision.down_revision, CycleKind::SelfLoop), (&revision.depends_on, CycleKind::DependencySelfLoop)]
        {
            if list.contains(id) {
                problems.push(Problem::Cycle { kind, revisions: vec![id.clone()] });
            }
        }
        if let Some(character) = id.chars().find(|c| ILLEGAL.contains(c)) {
            let path = revision.path.clone();
            problems.push(Problem::IllegalCharacter { path, revision: id.clone(), character });
        }
        if let Some(&first) = self.names.get(id) {
            let first = self.nodes[first].revision.path.clone();
            problems.push(Problem::Duplicate { revision: revision.id, first, second: revision.path });
            return;
        }
        self.names.insert(revision.id.clone(), self.nodes.len());
        self.nodes.push(Node::new(revision));
    }

    fn name_labels(&mut self, problems: &mut Vec<Problem>) {
        for (index, node) in self.nodes.iter().enumerate() {
            for label in &node.revision.branch_labels {
                match self.names.get(label) {
                    Some(&taken) => problems.push(Problem::LabelClash {
                        label: label.clone(),
                        revision: node.revision.id.clone(),
                        used_by: self.nodes[taken].revision.id.clone(),
                        path: node.revision.path.clone(),
                    }),
                    None => {
                        self.names.insert(label.clone(), index);
                        self.labels.push(label.clone());
                    }
                }
            }
        }
    }

    fn link(&mut self, problems: &mut Vec<Problem>) {
        for index in 0..self.nodes.len() {
            let revision = &self.nodes[index].revision;
            let mut missing = |missing: &str, attribute| {
                problems.push(Problem::MissingParent {
                    path: revision.path.clone(),
                    revision: revision.id.clone(),
                    missing: missing.to_owned(),
                    attribute,
                });
            };
            let (mut down, mut dependencies) = (Indices::new(), Indices::new());
            for parent in &revision.down_revision {
                match self.get_index(parent) {
                    Some(parent) => down.push(parent),
                    None => missing(parent, "down_revision"),
                }
            }
            for name in &revision.depends_on {
                match self.names.get(name) {
                    Some(&dependency) => dependencies.push(dependency),
                    None => missing(name, "depends_on"),
                }
            }
            let all_down = union(&down, &dependencies);
            for &parent in &all_down {
                self.nodes[parent].all_next.push(index);
                if down.contains(&parent) {
                    self.nodes[parent].next.push(index);
                }
            }
            let node = &mut self.nodes[index];
            node.normal_down = union(&down, &[]);
            (node.down, node.dependencies, node.all_down) = (down, dependencies, all_down);
        }
    }

    /// Circles, also those that Alembic overlooks because a head and a base reach them.
    fn find_cycles(&self, problems: &mut Vec<Problem>) {
        let links: &[(CycleKind, Links, Links)] = &[
            // Not normalized yet: `down`, each once.
            (CycleKind::Cycle, |node| &node.normal_down, |node| &node.next),
            (CycleKind::DependencyCycle, |node| &node.all_down, |node| &node.all_next),
        ];
        // Where nothing is in `depends_on`, the links are the same.
        let has_dependencies = self.nodes.iter().any(|node| !node.dependencies.is_empty());
        for &(kind, down, up) in &links[..if has_dependencies { 2 } else { 1 }] {
            // Without a circle the walk from the bases leaves nothing for the one from the heads.
            let mut left = self.peel(down, up, &vec![true; self.nodes.len()]);
            if left.contains(&true) {
                left = self.peel(up, down, &left);
            }
            let mut revisions: Vec<String> =
                (0..self.nodes.len()).filter(|&at| left[at]).map(|at| self.id(at).to_owned()).collect();
            if !revisions.is_empty() {
                revisions.sort();
                problems.push(Problem::Cycle { kind, revisions });
                return;
            }
        }
    }

    /// Takes away, again and again, each revision that has no link `ahead` among those that are `left`.
    fn peel(&self, ahead: Links, behind: Links, left: &[bool]) -> Vec<bool> {
        let mut left = left.to_vec();
        let mut count: Vec<usize> =
            self.nodes.iter().map(|node| ahead(node).iter().filter(|&&at| left[at]).count()).collect();
        let mut todo: Vec<Index> = (0..left.len()).filter(|&at| left[at] && count[at] == 0).collect();
        while let Some(at) = todo.pop() {
            left[at] = false;
            for &other in behind(&self.nodes[at]) {
                count[other] -= 1;
                if left[other] && count[other] == 0 {
                    todo.push(other);
                }
            }
        }
        left
    }

    fn normalize_dependencies(&mut self) {
        for index in self.indices(|node| !node.dependencies.is_empty()) {
            let mut own = self.nodes[index].dependencies.clone();
            for ancestor in self.reach(&[index], |node| &node.down) {
                if ancestor != index {
                    own.retain(|dependency| !self.nodes[ancestor].dependencies.contains(dependency));
                }
            }
            self.nodes[index].normal_down = union(&self.nodes[index].down, &own);
        }
    }

    /// Everything that can be reached from `start`, itself included, in the order of Alembic's own walk.
    pub(super) fn reach(&self, start: &[Index], links: Links) -> Vec<Index> {
        let mut seen = vec![false; self.nodes.len()];
        let mut found = Vec::new();
        for &first in start {
            let mut todo = vec![first];
            while let Some(index) = todo.pop() {
                if !std::mem::replace(&mut seen[index], true) {
                    todo.extend_from_slice(links(&self.nodes[index]));
                    found.push(index);
                }
            }
        }
        found
    }

    /// Ids and labels in Alembic's order: ids as loaded, then labels.
    pub(super) fn known_names(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().map(|node| node.revision.id.as_str()).chain(self.labels.iter().map(String::as_str))
    }

    pub(super) fn indices(&self, keep: impl Fn(&Node) -> bool) -> Vec<Index> {
        (0..self.nodes.len()).filter(|&index| keep(&self.nodes[index])).collect()
    }

    pub(super) fn get_index(&self, id: &str) -> Option<Index> {
        self.names.get(id).copied().filter(|&index| self.nodes[index].revision.id == id)
    }

    pub(super) fn id(&self, index: Index) -> &str {
        &self.nodes[index].revision.id
    }

    fn ids(&self, keep: impl Fn(&Node) -> bool) -> Vec<&str> {
        self.nodes.iter().filter(|node| keep(node)).map(|node| node.revision.id.as_str()).collect()
    }

    /// The revision with exactly this id.
    pub fn get(&self, id: &str) -> Option<&Node> {
        self.get_index(id).map(|index| &self.nodes[index])
    }

    /// All revisions in load order.
    pub fn iter(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter()
    }

    /// How many revisions there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Revisions that are no other's `down_revision`, in load order.
    pub fn heads(&self) -> Vec<&str> {
        self.ids(Node::is_head)
    }

    /// Heads on which nothing depends either: the rows of a database that is up to date.
    pub fn real_heads(&self) -> Vec<&str> {
        self.ids(Node::is_real_head)
    }

    /// Revisions without `down_revision`.
    pub fn bases(&self) -> Vec<&str> {
        self.ids(|node| node.revision.is_base())
    }

    /// Bases without `depends_on`.
    pub fn real_bases(&self) -> Vec<&str> {
        self.ids(is_real_base)
    }

    /// Revisions that have this node as `down_revision`.
    pub fn children<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = &'a Node> {
        node.next.iter().map(|&index| &self.nodes[index])
    }

    /// The ids that a row of this revision stands for having been applied directly before it: its `down_revision`s
    /// and those dependencies that no ancestor has.
    pub fn parents<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = &'a Node> {
        node.normal_down.iter().map(|&index| &self.nodes[index])
    }

    /// The revisions that this one names, and whether only in `depends_on`.
    pub fn links<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = (&'a Node, bool)> {
        node.all_down.iter().map(|index| (&self.nodes[*index], !node.down.contains(index)))
    }

    /// Whether rows are exactly those that a whole upgrade leaves: "up to date". Right under `depends_on`, where
    /// `alembic current --check-heads` is not.
    pub fn is_at_head<S: AsRef<str>>(&self, rows: &[S]) -> bool {
        let mut rows: Vec<&str> = rows.iter().map(AsRef::as_ref).collect();
        let mut heads = self.real_heads();
        rows.sort_unstable();
        rows.dedup();
        heads.sort_unstable();
        rows == heads
    }
}

fn is_real_base(node: &Node) -> bool {
    node.revision.is_base() && node.revision.depends_on.is_empty()
}

//! A revision in its graph: what it follows and what follows it.

use super::revision::Revision;

/// The place of a revision in load order.
pub(super) type Index = usize;

/// Which links to follow.
pub(super) type Links = fn(&Node) -> &[Index];

/// A revision and its links.
#[derive(Debug, Clone)]
pub struct Node {
    /// What the file says.
    pub revision: Revision,
    /// `down_revision` as places.
    pub(super) down: Vec<Index>,
    /// `depends_on` as places.
    pub(super) dependencies: Vec<Index>,
    /// `down` and `dependencies`, each once.
    pub(super) all_down: Vec<Index>,
    /// `down` and those dependencies that no `down_revision` ancestor has: what rows of the version table follow.
    pub(super) normal_down: Vec<Index>,
    /// Revisions with this one in `down`.
    pub(super) next: Vec<Index>,
    /// Revisions with this one in `down` or `dependencies`.
    pub(super) all_next: Vec<Index>,
    pub(super) labels: Vec<String>,
}

impl Node {
    pub(super) fn new(revision: Revision) -> Self {
        let labels = revision.branch_labels.clone();
        Self {
            revision,
            down: Vec::new(),
            dependencies: Vec::new(),
            all_down: Vec::new(),
            normal_down: Vec::new(),
            next: Vec::new(),
            all_next: Vec::new(),
            labels,
        }
    }

    /// The branch labels that reach this revision, sorted.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// No revision has it as `down_revision`.
    pub fn is_head(&self) -> bool {
        self.next.is_empty()
    }

    /// No revision has it as `down_revision` or in `depends_on`: what the version table holds after a whole upgrade.
    pub fn is_real_head(&self) -> bool {
        self.all_next.is_empty()
    }

    /// Several revisions have it as `down_revision`.
    pub fn is_branch_point(&self) -> bool {
        self.next.len() > 1
    }

    /// It has several `down_revision`s.
    pub fn is_merge_point(&self) -> bool {
        self.down.len() > 1
    }
}

//! A revision in its graph: what it follows and what follows it.

use std::sync::Arc;

use smallvec::SmallVec;

use super::revision::Revision;

/// The place of a revision in load order.
pub(super) type Index = usize;

/// A few of them: nearly every revision follows one other.
pub(super) type Indices = SmallVec<[Index; 2]>;

/// Branch labels, sorted: one list for many revisions, since on a line of descent each has the labels of all.
pub(super) type Labels = Arc<[Arc<str>]>;

/// Which links to follow.
pub(super) type Links = fn(&Node) -> &[Index];

/// A revision and its links.
#[derive(Debug, Clone)]
pub struct Node {
    /// What the file says.
    pub revision: Revision,
    /// `down_revision` as places.
    pub(super) down: Indices,
    /// `depends_on` as places.
    pub(super) dependencies: Indices,
    /// `down` and `dependencies`, each once.
    pub(super) all_down: Indices,
    /// `down` and those dependencies that no `down_revision` ancestor has: what rows of the version table follow.
    pub(super) normal_down: Indices,
    /// Revisions with this one in `down`.
    pub(super) next: Indices,
    /// Revisions with this one in `down` or `dependencies`.
    pub(super) all_next: Indices,
    /// Shared by all revisions that the same labels reach; `None` where no label does.
    pub(super) labels: Option<Labels>,
}

impl Node {
    pub(super) fn new(revision: Revision) -> Self {
        Self {
            revision,
            down: Indices::new(),
            dependencies: Indices::new(),
            all_down: Indices::new(),
            normal_down: Indices::new(),
            next: Indices::new(),
            all_next: Indices::new(),
            labels: None,
        }
    }

    /// The branch labels that reach this revision, sorted; shared with the others that they reach.
    pub fn labels(&self) -> &[Arc<str>] {
        self.labels.as_deref().unwrap_or_default()
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

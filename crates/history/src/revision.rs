//! What one migration file says about itself, before anything is known of its neighbours.

use std::path::PathBuf;

use super::scan::before;

/// One revision as its file declares it.
///
/// The lists hold what is written, in its order; `[]` is Alembic's `None`, `()`, `[]` and `{}`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revision {
    /// `revision`, or the file's name where Alembic's oldest convention allows it.
    pub id: String,
    /// `down_revision`: exact ids.
    pub down_revision: Vec<String>,
    /// `depends_on`: exact ids or branch labels.
    pub depends_on: Vec<String>,
    /// `branch_labels` as written here; see [`super::Node::labels`] for those that reach it from elsewhere.
    pub branch_labels: Vec<String>,
    /// The docstring, stripped.
    pub docstring: String,
    /// The file, symbolic links resolved.
    pub path: PathBuf,
}

impl Revision {
    /// The docstring up to its first blank line.
    pub fn message(&self) -> &str {
        before(&self.docstring, "\n\n")
    }

    /// Whether it has no `down_revision`.
    pub(crate) fn is_base(&self) -> bool {
        self.down_revision.is_empty()
    }
}

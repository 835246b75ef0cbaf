//! Reading files of a layout, and what they import where they do not say by themselves what they hold.

use std::path::Path;
use std::sync::Arc;

use super::cut::before_functions;
use super::header::read_with;
use super::imports::Imports;
use super::layout::Layout;
use super::problem::Problem;
use super::revision::Revision;

/// Reads the files of a layout; what one imports is looked for where the others do not say.
#[derive(Debug, Clone)]
pub struct Reader {
    imports: Arc<Imports>,
}

impl Reader {
    /// One for the files of this layout.
    pub fn of(layout: &Layout) -> Self {
        Self { imports: Arc::new(Imports::of(layout)) }
    }

    /// As [`read_revision`](super::read_revision).
    pub fn read(&self, bytes: &[u8], path: &Path) -> Result<Revision, Problem> {
        read_with(bytes, path, Some(&self.imports), |_| None)
    }

    /// As [`read_header`](super::read_header).
    pub fn read_header(&self, bytes: &[u8], path: &Path) -> Result<Revision, Problem> {
        read_with(bytes, path, Some(&self.imports), before_functions)
    }
}

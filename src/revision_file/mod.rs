//! Revision files: which of them a command has written, one put after another, and files written whole. Alembic itself
//! writes the new ones.

mod rebase;
mod snapshot;
pub mod write;

use std::path::{Path, PathBuf};

pub use rebase::rebase;
pub use snapshot::{Snapshot, files_below};

/// A path as it would be typed in the current folder, where it is below that.
pub fn as_typed(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).to_path_buf()
}

//! The migration files: where they are, what each says, and the graph they form. Reads files only, never a database.

#[cfg(test)]
mod cases;
mod error;
mod graph;
mod order;
mod problem;
mod revision;
mod steps;
mod symbol;

pub use error::GraphError;
pub use graph::{Node, RevisionGraph};
pub use problem::{CycleKind, Problem};
pub use revision::Revision;
pub use steps::{RowChange, Step};

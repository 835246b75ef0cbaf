//! The migration files: where they are, what each says, and the graph they form. Reads files only, never a database.

mod bindings;
#[cfg(test)]
mod cases;
mod error;
mod evaluate;
mod graph;
mod header;
mod order;
mod problem;
mod revision;
mod steps;
mod symbol;
mod value;

pub use error::GraphError;
pub use graph::{Node, RevisionGraph};
pub use problem::{CycleKind, Problem};
pub use revision::Revision;
pub use steps::{RowChange, Step};

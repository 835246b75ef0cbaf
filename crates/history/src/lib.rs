//! The revision files of an Alembic project: where they are, what each says, and the graph they form. Reads files only, never a
//! database, and runs no Python.
//!
//! [`layout`] finds the folders, [`read`] and [`Headers`] read the files in them, and [`RevisionGraph`] answers what Alembic's
//! `heads`, `history`, `current`, `upgrade` and `stamp` would.
//!
//! ```
//! use std::path::Path;
//!
//! use levelhead_history::{RevisionGraph, read_revision};
//!
//! let first = read_revision(b"revision = 'a'\ndown_revision = None", Path::new("a.py")).unwrap();
//! let second = read_revision(b"revision = 'b'\ndown_revision = 'a'", Path::new("b.py")).unwrap();
//! assert_eq!(RevisionGraph::new([first, second]).unwrap().heads(), ["b"]);
//! ```

mod alembic_config;
mod bindings;
#[cfg(test)]
mod cases;
mod cut;
mod deferred;
pub mod env_py;
mod error;
mod evaluate;
mod expression;
mod files;
mod follow;
mod graph;
mod header;
mod headers;
mod imports;
mod ini;
mod labels;
pub mod layout;
mod layout_error;
mod layout_use;
mod listing;
mod mention;
mod node;
mod order;
mod packages;
mod plain;
mod problem;
mod reader;
mod revision;
mod scan;
mod scope;
mod separate;
mod steps;
mod symbol;
mod targets;
mod value;

pub use error::GraphError;
pub use files::{Changes, ReadError, read, read_changed, read_each, read_source};
pub use graph::RevisionGraph;
pub use header::{read as read_revision, read_header};
pub use headers::Headers;
pub use ini::IniError;
pub use mention::mentions_any;
pub use node::Node;
pub use problem::{CycleKind, Problem, Remedy};
pub use reader::Reader;
pub use revision::Revision;
pub use steps::Step;

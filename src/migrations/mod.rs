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
// STUB
#[allow(missing_docs, dead_code)]
pub mod layout {
    use std::ffi::OsString;
    use std::path::PathBuf;
    #[derive(Default, Clone, Debug)]
    pub struct Search {
        pub migrations: Option<PathBuf>,
        pub config_files: Vec<PathBuf>,
        pub section: Option<String>,
        pub alembic_config: Option<PathBuf>,
        pub flask_db_directory: Option<PathBuf>,
        pub python_path: Option<OsString>,
        pub virtual_env: Option<PathBuf>,
    }
    #[derive(Debug)]
    pub struct Layout;
    impl Layout {
        pub fn upgrade_command(&self) -> Vec<OsString> {
            vec!["flask".into(), "db".into(), "upgrade".into()]
        }
    }
    #[derive(Debug, thiserror::Error)]
    #[error("layout")]
    pub struct LayoutError;
    impl LayoutError {
        pub fn next(&self) -> String {
            "x".into()
        }
    }
    pub fn locate(_: &Search) -> Result<Layout, LayoutError> {
        Ok(Layout)
    }
}
#[allow(missing_docs, dead_code)]
pub mod env_py {
    use super::layout::*;
    use crate::version_table::VersionTable;
    pub fn version_table(_: &Layout) -> Result<VersionTable, super::ReadError> {
        Ok(VersionTable::default())
    }
}
#[allow(missing_docs, dead_code)]
#[derive(Debug, thiserror::Error)]
#[error("read")]
pub struct ReadError;
impl ReadError {
    pub fn next(&self) -> String {
        "x".into()
    }
}
#[allow(missing_docs, dead_code)]
pub fn read(_: &layout::Layout) -> Result<RevisionGraph, ReadError> {
    let r = |id: &str, d: &[&str]| Revision {
        id: id.into(),
        down_revision: d.iter().map(|s| s.to_string()).collect(),
        ..Default::default()
    };
    Ok(RevisionGraph::new([
        r("4b1d0c9a7e21", &[]),
        r("9e7c52f3d8b4", &["4b1d0c9a7e21"]),
        r("c30fa6d1be95", &["9e7c52f3d8b4"]),
        r("d8452b70fc16", &["c30fa6d1be95"]),
    ])
    .unwrap())
}

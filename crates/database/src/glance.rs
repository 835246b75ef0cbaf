//! All that is asked of a database at head.

use version_table::VersionRows;

/// The rows of the version table, and whether there is anything that they could be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// The rows.
    pub rows: VersionRows,
    /// The names of the oldest tables beside the version table, without their schemas. Empty, too, where there are no rows.
    pub tables: Vec<String>,
}

impl Glance {
    /// How many tables are named at most: enough that some of an application's own are among them.
    pub const TABLES: usize = 32;

    /// What stands between the names of an answer. A name that holds it is none that a migration could be asked about.
    pub(crate) const BETWEEN: char = '\n';

    /// Takes the second column of any row.
    pub(crate) fn new(rows: VersionRows, tables: Option<&str>) -> Self {
        let tables = tables.into_iter().flat_map(|tables| tables.split(Self::BETWEEN)).map(str::to_owned).collect();
        Self { rows, tables }
    }
}

//! Everything that a database holds, to be shown and dropped: a throwaway database's reset. The ledger is not part of it.

/// What would be lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Each object that is not an extension's, in an order in which they can be dropped.
    pub losses: Vec<Loss>,
    /// Tables and their rows, by name; a table with more than [`Self::COUNTED`] has one more than that, and one that
    /// cannot be counted, for want of rights or since somebody has locked it, has none.
    pub tables: Vec<(String, Option<u64>)>,
    /// What stays, such as `extension citext`.
    pub kept: Vec<String>,
}

/// An object that would be dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Such as `view public.v`.
    pub object: String,
    /// The statement that drops it.
    pub statement: String,
    /// The role that it belongs to, where that keeps this one from dropping it.
    pub foreign_owner: Option<String>,
}

impl Loss {
    /// Whether it is one of [`Contents::tables`].
    pub fn is_table(&self) -> bool {
        self.object.starts_with("table ")
    }
}

impl Contents {
    /// How many rows of a table are counted.
    pub const COUNTED: u64 = 100_000;
}

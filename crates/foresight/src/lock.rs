//! The lock modes of PostgreSQL's tables, and which of them conflict:
//! <https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES>.

use std::fmt;

use serde::{Serialize, Serializer};

/// A lock mode, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockMode {
    /// Of a query.
    AccessShare,
    /// Of `SELECT … FOR UPDATE`.
    RowShare,
    /// Of whatever writes rows.
    RowExclusive,
    /// Of `VACUUM` and of the `CONCURRENTLY` family.
    ShareUpdateExclusive,
    /// Of `CREATE INDEX`.
    Share,
    /// Of a foreign key and of a trigger.
    ShareRowExclusive,
    /// Of `REFRESH MATERIALIZED VIEW CONCURRENTLY`.
    Exclusive,
    /// Of most of `ALTER TABLE`.
    AccessExclusive,
}

use LockMode as M;

impl LockMode {
    /// Each of them, weakest first.
    pub const ALL: [Self; 8] = [
        M::AccessShare,
        M::RowShare,
        M::RowExclusive,
        M::ShareUpdateExclusive,
        M::Share,
        M::ShareRowExclusive,
        M::Exclusive,
        M::AccessExclusive,
    ];

    /// As SQL writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            M::AccessShare => "ACCESS SHARE",
            M::RowShare => "ROW SHARE",
            M::RowExclusive => "ROW EXCLUSIVE",
            M::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            M::Share => "SHARE",
            M::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            M::Exclusive => "EXCLUSIVE",
            M::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// The mode of this name, in SQL's spelling or in that of `pg_locks`: `AccessExclusiveLock`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let bare = |name: &str| name.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
        let wanted = bare(name);
        let wanted = wanted.strip_suffix("lock").unwrap_or(&wanted).to_owned();
        Self::ALL.into_iter().find(|mode| bare(mode.name()) == wanted)
    }

    /// Whether one session cannot hold this while another holds that.
    #[must_use]
    pub fn conflicts(self, other: Self) -> bool {
        let (weak, strong) = if self < other { (self, other) } else { (other, self) };
        match strong {
            M::AccessExclusive => true,
            M::Exclusive => weak >= M::RowShare,
            M::ShareRowExclusive => weak >= M::RowExclusive,
            M::Share => weak == M::RowExclusive || weak == M::ShareUpdateExclusive,
            M::ShareUpdateExclusive => weak == M::ShareUpdateExclusive,
            M::RowExclusive | M::RowShare | M::AccessShare => false,
        }
    }

    /// Whether queries wait for it.
    #[must_use]
    pub fn blocks_reads(self) -> bool {
        self.conflicts(M::AccessShare)
    }

    /// Whether whatever writes rows waits for it.
    #[must_use]
    pub fn blocks_writes(self) -> bool {
        self.conflicts(M::RowExclusive)
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for LockMode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The documentation's table of conflicts, weakest mode first.
    const CONFLICTS: [&str; 8] =
        [".......X", "......XX", "....XXXX", "...XXXXX", "..XX.XXX", "..XXXXXX", ".XXXXXXX", "XXXXXXXX"];

    #[test]
    fn modes_conflict_as_documented() {
        for (row, one) in CONFLICTS.iter().zip(M::ALL) {
            for (cell, other) in row.chars().zip(M::ALL) {
                assert_eq!(one.conflicts(other), cell == 'X', "{one} and {other}");
            }
        }
    }

    #[test]
    fn a_mode_has_the_catalogues_name_too() {
        assert_eq!(M::named("ShareRowExclusiveLock"), Some(M::ShareRowExclusive));
        assert_eq!(M::named("share row exclusive"), Some(M::ShareRowExclusive));
        assert_eq!(M::named("SIReadLock"), None);
    }
}

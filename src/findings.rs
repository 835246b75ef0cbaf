//! The kinds of findings: one table, in which the code, the usual severity and the page of each stand once.

use history::Problem;

/// How much a finding matters, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// As it should be.
    Fine,
    /// The upgrade that is pending leads out of it.
    Pending,
    /// Worth knowing; it stands in nobody's way.
    Warning,
    /// `run` and `fix` repair it: everything that it takes is proven.
    Repair,
    /// Only a person can resolve it.
    Stop,
}

impl Severity {
    /// Each of them, least first.
    pub const ALL: [Self; 5] = [Self::Fine, Self::Pending, Self::Warning, Self::Repair, Self::Stop];

    /// How a message begins that is so severe.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stop => "error",
            other => other.name(),
        }
    }

    /// The stable name that JSON uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Pending => "pending",
            Self::Warning => "warning",
            Self::Repair => "repair",
            Self::Stop => "stop",
        }
    }
}

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The stable name that documentation and JSON use.
    pub code: &'static str,
    /// How much it matters, unless what was found of it says otherwise.
    pub severity: Severity,
    /// Its page, as it is in `docs/findings/`.
    pub page: &'static str,
}

macro_rules! kinds {
    ($($(#[$doc:meta])+ $name:ident = $code:literal, $severity:ident;)+) => {
        impl Kind {
            $(
                $(#[$doc])+
                pub const $name: Self = Self {
                    code: $code,
                    severity: Severity::$severity,
                    page: include_str!(concat!("../docs/findings/", $code, ".md")),
                };
            )+

            /// Every kind, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$name),+];
        }
    };
}

kinds! {
    /// The rows are the heads, or have reached the target.
    AT_HEAD = "at-head", Fine;
    /// No version rows and no tables.
    FRESH_DATABASE = "fresh-database", Pending;
    /// The rows are ancestors of the heads, and the schema agrees.
    BEHIND = "behind", Pending;
    /// Tables, but no version rows.
    UNVERSIONED = "unversioned", Stop;
    /// What a pending revision makes is there already.
    PENDING_EXISTS = "pending-exists", Stop;
    /// The rows claim revisions whose objects are not there.
    STAMPED_TOO_FAR = "stamped-too-far", Stop;
    /// Some of what one revision does is there, and some is not.
    HALF_APPLIED = "half-applied", Stop;
    /// A row names a revision that no file has.
    UNKNOWN_REVISION = "unknown-revision", Stop;
    /// A newer release has upgraded the database.
    AHEAD = "ahead", Warning;
    /// No migration mentions any of the tables.
    WRONG_DATABASE = "wrong-database", Stop;
    /// There is no migration file.
    NO_REVISIONS = "no-revisions", Stop;
    /// The files have several heads.
    MULTIPLE_HEADS = "multiple-heads", Warning;
    /// A row is an ancestor of another row.
    OVERLAPPING_ROWS = "overlapping-rows", Repair;
    /// The longest id does not fit the version table.
    NARROW_VERSION_COLUMN = "narrow-version-column", Stop;
    /// The role lacks a right.
    NO_PRIVILEGE = "no-privilege", Stop;
    /// The connection may not write.
    READ_ONLY = "read-only", Stop;
    /// A standby: nobody can write there.
    IN_RECOVERY = "in-recovery", Stop;
    /// What has the version table's name is none.
    UNUSABLE_VERSION_TABLE = "unusable-version-table", Stop;
    /// The same revision in several rows.
    DUPLICATE_ROWS = "duplicate-rows", Stop;
    /// An index that a failed CREATE INDEX CONCURRENTLY left behind.
    INVALID_INDEX = "invalid-index", Warning;
    /// Something in the schema is not as the migrations leave it.
    DRIFT = "drift", Warning;
    /// An applied revision says what the schema does not have.
    EDITED_REVISION = "edited-revision", Warning;
    /// A table that an interrupted batch migration left behind.
    LEFTOVER_TABLE = "leftover-table", Stop;
    /// A file that says nothing definite.
    UNREADABLE_MIGRATION = "unreadable-migration", Stop;
    /// A parent that no file has.
    MISSING_PARENT = "missing-parent", Stop;
    /// One id in several files.
    DUPLICATE_REVISION = "duplicate-revision", Stop;
    /// Revisions that follow each other in a circle.
    CYCLE = "cycle", Stop;
    /// A branch label that is taken.
    LABEL_CLASH = "label-clash", Stop;
}

impl Kind {
    /// The kind with this code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|kind| kind.code == code).copied()
    }

    /// What keeps the files from being a graph.
    pub fn of_problem(problem: &Problem) -> Self {
        match problem {
            Problem::Unreadable { .. } | Problem::IllegalCharacter { .. } => Self::UNREADABLE_MIGRATION,
            Problem::MissingParent { .. } => Self::MISSING_PARENT,
            Problem::Duplicate { .. } => Self::DUPLICATE_REVISION,
            Problem::LabelClash { .. } => Self::LABEL_CLASH,
            Problem::Cycle { .. } => Self::CYCLE,
        }
    }

    /// The first sentence of its page: what it is.
    pub fn summary(self) -> String {
        let paragraph = self.page.split("\n\n").nth(1).unwrap_or_default().replace('\n', " ");
        let end = paragraph.find(". ").map_or(paragraph.len(), |end| end + 1);
        paragraph[..end].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn every_page_says_the_same_things_in_the_same_order() {
        for kind in Kind::ALL {
            let code = kind.code;
            assert_eq!(Kind::of_code(code), Some(*kind), "{code} is there twice");
            assert!(kind.page.starts_with(&format!("# {code}\n\n")), "{code}");
            assert!(kind.summary().len() > 20, "{code}: {}", kind.summary());
            let headings: Vec<&str> = kind.page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
            let run = headings.iter().position(|heading| *heading == "What run does");
            assert!(headings[0].starts_with("What it looks like") && run.is_some(), "{code}: {headings:?}");
            assert_eq!(headings.last(), Some(&"How to undo it"), "{code}");
            let after = headings[run.unwrap() + 1..]
                .iter()
                .any(|heading| heading.starts_with("What to do") || heading.starts_with("If "));
            assert!(after, "{code}: {headings:?}");
        }
    }
}

//! Why a symbol leads nowhere or a change of rows cannot be made, in Alembic's own words where it has some.

/// A question that the graph cannot answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// No revision, or several, with this name or beginning.
    #[error("Can't locate revision identified by '{argument}'")]
    NotFound {
        /// What was asked for.
        argument: String,
        /// The names that begin with it.
        candidates: Vec<String>,
    },
    /// `head` where there are several.
    #[error(
        "Multiple head revisions are present for given argument '{argument}'; please specify a specific target \
         revision, '<branchname>@{argument}' to narrow to a specific head, or 'heads' for all heads"
    )]
    MultipleHeads {
        /// What was asked for.
        argument: String,
        /// The heads.
        heads: Vec<String>,
    },
    /// `stamp head` where there are several.
    #[error("Multiple heads are present; please specify a single target revision")]
    StampMultipleHeads {
        /// The heads.
        heads: Vec<String>,
    },
    /// A range whose ends are not on one line.
    #[error("Requested range {start}:{end} does not refer to ancestor/descendant revisions along the same branch")]
    NotARange {
        /// The lower end.
        start: String,
        /// The upper end.
        end: String,
    },
    /// A branch on which there is nothing to take back.
    #[error("Not a valid downgrade target from current heads")]
    NotOnBranch,
    /// A row that is an ancestor of another row, or a target of another target.
    #[error("Requested revision {revision} overlaps with other requested revisions {}", others.join(", "))]
    Overlap {
        /// The later revision.
        revision: String,
        /// Its ancestors among the others.
        others: Vec<String>,
    },
    /// `+5` where there are fewer.
    #[error("Relative revision {relative} didn't produce {} migrations", steps.unsigned_abs())]
    TooFewSteps {
        /// As Alembic prints it.
        relative: String,
        /// How many steps.
        steps: i64,
    },
    /// `+1` with several rows.
    #[error("Ambiguous upgrade from multiple current revisions")]
    AmbiguousStart {
        /// The rows to start from.
        rows: Vec<String>,
    },
    /// A step at a fork.
    #[error("Ambiguous walk")]
    AmbiguousWalk {
        /// The revisions to choose from.
        choices: Vec<String>,
    },
    /// `name+9` past the last revision.
    #[error("Walked too far")]
    WalkedTooFar {
        /// What was asked for.
        argument: String,
    },
    /// `history -r x`.
    #[error("History range requires [start]:[end], [start]:, or :[end]")]
    NoColon,
    /// A change that starts at a row which is not there, or adds one that is.
    #[error("the rows {} cannot be changed: {step} does not fit them", rows.join(", "))]
    RowsDoNotFit {
        /// The rows at that moment.
        rows: Vec<String>,
        /// The change.
        step: String,
    },
}

impl GraphError {
    pub(super) fn multiple_heads(argument: &str, heads: &[&str]) -> Self {
        Self::MultipleHeads { argument: argument.to_owned(), heads: super::symbol::owned(heads) }
    }

    /// Alembic names the whole target of an upgrade or downgrade, not the part of it that was looked up.
    pub(super) fn for_target(self, target: &str) -> Self {
        match self {
            Self::MultipleHeads { heads, .. } => Self::MultipleHeads { argument: target.to_owned(), heads },
            other => other,
        }
    }
}

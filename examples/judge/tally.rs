//! What was counted, and how it is printed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What the version table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Held {
    Nothing,
    Truth,
    Behind(usize),
    Ahead(usize),
    /// A row that no file has.
    Garbage,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.pad("no row"),
            Self::Truth => f.pad("true row"),
            Self::Behind(by) => f.pad(&format!("{by} behind")),
            Self::Ahead(by) => f.pad(&format!("{by} ahead")),
            Self::Garbage => f.pad("garbage"),
        }
    }
}

/// What `run` does, and `fix` where `run` stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// Writes rows.
    Moved,
    /// Goes on with the rows as they are.
    AsIs,
    Stops,
}

/// What must not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// Rows that are not true, as the schema shows.
    WrongStamp,
    /// A true row stops the start.
    Refused,
    /// A warning of a schema that nobody has changed.
    Drift,
    /// Rows that make the upgrade repeat what only changes data.
    Twice,
    /// Rows that make it leave that out.
    Skipped,
    /// A row goes unseen that is ahead of the schema or behind it, by whole tables or columns.
    NotSeen,
    /// `infer` gives the schema a name that is not its own.
    WrongName,
    /// A stop names revisions to choose from, and the true one is not among them.
    Misled,
}

impl Fault {
    const ALL: [Self; 8] = [
        Self::WrongStamp,
        Self::Refused,
        Self::Drift,
        Self::Twice,
        Self::Skipped,
        Self::NotSeen,
        Self::WrongName,
        Self::Misled,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::WrongStamp => "wrong stamp",
            Self::Refused => "refused",
            Self::Drift => "false drift",
            Self::Twice => "run twice",
            Self::Skipped => "skipped",
            Self::NotSeen => "not seen",
            Self::WrongName => "wrong name",
            Self::Misled => "misled",
        }
    }
}

/// What was counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    outcomes: BTreeMap<Held, BTreeMap<Outcome, usize>>,
    /// The states of each fault and cause.
    faults: BTreeMap<(Fault, Held, String), Vec<String>>,
}

impl Tally {
    pub(super) fn count(&mut self, held: Held, outcome: Outcome) {
        *self.outcomes.entry(held).or_default().entry(outcome).or_default() += 1;
    }

    /// Notes a fault at the state after `revision`.
    pub(super) fn fault(&mut self, held: Held, fault: Fault, revision: &str, what: &str) {
        self.faults.entry((fault, held, what.to_owned())).or_default().push(revision.to_owned());
    }

    pub(super) fn is_faultless(&self) -> bool {
        self.faults.is_empty()
    }

    /// How many states with these rows have a fault.
    fn states(&self, fault: Fault, held: Held) -> usize {
        let causes = self.faults.iter().filter(|((kind, rows, _), _)| (*kind, *rows) == (fault, held));
        causes.flat_map(|(_, states)| states).collect::<BTreeSet<_>>().len()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:10}{:>7}{:>7}{:>7} |", "rows", "moved", "as is", "stops")?;
        Fault::ALL.iter().try_for_each(|fault| write!(f, "{:>12}", fault.name()))?;
        for (held, outcomes) in &self.outcomes {
            let count = |outcome| outcomes.get(&outcome).copied().unwrap_or(0);
            let counts = [Outcome::Moved, Outcome::AsIs, Outcome::Stops].map(count);
            write!(f, "\n{held:10}{:>7}{:>7}{:>7} |", counts[0], counts[1], counts[2])?;
            Fault::ALL.iter().try_for_each(|&fault| write!(f, "{:>12}", self.states(fault, *held)))?;
        }
        for ((fault, held, what), states) in &self.faults {
            write!(f, "\n  {}, {held}, {} state(s) from {}: {what}", fault.name(), states.len(), states[0])?;
        }
        Ok(())
    }
}

//! From what is done, how large it is and what the rows say to a verdict with its one reason.

use serde::Serialize;

use crate::{Deed, LossKind, Work};

/// How a step is judged, mildest first. Unknown is worse than safe and never counts as it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It waits for nobody for long, and nobody waits for it.
    Safe,
    /// Nobody can say from here.
    Unknown,
    /// It may be noticed.
    Caution,
    /// It fails, or keeps people waiting.
    Danger,
}

impl Level {
    /// Its name, as JSON has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unknown => "unknown",
            Self::Caution => "caution",
            Self::Danger => "danger",
        }
    }
}

/// A verdict with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// How it is judged.
    pub level: Level,
    /// Why, in one sentence.
    pub reason: String,
    /// The better way, where one is known and it matters.
    pub better: Option<&'static str>,
}

/// How large a table is, as far as it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Extent {
    /// Its rows.
    pub rows: Option<u64>,
    /// Its bytes, with its indexes.
    pub bytes: Option<u64>,
}

/// What the rows have answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// No row is in the way.
    Fine,
    /// As many are, in words.
    Broken(String),
    /// Nobody could say, and why.
    Unanswered(String),
}

/// Below it a table is read or written in less time than anybody notices.
const SMALL: u64 = 10 << 20;
/// From it on writing a table takes minutes.
const LARGE_TO_WRITE: u64 = 256 << 20;
/// From it on reading one does.
const LARGE_TO_READ: u64 = 2 << 30;
/// As [`SMALL`], where only the rows are known.
const FEW: u64 = 50_000;

/// Judges a deed: how large its relation is, and what the rows answered where they were asked.
#[must_use]
pub fn judge(deed: &Deed, extent: Extent, answer: Option<&Answered>) -> Verdict {
    let is = |level: Level, reason: String| Verdict { level, reason, better: None };
    if let Some(fails) = &deed.fails {
        return is(Level::Danger, format!("it fails: {fails}"));
    }
    if let Some(Answered::Broken(rows)) = answer {
        return is(Level::Danger, format!("it fails: {rows}"));
    }
    let work = of_work(deed, extent);
    let loss = of_loss(deed, extent);
    let unsure = match (&deed.unknown, answer) {
        (Some(what), _) => Some(is(Level::Unknown, format!("not known: {what}"))),
        (None, Some(Answered::Unanswered(why))) => {
            Some(is(Level::Unknown, format!("whether the rows allow it is not known: {why}")))
        }
        _ => None,
    };
    // An unknown step that is certainly dangerous is dangerous.
    [Some(work), loss, unsure]
        .into_iter()
        .flatten()
        .max_by_key(|verdict| verdict.level)
        .unwrap_or_else(|| is(Level::Safe, "it touches nothing that was there before".to_owned()))
}

fn of_loss(deed: &Deed, extent: Extent) -> Option<Verdict> {
    let loss = deed.loss.as_ref()?;
    if deed.touches.iter().any(|touch| touch.relation == loss.table && touch.made_here) || extent.rows == Some(0) {
        return None;
    }
    let rows = extent.rows.map_or_else(|| "the rows".to_owned(), |rows| format!("about {}", counted(rows)));
    let what = match (&loss.kind, &loss.column) {
        (LossKind::Table, _) => format!("{rows} of {} are lost", loss.table),
        (LossKind::Rows, _) => format!("{rows} of {} are deleted", loss.table),
        (LossKind::Column, Some(column)) => format!("the values of {}.{column} are lost, in {rows}", loss.table),
        (_, column) => format!("values of {}.{} may be cut", loss.table, column.as_deref().unwrap_or("?")),
    };
    Some(Verdict { level: Level::Caution, reason: what, better: None })
}

/// A number of rows, rounded: `1.2 M rows`.
#[must_use]
pub fn counted(rows: u64) -> String {
    #[allow(clippy::cast_precision_loss)]
    let scaled = |unit: u64| rows as f64 / unit as f64;
    match rows {
        1 => "1 row".to_owned(),
        0..=9_999 => format!("{rows} rows"),
        10_000..=999_999 => format!("{:.0} k rows", scaled(1_000)),
        _ => format!("{:.1} M rows", scaled(1_000_000)),
    }
}

fn of_work(deed: &Deed, extent: Extent) -> Verdict {
    let is = |level: Level, reason: &str| Verdict { level, reason: reason.to_owned(), better: None };
    let others: Vec<_> = deed.touches.iter().filter(|touch| !touch.made_here).collect();
    if others.is_empty() {
        let reason = if deed.touches.is_empty() {
            "it locks no table that was there before"
        } else {
            "only tables that this upgrade has made"
        };
        return is(Level::Safe, reason);
    }
    let is_sqlite = others.iter().any(|touch| touch.mode.is_none());
    let blocks_reads = others.iter().any(|touch| touch.mode.is_some_and(crate::LockMode::blocks_reads));
    let blocks_writes = is_sqlite || others.iter().any(|touch| touch.mode.is_some_and(crate::LockMode::blocks_writes));
    let who = if blocks_reads { "reads and writes wait" } else { "writes wait" };
    let size = Size::of(deed.work, extent);
    match (deed.work, blocks_writes) {
        (Work::Nothing, true) => is(Level::Safe, "it takes a moment once it has its lock"),
        (Work::Unknown, _) => is(Level::Unknown, "not known: how long it holds its lock"),
        (Work::Nothing, false) | (Work::Scan | Work::Index, false) => is(Level::Safe, "reads and writes go on"),
        (Work::Rows, _) => match size {
            Size::Small => is(Level::Safe, "few rows"),
            _ if is_sqlite => is(Level::Caution, "it may write many rows, and other writers wait meanwhile"),
            _ => Verdict { better: deed.better, ..is(Level::Caution, "it may write many rows in one transaction") },
        },
        (work, _) => {
            let doing = match work {
                Work::Scan => "the table is read from end to end",
                Work::Index => "an index is built",
                Work::Copy => "the whole table is copied",
                _ => "the table is written anew",
            };
            let level = match size {
                Size::Small => Level::Safe,
                Size::Middle | Size::Unknown => Level::Caution,
                Size::Large => Level::Danger,
            };
            let reason = match size {
                Size::Small => format!("{doing}, and it is small"),
                Size::Unknown => format!("{who} while {doing}, and how large it is, is not known"),
                Size::Middle | Size::Large => format!("{who} while {doing}"),
            };
            let better = deed.better.filter(|_| level != Level::Safe);
            Verdict { level, reason, better }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    Small,
    Middle,
    Large,
    Unknown,
}

impl Size {
    fn of(work: Work, extent: Extent) -> Self {
        let large = if matches!(work, Work::Rewrite | Work::Copy) { LARGE_TO_WRITE } else { LARGE_TO_READ };
        match (extent.bytes, extent.rows) {
            (Some(bytes), _) if bytes < SMALL => Self::Small,
            (Some(bytes), _) if bytes < large => Self::Middle,
            (Some(_), _) => Self::Large,
            (None, Some(rows)) if rows < FEW => Self::Small,
            (None, Some(rows)) if rows < FEW * 100 => Self::Middle,
            (None, Some(_)) => Self::Large,
            (None, None) => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_rounded_as_people_say_them() {
        for (rows, said) in
            [(0, "0 rows"), (1, "1 row"), (9_999, "9999 rows"), (12_345, "12 k rows"), (1_234_567, "1.2 M rows")]
        {
            assert_eq!(counted(rows), said);
        }
    }

    #[test]
    fn what_is_not_known_is_never_safe() {
        let verdict = judge(&Deed::unknown("call f()", "what the function does"), Extent::default(), None);
        assert_eq!(verdict.level, Level::Unknown);
        assert!(Level::Unknown > Level::Safe);
    }
}

//! Settings that are one of a few words. Each type has its words in one table, which its error message is made of, too.

use std::str::FromStr;

use tracing::level_filters::LevelFilter;

use crate::logging::{Colour, LogFormat};

/// One of the words, in any case.
fn one_of<T: Copy>(text: &str, what: &str, words: &[(&str, T)]) -> Result<T, String> {
    let wanted = text.trim().to_ascii_lowercase();
    words.iter().find(|(word, _)| *word == wanted).map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("{text:?} is not {what} ({})", words.join(", "))
    })
}

/// What to log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Level(pub(super) LevelFilter);

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let levels = [
            ("error", LevelFilter::ERROR),
            ("warn", LevelFilter::WARN),
            ("info", LevelFilter::INFO),
            ("debug", LevelFilter::DEBUG),
            ("trace", LevelFilter::TRACE),
        ];
        one_of(text, "a level", &levels).map(Self)
    }
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        one_of(text, "a log format", &[("text", Self::Text), ("json", Self::Json)])
    }
}

impl FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = [("auto", Self::Auto), ("always", Self::Always), ("never", Self::Never)];
        one_of(text, "where to show colour", &words)
    }
}

/// Who brings the database to head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// This instance, or another one that has the lock.
    Upgrade,
    /// Another instance: nothing is written here.
    Wait,
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        one_of(text, "a mode", &[("upgrade", Self::Upgrade), ("wait", Self::Wait)])
    }
}

/// Whether an upgrade may lose data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnLoss {
    /// It may: that is what its author has written.
    Allow,
    /// `run` stops before it.
    Stop,
}

impl FromStr for OnLoss {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        one_of(text, "one of the two", &[("allow", Self::Allow), ("stop", Self::Stop)])
    }
}

/// Whether to start the application in a case in which one may well not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// Start it, with a warning.
    Start,
    /// Do not.
    Stop,
}

impl FromStr for Reaction {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        one_of(text, "one of the two", &[("start", Self::Start), ("stop", Self::Stop)])
    }
}

/// Which repairs `run` makes of its own accord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// Those that the evidence proves.
    Proven,
    /// The same, and the rest of a revision that stopped halfway.
    Finish,
    /// None.
    None,
}

impl FromStr for Repair {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        one_of(text, "a choice", &[("proven", Self::Proven), ("finish", Self::Finish), ("none", Self::None)])
    }
}

/// Whether Alembic may be asked to render SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Render {
    /// Where it is wanted.
    Auto,
    /// Never: no Python is started for it.
    Never,
}

impl FromStr for Render {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        one_of(text, "a choice", &[("auto", Self::Auto), ("never", Self::Never)])
    }
}

/// When the rows are held against the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verify {
    /// Before and after something is changed.
    Changed,
    /// At head, too.
    Always,
    /// Only where the rows alone do not tell where the database is.
    Never,
}

impl FromStr for Verify {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        one_of(text, "a choice", &[("changed", Self::Changed), ("always", Self::Always), ("never", Self::Never)])
    }
}

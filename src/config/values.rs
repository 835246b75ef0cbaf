//! The values that settings take. Each says what it accepts when it is given something else.

use std::num::NonZeroU16;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use super::choices::{Level, Mode, OnLoss, Reaction, Render, Repair, Verify};
use crate::logging::LogFormat;

/// A yes or no, as people write it in an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switch(pub bool);

impl Switch {
    /// Whether a value is a yes, in any spelling.
    pub fn is_yes(text: &str) -> bool {
        text.parse() == Ok(Self(true))
    }
}

impl FromStr for Switch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(Self(true)),
            "false" | "0" | "no" | "off" => Ok(Self(false)),
            _ => Err(format!("{text:?} is neither yes (true, 1, yes, on) nor no (false, 0, no, off)")),
        }
    }
}

/// What `none` means for a limit: 136 years, which unlike the longest duration can be added to an instant.
pub(super) const FOR_EVER: Duration = Duration::from_secs(u32::MAX as u64);

/// A limit in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timeout(pub(super) Duration);

impl FromStr for Timeout {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim().eq_ignore_ascii_case("none") {
            return Ok(Self(FOR_EVER));
        }
        match text.trim().parse() {
            Ok(seconds) => Ok(Self(Duration::from_secs(seconds).min(FOR_EVER))),
            Err(_) => humantime::parse_duration(text.trim())
                .map(|limit| Self(limit.min(FOR_EVER)))
                .map_err(|_| format!("{text:?} is not a duration (30, 30s, 500ms, 5m, 1h30m, none)")),
        }
    }
}

/// How many times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count(pub(super) u32);

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.trim().parse().map(Self).map_err(|_| format!("{text:?} is not a number (0, 1, 2, …)"))
    }
}

/// A port by its number, or by the variable that platforms name it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PortChoice {
    /// This one.
    Number(NonZeroU16),
    /// PORT's value.
    OfPortVariable,
}

impl FromStr for PortChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            "PORT" => Ok(Self::OfPortVariable),
            number => number.parse().map(Self::Number).map_err(|_| format!("{text:?} is not a port (1-65535, PORT)")),
        }
    }
}

/// Where an upgrade leads. One that is relative would lead further with every start, and nothing leads back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target(pub(super) String);

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let symbol = text.trim();
        if symbol.is_empty() || symbol == "base" || symbol.contains([':', '+']) || symbol.starts_with('-') {
            return Err(format!("{text:?} is not a target (heads, a revision, a branch label, LABEL@head)"));
        }
        Ok(Self(symbol.to_owned()))
    }
}

/// A command as it is typed, split as a shell splits words; never empty. No shell ever runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words(pub(super) Vec<String>);

impl FromStr for Words {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match shell_words::split(text) {
            Ok(words) if words.is_empty() => Err("the command is empty".to_owned()),
            Ok(words) => Ok(Self(words)),
            Err(_) => Err(format!("{text:?} has a quote that is not closed")),
        }
    }
}

/// Lets serde read a value through the same `FromStr` that the flag uses.
macro_rules! read_as_text {
    ($($value:ty),+) => {$(
        impl<'de> Deserialize<'de> for $value {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )+};
}

read_as_text!(
    Switch, Timeout, Count, PortChoice, Target, Words, Level, LogFormat, Mode, OnLoss, Reaction, Render, Repair, Verify
);

/// A variable holds words where the flag may be repeated. A comma separates nothing: URLs hold them.
pub(super) fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    Ok(Some(String::deserialize(deserializer)?.split_whitespace().map(str::to_owned).collect()))
}

/// A variable holds one path where the flag may be repeated.
pub(super) fn one_path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<PathBuf>>, D::Error> {
    PathBuf::deserialize(deserializer).map(|path| Some(vec![path]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_is_read_in_any_case_and_refused_otherwise() {
        for on in ["true", "TRUE", "1", "Yes", "on"] {
            assert_eq!(on.parse(), Ok(Switch(true)), "{on}");
        }
        for off in ["false", "0", "No", "OFF"] {
            assert_eq!(off.parse(), Ok(Switch(false)), "{off}");
        }
        for neither in ["maybe", "2", "y e s"] {
            assert!(neither.parse::<Switch>().is_err(), "{neither}");
        }
    }

    #[test]
    fn a_timeout_is_seconds_or_a_duration_or_none() {
        for (text, limit) in [
            ("30", Duration::from_secs(30)),
            ("0", Duration::ZERO),
            ("500ms", Duration::from_millis(500)),
            ("1h30m", Duration::from_secs(5400)),
            ("none", FOR_EVER),
        ] {
            assert_eq!(text.parse(), Ok(Timeout(limit)), "{text}");
        }
        assert!("soon".parse::<Timeout>().unwrap_err().contains("30s"));
    }

    #[test]
    fn a_port_is_a_number_or_the_variables_name() {
        assert_eq!("8000".parse(), Ok(PortChoice::Number(NonZeroU16::new(8000).unwrap())));
        assert_eq!("PORT".parse(), Ok(PortChoice::OfPortVariable));
        for refused in ["0", "65536", "$PORT", "-1"] {
            assert!(refused.parse::<PortChoice>().unwrap_err().contains("1-65535, PORT"), "{refused}");
        }
    }

    #[test]
    fn a_command_is_split_as_a_shell_would() {
        let words = "flask --app 'my app' db upgrade".parse::<Words>();
        assert_eq!(words, Ok(Words(["flask", "--app", "my app", "db", "upgrade"].map(str::to_owned).to_vec())));
        assert!("flask 'db".parse::<Words>().is_err());
        assert!("  ".parse::<Words>().is_err());
    }
}

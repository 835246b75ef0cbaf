//! Connection keywords from the URL's query and from the environment, each taken by whoever honours it.
//!
//! What nobody has taken at the end is a warning: that is how nothing is dropped in silence.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::{LibpqEnvironment, UrlError};

/// Why a key that no backend has heard of is not honoured.
pub(crate) const UNKNOWN: &str = "levelhead does not know it";

/// A setting that is asked for and not honoured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlWarning {
    /// The query key, or the environment variable.
    pub key: String,
    /// What happens instead.
    pub why: &'static str,
}

impl fmt::Display for UrlWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not honoured: {}", self.key, self.why)
    }
}

struct Setting {
    value: String,
    from_environment: bool,
}

/// The keywords that have not been taken yet. No `Debug`: one of them may be a password.
pub(crate) struct Settings {
    values: BTreeMap<String, Setting>,
    pub(crate) warnings: Vec<UrlWarning>,
}

impl Settings {
    /// `query` wins over the environment, as for psycopg.
    pub(crate) fn new(query: Vec<(String, String)>, environment: &LibpqEnvironment) -> Self {
        let mut values: BTreeMap<String, Setting> = environment
            .defaults
            .iter()
            .map(|(key, value)| ((*key).to_owned(), Setting { value: value.clone(), from_environment: true }))
            .collect();
        let mut warnings = Vec::new();
        for (key, value) in query {
            let new = Setting { value, from_environment: false };
            if values.insert(key.clone(), new).is_some_and(|old| !old.from_environment) {
                warnings.push(UrlWarning { key, why: "it is given more than once, and the last one counts" });
            }
        }
        Self { values, warnings }
    }

    /// Warnings from elsewhere.
    pub(crate) fn warned(mut self, warnings: Vec<UrlWarning>) -> Self {
        self.warnings.extend(warnings);
        self
    }

    /// A part of the URL before its query: weaker than the query, stronger than the environment.
    pub(crate) fn set_part(&mut self, key: &str, value: String) {
        if self.values.get(key).is_none_or(|setting| setting.from_environment) {
            self.values.insert(key.to_owned(), Setting { value, from_environment: false });
        }
    }

    /// The value, which is honoured from here on.
    pub(crate) fn take(&mut self, key: &str) -> Option<String> {
        self.values.remove(key).map(|setting| setting.value)
    }

    /// What a message calls a keyword: the variable where its value is from there.
    pub(crate) fn name_of(&self, key: &'static str) -> &'static str {
        let from_environment = self.values.get(key).is_some_and(|setting| setting.from_environment);
        LibpqEnvironment::variable(key).filter(|_| from_environment).unwrap_or(key)
    }

    /// One word of a list; another one is an error that lists them.
    pub(crate) fn take_word<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&str, T)],
        accepted: &'static str,
    ) -> Result<Option<T>, UrlError> {
        let name = self.name_of(key);
        let Some(setting) = self.values.remove(key) else { return Ok(None) };
        match words.iter().find(|(word, _)| *word == setting.value) {
            Some((_, value)) => Ok(Some(*value)),
            None => Err(UrlError::Value { key: name, accepted }),
        }
    }

    /// A number; libpq takes zero and less as its default.
    pub(crate) fn take_number(&mut self, key: &'static str) -> Result<Option<f64>, UrlError> {
        let name = self.name_of(key);
        let Some(setting) = self.values.remove(key) else { return Ok(None) };
        match setting.value.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number).filter(|number| *number > 0.0)),
            _ => Err(UrlError::Value { key: name, accepted: "a number" }),
        }
    }

    /// A number of `unit`s; one beyond a century counts as none, so that it can be added to a clock.
    pub(crate) fn take_duration(&mut self, key: &'static str, unit: Duration) -> Result<Option<Duration>, UrlError> {
        let number = self.take_number(key)?;
        let time = number.and_then(|number| Duration::try_from_secs_f64(number * unit.as_secs_f64()).ok());
        Ok(time.filter(|time| time.as_secs() <= u64::from(u32::MAX)))
    }

    /// Everything that is still there becomes a warning with its `reason`; where there is none, the key has no effect here.
    pub(crate) fn into_warnings(self, reason: impl Fn(&str) -> Option<&'static str>) -> Vec<UrlWarning> {
        let left = self.values.into_iter().filter_map(|(key, setting)| {
            let why = reason(&key)?;
            let variable = LibpqEnvironment::variable(&key).filter(|_| setting.from_environment);
            Some(UrlWarning { key: variable.map_or(key, str::to_owned), why })
        });
        self.warnings.into_iter().chain(left).collect()
    }
}

//! The process's environment, read once and fed to envy.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::num::NonZeroU16;
use std::path::PathBuf;

use nix::unistd::{Uid, User, gethostname};

use super::nearest::nearest;
use super::others::{IMAGES, PLATFORMS, PURPOSES, is_declared};
use super::{ConfigError, SETTINGS, Settings};
use crate::logging::Colour;
use database::url::LibpqEnvironment;

/// What levelhead's own variables begin with.
pub(super) const PREFIX: &str = "LEVELHEAD_";

/// More descriptors than any service has.
const MOST_SOCKETS: i32 = 1 << 16;

/// A snapshot of the environment. Names and values may be any bytes; only what is used must be UTF-8.
pub(super) struct Environment(HashMap<OsString, OsString>);

impl Environment {
    /// Takes the snapshot.
    pub(super) fn of_this_process() -> Self {
        // The first of several variables of one name counts, as for getenv(3).
        let all = std::env::vars_os();
        let mut variables = HashMap::with_capacity(all.size_hint().0);
        for (name, value) in all {
            variables.entry(name).or_insert(value);
        }
        Self(variables)
    }

    /// A variable's bytes; one that is set to nothing counts as unset.
    pub(super) fn bytes(&self, name: &str) -> Option<&OsStr> {
        debug_assert!(is_declared(name), "{name} is read, and no page says so");
        self.raw(name)
    }

    /// Where colour is shown, by the variables that many programs follow: <https://no-color.org>, <https://bixense.com/clicolors>.
    pub(super) fn colour(&self) -> Colour {
        let is_on = |name| self.bytes(name).is_some_and(|value| value != "0");
        match () {
            () if self.bytes("NO_COLOR").is_some() => Colour::Never,
            () if is_on("FORCE_COLOR") || is_on("CLICOLOR_FORCE") => Colour::Always,
            () if self.is_dumb() => Colour::Never,
            () => Colour::Auto,
        }
    }

    /// Whether the terminal cannot move its cursor.
    pub(super) fn is_dumb(&self) -> bool {
        self.bytes("TERM").is_some_and(|term| term == "dumb")
    }

    fn raw(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// A variable that must be UTF-8 where it is set.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, ConfigError> {
        let Some(value) = self.bytes(name) else { return Ok(None) };
        value.to_str().map(Some).ok_or_else(|| ConfigError::NotUtf8 { name: name.to_owned() })
    }

    /// The port that the platform has chosen. Where there is none, nobody checks it.
    pub(super) fn port(&self) -> Result<Option<NonZeroU16>, ConfigError> {
        let Some(text) = self.text("PORT")? else { return Ok(None) };
        let refused = |_| ConfigError::Value { name: "PORT".to_owned(), reason: format!("{text:?} is not a port") };
        text.trim().parse().map(Some).map_err(refused)
    }

    /// Whether this is the machine that Fly starts for `release_command` alone, before the application's machines
    /// (<https://fly.io/docs/reference/configuration/#run-one-off-commands-before-releasing-a-deployment>).
    pub(super) fn is_release(&self) -> Result<bool, ConfigError> {
        Ok(self.text("RELEASE_COMMAND")? == Some("1"))
    }

    /// How many sockets systemd has opened for the service; nonsense counts as none.
    pub(super) fn sockets(&self) -> i32 {
        let given = self.bytes("LISTEN_FDS").and_then(OsStr::to_str).and_then(|text| text.parse().ok());
        given.filter(|count| (0..=MOST_SOCKETS).contains(count)).unwrap_or(0)
    }

    /// What the platform calls this release.
    pub(super) fn image(&self) -> Option<String> {
        IMAGES.iter().find_map(|name| self.bytes(name)?.to_str()).map(str::to_owned)
    }

    /// libpq's variables, and the account that it takes the user's name and the password file from.
    pub(super) fn libpq(&self) -> LibpqEnvironment {
        let lookup = |name: &str| self.raw(name).and_then(OsStr::to_str).map(str::to_owned);
        let account = || User::from_uid(Uid::effective()).ok().flatten().map(|user| user.name);
        LibpqEnvironment::from_lookup(lookup, self.raw("HOME").map(PathBuf::from), account)
    }

    /// What speaks for production: a platform's variable, or `APP_ENV=production` and its like.
    pub(super) fn production_signs(&self) -> Vec<String> {
        let platforms = PLATFORMS.iter().filter(|name| self.bytes(name).is_some()).map(|name| (*name).to_owned());
        let purposes = PURPOSES.iter().filter_map(|name| {
            let value = self.bytes(name)?.to_str()?;
            // Such as `eu-production` and `config.ProductionConfig`.
            let mut words = value.split(|sign: char| !sign.is_alphanumeric()).map(str::to_ascii_lowercase);
            let is_production = |word: String| ["prod", "live"].contains(&&*word) || word.starts_with("production");
            words.any(is_production).then(|| format!("{name}={value}"))
        });
        platforms.chain(purposes).collect()
    }

    /// Whether a variable is there but holds nothing, as a reference that resolved to nothing leaves it.
    pub(super) fn is_set_to_nothing(&self, name: &str) -> bool {
        self.0.get(OsStr::new(name)).is_some_and(|value| value.is_empty())
    }

    /// The settings among the variables. Fails on an unknown `LEVELHEAD_` name and on the first value that does not parse.
    pub(super) fn settings(&self) -> Result<Settings, ConfigError> {
        let is_known = |name: &str| SETTINGS.iter().any(|setting| setting.variable == Some(name));
        let own = self.0.keys().filter_map(|name| name.to_str()).filter(|name| name.starts_with(PREFIX));
        // The same one at every start, whatever the order of the map.
        if let Some(name) = own.filter(|name| !is_known(name)).min() {
            return Err(ConfigError::UnknownVariable { name: name.to_owned(), nearest: nearest(name) });
        }
        let mut given = Vec::new();
        for setting in SETTINGS {
            let Some(name) = setting.variable else { continue };
            given.extend(self.text(name)?.map(|value| (name, setting.field, value)));
        }
        let pairs = |given: &[(&str, &str, &str)]| {
            given.iter().map(|&(_, field, value)| (field.to_owned(), value.to_owned())).collect::<Vec<_>>()
        };
        envy::from_iter(pairs(&given)).map_err(|error| {
            // envy does not say which variable it was, so they are asked one by one.
            let refused = given.iter().find(|one| envy::from_iter::<_, Settings>(pairs(&[**one])).is_err());
            ConfigError::Value {
                name: refused.map_or_else(String::new, |(name, _, _)| (*name).to_owned()),
                reason: error.to_string(),
            }
        })
    }
}

/// What a shell that is started from here puts in for `$NAME`.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Every variable, as a child would inherit it.
pub(super) fn variables() -> Vec<(OsString, OsString)> {
    std::env::vars_os().collect()
}

/// The name of this machine, in a container its id.
pub(super) fn host() -> Option<String> {
    gethostname().ok()?.into_string().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment(variables.iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    fn refused(variables: &[(&str, &str)]) -> String {
        environment(variables).settings().unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_variable_is_refused_even_with_nothing_in_it() {
        for value in ["3", ""] {
            assert_eq!(
                refused(&[("LEVELHEAD_LOG", "debug"), ("LEVELHEAD_WAIT", value)]),
                "unknown variable LEVELHEAD_WAIT; did you mean LEVELHEAD_WAIT_TIMEOUT?"
            );
        }
    }

    #[test]
    fn every_variable_of_the_table_is_read() {
        for setting in SETTINGS {
            let Some(variable) = setting.variable else { continue };
            let wrong = OsString::from_vec(vec![0xff]);
            let read = Environment(HashMap::from([(variable.into(), wrong)])).settings();
            assert_eq!(read.unwrap_err().to_string(), format!("{variable} is not valid UTF-8"));
        }
    }

    #[test]
    fn a_value_that_does_not_parse_names_its_variable_and_what_is_accepted() {
        assert_eq!(
            refused(&[("LEVELHEAD_LOG", "debug"), ("LEVELHEAD_LOG_FORMAT", "xml")]),
            "LEVELHEAD_LOG_FORMAT: \"xml\" is not a log format (text, json)"
        );
        assert!(refused(&[("SKIP_DB_UPGRADE", "maybe")]).starts_with("SKIP_DB_UPGRADE: \"maybe\" is neither"));
    }

    #[test]
    fn the_platforms_port_may_be_missing_but_not_wrong() {
        assert_eq!(environment(&[]).port().unwrap(), None);
        assert_eq!(environment(&[("PORT", "10000")]).port().unwrap(), NonZeroU16::new(10000));
        let refused = environment(&[("PORT", "http")]).port().unwrap_err();
        assert_eq!(refused.to_string(), "PORT: \"http\" is not a port");
    }

    #[test]
    fn what_is_set_to_nothing_counts_as_unset() {
        let settings = environment(&[("SKIP_DB_UPGRADE", ""), ("LEVELHEAD_LOG", "")]).settings().unwrap();
        assert!(settings.skip_db_upgrade.is_none() && settings.log.is_none());
    }

    #[test]
    fn colour_is_turned_off_and_on_by_the_usual_variables() {
        for (variables, colour) in [
            (&[][..], Colour::Auto),
            (&[("TERM", "xterm")], Colour::Auto),
            (&[("TERM", "dumb")], Colour::Never),
            (&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], Colour::Never),
            (&[("NO_COLOR", ""), ("FORCE_COLOR", "1")], Colour::Always),
            (&[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")], Colour::Always),
            (&[("CLICOLOR_FORCE", "0"), ("FORCE_COLOR", "0")], Colour::Auto),
        ] {
            let environment = Environment(variables.iter().map(|(name, value)| (name.into(), value.into())).collect());
            assert_eq!(environment.colour(), colour, "{variables:?}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_matter_only_where_they_are_used() {
        let odd = OsString::from_vec(vec![b'a', 0xff]);
        let other = Environment(HashMap::from([(odd.clone(), odd.clone())]));
        assert!(other.settings().is_ok());
        let own = Environment(HashMap::from([("DATABASE_URL".into(), odd)]));
        assert_eq!(own.settings().unwrap_err().to_string(), "DATABASE_URL is not valid UTF-8");
    }
}

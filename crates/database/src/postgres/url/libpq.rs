//! libpq's environment as a plain value. It names the variables; reading them is the configuration's business.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Variable and the connection keyword that it is the default of (PostgreSQL's documentation, "Environment Variables").
const VARIABLES: &[(&str, &str)] = &[
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGPORT", "port"),
    ("PGDATABASE", "dbname"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGPASSFILE", "passfile"),
    ("PGOPTIONS", "options"),
    ("PGAPPNAME", "application_name"),
    ("PGSSLMODE", "sslmode"),
    ("PGREQUIRESSL", "requiressl"),
    ("PGGSSENCMODE", "gssencmode"),
    ("PGSSLNEGOTIATION", "sslnegotiation"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLSNI", "sslsni"),
    ("PGSSLCERTMODE", "sslcertmode"),
    ("PGSSLCRL", "sslcrl"),
    ("PGSSLCRLDIR", "sslcrldir"),
    ("PGSSLMINPROTOCOLVERSION", "ssl_min_protocol_version"),
    ("PGSSLMAXPROTOCOLVERSION", "ssl_max_protocol_version"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGLOADBALANCEHOSTS", "load_balance_hosts"),
    ("PGREQUIREAUTH", "require_auth"),
    ("PGREQUIREPEER", "requirepeer"),
    ("PGSERVICE", "service"),
];

/// What psycopg, through libpq, takes from the environment when the URL is silent.
#[derive(Clone)]
pub struct LibpqEnvironment {
    /// Connection keyword to value: what the URL does not say.
    pub(crate) defaults: BTreeMap<&'static str, String>,
    /// The home folder, for `.pgpass` and `.postgresql/`.
    pub home: Option<PathBuf>,
    /// Asks for the name of the process' user, libpq's last default: only a URL without a user pays for the look-up.
    pub os_user: fn() -> Option<String>,
}

impl Default for LibpqEnvironment {
    fn default() -> Self {
        Self { defaults: BTreeMap::new(), home: None, os_user: || None }
    }
}

impl LibpqEnvironment {
    /// Asks `lookup` for each variable that libpq knows; an empty one counts as unset.
    #[must_use]
    pub fn from_lookup(
        lookup: impl Fn(&str) -> Option<String>,
        home: Option<PathBuf>,
        os_user: fn() -> Option<String>,
    ) -> Self {
        let defaults = VARIABLES
            .iter()
            .filter_map(|(variable, key)| Some((*key, lookup(variable).filter(|value| !value.is_empty())?)))
            .collect();
        Self { defaults, home, os_user }
    }

    /// The variable behind a keyword, for messages.
    pub(crate) fn variable(key: &str) -> Option<&'static str> {
        VARIABLES.iter().find(|(_, name)| *name == key).map(|(variable, _)| *variable)
    }
}

impl std::fmt::Debug for LibpqEnvironment {
    /// Names the keywords that are set, and no value: one of them is a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LibpqEnvironment").field("set", &self.defaults.keys()).field("home", &self.home).finish()
    }
}

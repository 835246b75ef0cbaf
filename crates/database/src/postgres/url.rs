//! A PostgreSQL URL with everything that libpq would add to it. Nothing is resolved or read here.

mod endpoint;
mod environment;
mod libpq;
pub(crate) mod password_file;
mod tls_settings;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::password::Password;
use crate::url::parts::UrlParts;
use crate::url::settings::{Settings, UNKNOWN};
use crate::url::{UrlError, UrlWarning};
pub use endpoint::Endpoint;
pub use libpq::LibpqEnvironment;
pub use tls_settings::{ChannelBinding, RootCertificates, SslMode, TlsSettings};

const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Keywords that change nothing here: levelhead sends simple queries in UTF-8 over one connection and has no pool.
const WITHOUT_EFFECT: &[&str] = &[
    "async_fallback",
    "client_encoding",
    "command_timeout",
    "connection_limit",
    "max_cached_statement_lifetime",
    "max_cacheable_statement_size",
    "pgbouncer",
    "pool_timeout",
    "prepare_threshold",
    "prepared_statement_cache_size",
    "prepared_statement_name_func",
    "sslcompression",
    "statement_cache_size",
];

/// Which server is wanted among several hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetSession {
    /// The first that answers.
    Any,
    /// One that takes writes by default.
    ReadWrite,
    /// One that does not.
    ReadOnly,
    /// One that is not in recovery.
    Primary,
    /// One that is in recovery.
    Standby,
}

/// TCP keepalives, in libpq's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keepalive {
    /// `keepalives`: off with 0.
    pub enabled: bool,
    /// Silence before the first probe; `None` is the system's.
    pub idle: Option<Duration>,
    /// Between probes; `None` is the system's.
    pub interval: Option<Duration>,
    /// Lost probes before the connection counts as dead; `None` is the system's.
    pub count: Option<u32>,
    /// `tcp_user_timeout`: how long sent data may stay unacknowledged.
    pub user_timeout: Option<Duration>,
}

/// A PostgreSQL database and how to reach it. `Display` and `Debug` show no password.
#[derive(Debug, Clone)]
pub struct PostgresUrl {
    /// The driver behind SQLAlchemy: `psycopg`, `asyncpg`, …; `None` when the scheme names none.
    pub driver: Option<String>,
    /// Never empty; tried in this order.
    pub endpoints: Vec<Endpoint>,
    /// The role.
    pub user: String,
    /// From the URL or PGPASSWORD; a password file is asked only when there is none.
    pub password: Option<Password>,
    /// `passfile`, PGPASSFILE or `~/.pgpass`.
    pub password_file: Option<PathBuf>,
    /// The database; the user's name when nothing names one.
    pub database: String,
    /// sslmode and the certificates.
    pub tls: TlsSettings,
    /// Whether SCRAM must be bound to the TLS connection.
    pub channel_binding: ChannelBinding,
    /// Which of several servers.
    pub target: TargetSession,
    /// `options`: settings for the session, such as `-csearch_path=app`.
    pub options: Option<String>,
    /// What the server shows in `pg_stat_activity`.
    pub application_name: String,
    /// Limit for one attempt at one host; `None` leaves it to the caller.
    pub connect_timeout: Option<Duration>,
    /// TCP keepalives.
    pub keepalive: Keepalive,
    pub(crate) warnings: Vec<UrlWarning>,
}

impl PostgresUrl {
    pub(crate) fn from_parts(parts: UrlParts, environment: &LibpqEnvironment) -> Result<Self, UrlError> {
        let mut query = parts.query;
        endpoint::join_query_hosts(&mut query)?;
        rename_driver_keys(&mut query);
        refuse_elsewhere(&query, parts.driver.as_deref(), environment)?;
        let mut settings = Settings::new(query, environment).warned(parts.warnings);
        refuse_kerberos(&mut settings, parts.driver.as_deref())?;
        let password = parts.password.map(|password| password.expose().to_owned());
        let port = parts.port.map(|port| port.to_string());
        let named = [
            ("host", parts.host),
            ("port", port),
            ("user", parts.user),
            ("password", password),
            ("dbname", parts.database),
        ];
        for (key, value) in named {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                settings.set_part(key, value);
            }
        }

        let user = settings.take("user").or_else(|| (environment.os_user)()).ok_or(UrlError::NoUser)?;
        let fallback_name = settings.take("fallback_application_name");
        Ok(Self {
            driver: parts.driver,
            endpoints: endpoint::endpoints(&mut settings)?,
            password: settings.take("password").map(Password::new),
            password_file: settings
                .take("passfile")
                .map(PathBuf::from)
                .or_else(|| environment.home.as_ref().map(|home| home.join(".pgpass"))),
            database: settings.take("dbname").unwrap_or_else(|| user.clone()),
            user,
            tls: TlsSettings::take(&mut settings, environment)?,
            channel_binding: take_channel_binding(&mut settings)?,
            target: take_target(&mut settings)?,
            options: settings.take("options"),
            application_name: settings.take("application_name").or(fallback_name).unwrap_or_else(|| "levelhead".into()),
            connect_timeout: settings.take_duration("connect_timeout", Duration::from_secs(1))?,
            keepalive: take_keepalive(&mut settings)?,
            warnings: settings.into_warnings(reason),
        })
    }
}

/// Whatever leads a driver to a database and is not read here. What the URL leaves open is a service's to fill, `options` and so
/// the search path among it, so that a whole URL is no way around one. PGSERVICEFILE without a service does nothing.
fn refuse_elsewhere(
    query: &[(String, String)],
    driver: Option<&str>,
    environment: &LibpqEnvironment,
) -> Result<(), UrlError> {
    const SERVICE: &str = "service files are not read";
    const STRINGS: &str = "connection strings in a URL are not read";
    // libpq takes an empty value as none.
    let is_given = |key: &str| query.iter().any(|(name, value)| name == key && !value.is_empty());
    for (key, what) in [("service", SERVICE), ("dsn", STRINGS), ("conninfo", STRINGS)] {
        if is_given(key) {
            return Err(UrlError::Elsewhere { key, what });
        }
    }
    // Of all drivers, this one alone asks neither libpq nor the variable.
    if environment.defaults.contains_key("service") && driver != Some("pg8000") {
        return Err(UrlError::Elsewhere { key: "PGSERVICE", what: SERVICE });
    }
    Ok(())
}

/// Encryption by Kerberos is not spoken here: where it is demanded, a connection without it would be a weaker one than the
/// application's. `prefer`, libpq's default, takes one without, and asyncpg and pg8000 know no such setting.
fn refuse_kerberos(settings: &mut Settings, driver: Option<&str>) -> Result<(), UrlError> {
    let words = [("disable", false), ("prefer", false), ("require", true)];
    let key = settings.name_of("gssencmode");
    match settings.take_word("gssencmode", &words, "disable, prefer or require")? {
        Some(true) if !matches!(driver, Some("asyncpg" | "pg8000")) => Err(UrlError::Kerberos { key }),
        _ => Ok(()),
    }
}

/// asyncpg and pg8000 have names of their own for what libpq calls otherwise.
fn rename_driver_keys(query: &mut Vec<(String, String)>) {
    let mut socket_port = None;
    for (key, value) in query.iter_mut() {
        match key.as_str() {
            "timeout" => *key = "connect_timeout".to_owned(),
            "database" => *key = "dbname".to_owned(),
            // libpq's own word from before it had modes.
            "requiressl" => {
                *key = "sslmode".to_owned();
                *value = if value.starts_with('1') { "require" } else { "prefer" }.to_owned();
            }
            // pg8000 names the socket's file, libpq its folder.
            "unix_sock" => {
                if let Some((folder, port)) = value.rsplit_once("/.s.PGSQL.") {
                    socket_port = Some(port.to_owned());
                    *value = folder.to_owned();
                }
                *key = "host".to_owned();
            }
            _ => {}
        }
    }
    query.extend(socket_port.map(|port| ("port".to_owned(), port)));
}

/// Why a keyword is not honoured; `None` where nothing would come of it here.
fn reason(key: &str) -> Option<&'static str> {
    Some(match key {
        _ if WITHOUT_EFFECT.contains(&key) => return None,
        "service" | "servicefile" => "service files are not read",
        "sslcrl" | "sslcrldir" => "revocation lists are not read",
        "sslpassword" => "an encrypted client key cannot be read; use an unencrypted one",
        "ssl_max_protocol_version" => "TLS 1.2 and 1.3 are offered",
        "krbsrvname" | "gsslib" | "gssdelegation" | "require_auth" | "requirepeer" => {
            "only password, SCRAM and certificate authentication are spoken"
        }
        "load_balance_hosts" => "hosts are tried in the order in which they are written",
        "schema" => "PostgreSQL drivers have no such key; use options=-csearch_path=…",
        _ => UNKNOWN,
    })
}

fn take_channel_binding(settings: &mut Settings) -> Result<ChannelBinding, UrlError> {
    use ChannelBinding::{Disable, Prefer, Require};
    let words = [("disable", Disable), ("prefer", Prefer), ("require", Require)];
    Ok(settings.take_word("channel_binding", &words, "disable, prefer or require")?.unwrap_or(Prefer))
}

fn take_target(settings: &mut Settings) -> Result<TargetSession, UrlError> {
    use TargetSession::{Any, Primary, ReadOnly, ReadWrite, Standby};
    let words = [
        ("any", Any),
        ("read-write", ReadWrite),
        ("read-only", ReadOnly),
        ("primary", Primary),
        ("standby", Standby),
        // Any server will do when there is no standby, and levelhead does not mind.
        ("prefer-standby", Any),
    ];
    let accepted = "any, read-write, read-only, primary, standby or prefer-standby";
    Ok(settings.take_word("target_session_attrs", &words, accepted)?.unwrap_or(Any))
}

fn take_keepalive(settings: &mut Settings) -> Result<Keepalive, UrlError> {
    let second = Duration::from_secs(1);
    Ok(Keepalive {
        enabled: settings.take_word("keepalives", &[("0", false), ("1", true)], "0 or 1")?.unwrap_or(true),
        idle: settings.take_duration("keepalives_idle", second)?,
        interval: settings.take_duration("keepalives_interval", second)?,
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates; it is positive")]
        count: settings.take_number("keepalives_count")?.map(|count| count as u32),
        user_timeout: settings.take_duration("tcp_user_timeout", Duration::from_millis(1))?,
    })
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encode = |text| utf8_percent_encode(text, PLAIN);
        let driver = self.driver.iter().map(|driver| format!("+{driver}")).collect::<String>();
        write!(f, "postgresql{driver}://{}", encode(&self.user))?;
        if self.password.is_some() {
            f.write_str(":***")?;
        }
        f.write_str("@")?;
        for (index, endpoint) in self.endpoints.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            match endpoint {
                Endpoint::Tcp { .. } => write!(f, "{comma}{endpoint}")?,
                Endpoint::Socket { folder, port } => write!(f, "{comma}{}:{port}", folder.display())?,
            }
        }
        write!(f, "/{}", encode(&self.database))?;
        match self.tls.mode {
            // What libpq does where nothing is said.
            SslMode::Prefer => Ok(()),
            mode => write!(f, "?sslmode={}", mode.word()),
        }
    }
}

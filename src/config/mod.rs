//! Configuration: the one place that reads the environment.
//!
//! A setting is one field of [`Settings`]: clap makes a flag of it and envy reads its variable, so the two cannot drift
//! apart. The flag wins over the variable, the variable over the default.

mod choices;
mod environment;
mod settings;
mod values;

use std::ffi::OsString;
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

use crate::help::{Advice, Help};
use thiserror::Error;
use tracing::level_filters::LevelFilter;

use choices::Level;
pub use choices::{LogFormat, Mode, Reaction, Repair, Verify};
use database::url::{DatabaseUrl, LibpqEnvironment, UrlError};
use database::wait::Wait;
use environment::Environment;
pub use environment::variable;
use history::layout::Search;
pub use settings::Settings;
pub use values::Switch;
use values::{PortChoice, Target, Timeout, Words};
use version_table::ledger::Origin;

/// The configuration, resolved.
pub struct Config {
    /// DATABASE_URL as given. It may hold a password in any place, so it is private and never printed.
    database_url: Option<String>,
    /// LEVELHEAD_DATABASES as given, `NAME=URL` each; they may hold passwords too.
    databases: Vec<String>,
    /// Whether DATABASE_URL is there but empty.
    database_url_is_empty: bool,
    /// libpq's variables, which fill what the URL leaves out.
    libpq: LibpqEnvironment,
    /// Where to look for the migration files.
    pub files: Search,
    /// `version_table`, where the configuration overrides `env.py`.
    pub version_table: Option<String>,
    /// `version_table_schema`, likewise.
    pub version_table_schema: Option<String>,
    /// Who is noted in the ledger, where it is kept.
    pub ledger: Option<Origin>,
    /// SKIP_DB_UPGRADE.
    pub skip_upgrade: bool,
    /// Who upgrades.
    pub mode: Mode,
    /// Where the upgrade is to lead, where that is not the heads.
    pub target: Option<String>,
    /// Which repairs `run` makes.
    pub repair: Repair,
    /// What to do where the database is ahead of the files.
    pub on_ahead: Reaction,
    /// What to do where the database cannot be brought to head.
    pub on_failure: Reaction,
    /// When the rows are held against the schema.
    pub verify: Verify,
    /// The upgrade command's words, where one is configured.
    pub upgrade_command: Option<Vec<String>>,
    /// How long to wait for the database.
    pub wait: Wait,
    /// How long to wait for another instance's upgrade: for its lock, or for its result.
    pub lock_timeout: Duration,
    /// How long the upgrade may take.
    pub upgrade_timeout: Duration,
    /// Where to answer a platform's port check meanwhile.
    pub liveness_port: Option<NonZeroU16>,
    /// The PATH that commands are looked up in.
    pub path: Option<OsString>,
    /// Variables by which a platform or a person says that this is production; only names and harmless words.
    pub production_signs: Vec<String>,
    /// What the environment says to the application and its platform, for those who check it.
    pub surroundings: Surroundings,
    /// What to log, and how.
    pub log: Log,
}

/// Variables that are nobody's setting here: the application, Python and the platform read them.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// FLASK_APP.
    pub flask_app: Option<OsString>,
    /// PORT.
    pub port: Option<OsString>,
    /// PYTHONPATH.
    pub python_path: Option<OsString>,
    /// VIRTUAL_ENV.
    pub virtual_env: Option<PathBuf>,
    /// PGOPTIONS.
    pub libpq_options: Option<OsString>,
}

/// What to log, and how.
#[derive(Debug, Clone, Copy)]
pub struct Log {
    /// The least severe level that is still logged.
    pub level: LevelFilter,
    /// Text or JSON lines.
    pub format: LogFormat,
    /// Whether a terminal may be shown colour (<https://no-color.org>).
    pub colour: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: LevelFilter::INFO, format: LogFormat::Text, colour: false }
    }
}

/// What is wrong with a setting.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A `LEVELHEAD_` variable that levelhead does not know; a typing error must not be obeyed as a default.
    #[error("unknown variable {name}{}", .nearest.as_ref().map(|known| format!("; did you mean {known}?")).unwrap_or_default())]
    UnknownVariable {
        /// The variable.
        name: String,
        /// The known variable that is spelled most alike.
        nearest: Option<String>,
    },
    /// A variable that levelhead reads holds bytes that are not UTF-8.
    #[error("{name} is not valid UTF-8")]
    NotUtf8 {
        /// The variable.
        name: String,
    },
    /// A value that does not parse.
    #[error("{name}: {reason}")]
    Value {
        /// The variable.
        name: String,
        /// What was given and what is accepted.
        reason: String,
    },
    /// No database is named.
    #[error("DATABASE_URL is {}", if *.empty { "set, but empty" } else { "not set" })]
    NoDatabaseUrl {
        /// Whether it is set to nothing, as a reference that resolved to nothing leaves it.
        empty: bool,
    },
    /// DATABASE_URL cannot be used.
    #[error(transparent)]
    Url(#[from] UrlError),
}

impl Help for ConfigError {
    fn help(&self) -> Advice {
        match self {
            Self::UnknownVariable { name, nearest: Some(known) } => {
                format!("rename {name} to {known}, or unset it").into()
            }
            Self::UnknownVariable { name, nearest: None } => {
                format!("unset {name}; `levelhead run --help` lists the variables").into()
            }
            Self::NotUtf8 { name } | Self::Value { name, .. } => {
                format!("set {name} to an accepted value, or unset it").into()
            }
            Self::NoDatabaseUrl { .. } => {
                "set DATABASE_URL=postgresql://USER:PASSWORD@HOST:5432/NAME, or sqlite:///FILE".into()
            }
            Self::Url(source) => source.help(),
        }
    }
}

impl Config {
    /// Resolves the flags against the process's environment.
    pub fn resolve(flags: Settings) -> Result<Self, ConfigError> {
        let environment = Environment::of_this_process();
        let mut variables = environment.settings()?;
        if environment.is_release()? {
            // Its environment is that of the application's machines, which may leave the upgrade to it.
            (variables.mode, variables.on_failure) = (None, None);
        }
        let limit = |flag: Option<Timeout>, variable: Option<Timeout>, default| {
            flag.or(variable).map_or(default, |Timeout(limit)| limit)
        };
        Ok(Self {
            database_url: flags.database_url.or(variables.database_url),
            databases: if flags.databases.is_empty() { variables.databases } else { flags.databases },
            database_url_is_empty: environment.is_set_to_nothing("DATABASE_URL"),
            libpq: environment.libpq(),
            files: Search {
                migrations: flags.migrations.or(variables.migrations),
                config_files: flags.alembic_config,
                section: flags.section,
                alembic_config: variables.alembic_config.into_iter().next(),
                flask_db_directory: flags.flask_db_directory.or(variables.flask_db_directory),
                python_path: environment.bytes("PYTHONPATH").map(OsString::from),
                virtual_env: environment.bytes("VIRTUAL_ENV").map(PathBuf::from),
            },
            version_table: flags.version_table.or(variables.version_table),
            version_table_schema: flags.version_table_schema.or(variables.version_table_schema),
            ledger: (flags.ledger.or(variables.ledger) != Some(Switch(false))).then(|| Origin {
                image: flags.image.or(variables.image).or_else(|| environment.image()),
                host: environment::host(),
                levelhead: env!("CARGO_PKG_VERSION").to_owned(),
            }),
            skip_upgrade: flags.skip_db_upgrade.or(variables.skip_db_upgrade) == Some(Switch(true)),
            mode: flags.mode.or(variables.mode).unwrap_or(Mode::Upgrade),
            target: flags.target.or(variables.target).map(|Target(symbol)| symbol),
            repair: flags.repair.or(variables.repair).unwrap_or(Repair::Proven),
            on_ahead: flags.on_ahead.or(variables.on_ahead).unwrap_or(Reaction::Start),
            on_failure: flags.on_failure.or(variables.on_failure).unwrap_or(Reaction::Stop),
            verify: flags.verify.or(variables.verify).unwrap_or(Verify::Changed),
            upgrade_command: flags.upgrade_command.or(variables.upgrade_command).map(|Words(words)| words),
            wait: Wait {
                retry_authentication: flags.retry_authentication.or(variables.retry_authentication)
                    == Some(Switch(true)),
                ..Wait::up_to(limit(flags.wait_timeout, variables.wait_timeout, Duration::from_secs(30)))
            },
            lock_timeout: limit(flags.lock_timeout, variables.lock_timeout, Duration::from_secs(300)),
            upgrade_timeout: limit(flags.upgrade_timeout, variables.upgrade_timeout, values::FOR_EVER),
            liveness_port: match flags.liveness_port.or(variables.liveness_port) {
                Some(PortChoice::Number(port)) => Some(port),
                Some(PortChoice::OfPortVariable) => environment.port()?,
                None => None,
            },
            path: environment.bytes("PATH").map(OsString::from),
            production_signs: environment.production_signs(),
            surroundings: Surroundings {
                flask_app: environment.bytes("FLASK_APP").map(OsString::from),
                port: environment.bytes("PORT").map(OsString::from),
                python_path: environment.bytes("PYTHONPATH").map(OsString::from),
                virtual_env: environment.bytes("VIRTUAL_ENV").map(PathBuf::from),
                libpq_options: environment.bytes("PGOPTIONS").map(OsString::from),
            },
            log: Log {
                level: flags.log.or(variables.log).map_or(LevelFilter::INFO, |Level(level)| level),
                format: flags.log_format.or(variables.log_format).unwrap_or(LogFormat::Text),
                colour: environment.bytes("NO_COLOR").is_none(),
            },
        })
    }

    /// The database, parsed; it is only asked for by commands that need one.
    pub fn database_url(&self) -> Result<DatabaseUrl, ConfigError> {
        match &self.database_url {
            Some(text) => Ok(DatabaseUrl::parse(text, &self.libpq)?),
            None => Err(ConfigError::NoDatabaseUrl { empty: self.database_url_is_empty }),
        }
    }

    /// A URL that something else than DATABASE_URL holds, read the same way.
    pub fn read_url(&self, text: &str) -> Result<DatabaseUrl, ConfigError> {
        Ok(DatabaseUrl::parse(text, &self.libpq)?)
    }

    /// Every database that is given, each with its name: that of DATABASE_URL has none and comes first. Never empty.
    pub fn databases(&self) -> Result<Vec<(Option<&str>, DatabaseUrl)>, ConfigError> {
        let mut databases = Vec::new();
        if self.databases.is_empty() || self.database_url.is_some() {
            databases.push((None, self.database_url()?));
        }
        for (number, entry) in self.databases.iter().enumerate() {
            let (name, url) = match entry.split_once('=') {
                Some((name, url)) if !name.is_empty() && !name.contains(':') => (name, url),
                // The entry itself may hold a password.
                _ => {
                    return Err(ConfigError::Value {
                        name: "LEVELHEAD_DATABASES".to_owned(),
                        reason: format!("entry {} is not NAME=URL", number + 1),
                    });
                }
            };
            databases.push((Some(name), DatabaseUrl::parse(url, &self.libpq)?));
        }
        Ok(databases)
    }
}

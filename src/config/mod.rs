//! Configuration: the one place that reads the environment.
//!
//! A setting is one declaration in `settings`: clap makes a flag of it, envy reads its variable, and its default, its help and
//! its row in `docs/CONFIGURATION.md` stand beside them. The flag wins over the variable, the variable over the default.

mod choices;
mod declaration;
mod environment;
mod nearest;
mod others;
mod repeated;
mod settings;
mod values;

use std::ffi::OsString;
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

use crate::help::{Advice, Command, Help};
use thiserror::Error;

use crate::logging::Log;
pub use choices::{Mode, OnLoss, Reaction, Render, Repair, Verify};
use database::url::{DatabaseUrl, LibpqEnvironment, UrlError};
use database::wait::Wait;
pub use declaration::Setting;
use environment::Environment;
pub use environment::variable;
use history::layout::Search;
pub use others::{OTHERS, Other};
pub use repeated::repeated;
pub use settings::{SETTINGS, Settings};
pub use values::Switch;
use values::{FOR_EVER, PortChoice, Target, Words};
use version_table::ledger::Origin;

/// The configuration, resolved.
pub struct Config {
    /// DATABASE_URL as given. It may hold a password in any place, so it is private and never printed.
    database_url: Option<String>,
    /// DATABASE_URL without the white space at its end, where the variable has any and no flag replaces it.
    trimmed_url: Option<String>,
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
    /// What `run` does before an upgrade that loses data.
    pub on_loss: OnLoss,
    /// What to do where the database cannot be brought to head.
    pub on_failure: Reaction,
    /// When the rows are held against the schema.
    pub verify: Verify,
    /// Whether Alembic may be asked to render SQL.
    pub render: Render,
    /// How long it may take.
    pub render_timeout: Duration,
    /// The upgrade command's words, where one is configured.
    pub upgrade_command: Option<Vec<String>>,
    /// How long to wait for the database.
    pub wait: Wait,
    /// How long to wait for another instance's upgrade: for its lock, or for its result.
    pub lock_timeout: Duration,
    /// How long the upgrade may take.
    pub upgrade_timeout: Duration,
    /// How long a statement of it may wait for a lock, where there is a limit.
    pub blocked_timeout: Option<Duration>,
    /// How many times it is run again where it has waited for longer.
    pub blocked_retries: u32,
    /// Where to answer a platform's port check meanwhile.
    pub liveness_port: Option<NonZeroU16>,
    /// How many descriptors, from 3 on, a service manager has opened for the start command.
    pub sockets: i32,
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

/// What is wrong with a setting.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A `LEVELHEAD_` variable that levelhead does not know; a typing error must not be obeyed as a default.
    #[error("unknown variable {name}{}", did_you_mean(.nearest))]
    UnknownVariable {
        /// The variable.
        name: String,
        /// The known variables that are nearest to it, equally near; none where nothing is near.
        nearest: Vec<&'static str>,
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

fn did_you_mean(nearest: &[&str]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; did you mean {}?", either(nearest)) }
}

/// `A`, `A or B`, `A, B or C`.
fn either(names: &[&str]) -> String {
    match names {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        names => names.concat(),
    }
}

impl Help for ConfigError {
    fn help(&self) -> Advice {
        match self {
            Self::UnknownVariable { name, nearest } if nearest.is_empty() => {
                Command::levelhead("run --help").and(format!("unset {name}; this lists the variables"))
            }
            Self::UnknownVariable { name, nearest } => {
                format!("rename {name} to {}, or unset it", either(nearest)).into()
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
        // Alembic has rules of its own for the two.
        let alembic_config = variables.alembic_config.take().unwrap_or_default().pop();
        let settled = flags.over(variables);
        let variable = environment.text("DATABASE_URL")?.filter(|text| text.trim_end() != *text);
        let is_used = |text: &&str| settled.database_url.as_deref() == Some(*text);
        Ok(Self {
            trimmed_url: variable.filter(is_used).map(|text| text.trim_end().to_owned()),
            database_url: settled.database_url,
            databases: settled.databases.unwrap_or_default(),
            database_url_is_empty: environment.is_set_to_nothing("DATABASE_URL"),
            libpq: environment.libpq(),
            files: Search {
                migrations: settled.migrations,
                config_files: settled.alembic_config.unwrap_or_default(),
                section: settled.section,
                alembic_config,
                flask_db_directory: settled.flask_db_directory,
                python_path: environment.bytes("PYTHONPATH").map(OsString::from),
                virtual_env: environment.bytes("VIRTUAL_ENV").map(PathBuf::from),
                path: environment.bytes("PATH").map(OsString::from),
            },
            version_table: settled.version_table,
            version_table_schema: settled.version_table_schema,
            ledger: settled.ledger.0.then(|| Origin {
                image: settled.image.or_else(|| environment.image()),
                host: environment::host(),
                levelhead: env!("CARGO_PKG_VERSION").to_owned(),
            }),
            skip_upgrade: settled.skip_db_upgrade.0,
            mode: settled.mode,
            target: settled.target.map(|Target(symbol)| symbol),
            repair: settled.repair,
            on_ahead: settled.on_ahead,
            on_loss: settled.on_loss,
            on_failure: settled.on_failure,
            verify: settled.verify,
            render: settled.render,
            render_timeout: settled.render_timeout.0,
            upgrade_command: settled.upgrade_command.map(|Words(words)| words),
            wait: Wait { retry_authentication: settled.retry_authentication.0, ..Wait::up_to(settled.wait_timeout.0) },
            lock_timeout: settled.lock_timeout.0,
            upgrade_timeout: settled.upgrade_timeout.0,
            blocked_timeout: Some(settled.blocked_timeout.0).filter(|limit| *limit < FOR_EVER),
            blocked_retries: settled.blocked_retries.0,
            liveness_port: match settled.liveness_port {
                Some(PortChoice::Number(port)) => Some(port),
                Some(PortChoice::OfPortVariable) => environment.port()?,
                None => None,
            },
            sockets: environment.sockets(),
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
                level: settled.log.0,
                format: settled.log_format,
                colour: settled.color.unwrap_or_else(|| environment.colour()),
                spins: !environment.is_dumb(),
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

    /// DATABASE_URL as the upgrade and the start command are to find it, where that is not as it is.
    pub fn database_url_for_others(&self) -> Option<&str> {
        self.trimmed_url.as_deref()
    }

    /// What changes in the environment of a program that must not reach the database.
    pub fn leading_nowhere(&self) -> Vec<(OsString, Option<OsString>)> {
        rendering::leading_nowhere(&environment::variables(), self.database_url.as_deref())
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

    /// Those of them that are named beside DATABASE_URL.
    pub fn further_databases(&self) -> Result<Vec<(&str, DatabaseUrl)>, ConfigError> {
        Ok(self.databases()?.into_iter().filter_map(|(name, url)| Some((name?, url))).collect())
    }
}

//! Every setting as it was given: clap makes a flag of each field, envy reads its variable.

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;

use super::choices::{Level, LogFormat, Mode, Reaction, Repair, Verify};
use super::values::{PortChoice, Switch, Target, Timeout, Words, from_text, one_path, words};

/// Every setting as it was given, by flag or by variable; nothing is resolved yet. `-h` shows the few that are typed by hand.
#[derive(Debug, Default, Args, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The database, as SQLAlchemy writes it [env: DATABASE_URL]
    #[arg(long, global = true, value_name = "URL", help_heading = "Database")]
    pub(super) database_url: Option<String>,

    /// Another database with the same migrations; may be repeated [env: LEVELHEAD_DATABASES, separated by spaces]
    #[arg(
        long = "database",
        global = true,
        hide_short_help = true,
        value_name = "NAME=URL",
        help_heading = "Database"
    )]
    #[serde(deserialize_with = "words")]
    pub(super) databases: Vec<String>,

    /// How long to wait for the database [env: LEVELHEAD_WAIT_TIMEOUT] [default: 30s]
    #[arg(long, global = true, hide_short_help = true, value_name = "DURATION", help_heading = "Database")]
    #[serde(deserialize_with = "from_text")]
    pub(super) wait_timeout: Option<Timeout>,

    /// Also wait where the server refuses the role, its password or the database [env: LEVELHEAD_RETRY_AUTHENTICATION]
    #[arg(long, global = true, hide_short_help = true, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    #[arg(require_equals = true, help_heading = "Database")]
    #[serde(deserialize_with = "from_text")]
    pub(super) retry_authentication: Option<Switch>,

    /// The version table, where env.py does not say [env: LEVELHEAD_VERSION_TABLE]
    #[arg(long, global = true, hide_short_help = true, value_name = "NAME", help_heading = "Database")]
    pub(super) version_table: Option<String>,

    /// The version table's schema [env: LEVELHEAD_VERSION_TABLE_SCHEMA]
    #[arg(long, global = true, hide_short_help = true, value_name = "NAME", help_heading = "Database")]
    pub(super) version_table_schema: Option<String>,

    /// Whether changes are noted in the table levelhead.ledger, for `levelhead undo`: on or off [env: LEVELHEAD_LEDGER]
    /// [default: on]
    #[arg(long, global = true, hide_short_help = true, value_name = "BOOL", help_heading = "Database")]
    #[serde(deserialize_with = "from_text")]
    pub(super) ledger: Option<Switch>,

    /// What the ledger calls this release [env: LEVELHEAD_IMAGE] [default: the platform's variable]
    #[arg(long, global = true, hide_short_help = true, value_name = "NAME", help_heading = "Database")]
    pub(super) image: Option<String>,

    /// The migrations folder, instead of looking for it [env: LEVELHEAD_MIGRATIONS]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Migration files")]
    pub(super) migrations: Option<PathBuf>,

    /// Alembic's configuration file; may be given twice, as Alembic's own `-c` [env: ALEMBIC_CONFIG]
    #[arg(short = 'c', long = "config", global = true, value_name = "FILE", help_heading = "Migration files")]
    #[serde(deserialize_with = "one_path")]
    pub(super) alembic_config: Vec<PathBuf>,

    /// The section of the ini file, as Alembic's own `-n` [default: alembic]
    #[arg(
        short = 'n',
        long = "name",
        global = true,
        hide_short_help = true,
        value_name = "SECTION",
        help_heading = "Migration files"
    )]
    #[serde(skip)]
    pub(super) section: Option<String>,

    /// Flask-Migrate's folder, as its own `-d` [env: FLASK_DB_DIRECTORY] [default: migrations]
    #[arg(short = 'd', long = "directory", global = true, value_name = "DIR", help_heading = "Migration files")]
    pub(super) flask_db_directory: Option<PathBuf>,

    /// Report what would be done, write nothing, start CMD [env: SKIP_DB_UPGRADE]
    #[arg(long, global = true, hide_short_help = true, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    #[arg(require_equals = true, help_heading = "Upgrade")]
    #[serde(deserialize_with = "from_text")]
    pub(super) skip_db_upgrade: Option<Switch>,

    /// Who upgrades: `upgrade`, this instance, or `wait`, another one that is waited for [env: LEVELHEAD_MODE] [default: upgrade]
    #[arg(long, global = true, hide_short_help = true, value_name = "MODE", help_heading = "Upgrade")]
    #[serde(deserialize_with = "from_text")]
    pub(super) mode: Option<Mode>,

    /// Where the upgrade is to lead: heads, a revision or a branch label; never back [env: LEVELHEAD_TARGET] [default: heads]
    #[arg(long, global = true, hide_short_help = true, value_name = "REV", help_heading = "Upgrade")]
    #[serde(deserialize_with = "from_text")]
    pub(super) target: Option<Target>,

    /// Which repairs to make: `proven`, those that the schema proves, or `none` [env: LEVELHEAD_REPAIR] [default: proven]
    #[arg(long, global = true, hide_short_help = true, value_name = "WHICH", help_heading = "Upgrade")]
    #[serde(deserialize_with = "from_text")]
    pub(super) repair: Option<Repair>,

    /// An older image over a newer database: `start` or `stop` [env: LEVELHEAD_ON_AHEAD] [default: start]
    #[arg(long, global = true, hide_short_help = true, value_name = "WHAT", help_heading = "Upgrade")]
    #[serde(deserialize_with = "from_text")]
    pub(super) on_ahead: Option<Reaction>,

    /// Where the database cannot be brought to head: `stop`, or `start` CMD all the same [env: LEVELHEAD_ON_FAILURE] [default: stop]
    #[arg(long, global = true, hide_short_help = true, value_name = "WHAT", help_heading = "Upgrade")]
    #[serde(deserialize_with = "from_text")]
    pub(super) on_failure: Option<Reaction>,

    /// Hold the rows against the schema: `changed`, before and after a change, `always`, at head too, or `never`
    /// [env: LEVELHEAD_VERIFY] [default: changed]
    #[arg(long, global = true, hide_short_help = true, value_name = "WHEN", help_heading = "Upgrade")]
    #[serde(deserialize_with = "from_text")]
    pub(super) verify: Option<Verify>,

    /// The command that upgrades, split as a shell splits words, run without a shell [env: LEVELHEAD_UPGRADE_COMMAND]
    #[arg(long, global = true, hide_short_help = true, value_name = "COMMAND", help_heading = "Upgrade")]
    #[serde(deserialize_with = "from_text")]
    pub(super) upgrade_command: Option<Words>,

    /// How long to wait for another instance's upgrade, in either mode [env: LEVELHEAD_LOCK_TIMEOUT] [default: 300s]
    #[arg(long, global = true, hide_short_help = true, value_name = "DURATION", help_heading = "Upgrade")]
    #[serde(deserialize_with = "from_text")]
    pub(super) lock_timeout: Option<Timeout>,

    /// How long the upgrade may take [env: LEVELHEAD_UPGRADE_TIMEOUT] [default: none]
    #[arg(long, global = true, hide_short_help = true, value_name = "DURATION", help_heading = "Upgrade")]
    #[serde(deserialize_with = "from_text")]
    pub(super) upgrade_timeout: Option<Timeout>,

    /// While waiting or upgrading, answer 200 on /live and 503 elsewhere, on this port, or on PORT's value with the word PORT
    /// [env: LEVELHEAD_LIVENESS_PORT] [default: none]
    #[arg(long, global = true, hide_short_help = true, value_name = "PORT", help_heading = "Upgrade")]
    #[serde(deserialize_with = "from_text")]
    pub(super) liveness_port: Option<PortChoice>,

    /// What to log: error, warn, info, debug or trace [env: LEVELHEAD_LOG] [default: info]
    #[arg(long, global = true, hide_short_help = true, value_name = "LEVEL", help_heading = "Output")]
    #[serde(deserialize_with = "from_text")]
    pub(super) log: Option<Level>,

    /// How to log: text or json [env: LEVELHEAD_LOG_FORMAT] [default: text]
    #[arg(long, global = true, hide_short_help = true, value_name = "FORMAT", help_heading = "Output")]
    #[serde(deserialize_with = "from_text")]
    pub(super) log_format: Option<LogFormat>,
}

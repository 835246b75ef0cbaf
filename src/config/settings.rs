//! Every setting, each declared once: flag, variable, default, help and row of `docs/CONFIGURATION.md`. A new one is added here
//! and read in [`Config::resolve`](super::Config::resolve).
//!
//! `default` is a value as it would be given, `otherwise` says what happens without one. `-h` shows the few that are typed by
//! hand; `--help` shows all.

use std::path::PathBuf;

use tracing::level_filters::LevelFilter;

use super::choices::{Level, Mode, OnLoss, Reaction, Render, Repair, Verify};
use super::declaration::settings;
use super::values::{Count, PortChoice, Switch, Target, Timeout, Words, one_path, words};
use crate::logging::{Colour, LogFormat};

settings! {
    "Database" {
        #[arg(hide_short_help = false)]
        database_url: String {
            flag: "database-url" "URL",
            variable: "DATABASE_URL",
            help: "The database, as SQLAlchemy writes it",
            note: "[Spellings](database-url.md).",
        }
        #[serde(deserialize_with = "words")]
        databases: Vec<String> {
            flag: "database" "NAME=URL",
            variable: "LEVELHEAD_DATABASES",
            help: "Another database with the same migrations; the flag may be repeated, the variable holds several with \
                   spaces between",
            note: "[Several databases](several-databases.md).",
        }
        wait_timeout: Timeout {
            flag: "wait-timeout" "DURATION",
            variable: "LEVELHEAD_WAIT_TIMEOUT",
            default: "30s",
            help: "How long to wait for the database",
            note: "`none` waits for ever.",
        }
        #[arg(num_args = 0..=1, default_missing_value = "true", require_equals = true)]
        retry_authentication: Switch {
            flag: "retry-authentication" "BOOL",
            variable: "LEVELHEAD_RETRY_AUTHENTICATION",
            default: "no",
            help: "Also wait where the server refuses the role, its password or the database",
            note: "They may be created late.",
        }
        version_table: String {
            flag: "version-table" "NAME",
            variable: "LEVELHEAD_VERSION_TABLE",
            otherwise: "from env.py, else alembic_version",
            help: "The version table, where env.py does not say",
        }
        version_table_schema: String {
            flag: "version-table-schema" "NAME",
            variable: "LEVELHEAD_VERSION_TABLE_SCHEMA",
            otherwise: "from env.py, else the search path",
            help: "The version table's schema",
        }
        ledger: Switch {
            flag: "ledger" "BOOL",
            variable: "LEVELHEAD_LEDGER",
            default: "on",
            help: "Whether changes are noted in the table levelhead.ledger, for `levelhead undo`: on or off",
            note: "What is not noted cannot be undone.",
        }
        image: String {
            flag: "image" "NAME",
            variable: "LEVELHEAD_IMAGE",
            otherwise: "the platform's variable",
            help: "What the ledger calls this release",
        }
    }
    "Migration files" {
        #[arg(hide_short_help = false)]
        migrations: PathBuf {
            flag: "migrations" "DIR",
            variable: "LEVELHEAD_MIGRATIONS",
            otherwise: "found",
            help: "The migrations folder, instead of looking for it",
        }
        #[arg(hide_short_help = false)]
        #[serde(deserialize_with = "one_path")]
        alembic_config: Vec<PathBuf> {
            flag: "config" "FILE",
            short: 'c',
            variable: "ALEMBIC_CONFIG",
            otherwise: "alembic.ini, pyproject.toml",
            help: "Alembic's configuration file; may be given twice, as Alembic's own `-c`",
        }
        #[serde(skip)]
        section: String {
            flag: "name" "SECTION",
            short: 'n',
            otherwise: "alembic",
            help: "The section of the ini file, as Alembic's own `-n`",
        }
        #[arg(hide_short_help = false)]
        flask_db_directory: PathBuf {
            flag: "directory" "DIR",
            short: 'd',
            variable: "FLASK_DB_DIRECTORY",
            otherwise: "migrations",
            help: "Flask-Migrate's folder, as its own `-d`",
        }
        render: Render {
            flag: "render" "WHEN",
            variable: "LEVELHEAD_RENDER",
            default: "auto",
            commands: ["run", "plan", "check", "diff", "fix", "verify", "infer", "show"],
            help: "Whether the application's own Alembic may be asked for SQL, in a sandbox: `auto` or `never`",
            note: "[Rendering](rendering.md).",
        }
        render_timeout: Timeout {
            flag: "render-timeout" "DURATION",
            variable: "LEVELHEAD_RENDER_TIMEOUT",
            default: "60s",
            commands: ["run", "plan", "check", "diff", "fix", "verify", "infer", "show"],
            help: "How long Alembic may take to render SQL",
        }
    }
    "Upgrade" {
        #[arg(num_args = 0..=1, default_missing_value = "true", require_equals = true)]
        skip_db_upgrade: Switch {
            flag: "skip-db-upgrade" "BOOL",
            variable: "SKIP_DB_UPGRADE",
            default: "no",
            commands: ["run", "verify"],
            help: "Report what would be done, write nothing, start CMD",
        }
        mode: Mode {
            flag: "mode" "MODE",
            variable: "LEVELHEAD_MODE",
            default: "upgrade",
            commands: ["run"],
            help: "Who upgrades: `upgrade`, this instance, or `wait`, another one that is waited for",
            note: "`run --wait` is the same as `--mode wait`.",
        }
        target: Target {
            flag: "target" "REV",
            variable: "LEVELHEAD_TARGET",
            otherwise: "heads",
            help: "Where the upgrade is to lead: heads, a revision or a branch label; never back",
        }
        repair: Repair {
            flag: "repair" "WHICH",
            variable: "LEVELHEAD_REPAIR",
            default: "proven",
            help: "Which repairs to make: `proven`, those that the schema proves; `finish`, also the rest of a revision that stopped \
                   halfway; or `none`",
        }
        on_ahead: Reaction {
            flag: "on-ahead" "WHAT",
            variable: "LEVELHEAD_ON_AHEAD",
            default: "start",
            help: "An older image over a newer database: `start` or `stop`",
        }
        on_loss: OnLoss {
            flag: "on-loss" "WHAT",
            variable: "LEVELHEAD_ON_LOSS",
            default: "allow",
            commands: ["run"],
            help: "An upgrade that drops tables or columns with rows, or empties tables: `allow` or `stop` before it",
        }
        on_failure: Reaction {
            flag: "on-failure" "WHAT",
            variable: "LEVELHEAD_ON_FAILURE",
            default: "stop",
            commands: ["run"],
            help: "Where the database cannot be brought to head: `stop`, or `start` CMD all the same",
        }
        verify: Verify {
            flag: "verify" "WHEN",
            variable: "LEVELHEAD_VERIFY",
            default: "changed",
            help: "When to compare the version table with the real tables: `changed` (around an upgrade or repair), `always` \
                   (also at head), `never`",
        }
        upgrade_command: Words {
            flag: "upgrade-command" "COMMAND",
            variable: "LEVELHEAD_UPGRADE_COMMAND",
            otherwise: "found",
            help: "The command that upgrades, split as a shell splits words, run without a shell",
        }
        lock_timeout: Timeout {
            flag: "lock-timeout" "DURATION",
            variable: "LEVELHEAD_LOCK_TIMEOUT",
            default: "300s",
            help: "How long to wait for another instance's upgrade, in either mode",
        }
        upgrade_timeout: Timeout {
            flag: "upgrade-timeout" "DURATION",
            variable: "LEVELHEAD_UPGRADE_TIMEOUT",
            default: "none",
            commands: ["run"],
            help: "How long the upgrade may take",
        }
        blocked_timeout: Timeout {
            flag: "blocked-timeout" "DURATION",
            variable: "LEVELHEAD_BLOCKED_TIMEOUT",
            default: "none",
            commands: ["run"],
            help: "How long a statement of the upgrade may wait for a lock before it is cancelled, so that nothing queues \
                   behind it",
            note: "[Blocked upgrades](blocked.md).",
        }
        blocked_retries: Count {
            flag: "blocked-retries" "NUMBER",
            variable: "LEVELHEAD_BLOCKED_RETRIES",
            default: "5",
            commands: ["run"],
            help: "How many times an upgrade that was cancelled so is run again, where it has changed nothing",
        }
        liveness_port: PortChoice {
            flag: "liveness-port" "PORT",
            variable: "LEVELHEAD_LIVENESS_PORT",
            otherwise: "none",
            commands: ["run"],
            help: "While waiting or upgrading, answer 200 on /live and 503 elsewhere, on this port, or on PORT's value with the \
                   word PORT",
        }
    }
    "Output" {
        log: Level {
            flag: "log" "LEVEL",
            variable: "LEVELHEAD_LOG",
            default: "info",
            help: "What to log: error, warn, info, debug or trace",
        }
        log_format: LogFormat {
            flag: "log-format" "FORMAT",
            variable: "LEVELHEAD_LOG_FORMAT",
            default: "text",
            help: "How to log: text or json",
            note: "JSON is one object a line.",
        }
        #[serde(skip)]
        color: Colour {
            flag: "color" "WHEN",
            otherwise: "auto",
            help: "Where to show colour: `auto` (on a terminal), `always` or `never`",
            note: "Without it NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE and TERM=dumb decide, in this order.",
        }
    }
}

impl Settings {
    /// The same with the level that `-q` and `-v` stand for.
    #[must_use]
    pub fn heard(self, quiet: bool, verbose: bool) -> Self {
        let level = match (quiet, verbose) {
            (true, _) => LevelFilter::WARN,
            (_, true) => LevelFilter::DEBUG,
            _ => return self,
        };
        Self { log: Some(Level(level)), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::super::declaration::Setting;
    use super::super::others::OTHERS;
    use super::*;

    fn read(field: &str, text: &str) -> Result<Settings, envy::Error> {
        envy::from_iter([(field.to_owned(), text.to_owned())])
    }

    #[test]
    fn no_two_settings_share_a_flag_a_letter_or_a_variable() {
        let shorts = SETTINGS.iter().filter_map(|setting| Some(format!("-{}", setting.short?)));
        let flags = SETTINGS.iter().map(|setting| format!("--{}", setting.flag)).chain(shorts);
        let variables = SETTINGS.iter().filter_map(|setting| setting.variable);
        let variables = variables.chain(OTHERS.iter().flat_map(|other| other.names.iter().copied()));
        let mut all: Vec<String> = flags.chain(variables.map(str::to_owned)).collect();
        all.sort();
        let twice: Vec<&[String]> = all.windows(2).filter(|two| two[0] == two[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }

    #[test]
    fn a_setting_accepts_its_own_default_and_not_everything() {
        for setting in SETTINGS {
            assert!(setting.default.is_none() || setting.otherwise.is_none(), "{} has two defaults", setting.field);
            if let Some(default) = setting.default {
                assert!(read(setting.field, default).is_ok(), "{}: {default}", setting.field);
                assert!(read(setting.field, "no such value").is_err(), "{} is not read at all", setting.field);
            }
        }
        // Nor does weighing them find one that it cannot read.
        let settled = Settings::default().over(Settings::default());
        assert_eq!((settled.mode, settled.ledger, settled.log_format), (Mode::Upgrade, Switch(true), LogFormat::Text));
        assert!(settled.image.is_none());
    }

    #[test]
    fn the_help_of_a_choice_names_each_word_that_is_accepted() {
        let mut choices = 0;
        for Setting { field, help, .. } in SETTINGS {
            let Err(refused) = read(field, "no such value") else { continue };
            let refused = refused.to_string();
            let Some((_, accepted)) = refused.trim_end_matches(')').split_once(" (") else { continue };
            let words: Vec<&str> = accepted.split(", ").collect();
            if refused.contains(" is not ") && words.iter().all(|word| word.chars().all(|c| c.is_ascii_lowercase())) {
                choices += 1;
                assert!(words.iter().all(|word| help.contains(word)), "{field} accepts {words:?}: {help}");
            }
        }
        assert_eq!(choices, 9);
    }

    #[test]
    fn the_flag_wins_over_the_variable_and_the_variable_over_the_default() {
        let given = |text| read("on_ahead", text).unwrap();
        assert_eq!(given("start").over(given("stop")).on_ahead, Reaction::Start);
        assert_eq!(Settings::default().over(given("stop")).on_ahead, Reaction::Stop);
        assert_eq!(Settings::default().over(Settings::default()).on_ahead, Reaction::Start);
    }

    #[test]
    fn what_is_said_of_a_setting_is_a_sentence() {
        for Setting { field, help, note, value, .. } in SETTINGS {
            assert!(help.starts_with(char::is_uppercase) && !help.ends_with('.'), "{field}: {help}");
            assert!(note.is_none_or(|note| note.ends_with('.')), "{field}: {note:?}");
            assert_eq!(*value, value.to_uppercase(), "{field}");
        }
    }
}

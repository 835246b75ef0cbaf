//! Which database the files of the application name, beside DATABASE_URL.

use std::path::Path;

use crate::commands::files::Files;
use crate::config::Config;
use crate::help::{Command, Help};
use crate::report::{Check, Outcome};
use database::url::DatabaseUrl;

/// Whether `sqlalchemy.url` means the database of DATABASE_URL. `env.py` may replace it.
pub(super) fn alembic_ini(config: &Config, files: Option<&Files>, url: &DatabaseUrl) -> Option<Check> {
    const NAME: &str = "alembic-ini";
    let files = files?;
    let text = files.layout.option("sqlalchemy.url").ok().flatten().filter(|text| !text.trim().is_empty())?;
    let env = std::fs::read_to_string(files.layout.script_location.join("env.py")).unwrap_or_default();
    let replaced = ["environ", "getenv", "set_main_option", "current_app"].iter().any(|word| env.contains(word));
    if text.starts_with("driver://") {
        let placeholder = "sqlalchemy.url in alembic.ini is Alembic's placeholder";
        return Some(match replaced {
            true => Check::pass(NAME, format!("{placeholder}, which env.py replaces")),
            false => Check::fail(
                NAME,
                placeholder,
                Command::levelhead("explain").with("sqlalchemy.dialects:driver").and("read DATABASE_URL in env.py"),
            ),
        });
    }
    let check = compared(config, NAME, "sqlalchemy.url in alembic.ini", &text, url);
    Some(match (check.outcome, replaced) {
        (Outcome::Fail, true) => {
            let text = format!("{}; env.py seems to replace it", check.text);
            Check::warn(NAME, text, "take sqlalchemy.url out of alembic.ini")
        }
        _ => check,
    })
}

/// Whether the application means that database, too.
pub(super) fn configured(config: &Config, text: &str, url: &DatabaseUrl) -> Check {
    compared(config, "application-url", "SQLALCHEMY_DATABASE_URI of the application", text, url)
}

/// Holds a URL against DATABASE_URL: the same database, the same name elsewhere, or another one.
fn compared(config: &Config, name: &'static str, what: &str, text: &str, url: &DatabaseUrl) -> Check {
    let other = match config.read_url(text) {
        Ok(other) => other,
        Err(error) => return Check::warn(name, format!("{what} cannot be read: {error}"), error.help()),
    };
    let next = "let the application read DATABASE_URL, or correct one of the two";
    match (url, &other) {
        (DatabaseUrl::Postgres(ours), DatabaseUrl::Postgres(theirs)) if ours.database == theirs.database => {
            if ours.endpoints == theirs.endpoints {
                return Check::pass(name, format!("{what} names the database of DATABASE_URL"));
            }
            let text = format!("{what} names a database of that name on another host: {other}");
            Check::warn(name, text, next)
        }
        (DatabaseUrl::Sqlite(ours), DatabaseUrl::Sqlite(theirs)) if same_file(&ours.path, &theirs.path) => {
            Check::pass(name, format!("{what} names the file of DATABASE_URL"))
        }
        _ => Check::fail(name, format!("wrong-database: {what} names {other}, and DATABASE_URL {url}"), next),
    }
}

/// The same path, or, since Flask-SQLAlchemy looks in `instance/`, the same file there.
fn same_file(ours: &Path, theirs: &Path) -> bool {
    let instance = |path: &Path| Path::new("instance").join(path);
    ours == theirs || theirs.ends_with(instance(ours)) || ours.ends_with(instance(theirs)) || {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        real(ours).is_some() && real(ours) == real(theirs)
    }
}

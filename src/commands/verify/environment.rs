//! The variables that a deployment runs with, and the programs that the PATH gives.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::commands::files::Files;
use crate::config::{Config, ConfigError, Render};
use crate::help::Help;
use crate::process::program;
use crate::report::Check;
use history::layout::Flavour;
use rendering::{Files as Protection, Sandbox};

/// Programs that a deployment starts, in the order of their use.
const PROGRAMS: [&str; 4] = ["python", "alembic", "flask", "gunicorn"];

pub(super) fn checks(config: &Config, files: Option<&Files>) -> Vec<Check> {
    let surroundings = &config.surroundings;
    let mut checks = vec![database_url(config), skip_db_upgrade(config)];
    checks.extend(flask_app(surroundings.flask_app.as_deref(), files));
    checks.push(port(surroundings.port.as_deref()));
    checks.push(python_path(surroundings.python_path.as_deref()));
    checks.push(virtual_env(config));
    checks.push(programs(config, files));
    checks.push(sandbox(config));
    checks
}

fn database_url(config: &Config) -> Check {
    const NAME: &str = "database-url";
    match config.database_url() {
        Ok(url) => match url.warnings() {
            [] => Check::pass(NAME, url.to_string()),
            warnings => {
                let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
                Check::warn(NAME, format!("{url}: {}", warnings.join("; ")), "take it out of DATABASE_URL")
            }
        },
        Err(error @ ConfigError::NoDatabaseUrl { .. }) => {
            let next = "set DATABASE_URL in the environment of this service: it is not there where this runs";
            Check::fail(NAME, error.to_string(), next)
        }
        Err(error) => Check::fail(NAME, error.to_string(), error.help()),
    }
}

fn skip_db_upgrade(config: &Config) -> Check {
    const NAME: &str = "skip-db-upgrade";
    if config.skip_upgrade {
        let next = "unset SKIP_DB_UPGRADE where the upgrade is to run";
        return Check::warn(NAME, "SKIP_DB_UPGRADE is set: `levelhead run` upgrades nothing", next);
    }
    Check::pass(NAME, "SKIP_DB_UPGRADE is not set: `levelhead run` upgrades")
}

fn flask_app(flask_app: Option<&OsStr>, files: Option<&Files>) -> Option<Check> {
    const NAME: &str = "flask-app";
    if let Some(name) = flask_app {
        return Some(Check::pass(NAME, format!("FLASK_APP is {}", name.display())));
    }
    files.filter(|files| files.layout.flavour == Flavour::FlaskMigrate)?;
    let found = ["wsgi.py", "app.py"].into_iter().find(|file| Path::new(file).is_file());
    Some(match found {
        Some(file) => Check::pass(NAME, format!("FLASK_APP is not set; flask takes {file}")),
        None => Check::fail(
            NAME,
            "FLASK_APP is not set, and there is neither wsgi.py nor app.py here",
            "set FLASK_APP, for example FLASK_APP=app, or start in the application's folder",
        ),
    })
}

fn port(port: Option<&OsStr>) -> Check {
    const NAME: &str = "port";
    let Some(port) = port else { return Check::pass(NAME, "PORT is not set") };
    match port.to_str().and_then(|port| port.trim().parse::<u16>().ok()).filter(|port| *port > 0) {
        Some(number) => Check::pass(NAME, format!("PORT is {number}")),
        None => Check::fail(NAME, format!("PORT is {port:?}, which is no port"), "set PORT to 1-65535, or unset it"),
    }
}

fn python_path(path: Option<&OsStr>) -> Check {
    const NAME: &str = "python-path";
    let Some(path) = path else { return Check::pass(NAME, "PYTHONPATH is not set") };
    let missing: Vec<String> = std::env::split_paths(path)
        .filter(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        .map(|folder| folder.display().to_string())
        .collect();
    let shown = path.display();
    if missing.is_empty() {
        return Check::pass(NAME, format!("PYTHONPATH is {shown}"));
    }
    let text = format!("PYTHONPATH is {shown}; of that, there is no {}", missing.join(", no "));
    Check::warn(NAME, text, "correct PYTHONPATH, or start in the folder that it is meant for")
}

fn virtual_env(config: &Config) -> Check {
    const NAME: &str = "virtualenv";
    let Some(folder) = &config.surroundings.virtual_env else {
        return Check::pass(NAME, "VIRTUAL_ENV is not set; the PATH decides");
    };
    let shown = folder.display();
    if !folder.is_dir() {
        let text = format!("VIRTUAL_ENV is {shown}, which is not there");
        return Check::warn(NAME, text, format!("unset VIRTUAL_ENV, or create it: python3 -m venv {shown}"));
    }
    let gives = match find(config, "python") {
        Some(python) if python.starts_with(folder) => return Check::pass(NAME, format!("VIRTUAL_ENV is {shown}")),
        Some(python) => format!("the PATH gives {}", python.display()),
        None => "the PATH gives no python".to_owned(),
    };
    Check::warn(NAME, format!("VIRTUAL_ENV is {shown}, but {gives}"), format!("put {shown}/bin first on the PATH"))
}

/// What this kernel gives to keep Alembic apart while it renders SQL.
fn sandbox(config: &Config) -> Check {
    const NAME: &str = "sandbox";
    if config.render == Render::Never {
        return Check::pass(NAME, "LEVELHEAD_RENDER=never: Alembic is not asked for SQL");
    }
    let kept = "Alembic renders SQL without network and without writing files";
    match Sandbox::of_this_kernel() {
        Ok(Sandbox { files: Protection::Landlock(_) }) => Check::pass(NAME, format!("{kept}: seccomp and Landlock")),
        Ok(Sandbox { files: Protection::Filter }) => Check::pass(NAME, format!("{kept}: seccomp (no Landlock)")),
        Err(missing) => Check::warn(
            NAME,
            format!("{missing}: Alembic is not asked for SQL, the migration files alone decide"),
            "set LEVELHEAD_RENDER=never if that is intended",
        ),
    }
}

fn programs(config: &Config, files: Option<&Files>) -> Check {
    const NAME: &str = "programs";
    let found: Vec<_> = PROGRAMS.map(|name| (name, find(config, name))).into_iter().collect();
    let mut folders: Vec<_> = found.iter().filter_map(|(_, file)| file.as_ref()?.parent()).collect();
    folders.dedup();
    let shown = |file: &Option<std::path::PathBuf>| {
        file.as_ref().map_or_else(|| "not on the PATH".to_owned(), |file| file.display().to_string())
    };
    let detail: Vec<String> = found.iter().map(|(name, file)| format!("{name}: {}", shown(file))).collect();
    let needed = match files.map(|files| files.layout.flavour) {
        Some(Flavour::Alembic) => "alembic",
        _ => "flask",
    };
    let check = match found.iter().find(|(name, file)| *name == needed && file.is_none()) {
        // Whether the upgrade finds its program, which may be another one, is a check of its own.
        Some((name, _)) => Check::warn(
            NAME,
            format!("{name} is not on the PATH"),
            "put the virtualenv's bin folder on the PATH, or install the application's requirements",
        ),
        None if folders.len() > 1 => Check::warn(
            NAME,
            "the PATH gives them from different folders, which may hold different packages",
            "put the virtualenv's bin folder first on the PATH",
        ),
        None if found.iter().all(|(_, file)| file.is_some()) => {
            let detail = vec![folders[0].display().to_string()];
            return Check { detail, ..Check::pass(NAME, format!("{} come from one folder", PROGRAMS.join(", "))) };
        }
        None => Check::pass(NAME, "those that are on the PATH come from one folder"),
    };
    Check { detail, ..check }
}

fn find(config: &Config, name: &str) -> Option<std::path::PathBuf> {
    program::find(&[OsString::from(name)], config.path.as_deref()).ok().map(|program| program.file)
}

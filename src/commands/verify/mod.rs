//! `verify`: the deployment from end to end, a line a check. Writes nothing, neither to the database nor to a file.

mod application;
mod child;
mod connection;
mod environment;
mod files;
mod health;
mod import;
mod listens;
mod loading;
mod other_urls;
mod page;
mod rights;
mod shell;
mod start_command;
mod state;
mod traceback;

use std::ffi::OsString;

use clap::Args;

use super::output::{PageFormat as Format, print, print_json};
use super::session::Session;
use crate::error::Error;
use crate::help::Help;
use crate::report::{Check, Group, Outcome, Report};

/// What `verify` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Also ask the running application for this page, http or https
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Do not import the application
    #[arg(long)]
    no_import: bool,
    /// How many seconds the import may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    import_timeout: u64,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The start command and its arguments, for example `-- gunicorn app:app`
    #[arg(last = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Goes through all of it, whatever fails on the way.
pub async fn verify(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let report = look(session, arguments).await;
    match arguments.format {
        Format::Text => print(&report.text(session.config.log.colour.is_for(&std::io::stdout())))?,
        Format::Markdown => print(&report.markdown())?,
        Format::Json => print_json(report.document())?,
    }
    match report.checks().find(|check| check.outcome == Outcome::Fail) {
        Some(first) => Err(Error::ChecksFailed {
            failed: report.count(Outcome::Fail),
            name: first.name,
            help: first.help.clone().unwrap_or_default(),
        }),
        None => Ok(()),
    }
}

async fn look(session: &Session, arguments: &Arguments) -> Report {
    let config = &session.config;
    let mut report = Report::default();
    let mut group = |title, checks: Vec<Check>| report.groups.push(Group { title, checks });
    let files = files::read(config);
    group("Environment", environment::checks(config, files.files.as_ref()));
    let connected = connection::checks(session).await;
    group("Connection", connected.checks);
    let (database, url) = (connected.database, connected.url);
    group("Migrations", files.checks);
    if let (Some(database), Some(files)) = (&database, &files.files) {
        let (rights, mut state) = match state::State::of(session, files, database).await {
            Ok(state) => (rights::checks(&state, database).await, state.checks()),
            Err(failed) => (Vec::new(), vec![failed]),
        };
        match config.further_databases() {
            Ok(further) => {
                for (name, url) in further {
                    state.extend(state::of_further(session, files, name, &url).await);
                }
            }
            Err(error) => state.push(failed("version-table", &error.into())),
        }
        group("Rights", rights);
        group("Database", state);
    }
    if let Some(database) = database {
        database.close().await;
    }
    let (application, left_out) = application::checks(config, arguments, files.files.as_ref(), url).await;
    group("Application", application);
    if let Some(page) = &arguments.url {
        group("Health", vec![health::check(page).await]);
    }
    report.groups.retain(|group| !group.checks.is_empty());
    report.left_out.extend(left_out);
    if arguments.command.is_empty() {
        report.left_out.push("the start command; name it: levelhead verify -- gunicorn app:app".to_owned());
    }
    if arguments.url.is_none() {
        report.left_out.push("the running application; name its page: levelhead verify --url URL".to_owned());
    }
    report
}

/// A check that an error has ended.
fn failed(name: &'static str, error: &Error) -> Check {
    Check::fail(name, error.to_string(), error.help())
}

//! `check`: what is the matter with this database and these files, and what `run` would do about it.

mod against;
mod offline;
mod output;
mod render;
mod report;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::files::Files;
use super::fix;
use super::look::Depth;
use super::session::Session;
use crate::config::Verify;
use crate::error::Error;
use crate::reconcile::{Obstacle, Plan};
use database::Database;
pub(super) use render::annotation;
use report::{DatabaseLine, Needs, Report};
use schema::Dialect;

/// What `check` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Carry out what is proven, as `fix --yes` does, check again, and show before and after
    #[arg(long, conflicts_with = "offline")]
    auto_fix: bool,
    /// Look at the files alone: for a pipeline, where no database is
    #[arg(long)]
    offline: bool,
    /// Look at the files as they would be after a merge with this branch, tag or commit of git's, without a database
    #[arg(long, value_name = "GIT-REF", conflicts_with = "auto_fix")]
    against: Option<String>,
    /// Also write the report to FILE, in the format of its ending (.txt, .json, .md) unless --format says another
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum)]
    format: Option<ReportFormat>,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For a terminal of 80 columns
    Text,
    /// One JSON document, described in docs/json.md
    Json,
    /// For an issue or a page
    Markdown,
    /// Annotations on a pull request
    Github,
}

/// Prints the report. Fails where something is wrong, and, with a code of its own, where an upgrade is pending.
pub async fn check(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let config = &session.config;
    let coloured = config.log.colour.is_for(&std::io::stdout());
    let conclude = |before: Option<&Report>, report: &Report| conclude(before, report, arguments, coloured);
    let files = match session.files() {
        Ok(files) => files,
        // Files that form no graph are a finding; nothing can be said of the database without them.
        Err(Error::Read(error)) => return conclude(None, &offline::of_problems(&error.problems)),
        Err(error) => return Err(error),
    };
    if let Some(name) = &arguments.against {
        let mut report = offline::report(&files)?;
        against::look(config, &files, name, &mut report)?;
        return conclude(None, &report);
    }
    if arguments.offline {
        return conclude(None, &offline::report(&files)?);
    }
    let (found, plan) = look(session, &files).await?;
    if !arguments.auto_fix || !plan.is_ok_and(|plan| plan.writes()) {
        return conclude(None, &found);
    }
    output::show_before(&found, arguments, coloured)?;
    fix::carry_out(session, &files).await?;
    conclude(Some(&found), &look(session, &files).await?.0)
}

fn conclude(before: Option<&Report>, report: &Report, arguments: &Arguments, coloured: bool) -> Result<(), Error> {
    output::deliver(before, report, arguments, coloured)?;
    match report.needs() {
        Needs::Nothing => Ok(()),
        Needs::Upgrade => Err(Error::OnlyPending),
        Needs::Repair => Err(Error::NeedsRepair { help: output::first_step(report) }),
        Needs::Person => Err(Error::NeedsAPerson { help: output::first_step(report) }),
    }
}

type Planned = Result<Plan, Box<Obstacle>>;

async fn look(session: &Session, files: &Files) -> Result<(Report, Planned), Error> {
    let config = &session.config;
    let database = session.open().await?;
    let goal = files.goal(config)?;
    let look = session.look_closely(files, &database, &goal, Depth::Schema).await;
    let line = DatabaseLine { url: session.url()?.to_string(), server: server(&database) };
    database.close().await;
    let look = look?;
    let mut report = Report::of(files, &goal, line, &look, config.verify == Verify::Always);
    for (name, url) in config.further_databases()? {
        let database = session.open_at(&url).await?;
        let look = session.look_closely(files, &database, &goal, Depth::Schema).await;
        database.close().await;
        report.add_further(name, &look?);
    }
    Ok((report, look.plan))
}

/// The server and its version.
pub(super) fn server(database: &Database) -> String {
    let version = database.server_version().map(|version| format!(" {version}")).unwrap_or_default();
    let name = match database.dialect() {
        Dialect::PostgreSql => "PostgreSQL",
        Dialect::Sqlite => "SQLite",
    };
    format!("{name}{version}")
}

//! `plan`: what the next `run` would do to this database, before it does it.

mod document;
mod foresee;
mod look;
mod summary;
mod text;

use clap::Args;

use super::check::ReportFormat;
use super::output::{print, print_json};
use super::session::Session;
use crate::error::Error;
use crate::help::Help;
use look::Outlook;

pub(super) use document::Forecast;
pub(super) use look::foresee;
pub(super) use look::offline;
pub(super) use summary::{danger, losses, summary};

/// What `plan` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Show the SQL of each operation, as the application's own Alembic renders it in a sandbox
    #[arg(long)]
    sql: bool,
    /// Look at the files alone: every revision on the schema that those before it leave
    #[arg(long, conflicts_with = "sql")]
    offline: bool,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: ReportFormat,
}

/// Prints the plan. Fails where `run` would stop.
pub async fn plan(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let files = session.files()?;
    let outlook = if arguments.offline {
        let revisions = look::offline(&files, None)?;
        Outlook { database: None, server: None, current: Vec::new(), changes: Vec::new(), obstacle: None, revisions }
    } else {
        look::online(session, &files, arguments.sql).await?
    };
    let coloured = session.config.log.colour.is_for(&std::io::stdout());
    match arguments.format {
        ReportFormat::Text => print(&text::text(&outlook, arguments.sql, coloured))?,
        ReportFormat::Json => print_json(document::document(&outlook))?,
        ReportFormat::Markdown => print(&document::markdown(&outlook))?,
        ReportFormat::Github => print(&document::github(&outlook.revisions))?,
    }
    match outlook.obstacle {
        Some(obstacle) => Err(Error::NeedsAPerson { help: obstacle.help() }),
        None => Ok(()),
    }
}

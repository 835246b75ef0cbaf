//! `diff`: how the live schema departs from what the files build up to the current revisions, or to REV.

mod render;

use clap::Args;

use super::cure::Departures;
use super::files::Files;
use super::output::{PageFormat as Format, print};
use super::session::Session;
use crate::error::{CureError, Error};
use database::Database;

/// What `diff` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Compare with what the files build up to this revision, instead of the current ones
    #[arg(value_name = "REV", allow_negative_numbers = true)]
    revision: Option<String>,
    /// Print the statements that put the schema right, in an order that works; drops and changed types as comments
    #[arg(long, conflicts_with = "format")]
    sql: bool,
    /// With --sql: also the statements that drop something or change a type
    #[arg(long, requires = "sql")]
    with_drops: bool,
    /// Exit with 1 where the schema departs
    #[arg(long)]
    exit_code: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Compares, and prints; changes nothing.
pub async fn diff(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let files = session.files()?;
    let database = session.open().await?;
    let done = compare(session, &files, &database, arguments).await;
    database.close().await;
    let count = done?;
    match count {
        0 => Ok(()),
        count if arguments.exit_code => Err(CureError::Departs { count }.into()),
        _ => Ok(()),
    }
}

async fn compare(session: &Session, files: &Files, database: &Database, arguments: &Arguments) -> Result<usize, Error> {
    let departures = Departures::find(files, database, arguments.revision.as_deref()).await?;
    if arguments.sql {
        let (amendment, left) = departures.amendment(session, files, database, arguments.with_drops).await?;
        print(&render::sql(files, &departures, &amendment, &left))?;
    } else {
        match arguments.format {
            Format::Text => print(&render::text(&departures))?,
            Format::Markdown => print(&render::markdown(&departures))?,
            Format::Json => render::json(&departures)?,
        }
    }
    Ok(departures.found.len())
}

//! What the reading commands look at: the files, and the rows where a command asks for them. Writes nothing.

use crate::config::Config;
use crate::database::url::DatabaseUrl;
use crate::database::{Database, VersionRows};
use crate::error::Error;
use crate::logging::Waiting;
use crate::migrations::layout::{Layout, locate};
use crate::migrations::{self, RevisionGraph, env_py};
use crate::version_table::VersionTable;

/// The migration files.
pub(super) struct Files {
    pub(super) layout: Layout,
    pub(super) graph: RevisionGraph,
}

/// Reads the files that the configuration leads to.
pub(super) fn files(config: &Config) -> Result<Files, Error> {
    let layout = locate(&config.files)?;
    let graph = migrations::read(&layout)?;
    Ok(Files { layout, graph })
}

/// The version table that the configuration or `env.py` names.
pub(super) fn version_table(config: &Config, layout: &Layout) -> Result<VersionTable, Error> {
    let declared = env_py::version_table(layout);
    Ok(declared.settle(config.version_table.clone(), config.version_table_schema.clone())?)
}

/// The rows of the database that DATABASE_URL names.
pub(super) async fn rows(config: &Config, layout: &Layout) -> Result<VersionRows, Error> {
    rows_of(config, layout, &config.database_url()?).await
}

/// The rows of one database.
pub(super) async fn rows_of(config: &Config, layout: &Layout, url: &DatabaseUrl) -> Result<VersionRows, Error> {
    let table = version_table(config, layout)?;
    let mut waiting = Waiting::for_what("the database");
    let database = Database::open(url, config.wait_timeout, &mut |answer| waiting.note(answer)).await?;
    drop(waiting);
    let rows = database.version_rows(&table).await;
    database.close().await;
    Ok(rows?)
}

//! One of the two sides of every command: what the migration files say, and which rows of the database they are held against.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::thread;

use tokio::sync::oneshot;
use tokio::task::yield_now;
use tracing::debug;

use crate::config::Config;
use crate::error::Error;
use crate::prose::counted;
use crate::reconcile::{Goal, list};
use database::Database;
use history::env_py::{self, Declared, Undecidable};
use history::layout::{Flavour, Layout, locate};
use history::{self, Headers, RevisionGraph};
use version_table::{VersionRows, VersionTable};

/// What the migration files say.
pub(super) struct Files {
    pub(super) layout: Layout,
    pub(super) graph: RevisionGraph,
    version_table: Result<VersionTable, Undecidable>,
    /// Whether nobody has named the version table, so that it is Alembic's default.
    is_default_table: bool,
    /// The version table, where `env.py` sets the search path and the database tells what to.
    found: OnceCell<VersionTable>,
}

impl Files {
    /// Reads them.
    pub(super) fn read(config: &Config) -> Result<Self, Error> {
        let layout = locate(&config.files)?;
        let graph = history::read(&layout)?;
        let declared = env_py::version_table(&layout);
        Ok(Self::new(config, layout, graph, declared))
    }

    /// Reads what orders the revisions, and after every few files gives way to the connection that the caller opens beside it.
    pub(super) async fn read_meanwhile(config: &Config) -> Result<Self, Error> {
        // The connection goes first: from then on the server has something to do, too.
        yield_now().await;
        let layout = locate(&config.files)?;
        // Flask-Migrate is told in any of the application's files, however many there are.
        let in_application = if layout.flavour == Flavour::FlaskMigrate { declared_beside(&layout) } else { None };
        let mut headers = Headers::of(&layout);
        while headers.read_more() {
            yield_now().await;
        }
        let graph = headers.link()?;
        let declared = match in_application {
            Some(declared) => declared.await.ok(),
            None => None,
        };
        let declared = declared.unwrap_or_else(|| env_py::version_table(&layout));
        Ok(Self::new(config, layout, graph, declared))
    }

    fn new(config: &Config, layout: Layout, graph: RevisionGraph, declared: Declared) -> Self {
        let (name, schema) = (config.version_table.clone(), config.version_table_schema.clone());
        let is_default_table = declared == Declared::Absent && name.is_none() && schema.is_none();
        let version_table = declared.settle(name, schema);
        debug!("{} in {}", counted(graph.len(), "revision"), layout.script_location.display());
        if let Ok(table) = &version_table {
            debug!("the version table is {table}");
        }
        Self { layout, graph, version_table, is_default_table, found: OnceCell::new() }
    }

    /// Reads the files whole: an upgrade loads them, so one that Python could not load stops it before it begins.
    pub(super) fn read_whole(&mut self) -> Result<(), Error> {
        self.graph = history::read(&self.layout)?;
        Ok(())
    }

    /// The version table that the configuration or `env.py` names, or that has been found.
    pub(super) fn version_table(&self) -> Result<&VersionTable, Error> {
        if let Some(found) = self.found.get() {
            return Ok(found);
        }
        self.version_table.as_ref().map_err(|undecidable| undecidable.clone().into())
    }

    /// The rows to judge by. Refuses to go on where the version table is missing, nobody has named it, and the database holds one
    /// elsewhere: a second one would claim that nothing is applied.
    pub(super) async fn rows_of_the_only_table(&self, database: &Database) -> Result<VersionRows, Error> {
        let table = self.version_table()?;
        let rows = database.version_rows(table).await?;
        if rows != VersionRows::NoTable || !self.is_default_table {
            return Ok(rows);
        }
        let found = database.version_tables().await?;
        if found.is_empty() {
            return Ok(rows);
        }
        // What is found may be the table itself, which an upgrade has made since.
        match database.version_rows(table).await? {
            VersionRows::NoTable if self.is_found_in(&found) => {
                Ok(database.version_rows(self.version_table()?).await?)
            }
            VersionRows::NoTable => {
                Err(Error::VersionTableElsewhere { wanted: table.to_string(), found: found.join(", ") })
            }
            rows => Ok(rows),
        }
    }

    /// The rows, wherever the version table is.
    pub(super) async fn rows(&self, database: &Database) -> Result<VersionRows, Error> {
        let rows = database.version_rows(self.version_table()?).await?;
        if rows == VersionRows::NoTable && self.is_found(database).await? {
            return Ok(database.version_rows(self.version_table()?).await?);
        }
        Ok(rows)
    }

    /// Looks for the version table in the schema that `env.py` may have set the search path to, where nobody has named one.
    /// Answers whether it has been found there.
    pub(super) async fn is_found(&self, database: &Database) -> Result<bool, Error> {
        Ok(self.may_be_elsewhere() && self.is_found_in(&database.version_tables().await?))
    }

    fn may_be_elsewhere(&self) -> bool {
        self.is_default_table && self.found.get().is_none() && env_py::sets_search_path(&self.layout)
    }

    /// Whether one of these tables is the version table: the only one of its name.
    fn is_found_in(&self, tables: &[String]) -> bool {
        let Ok(table) = self.version_table.as_ref() else { return false };
        let schemas = tables.iter().filter_map(|found| found.rsplit_once('.'));
        let mut schemas = schemas.filter(|(_, name)| *name == table.name).map(|(schema, _)| schema.to_owned());
        match (schemas.next(), schemas.next()) {
            (Some(schema), None) if self.may_be_elsewhere() => {
                self.found.set(VersionTable { schema: Some(schema), leads: true, ..table.clone() }).is_ok()
            }
            _ => false,
        }
    }

    /// The words of the upgrade command, as configured, or as the layout of the files has it.
    pub(super) fn upgrade_words(&self, config: &Config, symbol: &str) -> Vec<OsString> {
        match &config.upgrade_command {
            Some(words) => words.iter().map(OsString::from).collect(),
            None => self.layout.upgrade_command(symbol),
        }
    }

    /// Where the database has to be.
    pub(super) fn goal(&self, config: &Config) -> Result<Goal, Error> {
        match &config.target {
            Some(symbol) if symbol != "heads" => Ok(Goal::target(&self.graph, symbol)?),
            _ => Ok(Goal::heads(&self.graph)),
        }
    }

    /// The heads that the rows have to be, in words.
    pub(super) fn heads(&self) -> String {
        list(&self.graph.real_heads().into_iter().map(str::to_owned).collect::<Vec<_>>())
    }
}

/// What the files say about the version table, from a thread of its own; `None` where no more threads are allowed.
fn declared_beside(layout: &Layout) -> Option<oneshot::Receiver<Declared>> {
    let layout = layout.clone();
    let (done, declared) = oneshot::channel();
    let reader = thread::Builder::new().name("env.py".to_owned());
    reader.spawn(move || done.send(env_py::version_table(&layout))).ok()?;
    Some(declared)
}

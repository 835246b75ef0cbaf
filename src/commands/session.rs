//! What a command works with: the configuration, and whatever it asks for beside it. The lock is in `lock`, a look in `look`.

use std::cell::{OnceCell, RefCell};
use std::time::{Duration, Instant};

use tokio::time::sleep;
use tracing::{debug, warn};

use super::files::Files;
use super::render::Answer;
use crate::config::{Config, ConfigError};
use crate::error::Error;
use crate::logging::Waiting;
use crate::process::liveness::Liveness;
use database::Database;
use database::url::{DatabaseUrl, UrlWarning};
use database::wait::Wait;
use version_table::VersionRows;

/// How long a pooler is left alone whose server is away.
const BETWEEN: Duration = Duration::from_secs(1);

/// One command at work. Nothing is read or opened before it is asked for.
pub struct Session {
    pub(super) config: Config,
    /// From the first wait on there is something to answer a port check with. Only `run` lets it answer.
    pub(super) liveness: Liveness,
    url: OnceCell<DatabaseUrl>,
    /// What has been said of the URLs, each once.
    warned: RefCell<Vec<UrlWarning>>,
    /// What Alembic has rendered, once it was asked.
    pub(super) rendering: OnceCell<Answer>,
}

impl Session {
    /// Reads and opens nothing yet.
    pub fn new(config: Config) -> Self {
        let liveness = Liveness::new(config.liveness_port);
        Self { config, liveness, url: OnceCell::new(), warned: RefCell::default(), rendering: OnceCell::new() }
    }

    /// The database, parsed once; it is only asked for by commands that need one.
    pub(super) fn url(&self) -> Result<&DatabaseUrl, ConfigError> {
        match self.url.get() {
            Some(url) => Ok(url),
            None => {
                let url = self.config.database_url()?;
                Ok(self.url.get_or_init(|| url))
            }
        }
    }

    /// Does the work, and does it again for as long as a database is waited for, where a pooler has let levelhead in whose server
    /// is away: it says so to the first question only, before anything is done.
    pub async fn through_a_poolers_wait<T>(&self, work: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
        let begin = Instant::now();
        let mut waiting = Waiting::for_what("the database");
        loop {
            match work().await {
                Err(error) if error.is_poolers_wait() && begin.elapsed() + BETWEEN < self.config.wait.overall => {
                    self.liveness.begin();
                    waiting.note(&error.to_string(), "");
                    sleep(BETWEEN).await;
                }
                done => return done,
            }
        }
    }

    /// Reads the migration files.
    pub(super) fn files(&self) -> Result<Files, Error> {
        Files::read(&self.config)
    }

    /// Reads the migration files beside opening the database; only what orders the revisions, until they are read whole.
    pub(super) async fn both_sides(&self) -> Result<(Files, Database), Error> {
        tokio::try_join!(Files::read_meanwhile(&self.config), self.open())
    }

    /// Waits for the database that DATABASE_URL names, and says so.
    pub(super) async fn open(&self) -> Result<Database, Error> {
        self.open_at(self.url()?).await
    }

    /// Says what a URL asks for and does not get, then waits for its database, and says so.
    pub(super) async fn open_at(&self, url: &DatabaseUrl) -> Result<Database, Error> {
        self.warn_of(url);
        let mut waiting = Waiting::for_what("the database");
        let mut note = |answer: &str| {
            self.liveness.begin();
            waiting.note(answer, "");
        };
        let database = Database::open(url, &self.config.wait, &mut note).await?;
        debug!("connected to {url}");
        Ok(database)
    }

    fn warn_of(&self, url: &DatabaseUrl) {
        for warning in url.warnings() {
            if !self.warned.borrow().contains(warning) {
                warn!("{warning}");
                self.warned.borrow_mut().push(warning.clone());
            }
        }
    }

    /// One attempt, for a person who waits for the answer.
    pub(super) async fn open_at_once(&self) -> Result<Database, Error> {
        self.warn_of(self.url()?);
        let at_once = Wait { overall: Duration::ZERO, ..self.config.wait.clone() };
        Ok(Database::open(self.url()?, &at_once, &mut |_| {}).await?)
    }

    /// The rows of the database that DATABASE_URL names.
    pub(super) async fn rows(&self, files: &Files) -> Result<VersionRows, Error> {
        self.rows_at(files, self.url()?).await
    }

    /// The rows of one database.
    pub(super) async fn rows_at(&self, files: &Files, url: &DatabaseUrl) -> Result<VersionRows, Error> {
        let database = self.open_at(url).await?;
        let rows = files.rows(&database).await;
        database.close().await;
        rows
    }
}

//! Waiting for the lock that every writer of the version table takes, and for whoever has locked the table itself.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::debug;

use super::session::Session;
use crate::error::Error;
use crate::logging::Waiting;
use database::connect::ConnectError;
use database::failure::FailureKind;
use database::lock::{Attempt, Guard, Holder, pause};
use database::{Database, DatabaseError, Glance};
use version_table::VersionTable;

/// How long a read may take before it is a wait.
const SILENCE: Duration = Duration::from_secs(1);

/// After how long without an answer it is asked whether it is the table that is locked, or the server that is silent.
const DOUBT: Duration = Duration::from_secs(10);

impl Session {
    /// The database with patience for whoever alters the version table: a read of it may take longer than the waiting, which ends
    /// with words of its own.
    pub(super) fn patient(&self, database: Database) -> Database {
        database.patient(self.config.lock_timeout.saturating_add(DOUBT))
    }

    /// The rows of the version table and a few tables, for which whoever alters the table is waited for as for any other upgrade.
    pub(super) async fn glance_in_time(&self, database: &Database, table: &VersionTable) -> Result<Glance, Error> {
        // A limit of 0 waits for nobody, and is no limit on the read itself.
        let (begin, limit) = (Instant::now(), self.config.lock_timeout);
        let deadline = begin + limit.max(SILENCE);
        let mut is_locked = false;
        let mut waiting = Waiting::for_what("the version table");
        let mut read = pin!(database.glance(table));
        loop {
            match timeout_at(deadline.min(Instant::now() + SILENCE), &mut read).await {
                Ok(seen) => return Ok(seen?),
                Err(_) if Instant::now() >= deadline => {
                    return Err(DatabaseError::TableLocked { waited: limit }.into());
                }
                Err(_) => {
                    self.liveness.begin();
                    if !is_locked && begin.elapsed() >= DOUBT {
                        is_locked = self.is_locked_for_others(table).await?;
                        if !is_locked {
                            // A lock that has just been given back has kept nobody from answering.
                            if let Ok(seen) = timeout(SILENCE, &mut read).await {
                                return Ok(seen?);
                            }
                            let (doing, waited) = ("read the version table", DOUBT);
                            return Err(DatabaseError::Silent { doing, waited, may_be_done: false }.into());
                        }
                    }
                    waiting.note("another session has locked it", "");
                }
            }
        }
    }

    /// Whether the version table keeps another connection waiting, too. Where it does not, it is the first connection that
    /// nothing comes from any more; where there is no other connection, the server is away.
    async fn is_locked_for_others(&self, table: &VersionTable) -> Result<bool, Error> {
        let database = match self.open().await {
            Ok(database) => database,
            // Who says that there is no room is not silent.
            Err(Error::Database(DatabaseError::Connect(refusal))) if is_full(&refusal) => return Ok(true),
            Err(error) => return Err(error),
        };
        let is_locked = match timeout(SILENCE, database.version_rows(table)).await {
            Ok(rows) => rows.map(|_| false)?,
            Err(_) => true,
        };
        database.close().await;
        Ok(is_locked)
    }

    /// Opens the database again between two looks at what another instance does: none of those who wait keeps a connection, of
    /// which a role may have only so many. That none is free is part of the wait.
    pub(super) async fn open_again(&self) -> Result<Database, Error> {
        loop {
            match self.open().await {
                Err(Error::Database(DatabaseError::Connect(refusal))) if is_full(&refusal) => {
                    sleep(pause(Duration::MAX)).await;
                }
                opened => return Ok(self.patient(opened?)),
            }
        }
    }

    /// Holds the lock while `work` is done, which begins when it is had. `database` is the connection that holds it.
    pub(super) async fn under_the_lock<T>(
        &self,
        database: Database,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let Ok(guard) = self.lock_unless(database, async |_| Ok(None::<Infallible>)).await?;
        let done = work.await;
        guard.release().await;
        done
    }

    /// Waits for whoever changes the version table in a transaction of their own, without the lock that is held here: an upgrade
    /// that was started by hand, or one whose levelhead was killed.
    pub(super) async fn alone(&self, database: &Database, table: &VersionTable) -> Result<(), Error> {
        let (begin, limit) = (Instant::now(), self.config.lock_timeout);
        let mut waiting = Waiting::for_what("a transaction that has changed the version table");
        loop {
            let writers = match database.writers(table).await {
                Ok(writers) => writers,
                Err(error) => {
                    debug!("whether somebody changes the version table is not known: {error}");
                    return Ok(());
                }
            };
            let Some(writer) = writers.first() else { return Ok(()) };
            if begin.elapsed() >= limit {
                let holder = Holder { who: writer.words(), age: None };
                return Err(DatabaseError::LockTimeout { holder: Some(holder), waited: limit }.into());
            }
            waiting.note(&writer.who(), "");
            sleep(pause(begin.elapsed())).await;
        }
    }

    /// Polls for the lock on the connection that `database` is, and says who has it; until `needless` answers something: then
    /// another instance has done what the lock was wanted for, and that answer comes instead.
    pub(super) async fn lock_unless<N>(
        &self,
        database: Database,
        mut needless: impl AsyncFnMut(&mut Database) -> Result<Option<N>, Error>,
    ) -> Result<Result<Guard, N>, Error> {
        let (begin, limit) = (Instant::now(), self.config.lock_timeout);
        let deadline = begin + limit;
        let mut database = self.patient(database);
        let mut waiting = Waiting::for_what("another instance that upgrades");
        loop {
            let holder = match database.try_lock().await? {
                Attempt::Won(guard) => return Ok(Ok(guard)),
                Attempt::Lost(same, holder) => {
                    database = *same;
                    holder
                }
            };
            if let Some(holder) = &holder {
                waiting.note(&holder.who, &holder.for_how_long());
            }
            let late = |holder: Option<Holder>| DatabaseError::LockTimeout { holder, waited: limit };
            // The upgrade that is waited for may have locked the version table, too: then the rows are no answer for as long.
            match timeout_at(deadline.max(Instant::now() + SILENCE), needless(&mut database)).await {
                Err(_) => return Err(late(holder).into()),
                Ok(Err(error)) => return Err(error),
                Ok(Ok(Some(answer))) => {
                    database.close().await;
                    return Ok(Err(answer));
                }
                Ok(Ok(None)) => {}
            }
            let pause = pause(begin.elapsed());
            database.close().await;
            if Instant::now() + pause > deadline {
                return Err(late(holder).into());
            }
            sleep(pause).await;
            database = match timeout_at(deadline.max(Instant::now() + SILENCE), self.open_again()).await {
                Ok(opened) => opened?,
                Err(_) => return Err(late(holder).into()),
            };
        }
    }
}

fn is_full(refusal: &ConnectError) -> bool {
    matches!(refusal.kind(), FailureKind::TooBusy | FailureKind::PoolerWaiting)
}

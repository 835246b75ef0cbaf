//! The lock: one instance upgrades a database at a time, and a crash frees it.
//!
//! It is polled for with jitter and never waited for inside the server: a waiting query holds a snapshot, and CREATE INDEX
//! CONCURRENTLY waits for every older snapshot to go, which would be a deadlock.

#[cfg(feature = "sqlite")]
mod file;

use std::fmt;
use std::time::Duration;

use tokio_postgres::SimpleQueryMessage;

use super::connect::Connected;
use super::conversation::ANSWER;
use super::postgres::{Session, first_column};
use super::statements::BEGIN;
use super::{Database, DatabaseError};
#[cfg(feature = "sqlite")]
pub(super) use file::{holder as sqlite_holder, lock as sqlite};

/// The first of the two integers of the advisory lock: "lvlh" in ASCII. The two-integer form is a space of its own, so a
/// one-integer lock that an `env.py` takes cannot collide with it.
const CLASS: i32 = i32::from_be_bytes(*b"lvlh");
/// The second integer. Locks are per database, and one upgrade a database is meant.
const OBJECT: i32 = 1;
/// The mean time between two looks at what another instance does.
const PAUSE: Duration = Duration::from_millis(250);
/// How long a guard connection may take to show that it is alive, or to free the lock. It may have been idle for as long as the
/// upgrade took, and whatever stands between may have forgotten it.
const PROOF_OF_LIFE: Duration = Duration::from_secs(1);

/// Whoever upgrades, as far as this role may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Process id, application name and address; it does not change while the same one upgrades.
    pub who: String,
    /// For how long, in whole seconds.
    pub age: Option<u64>,
}

impl Holder {
    /// `, for 12 s`, or nothing.
    pub fn for_how_long(&self) -> String {
        self.age.map(|age| format!(", for {age} s")).unwrap_or_default()
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.who, self.for_how_long())
    }
}

/// What became of an attempt to take the lock.
pub enum Attempt {
    /// It is held from now on.
    Won(Guard),
    /// Somebody else holds it, unless they have just ended.
    Lost(Box<Database>, Option<Holder>),
}

/// The right to upgrade. Dropping it frees the lock.
pub enum Guard {
    /// A connection whose open transaction holds the advisory lock, and nothing else: no snapshot, no row.
    Postgres(Box<Connected>),
    /// An flock on a file beside the database.
    #[cfg(feature = "sqlite")]
    Sqlite(file::LockFile),
}

impl Guard {
    /// Resolves when the lock is no longer held, with the reason. That of SQLite is held as long as this process lives.
    pub async fn lost(&mut self) -> String {
        match self {
            Self::Postgres(connection) => connection.closed().await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => std::future::pending().await,
        }
    }

    /// Whether the lock is held at this moment.
    pub async fn is_held(&self) -> bool {
        match self {
            // An empty query takes no snapshot.
            Self::Postgres(connection) => connection.ask("see that the lock is held", "", PROOF_OF_LIFE).await.is_ok(),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => true,
        }
    }

    /// Frees the lock.
    pub async fn release(self) {
        match self {
            Self::Postgres(connection) => {
                // A failure to say so changes nothing: closing the connection ends the transaction too.
                let _ = connection.ask("free the lock", "ROLLBACK", PROOF_OF_LIFE).await;
                connection.close().await;
            }
            #[cfg(feature = "sqlite")]
            Self::Sqlite(file) => file.remove(),
        }
    }
}

/// The time until the next look: random, so that many instances that started together do not look together.
pub fn pause() -> Duration {
    PAUSE.mul_f64(0.5 + rand::random::<f64>())
}

/// Opens the transaction that holds the lock, and keeps the server from ending it for being idle. In a stricter isolation it
/// would hold a snapshot, too. `transaction_timeout` is there from PostgreSQL 17 on; a setting that is not there must not be set.
fn attempt() -> String {
    let unlimited = ["idle_in_transaction_session_timeout", "transaction_timeout"].map(|name| {
        format!(
            "SELECT CASE WHEN current_setting('{name}', true) IS NOT NULL THEN set_config('{name}', '0', true) END;"
        )
    });
    format!("{BEGIN}; {} SELECT pg_try_advisory_xact_lock({CLASS}, {OBJECT})", unlimited.concat())
}

/// Two columns: who holds the lock, and for how long. Roles without the right to see others see the process id alone.
fn holder() -> String {
    format!(
        "SELECT concat_ws(', ', 'pid ' || l.pid, nullif(a.application_name, ''), 'from ' || host(a.client_addr)),
                floor(extract(epoch from clock_timestamp() - a.xact_start))::bigint
         FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)
         WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {CLASS} AND l.objid = {OBJECT} AND l.objsubid = 2
           AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"
    )
}

/// The process ids of those that hold the lock, as a query.
pub(super) fn holders() -> String {
    format!(
        "SELECT pid FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND classid = {CLASS} AND objid = {OBJECT}
         AND objsubid = 2"
    )
}

fn read_holder(answer: &[SimpleQueryMessage]) -> Option<Holder> {
    answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(Holder {
            who: row.get(0).unwrap_or_default().to_owned(),
            age: row.get(1).and_then(|age| age.parse().ok()),
        }),
        _ => None,
    })
}

pub(super) async fn postgres(session: Session) -> Result<Attempt, DatabaseError> {
    let ask = async |query: &str| session.connection.ask("take the lock", query, ANSWER).await;
    let answer = ask(&attempt()).await?;
    if first_column(&answer).last() == Some("t") {
        return Ok(Attempt::Won(Guard::Postgres(Box::new(session.connection))));
    }
    // No transaction stays open between attempts: through a pooler it would occupy a server connection.
    let answer = ask(&format!("ROLLBACK; {}", holder())).await?;
    Ok(Attempt::Lost(Box::new(Database::Postgres(session)), read_holder(&answer)))
}

pub(super) async fn postgres_holder(session: &Session) -> Result<Option<Holder>, DatabaseError> {
    Ok(read_holder(&session.connection.ask("ask who upgrades", &holder(), ANSWER).await?))
}

//! The lock: one instance upgrades a database at a time, and a crash frees it.
//!
//! It is polled for with jitter and never waited for inside the server: a waiting query holds a snapshot, and CREATE INDEX
//! CONCURRENTLY waits for every older snapshot to go, which would be a deadlock.

use std::fmt;
use std::time::Duration;

use crate::backend::Lock;
use crate::watch::{Mark, Party};
use crate::{Database, DatabaseError};

/// The mean time between two looks at what another instance does: at first, and at last.
const PAUSE: Duration = Duration::from_millis(250);
const LONG_PAUSE: Duration = Duration::from_secs(2);

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
pub struct Guard(pub(crate) Box<dyn Lock>);

impl Guard {
    /// Resolves when the lock is no longer held, with the reason.
    pub async fn lost(&mut self) -> String {
        self.0.lost().await
    }

    /// Whether the lock is held at this moment.
    pub async fn is_held(&self) -> bool {
        self.0.is_held().await
    }

    /// By what the sessions of an upgrade under this lock will be known: what they are to call themselves.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub async fn mark(&self) -> Result<Mark, DatabaseError> {
        Ok(Mark { name: self.0.name().await?.unwrap_or_default(), ..Mark::default() })
    }

    /// Frees the lock.
    pub async fn release(self) {
        self.0.release().await;
    }
}

/// How often sessions are asked whether they have ended, and how long between two times.
const ROUNDS: u32 = 50;
const ROUND: Duration = Duration::from_millis(100);

/// Ends sessions until none is left, and answers which there were.
pub(crate) async fn ended(
    end: impl AsyncFn() -> Result<Vec<Party>, DatabaseError>,
) -> Result<Vec<Party>, DatabaseError> {
    let mut all: Vec<Party> = Vec::new();
    for _ in 0..ROUNDS {
        let left = end().await?;
        if left.is_empty() {
            break;
        }
        all.extend(
            left.into_iter().filter(|party| !all.iter().any(|known| known.pid == party.pid)).collect::<Vec<_>>(),
        );
        tokio::time::sleep(ROUND).await;
    }
    Ok(all)
}

/// The time until the next look, for one who has waited for so long: random, so that many instances that started together do not
/// look together.
pub fn pause(waited: Duration) -> Duration {
    (waited / 16).clamp(PAUSE, LONG_PAUSE).mul_f64(0.5 + rand::random::<f64>())
}

//! The lock: one instance upgrades a database at a time, and a crash frees it.
//!
//! It is polled for with jitter and never waited for inside the server: a waiting query holds a snapshot, and CREATE INDEX
//! CONCURRENTLY waits for every older snapshot to go, which would be a deadlock.

use std::fmt;
use std::time::Duration;

use crate::Database;
use crate::backend::Lock;

/// The mean time between two looks at what another instance does.
const PAUSE: Duration = Duration::from_millis(250);

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

    /// Frees the lock.
    pub async fn release(self) {
        self.0.release().await;
    }
}

/// The time until the next look: random, so that many instances that started together do not look together.
pub fn pause() -> Duration {
    PAUSE.mul_f64(0.5 + rand::random::<f64>())
}

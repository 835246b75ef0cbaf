//! From a URL to a connection: attempts until one succeeds, one fails for good, or the time is up.
//!
//! What an attempt is, each backend knows. Prints nothing, and decides nothing about the database.

use std::fmt;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::failure::{Failure, FailureKind};
use crate::wait::{Wait, delay_after};

/// What a waiting person wants to read.
#[derive(Debug)]
pub struct Progress<'a> {
    /// How many attempts have failed.
    pub attempt: u32,
    /// Since the first attempt began.
    pub elapsed: Duration,
    /// The last answer of each endpoint.
    pub failures: &'a [Failure],
    /// Until the next attempt.
    pub delay: Duration,
}

impl fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answers: Vec<String> = self.failures.iter().map(ToString::to_string).collect();
        write!(f, "waiting for the database ({:.1} s so far): {}", self.elapsed.as_secs_f64(), answers.join("; "))
    }
}

/// How long one address may take: its own limit, and what is left of the whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// For one address.
    pub(crate) each: Duration,
    deadline: Instant,
}

impl Limits {
    /// What an attempt that begins now has.
    pub(crate) fn now(self) -> Duration {
        self.each.min(self.deadline.saturating_duration_since(Instant::now()))
    }
}

/// No connection. The failures name host and port, never a password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Waiting would not help.
    #[error("cannot connect to {failure}")]
    Refused {
        /// The answer.
        failure: Failure,
    },
    /// The last attempt before the deadline failed in a way that may still pass.
    #[error("{}{}", tried(*.attempts, *.waited), list(.failures))]
    Deadline {
        /// Since the first attempt began.
        waited: Duration,
        /// How many.
        attempts: u32,
        /// The last answer of each endpoint.
        failures: Vec<Failure>,
    },
}

/// How often and how long, where that says something.
fn tried(attempts: u32, waited: Duration) -> String {
    let seconds = waited.as_secs_f64();
    match attempts {
        1 if seconds < 1.0 => "cannot connect to ".to_owned(),
        1 => format!("no connection after {seconds:.1} s: "),
        _ => format!("no connection after {seconds:.1} s and {attempts} attempts; last answer: "),
    }
}

fn list(failures: &[Failure]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl ConnectError {
    /// The last one that was refused; none where the time was up before any was.
    #[must_use]
    pub fn last(&self) -> Option<&Failure> {
        match self {
            Self::Refused { failure } => Some(failure),
            Self::Deadline { failures, .. } => failures.last(),
        }
    }

    /// What kind of answer was the last.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        self.last().map_or(FailureKind::Silent, |failure| failure.kind)
    }

    /// Whether the time was up, rather than something being refused.
    #[must_use]
    pub fn is_deadline(&self) -> bool {
        matches!(self, Self::Deadline { .. })
    }
}

/// Connects with `attempt_once`, again for as long as `wait` allows; `limit` is the URL's own for one attempt. `progress` is
/// told of each failed attempt before the pause.
///
/// A lookup that hangs stays behind in the runtime's blocking pool: whoever execs afterwards must not drop the
/// runtime first.
///
/// # Errors
/// See [`ConnectError`].
pub(crate) async fn until_connected<C>(
    wait: &Wait,
    limit: Option<Duration>,
    progress: &mut dyn FnMut(&Progress<'_>),
    attempt_once: impl AsyncFn(Limits) -> Result<C, Vec<Failure>>,
) -> Result<C, ConnectError> {
    let begin = Instant::now();
    let limit = limit.unwrap_or(wait.per_attempt);
    let deadline = begin + if wait.overall.is_zero() { limit } else { wait.overall };
    let is_passing = |kind: FailureKind| kind.is_passing(wait.retry_authentication);
    let mut attempt = 0;
    let mut answered = Vec::new();
    loop {
        attempt += 1;
        let mut failures = match attempt_once(Limits { each: limit, deadline }).await {
            Ok(connected) => return Ok(connected),
            Err(failures) => failures,
        };
        if let [failure] = failures.as_slice()
            && !is_passing(failure.kind)
        {
            return Err(ConnectError::Refused { failure: failure.clone() });
        }
        // An attempt that the deadline has cut short says less than the one before.
        let cut_short =
            Instant::now() >= deadline && failures.iter().all(|failure| failure.kind == FailureKind::Silent);
        if cut_short && !answered.is_empty() {
            failures.clone_from(&answered);
        }
        let elapsed = begin.elapsed();
        let delay = delay_after(attempt);
        if elapsed + delay >= wait.overall {
            return Err(ConnectError::Deadline { waited: elapsed, attempts: attempt, failures });
        }
        progress(&Progress { attempt, elapsed, failures: &failures, delay });
        answered = failures;
        sleep(delay).await;
    }
}

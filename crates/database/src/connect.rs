//! From a URL to a connection: attempts until one succeeds, one fails for good, or the time is up.
//!
//! Runs nothing but what `target_session_attrs` needs, prints nothing, and decides nothing about the database.

mod attempt;
mod target;
mod transport;

use std::fmt;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::{Client, Connection};

use super::conversation::Silence;
use super::failure::{Failure, FailureKind, in_words};
use super::url::{Endpoint, PostgresUrl};
use super::wait::{Wait, delay_after};

/// How long a server may take to accept a farewell.
const FAREWELL: Duration = Duration::from_millis(200);

/// A connection that is up.
#[derive(Debug)]
pub struct Connected {
    /// For queries in the simple protocol; a pooler may stand between.
    pub client: Client,
    /// Ends when the connection does: `Ok` after the client was dropped, `Err` when it broke. Select on it to notice
    /// that a connection has died while nothing is asked of it.
    pub connection: JoinHandle<Result<(), tokio_postgres::Error>>,
    /// Which of several endpoints answered.
    pub endpoint: Endpoint,
    /// Whether TLS is in use.
    pub encrypted: bool,
    /// `server_version` as the server, or its pooler, reports it.
    pub server_version: Option<String>,
    /// Whether the server has stopped answering.
    pub(super) silence: Silence,
}

impl Connected {
    fn start<S, T>(
        client: Client,
        connection: Connection<S, T>,
        endpoint: &Endpoint,
        encrypted: bool,
    ) -> (Self, target::Reported)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let switch = |name| connection.parameter(name).map(|value| value == "on");
        let reported = target::Reported {
            in_recovery: switch("in_hot_standby"),
            read_only: switch("default_transaction_read_only"),
        };
        let server_version = connection.parameter("server_version").map(str::to_owned);
        let connection = tokio::spawn(connection);
        let (endpoint, silence) = (endpoint.clone(), Silence::default());
        let connected = Self { client, connection, endpoint, encrypted, server_version, silence };
        (connected, reported)
    }

    /// Resolves when the connection has died, with the reason.
    pub async fn closed(&mut self) -> String {
        match (&mut self.connection).await {
            Ok(Ok(())) => "the server closed the connection".to_owned(),
            Ok(Err(error)) => in_words(&error),
            Err(error) => error.to_string(),
        }
    }

    /// Takes leave of the server, so that it does not have to notice on its own. One that does not take the farewell is not
    /// waited for.
    pub async fn close(self) {
        let Self { client, mut connection, .. } = self;
        drop(client);
        if !connection.is_finished() && timeout(FAREWELL, &mut connection).await.is_err() {
            // It would go on waiting, and hold the socket.
            connection.abort();
        }
    }
}

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
struct Limits {
    each: Duration,
    deadline: Instant,
}

impl Limits {
    fn now(self) -> Duration {
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

/// Connects, trying again for as long as `wait` allows. `progress` is told of each failed attempt before the pause.
///
/// A lookup that hangs stays behind in the runtime's blocking pool: whoever execs afterwards must not drop the
/// runtime first.
///
/// # Errors
/// See [`ConnectError`].
pub async fn connect(
    url: &PostgresUrl,
    wait: &Wait,
    progress: &mut dyn FnMut(&Progress<'_>),
) -> Result<Connected, ConnectError> {
    let begin = Instant::now();
    let limit = url.connect_timeout.unwrap_or(wait.per_attempt);
    let deadline = begin + if wait.overall.is_zero() { limit } else { wait.overall };
    let is_passing = |kind: FailureKind| kind.is_passing(wait.retry_authentication);
    let mut attempt = 0;
    let mut answered = Vec::new();
    loop {
        attempt += 1;
        let mut failures = match attempt::attempt(url, Limits { each: limit, deadline }, is_passing).await {
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

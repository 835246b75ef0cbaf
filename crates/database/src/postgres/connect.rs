//! A connection to a PostgreSQL server. Runs nothing but what `target_session_attrs` needs.

mod allowance;
mod attempt;
mod target;
mod transport;

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{Client, Connection};

use super::conversation::Silence;
use super::failure::in_words;
use crate::connect::{ConnectError, Progress, until_connected};
use crate::url::{Endpoint, PostgresUrl};
use crate::wait::Wait;
use allowance::Allowance;

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
    /// How much it may say.
    pub(super) allowance: Allowance,
}

impl Connected {
    fn start<S, T>(
        client: Client,
        connection: Connection<S, T>,
        endpoint: &Endpoint,
        encrypted: bool,
        allowance: Allowance,
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
        let connected = Self { client, connection, endpoint, encrypted, server_version, silence, allowance };
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

/// Connects, trying again for as long as `wait` allows. `progress` is told of each failed attempt before the pause.
///
/// # Errors
/// See [`ConnectError`].
pub async fn connect(
    url: &PostgresUrl,
    wait: &Wait,
    progress: &mut dyn FnMut(&Progress<'_>),
) -> Result<Connected, ConnectError> {
    let is_passing = |kind: crate::failure::FailureKind| kind.is_passing(wait.retry_authentication);
    let attempt = async |limits| attempt::attempt(url, limits, is_passing).await;
    until_connected(wait, url.connect_timeout, progress, attempt).await
}

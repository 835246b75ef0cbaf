//! A platform's port check, answered while levelhead waits or upgrades: 200 on /live, 503 on everything else.
//!
//! Off by default. Nothing is opened at head, and nothing is left of it at exec: the application binds the port at once.
//! Not a web server: it reads the first line of a request and closes.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU16;
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;
use tracing::info;

/// How long one connection may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a client that has its answer may take to close.
const FAREWELL: Duration = Duration::from_secs(1);
/// How many connections are answered at the same time.
const CONNECTIONS: usize = 64;
/// A first line that is longer is not one of a port check.
const LONGEST_LINE: usize = 4096;

/// The port cannot be had.
#[derive(Debug, Error)]
#[error("LEVELHEAD_LIVENESS_PORT: cannot listen on port {port}: {source}")]
pub struct LivenessError {
    /// The port.
    pub port: NonZeroU16,
    /// Why it cannot be listened on.
    pub source: io::Error,
}

/// The answers to a port check, which begin when there is something to wait for.
pub struct Liveness {
    port: Option<NonZeroU16>,
    begun: Notify,
}

impl Liveness {
    /// Opens nothing yet; without a port it never will.
    pub fn new(port: Option<NonZeroU16>) -> Self {
        Self { port, begun: Notify::new() }
    }

    /// From now on there is something to wait for.
    pub fn begin(&self) {
        self.begun.notify_one();
    }

    /// Answers, from [`begin`](Self::begin) until it is dropped. Resolves only where it cannot.
    pub async fn answer(&self) -> LivenessError {
        self.begun.notified().await;
        let Some(port) = self.port else { return std::future::pending().await };
        match listen(port) {
            Ok(listener) => {
                info!("answering on port {port} until the application does: 200 on /live, 503 elsewhere");
                serve(&listener).await
            }
            Err(source) => LivenessError { port, source },
        }
    }
}

/// Listens on every address of both families, or of the one that this machine has.
fn listen(port: NonZeroU16) -> io::Result<TcpListener> {
    let on_both = Socket::new(Domain::IPV6, Type::STREAM, None).and_then(|socket| {
        socket.set_only_v6(false)?;
        bind(socket, (Ipv6Addr::UNSPECIFIED, port.get()).into())
    });
    match on_both {
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
            bind(Socket::new(Domain::IPV4, Type::STREAM, None)?, (Ipv4Addr::UNSPECIFIED, port.get()).into())
        }
        bound => bound,
    }
}

/// Connections that the application would find in the way carry the listener's SO_REUSEADDR: they are none.
fn bind(socket: Socket, address: SocketAddr) -> io::Result<TcpListener> {
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(128)?;
    TcpListener::from_std(socket.into())
}

async fn serve(listener: &TcpListener) -> ! {
    let mut connections = JoinSet::new();
    let mut oldest_first = VecDeque::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // A client that does not close is reset, at the latest when levelhead execs: nothing of it lingers on the
                // application's port.
                let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
                oldest_first.push_back(connections.spawn(timeout(PATIENCE, converse(stream))));
            }
            // Out of descriptors, for a moment.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
        while connections.try_join_next().is_some() {}
        make_room(&mut oldest_first);
    }
}

/// Where too many are there, those that have come first go: a port check says what it wants at once, and must not stand in a
/// line behind thousands that say nothing.
fn make_room(oldest_first: &mut VecDeque<AbortHandle>) {
    oldest_first.retain(|connection| !connection.is_finished());
    while oldest_first.len() > CONNECTIONS {
        oldest_first.pop_front().inspect(AbortHandle::abort);
    }
}

/// One request, one answer.
async fn converse(mut stream: TcpStream) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.contains(&b'\n') && request.len() < LONGEST_LINE {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    stream.write_all(response(&request).as_bytes()).await?;
    stream.shutdown().await?;
    let read_to_the_end = async { while stream.read(&mut [0; 512]).await.is_ok_and(|length| length > 0) {} };
    let _ = timeout(FAREWELL, read_to_the_end).await;
    Ok(())
}

fn response(request: &[u8]) -> String {
    let line = request.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let mut words = line.split(|&byte| byte == b' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split(|&byte| byte == b'?').next().unwrap_or_default();
    let (status, body) = match path.trim_ascii_end() {
        b"/live" => ("200 OK", "alive: waiting for the database or upgrading it\n"),
        _ => {
            ("503 Service Unavailable\r\nRetry-After: 5", "not started yet: waiting for the database or upgrading it\n")
        }
    };
    let shown = if method == b"HEAD" { "" } else { body };
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{shown}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_path_decides() {
        for (request, status) in [
            ("GET /live HTTP/1.1\r\nHost: a\r\n", "200"),
            ("HEAD /live?probe=1 HTTP/1.0\r\n", "200"),
            ("GET /live\r\n", "200"),
            ("GET / HTTP/1.1\r\n", "503"),
            ("GET /lively HTTP/1.1\r\n", "503"),
            ("GET /healthz HTTP/1.1\r\n", "503"),
            ("POST /orders HTTP/1.1\r\n", "503"),
            ("\r\n", "503"),
            ("\u{1}\u{2}\n", "503"),
        ] {
            assert!(response(request.as_bytes()).starts_with(&format!("HTTP/1.1 {status} ")), "{request:?}");
        }
    }

    #[test]
    fn the_answer_to_head_has_the_length_and_not_the_body() {
        let (get, head) = (response(b"GET /live HTTP/1.1\n"), response(b"HEAD /live HTTP/1.1\n"));
        let (headers, body) = get.split_once("\r\n\r\n").unwrap();
        assert_eq!(head, format!("{headers}\r\n\r\n"));
        assert!(headers.contains(&format!("Content-Length: {}\r\n", body.len())));
    }
}

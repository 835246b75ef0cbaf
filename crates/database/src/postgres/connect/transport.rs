//! Opens a socket: resolves a name, connects, sets the TCP options, and asks a server for TLS.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream, lookup_host};

use crate::url::{Endpoint, Keepalive};

/// Any connected socket, or TLS over it.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for S {}
pub(super) type Transport = Box<dyn Stream>;

/// One place to connect to, its name resolved.
#[derive(Debug, Clone)]
pub(super) enum Address {
    Tcp(SocketAddr),
    Socket(std::path::PathBuf),
}

/// All addresses of an endpoint, in the resolver's order.
pub(super) async fn resolve(endpoint: &Endpoint) -> io::Result<Vec<Address>> {
    match endpoint {
        Endpoint::Socket { folder, port } => Ok(vec![Address::Socket(Endpoint::socket_file(folder, *port))]),
        Endpoint::Tcp { address: Some(ip), port, .. } => Ok(vec![Address::Tcp((*ip, *port).into())]),
        Endpoint::Tcp { host, address: None, port } => {
            let found: Vec<Address> = lookup_host((host.as_str(), *port)).await?.map(Address::Tcp).collect();
            if found.is_empty() { Err(io::Error::other("the name has no address")) } else { Ok(found) }
        }
    }
}

pub(super) async fn open(address: &Address, keepalive: &Keepalive) -> io::Result<Transport> {
    match address {
        Address::Socket(file) => Ok(Box::new(UnixStream::connect(file).await?)),
        Address::Tcp(address) => {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            set_keepalive(&SockRef::from(&stream), keepalive)?;
            Ok(Box::new(stream))
        }
    }
}

/// The system's two hours are longer than what stands between remembers a connection on which nothing is said, such as the
/// guard's during an upgrade: after a minute it is used. How often an answer may fail to come is left to the system, which is
/// nine times on Linux: minutes, so that an upgrade outlives a network that is away for one.
const IDLE: Duration = Duration::from_secs(60);
const INTERVAL: Duration = Duration::from_secs(20);

fn set_keepalive(socket: &SockRef<'_>, keepalive: &Keepalive) -> io::Result<()> {
    if let Some(timeout) = keepalive.user_timeout {
        socket.set_tcp_user_timeout(Some(timeout))?;
    }
    if !keepalive.enabled {
        return Ok(());
    }
    let mut probes = TcpKeepalive::new()
        .with_time(keepalive.idle.unwrap_or(IDLE))
        .with_interval(keepalive.interval.unwrap_or(INTERVAL));
    if let Some(count) = keepalive.count {
        probes = probes.with_retries(count);
    }
    socket.set_keepalive(true)?;
    socket.set_tcp_keepalive(&probes)
}

/// PostgreSQL's SSLRequest: whether the server agrees to TLS on this connection.
pub(super) async fn request_tls(stream: &mut Transport) -> io::Result<bool> {
    const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
    stream.write_all(&SSL_REQUEST).await?;
    match stream.read_u8().await? {
        b'S' => Ok(true),
        b'N' => Ok(false),
        // A server that cannot start a process for the connection sends its error here.
        b'E' => Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the server closed the connection")),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "the answer is not PostgreSQL's")),
    }
}

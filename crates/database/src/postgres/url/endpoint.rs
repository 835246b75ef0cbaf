//! Where to connect: the hosts, ports and socket folders that a URL and the environment name, in order.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use crate::url::UrlError;
use crate::url::settings::Settings;

const DEFAULT_PORT: u16 = 5432;

/// Without a host libpq takes the folder that it was built with: Debian's and psycopg's, or PostgreSQL's own.
const DEFAULT_SOCKET_FOLDERS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// One place where the server may listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A TCP port.
    Tcp {
        /// The name to resolve and to verify the certificate against, or a numeric address.
        host: String,
        /// `hostaddr`: connect here without resolving the name.
        address: Option<IpAddr>,
        /// From 1 to 65535.
        port: u16,
    },
    /// A unix socket.
    Socket {
        /// The folder that holds `.s.PGSQL.<port>`.
        folder: PathBuf,
        /// The number in the socket's name.
        port: u16,
    },
}

impl Endpoint {
    /// The port, or the number in a socket's name.
    #[must_use]
    pub fn port(&self) -> u16 {
        match self {
            Self::Tcp { port, .. } | Self::Socket { port, .. } => *port,
        }
    }

    /// The socket's file.
    pub(crate) fn socket_file(folder: &Path, port: u16) -> PathBuf {
        folder.join(format!(".s.PGSQL.{port}"))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port, .. } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port, .. } => write!(f, "{host}:{port}"),
            Self::Socket { folder, port } => write!(f, "{}", Self::socket_file(folder, *port).display()),
        }
    }
}

/// `host=h1:p1&host=h2:p2` and `host=h:p` become `host` and `port`, as SQLAlchemy does for every PostgreSQL driver.
pub(super) fn join_query_hosts(query: &mut Vec<(String, String)>) -> Result<(), UrlError> {
    let hosts: Vec<String> = query.iter().filter(|(key, _)| key == "host").map(|(_, value)| value.clone()).collect();
    let has_port = query.iter().any(|(key, _)| key == "port");
    let pairs: Vec<(&str, Option<&str>)> = match hosts.as_slice() {
        [] => return Ok(()),
        [one] => match one.split_once(':') {
            Some((host, port)) if !has_port && is_name(host) && port.bytes().all(|b| b.is_ascii_digit()) => {
                vec![(host, Some(port))]
            }
            // A port before the query does not count for a list of hosts in it.
            _ if !has_port && one.contains(',') => one.split(',').map(|host| (host, None)).collect(),
            _ => return Ok(()),
        },
        _ if has_port => return Err(UrlError::MixedHosts),
        several => {
            several.iter().map(|host| host.split_once(':').map_or((&**host, None), |(h, p)| (h, Some(p)))).collect()
        }
    };
    let host = pairs.iter().map(|(host, _)| *host).collect::<Vec<_>>().join(",");
    let port = pairs.iter().map(|(_, port)| port.unwrap_or_default()).collect::<Vec<_>>().join(",");
    query.retain(|(key, _)| key != "host");
    query.push(("host".to_owned(), host));
    if !port.is_empty() {
        query.push(("port".to_owned(), port));
    }
    Ok(())
}

fn is_name(host: &str) -> bool {
    host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

/// libpq's lists: as many `hostaddr` as `host`, one port for all or one for each, an empty entry is the default.
pub(super) fn endpoints(settings: &mut Settings) -> Result<Vec<Endpoint>, UrlError> {
    let hosts = list(settings.take("host"));
    let addresses = list(settings.take("hostaddr"));
    let count = hosts.len().max(addresses.len()).max(1);
    if !hosts.is_empty() && !addresses.is_empty() && hosts.len() != addresses.len() {
        return Err(UrlError::HostCount { hosts: hosts.len(), ports: addresses.len() });
    }
    let ports = list(settings.take("port")).iter().map(|port| parse_port(port)).collect::<Result<Vec<u16>, _>>()?;
    if ports.len() > 1 && ports.len() != count {
        return Err(UrlError::HostCount { hosts: count, ports: ports.len() });
    }
    let mut endpoints = Vec::new();
    for index in 0..count {
        let port = ports.get(index).or(ports.first()).copied().unwrap_or(DEFAULT_PORT);
        let host = hosts.get(index).map_or("", String::as_str);
        let address = match addresses.get(index).filter(|address| !address.is_empty()) {
            Some(text) => Some(parse_address(text)?),
            None => None,
        };
        match (host, address) {
            ("", None) => endpoints.extend(
                DEFAULT_SOCKET_FOLDERS.iter().map(|folder| Endpoint::Socket { folder: PathBuf::from(folder), port }),
            ),
            ("", Some(ip)) => endpoints.push(Endpoint::Tcp { host: ip.to_string(), address, port }),
            (host, _) if host.starts_with('/') => {
                endpoints.push(Endpoint::Socket { folder: PathBuf::from(host), port });
            }
            (host, _) if host.contains('%') => return Err(UrlError::EncodedHost),
            (host, _) if host.contains('@') => return Err(UrlError::UnescapedAt),
            (host, _) => endpoints.push(Endpoint::Tcp { host: host.to_owned(), address, port }),
        }
    }
    Ok(endpoints)
}

fn list(value: Option<String>) -> Vec<String> {
    value.map(|value| value.split(',').map(str::to_owned).collect()).unwrap_or_default()
}

fn parse_address(text: &str) -> Result<IpAddr, UrlError> {
    text.parse().map_err(|_| UrlError::Value { key: "hostaddr", accepted: "an IP address" })
}

fn parse_port(text: &str) -> Result<u16, UrlError> {
    match text {
        "" => Ok(DEFAULT_PORT),
        _ => text.parse().ok().filter(|port| *port > 0).ok_or(UrlError::Port),
    }
}

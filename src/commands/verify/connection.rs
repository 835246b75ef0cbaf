//! From the URL to a server: name, connection, TLS, version.

use std::net::IpAddr;
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::time::timeout;

use crate::commands::session::Session;
use crate::help::Help;
use crate::report::{Check, Outcome};
use database::url::{DatabaseUrl, Endpoint, PostgresUrl, SqliteUrl};
use database::{Connection, Database};

/// How long a name server may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The oldest PostgreSQL that is tested.
const OLDEST: u32 = 12;

/// The checks, and what they have opened.
pub(super) struct Connected<'a> {
    pub(super) checks: Vec<Check>,
    pub(super) url: Option<&'a DatabaseUrl>,
    pub(super) database: Option<Database>,
}

/// Looks the name up, connects once, and asks who answered. Without a usable URL there is nothing to check.
pub(super) async fn checks(session: &Session) -> Connected<'_> {
    let Ok(url) = session.url() else {
        return Connected { checks: Vec::new(), url: None, database: None };
    };
    let mut checks = Vec::new();
    let mut addresses = Vec::new();
    if let DatabaseUrl::Postgres(postgres) = url {
        for endpoint in &postgres.endpoints {
            checks.extend(name_resolution(endpoint, &mut addresses).await);
        }
        let nameless = checks.iter().filter(|check| check.outcome == Outcome::Fail).count();
        if nameless == postgres.endpoints.len() {
            // Nobody to connect to, for the reason that was given.
            return Connected { checks, url: Some(url), database: None };
        }
    }
    let database = match session.open_at_once().await {
        Ok(database) => Some(database),
        Err(error) => {
            checks.push(Check::fail("connection", error.to_string(), error.help()));
            None
        }
    };
    if let Some(database) = &database {
        match (url, database.connection()) {
            (DatabaseUrl::Postgres(url), Some(connection)) => {
                let text = format!("connected to {} as {}", connection.endpoint, url.user);
                checks.push(Check::pass("connection", text));
                checks.push(tls(url, &connection, &addresses));
                checks.push(version(database.server_version().unwrap_or_default()));
            }
            (DatabaseUrl::Sqlite(url), _) => checks.push(file(url)),
            _ => {}
        }
    }
    Connected { checks, url: Some(url), database }
}

async fn name_resolution(endpoint: &Endpoint, addresses: &mut Vec<IpAddr>) -> Option<Check> {
    const NAME: &str = "name-resolution";
    let Endpoint::Tcp { host, address, port } = endpoint else { return None };
    if let Some(address) = address {
        addresses.push(*address);
        return None;
    }
    if let Ok(address) = host.parse() {
        addresses.push(address);
        return None;
    }
    let next = "check the host in DATABASE_URL, or that the database's service exists in this network";
    Some(match timeout(PATIENCE, lookup_host((host.as_str(), *port))).await {
        Ok(Ok(found)) => {
            let found: Vec<IpAddr> = found.map(|address| address.ip()).collect();
            let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
            addresses.extend(found);
            Check::pass(NAME, format!("{host} is {}", shown.join(", ")))
        }
        Ok(Err(error)) => Check::fail(NAME, format!("{host}: {error}"), next),
        Err(_) => Check::fail(NAME, format!("{host}: the name server does not answer"), next),
    })
}

fn tls(url: &PostgresUrl, connection: &Connection, addresses: &[IpAddr]) -> Check {
    const NAME: &str = "tls";
    let mode = url.tls.mode.word();
    if connection.encrypted {
        return Check::pass(NAME, format!("the connection is encrypted (sslmode={mode})"));
    }
    if addresses.iter().any(|address| !is_private(*address)) {
        let text = format!("the connection is not encrypted (sslmode={mode}), and the address is a public one");
        return Check::warn(NAME, text, "add ?sslmode=require to DATABASE_URL");
    }
    Check::pass(NAME, format!("the connection is not encrypted (sslmode={mode}); it stays on a private network"))
}

/// Addresses that no public network carries.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_loopback() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

fn version(version: &str) -> Check {
    const NAME: &str = "server-version";
    let major = version.split(|c: char| !c.is_ascii_digit()).next().and_then(|number| number.parse::<u32>().ok());
    match major {
        Some(major) if major < OLDEST => Check::warn(
            NAME,
            format!("PostgreSQL {version}; the oldest that levelhead is tested with is {OLDEST}"),
            "upgrade the server",
        ),
        Some(_) => Check::pass(NAME, format!("PostgreSQL {version}")),
        None => Check::pass(NAME, format!("the server does not say its version ({version})")),
    }
}

fn file(url: &SqliteUrl) -> Check {
    let text = match url.path.exists() {
        true => "the file can be opened",
        false => "the file does not exist yet; the upgrade makes it",
    };
    Check::pass("connection", text)
}

//! Servers that are no database: what does not reach one of them says nothing of DATABASE_URL.

use super::exception::class;
use super::traceback::Traceback;
use super::{Cause, Failure};

/// Packages and modules that talk to others.
const CLIENTS: [&str; 24] = [
    "redis",
    "aioredis",
    "amqp",
    "kombu",
    "celery",
    "pika",
    "aio_pika",
    "kafka",
    "aiokafka",
    "urllib3",
    "requests",
    "httpx",
    "httpcore",
    "aiohttp",
    "pymongo",
    "motor",
    "elasticsearch",
    "elastic_transport",
    "opensearchpy",
    "botocore",
    "boto3",
    "ldap3",
    "pymemcache",
    "smtplib",
];
/// What is said where a server is not reached.
const UNREACHED: [&str; 10] = [
    "connection refused",
    "connecting to",
    "connect to",
    "connection error",
    "connection attempts failed",
    "timed out",
    "name or service not known",
    "name resolution",
    "max retries exceeded",
    "unreachable",
];

/// An exception of the line `at` that tells of another server than the database: by its class, or by the frames above it.
pub(super) fn other_server(lines: &[&str], at: usize) -> Option<Failure> {
    let line = lines[at];
    let name = class(line)?;
    let is_unreached = UNREACHED.iter().any(|words| line.to_ascii_lowercase().contains(words));
    let is_a_clients = name.split_once('.').is_some_and(|(module, _)| CLIENTS.contains(&module));
    let passes = || {
        let traceback = Traceback::above(lines, at, |line| class(line).is_some());
        CLIENTS
            .iter()
            .any(|client| traceback.passes(&format!("/{client}/")) || traceback.passes(&format!("/{client}.py")))
    };
    let is_other = is_unreached && (is_a_clients || is_of_sockets(name) && passes());
    // An address may hold a password.
    let words = if line.contains("://") || line.contains('@') { name } else { line };
    is_other.then(|| Failure::new(Cause::OTHER_SERVER, words))
}

/// Whether Python itself raises it for any connection.
fn is_of_sockets(name: &str) -> bool {
    const OF_SOCKETS: [&str; 6] =
        ["ConnectionRefusedError", "ConnectionError", "TimeoutError", "OSError", "gaierror", "socket.gaierror"];
    OF_SOCKETS.contains(&name)
}

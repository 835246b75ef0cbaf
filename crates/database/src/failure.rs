//! Why a connection was not made: every answer of network, TLS, server and pooler as one of a few kinds.
//!
//! Only classifies; whether to try again is decided from [`FailureKind::is_passing`].

use std::error::Error as _;
use std::fmt;
use std::io;

use tokio_postgres::error::DbError;

/// One refused or failed connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Where: host and port, or the socket's file.
    pub endpoint: String,
    /// As whom, for the statement that would help.
    pub role: String,
    /// To which database.
    pub database: String,
    /// What kind of answer.
    pub kind: FailureKind,
    /// The answer in the words of whoever gave it.
    pub detail: String,
}

/// What went wrong, as far as it decides what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The host's name does not resolve (yet).
    NameUnknown,
    /// Nobody listens on the port.
    NotListening,
    /// The unix socket's file is not there.
    NoSocket,
    /// The unix socket's folder or file may not be entered.
    SocketForbidden,
    /// No route to the host.
    Unreachable,
    /// No answer within the limit for one attempt.
    Silent,
    /// The connection was accepted and then closed.
    Dropped,
    /// 57P03: starting up, in crash recovery, or stopping.
    StartingUp,
    /// 57P01, 57P02: the server is being shut down or has crashed.
    ShuttingDown,
    /// Class 53: no free connection, memory or disk.
    TooBusy,
    /// A pooler that has no connection to give, or whose server is away.
    PoolerWaiting,
    /// 08000, 08001, 08003, 08006.
    Broken,
    /// The server is not of the kind that `target_session_attrs` asks for.
    WrongTarget,
    /// The server asks for a password and there is none.
    PasswordMissing,
    /// 28P01.
    WrongPassword,
    /// 28000: no line of `pg_hba.conf` lets this role in, or there is no such role.
    NotAdmitted,
    /// 3D000.
    NoSuchDatabase,
    /// 42501: the role may not connect to the database.
    NotAllowed,
    /// 55000: the database does not take connections.
    NotAccepting,
    /// A setting in the URL's `options` that the server does not know or not accept.
    BadSetting,
    /// A pooler that does not know the role.
    PoolerUserUnknown,
    /// A pooler that does not pass on `options`.
    PoolerParameter,
    /// A pooler in statement mode, which refuses transactions.
    PoolerMode,
    /// TLS is demanded and the server has none.
    NoTls,
    /// The server's certificate does not verify.
    CertificateRejected,
    /// The TLS handshake failed in another way.
    TlsFailed,
    /// A certificate or key file that cannot be used.
    CertificateFile,
    /// What answers does not speak PostgreSQL's protocol, or wants a way to log in that is not spoken here.
    Unsupported,
    /// Any other error of the server.
    Other,
}

impl FailureKind {
    /// Whether it may go away by itself. `authentication`: whether roles and databases may still be created.
    #[must_use]
    pub fn is_passing(self, authentication: bool) -> bool {
        match self {
            Self::NameUnknown | Self::NotListening | Self::NoSocket | Self::Unreachable | Self::Silent => true,
            Self::Dropped | Self::StartingUp | Self::ShuttingDown | Self::TooBusy | Self::PoolerWaiting => true,
            Self::Broken | Self::WrongTarget => true,
            Self::WrongPassword | Self::NotAdmitted | Self::NoSuchDatabase | Self::PoolerUserUnknown => authentication,
            _ => false,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.endpoint, self.detail)
    }
}

/// A socket that was not opened, or broke.
#[must_use]
pub fn classify_io(error: &io::Error, is_socket: bool) -> FailureKind {
    use io::ErrorKind as Kind;
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return classify_tls(error);
    }
    match error.kind() {
        Kind::ConnectionRefused => FailureKind::NotListening,
        Kind::NotFound if is_socket => FailureKind::NoSocket,
        Kind::PermissionDenied if is_socket => FailureKind::SocketForbidden,
        Kind::TimedOut => FailureKind::Silent,
        Kind::WouldBlock => FailureKind::TooBusy,
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown | Kind::AddrNotAvailable => {
            FailureKind::Unreachable
        }
        Kind::PermissionDenied => FailureKind::Unreachable,
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::UnexpectedEof | Kind::BrokenPipe => {
            FailureKind::Dropped
        }
        Kind::InvalidData | Kind::InvalidInput => FailureKind::Unsupported,
        _ => FailureKind::Broken,
    }
}

fn classify_tls(error: &rustls::Error) -> FailureKind {
    match error {
        rustls::Error::InvalidCertificate(_) => FailureKind::CertificateRejected,
        _ => FailureKind::TlsFailed,
    }
}

/// What came back after the socket was open.
#[must_use]
pub fn classify(error: &tokio_postgres::Error) -> FailureKind {
    if let Some(error) = error.as_db_error() {
        return classify_answer(error.code().code(), error.message());
    }
    if error.is_closed() {
        return FailureKind::Dropped;
    }
    match error.source() {
        Some(source) => match source.downcast_ref::<io::Error>() {
            Some(error) => classify_io(error, false),
            None if source.to_string() == "password missing" => FailureKind::PasswordMissing,
            None => FailureKind::Unsupported,
        },
        None => FailureKind::Unsupported,
    }
}

/// A server's or a pooler's error. The codes are PostgreSQL's; PgBouncer sends most of its own as 08P01.
fn classify_answer(code: &str, message: &str) -> FailureKind {
    match code {
        "57P03" => FailureKind::StartingUp,
        "57P01" | "57P02" => FailureKind::ShuttingDown,
        "28P01" => FailureKind::WrongPassword,
        "28000" => FailureKind::NotAdmitted,
        "3D000" => FailureKind::NoSuchDatabase,
        "42501" => FailureKind::NotAllowed,
        "55000" => FailureKind::NotAccepting,
        "42704" | "22023" | "42601" | "55P02" => FailureKind::BadSetting,
        "08P01" => classify_pooler(message),
        _ if code.starts_with("53") => FailureKind::TooBusy,
        _ if code.starts_with("08") => FailureKind::Broken,
        _ => FailureKind::Other,
    }
}

/// What a pooler says in words. It repeats its server's refusals, cached ones too, so these come first.
fn classify_pooler(message: &str) -> FailureKind {
    const ANSWERS: &[(&str, FailureKind)] = &[
        ("unsupported startup parameter", FailureKind::PoolerParameter),
        ("no such database", FailureKind::NoSuchDatabase),
        ("no such user", FailureKind::PoolerUserUnknown),
        ("authentication failed", FailureKind::WrongPassword),
        ("statement pooling mode", FailureKind::PoolerMode),
        ("SSL required", FailureKind::NotAdmitted),
        ("no more connections", FailureKind::TooBusy),
        ("server_login_retry", FailureKind::PoolerWaiting),
        ("query_wait_timeout", FailureKind::PoolerWaiting),
        ("client_login_timeout", FailureKind::PoolerWaiting),
        ("cannot connect", FailureKind::PoolerWaiting),
        ("shutting down", FailureKind::PoolerWaiting),
    ];
    if message.contains("does not exist") {
        let is_database = message.contains("database \"");
        return if is_database { FailureKind::NoSuchDatabase } else { FailureKind::PoolerUserUnknown };
    }
    let answer = ANSWERS.iter().find(|(words, _)| message.contains(words));
    answer.map_or(FailureKind::Other, |(_, kind)| *kind)
}

/// The error with its causes, which tokio-postgres leaves out of `Display`. A server's error is its own words.
#[must_use]
pub fn in_words(error: &tokio_postgres::Error) -> String {
    if let Some(error) = error.as_db_error() {
        return answer_in_words(error);
    }
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    words
}

fn answer_in_words(error: &DbError) -> String {
    let detail = error.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
    format!("{}{detail} [{}]", error.message(), error.code().code())
}

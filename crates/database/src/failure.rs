//! Why a connection was not made, or a statement refused: every answer of network, TLS, server and pooler as one of a few kinds.
//!
//! Each backend sorts its own answers into these; whether to try again is decided from [`FailureKind::is_passing`].

use std::fmt;

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

/// A database's refusal of a statement, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Refusal {
    /// What it is, as far as somebody acts on it.
    pub kind: RefusalKind,
    /// Its words.
    pub words: String,
}

/// What a refusal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// The connection broke, or the server can serve no more.
    CutOff,
    /// A pooler has let the session in, and its server is away.
    PoolerWaiting,
    /// There is no such table, or no such schema.
    NoTable,
    /// The table has no such column.
    NoColumn,
    /// What has the table's name is of another kind.
    WrongKind,
    /// The role lacks a right.
    Forbidden,
    /// Somebody has locked what the statement needs for longer than it may wait.
    Locked,
    /// The statement was ended, by its own limit or the role's.
    Cancelled,
    /// A pooler in statement mode, which refuses transactions.
    PoolerMode,
    /// The file is no database.
    NotADatabase,
    /// Somebody else writes to the file.
    Busy,
    /// Anything else.
    Other,
}

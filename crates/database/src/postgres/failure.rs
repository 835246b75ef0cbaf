//! What network, TLS, server and pooler answer, as one of a few kinds.

use std::error::Error as _;
use std::io;

use tokio_postgres::error::{DbError, SqlState};

use crate::failure::{FailureKind, Refusal, RefusalKind};

/// A socket that was not opened, or broke.
pub(super) fn classify_io(error: &io::Error, is_socket: bool) -> FailureKind {
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
pub(super) fn classify(error: &tokio_postgres::Error) -> FailureKind {
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
        ("connect failed", FailureKind::PoolerWaiting),
        ("connect timeout", FailureKind::PoolerWaiting),
        ("conn crashed", FailureKind::PoolerWaiting),
        ("the database system is", FailureKind::PoolerWaiting),
        ("terminating connection", FailureKind::PoolerWaiting),
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
pub(super) fn in_words(error: &tokio_postgres::Error) -> String {
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

/// What the server answers to a statement.
pub(super) fn refusal(error: &tokio_postgres::Error) -> Refusal {
    let by_code = error.code().and_then(|code| BY_CODE.iter().find(|(known, _)| known == code).map(|(_, kind)| *kind));
    let kind = by_code.unwrap_or_else(|| match classify(error) {
        FailureKind::PoolerMode => RefusalKind::PoolerMode,
        FailureKind::PoolerWaiting => RefusalKind::PoolerWaiting,
        kind if kind.is_passing(false) => RefusalKind::CutOff,
        _ => RefusalKind::Other,
    });
    Refusal { kind, words: in_words(error) }
}

/// A missing schema answers as a missing table does.
const BY_CODE: [(SqlState, RefusalKind); 6] = [
    (SqlState::UNDEFINED_TABLE, RefusalKind::NoTable),
    (SqlState::UNDEFINED_COLUMN, RefusalKind::NoColumn),
    (SqlState::WRONG_OBJECT_TYPE, RefusalKind::WrongKind),
    (SqlState::INSUFFICIENT_PRIVILEGE, RefusalKind::Forbidden),
    (SqlState::LOCK_NOT_AVAILABLE, RefusalKind::Locked),
    (SqlState::QUERY_CANCELED, RefusalKind::Cancelled),
];

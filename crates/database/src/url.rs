//! What `DATABASE_URL` says, as SQLAlchemy and the driver behind it would read it.
//!
//! Reads no file, resolves no name and connects to nothing; never shows a password, and never drops a setting in
//! silence: what levelhead cannot honour is in [`DatabaseUrl::warnings`]. See `docs/database-url.md`.

mod endpoint;
mod environment;
mod error;
mod libpq;
mod parts;
pub mod password_file;
mod postgres;
mod settings;
mod sqlite;
mod tls_settings;

use std::fmt;

pub use endpoint::Endpoint;
pub use error::UrlError;
pub use libpq::LibpqEnvironment;
pub use postgres::{Keepalive, PostgresUrl, TargetSession};
pub use settings::UrlWarning;
pub use sqlite::{LocatedFile, SqliteUrl};
pub use tls_settings::{ChannelBinding, RootCertificates, SslMode, TlsSettings};

use parts::UrlParts;

/// A database that levelhead can read.
#[derive(Debug, Clone)]
pub enum DatabaseUrl {
    /// A PostgreSQL server, or a pooler before it.
    Postgres(Box<PostgresUrl>),
    /// An SQLite file.
    Sqlite(SqliteUrl),
}

impl DatabaseUrl {
    /// Reads `text` as SQLAlchemy does and fills in what libpq would take from its environment.
    ///
    /// # Errors
    /// When SQLAlchemy or the driver would refuse the text, or would look up a piece of the password as a host.
    pub fn parse(text: &str, defaults: &LibpqEnvironment) -> Result<Self, UrlError> {
        let parts = UrlParts::parse(text)?;
        match parts.dialect.as_str() {
            "postgresql" | "postgres" => Ok(Self::Postgres(Box::new(PostgresUrl::from_parts(parts, defaults)?))),
            "sqlite" => Ok(Self::Sqlite(SqliteUrl::from_parts(parts)?)),
            _ => Err(UrlError::UnsupportedDialect { dialect: parts.dialect }),
        }
    }

    /// What the URL or the environment asks for and levelhead does not do.
    #[must_use]
    pub fn warnings(&self) -> &[UrlWarning] {
        match self {
            Self::Postgres(url) => &url.warnings,
            Self::Sqlite(url) => &url.warnings,
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(url) => url.fmt(f),
            Self::Sqlite(url) => url.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests;

//! What `DATABASE_URL` says, as SQLAlchemy and the driver behind it would read it.
//!
//! Reads no file, resolves no name and connects to nothing; never shows a password, and never drops a setting in
//! silence: what cannot be honoured is in [`DatabaseUrl::warnings`]. See `docs/database-url.md`.

mod error;
pub(crate) mod parts;
pub(crate) mod settings;

pub use crate::postgres::url::{
    ChannelBinding, Endpoint, Keepalive, LibpqEnvironment, PostgresUrl, RootCertificates, SslMode, TargetSession,
    TlsSettings,
};
pub use crate::registry::DatabaseUrl;
pub use crate::sqlite::url::{LocatedFile, SqliteUrl};
pub use error::UrlError;
pub use settings::UrlWarning;

#[cfg(test)]
mod tests;

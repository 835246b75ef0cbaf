//! The backends: one line for each. What a line says is all that the rest of the crate knows of a database.

use std::fmt;

use schema::Dialect;

use crate::DatabaseError;
use crate::backend::Backend;
use crate::postgres::url::{LibpqEnvironment, PostgresUrl};
use crate::sqlite::url::SqliteUrl;
use crate::statements::Sql;
use crate::url::parts::UrlParts;
use crate::url::{UrlError, UrlWarning};
use crate::wait::Wait;

/// A line: the schemes of its URLs, its folder, the variant of [`DatabaseUrl`] with the URL's form, and its dialect.
///
/// The folder has `read`, which makes the form of a URL's parts, `open`, which makes a [`Backend`] of the form, and `SQL`, its
/// [`Sql`]. The form has `warnings` and a `Display` that shows no password.
macro_rules! backends {
    ($($(#[$docs:meta])* $schemes:pat => $folder:ident: $variant:ident($form:ty), $dialect:path;)+) => {
        /// A database that can be opened.
        #[derive(Debug, Clone)]
        pub enum DatabaseUrl {
            $($(#[$docs])* $variant($form),)+
        }

        impl DatabaseUrl {
            /// Reads `text` as SQLAlchemy does and fills in what libpq would take from its environment.
            ///
            /// # Errors
            /// When SQLAlchemy or the driver would refuse the text, or would look up a piece of the password as a host.
            pub fn parse(text: &str, defaults: &LibpqEnvironment) -> Result<Self, UrlError> {
                let parts = UrlParts::parse(text)?;
                match parts.dialect.as_str() {
                    $($schemes => Ok(Self::$variant(crate::$folder::read(parts, defaults)?)),)+
                    _ => Err(match parts.dialect.to_ascii_lowercase() {
                        known if matches!(known.as_str(), $($schemes)|+) => UrlError::SchemeCase { dialect: known },
                        _ => UrlError::UnsupportedDialect { dialect: parts.dialect },
                    }),
                }
            }

            /// Which dialect of SQL the database speaks.
            #[must_use]
            pub fn dialect(&self) -> Dialect {
                match self {
                    $(Self::$variant(_) => $dialect,)+
                }
            }

            /// What the URL or the environment asks for and is not done.
            #[must_use]
            pub fn warnings(&self) -> &[UrlWarning] {
                match self {
                    $(Self::$variant(url) => &url.warnings,)+
                }
            }

            pub(crate) async fn open(
                &self,
                wait: &Wait,
                waiting: &mut dyn FnMut(&str),
            ) -> Result<Box<dyn Backend>, DatabaseError> {
                match self {
                    $(Self::$variant(url) => crate::$folder::open(url, wait, waiting).await,)+
                }
            }
        }

        /// Shows no password.
        impl fmt::Display for DatabaseUrl {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$variant(url) => url.fmt(f),)+
                }
            }
        }

        /// What a dialect's statements on the version table have of their own.
        pub(crate) fn sql(dialect: Dialect) -> &'static dyn Sql {
            match dialect {
                $($dialect => &crate::$folder::SQL,)+
            }
        }
    };
}

backends! {
    /// A PostgreSQL server, or a pooler before it.
    "postgresql" | "postgres" => postgres: Postgres(Box<PostgresUrl>), Dialect::PostgreSql;
    /// An SQLite file.
    "sqlite" => sqlite: Sqlite(SqliteUrl), Dialect::Sqlite;
}

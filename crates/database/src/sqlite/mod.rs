//! SQLite, the embedded default: the same values from a file, which reading never creates.
//!
//! What the URL says and what statements look like is always known; the library is there with the feature `sqlite` alone.

#[cfg(not(feature = "sqlite"))]
#[path = "left_out.rs"]
mod session;
#[cfg(feature = "sqlite")]
mod session;
pub(crate) mod url;

use version_table::VersionTable;

use crate::DatabaseError;
use crate::backend::Backend;
use crate::statements::Sql;
use crate::url::parts::UrlParts;
use crate::url::{LibpqEnvironment, UrlError};
use crate::wait::Wait;
use url::SqliteUrl;

/// What the statements on the version table have of their own here.
pub(crate) const SQL: Sqlite = Sqlite;

/// What a URL's parts say.
pub(crate) fn read(parts: UrlParts, _: &LibpqEnvironment) -> Result<SqliteUrl, UrlError> {
    SqliteUrl::from_parts(parts)
}

/// Opens the file, which nobody waits for. One that does not exist is an empty database, as SQLite itself has it.
pub(crate) async fn open(
    url: &SqliteUrl,
    _: &Wait,
    _: &mut dyn FnMut(&str),
) -> Result<Box<dyn Backend>, DatabaseError> {
    session::open(url)
}

/// See [`SQL`].
pub(crate) struct Sqlite;

impl Sql for Sqlite {
    fn lock(&self, _: &VersionTable) -> Option<String> {
        None
    }

    fn widen(&self, _: &VersionTable, _: u32) -> Option<String> {
        None
    }
}

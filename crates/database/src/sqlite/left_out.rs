//! Stands for the library where it is left out.

use super::url::SqliteUrl;
use crate::DatabaseError;
use crate::backend::Backend;

pub(super) fn open(_: &SqliteUrl) -> Result<Box<dyn Backend>, DatabaseError> {
    Err(DatabaseError::NoSqlite)
}

//! The database: from a URL to plain values. Nothing here knows of migration files.

pub mod catalogue;

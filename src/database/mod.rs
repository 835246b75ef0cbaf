//! The database: from a URL to plain values. Nothing here knows of migration files.

pub mod connect;
pub mod failure;
pub mod password;
pub mod tls;
pub mod url;
pub mod wait;

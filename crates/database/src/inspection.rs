//! What a server tells of itself beside the rows and the schema: how the connection came about, and who owns which table.

use serde::Deserialize;

/// How a connection came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Which of several endpoints answered.
    pub endpoint: String,
    /// Whether TLS is in use.
    pub encrypted: bool,
}

/// Who may alter a table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Ownership {
    /// The table as facts name it: `schema.name` outside the default schema.
    pub table: String,
    /// The same as SQL writes it.
    pub quoted: String,
    /// Its owner.
    pub owner: String,
    /// Whether this role may alter it: the owner, a member of the owner, a superuser.
    pub owned: bool,
}

//! What `verify` asks a server beside the rows and the schema: how the connection came about, and who owns which table.

use serde::Deserialize;

use super::DatabaseError;
use super::conversation::WORK;
use super::postgres::{Session, first_column};

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

/// Tables of people's own schemas. Only `pg_catalog` is read, which every role may.
const OWNERS: &str = "
    SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'table', CASE WHEN n.nspname = pg_catalog.current_schema() THEN c.relname::text
                    ELSE n.nspname || '.' || c.relname END,
      'quoted', pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),
      'owner', pg_catalog.pg_get_userbyid(c.relowner),
      'owned', pg_catalog.pg_has_role(c.relowner, 'USAGE')) ORDER BY n.nspname, c.relname), '[]')::text
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'";

impl Session {
    pub(super) fn inspect(&self) -> Connection {
        Connection { endpoint: self.connection.endpoint.to_string(), encrypted: self.connection.encrypted }
    }

    pub(super) async fn owners(&self) -> Result<Vec<Ownership>, DatabaseError> {
        let answer = self.connection.ask("ask who owns the tables", OWNERS, WORK).await?;
        let text = first_column(&answer).next().unwrap_or("[]").to_owned();
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }
}

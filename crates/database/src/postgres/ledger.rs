//! This role's rights on the ledger, and the statements that would give it more.

use serde::Deserialize;

use super::sql;
use crate::ledger::{SCHEMA, create};
use version_table::quoted;

/// This role's rights on PostgreSQL's ledger.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Standing {
    role: String,
    database: String,
    may_create_schema: bool,
    /// Whether there is a schema `levelhead`.
    schema: bool,
    /// Whether a schema of that name would be the first that unqualified names lead to: the role has it, too.
    leads_here: bool,
    schema_create: bool,
    schema_usage: bool,
    /// Whether there is a `levelhead.ledger`.
    pub(super) table: bool,
    insert: bool,
    select: bool,
}

impl Standing {
    /// Makes what is missing of the ledger. The right to make the schema is needed only where it is missing.
    pub(super) fn create(&self) -> Vec<String> {
        let schema = (!self.schema).then(|| format!("CREATE SCHEMA {SCHEMA}"));
        let table = (!self.table).then(|| create(sql::LEDGER_TYPES));
        schema.into_iter().chain(table).collect()
    }

    /// Whether making the schema would change where the application's tables are made and found.
    pub(super) fn would_take_tables(&self) -> bool {
        !self.schema && self.leads_here
    }

    pub(super) fn read(answer: &str) -> serde_json::Result<Self> {
        serde_json::from_str(answer)
    }

    /// The statement that lets this role keep the ledger and read it; `None` where it may.
    pub(super) fn grant(&self) -> Option<String> {
        let role = quoted(&self.role);
        if !self.schema {
            let create = format!("GRANT CREATE ON DATABASE {} TO {role}", quoted(&self.database));
            return (!self.may_create_schema).then_some(create);
        }
        let create = !self.table && !self.schema_create;
        let mut grants = Vec::new();
        if create || !self.schema_usage {
            let rights = if create { "USAGE, CREATE" } else { "USAGE" };
            grants.push(format!("GRANT {rights} ON SCHEMA {SCHEMA} TO {role}"));
        }
        if self.table && !(self.insert && self.select) {
            grants.push(format!("GRANT SELECT, INSERT ON TABLE {SCHEMA}.ledger TO {role}"));
        }
        (!grants.is_empty()).then(|| grants.join("; "))
    }
}

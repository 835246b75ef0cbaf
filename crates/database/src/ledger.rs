//! Where the ledger is kept, and its statements.
//!
//! PostgreSQL: a table in a schema of its own, `levelhead.ledger`, which Alembic's autogenerate does not look at. SQLite has no
//! schemas, but attached files, which it does not look at either: `NAME.levelhead-ledger` beside the database, attached as
//! `levelhead`, so that the statements are the same.

use serde::Deserialize;
use serde::Serialize;

use super::statements::{literal, optional};
use schema::Dialect;
use version_table::ledger::Note;
use version_table::{Row, quoted};

/// The schema, which is levelhead's alone.
pub const SCHEMA: &str = "levelhead";

/// Makes the ledger unless it is there. The right to make the schema is needed only where it is missing.
pub(super) fn create(dialect: Dialect, schema_exists: bool) -> Vec<String> {
    let (number, at, json) = match dialect {
        Dialect::PostgreSql => (
            "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            "timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()",
            "jsonb",
        ),
        Dialect::Sqlite => (
            "INTEGER PRIMARY KEY AUTOINCREMENT",
            "text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
            "text",
        ),
    };
    let schema = (!schema_exists).then(|| format!("CREATE SCHEMA {SCHEMA}"));
    let table = format!(
        "CREATE TABLE IF NOT EXISTS {SCHEMA}.ledger (number {number}, at {at}, version_table_schema text, \
         version_table text NOT NULL, action text NOT NULL, rows_before {json}, rows_after {json}, finding text, \
         evidence {json} NOT NULL DEFAULT '[]', applied {json} NOT NULL DEFAULT '[]', image text, host text, \
         levelhead text NOT NULL)"
    );
    schema.into_iter().chain([table]).collect()
}

/// Adds an entry. `table`: the schema, where there is one, and the name of the version table.
pub(super) fn insert(
    (schema, name): (Option<&str>, &str),
    before: Option<&[Row]>,
    after: Option<&[Row]>,
    note: &Note,
) -> String {
    let Note { action, finding, evidence, applied, origin } = note;
    let values = [
        optional(schema),
        literal(name),
        literal(action.word()),
        before.map_or_else(|| "NULL".to_owned(), json),
        after.map_or_else(|| "NULL".to_owned(), json),
        optional(finding.as_deref()),
        json(evidence),
        json(applied),
        optional(origin.image.as_deref()),
        optional(origin.host.as_deref()),
        literal(&origin.levelhead),
    ];
    format!(
        "INSERT INTO {SCHEMA}.ledger (version_table_schema, version_table, action, rows_before, rows_after, finding, \
         evidence, applied, image, host, levelhead) VALUES ({})",
        values.join(", ")
    )
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    // Maps of text, lists and numbers: nothing that JSON cannot hold.
    literal(&serde_json::to_string(value).unwrap_or_default())
}

/// Every entry as the JSON of an [`Entry`](version_table::ledger::Entry), newest first. Columns that a later version has added are in
/// it too, and are not read.
pub(super) fn select(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::PostgreSql => {
            "SELECT (pg_catalog.to_jsonb(l) || pg_catalog.jsonb_build_object('at', \
             pg_catalog.to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')))::text \
             FROM levelhead.ledger l ORDER BY l.number DESC"
        }
        Dialect::Sqlite => {
            "SELECT json_object('number', number, 'at', at, 'version_table_schema', version_table_schema, \
             'version_table', version_table, 'action', action, 'rows_before', json(rows_before), \
             'rows_after', json(rows_after), 'finding', finding, 'evidence', json(evidence), 'applied', json(applied), \
             'image', image, 'host', host, 'levelhead', levelhead) FROM levelhead.ledger ORDER BY number DESC"
        }
    }
}

/// This role's rights on PostgreSQL's ledger.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Standing {
    role: String,
    database: String,
    may_create_schema: bool,
    /// Whether there is a schema `levelhead`.
    pub(super) schema: bool,
    schema_create: bool,
    schema_usage: bool,
    /// Whether there is a `levelhead.ledger`.
    pub(super) table: bool,
    insert: bool,
    select: bool,
}

/// Answers with the JSON of a [`Standing`].
pub(super) const STANDING: &str = "SELECT pg_catalog.json_build_object(
    'role', current_user, 'database', pg_catalog.current_database(),
    'may_create_schema', pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
    'schema', n.oid IS NOT NULL,
    'schema_create', coalesce(pg_catalog.has_schema_privilege(n.oid, 'CREATE'), false),
    'schema_usage', coalesce(pg_catalog.has_schema_privilege(n.oid, 'USAGE'), false),
    'table', c.oid IS NOT NULL,
    'insert', coalesce(pg_catalog.has_table_privilege(c.oid, 'INSERT'), false),
    'select', coalesce(pg_catalog.has_table_privilege(c.oid, 'SELECT'), false))::text
  FROM (SELECT) one LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = 'levelhead'
  LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = 'ledger'";

impl Standing {
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

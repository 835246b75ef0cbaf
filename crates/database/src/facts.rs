//! What PostgreSQL says of the version table: one query that answers with one JSON text, in the simple query protocol.
//!
//! Only `pg_catalog` is read, which every role may, and which works on a standby and in a read-only transaction. The columns
//! used exist in PostgreSQL 12-18.

use super::statements::{literal, optional};
use version_table::{COLUMN, TableFacts, VersionTable};

/// The condition on `pg_class c` and `pg_namespace n` that finds whatever has the table's name: in its schema, or else where
/// the search path leads first.
pub(super) fn place(table: &VersionTable) -> String {
    let schema = match &table.schema {
        Some(schema) => format!("n.nspname = {}", literal(schema)),
        None => "pg_catalog.pg_table_is_visible(c.oid)".to_owned(),
    };
    format!("c.relname = {} AND {schema}", literal(&table.name))
}

/// The query, whose only row is the JSON of a [`TableFacts`].
pub(super) fn query(table: &VersionTable) -> String {
    let (name, schema, place) = (literal(&table.name), optional(table.schema.as_deref()), place(table));
    let rights = |function: &str, object: &str, rights: &[&str]| {
        let asked = rights
            .iter()
            .map(|right| format!("CASE WHEN pg_catalog.{function}({object}, '{right}') THEN '\"{right}\"'::text END"));
        format!("('[' || pg_catalog.concat_ws(',', {}) || ']')::json", asked.collect::<Vec<_>>().join(", "))
    };
    let schema_rights = rights("has_schema_privilege", "s.oid", &["USAGE", "CREATE"]);
    let table_rights = rights("has_table_privilege", "r.oid", &["SELECT", "INSERT", "UPDATE", "DELETE"]);
    format!(
        "WITH r AS MATERIALIZED (
           SELECT c.oid, c.relkind, c.relowner, n.nspname
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {place}),
         place AS (SELECT coalesce((SELECT nspname::text FROM r), {schema}, pg_catalog.current_schema()::text) AS name),
         v AS (
           SELECT a.attnum, a.attnotnull,
                  CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE a.atttypid END AS type,
                  CASE t.typtype WHEN 'd' THEN t.typtypmod ELSE a.atttypmod END AS modifier
           FROM r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attname = '{COLUMN}' AND NOT a.attisdropped
           JOIN pg_catalog.pg_type t ON t.oid = a.atttypid)
         SELECT pg_catalog.json_build_object(
           'name', {name}::text,
           'schema', place.name,
           'schema_exists', s.oid IS NOT NULL,
           'schema_rights', CASE WHEN s.oid IS NULL THEN '[]'::json ELSE {schema_rights} END,
           'role', current_user, 'database', pg_catalog.current_database(),
           'server_version', pg_catalog.current_setting('server_version_num')::int,
           'in_recovery', pg_catalog.pg_is_in_recovery(),
           'read_only', CASE WHEN pg_catalog.current_setting('transaction_read_only')::bool
             THEN (SELECT pg_catalog.json_build_object('setting', g.source) FROM pg_catalog.pg_settings g
                   WHERE g.name = 'default_transaction_read_only') END,
           'relation', (SELECT pg_catalog.json_build_object(
             'kind', r.relkind::text,
             'owner', pg_catalog.pg_get_userbyid(r.relowner),
             'owned', pg_catalog.pg_has_role(r.relowner, 'USAGE'),
             'rights', CASE WHEN r.relkind IN ('r', 'p', 'v', 'm', 'f') THEN {table_rights} ELSE '[]'::json END,
             'writable', pg_catalog.pg_relation_is_updatable(r.oid, true) & 28 = 28,
             'row_security', r.relkind IN ('r', 'p') AND pg_catalog.row_security_active(r.oid),
             'column', (SELECT pg_catalog.json_build_object(
               'kind', pg_catalog.format_type(v.type, NULL),
               'length', CASE WHEN v.type IN ('varchar'::regtype, 'bpchar'::regtype) AND v.modifier >= 4
                              THEN v.modifier - 4 END,
               'nullable', NOT v.attnotnull) FROM v),
             'required', (SELECT coalesce(pg_catalog.json_agg(a.attname ORDER BY a.attnum), '[]')
               FROM pg_catalog.pg_attribute a WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
                 AND a.attname <> '{COLUMN}' AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''),
             'has_key', EXISTS (SELECT FROM v JOIN pg_catalog.pg_index i ON i.indrelid = r.oid AND i.indisunique
               AND i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts = 1 AND i.indkey[0] = v.attnum)) FROM r)
         )::text
         FROM place LEFT JOIN pg_catalog.pg_namespace s ON s.nspname = place.name"
    )
}

/// Reads the query's answer.
pub(super) fn read(answer: &str) -> serde_json::Result<TableFacts> {
    serde_json::from_str(answer)
}

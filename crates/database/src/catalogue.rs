//! PostgreSQL's catalogue as a [`Schema`]: one query that answers with one JSON text, and the reading of it.
//!
//! One round trip whatever the size, in the simple query protocol, so that it works through a pooler in transaction
//! mode. Only `pg_catalog` is read, which every role may; nothing is locked beyond the catalogue's own read locks, so that
//! a migration that runs elsewhere is not waited for: no `pg_get_expr` and no `pg_get_indexdef`, which lock the table that
//! they are about. Whether a default is nothing but `nextval(…)`, perhaps cast in silence to a smaller integer, its stored
//! tree tells as well.
//! The columns used exist in PostgreSQL 12-18. Objects of extensions are left out. It opens no connection itself.

use std::collections::BTreeMap;

use serde::Deserialize;

use schema::{Belief, Check, Column, ConstraintName, ForeignKey, Index, Schema, Table, Unique};

/// Answers with one row of one text column, the JSON that [`read`] takes.
///
/// Temporary and system schemas and that of the ledger are left out, and what belongs to an extension.
pub const QUERY: &str = r"
with ns as materialized (
  select oid, nspname from pg_catalog.pg_namespace n
  where nspname !~ '^pg_' and nspname not in ('information_schema', 'levelhead')
    and not exists (select 1 from pg_catalog.pg_depend d
                    where d.classid = 'pg_catalog.pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e')),
ext as materialized (select classid, objid from pg_catalog.pg_depend where deptype = 'e'),
rel as materialized (
  select c.oid, c.relname, c.relkind, ns.nspname, ns.nspname || '.' || c.relname as name
  from pg_catalog.pg_class c join ns on ns.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
    and not exists (select 1 from ext where classid = 'pg_catalog.pg_class'::regclass and objid = c.oid))
select pg_catalog.json_build_object(
 'default_schema', pg_catalog.current_schema(),
 'schemas', (select coalesce(pg_catalog.json_agg(nspname order by nspname), '[]') from ns),
 'extensions', (select coalesce(pg_catalog.json_agg(extname order by extname), '[]')
                from pg_catalog.pg_extension where extname <> 'plpgsql'),
 'enums', (select coalesce(pg_catalog.json_object_agg(name, labels order by name), '{}') from (
    select ns.nspname || '.' || t.typname as name, pg_catalog.json_agg(e.enumlabel order by e.enumsortorder) as labels
    from pg_catalog.pg_type t join ns on ns.oid = t.typnamespace join pg_catalog.pg_enum e on e.enumtypid = t.oid
    where not exists (select 1 from ext where classid = 'pg_catalog.pg_type'::regclass and objid = t.oid)
    group by 1) x),
 'tables', (select coalesce(pg_catalog.json_object_agg(name, pg_catalog.json_build_object('kind', relkind) order by name), '{}')
            from rel where relkind <> 'S'),
 'columns', (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(
      r.name, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
      case when a.atthasdef then case when d.adbin::text ~ (
        '^\{FUNCEXPR :funcid ((480|714) .* :funcformat 2 [^{]*\{FUNCEXPR :funcid )?1574 ') then 'nextval(' else '' end end)
      order by r.name, a.attnum), '[]')
    from rel r join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    left join pg_catalog.pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
    where r.relkind in ('r', 'p', 'f')),
 'constraints', (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(
      r.name, c.conname, c.contype,
      (select pg_catalog.json_agg(a.attname order by k.ord)
       from pg_catalog.unnest(c.conkey) with ordinality k (n, ord)
       join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.n),
      (select n.nspname || '.' || t.relname from pg_catalog.pg_class t
       join pg_catalog.pg_namespace n on n.oid = t.relnamespace where t.oid = c.confrelid),
      null, c.confdeltype::text || c.confupdtype::text) order by r.name, c.conname), '[]')
    from pg_catalog.pg_constraint c join rel r on r.oid = c.conrelid
    where c.contype in ('p', 'u', 'f', 'c', 'x')),
 'indexes', (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(
      r.name, ic.relname, i.indisunique, i.indisprimary, null,
      (select pg_catalog.json_agg(coalesce(pg_catalog.quote_ident(a.attname), '(expression)') order by k)
       from pg_catalog.generate_series(1, i.indnkeyatts) k
       left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[k - 1]),
      null, null, null, i.indisvalid) order by r.name, ic.relname), '[]')
    from pg_catalog.pg_index i join rel r on r.oid = i.indrelid
    join pg_catalog.pg_class ic on ic.oid = i.indexrelid),
 'sequences', (select coalesce(pg_catalog.json_agg(name order by name), '[]') from rel where relkind = 'S'),
 'functions', (select coalesce(pg_catalog.json_object_agg(name, '' order by name), '{}') from (
    select distinct ns.nspname || '.' || p.proname as name
    from pg_catalog.pg_proc p join ns on ns.oid = p.pronamespace
    where not exists (select 1 from ext where classid = 'pg_catalog.pg_proc'::regclass and objid = p.oid)) x),
 'triggers', (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(r.name, t.tgname) order by r.name, t.tgname), '[]')
    from pg_catalog.pg_trigger t join rel r on r.oid = t.tgrelid where not t.tgisinternal)
)::text";

/// Why a catalogue is not a schema.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The text is not what [`QUERY`] answers.
    #[error("the catalogue's answer cannot be read: {source}")]
    Shape {
        /// What the JSON reader says.
        #[from]
        source: serde_json::Error,
    },
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    default_schema: Option<String>,
    tables: BTreeMap<String, Kind>,
    columns: Vec<Row>,
    constraints: Vec<Row>,
    indexes: Vec<Row>,
    enums: BTreeMap<String, Vec<String>>,
    extensions: Vec<String>,
    sequences: Vec<String>,
    functions: BTreeMap<String, String>,
    triggers: Vec<(String, String)>,
    schemas: Vec<String>,
}

#[derive(Deserialize)]
struct Kind {
    kind: String,
}

/// One row of a list, by position.
type Row = Vec<serde_json::Value>;

fn text(row: &Row, at: usize) -> &str {
    row.get(at).and_then(serde_json::Value::as_str).unwrap_or_default()
}

fn truth(row: &Row, at: usize) -> bool {
    row.get(at).and_then(serde_json::Value::as_bool).unwrap_or_default()
}

fn texts(row: &Row, at: usize) -> Vec<String> {
    let items = row.get(at).and_then(serde_json::Value::as_array).into_iter().flatten();
    items.map(|item| item.as_str().unwrap_or_default().to_owned()).collect()
}

/// The schema that the answer describes, names relative to the connection's default schema, without the version table.
///
/// `default_schema` overrides what the answer says; `version_table` is qualified outside the default schema.
pub fn read(answer: &str, default_schema: Option<&str>, version_table: &str) -> Result<Schema, CatalogueError> {
    let answer: Answer = serde_json::from_str(answer)?;
    let default = default_schema.or(answer.default_schema.as_deref()).unwrap_or("public").to_owned();
    let prefix = format!("{default}.");
    let name = |name: &str| name.strip_prefix(&prefix).unwrap_or(name).to_owned();
    let mut schema = Schema { default_schema: default, ..Schema::default() };
    for (table, kind) in &answer.tables {
        match kind.kind.as_str() {
            "v" | "m" => {
                schema.views.insert(name(table));
            }
            _ => {
                schema.tables.insert(name(table), Table::default());
            }
        }
    }
    schema.tables.remove(version_table);
    for row in &answer.columns {
        let Some(table) = schema.tables.get_mut(&name(text(row, 0))) else { continue };
        let kind = text(row, 2).replace('"', "").to_lowercase();
        // A serial column's default is its own sequence.
        let default = row.get(4).and_then(serde_json::Value::as_str).is_some_and(|text| !text.starts_with("nextval("));
        table.columns.push(Column {
            name: text(row, 1).to_owned(),
            kind: Belief::Known(name(&kind)),
            nullable: Belief::Known(!truth(row, 3)),
            default: Belief::Known(default),
        });
    }
    for row in &answer.constraints {
        let Some(table) = schema.tables.get_mut(&name(text(row, 0))) else { continue };
        let label = ConstraintName { name: text(row, 1).to_owned(), explicit: true };
        let columns = Belief::Known(texts(row, 3));
        match text(row, 2) {
            "p" => {
                table.primary_key = Some(columns);
                table.primary_key_name = Some(label);
            }
            "u" => table.uniques.push(Unique { name: Some(label), columns }),
            "f" => table.foreign_keys.push(ForeignKey {
                name: Some(label),
                columns,
                target: Belief::Known(name(text(row, 4))),
                on_delete: text(row, 6).chars().next().into(),
            }),
            _ => table.checks.push(Check { name: label, condition: None }),
        }
    }
    for row in &answer.indexes {
        let Some(table) = schema.tables.get_mut(&name(text(row, 0))) else { continue };
        let columns = texts(row, 5).into_iter().map(|part| plain(&part)).collect();
        let index = Index {
            columns: Belief::Known(columns),
            unique: Belief::Known(truth(row, 2)),
            valid: row.get(9).is_none_or(|valid| valid.as_bool() != Some(false)),
        };
        table.indexes.insert(text(row, 1).to_owned(), index);
    }
    schema.enums =
        answer.enums.into_iter().map(|(label, labels)| (name(&label).to_lowercase(), Belief::Known(labels))).collect();
    schema.extensions = answer.extensions.into_iter().collect();
    schema.sequences = answer.sequences.iter().map(|label| name(label)).collect();
    schema.functions = answer.functions.keys().map(|label| name(label.split('(').next().unwrap_or_default())).collect();
    schema.triggers = answer.triggers.iter().map(|(table, label)| (name(table), label.clone())).collect();
    schema.namespaces = answer.schemas.into_iter().collect();
    Ok(schema)
}

/// The column of an index part; `None` when the part is an expression.
fn plain(part: &str) -> Option<String> {
    let unquoted = part.strip_prefix('"').and_then(|part| part.strip_suffix('"'));
    let name = unquoted.unwrap_or(part);
    let word = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (unquoted.is_some() || word).then(|| name.replace("\"\"", "\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_becomes_a_schema_without_the_version_table() {
        let answer = r#"{"default_schema": "app", "schemas": ["app", "public"], "extensions": ["citext"],
          "enums": {"app.Mood": ["ok", "sad"]}, "sequences": ["app.t_id_seq"], "functions": {"public.f(integer)": "x"},
          "triggers": [["app.t", "touch"]], "tables": {"app.t": {"kind": "r"}, "public.u": {"kind": "p"},
          "app.v": {"kind": "v"}, "app.alembic_version": {"kind": "r"}},
          "columns": [["app.t", "id", "integer", true, "nextval('t_id_seq'::regclass)", null, null],
                      ["app.t", "mood", "app.\"Mood\"", false, "'ok'::app.\"Mood\"", null, null]],
          "constraints": [["app.t", "t_pkey", "p", ["id"], null, null, null],
                          ["app.t", "t_u", "f", ["id"], "public.u", ["id"], "ca"]],
          "indexes": [["app.t", "ix", true, false, "btree", ["lower(mood)", "\"Id\""], null, false, "", false]]}"#;
        let schema = read(answer, None, "alembic_version").unwrap();
        assert_eq!(schema.tables.keys().collect::<Vec<_>>(), ["public.u", "t"]);
        let table = &schema.tables["t"];
        assert_eq!(table.columns[0].default, Belief::Known(false));
        assert_eq!(table.columns[1].kind, Belief::Known("mood".to_owned()));
        assert_eq!(table.columns[1].default, Belief::Known(true));
        assert_eq!(table.foreign_keys[0].target, Belief::Known("public.u".to_owned()));
        assert_eq!(table.foreign_keys[0].on_delete, Belief::Known('c'));
        assert_eq!(table.indexes["ix"].columns, Belief::Known(vec![None, Some("Id".to_owned())]));
        assert!(!table.indexes["ix"].valid);
        assert!(schema.enums.contains_key("mood") && schema.views.contains("v"));
        assert!(schema.functions.contains("public.f"));
    }

    #[test]
    fn what_is_no_catalogue_is_refused() {
        assert!(read("[]", None, "alembic_version").is_err());
    }
}

//! Every statement that is PostgreSQL's own. All go over the simple query protocol, so that every pooler mode works.
//!
//! What is read of a catalogue is `pg_catalog`'s, which every role may read, and which works on a standby and in a read-only
//! transaction. The columns used exist in PostgreSQL 12-18.

use crate::Glance;
use crate::statements::Sql;
use literal::{literal, optional};

use version_table::{COLUMN, VersionTable, alter_width};

/// The condition on a schema's name that it is people's own: neither the system's nor a session's nor levelhead's.
macro_rules! of_people {
    ($name:literal) => {
        concat!("(", $name, " NOT IN ('information_schema', 'levelhead') AND ", $name, " !~ '^pg_')")
    };
}

mod literal;
mod survey;
pub(super) mod watch;

pub(super) use survey::SURVEY;

/// What the statements on the version table have of their own here.
pub(crate) struct Postgres;

impl Sql for Postgres {
    fn lock(&self, table: &VersionTable) -> Option<String> {
        Some(format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", table.quoted()))
    }

    fn widen(&self, table: &VersionTable, width: u32) -> Option<String> {
        Some(alter_width(&table.quoted(), width))
    }
}

/// Opens a transaction each of whose statements sees what is committed by then, whatever the default of the role or the
/// database. In another one, the rows that are read once a lock is there would be those from before it.
pub(super) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// When the server was started.
pub(super) const SERVER_START: &str = "SELECT pg_catalog.pg_postmaster_start_time()";

/// Ordinary and partitioned tables, views, materialized views and foreign tables of people's own schemas; that of the ledger is not one.
pub(super) const TABLES: &str = concat!(
    "
    SELECT n.nspname || '.' || c.relname
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND ",
    of_people!("n.nspname"),
    "
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1"
);

/// The rows, each with the names of the oldest tables beside the version table. Nothing of the server's own has an oid that is
/// as high.
pub(super) fn glance(table: &VersionTable) -> String {
    let (own, most) = (literal(&table.name), Glance::TABLES);
    format!(
        "SELECT version_num, (SELECT pg_catalog.string_agg(relname, E'\\n') FROM (
           SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
           WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'f') AND c.relname <> {own} AND {people}
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                             WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
           ORDER BY c.oid LIMIT {most}) oldest)
         FROM {table}",
        people = of_people!("n.nspname"),
        table = table.quoted()
    )
}

/// Tables with a column `version_num`: nothing but Alembic has one.
pub(super) const VERSION_TABLES: &str = concat!(
    "
    SELECT n.nspname || '.' || c.relname
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND ",
    of_people!("n.nspname"),
    "
      AND EXISTS (SELECT FROM pg_catalog.pg_attribute a
                  WHERE a.attrelid = c.oid AND a.attname = 'version_num' AND NOT a.attisdropped)
    ORDER BY 1"
);

/// Tables of people's own schemas. Only `pg_catalog` is read, which every role may.
pub(super) const OWNERS: &str = concat!(
    "
    SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'table', CASE WHEN n.nspname = pg_catalog.current_schema() THEN c.relname::text
                    ELSE n.nspname || '.' || c.relname END,
      'quoted', pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),
      'owner', pg_catalog.pg_get_userbyid(c.relowner),
      'owned', pg_catalog.pg_has_role(c.relowner, 'USAGE')) ORDER BY n.nspname, c.relname), '[]')::text
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f') AND ",
    of_people!("n.nspname")
);

/// The whole catalogue: one row of one text column, the JSON that [`catalogue::read`](super::catalogue::read) takes.
///
/// Temporary and system schemas and that of the ledger are left out, and what belongs to an extension.
///
/// One round trip whatever the size, in the simple query protocol, so that it works through a pooler in transaction
/// mode. Only `pg_catalog` is read, which every role may; nothing is locked beyond the catalogue's own read locks, so that
/// a migration that runs elsewhere is not waited for: no `pg_get_expr` and no `pg_get_indexdef`, which lock the table that
/// they are about. Whether a default is nothing but `nextval(…)`, perhaps cast in silence to a smaller integer, its stored
/// tree tells as well.
/// The columns used exist in PostgreSQL 12-18. Objects of extensions are left out.
pub const CATALOGUE: &str = concat!(
    r"
with ns as materialized (
  select oid, nspname from pg_catalog.pg_namespace n
  where ",
    of_people!("nspname"),
    r"
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
)::text"
);

/// The condition on `pg_class c` and `pg_namespace n` that finds whatever has the table's name: in its schema, or else where
/// the search path leads first.
pub(super) fn place(table: &VersionTable) -> String {
    let schema = match &table.schema {
        Some(schema) => format!("n.nspname = {}", literal(schema)),
        None => "pg_catalog.pg_table_is_visible(c.oid)".to_owned(),
    };
    format!("c.relname = {} AND {schema}", literal(&table.name))
}

/// What the server says of the version table: a row, the JSON of a [`TableFacts`](version_table::TableFacts).
pub(super) fn table_facts(table: &VersionTable) -> String {
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

/// Two columns: the schema that the table is in, or would be made in, and whether it is there.
pub(super) fn place_of(table: &VersionTable) -> String {
    let found = format!(
        "SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {}",
        place(table)
    );
    let schema = optional(table.schema.as_deref());
    format!("SELECT coalesce(({found})::text, {schema}, pg_catalog.current_schema()::text), EXISTS ({found})::text")
}

/// Tables of people's own schemas, as they are called and, where this role sees their rows, as SQL has it; the partitions of
/// a table are counted with it.
pub(super) const COUNTABLE: &str = concat!(
    "
    SELECT n.nspname || '.' || c.relname,
           CASE WHEN pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
                 AND NOT pg_catalog.row_security_active(c.oid) THEN format('%I.%I', n.nspname, c.relname) END
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND ",
    of_people!("n.nspname"),
    "
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1"
);

/// What belongs to the database as a whole.
pub(super) const KEPT: &str = "
    SELECT 'extension ' || extname FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'
    UNION ALL SELECT 'foreign server ' || srvname FROM pg_catalog.pg_foreign_server
    UNION ALL SELECT 'publication ' || pubname FROM pg_catalog.pg_publication
    UNION ALL SELECT count(*) || ' large object' || CASE count(*) WHEN 1 THEN '' ELSE 's' END
              FROM pg_catalog.pg_largeobject_metadata HAVING count(*) > 0
    UNION ALL SELECT 'the ledger of levelhead' FROM pg_catalog.pg_namespace WHERE nspname = 'levelhead'
    ORDER BY 1";

/// Each object of people's own schemas that is neither an extension's nor part of another, the statement that drops it, and
/// its owner where neither it nor its schema is this role's; then the schemas, but for `public`, the first of the search path,
/// and those that an extension is in.
pub(super) const LOSSES: &str = concat!(
    "
    WITH spaces AS (
        SELECT oid, nspname, nspowner FROM pg_catalog.pg_namespace
        WHERE ",
    of_people!("nspname"),
    "
    ), owned AS (SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'),
    objects AS (
        SELECT CASE c.relkind WHEN 'v' THEN 1 WHEN 'm' THEN 1 WHEN 'S' THEN 3 WHEN 'c' THEN 5 ELSE 2 END AS turn,
               CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
                              WHEN 'S' THEN 'SEQUENCE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS kind,
               format('%I.%I', s.nspname, c.relname) AS name, c.relowner AS owner, s.nspowner AS above
        FROM pg_catalog.pg_class c JOIN spaces s ON s.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND NOT c.relispartition
          AND ('pg_catalog.pg_class'::regclass, c.oid) NOT IN (SELECT * FROM owned)
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                          WHERE c.relkind = 'S' AND d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
                            AND d.deptype IN ('a', 'i'))
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_type t JOIN owned o ON o.objid = t.oid
                          WHERE t.typrelid = c.oid AND o.classid = 'pg_catalog.pg_type'::regclass)
        UNION ALL
        SELECT 4, 'ROUTINE', p.oid::regprocedure::text, p.proowner, s.nspowner
        FROM pg_catalog.pg_proc p JOIN spaces s ON s.oid = p.pronamespace
        WHERE ('pg_catalog.pg_proc'::regclass, p.oid) NOT IN (SELECT * FROM owned)
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                          WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
        UNION ALL
        SELECT 5, CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, format('%I.%I', s.nspname, t.typname),
               t.typowner, s.nspowner
        FROM pg_catalog.pg_type t JOIN spaces s ON s.oid = t.typnamespace
        WHERE t.typtype IN ('e', 'd', 'r') AND ('pg_catalog.pg_type'::regclass, t.oid) NOT IN (SELECT * FROM owned)
        UNION ALL
        SELECT 6, 'SCHEMA', format('%I', s.nspname), s.nspowner, s.nspowner FROM spaces s
        WHERE s.nspname <> 'public' AND s.nspname IS DISTINCT FROM current_schema()
          AND s.oid NOT IN (SELECT extnamespace FROM pg_catalog.pg_extension)
          AND ('pg_catalog.pg_namespace'::regclass, s.oid) NOT IN (SELECT * FROM owned)
    )
    SELECT lower(kind) || ' ' || name, format('DROP %s IF EXISTS %s CASCADE', kind, name),
           CASE WHEN NOT pg_catalog.pg_has_role(owner, 'USAGE') AND NOT pg_catalog.pg_has_role(above, 'USAGE')
                THEN pg_catalog.pg_get_userbyid(owner) END
    FROM objects ORDER BY turn, name"
);

/// Answers with the JSON of a [`Standing`](super::ledger::Standing).
pub(super) const LEDGER_STANDING: &str = "SELECT pg_catalog.json_build_object(
    'role', current_user, 'database', pg_catalog.current_database(),
    'may_create_schema', pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
    'schema', n.oid IS NOT NULL,
    'leads_here', current_user = 'levelhead' AND pg_catalog.current_setting('search_path') LIKE '%$user%',
    'schema_create', coalesce(pg_catalog.has_schema_privilege(n.oid, 'CREATE'), false),
    'schema_usage', coalesce(pg_catalog.has_schema_privilege(n.oid, 'USAGE'), false),
    'table', c.oid IS NOT NULL,
    'insert', coalesce(pg_catalog.has_table_privilege(c.oid, 'INSERT'), false),
    'select', coalesce(pg_catalog.has_table_privilege(c.oid, 'SELECT'), false))::text
  FROM (SELECT) one LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = 'levelhead'
  LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = 'ledger'";

/// Every entry of the ledger as the JSON of an [`Entry`](version_table::ledger::Entry), newest first. Columns that a later
/// version has added are in it too, and are not read.
pub(super) const LEDGER: &str = "SELECT (pg_catalog.to_jsonb(l) || pg_catalog.jsonb_build_object('at', \
    pg_catalog.to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')))::text \
    FROM levelhead.ledger l ORDER BY l.number DESC";

/// The types of the ledger's number, time and JSON.
pub(super) const LEDGER_TYPES: [&str; 3] = [
    "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()",
    "jsonb",
];

/// The first of the two integers of the advisory lock: "lvlh" in ASCII. The two-integer form is a space of its own, so a
/// one-integer lock that an `env.py` takes cannot collide with it.
const CLASS: i32 = i32::from_be_bytes(*b"lvlh");
/// The second integer. Locks are per database, and one upgrade a database is meant.
const OBJECT: i32 = 1;

/// Opens the transaction that holds the lock, and keeps the server from ending it for being idle. In a stricter isolation it
/// would hold a snapshot, too. `transaction_timeout` is there from PostgreSQL 17 on; a setting that is not there must not be set.
pub(super) fn lock() -> String {
    let unlimited = ["idle_in_transaction_session_timeout", "transaction_timeout"].map(|name| {
        format!(
            "SELECT CASE WHEN current_setting('{name}', true) IS NOT NULL THEN set_config('{name}', '0', true) END;"
        )
    });
    format!("{BEGIN}; {} SELECT pg_try_advisory_xact_lock({CLASS}, {OBJECT})", unlimited.concat())
}

/// Two columns: who holds the lock, and for how long. Roles without the right to see others see the process id alone.
pub(super) fn holder() -> String {
    format!(
        "SELECT concat_ws(', ', 'pid ' || l.pid, nullif(a.application_name, ''), 'from ' || host(a.client_addr)),
                floor(extract(epoch from clock_timestamp() - a.xact_start))::bigint
         FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)
         WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {CLASS} AND l.objid = {OBJECT} AND l.objsubid = 2
           AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"
    )
}

/// The process ids of those that hold the lock, as a query.
fn holders() -> String {
    format!(
        "SELECT pid FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND classid = {CLASS} AND objid = {OBJECT}
         AND objsubid = 2"
    )
}

/// Other clients of this database, as far as this role may see them, in words; whoever holds the lock is not one.
pub(super) fn other_sessions() -> String {
    format!(
        "SELECT concat_ws(', ', 'pid ' || pid, usename, nullif(application_name, ''), 'from ' || host(client_addr))
             FROM pg_catalog.pg_stat_activity
             WHERE datname = current_database() AND usesysid IS NOT NULL AND pid <> pg_catalog.pg_backend_pid()
               AND coalesce(backend_type, 'client backend') = 'client backend' AND pid NOT IN ({}) ORDER BY pid",
        holders()
    )
}

//! What a forecast asks of the catalogue. The columns used exist in PostgreSQL 12-18.

/// Sizes, dependants and locks: one row of one text column, the JSON of a [`Survey`](crate::survey::Survey).
///
/// Sizes are the catalogue's estimates, since to ask a file's size is to wait for whoever has locked the table: pages and rows
/// by the last VACUUM or ANALYZE, rows by the statistics where there was none.
pub(in super::super) const SURVEY: &str = concat!(
    "
    WITH named AS MATERIALIZED (
      SELECT c.oid, c.relkind, c.reltuples, c.relpages, c.reltoastrelid,
             CASE WHEN n.nspname = pg_catalog.current_schema() THEN c.relname::text
                  ELSE n.nspname || '.' || c.relname END AS name
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'm', 'f') AND ",
    of_people!("n.nspname"),
    "),
    size AS MATERIALIZED (
      SELECT r.oid,
             CASE WHEN r.relpages > 0 AND r.reltuples >= 0
                    THEN greatest(r.reltuples::bigint, coalesce(s.n_live_tup, 0))
                  WHEN s.n_live_tup > 0 OR r.reltuples > 0 OR s.last_analyze IS NOT NULL OR s.last_autoanalyze IS NOT NULL
                    OR s.last_vacuum IS NOT NULL OR s.last_autovacuum IS NOT NULL
                    THEN greatest(r.reltuples::bigint, s.n_live_tup) END AS rows,
             CASE WHEN r.relpages > 0 THEN (r.relpages + coalesce((
               SELECT sum(x.relpages) FROM pg_catalog.pg_class x
               WHERE x.oid = r.reltoastrelid
                  OR x.oid IN (SELECT indexrelid FROM pg_catalog.pg_index WHERE indrelid = r.oid)), 0)::bigint)
               * pg_catalog.current_setting('block_size')::bigint END AS bytes
      FROM named r LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid = r.oid),
    part AS MATERIALIZED (
      WITH RECURSIVE below AS (
        SELECT i.inhparent AS whole, i.inhrelid AS oid FROM pg_catalog.pg_inherits i
        UNION SELECT b.whole, i.inhrelid FROM below b JOIN pg_catalog.pg_inherits i ON i.inhparent = b.oid)
      SELECT b.whole, sum(s.rows) AS rows, sum(s.bytes) AS bytes,
             bool_or(s.rows IS NULL) AS some_rows, bool_or(s.bytes IS NULL) AS some_bytes
      FROM below b JOIN size s ON s.oid = b.oid JOIN named r ON r.oid = b.oid AND r.relkind <> 'p' GROUP BY b.whole),
    whole AS MATERIALIZED (
      SELECT r.oid,
             CASE WHEN p.whole IS NULL THEN s.rows WHEN NOT p.some_rows THEN p.rows + CASE r.relkind WHEN 'p' THEN 0 ELSE s.rows END END AS rows,
             CASE WHEN p.whole IS NULL THEN s.bytes WHEN NOT p.some_bytes THEN p.bytes + CASE r.relkind WHEN 'p' THEN 0 ELSE s.bytes END END AS bytes
      FROM named r JOIN size s ON s.oid = r.oid LEFT JOIN part p ON p.whole = r.oid)
    SELECT pg_catalog.json_build_object(
      'major', pg_catalog.current_setting('server_version_num')::int / 10000,
      'tables', (SELECT coalesce(pg_catalog.json_object_agg(r.name, pg_catalog.json_build_object(
        'rows', w.rows, 'bytes', w.bytes,
        'divided', r.relkind = 'p' OR EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE r.oid IN (i.inhparent, i.inhrelid)),
        'checks', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.pg_get_constraintdef(k.oid)), '[]')
                   FROM pg_catalog.pg_constraint k WHERE k.conrelid = r.oid AND k.contype = 'c' AND k.convalidated),
        'views', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(v.name, v.columns)), '[]') FROM (
            SELECT CASE n.nspname WHEN pg_catalog.current_schema() THEN '' ELSE n.nspname || '.' END || o.relname AS name,
                   coalesce(pg_catalog.json_agg(DISTINCT a.attname) FILTER (WHERE a.attname IS NOT NULL), '[]') AS columns
            FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid
            JOIN pg_catalog.pg_class o ON o.oid = w.ev_class JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace
            LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum = d.refobjsubid AND d.refobjsubid > 0
            WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
              AND d.refobjid = r.oid AND o.oid <> r.oid
            GROUP BY 1) v),
        'triggers', (SELECT coalesce(pg_catalog.json_agg(t.tgname ORDER BY t.tgname), '[]')
                     FROM pg_catalog.pg_trigger t WHERE t.tgrelid = r.oid AND NOT t.tgisinternal))), '{}')
        FROM named r JOIN whole w ON w.oid = r.oid),
      'held', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
          'table', r.name, 'mode', l.mode, 'pid', l.pid, 'user', coalesce(a.usename, x.owner),
          'application', nullif(a.application_name, ''),
          'state', CASE WHEN l.pid IS NULL THEN 'prepared' ELSE a.state END,
          'seconds', floor(extract(epoch FROM pg_catalog.clock_timestamp() - coalesce(a.xact_start, x.prepared)))::bigint,
          'query', coalesce(x.gid, pg_catalog.left(a.query, 400)),
          'wraparound', coalesce(a.backend_type = 'autovacuum worker' AND a.query LIKE '%to prevent wraparound%', false))
          ORDER BY coalesce(a.xact_start, x.prepared)), '[]')
        FROM pg_catalog.pg_locks l JOIN named r ON r.oid = l.relation
        LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
        LEFT JOIN pg_catalog.pg_prepared_xacts x ON l.pid IS NULL AND l.virtualtransaction = '-1/' || x.transaction
        WHERE l.locktype = 'relation' AND l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
          AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())))::text"
);

//! What is asked while an upgrade runs. The columns used exist in PostgreSQL 12-18.

use super::literal::literal;
use crate::watch::{Mark, Whose};
use version_table::VersionTable;

/// Whether a row `a` of `pg_stat_activity` is a session of the upgrade's. A row of another role shows its name alone.
fn is_marked(mark: &Mark) -> String {
    let name = format!("a.application_name = {}", literal(&mark.name));
    if mark.ends.is_empty() {
        return name;
    }
    let ends = mark.ends.iter().map(|(address, port)| format!("({}, {port})", literal(&address.to_string())));
    let ends = ends.collect::<Vec<_>>().join(", ");
    format!("({name} OR (pg_catalog.host(a.client_addr), a.client_port) IN ({ends}))")
}

/// Another client of this database.
const OTHERS: &str = "a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()";

/// A session as the JSON of a [`Party`](crate::watch::Party).
const PARTY: &str = "pg_catalog.json_build_object(
    'pid', a.pid, 'user', a.usename, 'application', nullif(a.application_name, ''), 'address', pg_catalog.host(a.client_addr),
    'state', a.state,
    'seconds', floor(extract(epoch FROM pg_catalog.clock_timestamp() - coalesce(a.state_change, a.xact_start)))::bigint,
    'query', pg_catalog.left(a.query, 400),
    'wraparound', coalesce(a.backend_type = 'autovacuum worker' AND a.query LIKE '%to prevent wraparound%', false))";

/// One look: a row of one text column, the JSON of a [`Sight`](crate::watch::Sight).
///
/// Who is in the way is asked for nobody but those who wait: the server has to stop its lock table for each.
pub(in super::super) fn sight(mark: &Mark) -> String {
    format!(
        "WITH own AS MATERIALIZED (SELECT a.pid FROM pg_catalog.pg_stat_activity a WHERE {OTHERS} AND {is_marked}),
         waiting AS MATERIALIZED (
           SELECT DISTINCT ON (l.pid) l.*, pg_catalog.pg_blocking_pids(l.pid) AS by
           FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid) WHERE NOT l.granted AND {OTHERS}),
         named AS MATERIALIZED (
           SELECT c.oid, CASE WHEN n.nspname = pg_catalog.current_schema() THEN c.relname::text
                              ELSE n.nspname || '.' || c.relname END AS name
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
           WHERE c.oid IN (SELECT relation FROM waiting))
         SELECT pg_catalog.json_build_object(
           'own', (SELECT coalesce(pg_catalog.json_agg(pid), '[]') FROM own),
           'waits', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
               'pid', w.pid, 'kind', w.locktype, 'mode', w.mode, 'table', r.name,
               'advisory', CASE WHEN w.locktype = 'advisory' THEN CASE w.objsubid
                   WHEN 1 THEN ((w.classid::bigint << 32) | w.objid::bigint)::text
                   ELSE w.classid::text || ', ' || w.objid::text END END,
               'by', pg_catalog.to_json(w.by),
               'prepared', (SELECT coalesce(pg_catalog.json_agg(DISTINCT x.gid), '[]')
                            FROM pg_catalog.pg_locks h JOIN pg_catalog.pg_prepared_xacts x
                              ON h.virtualtransaction = '-1/' || x.transaction
                            WHERE 0 = ANY (w.by) AND h.pid IS NULL AND h.granted AND h.locktype = w.locktype
                              AND (h.relation, h.transactionid::text, h.classid, h.objid) IS NOT DISTINCT FROM
                                  (w.relation, w.transactionid::text, w.classid, w.objid)))), '[]')
             FROM waiting w LEFT JOIN named r ON r.oid = w.relation),
           'parties', (SELECT coalesce(pg_catalog.json_agg({PARTY}), '[]') FROM pg_catalog.pg_stat_activity a
             WHERE a.pid IN (SELECT pid FROM own UNION SELECT pid FROM waiting UNION SELECT pg_catalog.unnest(by) FROM waiting)))::text",
        is_marked = is_marked(mark)
    )
}

/// How far the upgrade's long statements are, in words, a row each.
pub(in super::super) fn progress(mark: &Mark) -> String {
    let share = |done: &str, total: &str| {
        format!("CASE WHEN p.{total} > 0 THEN ', ' || least(100, 100 * p.{done} / p.{total}) || ' %' ELSE '' END")
    };
    let own = format!("a.pid = p.pid AND {OTHERS} AND {}", is_marked(mark));
    let table = "coalesce(' of ' || (SELECT c.relname FROM pg_catalog.pg_class c WHERE c.oid = p.relid), '')";
    format!(
        "SELECT lower(p.command) || {table} || ': ' || p.phase || CASE WHEN p.blocks_total > 0 THEN {blocks} ELSE {tuples} END
         FROM pg_catalog.pg_stat_progress_create_index p JOIN pg_catalog.pg_stat_activity a ON {own}
         UNION ALL
         SELECT lower(p.command) || {table} || ': ' || p.phase || {heap}
         FROM pg_catalog.pg_stat_progress_cluster p JOIN pg_catalog.pg_stat_activity a ON {own}
         UNION ALL
         SELECT 'vacuum' || {table} || ': ' || p.phase || {vacuumed}
         FROM pg_catalog.pg_stat_progress_vacuum p JOIN pg_catalog.pg_stat_activity a ON {own}",
        blocks = share("blocks_done", "blocks_total"),
        tuples = share("tuples_done", "tuples_total"),
        heap = share("heap_blks_scanned", "heap_blks_total"),
        vacuumed = share("heap_blks_scanned", "heap_blks_total"),
    )
}

/// Cancels what these sessions are at.
pub(in super::super) fn cancel(pids: &[i64]) -> String {
    let each = pids.iter().map(|pid| format!("pg_catalog.pg_cancel_backend({pid})"));
    format!("SELECT {}", each.collect::<Vec<_>>().join(", "))
}

/// How sessions of an upgrade are to call themselves: by the session that holds its lock, and the time.
pub(in super::super) fn name() -> String {
    let prefix = literal(Mark::PREFIX);
    format!(
        "SELECT {prefix} || pg_catalog.pg_backend_pid() || '.' || floor(extract(epoch FROM pg_catalog.clock_timestamp()))"
    )
}

/// Whether a session is one of an upgrade that has lost its lock. One that came here from an upgrade of another database goes on
/// with that one's lock.
fn is_former() -> String {
    format!(
        "a.application_name ~ {pattern} AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_stat_activity g
           WHERE g.pid::text = split_part(split_part(a.application_name, ' ', 3), '.', 1)
             AND g.datname <> pg_catalog.current_database() AND g.state <> 'idle')",
        pattern = literal(&format!("^{}[0-9]+[.][0-9]+$", Mark::PREFIX))
    )
}

/// Ends those sessions that are at work or in a transaction, as far as this role may: a row each, the JSON of a
/// [`Party`](crate::watch::Party). One that is idle is a pool's by now, or ends on its own.
pub(in super::super) fn end(whose: Whose<'_>) -> String {
    let condition = match whose {
        Whose::Marked(mark) => is_marked(mark),
        Whose::Former => is_former(),
    };
    // Nothing is ended but what is left once every condition is met: a planner may put conditions into any order.
    format!(
        "WITH left_behind AS MATERIALIZED (
           SELECT a.pid, {PARTY}::text AS party FROM pg_catalog.pg_stat_activity a
           WHERE {OTHERS} AND {condition} AND a.state IS DISTINCT FROM 'idle'
             AND (pg_catalog.pg_has_role(a.usesysid, 'USAGE') OR pg_catalog.pg_has_role('pg_signal_backend', 'USAGE')))
         SELECT party, pg_catalog.pg_terminate_backend(pid) FROM left_behind"
    )
}

/// Clients whose open transactions have changed the version table, or locked it against changes: a row each, the JSON of a
/// [`Party`](crate::watch::Party).
pub(in super::super) fn writers(table: &VersionTable) -> String {
    format!(
        "SELECT {PARTY}::text FROM pg_catalog.pg_stat_activity a
         WHERE {OTHERS} AND a.backend_type = 'client backend' AND a.pid IN (
           SELECT l.pid FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
           WHERE l.granted AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
             AND l.mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock') AND {place})",
        place = super::place(table)
    )
}

//! Everything that a database holds, to be shown and dropped: a throwaway database's reset. The ledger is not part of it.

use tokio_postgres::SimpleQueryMessage;

use super::DatabaseError;
use super::lock;
use super::postgres::{Session, first_column};
use super::statements::BEGIN;

/// What would be lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// One statement for each object that is not an extension's, in an order in which they can be run.
    pub drops: Vec<String>,
    /// Tables and their rows, by name; a table with more than [`Self::COUNTED`] has one more than that.
    pub tables: Vec<(String, u64)>,
}

impl Contents {
    /// How many rows of a table are counted.
    pub const COUNTED: u64 = 100_000;
}

impl Session {
    pub(super) async fn contents(&self) -> Result<Contents, DatabaseError> {
        const TABLES_AT_ONCE: usize = 200;
        let drops = self.drops().await?;
        let names: Vec<(String, String)> = pairs(&self.look(TABLES).await?);
        let mut tables = Vec::new();
        for names in names.chunks(TABLES_AT_ONCE) {
            let count = |(at, (_, table)): (usize, &(String, String))| {
                format!("SELECT {at}, count(*) FROM (SELECT FROM {table} LIMIT {}) counted", Contents::COUNTED + 1)
            };
            let counts: Vec<String> = names.iter().enumerate().map(count).collect();
            for (at, count) in pairs(&self.look(&counts.join(" UNION ALL ")).await?) {
                if let (Some((name, _)), Ok(count)) = (names.get(at.parse().unwrap_or(usize::MAX)), count.parse()) {
                    tables.push((name.clone(), count));
                }
            }
        }
        tables.sort();
        Ok(Contents { drops, tables })
    }

    async fn drops(&self) -> Result<Vec<String>, DatabaseError> {
        Ok(first_column(&self.look(DROPS).await?).map(str::to_owned).collect())
    }

    async fn look(&self, query: &str) -> Result<Vec<SimpleQueryMessage>, DatabaseError> {
        let answer = self.connection.client.simple_query(query).await;
        answer.map_err(|source| DatabaseError::Query { doing: "look at what the database holds", source })
    }

    /// Drops everything in one transaction, unless it is no longer what was `seen`.
    pub(super) async fn drop_all(&self, seen: &Contents) -> Result<(), DatabaseError> {
        let dropped = self.drop_all_or_stop(seen).await;
        if dropped.is_err() {
            // The connection is not used again; a failed ROLLBACK ends the transaction all the same.
            let _ = self.connection.client.simple_query("ROLLBACK").await;
        }
        dropped
    }

    async fn drop_all_or_stop(&self, seen: &Contents) -> Result<(), DatabaseError> {
        let ask = async |query: &str| {
            let answer = self.connection.client.simple_query(query).await;
            answer.map(drop).map_err(|source| DatabaseError::Query { doing: "empty the database", source })
        };
        // Whoever holds a table keeps the reset from waiting for ever.
        ask(&format!("{BEGIN}; SET LOCAL lock_timeout = '10s'")).await?;
        if self.drops().await? != seen.drops {
            return Err(DatabaseError::ContentsMoved);
        }
        for statement in &seen.drops {
            ask(statement).await?;
        }
        ask("COMMIT").await
    }

    /// Other clients of this database, as far as this role may see them; whoever holds stillhead's lock is not one.
    pub(super) async fn other_sessions(&self) -> Result<Vec<String>, DatabaseError> {
        let query = format!(
            "SELECT concat_ws(', ', 'pid ' || pid, usename, nullif(application_name, ''), 'from ' || host(client_addr))
             FROM pg_catalog.pg_stat_activity
             WHERE datname = current_database() AND usesysid IS NOT NULL AND pid <> pg_catalog.pg_backend_pid()
               AND coalesce(backend_type, 'client backend') = 'client backend' AND pid NOT IN ({}) ORDER BY pid",
            lock::holders()
        );
        Ok(first_column(&self.look(&query).await?).map(str::to_owned).collect())
    }
}

/// Rows of two columns.
fn pairs(answer: &[SimpleQueryMessage]) -> Vec<(String, String)> {
    let pair = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => Some((row.get(0)?.to_owned(), row.get(1)?.to_owned())),
        _ => None,
    };
    answer.iter().filter_map(pair).collect()
}

/// Tables of people's own schemas, as they are called and as SQL has it; the partitions of a table are counted with it.
const TABLES: &str = "
    SELECT n.nspname || '.' || c.relname, format('%I.%I', n.nspname, c.relname)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND n.nspname NOT IN ('information_schema', 'stillhead') AND n.nspname !~ '^pg_'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1";

/// A statement for each object of people's own schemas that is neither an extension's nor part of another; then for the
/// schemas, but for `public`, the first of the search path, and those that an extension is in.
const DROPS: &str = "
    WITH spaces AS (
        SELECT oid, nspname FROM pg_catalog.pg_namespace
        WHERE nspname NOT IN ('information_schema', 'stillhead') AND nspname !~ '^pg_'
    ), owned AS (SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'),
    objects AS (
        SELECT CASE c.relkind WHEN 'v' THEN 1 WHEN 'm' THEN 1 WHEN 'S' THEN 3 WHEN 'c' THEN 5 ELSE 2 END AS turn,
               CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
                              WHEN 'S' THEN 'SEQUENCE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS kind,
               format('%I.%I', s.nspname, c.relname) AS name
        FROM pg_catalog.pg_class c JOIN spaces s ON s.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND NOT c.relispartition
          AND ('pg_catalog.pg_class'::regclass, c.oid) NOT IN (SELECT * FROM owned)
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                          WHERE c.relkind = 'S' AND d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
                            AND d.deptype IN ('a', 'i'))
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_type t JOIN owned o ON o.objid = t.oid
                          WHERE t.typrelid = c.oid AND o.classid = 'pg_catalog.pg_type'::regclass)
        UNION ALL
        SELECT 4, 'ROUTINE', p.oid::regprocedure::text
        FROM pg_catalog.pg_proc p JOIN spaces s ON s.oid = p.pronamespace
        WHERE ('pg_catalog.pg_proc'::regclass, p.oid) NOT IN (SELECT * FROM owned)
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                          WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
        UNION ALL
        SELECT 5, CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, format('%I.%I', s.nspname, t.typname)
        FROM pg_catalog.pg_type t JOIN spaces s ON s.oid = t.typnamespace
        WHERE t.typtype IN ('e', 'd', 'r') AND ('pg_catalog.pg_type'::regclass, t.oid) NOT IN (SELECT * FROM owned)
        UNION ALL
        SELECT 6, 'SCHEMA', format('%I', s.nspname) FROM spaces s
        WHERE s.nspname <> 'public' AND s.nspname IS DISTINCT FROM current_schema()
          AND s.oid NOT IN (SELECT extnamespace FROM pg_catalog.pg_extension)
          AND ('pg_catalog.pg_namespace'::regclass, s.oid) NOT IN (SELECT * FROM owned)
    )
    SELECT format('DROP %s IF EXISTS %s CASCADE', kind, name) FROM objects ORDER BY turn, name";

//! Everything that a database holds, to be shown and dropped: a throwaway database's reset. The ledger is not part of it.

use tokio_postgres::SimpleQueryMessage;
use tokio_postgres::error::SqlState;

use super::DatabaseError;
use super::conversation::{ANSWER, WORK};
use super::lock;
use super::postgres::{Session, first_column};
use super::statements::BEGIN;

/// What would be lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Each object that is not an extension's, in an order in which they can be dropped.
    pub losses: Vec<Loss>,
    /// Tables and their rows, by name; a table with more than [`Self::COUNTED`] has one more than that, and one that
    /// cannot be counted, for want of rights or since somebody has locked it, has none.
    pub tables: Vec<(String, Option<u64>)>,
    /// What stays, such as `extension citext`.
    pub kept: Vec<String>,
}

/// An object that would be dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Such as `view public.v`.
    pub object: String,
    /// The statement that drops it.
    pub statement: String,
    /// The role that it belongs to, where that keeps this one from dropping it.
    pub foreign_owner: Option<String>,
}

impl Loss {
    /// Whether it is one of [`Contents::tables`].
    pub fn is_table(&self) -> bool {
        self.object.starts_with("table ")
    }
}

impl Contents {
    /// How many rows of a table are counted.
    pub const COUNTED: u64 = 100_000;
}

impl Session {
    pub(super) async fn contents(&self) -> Result<Contents, DatabaseError> {
        const TABLES_AT_ONCE: usize = 200;
        let losses = self.losses().await?;
        let found = self.look(TABLES).await?;
        let (mut tables, mut readable) = (Vec::new(), Vec::new());
        for [name, table] in rows(&found) {
            match table {
                Some(table) => readable.push((name.unwrap_or_default(), table)),
                None => tables.push((name.unwrap_or_default().to_owned(), None)),
            }
        }
        for readable in readable.chunks(TABLES_AT_ONCE) {
            let count = |(at, (_, table)): (usize, &(&str, &str))| {
                format!("SELECT {at}, count(*) FROM (SELECT FROM {table} LIMIT {}) counted", Contents::COUNTED + 1)
            };
            let counts: Vec<String> = readable.iter().enumerate().map(count).collect();
            // Whoever has locked one of them is told of, not waited for.
            let count = format!("SET LOCAL lock_timeout = '2s'; {}", counts.join(" UNION ALL "));
            let answer = match self.look(&count).await {
                Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                    tables.extend(readable.iter().map(|(name, _)| ((*name).to_owned(), None)));
                    continue;
                }
                answer => answer?,
            };
            for [at, count] in rows(&answer) {
                let name =
                    at.and_then(|at| readable.get(at.parse::<usize>().ok()?)).map(|(name, _)| (*name).to_owned());
                tables.extend(name.map(|name| (name, count.and_then(|count| count.parse().ok()))));
            }
        }
        tables.sort();
        let kept = first_column(&self.look(KEPT).await?).map(str::to_owned).collect();
        Ok(Contents { losses, tables, kept })
    }

    async fn losses(&self) -> Result<Vec<Loss>, DatabaseError> {
        let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let loss = |[object, statement, owner]: [Option<&str>; 3]| Loss {
            object: owned(object),
            statement: owned(statement),
            foreign_owner: owner.map(str::to_owned),
        };
        Ok(rows(&self.look(LOSSES).await?).map(loss).collect())
    }

    async fn look(&self, query: &str) -> Result<Vec<SimpleQueryMessage>, DatabaseError> {
        self.connection.ask("look at what the database holds", query, WORK).await
    }

    /// Drops everything in one transaction, unless it is no longer what was `seen`.
    pub(super) async fn drop_all(&self, seen: &Contents) -> Result<(), DatabaseError> {
        let dropped = self.drop_all_or_stop(seen).await;
        if dropped.is_err() {
            // The connection is not used again; a failed ROLLBACK ends the transaction all the same.
            let _ = self.connection.ask("take the reset back", "ROLLBACK", ANSWER).await;
        }
        dropped
    }

    async fn drop_all_or_stop(&self, seen: &Contents) -> Result<(), DatabaseError> {
        let ask = async |query: &str| match self.connection.ask("empty the database", query, WORK).await {
            Err(DatabaseError::Query { source, .. }) => {
                Err(DatabaseError::NotEmptied { statement: query.to_owned(), source })
            }
            answer => answer.map(drop),
        };
        // Whoever holds a table keeps the reset from waiting for ever.
        ask(&format!("{BEGIN}; SET LOCAL lock_timeout = '10s'")).await?;
        if self.losses().await? != seen.losses {
            return Err(DatabaseError::ContentsMoved);
        }
        for loss in &seen.losses {
            ask(&loss.statement).await?;
        }
        ask("COMMIT").await.map_err(DatabaseError::at_the_end)
    }

    /// Other clients of this database, as far as this role may see them; whoever holds levelhead's lock is not one.
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

/// The rows of an answer, of so many columns.
fn rows<const N: usize>(answer: &[SimpleQueryMessage]) -> impl Iterator<Item = [Option<&str>; N]> {
    answer.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(std::array::from_fn(|column| row.get(column))),
        _ => None,
    })
}

/// Tables of people's own schemas, as they are called and, where this role sees their rows, as SQL has it; the partitions of
/// a table are counted with it.
const TABLES: &str = "
    SELECT n.nspname || '.' || c.relname,
           CASE WHEN pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
                 AND NOT pg_catalog.row_security_active(c.oid) THEN format('%I.%I', n.nspname, c.relname) END
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND n.nspname NOT IN ('information_schema', 'levelhead') AND n.nspname !~ '^pg_'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1";

/// What belongs to the database as a whole.
const KEPT: &str = "
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
const LOSSES: &str = "
    WITH spaces AS (
        SELECT oid, nspname, nspowner FROM pg_catalog.pg_namespace
        WHERE nspname NOT IN ('information_schema', 'levelhead') AND nspname !~ '^pg_'
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
    FROM objects ORDER BY turn, name";

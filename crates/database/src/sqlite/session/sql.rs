//! Every statement that is SQLite's own.

/// The condition on the name of a table or view that it is people's own, not SQLite's.
macro_rules! of_people {
    ($name:literal) => {
        concat!($name, " NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    };
}

/// A table's name as it was made with: what refers to it keeps the case that was written there.
macro_rules! as_made {
    ($name:literal) => {
        concat!(
            "coalesce((SELECT t.name FROM sqlite_master t WHERE t.type IN ('table', 'view') AND t.name = ",
            $name,
            " COLLATE NOCASE), ",
            $name,
            ")"
        )
    };
}

/// With the first statement SQLite reads the schema.
pub(super) const FIRST: &str = "SELECT 1 FROM sqlite_master";

/// Tables and views.
pub(super) const TABLES: &str = concat!(
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND ",
    of_people!("name"),
    " ORDER BY name"
);

/// Tables, the oldest first.
pub(super) const OLDEST_TABLES: &str =
    concat!("SELECT name FROM sqlite_master WHERE type = 'table' AND ", of_people!("name"), " AND name <> ?1 LIMIT ?2");

/// Tables with a column `version_num`: nothing but Alembic has one.
pub(super) const VERSION_TABLES: &str = "SELECT m.name FROM sqlite_master m WHERE m.type = 'table' AND EXISTS \
    (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'version_num') ORDER BY 1";

/// Tables whose rows are counted. SQLite's own go with what they are for.
pub(super) const COUNTABLE: &str =
    concat!("SELECT name FROM sqlite_master WHERE type = 'table' AND ", of_people!("name"));

/// What is to be dropped: views and triggers first, then virtual tables, which take their shadows along.
pub(super) const LOSSES: &str = concat!(
    "SELECT type, name FROM sqlite_master WHERE type IN ('view', 'trigger', 'table') AND ",
    of_people!("name"),
    " ORDER BY type = 'table', sql NOT LIKE 'CREATE VIRTUAL%', name"
);

/// What has a name.
pub(super) const KIND: &str = "SELECT type FROM sqlite_master WHERE name = ?1 AND type IN ('table', 'view')";

/// The columns of one table.
pub(super) const COLUMNS_OF: &str =
    "SELECT name, type, \"notnull\", dflt_value IS NOT NULL, pk FROM pragma_table_info(?1)";

/// A row for each column of each table.
pub(super) const COLUMNS: &str = concat!(
    "SELECT m.name, c.name, c.type, c.\"notnull\", c.dflt_value IS NOT NULL, c.pk \
    FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND ",
    of_people!("m.name"),
    " ORDER BY m.name, c.cid"
);

/// A row for each column of each index.
pub(super) const INDEXES: &str = "SELECT m.name, i.name, i.\"unique\", i.origin, c.name FROM sqlite_master m, \
    pragma_index_list(m.name) i, pragma_index_info(i.name) c WHERE m.type = 'table' ORDER BY m.name, i.name, c.seqno";

/// A row for each column of each foreign key.
pub(super) const FOREIGN_KEYS: &str = concat!(
    "SELECT m.name, f.id, f.\"from\", ",
    as_made!("f.\"table\""),
    ", f.on_delete FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq"
);

/// Everything that has a name.
pub(super) const OTHERS: &str =
    concat!("SELECT m.type, m.name, ", as_made!("m.tbl_name"), ", coalesce(m.sql, '') FROM sqlite_master m");

/// Every entry of the ledger as the JSON of an [`Entry`](version_table::ledger::Entry), newest first. Columns that a later
/// version has added are in it too, and are not read.
pub(super) const LEDGER: &str = "SELECT json_object('number', number, 'at', at, 'version_table_schema', version_table_schema, \
    'version_table', version_table, 'action', action, 'rows_before', json(rows_before), \
    'rows_after', json(rows_after), 'finding', finding, 'evidence', json(evidence), 'applied', json(applied), \
    'image', image, 'host', host, 'levelhead', levelhead) FROM levelhead.ledger ORDER BY number DESC";

/// The types of the ledger's number, time and JSON.
pub(super) const LEDGER_TYPES: [&str; 3] =
    ["INTEGER PRIMARY KEY AUTOINCREMENT", "text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))", "text"];

/// How many rows of each table refer to what is not there.
pub(super) const BROKEN_KEYS: &str = "SELECT \"table\", count(*) FROM pragma_foreign_key_check GROUP BY 1";

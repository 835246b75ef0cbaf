//! What a database's own catalogue says of a schema, as lines that can be compared.

use std::process::Command;

use rusqlite::types::Value;

use crate::support::database::Database;
use crate::support::postgres::tool;
use crate::support::tools::succeed;

/// The whole schema: what `pg_dump -s` prints, or what SQLite's pragmas and the texts of everything but tables say.
pub fn catalogue(database: &Database) -> Vec<String> {
    match database {
        Database::Postgres { .. } => dumped(&database.url()),
        Database::Sqlite { file } => asked(&rusqlite::Connection::open(file).unwrap()),
    }
}

fn dumped(url: &str) -> Vec<String> {
    let dump = succeed(Command::new(tool("pg_dump")).args(["-s", "-O", "--exclude-schema=levelhead", "-d", url]));
    let is_said = |line: &&str| !line.is_empty() && !line.starts_with("--") && !line.starts_with('\\');
    dump.lines().filter(is_said).map(str::to_owned).collect()
}

fn asked(connection: &rusqlite::Connection) -> Vec<String> {
    let rows = |sql: &str| -> Vec<Vec<String>> {
        let mut statement = connection.prepare(sql).unwrap();
        let count = statement.column_count();
        let rows =
            statement.query_map([], |row| (0..count).map(|at| row.get::<_, Value>(at)).collect::<Result<Vec<_>, _>>());
        let text = |value: Value| match value {
            Value::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', ""),
            other => format!("{other:?}"),
        };
        rows.unwrap().map(|row| row.unwrap().into_iter().map(text).collect()).collect()
    };
    let mut lines = Vec::new();
    let all = "SELECT type, name, CASE type WHEN 'table' THEN '' ELSE sql END FROM sqlite_master \
               WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE 'levelhead%' ORDER BY 1, 2";
    for row in rows(all) {
        lines.push(row.join(" "));
        if row[0] == "table" {
            for pragma in ["table_xinfo", "foreign_key_list", "index_list"] {
                let mut parts = rows(&format!("SELECT * FROM pragma_{pragma}('{}')", row[1]));
                // Keys and indexes are numbered as they were made.
                let from = usize::from(pragma != "table_xinfo");
                parts.sort_by_key(|part| part[from..].to_vec());
                lines.extend(parts.iter().map(|part| format!("{} {pragma} {}", row[1], part[from..].join(" "))));
            }
        }
    }
    lines
}

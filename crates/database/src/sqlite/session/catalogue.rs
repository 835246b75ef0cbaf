//! SQLite's catalogue as a [`Schema`], through its pragma functions.
//!
//! Types are the declared text, lower case without blanks, since SQLite keeps what CREATE TABLE said. A statement
//! for each kind of object, whatever the number of tables. Reads only.

use rusqlite::{Connection, Result, Row};

use super::sql;
use schema::{Belief, Check, Column, ConstraintName, Dialect, ForeignKey, Index, Schema, Table, Unique};

/// The schema without the version table.
pub(super) fn read(connection: &Connection, version_table: &str) -> Result<Schema> {
    let mut schema = Schema { default_schema: Dialect::Sqlite.usual_schema().to_owned(), ..Schema::default() };
    names(connection, &mut schema)?;
    columns(connection, &mut schema)?;
    indexes(connection, &mut schema)?;
    foreign_keys(connection, &mut schema)?;
    schema.tables.remove(version_table);
    Ok(schema)
}

/// Tables, with the names of their checks, views and triggers.
fn names(connection: &Connection, schema: &mut Schema) -> Result<()> {
    each(connection, sql::OTHERS, |row| {
        let (kind, name, table, sql) =
            (row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?);
        match kind.as_str() {
            "table" if !name.starts_with("sqlite_") => {
                let mut held = Table::default();
                for name in named_constraints(&sql) {
                    held.checks.push(Check { name: ConstraintName { name, explicit: true }, condition: None });
                }
                schema.tables.insert(name, held);
            }
            "view" => {
                schema.views.insert(name);
            }
            "trigger" => {
                schema.triggers.insert((table, name));
            }
            _ => {}
        }
        Ok(())
    })
}

/// Columns, and which of them are the primary key.
fn columns(connection: &Connection, schema: &mut Schema) -> Result<()> {
    let mut keys: Vec<(String, i64, String)> = Vec::new();
    each(connection, sql::COLUMNS, |row| {
        let (name, column): (String, String) = (row.get(0)?, row.get(1)?);
        let key: i64 = row.get(5)?;
        if key > 0 {
            keys.push((name.clone(), key, column.clone()));
        }
        if let Some(table) = schema.tables.get_mut(&name) {
            table.columns.push(Column {
                name: column,
                kind: Belief::Known(schema::declared_type(&row.get::<_, String>(2)?)),
                nullable: Belief::Known(!row.get::<_, bool>(3)?),
                default: Belief::Known(row.get(4)?),
            });
        }
        Ok(())
    })?;
    keys.sort();
    for (table, _, column) in keys {
        if let Some(table) = schema.tables.get_mut(&table) {
            match table.primary_key.get_or_insert_with(|| Belief::Known(Vec::new())) {
                Belief::Known(columns) => columns.push(column),
                Belief::Unknown => {}
            }
        }
    }
    Ok(())
}

/// Indexes, and the unique constraints that SQLite keeps as such.
fn indexes(connection: &Connection, schema: &mut Schema) -> Result<()> {
    let mut indexes: Vec<LiveIndex> = Vec::new();
    each(connection, sql::INDEXES, |row| {
        let (table, name, column): (String, String, Option<String>) = (row.get(0)?, row.get(1)?, row.get(4)?);
        match indexes.last_mut() {
            Some(index) if index.table == table && index.name == name => index.columns.push(column),
            _ => {
                let (unique, origin) = (row.get(2)?, row.get(3)?);
                indexes.push(LiveIndex { table, name, unique, origin, columns: vec![column] });
            }
        }
        Ok(())
    })?;
    for LiveIndex { table, name, unique, origin, columns } in indexes {
        let Some(table) = schema.tables.get_mut(&table) else { continue };
        match origin.as_str() {
            "u" => {
                let columns = columns.into_iter().collect::<Option<Vec<String>>>();
                table.uniques.push(Unique { name: None, columns: columns.into() });
            }
            "c" => {
                let index = Index { columns: Belief::Known(columns), unique: Belief::Known(unique), valid: true };
                table.indexes.insert(name, index);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Foreign keys, a row for each of their columns.
fn foreign_keys(connection: &Connection, schema: &mut Schema) -> Result<()> {
    let mut last = None;
    each(connection, sql::FOREIGN_KEYS, |row| {
        let (name, number, column, target, action): (String, i64, String, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
        let Some(table) = schema.tables.get_mut(&name) else { return Ok(()) };
        if last.replace((name.clone(), number)) == Some((name, number)) {
            if let Some(ForeignKey { columns: Belief::Known(columns), .. }) = table.foreign_keys.last_mut() {
                columns.push(column);
            }
            return Ok(());
        }
        let on_delete = match action.as_str() {
            "CASCADE" => 'c',
            "SET NULL" => 'n',
            "RESTRICT" => 'r',
            "SET DEFAULT" => 'd',
            _ => 'a',
        };
        table.foreign_keys.push(ForeignKey {
            name: None,
            columns: Belief::Known(vec![column]),
            target: Belief::Known(target),
            on_delete: Belief::Known(on_delete),
        });
        Ok(())
    })
}

/// An index as the pragmas list it, a row for each column.
struct LiveIndex {
    table: String,
    name: String,
    unique: bool,
    /// `c`: CREATE INDEX, `u`: UNIQUE, `pk`: the primary key.
    origin: String,
    /// `None` for an expression.
    columns: Vec<Option<String>>,
}

fn each(connection: &Connection, query: &str, mut take: impl FnMut(&Row<'_>) -> Result<()>) -> Result<()> {
    let mut statement = connection.prepare(query)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        take(row)?;
    }
    Ok(())
}

/// Names after CONSTRAINT where a CHECK follows: the pragmas do not list them.
fn named_constraints(sql: &str) -> Vec<String> {
    let words: Vec<&str> =
        sql.split(|c: char| c.is_whitespace() || c == '(' || c == ',').filter(|w| !w.is_empty()).collect();
    let named = words
        .windows(3)
        .filter(|three| three[0].eq_ignore_ascii_case("constraint") && three[2].eq_ignore_ascii_case("check"));
    named.map(|three| three[1].trim_matches(['"', '`', '[', ']']).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_becomes_a_schema() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
                 CREATE TABLE users (id INTEGER NOT NULL, email VARCHAR (120) NOT NULL, age INTEGER DEFAULT 0,
                   PRIMARY KEY (id), UNIQUE (email), CONSTRAINT ck_age CHECK (age >= 0));
                 CREATE TABLE posts (a INTEGER, b INTEGER, u INTEGER REFERENCES users (id) ON DELETE CASCADE,
                   PRIMARY KEY (b, a));
                 CREATE UNIQUE INDEX ix_age ON users (age); CREATE VIEW v AS SELECT 1;",
            )
            .unwrap();
        let schema = read(&connection, "alembic_version").unwrap();
        assert_eq!(schema.tables.keys().collect::<Vec<_>>(), ["posts", "users"]);
        let users = &schema.tables["users"];
        assert_eq!(users.columns[1].kind, Belief::Known("varchar(120)".to_owned()));
        assert_eq!(users.columns[2].default, Belief::Known(true));
        assert_eq!(users.uniques[0].columns, Belief::Known(vec!["email".to_owned()]));
        assert_eq!(users.checks[0].name.name, "ck_age");
        assert_eq!(users.indexes["ix_age"].unique, Belief::Known(true));
        let posts = &schema.tables["posts"];
        assert_eq!(posts.primary_key, Some(Belief::Known(vec!["b".to_owned(), "a".to_owned()])));
        assert_eq!(posts.foreign_keys[0].target, Belief::Known("users".to_owned()));
        assert_eq!(posts.foreign_keys[0].on_delete, Belief::Known('c'));
    }
}

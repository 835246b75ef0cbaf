//! SQLite's catalogue as a schema, read anew here: what the program reads of it is held against Alembic elsewhere.

use rusqlite::Connection;
use schema::{Belief, Check, Column, ConstraintName, ForeignKey, Index, Schema, Table, Unique};

type Row = Vec<String>;

fn rows(connection: &Connection, query: &str) -> Vec<Row> {
    let mut statement = connection.prepare(query).unwrap();
    let count = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut all = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let text = |at| row.get::<_, Option<String>>(at).unwrap().unwrap_or_default();
        all.push((0..count).map(text).collect());
    }
    all
}

fn quoted(name: &str) -> String {
    format!("'{}'", name.replace('\'', "''"))
}

pub(crate) fn read(connection: &Connection) -> Schema {
    let mut schema = Schema { default_schema: "main".to_owned(), ..Schema::default() };
    for row in rows(
        connection,
        "SELECT type, name, coalesce((SELECT t.name FROM sqlite_master t WHERE t.type IN ('table', 'view') AND t.name = m.tbl_name COLLATE NOCASE), tbl_name), sql FROM sqlite_master m WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    ) {
        match row[0].as_str() {
            "table" => drop(schema.tables.insert(row[1].clone(), table(connection, &row[1], &row[3]))),
            "view" => drop(schema.views.insert(row[1].clone())),
            "trigger" => drop(schema.triggers.insert((row[2].clone(), row[1].clone()))),
            _ => {}
        }
    }
    schema
}

fn table(connection: &Connection, name: &str, sql: &str) -> Table {
    let mut table = Table::default();
    let of = quoted(name);
    let mut key = Vec::new();
    for row in rows(
        connection,
        &format!(
            "SELECT name, type, CAST(\"notnull\" AS TEXT), CAST(dflt_value IS NOT NULL AS TEXT), CAST(pk AS TEXT) FROM pragma_table_xinfo({of})"
        ),
    ) {
        let kind = Belief::Known(schema::declared_type(&row[1]));
        let (nullable, default) = (Belief::Known(row[2] == "0"), Belief::Known(row[3] == "1"));
        table.columns.push(Column { name: row[0].clone(), kind, nullable, default });
        if row[4] != "0" {
            key.push((row[4].clone(), row[0].clone()));
        }
    }
    key.sort();
    if !key.is_empty() {
        table.primary_key = Some(Belief::Known(key.into_iter().map(|(_, name)| name).collect()));
    }
    for row in rows(connection, &format!("SELECT name, CAST(\"unique\" AS TEXT), origin FROM pragma_index_list({of})"))
    {
        let columns: Vec<Option<String>> =
            rows(connection, &format!("SELECT name FROM pragma_index_info({})", quoted(&row[0])))
                .into_iter()
                .map(|mut row| row.pop().filter(|name| !name.is_empty()))
                .collect();
        match row[2].as_str() {
            "u" => table
                .uniques
                .push(Unique { name: None, columns: columns.into_iter().collect::<Option<Vec<_>>>().into() }),
            "c" => {
                let index =
                    Index { columns: Belief::Known(columns), unique: Belief::Known(row[1] == "1"), valid: true };
                table.indexes.insert(row[0].clone(), index);
            }
            _ => {}
        }
    }
    let mut last = String::new();
    for row in rows(
        connection,
        &format!(
            "SELECT CAST(id AS TEXT), \"from\", coalesce((SELECT t.name FROM sqlite_master t WHERE t.type = 'table' AND t.name = f.\"table\" COLLATE NOCASE), f.\"table\"), on_delete FROM pragma_foreign_key_list({of}) f ORDER BY id, seq"
        ),
    ) {
        if row[0] == last {
            let Belief::Known(columns) = &mut table.foreign_keys.last_mut().unwrap().columns else { continue };
            columns.push(row[1].clone());
            continue;
        }
        last.clone_from(&row[0]);
        let action = match row[3].as_str() {
            "CASCADE" => 'c',
            "SET NULL" => 'n',
            "RESTRICT" => 'r',
            "SET DEFAULT" => 'd',
            _ => 'a',
        };
        let (columns, target) = (Belief::Known(vec![row[1].clone()]), Belief::Known(row[2].clone()));
        table.foreign_keys.push(ForeignKey { name: None, columns, target, on_delete: Belief::Known(action) });
    }
    for (at, _) in sql.match_indices("CONSTRAINT ck") {
        let name: String = sql[at + 11..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        table.checks.push(Check { name: ConstraintName { name, explicit: true }, condition: None });
    }
    table
}

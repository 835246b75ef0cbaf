//! The SQL of an operation, where it is known exactly.

use std::fmt;

use schema::operation::{
    ColumnChange, ColumnSpec, ConstraintKind, ConstraintSpec, EnumChange, IndexSpec, Naming, Operation,
    OperationKind as K, SqlType, TableSpec,
};
use schema::{Belief, Column, Dialect};

/// Why there is no SQL for an operation, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwritable(pub String);

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(crate) type Written = Result<Vec<String>, Unwritable>;

pub(crate) fn because<T>(reason: impl Into<String>) -> Result<T, Unwritable> {
    Err(Unwritable(reason.into()))
}

/// The statements of an operation. Raw SQL is what the file has.
///
/// # Errors
/// Where something of it is not known exactly, or the database has no statement for it.
pub fn written(operation: &Operation, dialect: Dialect) -> Written {
    match &operation.sql {
        Some(sql) => Ok(vec![sql.to_string()]),
        None => of_kind(&operation.kind, dialect),
    }
}

/// The statements of what an operation does.
///
/// # Errors
/// As [`written`].
pub(crate) fn of_kind(kind: &K, dialect: Dialect) -> Written {
    let one = |statement: String| Ok(vec![statement]);
    let sqlite = dialect == Dialect::Sqlite;
    match kind {
        K::CreateTable { table, .. } => create_table(table, dialect),
        K::DropTable { table } => one(format!("DROP TABLE {}", name(table))),
        K::RenameTable { from, to } => match (from.rsplit_once('.'), to.rsplit_once('.')) {
            (None, None) => one(format!("ALTER TABLE {} RENAME TO {}", name(from), name(to))),
            _ => because("it renames a table of another schema"),
        },
        K::AddColumn { table, column, .. } => add_column(table, column, dialect),
        K::DropColumn { table, column } => one(format!("ALTER TABLE {} DROP COLUMN {}", name(table), quoted(column))),
        K::AlterColumn { table, column, change } => alter_column(table, column, change, sqlite),
        K::AddConstraint { .. } | K::DropConstraint { .. } | K::RenameConstraint { .. } if sqlite => {
            because("SQLite changes constraints only by making the table anew")
        }
        K::AddConstraint { table, constraint } => {
            one(format!("ALTER TABLE {} ADD {}", name(table), constraint_text(constraint, dialect)?))
        }
        K::DropConstraint { table, name: Some(held), cascade: false, .. } => {
            one(format!("ALTER TABLE {} DROP CONSTRAINT {}", name(table), quoted(held)))
        }
        K::RenameConstraint { table, from, to } => {
            one(format!("ALTER TABLE {} RENAME CONSTRAINT {} TO {}", name(table), quoted(from), quoted(to)))
        }
        K::CreateIndex { name: index, table, index: spec, .. } => one(create_index(index, table, spec)?),
        K::DropIndex { name: Some(index), table } => one(format!("DROP INDEX {}", beside(index, table.as_deref()))),
        K::RenameIndex { from, to } if !sqlite => one(format!("ALTER INDEX {} RENAME TO {}", quoted(from), quoted(to))),
        K::CreateEnum { name: held, labels: Some(labels), .. } => {
            let labels: Vec<String> = labels.iter().map(|label| literal(label)).collect();
            one(format!("CREATE TYPE {} AS ENUM ({})", name(held), labels.join(", ")))
        }
        K::DropEnum { name: held } => one(format!("DROP TYPE {}", name(held))),
        K::RenameEnum { from, to } => one(format!("ALTER TYPE {} RENAME TO {}", name(from), name(to))),
        K::AlterEnum { name: held, change: EnumChange::Add { label, beside } } => {
            let place = beside
                .as_ref()
                .map(|(other, after)| format!(" {} {}", if *after { "AFTER" } else { "BEFORE" }, literal(other)));
            let place = place.unwrap_or_default();
            one(format!("ALTER TYPE {} ADD VALUE {}{place}", name(held), literal(label)))
        }
        K::AlterEnum { name: held, change: EnumChange::Rename { from, to } } => {
            one(format!("ALTER TYPE {} RENAME VALUE {} TO {}", name(held), literal(from), literal(to)))
        }
        _ => because("its SQL is not known exactly"),
    }
}

fn create_table(table: &TableSpec, dialect: Dialect) -> Written {
    let Some(held) = table.name.as_ref().filter(|_| !table.open) else {
        return because("not all of the table could be read");
    };
    let keys: Vec<&ColumnSpec> = table.columns.iter().filter(|column| column.primary_key).collect();
    let mut parts = Vec::new();
    // SQLite takes no constraint before a column.
    let mut constraints = Vec::new();
    let mut apart = Vec::new();
    for column in &table.columns {
        parts.push(column_text(column, dialect, keys.len() == 1 && column.primary_key)?);
        for constraint in &column.constraints {
            constraints.push(constraint_text(constraint, dialect)?);
        }
        match (column.unique, column.index) {
            (_, true) => apart.push(column_index(held, column)?),
            (true, false) => constraints.push(format!("UNIQUE ({})", column_name(column)?)),
            (false, false) => {}
        }
    }
    parts.append(&mut constraints);
    if !keys.is_empty() {
        let names = keys.iter().map(|column| column_name(column)).collect::<Result<Vec<_>, _>>()?;
        parts.push(format!("PRIMARY KEY ({})", names.join(", ")));
    }
    for constraint in &table.constraints {
        match constraint.kind {
            ConstraintKind::Index(_) => return because("an index is written into the table"),
            _ => parts.push(constraint_text(constraint, dialect)?),
        }
    }
    let whole = format!("CREATE TABLE {} (\n    {}\n)", name(held), parts.join(",\n    "));
    Ok([vec![whole], apart].concat())
}

fn column_name(column: &ColumnSpec) -> Result<String, Unwritable> {
    match &column.name {
        Some(name) => Ok(quoted(name)),
        None => because("a column's name could not be read"),
    }
}

/// The index that SQLAlchemy makes of `index=True`, whose name a naming convention may change.
fn column_index(table: &str, column: &ColumnSpec) -> Result<String, Unwritable> {
    let named = column.name.as_deref().unwrap_or_default();
    because(format!("the name of the index on {table}.{named} is not known for certain"))
}

/// A column as it stands in `CREATE TABLE` and in `ADD COLUMN`.
fn column_text(column: &ColumnSpec, dialect: Dialect, only_key: bool) -> Result<String, Unwritable> {
    let held = column_name(column)?;
    let kind = type_text(&column.kind, dialect, &held)?;
    if only_key && dialect == Dialect::PostgreSql && ["smallint", "integer", "bigint"].contains(&kind.as_str()) {
        return because(format!("whether {held} counts by itself is not known"));
    }
    let mut text = format!("{held} {kind}");
    match (column.default, &column.default_text) {
        (Some(false), _) => {}
        (Some(true), Some(default)) => text += &format!(" DEFAULT {default}"),
        _ => return because(format!("the default of {held} could not be read")),
    }
    match column.nullable {
        Some(false) => text += " NOT NULL",
        Some(true) if column.primary_key => text += " NOT NULL",
        Some(true) => {}
        None => return because(format!("whether {held} takes NULL could not be read")),
    }
    Ok(text)
}

/// SQLite's types that have a name of one word, and with what in parentheses: all that is compared of others is their letters.
const ONE_WORD: [&str; 22] = [
    "bigint",
    "blob",
    "boolean",
    "char",
    "date",
    "datetime",
    "decimal",
    "double",
    "float",
    "int",
    "integer",
    "json",
    "numeric",
    "nvarchar",
    "real",
    "smallint",
    "text",
    "time",
    "timestamp",
    "uuid",
    "varbinary",
    "varchar",
];

fn type_text(kind: &SqlType, dialect: Dialect, column: &str) -> Result<String, Unwritable> {
    if let Some(enumeration) = kind.enumeration.as_ref().filter(|enumeration| enumeration.native)
        && dialect == Dialect::PostgreSql
    {
        return match &enumeration.name {
            Some(held) => Ok(name(held)),
            None => because(format!("the type of {column} could not be read")),
        };
    }
    let Some(text) = &kind.text else { return because(format!("the type of {column} could not be read")) };
    match dialect {
        Dialect::PostgreSql => Ok(text.clone()),
        Dialect::Sqlite if ONE_WORD.contains(&text.split('(').next().unwrap_or_default()) => {
            Ok(text.to_uppercase().replace(',', ", "))
        }
        Dialect::Sqlite => because(format!("how the type of {column} is spelled could not be read")),
    }
}

fn add_column(table: &str, column: &ColumnSpec, dialect: Dialect) -> Written {
    let sqlite = dialect == Dialect::Sqlite;
    if column.primary_key || column.index || (column.unique && sqlite) {
        return because("more than a column is added, under names that are not known for certain");
    }
    let head = format!("ALTER TABLE {}", name(table));
    let mut statements = vec![format!("{head} ADD COLUMN {}", column_text(column, dialect, false)?)];
    if column.unique {
        statements.push(format!("{head} ADD UNIQUE ({})", column_name(column)?));
    }
    for constraint in &column.constraints {
        let text = constraint_text(constraint, dialect)?;
        match &constraint.kind {
            ConstraintKind::ForeignKey(key) if sqlite && constraint.name == Naming::Unnamed => {
                statements[0] += &format!(" {}", references(key)?);
            }
            _ if sqlite => return because("SQLite adds a column without its constraints"),
            _ => statements.push(format!("{head} ADD {text}")),
        }
    }
    Ok(statements)
}

fn alter_column(table: &str, column: &str, change: &ColumnChange, sqlite: bool) -> Written {
    let head = format!("ALTER TABLE {}", name(table));
    let mut statements = Vec::new();
    let properties = change.nullable.is_some() || change.kind.is_some() || change.default.is_some();
    if properties && sqlite {
        return because("SQLite alters a column only by making the table anew");
    }
    let alter = format!("{head} ALTER COLUMN {}", quoted(column));
    match &change.nullable {
        None => {}
        Some(Belief::Known(true)) => statements.push(format!("{alter} DROP NOT NULL")),
        Some(Belief::Known(false)) => statements.push(format!("{alter} SET NOT NULL")),
        Some(Belief::Unknown) => return because(format!("whether {column} takes NULL could not be read")),
    }
    if let Some(kind) = &change.kind {
        statements.push(format!("{alter} TYPE {}", type_text(kind, Dialect::PostgreSql, column)?));
    }
    match (&change.default, &change.default_text) {
        (None, _) => {}
        (Some(Belief::Known(false)), _) => statements.push(format!("{alter} DROP DEFAULT")),
        (Some(_), Some(default)) => statements.push(format!("{alter} SET DEFAULT {default}")),
        (Some(_), None) => return because(format!("the default of {column} could not be read")),
    }
    match &change.name {
        None => {}
        Some(Belief::Known(new)) => {
            statements.push(format!("{head} RENAME COLUMN {} TO {}", quoted(column), quoted(new)));
        }
        Some(Belief::Unknown) => return because(format!("the new name of {column} could not be read")),
    }
    Ok(statements)
}

/// What gives a column another type. A text becomes something else only where that is said, and its default does not by itself.
pub(crate) fn retyped(table: &str, held: &Column, kind: &str, default: Option<&str>, dialect: Dialect) -> Written {
    let is_text = |kind: &str| kind.starts_with("character") || kind == "text";
    let change = SqlType { text: Some(kind.to_owned()), enumeration: None };
    let change = ColumnChange { kind: Some(change), ..ColumnChange::default() };
    let plain = alter_column(table, &held.name, &change, dialect == Dialect::Sqlite)?;
    if !held.kind.known().is_some_and(|live| is_text(live)) || is_text(kind) {
        return Ok(plain);
    }
    let alter = format!("ALTER TABLE {} ALTER COLUMN {}", name(table), quoted(&held.name));
    let mut statements: Vec<String> =
        plain.into_iter().map(|sql| format!("{sql} USING {}::{kind}", quoted(&held.name))).collect();
    match (&held.default, default) {
        (Belief::Known(false), _) => {}
        (_, Some(default)) => {
            statements.insert(0, format!("{alter} DROP DEFAULT"));
            statements.push(format!("{alter} SET DEFAULT {default}"));
        }
        (_, None) => return because(format!("the default of {} is not known exactly", held.name)),
    }
    Ok(statements)
}

/// A constraint as it stands after `ADD` and in a table.
fn constraint_text(constraint: &ConstraintSpec, dialect: Dialect) -> Result<String, Unwritable> {
    let head = match &constraint.name {
        Naming::Unnamed => String::new(),
        Naming::Final(held) | Naming::Derived(held) => format!("CONSTRAINT {} ", quoted(held)),
        Naming::Named(held) if dialect == Dialect::Sqlite || !is_renamed(&constraint.kind) => {
            format!("CONSTRAINT {} ", quoted(held))
        }
        Naming::Named(held) => return because(format!("a naming convention may give {held} another name")),
        Naming::Unreadable => return because("the name of a constraint could not be read"),
    };
    let columns = || columns_text(constraint.columns.as_deref());
    Ok(match &constraint.kind {
        ConstraintKind::PrimaryKey => format!("{head}PRIMARY KEY ({})", columns()?),
        ConstraintKind::Unique => format!("{head}UNIQUE ({})", columns()?),
        ConstraintKind::ForeignKey(key) => {
            if key.use_alter {
                return because("a foreign key is added by a statement of its own");
            }
            format!("{head}FOREIGN KEY ({}) {}", columns()?, references(key)?)
        }
        ConstraintKind::Check { condition: Some(condition) } => format!("{head}CHECK ({condition})"),
        ConstraintKind::Check { condition: None } => return because("the condition of a check could not be read"),
        ConstraintKind::Exclude | ConstraintKind::Index(_) => return because("its SQL is not known exactly"),
    })
}

/// Whether a naming convention makes another name of one that was chosen.
fn is_renamed(kind: &ConstraintKind) -> bool {
    matches!(kind, ConstraintKind::Check { .. })
}

fn references(key: &schema::operation::ForeignKeySpec) -> Result<String, Unwritable> {
    let (Some(target), Some(action)) = (&key.target, key.on_delete) else {
        return because("what a foreign key refers to could not be read");
    };
    let columns = columns_text(key.target_columns.as_deref())?;
    let action = match action {
        'a' => "",
        'r' => " ON DELETE RESTRICT",
        'c' => " ON DELETE CASCADE",
        'n' => " ON DELETE SET NULL",
        'd' => " ON DELETE SET DEFAULT",
        _ => return because("what a foreign key does on delete could not be read"),
    };
    Ok(format!("REFERENCES {} ({columns}){action}", name(target)))
}

fn columns_text(columns: Option<&[Option<String>]>) -> Result<String, Unwritable> {
    let names: Option<Vec<String>> =
        columns.and_then(|all| all.iter().map(|one| one.as_ref().map(|name| quoted(name))).collect());
    names.map_or_else(|| because("the columns of a constraint could not be read"), |names| Ok(names.join(", ")))
}

fn create_index(index: &str, table: &str, spec: &IndexSpec) -> Result<String, Unwritable> {
    let options = &spec.options;
    let plain = spec.columns.as_ref().and_then(|all| all.iter().cloned().collect::<Option<Vec<String>>>());
    let (Some(columns), Some(unique)) = (plain, options.unique) else {
        return because(format!("not all of index {index} could be read"));
    };
    if !options.expressions.is_empty() || options.written {
        return because(format!("index {index} is made of SQL that is not read whole"));
    }
    let unique = if unique { "UNIQUE " } else { "" };
    let concurrently = if options.concurrently { "CONCURRENTLY " } else { "" };
    let method = options.method.as_ref().map(|method| format!(" USING {method}")).unwrap_or_default();
    let only = options.predicate.as_ref().map(|condition| format!(" WHERE {condition}")).unwrap_or_default();
    let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let (index, table, columns) = (quoted(index), name(table), columns.join(", "));
    Ok(format!("CREATE {unique}INDEX {concurrently}{index} ON {table}{method} ({columns}){only}"))
}

/// An index, with the schema of its table.
pub(crate) fn beside(index: &str, table: Option<&str>) -> String {
    match table.and_then(|table| table.rsplit_once('.')) {
        Some((namespace, _)) => format!("{}.{}", quoted(namespace), quoted(index)),
        None => quoted(index),
    }
}

/// A name of a table or a type, with or without its schema.
pub(crate) fn name(held: &str) -> String {
    match held.split_once('.') {
        Some((namespace, held)) => format!("{}.{}", quoted(namespace), quoted(held)),
        None => quoted(held),
    }
}

/// A name in quotes: no word of SQL's is taken for it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

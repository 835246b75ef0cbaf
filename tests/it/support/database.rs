//! A database of a test's own, on either backend, with the same questions.

use std::path::{Path, PathBuf};

use super::postgres::server;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Backend {
    Postgres,
    Sqlite,
}

/// Both, for tests that must hold on each.
pub const BOTH: [Backend; 2] = [Backend::Postgres, Backend::Sqlite];

/// A database that belongs to one test.
pub enum Database {
    Postgres { name: String },
    Sqlite { file: PathBuf },
}

impl Database {
    pub fn create(backend: Backend, folder: &Path) -> Self {
        match backend {
            Backend::Postgres => Self::Postgres { name: server().create_database() },
            Backend::Sqlite => Self::Sqlite { file: folder.join("shop.db") },
        }
    }

    /// What DATABASE_URL is set to.
    pub fn url(&self) -> String {
        match self {
            Self::Postgres { name } => server().url(name),
            Self::Sqlite { file } => format!("sqlite:///{}", file.display()),
        }
    }

    /// Runs SQL and answers the first column of the rows.
    pub fn sql(&self, sql: &str) -> Vec<String> {
        match self {
            Self::Postgres { name } => server().sql(name, sql).into_iter().map(|row| row[0].clone()).collect(),
            Self::Sqlite { file } => {
                let connection = rusqlite::Connection::open(file).unwrap();
                if !sql.trim_start().to_ascii_uppercase().starts_with("SELECT") {
                    connection.execute_batch(sql).unwrap();
                    return Vec::new();
                }
                let mut statement = connection.prepare(sql).unwrap();
                let rows = statement.query_map([], |row| row.get::<_, rusqlite::types::Value>(0)).unwrap();
                rows.map(|value| match value.unwrap() {
                    rusqlite::types::Value::Text(text) => text,
                    rusqlite::types::Value::Integer(number) => number.to_string(),
                    other => format!("{other:?}"),
                })
                .collect()
            }
        }
    }

    /// The rows of alembic_version, sorted; `None` where there is no such table.
    pub fn rows(&self) -> Option<Vec<String>> {
        let exists = match self {
            Self::Postgres { .. } => "SELECT count(*) FROM pg_class WHERE relname = 'alembic_version'",
            Self::Sqlite { .. } => "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'",
        };
        if let Self::Sqlite { file } = self
            && !file.exists()
        {
            return None;
        }
        (self.sql(exists) == ["1"]).then(|| self.sql("SELECT version_num FROM alembic_version ORDER BY 1"))
    }
}

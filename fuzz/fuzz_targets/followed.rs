//! Migrations without anything around them.

use migration::{Checkout, Script, read};
use schema::{Dialect, Setting};

struct Alone;

impl Checkout for Alone {
    fn text(&self, _: &str) -> Option<String> {
        None
    }

    fn roots(&self) -> Vec<String> {
        vec![String::new()]
    }
}

/// Follows a migration on both databases, twice, as if it came again: the second finds what the first has made.
pub fn follow(text: String) {
    let script = Script { path: "versions/a.py".to_owned(), text };
    for dialect in [Dialect::PostgreSql, Dialect::Sqlite] {
        let default_schema = dialect.usual_schema().to_owned();
        let setting = Setting { dialect, default_schema, version_table: "alembic_version".to_owned() };
        assert_eq!(read([&script, &script], &Alone, &setting).unwrap().len(), 2);
    }
}

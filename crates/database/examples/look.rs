//! Where is a database? Prints the rows of its version table, and its tables with their columns.
//!
//! Looks at `DATABASE_URL`, or else at an SQLite file that it makes first.

#![expect(clippy::print_stdout, reason = "it is what the example does")]

use std::error::Error;
use std::time::Duration;

use levelhead_database::Database;
use levelhead_database::url::{DatabaseUrl, LibpqEnvironment};
use levelhead_database::wait::Wait;
use version_table::{Change, RowChange, Rows, VersionTable};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let table = VersionTable::default();
    let wait = Wait::up_to(Duration::from_secs(10));
    // What psycopg would take from the environment, but without a home folder and the user's name.
    let environment = LibpqEnvironment::from_lookup(|name| std::env::var(name).ok(), None, || None);
    let url = match std::env::var("DATABASE_URL") {
        Ok(text) => DatabaseUrl::parse(&text, &environment)?,
        Err(_) => {
            let file = folder.path().join("shop.db");
            rusqlite::Connection::open(&file)?
                .execute_batch("CREATE TABLE orders (id INTEGER NOT NULL, total TEXT)")?;
            let url = DatabaseUrl::parse(&format!("sqlite:///{}", file.display()), &environment)?;
            let made = Database::open(&url, &wait, &mut |_| {}).await?;
            let first = RowChange::Insert("1975ea83b712".to_owned());
            let change = Change { expected: Vec::new(), widen: None, rows: Rows::Changed(vec![first]), note: None };
            let _ = made.change_rows(&table, &change).await?;
            made.close().await;
            url
        }
    };
    let database = Database::open(&url, &wait, &mut |answer| println!("waiting: {answer}")).await?;
    println!("{url} holds {:?}", database.version_rows(&table).await?);
    for (name, table) in database.schema(&table).await?.tables {
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        println!("{name}: {}", columns.join(", "));
    }
    database.close().await;
    Ok(())
}

//! What an upgrade will do to a live database, foretold from its statements and operations.
//!
//! - [`Ground`] is what is known of the database: its schema, its version, and what the upgrade has made by then.
//! - [`of_sql`] and [`of_operation`] say what a statement, or an operation of Alembic, does: a list of [`Deed`]s, each with its
//!   lock, its work, what it loses and what the rows may break.
//! - The rules are a table, [`postgres::RULES`].
//!
//! What is not known is said to be not known ([`Deed::unknown`]); nothing is safe only because nobody has looked. Pure: no
//! file, no connection, no clock.

mod deed;
mod ground;
mod lock;
mod names;
pub mod postgres;
mod question;
mod sqlite;
mod verdict;

pub use deed::{Deed, Loss, LossKind, Touch, Work};
pub use ground::Ground;
pub use lock::LockMode;
pub use question::{Question, Trouble};
pub use verdict::{Answered, Extent, Level, Verdict, counted, judge};

use schema::Dialect;
use schema::operation::Operation;

/// What the statements of a text do, in order.
#[must_use]
pub fn of_sql(text: &str, ground: &Ground) -> Vec<Deed> {
    match ground.dialect {
        Dialect::PostgreSql => postgres::of_sql(text, ground),
        Dialect::Sqlite => sqlite::of_sql(text, ground),
    }
}

/// What an operation does: by its SQL, where it is raw SQL.
#[must_use]
pub fn of_operation(operation: &Operation, ground: &Ground) -> Vec<Deed> {
    match ground.dialect {
        Dialect::PostgreSql => postgres::of_operation(operation, ground),
        Dialect::Sqlite => sqlite::of_operation(operation, ground),
    }
}

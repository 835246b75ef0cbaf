//! PostgreSQL 12 to 18.

mod alter;
mod build;
mod default;
mod operation;
mod rules;
mod statement;
mod types;

pub(crate) use operation::of_operation;
pub use rules::{Form, RULES, Rule};
pub(crate) use statement::of_sql;

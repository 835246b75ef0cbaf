//! stillhead: is your database still at head?
//!
//! A pre-start wrapper for applications that use Alembic or Flask-Migrate. See `docs/architecture.md` for the
//! bird's-eye view, the code map and the invariants that `tests/it/tidy.rs` holds.

pub mod database;
pub mod evidence;
pub mod interpreter;
pub mod migrations;
pub mod python;
pub mod schema;
pub mod version_table;

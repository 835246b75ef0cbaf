//! The tests: the real binary against real PostgreSQL, SQLite, Alembic, Flask-Migrate and gunicorn.

mod support;

mod bad_input;
mod logging;
mod run;
mod shop;

//! The tests: the real binary against real PostgreSQL, SQLite, Alembic, Flask-Migrate and gunicorn.

#![allow(unreachable_pub)]

mod support;

mod against;
mod agreement;
mod ahead;
mod bad_input;
mod connecting;
mod cure;
mod errors;
mod evidence;
mod exec;
mod explain;
mod explained;
mod fix;
mod fleet;
mod follow;
mod graph;
mod hostile;
mod json;
mod judgement;
mod liveness;
mod lock;
mod logging;
mod moved;
mod plan;
mod policy;
mod reconcile;
mod rendering;
mod repair;
mod run;
mod screens;
mod second_reader;
mod shipping;
mod shop;
mod tidy;
mod undo;
mod unknown;
mod verify;
mod version_table;
mod watched;

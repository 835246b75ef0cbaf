//! The commands that repair: what they write, read by Alembic itself.

mod merge;
mod project;
mod restore;

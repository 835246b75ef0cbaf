//! The commands that repair: what they write, read by Alembic itself.

mod hostile;
mod interactive;
mod losses;
mod merge;
mod project;
mod reset;
mod restore;
mod separate;

//! One file a command. Only here do the files and the database meet.

mod files;
mod follow;
pub mod run;
mod upgrade;

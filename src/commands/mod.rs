//! One file a command. Only here do the files and the database meet.

pub mod run;

//! One file a command. Only here do the files and the database meet.

pub mod branches;
pub mod current;
pub mod heads;
pub mod history;
mod look;
pub mod output;
pub mod run;
pub mod show;
pub mod stamp;
mod wording;

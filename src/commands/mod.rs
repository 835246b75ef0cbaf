//! One file a command. Only here do the files and the database meet.

pub mod branches;
pub mod current;
mod evidence;
pub mod explain;
mod files;
mod follow;
mod further;
pub mod heads;
pub mod history;
pub mod infer;
mod lock;
mod look;
pub mod output;
pub mod run;
pub mod show;
pub mod stamp;
mod upgrade;
pub mod verify;
mod wording;
mod write;

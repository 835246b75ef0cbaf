//! One file a command. Only here do the files and the database meet.

pub mod branches;
pub mod check;
pub mod current;
mod evidence;
pub mod explain;
mod files;
pub mod fix;
mod follow;
mod further;
pub mod heads;
pub mod history;
pub mod infer;
mod lock;
mod look;
pub mod manual;
pub mod merge;
pub mod output;
pub mod reset;
pub mod restore;
pub mod run;
pub mod show;
pub mod stamp;
pub mod undo;
mod upgrade;
pub mod verify;
mod wording;
mod write;

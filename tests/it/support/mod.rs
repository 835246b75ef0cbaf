//! What tests stand on: a private PostgreSQL, the example application in a folder of its own, and levelhead itself.

pub mod application;
pub mod behind;
pub mod container;
pub mod database;
pub mod depot;
pub mod examples;
pub mod http;
pub mod levelhead;
pub mod pooler;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod python;
pub mod running;
pub mod schemas;
pub mod screen;
pub mod terminal;
pub mod tools;

pub use application::Application;
pub use behind::Behind;
pub use database::Backend;
pub use levelhead::{Levelhead, Outcome};
pub use running::Running;

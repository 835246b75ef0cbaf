//! Alembic renders the operations of a history, without a database: the application's own Python runs a small driver, in a
//! sandbox.
//!
//! What it says is a [`Rendering`]. A revision that asks the database something is not whole, and says what it has asked.

#[cfg(target_os = "linux")]
mod child;
mod environment;
mod event;
mod rendering;
mod request;
mod run;
mod sandbox;

pub use environment::{leading_nowhere, nowhere};
pub use rendering::{
    Asked, By, Cause, Configuration, Failure, Question, Rendered, RenderedOperation, Rendering, Versions,
};
pub use request::{Dialect, Direction, FilesOf, Program, Request, RevisionFile, Start};
pub use run::{Limits, RenderError, render};
pub use sandbox::{Files, Sandbox, Unconfined};

//! Processes: the signals that reach this one, the upgrade's child, and the exec that ends levelhead.

pub mod barrier;
pub mod bounded;
pub mod exec;
pub mod last_words;
pub mod liveness;
pub mod program;
mod program_error;
mod relay;
mod running;
pub mod shown;
pub mod signals;
mod sockets;
pub mod stack;
pub mod stdio;
mod supervisor;
mod terminal;
pub mod upgrade;

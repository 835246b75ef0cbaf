//! Processes: the signals that reach this one, the upgrade's child, and the exec that ends levelhead.

pub mod bounded;
pub mod exec;
pub mod liveness;
pub mod program;
mod program_error;
mod relay;
pub mod signals;
pub mod stdio;
pub mod upgrade;

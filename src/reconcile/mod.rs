//! What the world looks like, and what follows from it. Pure: no file, no connection, no process, no clock.
//!
//! [`diagnose`] turns files and a [`State`] into findings, worst first; [`plan`] turns findings and a [`Policy`] into the
//! [`Plan`] that `run` carries out, `check` prints and `fix` writes.

mod advice;
mod ahead;
mod comparison;
mod diagnose;
mod evidence;
mod finding;
mod goal;
mod plan;
mod table;
#[cfg(test)]
mod tests;
mod trace;
mod unknown;
mod words;

pub use crate::findings::Severity;
pub use advice::which_of;
pub use ahead::{Ahead, Compatible};
pub use comparison::{Comparison, Material, Reading, unread_lines};
pub use diagnose::{State, diagnose};
pub use evidence::{Evidence, rows_after};
pub use finding::{Fate, Finding, InvalidIndex, Leftover, Proof};
pub use goal::Goal;
pub use plan::{Obstacle, Plan, Policy, Upgrade, plan, row_changes};
use version_table::visible;

pub use table::{Need, ProblemKind, TableProblem, problems, table_problems};
pub use trace::{Seen, Trace};
pub use unknown::Unknown;

/// Names, the first few of many.
pub fn list(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let joined = |names: &[String]| names.iter().map(|name| visible(name)).collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => "nothing".to_owned(),
        count if count <= SHOWN => joined(names),
        count => format!("{} and {} more", joined(&names[..SHOWN]), count - SHOWN),
    }
}

//! How an upgrade has failed, with what its output says of the cause.

use std::fmt;
use std::path::Path;

use nix::sys::signal::Signal;

use crate::explanation::{Cause, Explanation};
use crate::help::{Advice, Help};
use crate::process::upgrade::UpgradeError;

/// A lock that an upgrade waited for, and who was in its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// What it waited for, in words.
    pub what: String,
    /// Who was in its way, in words.
    pub by: Vec<String>,
    /// Their processes.
    pub pids: Vec<i64>,
    /// Prepared transactions among them.
    pub prepared: Vec<String>,
    /// The session that waited, where it is not certain that it was the upgrade's.
    pub waiter: Option<String>,
}

impl Blocked {
    /// A line for each.
    pub fn facts(&self) -> Vec<String> {
        let waiter = self.waiter.iter().map(|waiter| format!("who waits: {waiter}"));
        waiter.chain(self.by.iter().map(|by| format!("blocked by: {by}"))).collect()
    }

    /// How the way is cleared.
    fn help(&self) -> Advice {
        let mut advice = Advice::note("end the transaction that is in the way, then start again");
        for pid in &self.pids {
            advice = advice.and(format!("to end its session, run in the database: SELECT pg_terminate_backend({pid})"));
        }
        for name in &self.prepared {
            let name = name.replace('\'', "''");
            advice =
                advice.and(format!("to end it, run in the database: ROLLBACK PREPARED '{name}', or COMMIT PREPARED"));
        }
        advice
    }
}

/// A failed upgrade.
#[derive(Debug)]
pub struct UpgradeFailure {
    /// How it ended.
    error: UpgradeError,
    /// What its output says, as far as it was seen and is known.
    explanation: Option<Box<Explanation>>,
    /// Who was in its way when it was ended, or cancelled.
    blocked: Option<Box<Blocked>>,
}

impl UpgradeFailure {
    /// The failure explained.
    pub fn of(error: UpgradeError) -> Self {
        let explanation = match &error {
            // Whoever upgrades has read the files, and they are a graph.
            UpgradeError::Exited { said, .. } => Explanation::of(said)
                .map(Explanation::where_every_parent_is_there)
                .map(|explanation| explanation.held_against_the_folder(is_module_here)),
            _ => None,
        };
        Self { error, explanation: explanation.map(Box::new), blocked: None }
    }

    /// The same with who was in its way, where that is why it has ended.
    #[must_use]
    pub fn blocked_by(self, blocked: Option<Blocked>) -> Self {
        Self { blocked: blocked.map(Box::new), ..self }
    }

    /// What it rests on, a line each.
    pub fn facts(&self) -> Vec<String> {
        let Some(blocked) = &self.blocked else { return Vec::new() };
        let who = if blocked.waiter.is_some() { "a session that may be its own" } else { "it" };
        let mut facts = vec![format!("{who} waited for {}", blocked.what)];
        facts.extend(blocked.facts());
        facts
    }

    /// The table that it was to make and that was there already, where its output says that this is why it has failed.
    pub fn table_in_the_way(&self) -> Option<&str> {
        let explanation = self.explanation.as_ref().filter(|told| told.cause == Cause::DUPLICATE_TABLE)?;
        explanation.object()
    }

    /// Whether it ended by itself, with an exit code of its own.
    pub fn has_exited(&self) -> bool {
        matches!(self.error, UpgradeError::Exited { .. })
    }

    /// The signal by which levelhead itself was asked to end.
    pub fn interruption(&self) -> Option<Signal> {
        match self.error {
            UpgradeError::Interrupted { signal, .. } => Some(signal),
            _ => None,
        }
    }

    /// The exit code, as documented.
    pub fn exit_code(&self) -> u8 {
        match &self.error {
            UpgradeError::Exited { code, .. } => not_mistaken_for_gunicorns(*code),
            UpgradeError::Signalled { signal, .. } => u8::try_from(128 + signal).unwrap_or(u8::MAX),
            UpgradeError::TimedOut { .. } => 124,
            UpgradeError::Program(error) => error.exit_code(),
            _ => 125,
        }
    }
}

impl Help for UpgradeFailure {
    fn help(&self) -> Advice {
        if let Some(blocked) = &self.blocked {
            return blocked.help();
        }
        let advice = self.explanation.as_ref().map_or_else(|| self.error.help(), |explanation| explanation.help());
        advice.unless("run", "start again")
    }
}

impl fmt::Display for UpgradeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.explanation {
            Some(explanation) => write!(f, "{}: {explanation}", self.error),
            None => self.error.fmt(f),
        }
    }
}

impl std::error::Error for UpgradeFailure {}

/// Whether a Python module of this name lies in the folder where the program was started.
pub fn is_module_here(name: &str) -> bool {
    Path::new(name).is_dir() || Path::new(&format!("{name}.py")).is_file()
}

/// gunicorn's arbiter takes 3 and 4, as the exit code of any child, for its own workers' and halts. levelhead never uses
/// them; an upgrade command's are told as 125.
fn not_mistaken_for_gunicorns(code: u8) -> u8 {
    if matches!(code, 3 | 4) { 125 } else { code }
}

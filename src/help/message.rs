//! A message in its three parts, on its way to the log.

use std::fmt;

use tracing::{error, info, warn};

use super::Advice;

/// A message in its three parts: what, facts, and what to do.
#[derive(Debug, Default)]
pub struct Message {
    /// The code of the finding that it is.
    pub code: Option<&'static str>,
    /// What happened, in one sentence without its stop.
    pub what: String,
    /// What it rests on, a line each.
    pub facts: Vec<String>,
    /// What to do about it.
    pub advice: Advice,
}

impl Message {
    /// A sentence, and what to do about it.
    pub fn new(what: impl fmt::Display, advice: Advice) -> Self {
        Self { what: what.to_string(), advice, ..Self::default() }
    }

    /// The same where it does not stop the start, and why.
    #[must_use]
    pub fn going_on(self, why: &str) -> Self {
        Self { what: format!("{}; {why}, going on", self.what), ..self }
    }

    /// Logs it as something that stops.
    pub fn error(&self) {
        let (facts, help, note) = self.fields();
        error!(code = self.code, facts, help, note, "{}", self.what);
    }

    /// Logs it as something worth knowing.
    pub fn warn(&self) {
        let (facts, help, note) = self.fields();
        warn!(code = self.code, facts, help, note, "{}", self.what);
    }

    /// Logs it as news.
    pub fn info(&self) {
        let (facts, help, note) = self.fields();
        info!(code = self.code, facts, help, note, "{}", self.what);
    }

    fn fields(&self) -> (Option<String>, Option<String>, Option<String>) {
        let lines = |lines: String| (!lines.is_empty()).then_some(lines);
        let command = self.advice.command.as_ref().map(ToString::to_string);
        (lines(self.facts.join("\n")), command, lines(self.advice.notes()))
    }
}

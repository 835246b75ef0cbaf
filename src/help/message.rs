//! A message in its three parts.

use std::fmt;

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

    /// Facts, help and notes as a log's fields have them: lines, or nothing.
    pub fn fields(&self) -> (Option<String>, Option<String>, Option<String>) {
        let lines = |lines: String| (!lines.is_empty()).then_some(lines);
        let command = self.advice.command.as_ref().map(ToString::to_string);
        (lines(self.facts.join("\n")), command, lines(self.advice.notes()))
    }
}

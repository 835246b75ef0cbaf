//! `match`, as far as a pattern names values.

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_pattern};
use ruff_python_ast::{MatchCase, Pattern, Singleton, StmtMatch};

use super::Interpreter;
use super::statement::{Flow, Frame};
use super::value::Value;

impl Interpreter<'_> {
    /// Cases are tried in order; the first that matches for certain is the last that may run.
    pub(super) fn match_statement(&mut self, statement: &StmtMatch, frame: &Frame) -> Flow {
        let subject = self.expression(&statement.subject, frame);
        let mut before = false;
        for case in &statement.cases {
            match self.matches(case, &subject, frame) {
                Some(false) => continue,
                Some(true) if !before => return self.block(&case.body, frame),
                certain => {
                    before = true;
                    self.maybe(&case.body, frame);
                    if certain == Some(true) {
                        break;
                    }
                }
            }
        }
        Flow::Next
    }

    fn matches(&mut self, case: &MatchCase, subject: &Value, frame: &Frame) -> Option<bool> {
        let matched = self.pattern(&case.pattern, subject, frame)?;
        match &case.guard {
            Some(guard) if matched => self.expression(guard, frame).truth(),
            _ => Some(matched),
        }
    }

    fn pattern(&mut self, pattern: &Pattern, subject: &Value, frame: &Frame) -> Option<bool> {
        match pattern {
            Pattern::MatchValue(pattern) => subject.equals(&self.expression(&pattern.value, frame)),
            Pattern::MatchSingleton(pattern) => subject.equals(&match pattern.value {
                Singleton::None => Value::None,
                Singleton::True => Value::Bool(true),
                Singleton::False => Value::Bool(false),
            }),
            Pattern::MatchAs(pattern) => {
                let matched = match &pattern.pattern {
                    Some(inner) => self.pattern(inner, subject, frame),
                    None => Some(true),
                };
                if let Some(name) = &pattern.name
                    && matched != Some(false)
                {
                    frame.scope.set(&name.id, subject.clone());
                }
                matched
            }
            Pattern::MatchOr(pattern) => {
                let mut all = Some(false);
                for inner in &pattern.patterns {
                    match self.pattern(inner, subject, frame) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => all = None,
                    }
                }
                all
            }
            other => {
                let mut captured = Captured(Vec::new());
                captured.visit_pattern(other);
                captured.0.iter().for_each(|name| frame.scope.set(name, Value::Unknown));
                None
            }
        }
    }
}

/// Names that a pattern binds.
struct Captured(Vec<Name>);

impl<'a> Visitor<'a> for Captured {
    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        self.0.extend(name.map(|name| name.id.clone()));
        walk_pattern(self, pattern);
    }
}

//! `match`, as far as a pattern names values.

#![deny(clippy::wildcard_enum_match_arm)]

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_pattern};
use ruff_python_ast::{CmpOp, MatchCase, Pattern, Singleton, StmtMatch};

use super::Interpreter;
use super::operator::compare;
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
        match (self.pattern(&case.pattern, subject, frame), &case.guard) {
            (Some(true), Some(guard)) => self.expression(guard, frame).truth(),
            (None, Some(guard)) => {
                self.pass_over(guard, frame);
                None
            }
            (matched, _) => matched,
        }
    }

    fn pattern(&mut self, pattern: &Pattern, subject: &Value, frame: &Frame) -> Option<bool> {
        match pattern {
            Pattern::MatchValue(pattern) => subject.equals(&self.expression(&pattern.value, frame)),
            Pattern::MatchSingleton(pattern) => {
                let single = match pattern.value {
                    Singleton::None => Value::None,
                    Singleton::True => Value::Bool(true),
                    Singleton::False => Value::Bool(false),
                };
                compare(CmpOp::Is, subject, &single)
            }
            Pattern::MatchAs(pattern) => {
                let matched = match &pattern.pattern {
                    Some(inner) => self.pattern(inner, subject, frame),
                    None => Some(true),
                };
                match (&pattern.name, matched) {
                    (Some(name), Some(true)) => frame.scope.set(&name.id, subject.clone()),
                    (Some(name), None) => {
                        self.doubt_value(subject);
                        frame.scope.set(&name.id, Value::Unknown);
                    }
                    _ => {}
                }
                matched
            }
            Pattern::MatchOr(pattern) => {
                let mut all = Some(false);
                for inner in &pattern.patterns {
                    if all.is_none() {
                        // It may not have been tried.
                        captured(inner).iter().for_each(|name| frame.scope.set(name, Value::Unknown));
                        continue;
                    }
                    match self.pattern(inner, subject, frame) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => all = None,
                    }
                }
                all
            }
            Pattern::MatchSequence(_) | Pattern::MatchMapping(_) | Pattern::MatchClass(_) | Pattern::MatchStar(_) => {
                self.doubt_value(subject);
                captured(pattern).iter().for_each(|name| frame.scope.set(name, Value::Unknown));
                None
            }
        }
    }
}

/// Names that a pattern binds.
pub(super) fn captured(pattern: &Pattern) -> Vec<Name> {
    let mut captured = Captured(Vec::new());
    captured.visit_pattern(pattern);
    captured.0
}

struct Captured(Vec<Name>);

impl<'a> Visitor<'a> for Captured {
    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            Pattern::MatchValue(_)
            | Pattern::MatchSingleton(_)
            | Pattern::MatchSequence(_)
            | Pattern::MatchClass(_)
            | Pattern::MatchOr(_) => None,
        };
        self.0.extend(name.map(|name| name.id.clone()));
        walk_pattern(self, pattern);
    }
}

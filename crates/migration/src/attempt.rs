//! `try`: what has been applied went through, one way or the other.

#![deny(clippy::wildcard_enum_match_arm)]

use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{ExceptHandler, Stmt, StmtTry};

use super::Interpreter;
use super::departure::Departures;
use super::leaving::{Leaving, fails, may_fail};
use super::statement::{Flow, Frame};
use super::value::Value;

impl Interpreter<'_> {
    pub(super) fn try_statement(&mut self, statement: &StmtTry, frame: &Frame) -> Flow {
        let handlers =
            || statement.handlers.iter().map(|ExceptHandler::ExceptHandler(handler)| handler.body.as_slice());
        // What has been applied went through: where every handler fails, so did the body.
        let flow = if handlers().all(|handler| self.ends(handler)) {
            let flow = self.block(&statement.body, frame);
            if matches!(flow, Flow::Next) { self.block(&statement.orelse, frame) } else { flow }
        } else {
            let server = self.only_the_server_fails(frame);
            let (flow, through) = self.attempt(&statement.body, &statement.orelse, server, frame);
            for handler in handlers().filter(|_| !through) {
                self.replacements(handler, frame);
                if !matches!(flow, Flow::Return(_)) && !self.ends(handler) {
                    self.handler(handler, frame);
                }
            }
            flow
        };
        // It runs whatever was raised, and after it goes on what was under way.
        let mut leaving = Leaving::default();
        leaving.visit_body(&statement.finalbody);
        if leaving.found != Departures::default() {
            self.misread("its finally clause may take back what is raised");
        }
        let raised = std::mem::take(&mut self.raised);
        let last = self.block(&statement.finalbody, frame);
        self.raised |= raised;
        if matches!(last, Flow::Next) { flow } else { last }
    }

    /// The body of a `try`, and whether it has gone through for certain, which it may have where only the `server` makes
    /// failures: else it is unknown whether each of its operations was made. One that returns what can be known and changes
    /// nothing did not fail.
    pub(super) fn attempt(&mut self, body: &[Stmt], orelse: &[Stmt], server: bool, frame: &Frame) -> (Flow, bool) {
        let both = |interpreter: &mut Self| {
            interpreter.attempts += 1;
            let flow = interpreter.block(body, frame);
            interpreter.attempts -= 1;
            if matches!(flow, Flow::Next) { interpreter.block(orelse, frame) } else { flow }
        };
        if self.may_operate(body, frame) || self.may_operate(orelse, frame) {
            let Some(outcome) = self.tried_unless(both, server) else { return (Flow::Next, true) };
            self.recorder.accept_with_doubt(outcome);
            self.forget(body, frame);
            self.forget(orelse, frame);
            return (Flow::Next, false);
        }
        let flow = both(self);
        self.raised = false;
        let can_fail = may_fail(body);
        if can_fail {
            self.forget_assigned(body, frame);
            self.forget_assigned(orelse, frame);
        }
        let flow = match flow {
            Flow::Stop => Flow::Next,
            Flow::Return(_) | Flow::Break | Flow::Continue if can_fail => {
                self.depart(flow);
                Flow::Next
            }
            Flow::Return(Value::Unknown | Value::Result | Value::Outside(_)) => {
                self.depart(flow);
                Flow::Next
            }
            Flow::Next | Flow::Return(_) | Flow::Break | Flow::Continue => flow,
        };
        (flow, false)
    }

    /// Whether a block can only end with an exception that ends the migration: then it is not what has been applied.
    pub(super) fn ends(&self, body: &[Stmt]) -> bool {
        self.attempts == 0 && fails(body)
    }

    fn handler(&mut self, body: &[Stmt], frame: &Frame) {
        if self.may_operate(body, frame) {
            let outcome = self.tried(|interpreter| interpreter.block(body, frame));
            self.recorder.accept_with_doubt(outcome);
            self.forget(body, frame);
        } else {
            self.pass_by(body, frame);
        }
    }

    /// Definitions in a handler that replace what the `try` failed to import.
    fn replacements(&mut self, handler: &[Stmt], frame: &Frame) {
        for statement in handler {
            let (function, class) = (statement.as_function_def_stmt(), statement.as_class_def_stmt());
            let function = function.map(|function| &function.name.id);
            let Some(name) = function.or(class.map(|class| &class.name.id)) else { continue };
            let missing = matches!(frame.scope.get(name), Some(Value::Import(_)));
            if missing && matches!(self.name(name, frame), Value::Outside(_) | Value::Unknown) {
                self.statement(statement, frame);
            }
        }
    }
}

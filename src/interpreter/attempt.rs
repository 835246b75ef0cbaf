//! `try`: what has been applied went through, one way or the other.

use ruff_python_ast::{ExceptHandler, Stmt, StmtTry};

use super::Interpreter;
use super::departure::fails;
use super::statement::{Flow, Frame};
use super::value::Value;

impl Interpreter<'_> {
    pub(super) fn try_statement(&mut self, statement: &StmtTry, frame: &Frame) -> Flow {
        let handlers =
            || statement.handlers.iter().map(|ExceptHandler::ExceptHandler(handler)| handler.body.as_slice());
        // What has been applied went through: where every handler fails, so did the body.
        let flow = if handlers().all(fails) {
            match self.block(&statement.body, frame) {
                Flow::Next => self.block(&statement.orelse, frame),
                other => other,
            }
        } else {
            let flow = self.attempt(&statement.body, &statement.orelse, frame);
            for handler in handlers() {
                self.replacements(handler, frame);
                if !matches!(flow, Flow::Return(_)) && !fails(handler) {
                    self.handler(handler, frame);
                }
            }
            flow
        };
        match (flow, self.block(&statement.finalbody, frame)) {
            (Flow::Next, last) => last,
            (other, _) => other,
        }
    }

    /// The body of a `try`: whether each of its effects came to be is unknown. One that returns what can be known and
    /// changes nothing did not fail.
    pub(super) fn attempt(&mut self, body: &[Stmt], orelse: &[Stmt], frame: &Frame) -> Flow {
        let both = |interpreter: &mut Self| match interpreter.block(body, frame) {
            Flow::Next => interpreter.block(orelse, frame),
            other => other,
        };
        if self.has_effect(body, frame) || self.has_effect(orelse, frame) {
            let outcome = self.tried(both);
            self.simulation.accept_with_doubt(outcome);
            return Flow::Next;
        }
        let flow = both(self);
        self.raised = false;
        match flow {
            Flow::Stop => Flow::Next,
            other => other,
        }
    }

    fn handler(&mut self, body: &[Stmt], frame: &Frame) {
        if self.has_effect(body, frame) {
            let outcome = self.tried(|interpreter| interpreter.block(body, frame));
            self.simulation.accept_with_doubt(outcome);
        } else {
            self.pass_by(body, frame);
        }
    }

    /// Definitions in a handler that replace what the `try` failed to import.
    fn replacements(&mut self, handler: &[Stmt], frame: &Frame) {
        for statement in handler {
            let name = match statement {
                Stmt::FunctionDef(function) => &function.name.id,
                Stmt::ClassDef(class) => &class.name.id,
                _ => continue,
            };
            let missing = matches!(frame.scope.get(name), Some(Value::Import(_)));
            if missing && matches!(self.name(name, frame), Value::Outside(_) | Value::Unknown) {
                self.statement(statement, frame);
            }
        }
    }
}

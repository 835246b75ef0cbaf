//! Loops, as long as it is known that they go on.

use ruff_python_ast::{Expr, Stmt, StmtWhile};

use super::Interpreter;
use super::departure::Departures;
use super::statement::{Flow, Frame};
use super::value::Value;

impl Interpreter<'_> {
    pub(super) fn for_loop(
        &mut self,
        target: &Expr,
        items: Value,
        body: &[Stmt],
        orelse: &[Stmt],
        frame: &Frame,
    ) -> Flow {
        let (items, partial) = items.items().unwrap_or((Vec::new(), true));
        let mut items = items.into_iter();
        self.rounds(body, orelse, frame, |interpreter| match items.next() {
            Some(item) => {
                interpreter.assign(target, item, frame);
                Some(true)
            }
            None if partial => {
                interpreter.assign(target, Value::Unknown, frame);
                None
            }
            None => Some(false),
        })
    }

    /// Followed as long as it is known to go on. `while True` ends where nobody can say.
    pub(super) fn while_loop(&mut self, statement: &StmtWhile, frame: &Frame) -> Flow {
        const ROUNDS: u32 = 1_000;
        let mut left = if statement.test.is_boolean_literal_expr() { 1 } else { ROUNDS };
        self.rounds(&statement.body, &statement.orelse, frame, |interpreter| {
            let truth = interpreter.expression(&statement.test, frame).truth();
            left -= 1;
            truth.filter(|&truth| !truth || left > 0)
        })
    }

    /// `another` tells whether there is another round; `None`: nobody can say.
    fn rounds(
        &mut self,
        body: &[Stmt],
        orelse: &[Stmt],
        frame: &Frame,
        mut another: impl FnMut(&mut Self) -> Option<bool>,
    ) -> Flow {
        let before = self.departures;
        let flow = loop {
            match another(self) {
                Some(true) if self.step() => {}
                Some(true) => break Flow::Stop,
                Some(false) => break self.block(orelse, frame),
                None => {
                    self.maybe(body, frame);
                    break Flow::Next;
                }
            }
            let continues = self.departures.continues;
            let flow = self.block(body, frame);
            let left = self.departures.continues > continues;
            let flow = self.settle(flow, left);
            self.return_to(Departures { continues, ..self.departures });
            match flow {
                Flow::Next | Flow::Continue => {}
                other if left => self.depart(other),
                Flow::Break => break Flow::Next,
                other => break other,
            }
        };
        // Its own `break` and `continue` mean nothing more after it.
        let left = self.departures.breaks > before.breaks;
        let flow = self.settle(flow, left);
        self.return_to(Departures { returns: self.departures.returns, ..before });
        match flow {
            Flow::Return(_) if left => {
                self.depart(flow);
                Flow::Next
            }
            other => other,
        }
    }
}

//! Loops, as long as it is known that they go on.

#![deny(clippy::wildcard_enum_match_arm)]

use std::cell::RefCell;
use std::rc::Rc;

use ruff_python_ast::{Expr, Stmt, StmtWhile};

use super::Interpreter;
use super::departure::Departures;
use super::shipped;
use super::statement::{Flow, Frame};
use super::value::{List, Value};

impl Interpreter<'_> {
    pub(super) fn for_loop(
        &mut self,
        target: &Expr,
        items: Value,
        body: &[Stmt],
        orelse: &[Stmt],
        frame: &Frame,
    ) -> Flow {
        let items = shipped::lines(items);
        // A list that changes meanwhile is gone through as it is then.
        let live = if let Value::List(list) = &items { Some(list.clone()) } else { None };
        let (snapshot, partial) = items.items().unwrap_or((Vec::new(), true));
        let other = if matches!(items, Value::Result) { Value::Result } else { Value::Unknown };
        let mut at = 0;
        let mut next = || {
            at += 1;
            match &live {
                Some(list) => list.borrow().items.get(at - 1).cloned(),
                None => snapshot.get(at - 1).cloned(),
            }
        };
        let partial = |live: &Option<Rc<RefCell<List>>>| live.as_ref().map_or(partial, |list| list.borrow().partial);
        let listed = live.clone();
        self.rounds(
            body,
            orelse,
            frame,
            |interpreter| match next() {
                Some(item) => {
                    interpreter.assign(target, item, frame);
                    Some(true)
                }
                None if partial(&listed) => {
                    interpreter.assign(target, other.clone(), frame);
                    None
                }
                None => Some(false),
            },
            |interpreter| interpreter.assign(target, Value::Unknown, frame),
        )
    }

    /// Followed as long as it is known to go on. `while True` ends where nobody can say.
    pub(super) fn while_loop(&mut self, statement: &StmtWhile, frame: &Frame) -> Flow {
        const ROUNDS: u32 = 1_000;
        let mut left = ROUNDS;
        self.rounds(
            &statement.body,
            &statement.orelse,
            frame,
            |interpreter| {
                let truth = interpreter.expression(&statement.test, frame).truth();
                left -= 1;
                truth.filter(|&truth| !truth || left > 0)
            },
            |interpreter| interpreter.forget_expression(&statement.test, frame),
        )
    }

    /// `another` tells whether there is another round; `None`: nobody can say.
    fn rounds(
        &mut self,
        body: &[Stmt],
        orelse: &[Stmt],
        frame: &Frame,
        mut another: impl FnMut(&mut Self) -> Option<bool>,
        again: impl Fn(&mut Self),
    ) -> Flow {
        let before = self.departures;
        // How it is left before its end, if it is.
        let left = loop {
            match another(self) {
                Some(true) if self.step() => {}
                Some(true) => break Some(Flow::Stop),
                Some(false) => break None,
                None => {
                    // A round before this one may have changed what this one finds.
                    self.forget(body, frame);
                    self.maybe(body, frame);
                    again(self);
                    break None;
                }
            }
            let continues = self.departures.continues;
            let flow = self.block(body, frame);
            let continued = self.departures.continues > continues;
            let flow = self.settle(flow, continued);
            self.return_to(Departures { continues, ..self.departures });
            if continued {
                self.forget(body, frame);
            }
            match flow {
                Flow::Next | Flow::Continue => {}
                Flow::Return(_) | Flow::Break | Flow::Stop if continued => self.depart(flow),
                Flow::Return(_) | Flow::Break | Flow::Stop => break Some(flow),
            }
        };
        // Its own `break` and `continue` mean nothing more after it.
        let broken = self.departures.breaks > before.breaks;
        if broken {
            self.forget(body, frame);
            again(self);
        }
        let left = left.map(|flow| self.settle(flow, broken));
        self.return_to(Departures { returns: self.departures.returns, ..before });
        match left {
            None if !broken => self.block(orelse, frame),
            None => {
                self.maybe(orelse, frame);
                Flow::Next
            }
            Some(Flow::Break) => Flow::Next,
            Some(flow @ Flow::Return(_)) if broken => {
                self.depart(flow);
                Flow::Next
            }
            Some(flow) => flow,
        }
    }
}

//! Statements: control flow, with both ways taken where the condition cannot be known.

#![deny(clippy::wildcard_enum_match_arm)]

use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_python_ast::{ElifElseClause, Expr, Stmt, StmtWith};
use ruff_text_size::Ranged;

use super::Interpreter;
use super::import::KNOWN_PACKAGES;
use super::known;
use super::object::{Module, Scope};
use super::operation::Placed;
use super::reach::may_operate_in;
use super::value::Value;

/// Where names are looked up.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) scope: Rc<Scope>,
    pub(super) module: Rc<Module>,
}

/// How a block ends.
#[derive(Debug)]
pub(super) enum Flow {
    Next,
    Return(Value),
    Break,
    Continue,
    /// An exception, or the budget is used up.
    Stop,
}

impl Interpreter<'_> {
    pub(super) fn block(&mut self, body: &[Stmt], frame: &Frame) -> Flow {
        for statement in body {
            if !self.step() {
                return Flow::Stop;
            }
            self.depth += 1;
            let flow = if self.depth > self.deepest { Flow::Next } else { self.statement(statement, frame) };
            self.depth -= 1;
            match flow {
                Flow::Next if self.raised => return Flow::Stop,
                Flow::Next => {}
                Flow::Return(_) | Flow::Break | Flow::Continue | Flow::Stop => return flow,
            }
        }
        Flow::Next
    }

    pub(super) fn statement(&mut self, statement: &Stmt, frame: &Frame) -> Flow {
        if frame.module.path != self.script {
            return self.follow_statement(statement, frame);
        }
        self.at = statement.start().to_u32();
        let before = std::mem::take(&mut self.data);
        let flow = self.follow_statement(statement, frame);
        let lines = [statement.start(), statement.end()].map(|at| self.lines.at(at.to_u32()));
        // The innermost statement says it.
        if self.data && !self.data_lines.iter().any(|line| (lines[0]..=lines[1]).contains(line)) {
            self.data_lines.push(lines[0]);
        }
        self.data |= before;
        flow
    }

    fn follow_statement(&mut self, statement: &Stmt, frame: &Frame) -> Flow {
        self.note_statement(statement);
        match statement {
            Stmt::Expr(statement) => {
                self.expression(&statement.value, frame);
            }
            Stmt::Assign(statement) => {
                let value = self.expression(&statement.value, frame);
                for target in &statement.targets {
                    self.assign(target, value.clone(), frame);
                }
            }
            Stmt::AnnAssign(statement) => {
                if let Some(value) = &statement.value {
                    let value = self.expression(value, frame);
                    self.assign(&statement.target, value, frame);
                }
            }
            Stmt::AugAssign(statement) => {
                if self.effects_of(&statement.target, frame).changes {
                    self.misread("it evaluates a function twice that is called once");
                }
                let left = self.expression(&statement.target, frame);
                let right = self.expression(&statement.value, frame);
                if let Some(value) = self.augment(statement.op, left, right) {
                    self.assign(&statement.target, value, frame);
                }
            }
            Stmt::FunctionDef(function) => {
                let value = self.defined(Rc::new(function.clone()), frame);
                frame.scope.set(&function.name.id, value);
            }
            Stmt::ClassDef(class) => {
                let value = self.class(class, frame);
                frame.scope.set(&class.name.id, value);
            }
            Stmt::Import(import) => self.import(import, frame),
            Stmt::ImportFrom(import) => self.import_from(import, frame),
            Stmt::Return(statement) => {
                return Flow::Return(
                    statement.value.as_ref().map_or(Value::None, |value| self.expression(value, frame).held()),
                );
            }
            Stmt::If(statement) => {
                return self.if_chain(&statement.test, &statement.body, &statement.elif_else_clauses, frame);
            }
            Stmt::For(statement) => {
                let mut items = self.expression(&statement.iter, frame);
                if items.is_gone_through_once() && self.changes_what(&statement.iter, &statement.body, frame) {
                    items = items.held();
                }
                return self.for_loop(&statement.target, items, &statement.body, &statement.orelse, frame);
            }
            Stmt::While(statement) => return self.while_loop(statement, frame),
            Stmt::With(statement) => return self.with_statement(statement, frame),
            Stmt::Try(statement) => return self.try_statement(statement, frame),
            Stmt::Match(statement) => return self.match_statement(statement, frame),
            Stmt::Raise(_) => {
                self.raised = true;
                return Flow::Stop;
            }
            Stmt::Assert(_) => self.acted = true,
            Stmt::Break(_) => return Flow::Break,
            Stmt::Continue(_) => return Flow::Continue,
            Stmt::Delete(statement) => statement.targets.iter().for_each(|target| self.delete(target, frame)),
            Stmt::IpyEscapeCommand(_) => self.misread("it holds what is no Python"),
            Stmt::TypeAlias(alias) => self.assign(&alias.name, Value::Unknown, frame),
            // Declarations are heeded where the function is called.
            Stmt::Pass(_) | Stmt::Global(_) | Stmt::Nonlocal(_) => {}
        }
        Flow::Next
    }

    fn with_statement(&mut self, statement: &StmtWith, frame: &Frame) -> Flow {
        let (mut swallows, outer) = (false, self.batches.len());
        for item in &statement.items {
            let value = self.expression(&item.context_expr, frame);
            if let Value::Op(Some(batch)) = &value
                && let Placed::At(place) = &batch.placed
            {
                self.open_batch(&place.table);
            }
            if matches!(value, Value::Instance(_)) {
                self.acted = true;
                self.misread("it enters a context of a class of its own");
            }
            let swallowing = !lets_through(&value);
            swallows |= swallowing;
            self.unclear += u32::from(swallowing);
            if let Some(target) = &item.optional_vars {
                self.assign(target, value, frame);
            }
        }
        let flow = if swallows {
            self.attempt(&statement.body, &[], false, frame).0
        } else {
            self.block(&statement.body, frame)
        };
        self.batches.truncate(outer);
        flow
    }

    fn if_chain(&mut self, test: &Expr, body: &[Stmt], rest: &[ElifElseClause], frame: &Frame) -> Flow {
        let truth = self.expression(test, frame).truth();
        match truth {
            Some(true) => return self.block(body, frame),
            Some(false) => return self.otherwise(rest, frame),
            None => {}
        }
        // What has been applied did not fail here.
        if self.ends(body) {
            return self.otherwise(rest, frame);
        }
        let last = rest.last().filter(|clause| clause.test.is_none()).map(|clause| clause.body.as_slice());
        if rest.len() == 1 && last.is_some_and(|body| self.ends(body)) {
            return self.block(body, frame);
        }
        let bodies = || std::iter::once(body).chain(rest.iter().map(|clause| clause.body.as_slice()));
        let operates = self.may_operate(body, frame);
        let other_operates = rest
            .iter()
            .any(|clause| self.may_operate(&clause.body, frame) || clause.test.as_ref().is_some_and(may_operate_in));
        match (operates, other_operates) {
            (false, false) => {
                self.pass_by(body, frame);
                self.pass_by_clauses(rest, frame);
            }
            (true, false) => {
                self.pass_by_clauses(rest, frame);
                self.maybe(body, frame);
            }
            (false, true) => {
                self.pass_by(body, frame);
                self.possibly(|interpreter| interpreter.otherwise(rest, frame));
                rest.iter().for_each(|clause| self.forget(&clause.body, frame));
            }
            (true, true) => {
                let names = frame.scope.names.borrow().clone();
                let (one, leaving) = self.apart(|interpreter| interpreter.block(body, frame));
                frame.scope.names.replace(names);
                self.take_back(body, frame);
                let other = self.tried(|interpreter| interpreter.otherwise(rest, frame));
                self.leave(leaving);
                self.recorder.accept_either(one, other);
                bodies().for_each(|body| self.forget(body, frame));
            }
        }
        let returns = |body: &[Stmt]| matches!(body.last(), Some(Stmt::Return(_)));
        if last.is_some() && bodies().all(returns) { Flow::Return(Value::Unknown) } else { Flow::Next }
    }

    fn pass_by_clauses(&mut self, clauses: &[ElifElseClause], frame: &Frame) {
        for clause in clauses {
            clause.test.iter().for_each(|test| self.pass_over(test, frame));
            self.pass_by(&clause.body, frame);
        }
    }

    fn otherwise(&mut self, rest: &[ElifElseClause], frame: &Frame) -> Flow {
        match rest.split_first() {
            None => Flow::Next,
            Some((clause, rest)) => match &clause.test {
                Some(test) => self.if_chain(test, &clause.body, rest, frame),
                None => self.block(&clause.body, frame),
            },
        }
    }
}

/// Whether a name is one of the file's own.
pub(super) fn is_bound(name: &Name, frame: &Frame) -> bool {
    frame.scope.get(name).is_some() || frame.module.globals.get(name).is_some()
}

/// Whether a context certainly lets through what is raised in it.
fn lets_through(context: &Value) -> bool {
    if let Value::Outside(name) = context {
        let root = name.split('.').next().unwrap_or_default();
        return &**name != "contextlib.suppress()"
            && (KNOWN_PACKAGES.contains(&root) || known::is(root, known::PLAIN_MODULE) || root == "contextlib");
    }
    matches!(
        context,
        Value::Op(_)
            | Value::Connection
            | Value::Context
            | Value::Result
            | Value::Expression
            | Value::Shipped(_)
            | Value::Table(_)
    )
}

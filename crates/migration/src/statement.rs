//! Statements: control flow, with both ways taken where the condition cannot be known.

use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_python_ast::{ElifElseClause, Expr, Stmt, StmtWith};
use ruff_text_size::Ranged;

use super::Interpreter;
use super::known;
use super::leaving::fails;
use super::object::{Code, Module, Scope};
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
            let flow = if self.depth > super::DEPTH { Flow::Next } else { self.statement(statement, frame) };
            self.depth -= 1;
            match flow {
                Flow::Next if self.raised => return Flow::Stop,
                Flow::Next => {}
                other => return other,
            }
        }
        Flow::Next
    }

    pub(super) fn statement(&mut self, statement: &Stmt, frame: &Frame) -> Flow {
        if frame.module.path == self.script {
            self.at = statement.start().to_u32();
        }
        match statement {
            Stmt::Expr(statement) => {
                self.expression(&statement.value, frame);
            }
            Stmt::Assign(statement) => {
                let mut value = self.expression(&statement.value, frame);
                if is_gone_through_once(&statement.value) {
                    // Under a name it may be gone through again, and is empty then.
                    value = Value::partial_list(Vec::new());
                }
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
                let left = self.expression(&statement.target, frame);
                let right = self.expression(&statement.value, frame);
                if let Some(value) = self.augment(statement.op, left, right) {
                    self.assign(&statement.target, value, frame);
                }
            }
            Stmt::FunctionDef(function) => {
                let code = Code::Function(Rc::new(function.clone()));
                let value = self.function(code, frame);
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
                    statement.value.as_ref().map_or(Value::None, |value| self.expression(value, frame)),
                );
            }
            Stmt::If(statement) => {
                return self.if_chain(&statement.test, &statement.body, &statement.elif_else_clauses, frame);
            }
            Stmt::For(statement) => {
                let items = self.expression(&statement.iter, frame);
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
            Stmt::Global(_) | Stmt::Nonlocal(_) => self.misread("it binds names of an outer scope"),
            Stmt::IpyEscapeCommand(_) => self.misread("it holds what is no Python"),
            Stmt::Pass(_) | Stmt::TypeAlias(_) => {}
        }
        Flow::Next
    }

    fn with_statement(&mut self, statement: &StmtWith, frame: &Frame) -> Flow {
        let mut suppressed = false;
        for item in &statement.items {
            let value = self.expression(&item.context_expr, frame);
            if matches!(value, Value::Instance(_)) {
                self.acted = true;
                self.misread("it enters a context of a class of its own");
            }
            suppressed |= matches!(&value, Value::Outside(name) if &**name == "contextlib.suppress()");
            if let Some(target) = &item.optional_vars {
                self.assign(target, value, frame);
            }
        }
        if suppressed { self.attempt(&statement.body, &[], frame) } else { self.block(&statement.body, frame) }
    }

    fn if_chain(&mut self, test: &Expr, body: &[Stmt], rest: &[ElifElseClause], frame: &Frame) -> Flow {
        let truth = self.expression(test, frame).truth();
        match truth {
            Some(true) => return self.block(body, frame),
            Some(false) => return self.otherwise(rest, frame),
            None => {}
        }
        // What has been applied did not fail here.
        if fails(body) {
            return self.otherwise(rest, frame);
        }
        let last = rest.last().filter(|clause| clause.test.is_none()).map(|clause| clause.body.as_slice());
        if rest.len() == 1 && last.is_some_and(fails) {
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
            clause.test.iter().for_each(|test| self.pass_over(test));
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

/// Whether a value is an iterator, of which nothing is left once somebody has gone through it.
fn is_gone_through_once(expression: &Expr) -> bool {
    match expression {
        Expr::Generator(_) => true,
        Expr::Call(call) => matches!(&*call.func, Expr::Name(name) if known::is(&name.id, known::ONCE)),
        _ => false,
    }
}

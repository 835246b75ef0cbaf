//! What a module's names hold once it is loaded: its top-level statements followed in order, without running any.
//!
//! Bounded by the size of the source: loops are not iterated, functions are not entered. What it cannot decide becomes
//! [`Value::Unknown`]; whatever could have changed a name makes that name unknown. It knows nothing of migrations.

use ruff_python_ast::{self as ast, Expr, ModModule, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::bindings::Uses;
use super::deferred::{Deferred, is_inactive};
use super::follow::Follow;
use super::scope::Scope;
use super::value::Value;

/// How deep an expression may be that is still evaluated: no revision is written in as many parts, and each level costs
/// stack.
const DEEPEST_VALUE: u32 = 100;

/// A module up to one of its statements.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    pub(super) scope: Scope<'a>,
    deferred: Deferred<'a>,
    /// Where imports are followed, where they are.
    pub(super) follow: Option<&'a Follow<'a>>,
    /// Whether something that may raise has been passed.
    pub(super) may_raise: bool,
    /// How deep in an expression the evaluation is.
    depth: u32,
}

impl<'a> Names<'a> {
    /// Follows the top level of a module. `name` is its `__name__`.
    pub(super) fn of(module: &'a ModModule, name: String) -> Self {
        Self::following(module, name, None)
    }

    /// As [`Names::of`], and follows imports.
    pub(super) fn following(module: &'a ModModule, name: String, follow: Option<&'a Follow<'a>>) -> Self {
        let mut names = Self { follow, ..Self::default() };
        names.scope.set("__name__", Value::Str(name));
        for statement in &module.body {
            names.deferred.add(statement);
            if !names.step(statement) {
                break;
            }
        }
        names
    }

    /// What a name holds; `None` when it is certainly not bound.
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        self.scope.get(name)
    }

    /// Follows statements. False when the end is not reached.
    fn run(&mut self, body: &'a [Stmt]) -> bool {
        body.iter().all(|statement| self.step(statement))
    }

    /// Follows one statement, and before and after it all that it may run without showing it: before for what it reads, after
    /// for what it binds.
    fn step(&mut self, statement: &'a Stmt) -> bool {
        let runs_deferred = !self.deferred.is_harmless() && self.may_run_code(statement);
        if runs_deferred {
            self.run_deferred(statement.range());
        }
        let ends = self.follow(statement);
        if runs_deferred {
            self.run_deferred(statement.range());
        }
        ends
    }

    fn may_run_code(&self, statement: &'a Stmt) -> bool {
        // An object may have a `__del__`, and a generator a `finally`, that runs when its name is bound to something else.
        let lets_go = |name: &&str| self.scope.is_in_doubt(name);
        !is_inactive(statement) || Uses::of_statements(std::slice::from_ref(statement)).bound.iter().any(lets_go)
    }

    pub(super) fn run_deferred(&mut self, range: TextRange) {
        if self.deferred.reaches(self.scope.mutable()) {
            self.scope.forget_mutable(range);
        }
        if self.deferred.anything {
            self.scope.forget_everything(range);
        } else {
            self.deferred.bound.iter().for_each(|name| self.scope.doubt(name, range));
        }
    }

    fn follow(&mut self, statement: &'a Stmt) -> bool {
        match statement {
            Stmt::Assign(assign) => {
                let value = self.eval(&assign.value);
                self.assign_all(&assign.targets, value);
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let value = self.eval(value);
                    self.assign_all(std::slice::from_ref(&assign.target), value);
                }
                self.effects(&assign.annotation);
            }
            Stmt::AugAssign(assign) => {
                let (old, new) = (self.eval(&assign.target), self.eval(&assign.value));
                let sum = Value::binary(assign.op, &old, &new);
                // `list += tuple` extends in place, and so does every other name of that list.
                match sum.filter(|sum| !sum.is_mutable()) {
                    Some(sum) => self.assign(&assign.target, sum),
                    None => self.pass_over(std::slice::from_ref(statement), assign.range),
                }
            }
            Stmt::Expr(expression) => {
                self.eval(&expression.value);
            }
            Stmt::If(conditional) => {
                let first = (Some(&*conditional.test), &conditional.body[..]);
                let others = conditional.elif_else_clauses.iter();
                let others = others.map(|clause| (clause.test.as_ref(), &clause.body[..]));
                return self.choose(&std::iter::once(first).chain(others).collect::<Vec<_>>());
            }
            // Of the handlers of `except*`, several may run.
            Stmt::Try(attempt) if !attempt.is_star => return self.attempt(attempt),
            Stmt::Import(import) => self.import(import),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    match target {
                        Expr::Name(name) => self.may_raise |= !self.scope.unset(name.id.as_str()),
                        other => self.effects(other),
                    }
                }
            }
            Stmt::Raise(_) => return false,
            Stmt::Pass(_) | Stmt::Global(_) | Stmt::Nonlocal(_) => {}
            other => self.pass_over(std::slice::from_ref(other), other.range()),
        }
        true
    }

    /// The branches of an `if`: the first whose test holds, or all that may.
    fn choose(&mut self, clauses: &[(Option<&'a Expr>, &'a [Stmt])]) -> bool {
        let Some((&(test, body), rest)) = clauses.split_first() else { return true };
        let Some(test) = test else { return self.run(body) };
        match self.eval(test).truth() {
            Some(true) => self.run(body),
            Some(false) => self.choose(rest),
            None => {
                let before = self.scope.clone();
                let ends = self.run(body).then(|| std::mem::take(&mut self.scope));
                self.scope = before;
                let others_end = self.choose(rest);
                match (ends, others_end) {
                    (Some(first), true) => self.scope.join(first, test.range()),
                    (Some(first), false) => self.scope = first,
                    (None, ends) => return ends,
                }
                true
            }
        }
    }

    fn attempt(&mut self, attempt: &'a ast::StmtTry) -> bool {
        let (before, raised_before) = (self.scope.clone(), std::mem::take(&mut self.may_raise));
        let mut ends = self.run(&attempt.body);
        let may_raise = self.may_raise || !ends;
        ends = ends && self.run(&attempt.orelse);
        if may_raise {
            let mut done = ends.then(|| self.scope.clone());
            // It may have stopped anywhere.
            self.scope = before;
            self.pass_over(&attempt.body, attempt.range);
            self.run_deferred(attempt.range);
            for ast::ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
                handler.type_.iter().for_each(|class| self.effects(class));
                let unmatched = self.scope.clone();
                if let Some(name) = &handler.name {
                    self.scope.forget(name.as_str(), name.range);
                }
                if self.run(&handler.body) {
                    if let Some(name) = &handler.name {
                        self.scope.unset(name.as_str());
                    }
                    match &mut done {
                        Some(done) => done.join(std::mem::take(&mut self.scope), attempt.range),
                        None => done = Some(std::mem::take(&mut self.scope)),
                    }
                }
                self.scope = unmatched;
            }
            ends = done.is_some();
            done.into_iter().for_each(|done| self.scope = done);
        }
        self.may_raise |= raised_before;
        self.run(&attempt.finalbody) && ends
    }

    fn assign_all(&mut self, targets: &'a [Expr], mut value: Value) {
        // Whoever else gets hold of it may change it.
        if value.is_mutable() && !targets.iter().all(are_names) {
            let range = targets.first().map_or_else(TextRange::default, Ranged::range);
            self.scope.forget_mutable(range);
            value = Value::Unknown(range);
        }
        for target in targets {
            self.assign(target, value.clone());
        }
    }

    pub(super) fn assign(&mut self, target: &'a Expr, value: Value) {
        match target {
            Expr::Name(name) => self.scope.set(name.id.as_str(), value),
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                let values = value.items().filter(|values| values.len() == elts.len());
                let starred = elts.iter().any(Expr::is_starred_expr);
                self.may_raise |= values.is_none();
                for (index, element) in elts.iter().enumerate() {
                    let part = values.as_ref().filter(|_| !starred).map(|values| values[index].clone());
                    self.assign(element, part.unwrap_or(Value::Unknown(target.range())));
                }
            }
            Expr::Starred(starred) => self.assign(&starred.value, Value::Unknown(target.range())),
            other => self.effects(other),
        }
    }

    /// The value of an expression; what evaluating it may do to the names is done to them.
    pub(super) fn eval(&mut self, expression: &'a Expr) -> Value {
        let doubts = self.scope.doubts();
        self.depth += 1;
        let value = if self.depth > DEEPEST_VALUE { None } else { self.known(expression) };
        self.depth -= 1;
        match value {
            // What was read before something was changed in place may be no longer so.
            Some(value) if self.scope.doubts() == doubts => value,
            _ => {
                self.effects(expression);
                Value::Unknown(expression.range())
            }
        }
    }

    /// An expression of which an unknown part is evaluated, with an unknown result.
    fn effects(&mut self, expression: &'a Expr) {
        self.may_raise = true;
        self.havoc(&Uses::of_expression(expression), expression.range());
    }

    /// Statements of which an unknown part runs, an unknown number of times.
    fn pass_over(&mut self, body: &'a [Stmt], range: TextRange) {
        self.may_raise = true;
        self.havoc(&Uses::of_statements(body), range);
    }

    fn havoc(&mut self, uses: &Uses<'a>, range: TextRange) {
        if uses.mentioned.iter().any(|name| self.scope.mutable().contains(name)) {
            self.scope.forget_mutable(range);
        }
        uses.bound.iter().for_each(|name| self.scope.forget(name, range));
    }
}

/// Whether assigning to it binds names and nothing else, each to a part of the value.
fn are_names(target: &Expr) -> bool {
    match target {
        Expr::Name(_) => true,
        Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => elts.iter().all(are_names),
        _ => false,
    }
}

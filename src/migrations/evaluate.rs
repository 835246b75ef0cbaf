//! What a module's names hold once it is loaded: its top-level statements followed in order, without running any.
//!
//! Bounded by the size of the source: loops are not iterated, functions are not entered. What it cannot decide becomes
//! [`Value::Unknown`]; whatever could have changed a name makes that name unknown. It knows nothing of migrations.

use std::collections::HashMap;

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{self as ast, Expr, ModModule, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::bindings::{Deferred, bound_names, is_reflection, mentions};
use super::value::Value;

/// How deep an expression may be that is still evaluated: no revision is written in as many parts, and each level costs
/// stack.
const DEEPEST_VALUE: u32 = 100;

/// Packages whose `*` brings no name that a migration file gives a meaning to.
const HARMLESS_STARS: [&str; 6] = ["alembic", "sqlalchemy", "typing", "datetime", "geoalchemy2", "__future__"];

/// The names of a module at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Names<'a> {
    values: HashMap<&'a str, Value>,
    /// What calling one of the functions so far may do.
    deferred: Deferred<'a>,
    /// Set once anything may have been bound without being named.
    anything: Option<TextRange>,
    /// Whether something that may raise has been passed.
    may_raise: bool,
    /// How deep in an expression the evaluation is.
    depth: u32,
}

impl<'a> Names<'a> {
    /// Follows the top level of a module. `name` is its `__name__`.
    pub(super) fn of(module: &'a ModModule, name: String) -> Self {
        let mut names = Self::default();
        names.values.insert("__name__", Value::Str(name));
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
        self.values.get(name).cloned().or_else(|| self.anything.map(Value::Unknown))
    }

    /// Follows statements. False when the end is not reached.
    fn run(&mut self, body: &'a [Stmt]) -> bool {
        body.iter().all(|statement| self.step(statement))
    }

    fn step(&mut self, statement: &'a Stmt) -> bool {
        match statement {
            Stmt::Assign(assign) => {
                let value = self.eval(&assign.value);
                for target in &assign.targets {
                    self.assign(target, value.clone());
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let value = self.eval(value);
                    self.assign(&assign.target, value);
                }
            }
            Stmt::AugAssign(assign) => {
                let old = self.eval(&assign.target);
                let new = self.eval(&assign.value);
                // `list += tuple` extends in place, and so does every other name of that list.
                if old.is_mutable() {
                    self.forget_mutable(assign.range);
                }
                let sum = (assign.op == ast::Operator::Add).then(|| old.plus(new)).flatten();
                self.may_raise |= sum.is_none();
                self.assign(&assign.target, sum.unwrap_or(Value::Unknown(assign.range)));
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
            Stmt::Try(attempt) => return self.attempt(attempt),
            Stmt::With(with) => return self.with(with),
            Stmt::FunctionDef(function) => {
                function.decorator_list.iter().for_each(|decorator| self.effects(&decorator.expression));
                self.forget(function.name.as_str(), function.name.range);
            }
            Stmt::ClassDef(class) => {
                Effects { names: self }.visit_stmt(statement);
                self.may_raise = true;
                // Its body runs at once, and may declare names global.
                self.deferred.global.clone().into_iter().for_each(|name| self.forget(name, class.range));
                self.forget(class.name.as_str(), class.name.range);
            }
            Stmt::Assert(assertion) => self.effects(&assertion.test),
            Stmt::Import(import) => {
                self.may_raise = true;
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    self.forget(name.split('.').next().unwrap_or(name), import.range);
                }
            }
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    match target {
                        Expr::Name(name) => self.may_raise |= self.values.remove(name.id.as_str()).is_none(),
                        other => self.store_elsewhere(other),
                    }
                }
            }
            Stmt::Raise(_) => return false,
            Stmt::Pass(_) | Stmt::Global(_) | Stmt::Nonlocal(_) => {}
            other => self.havoc(std::slice::from_ref(other), other.range()),
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
                let mut other = self.clone();
                let ends = (self.run(body), other.choose(rest));
                match ends {
                    (true, true) => self.join(other, test.range()),
                    (false, true) => *self = other,
                    (true, false) => {}
                    (false, false) => return false,
                }
                true
            }
        }
    }

    fn attempt(&mut self, attempt: &'a ast::StmtTry) -> bool {
        let (before, raised_before) = (self.clone(), std::mem::take(&mut self.may_raise));
        let mut ends = self.run(&attempt.body);
        let may_raise = self.may_raise || !ends;
        ends = ends && self.run(&attempt.orelse);
        if may_raise {
            for ast::ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
                // It may have stopped anywhere.
                let mut caught = before.clone();
                caught.havoc(&attempt.body, attempt.range);
                if let Some(name) = &handler.name {
                    caught.forget(name.as_str(), name.range);
                }
                if !caught.run(&handler.body) {
                    continue;
                }
                if ends {
                    self.join(caught, attempt.range);
                } else {
                    (*self, ends) = (caught, true);
                }
            }
        }
        self.may_raise |= raised_before;
        self.run(&attempt.finalbody) && ends
    }

    fn with(&mut self, with: &'a ast::StmtWith) -> bool {
        for item in &with.items {
            self.eval(&item.context_expr);
            if let Some(target) = &item.optional_vars {
                self.assign(target, Value::Unknown(item.range));
            }
        }
        let raised_before = std::mem::take(&mut self.may_raise);
        let ends = self.run(&with.body);
        // The context may swallow what was raised.
        if std::mem::replace(&mut self.may_raise, true) || !ends {
            self.havoc(&with.body, with.range);
        }
        self.may_raise |= raised_before;
        true
    }

    fn import_from(&mut self, import: &'a ast::StmtImportFrom) {
        self.may_raise = true;
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        for alias in &import.names {
            match (alias.name.as_str(), &alias.asname) {
                ("*", _) => {
                    let package = module.split('.').next().unwrap_or_default();
                    if import.level > 0 || !HARMLESS_STARS.contains(&package) {
                        self.forget_everything(import.range);
                    }
                }
                ("TYPE_CHECKING", None) if module == "typing" => {
                    self.values.insert("TYPE_CHECKING", Value::Bool(false));
                }
                (name, None) => self.forget(name, import.range),
                (_, Some(name)) => self.forget(name.as_str(), import.range),
            }
        }
    }

    pub(super) fn assign(&mut self, target: &'a Expr, value: Value) {
        match target {
            Expr::Name(name) => {
                self.values.insert(name.id.as_str(), value);
            }
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
            other => self.store_elsewhere(other),
        }
    }

    /// `x.y = …` and `x[y] = …`.
    fn store_elsewhere(&mut self, target: &'a Expr) {
        self.effects(target);
        self.forget_mutable(target.range());
        if mentions(target, &|name| name == "__name__") {
            self.forget_everything(target.range());
        }
    }

    /// The value of an expression; what evaluating it may do to the names is done to them.
    pub(super) fn eval(&mut self, expression: &'a Expr) -> Value {
        if self.depth == DEEPEST_VALUE {
            self.effects(expression);
            return Value::Unknown(expression.range());
        }
        self.depth += 1;
        let value = self.known(expression);
        self.depth -= 1;
        value.unwrap_or_else(|| {
            self.may_raise = true;
            Value::Unknown(expression.range())
        })
    }

    /// What evaluating an expression may do, whatever its value.
    pub(super) fn effects(&mut self, expression: &'a Expr) {
        self.may_raise = true;
        Effects { names: self }.visit_expr(expression);
    }

    fn call_effects(&mut self, call: &'a ast::ExprCall) {
        let range = call.range();
        if let Expr::Name(function) = &*call.func
            && is_reflection(&function.id)
        {
            self.forget_everything(range);
            // What is executed may define functions.
            self.deferred.anything = true;
        }
        let arguments = call.arguments.args.iter().chain(call.arguments.keywords.iter().map(|keyword| &keyword.value));
        let parts = || std::iter::once(&*call.func).chain(arguments.clone());
        // A function of the module may have got any name, and may call any other.
        let maybe_ours = |name: &str| match self.values.get(name) {
            Some(value) => value.unknown().is_some(),
            None => self.anything.is_some(),
        };
        let calls_ours = self.deferred.functions || self.deferred.anything;
        if calls_ours && parts().any(|part| mentions(part, &maybe_ours)) {
            if self.deferred.anything {
                self.forget_everything(range);
            }
            self.deferred.global.clone().into_iter().for_each(|name| self.forget(name, range));
            self.forget_mutable(range);
        }
        let reaches = |name: &str| self.values.get(name).is_some_and(Value::is_mutable);
        if parts().any(|part| mentions(part, &reaches)) {
            self.forget_mutable(range);
        }
    }

    /// Statements that run an unknown part of themselves an unknown number of times.
    fn havoc(&mut self, body: &'a [Stmt], range: TextRange) {
        let mut effects = Effects { names: self };
        body.iter().for_each(|statement| effects.visit_stmt(statement));
        self.may_raise = true;
        self.forget_mutable(range);
        for name in bound_names(body) {
            self.forget(name, range);
        }
    }

    fn forget(&mut self, name: &'a str, range: TextRange) {
        self.values.insert(name, Value::Unknown(range));
    }

    fn forget_mutable(&mut self, range: TextRange) {
        self.values.values_mut().filter(|value| value.is_mutable()).for_each(|value| *value = Value::Unknown(range));
    }

    fn forget_everything(&mut self, range: TextRange) {
        self.values.values_mut().for_each(|value| *value = Value::Unknown(range));
        self.anything = Some(range);
    }

    /// What holds whichever of two ways was taken.
    fn join(&mut self, other: Self, range: TextRange) {
        for (name, value) in &mut self.values {
            if other.values.get(name) != Some(value) {
                *value = Value::Unknown(range);
            }
        }
        for name in other.values.keys() {
            self.values.entry(name).or_insert(Value::Unknown(range));
        }
        self.deferred.anything |= other.deferred.anything;
        self.anything = self.anything.or(other.anything);
        self.may_raise |= other.may_raise;
    }
}

/// Applies what the calls and `:=` inside an expression may do.
struct Effects<'n, 'a> {
    names: &'n mut Names<'a>,
}

impl<'a> Visitor<'a> for Effects<'_, 'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if !matches!(statement, Stmt::FunctionDef(_)) {
            ast::visitor::walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Named(named) => self.names.assign(&named.target, Value::Unknown(named.range)),
            Expr::Call(call) => self.names.call_effects(call),
            _ => {}
        }
        walk_expr(self, expression);
    }
}

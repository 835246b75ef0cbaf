//! Statements: control flow, with both ways taken where the condition cannot be known.

use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{ElifElseClause, Expr, Stmt};

use super::Interpreter;
use super::departure::fails;
use super::value::{Code, Function, Module, Scope, Value};

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

/// Methods whose call may change the schema.
const EFFECTS: [&str; 20] = [
    "create_table",
    "drop_table",
    "rename_table",
    "add_column",
    "drop_column",
    "alter_column",
    "create_index",
    "drop_index",
    "create_unique_constraint",
    "create_foreign_key",
    "create_primary_key",
    "create_check_constraint",
    "drop_constraint",
    "batch_alter_table",
    "execute",
    "exec_driver_sql",
    "create",
    "drop",
    "create_all",
    "sync_enum_values",
];

/// Methods that change the object they are called on.
const MUTATORS: [&str; 9] = ["append", "extend", "insert", "add", "update", "pop", "remove", "clear", "setdefault"];

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
                let left = self.expression(&statement.target, frame);
                let right = self.expression(&statement.value, frame);
                let value = self.binary(statement.op, left, right);
                self.assign(&statement.target, value, frame);
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
            Stmt::With(statement) => {
                let mut suppressed = false;
                for item in &statement.items {
                    let value = self.expression(&item.context_expr, frame);
                    self.acted |= matches!(value, Value::Instance(_));
                    suppressed |= matches!(&value, Value::Outside(name) if &**name == "contextlib.suppress()");
                    if let Some(target) = &item.optional_vars {
                        self.assign(target, value, frame);
                    }
                }
                return if suppressed {
                    self.attempt(&statement.body, &[], frame)
                } else {
                    self.block(&statement.body, frame)
                };
            }
            Stmt::Try(statement) => return self.try_statement(statement, frame),
            Stmt::Match(statement) => return self.match_statement(statement, frame),
            Stmt::Raise(_) => {
                self.raised = true;
                return Flow::Stop;
            }
            Stmt::Assert(_) => self.acted = true,
            Stmt::Break(_) => return Flow::Break,
            Stmt::Continue(_) => return Flow::Continue,
            _ => {}
        }
        Flow::Next
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
        let effect = self.has_effect(body, frame);
        let other_effect = rest
            .iter()
            .any(|clause| self.has_effect(&clause.body, frame) || clause.test.as_ref().is_some_and(has_effect_in));
        match (effect, other_effect) {
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
                self.simulation.accept_either(one, other);
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

    pub(super) fn assign(&mut self, target: &Expr, value: Value, frame: &Frame) {
        match target {
            Expr::Name(name) => frame.scope.set(&name.id, value),
            Expr::Starred(starred) => self.assign(&starred.value, Value::Unknown, frame),
            Expr::Tuple(_) | Expr::List(_) => {
                let targets = match target {
                    Expr::Tuple(tuple) => &tuple.elts,
                    Expr::List(list) => &list.elts,
                    _ => return,
                };
                let items = match value.items() {
                    Some((items, false))
                        if items.len() == targets.len() && !targets.iter().any(|t| matches!(t, Expr::Starred(_))) =>
                    {
                        items
                    }
                    _ => vec![Value::Unknown; targets.len()],
                };
                for (target, item) in targets.iter().zip(items) {
                    self.assign(target, item, frame);
                }
            }
            Expr::Subscript(subscript) => {
                let object = self.expression(&subscript.value, frame);
                let key = self.expression(&subscript.slice, frame);
                self.store(&object, key, value);
            }
            Expr::Attribute(attribute) => match self.expression(&attribute.value, frame) {
                Value::Instance(instance) => {
                    instance.attributes.borrow_mut().insert(attribute.attr.id.clone(), value);
                }
                Value::Column(column) if attribute.attr.as_str() == "nullable" => {
                    column.borrow_mut().nullable = value.truth();
                }
                Value::Class(class) => {
                    class.attributes.borrow_mut().insert(0, (attribute.attr.id.clone(), value));
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn store(&mut self, object: &Value, key: Value, value: Value) {
        self.spend(32);
        match object {
            Value::Dict(items) => {
                let mut items = items.borrow_mut();
                match items.iter_mut().find(|(held, _)| held.equals(&key) == Some(true)) {
                    Some((_, held)) => *held = value,
                    None => items.push((key, value)),
                }
            }
            Value::List(list) => {
                if let Some(at) = key.integer().and_then(|at| usize::try_from(at).ok())
                    && let Some(held) = list.borrow_mut().items.get_mut(at)
                {
                    *held = value;
                }
            }
            _ => {}
        }
    }

    /// Names that a block that may have run assigns or changes are unknown after it.
    pub(super) fn forget(&mut self, body: &[Stmt], frame: &Frame) {
        let mut visitor = Stored::default();
        visitor.visit_body(body);
        // A table has methods of these names, too, and stays what it is.
        let holds =
            |name: &Name| matches!(frame.scope.get(name), Some(Value::List(_) | Value::Dict(_) | Value::Set(_)));
        visitor.changed.retain(holds);
        for name in visitor.assigned.iter().chain(&visitor.changed) {
            frame.scope.set(name, Value::Unknown);
        }
    }

    /// Whether a block could change the schema, as far as its text shows, and that of what it calls.
    pub(super) fn has_effect(&mut self, body: &[Stmt], frame: &Frame) -> bool {
        const MOST: usize = 100;
        let mut calls = Calls::default();
        calls.visit_body(body);
        let mut pending = vec![(calls, frame.clone())];
        let mut seen: Vec<Rc<Function>> = Vec::new();
        while let Some((calls, frame)) = pending.pop() {
            if calls.effect {
                return true;
            }
            for (module, name) in calls.names {
                let callee = match module {
                    None => self.name(&name, &frame),
                    Some(module) => match self.name(&module, &frame) {
                        module @ Value::Module(_) => self.attribute(&module, &name),
                        _ => continue,
                    },
                };
                let Value::Function(function) = callee else { continue };
                if seen.len() == MOST || seen.iter().any(|seen| Rc::ptr_eq(seen, &function)) {
                    continue;
                }
                let mut calls = Calls::default();
                match &function.code {
                    Code::Function(definition) => calls.visit_body(&definition.body),
                    Code::Lambda(lambda) => calls.visit_expr(&lambda.body),
                }
                let scope = Scope::inside(function.closure.clone());
                pending.push((calls, Frame { scope, module: function.module.clone() }));
                seen.push(function);
            }
        }
        false
    }
}

/// Whether an expression calls something that could change the schema by its name.
pub(super) fn has_effect_in(expression: &Expr) -> bool {
    let mut calls = Calls::default();
    calls.visit_expr(expression);
    calls.effect
}

/// Names that a block assigns, or whose object it changes.
#[derive(Default)]
struct Stored {
    assigned: Vec<Name>,
    changed: Vec<Name>,
}

impl<'a> Visitor<'a> for Stored {
    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) if name.ctx.is_store() => self.assigned.push(name.id.clone()),
            Expr::Call(call) => {
                if let Expr::Attribute(attribute) = &*call.func
                    && let Expr::Name(name) = &*attribute.value
                    && MUTATORS.contains(&attribute.attr.as_str())
                {
                    self.changed.push(name.id.clone());
                }
            }
            _ => {}
        }
        walk_expr(self, expression);
    }
}

/// What a block calls: names, and names in something that may be a module.
#[derive(Default)]
struct Calls {
    effect: bool,
    names: Vec<(Option<Name>, Name)>,
}

impl<'a> Visitor<'a> for Calls {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if !self.effect {
            walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression {
            match &*call.func {
                Expr::Attribute(attribute) => {
                    self.effect |= EFFECTS.contains(&attribute.attr.as_str());
                    if let Expr::Name(module) = &*attribute.value {
                        self.names.push((Some(module.id.clone()), attribute.attr.id.clone()));
                    }
                }
                Expr::Name(name) => self.names.push((None, name.id.clone())),
                _ => {}
            }
        }
        if !self.effect {
            walk_expr(self, expression);
        }
    }
}

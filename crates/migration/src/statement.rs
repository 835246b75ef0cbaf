//! Statements: control flow, with both ways taken where the condition cannot be known.

use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{ElifElseClause, Expr, ExprAttribute, ExprSubscript, Operator, Stmt};
use ruff_text_size::Ranged;

use super::Interpreter;
use super::departure::fails;
use super::doubt::root_name;
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
const EFFECTS: [&str; 26] = [
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
    "bulk_insert",
    "drop_all",
    "executescript",
    "run_async",
    "scalar",
    "scalars",
    "execute",
    "exec_driver_sql",
    "create",
    "drop",
    "create_all",
    "sync_enum_values",
];

/// Methods that change the object they are called on.
pub(super) const MUTATORS: [&str; 18] = [
    "add",
    "append",
    "appendleft",
    "clear",
    "difference_update",
    "discard",
    "extend",
    "insert",
    "intersection_update",
    "move_to_end",
    "pop",
    "popitem",
    "remove",
    "reverse",
    "setdefault",
    "sort",
    "symmetric_difference_update",
    "update",
];

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
            Stmt::With(statement) => {
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
            Stmt::Delete(statement) => statement.targets.iter().for_each(|target| self.delete(target, frame)),
            Stmt::Global(_) | Stmt::Nonlocal(_) => self.misread("it binds names of an outer scope"),
            Stmt::IpyEscapeCommand(_) => self.misread("it holds what is no Python"),
            Stmt::Pass(_) | Stmt::TypeAlias(_) => {}
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
                    _ if matches!(value, Value::Result) => vec![Value::Result; targets.len()],
                    _ => vec![Value::Unknown; targets.len()],
                };
                for (target, item) in targets.iter().zip(items) {
                    self.assign(target, item, frame);
                }
            }
            Expr::Subscript(subscript) => {
                let object = self.expression(&subscript.value, frame);
                let key = self.expression(&subscript.slice, frame);
                match object {
                    Value::Unknown | Value::Result => self.doubt_root(&subscript.value, frame),
                    object => self.store(&object, key, value),
                }
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
                // An object of the application's, whatever it is: no value that is followed.
                Value::Unknown | Value::Result | Value::Outside(_) | Value::Connection | Value::Context => {
                    self.doubt_root(&attribute.value, frame);
                }
                _ => self.misread(format!("it sets {} of an object", attribute.attr)),
            },
            _ => {}
        }
    }

    fn delete(&mut self, target: &Expr, frame: &Frame) {
        match target {
            Expr::Name(name) => frame.scope.set(&name.id, Value::Unknown),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|target| self.delete(target, frame)),
            Expr::List(list) => list.elts.iter().for_each(|target| self.delete(target, frame)),
            _ => self.doubt_root(target, frame),
        }
    }

    /// `left op= right` where it changes the object itself and no name: then nothing is left to assign.
    fn augment(&mut self, operator: Operator, left: Value, right: Value) -> Option<Value> {
        match (&left, operator) {
            (Value::List(list), Operator::Add) => {
                let more = right.items();
                self.spend(more.as_ref().map_or(0, |(items, _)| items.len() * 32));
                let mut list = list.borrow_mut();
                let (items, partial) = more.unwrap_or((Vec::new(), true));
                list.items.extend(items);
                list.partial |= partial;
                None
            }
            (Value::List(_) | Value::Dict(_) | Value::Set(_), _) => {
                let value = self.binary(operator, left.clone(), right);
                match (&left, value) {
                    (Value::Dict(held), Value::Dict(new)) => {
                        let new = new.borrow().clone();
                        *held.borrow_mut() = new;
                    }
                    (Value::Set(held), Value::Set(new)) => {
                        let new = new.borrow().clone();
                        *held.borrow_mut() = new;
                    }
                    _ => self.doubt_value(&left),
                }
                None
            }
            _ => Some(self.binary(operator, left, right)),
        }
    }

    fn store(&mut self, object: &Value, key: Value, value: Value) {
        self.spend(32);
        match object {
            Value::Dict(_) if key.is_unknown() => self.doubt_value(object),
            Value::Dict(items) => {
                let mut items = items.borrow_mut();
                match items.iter_mut().find(|(held, _)| held.equals(&key) == Some(true)) {
                    Some((_, held)) => *held = value,
                    None => items.push((key, value)),
                }
            }
            Value::List(list) => {
                let (length, partial) = (list.borrow().items.len() as i64, list.borrow().partial);
                let at = key.integer().map(|at| if at < 0 { at + length } else { at });
                let at = at.filter(|_| !partial).and_then(|at| usize::try_from(at).ok());
                match at.filter(|&at| (at as i64) < length) {
                    Some(at) => list.borrow_mut().items[at] = value,
                    None => self.doubt_value(object),
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
        for name in &visitor.changed {
            match frame.scope.get(name).or_else(|| frame.module.globals.get(name)) {
                Some(value @ (Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::Tuple(_))) => {
                    self.doubt_value(&value);
                }
                Some(Value::Instance(instance)) => self.doubt_value(&Value::Instance(instance)),
                _ => {}
            }
        }
        for name in &visitor.assigned {
            if let Some(value @ (Value::List(_) | Value::Dict(_) | Value::Set(_))) = frame.scope.get(name)
                && visitor.augmented.contains(name)
            {
                self.doubt_value(&value);
            }
            frame.scope.set(name, Value::Unknown);
        }
    }

    /// The same, but for names that it imports: they are what they are, or whoever uses them fails.
    pub(super) fn forget_assigned(&mut self, body: &[Stmt], frame: &Frame) {
        let imported = |statement: &Stmt| matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_));
        for statement in body.iter().filter(|statement| !imported(statement)) {
            self.forget(std::slice::from_ref(statement), frame);
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
                    Some(ref module) => match self.name(module, &frame) {
                        Value::Op(_) if !matches!(name.as_str(), "f" | "get_bind" | "get_context") => return true,
                        module @ (Value::Module(_) | Value::Class(_)) => self.attribute(&module, &name),
                        Value::Instance(instance) => instance.class.attribute(&name).unwrap_or(Value::None),
                        _ => continue,
                    },
                };
                let function = match callee {
                    Value::Function(function) => function,
                    // Whatever is held under that name.
                    Value::Unknown if module.is_none() && is_bound(&name, &frame) => return true,
                    // What they lead to is found out where they are called.
                    Value::Method(_) | Value::Partial(_) | Value::Class(_) | Value::Instance(_) => return true,
                    _ => continue,
                };
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

/// Whether a name is one of the file's own.
pub(super) fn is_bound(name: &Name, frame: &Frame) -> bool {
    frame.scope.get(name).is_some() || frame.module.globals.get(name).is_some()
}

/// Whether a value is an iterator, of which nothing is left once somebody has gone through it.
fn is_gone_through_once(expression: &Expr) -> bool {
    const ITERATORS: [&str; 6] = ["enumerate", "filter", "iter", "map", "reversed", "zip"];
    match expression {
        Expr::Generator(_) => true,
        Expr::Call(call) => matches!(&*call.func, Expr::Name(name) if ITERATORS.contains(&name.id.as_str())),
        _ => false,
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
    /// By `name += …`, which changes the object where it can.
    augmented: Vec<Name>,
    changed: Vec<Name>,
}

impl<'a> Visitor<'a> for Stored {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::AugAssign(statement) => {
                if let Expr::Name(name) = &*statement.target {
                    self.augmented.push(name.id.clone());
                }
            }
            Stmt::FunctionDef(function) => self.assigned.push(function.name.id.clone()),
            Stmt::ClassDef(class) => self.assigned.push(class.name.id.clone()),
            Stmt::Import(import) => self.assigned.extend(import.names.iter().map(|alias| {
                let name = alias.asname.as_ref().unwrap_or(&alias.name);
                Name::new(name.split('.').next().unwrap_or_default())
            })),
            Stmt::ImportFrom(import) => {
                self.assigned
                    .extend(import.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name).id.clone()));
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) if name.ctx.is_store() => self.assigned.push(name.id.clone()),
            Expr::Call(call) => {
                if let Expr::Attribute(attribute) = &*call.func
                    && MUTATORS.contains(&attribute.attr.as_str())
                {
                    self.changed.extend(root_name(&attribute.value).cloned());
                }
            }
            Expr::Attribute(ExprAttribute { value, ctx, .. }) | Expr::Subscript(ExprSubscript { value, ctx, .. })
                if !ctx.is_load() =>
            {
                self.changed.extend(root_name(value).cloned());
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

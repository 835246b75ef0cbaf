//! Assignment, in all its forms, and what is left of names that a block may have assigned.

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprAttribute, ExprSubscript, Operator, Stmt};

use super::Interpreter;
use super::doubt::root_name;
use super::known;
use super::statement::Frame;
use super::value::Value;

impl Interpreter<'_> {
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

    pub(super) fn delete(&mut self, target: &Expr, frame: &Frame) {
        match target {
            Expr::Name(name) => frame.scope.set(&name.id, Value::Unknown),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|target| self.delete(target, frame)),
            Expr::List(list) => list.elts.iter().for_each(|target| self.delete(target, frame)),
            _ => self.doubt_root(target, frame),
        }
    }

    /// `left op= right` where it changes the object itself and no name: then nothing is left to assign.
    pub(super) fn augment(&mut self, operator: Operator, left: Value, right: Value) -> Option<Value> {
        match (&left, operator) {
            (Value::List(list), Operator::Add) => {
                let more = right.items();
                self.spend(more.as_ref().map_or(0, |(items, _)| items.len() * 32));
                let mut list = list.borrow_mut();
                let (items, partial) = more.unwrap_or((Vec::new(), true));
                list.items.extend(items);
                if partial {
                    list.open();
                }
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
                    && known::is(&attribute.attr, known::MUTATES)
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

//! Assignment, in all its forms.

use ruff_python_ast::{Expr, ExprList, ExprTuple, Operator};

use super::Interpreter;
use super::statement::Frame;
use super::value::Value;

impl Interpreter<'_> {
    pub(super) fn assign(&mut self, target: &Expr, value: Value, frame: &Frame) {
        if let Expr::Tuple(ExprTuple { elts, .. }) | Expr::List(ExprList { elts, .. }) = target {
            return self.unpack(elts, &value, frame);
        }
        let value = value.held();
        match target {
            Expr::Name(name) => frame.scope.set(&name.id, value),
            Expr::Starred(starred) => self.assign(&starred.value, Value::Unknown, frame),
            Expr::Subscript(subscript) => {
                let object = self.expression(&subscript.value, frame);
                let key = self.expression(&subscript.slice, frame);
                if object.is_unknown() {
                    self.doubt_root(&subscript.value, frame);
                } else {
                    self.store(&object, key, value);
                }
            }
            Expr::Attribute(attribute) => match self.expression(&attribute.value, frame) {
                Value::Instance(instance) => {
                    instance.attributes.borrow_mut().insert(attribute.attr.id.clone(), value);
                }
                Value::Column(column) if attribute.attr.as_str() == "nullable" => {
                    column.borrow_mut().nullable = value.truth();
                }
                // Classes derived from it have their own copies here.
                Value::Class(class) => {
                    class.attributes.borrow_mut().insert(0, (attribute.attr.id.clone(), Value::Unknown));
                    self.misread(format!("it sets {} of a class", attribute.attr));
                }
                // An object of the application's, whatever it is: no value that is followed.
                Value::Unknown | Value::Result | Value::Outside(_) | Value::Connection | Value::Context => {
                    self.doubt_root(&attribute.value, frame);
                }
                _ => self.misread(format!("it sets {} of an object", attribute.attr)),
            },
            _ => self.misread("it assigns to what is not followed"),
        }
    }

    fn unpack(&mut self, targets: &[Expr], value: &Value, frame: &Frame) {
        let known = value.items().filter(|(_, partial)| !partial && !matches!(value, Value::Set(_)));
        let items = match known.and_then(|(items, _)| spread(targets, items)) {
            Some(items) => items,
            None if matches!(value, Value::Result) => vec![Value::Result; targets.len()],
            None => {
                self.doubt_parts(value);
                vec![Value::Unknown; targets.len()]
            }
        };
        for (target, item) in targets.iter().zip(items) {
            let target = if let Expr::Starred(starred) = target { &starred.value } else { target };
            self.assign(target, item, frame);
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
                self.extend(list, more);
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
            Value::List(list) if key.integer().is_some() => {
                let (length, partial) = (list.borrow().items.len() as i64, list.borrow().partial);
                let at = key.integer().map(|at| if at < 0 { at + length } else { at });
                let at = at.filter(|_| !partial).and_then(|at| usize::try_from(at).ok());
                match at.filter(|&at| (at as i64) < length) {
                    Some(at) => list.borrow_mut().items[at] = value,
                    None => self.doubt_value(object),
                }
            }
            _ => {
                self.doubt_value(object);
                if !object.is_builtin_object() {
                    self.misread("it sets an item of an object");
                }
            }
        }
    }
}

/// What each target gets of these; the one with a star gets what the others leave.
fn spread(targets: &[Expr], mut items: Vec<Value>) -> Option<Vec<Value>> {
    let Some(star) = targets.iter().position(Expr::is_starred_expr) else {
        return (items.len() == targets.len()).then_some(items);
    };
    let many = (items.len() + 1).checked_sub(targets.len())?;
    let rest = items.drain(star..star + many).collect();
    items.insert(star, Value::list(rest));
    Some(items)
}

//! Doubt about values: what something that is not followed may have changed is not known any more, under any name.

use ruff_python_ast::Expr;
use ruff_python_ast::name::Name;

use super::Interpreter;
use super::shipped;
use super::spec::{Arguments, SqlType};
use super::statement::Frame;
use super::value::Value;

/// How deep values are looked into: a list may hold itself.
const DEEPEST: u32 = 5;

impl Interpreter<'_> {
    /// Nobody can say any more what an object holds.
    pub(super) fn doubt_value(&mut self, value: &Value) {
        self.steps += 1;
        doubt(value, DEEPEST);
    }

    /// The same for what a call that is not followed was given.
    pub(super) fn doubt_arguments(&mut self, arguments: &Arguments) {
        let values = arguments.positional.iter().chain(arguments.keywords.iter().map(|(_, value)| value));
        values.for_each(|value| self.doubt_value(value));
    }

    /// The same for the object that an expression begins with, `d` in `d["a"].b`, of which it gives a part.
    pub(super) fn doubt_root(&mut self, expression: &Expr, frame: &Frame) {
        if let Some(name) = root_name(expression)
            && let Some(value) = frame.scope.get(name).or_else(|| frame.module.globals.get(name))
        {
            self.doubt_value(&value);
        }
    }
}

/// The name that a chain of attributes, subscripts and calls begins with.
pub(super) fn root_name(expression: &Expr) -> Option<&Name> {
    match expression {
        Expr::Name(name) => Some(&name.id),
        Expr::Attribute(attribute) => root_name(&attribute.value),
        Expr::Subscript(subscript) => root_name(&subscript.value),
        Expr::Call(call) => root_name(&call.func),
        _ => None,
    }
}

fn doubt(value: &Value, depth: u32) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Value::List(list) => {
            let Ok(mut list) = list.try_borrow_mut() else { return };
            let items = std::mem::take(&mut list.items);
            list.open();
            drop(list);
            items.iter().for_each(|item| doubt(item, depth));
        }
        Value::Tuple(items) => items.iter().for_each(|item| doubt(item, depth)),
        Value::Set(items) => {
            let Ok(mut items) = items.try_borrow_mut() else { return };
            *items = vec![Value::Unknown];
        }
        Value::Dict(items) => {
            let Ok(mut held) = items.try_borrow_mut() else { return };
            let items = std::mem::replace(&mut *held, vec![(Value::Unknown, Value::Unknown)]);
            drop(held);
            items.iter().for_each(|(_, value)| doubt(value, depth));
        }
        Value::Instance(instance) => {
            let Ok(mut attributes) = instance.attributes.try_borrow_mut() else { return };
            let held: Vec<Value> =
                attributes.values_mut().map(|held| std::mem::replace(held, Value::Unknown)).collect();
            drop(attributes);
            held.iter().for_each(|value| doubt(value, depth));
        }
        Value::Inspector(asked) => asked.doubt(),
        Value::Column(column) => {
            let Ok(mut column) = column.try_borrow_mut() else { return };
            column.kind = SqlType::default();
            column.nullable = None;
            column.default = None;
        }
        Value::Shipped(shipped) => shipped::doubt(shipped),
        _ => {}
    }
}

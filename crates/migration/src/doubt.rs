//! Doubt about values: what something that is not followed may have changed is not known any more, under any name.

use ruff_python_ast::Expr;
use ruff_python_ast::name::Name;

use super::shipped;
use super::spec::{Arguments, SqlType};
use super::statement::Frame;
use super::value::Value;
use super::{Interpreter, UnreadKind};

/// An attribute that says of an object that nobody knows its attributes any more: others hold it, too.
pub(super) const LOST: &str = "*";

/// How deep values are looked into: a list may hold itself.
const DEEPEST: u32 = 5;

impl Interpreter<'_> {
    /// Nobody can say any more what an object holds.
    pub(super) fn doubt_value(&mut self, value: &Value) {
        self.steps += 1;
        doubt(value, DEEPEST);
    }

    /// The same for what it holds, while it holds the same things as before.
    pub(super) fn doubt_parts(&mut self, value: &Value) {
        self.steps += 1;
        let parts = match value {
            Value::List(list) => list.borrow().items.clone(),
            Value::Tuple(items) => items.to_vec(),
            Value::Dict(items) => items.borrow().iter().map(|(_, value)| value.clone()).collect(),
            Value::Instance(instance) => instance.attributes.borrow().values().cloned().collect(),
            Value::Class(class) => class.attributes.borrow().iter().map(|(_, value)| value.clone()).collect(),
            _ => return,
        };
        parts.iter().for_each(|part| self.doubt_value(part));
    }

    /// The same for what a call that is not followed was given.
    pub(super) fn doubt_arguments(&mut self, arguments: &Arguments) {
        let values = arguments.positional.iter().chain(arguments.keywords.iter().map(|(_, value)| value));
        values.for_each(|value| {
            self.doubt_value(value);
            self.hands_out(value);
        });
    }

    /// A value is in the hands of what is not followed, which may call it at any time.
    pub(super) fn hands_out(&mut self, value: &Value) {
        let effects = self.effects_of_value(value);
        if effects.operates {
            self.unread(UnreadKind::Either, "it hands a function that changes the schema to what is not read");
        }
        // Others change their own values.
        let own = effects.reached.iter().any(|(function, _)| function.module.path == self.script);
        if effects.changes && (own || effects.reached.is_empty()) {
            self.misread("it hands a function that changes values to what is not read");
        }
        self.forget_called(&effects);
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
            let held: Vec<Value> = std::mem::take(&mut *attributes).into_values().collect();
            attributes.insert(Name::new(LOST), Value::Unknown);
            drop(attributes);
            held.iter().for_each(|value| doubt(value, depth));
        }
        // What hangs on a class is the same for those derived from it and for their objects.
        Value::Class(class) => {
            let Ok(attributes) = class.attributes.try_borrow() else { return };
            let held: Vec<Value> = attributes.iter().map(|(_, value)| value.clone()).collect();
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

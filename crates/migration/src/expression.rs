//! Expressions.

#![deny(clippy::wildcard_enum_match_arm)]

use std::rc::Rc;

use ruff_python_ast::{BoolOp, Expr, ExprCompare, ExprFString, ExprSubscript, UnaryOp, name::Name};

use super::Interpreter;
use super::builtins::is_builtin;
use super::container;
use super::object::Code;
use super::operator::compare;
use super::plain::{Plain, known};
use super::shipped;
use super::statement::{Frame, is_bound};
use super::value::{GAP, Value};

impl Interpreter<'_> {
    pub(super) fn expression(&mut self, expression: &Expr, frame: &Frame) -> Value {
        if !self.step() || self.depth > self.deepest {
            self.misread("it nests more deeply, or takes more steps, than is followed");
            return Value::Unknown;
        }
        self.depth += 1;
        let value = self.evaluate(expression, frame);
        self.note_value(&value);
        self.depth -= 1;
        value
    }

    fn evaluate(&mut self, expression: &Expr, frame: &Frame) -> Value {
        match expression {
            Expr::Name(name) => self.name(&name.id, frame),
            Expr::Attribute(attribute) => {
                let object = self.expression(&attribute.value, frame);
                self.attribute(&object, &attribute.attr.id)
            }
            Expr::Call(call) => self.call_expression(call, frame),
            Expr::StringLiteral(literal) => {
                self.spend(literal.value.len());
                known(Plain::literal(expression))
            }
            Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) | Expr::NoneLiteral(_) => {
                known(Plain::literal(expression))
            }
            Expr::FString(string) => self.f_string(string, frame),
            Expr::List(list) => self.sequence(&list.elts, frame),
            Expr::Tuple(tuple) => {
                let sequence = self.sequence(&tuple.elts, frame);
                whole(&sequence).map_or(sequence, |items| Value::Tuple(Rc::new(items)))
            }
            Expr::Set(set) => {
                let sequence = self.sequence(&set.elts, frame);
                whole(&sequence).map_or(Value::Unknown, |items| container::set(&items))
            }
            Expr::Dict(dict) => self.dict(dict, frame),
            Expr::BinOp(operation) => {
                let left = self.expression(&operation.left, frame);
                let right = self.expression(&operation.right, frame);
                self.binary(operation.op, left, right)
            }
            Expr::BoolOp(operation) => self.bool_operation(operation.op, &operation.values, frame),
            Expr::UnaryOp(operation) => {
                let value = self.expression(&operation.operand, frame);
                unary(operation.op, value)
            }
            Expr::Compare(comparison) => self.comparison(comparison, frame),
            Expr::If(conditional) => match self.expression(&conditional.test, frame).truth() {
                Some(true) => self.expression(&conditional.body, frame),
                Some(false) => self.expression(&conditional.orelse, frame),
                None => {
                    for side in [&conditional.body, &conditional.orelse] {
                        // It goes on under another name.
                        self.pass_over(side, frame);
                    }
                    Value::Unknown
                }
            },
            Expr::Subscript(subscript) => self.subscript(subscript, frame),
            Expr::ListComp(c) => self.comprehension(&c.generators, &[&c.elt], frame, false),
            Expr::Generator(c) => self.generator(c, frame),
            Expr::SetComp(c) => {
                let list = self.comprehension(&c.generators, &[&c.elt], frame, false);
                whole(&list).map_or(list, |items| container::set(&items))
            }
            Expr::DictComp(c) => match &c.key {
                Some(key) => self.comprehension(&c.generators, &[key, &c.value], frame, true),
                None => Value::Unknown,
            },
            Expr::Lambda(lambda) => self.function(Code::Lambda(Rc::new(lambda.clone())), frame, frame),
            Expr::Named(named) => {
                let value = self.expression(&named.value, frame);
                self.assign(&named.target, value.clone(), frame);
                value
            }
            Expr::Starred(starred) => self.expression(&starred.value, frame),
            Expr::Await(awaited) => self.expression(&awaited.value, frame),
            // Of what stands between `yield`s its function knows nothing.
            Expr::Yield(_)
            | Expr::YieldFrom(_)
            | Expr::Slice(_)
            | Expr::TString(_)
            | Expr::BytesLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::IpyEscapeCommand(_) => {
                self.pass_over(expression, frame);
                Value::Unknown
            }
        }
    }

    fn comparison(&mut self, comparison: &ExprCompare, frame: &Frame) -> Value {
        let mut left = self.expression(&comparison.left, frame);
        let mut rest = comparison.ops.iter().zip(&comparison.comparators);
        while let Some((operator, right)) = rest.next() {
            let right = self.expression(right, frame);
            match compare(*operator, &left, &right) {
                Some(true) => left = right,
                Some(false) => return Value::Bool(false),
                None => {
                    rest.for_each(|(_, right)| self.pass_over(right, frame));
                    return Value::Unknown;
                }
            }
        }
        Value::Bool(true)
    }

    pub(super) fn name(&mut self, name: &Name, frame: &Frame) -> Value {
        if let Some(value) = frame.scope.get(name) {
            return self.resolved(value, |resolved| {
                if frame.scope.names.borrow().contains_key(name) {
                    frame.scope.set(name, resolved.clone());
                }
            });
        }
        if let Some(value) = frame.module.globals.get(name) {
            return self.resolved(value, |resolved| frame.module.globals.set(name, resolved.clone()));
        }
        match name.as_str() {
            "TYPE_CHECKING" => Value::Bool(false),
            "__name__" => Value::Fragment(GAP.to_string().into()),
            "__file__" => shipped::file(&frame.module.path),
            _ if is_builtin(name) => Value::Builtin(name.clone()),
            _ => match frame.module.globals.get(&"*".into()) {
                Some(Value::Outside(module)) => Value::Outside(format!("{module}.{name}").into()),
                _ => Value::Unknown,
            },
        }
    }

    fn resolved(&mut self, value: Value, keep: impl FnOnce(&Value)) -> Value {
        let Value::Import(import) = &value else { return value };
        let resolved = self.resolve(import);
        keep(&resolved);
        resolved
    }

    fn f_string(&mut self, string: &ExprFString, frame: &Frame) -> Value {
        let pieces = python::f_string(string, &mut |part| self.expression(part, frame).plain());
        let known = pieces.iter().all(Option::is_some);
        let text: String = pieces.into_iter().map(|piece| piece.unwrap_or_else(|| GAP.to_string())).collect();
        self.spend(text.len());
        if known { Value::str(text) } else { Value::Fragment(text.into()) }
    }

    fn sequence(&mut self, elements: &[Expr], frame: &Frame) -> Value {
        let (mut items, mut partial) = (Vec::with_capacity(elements.len()), false);
        for element in elements {
            if let Expr::Starred(starred) = element {
                let more = self.expression(&starred.value, frame).items();
                // What comes after something that is not known has no place.
                if let Some((more, open)) = more.filter(|_| !partial) {
                    self.spend(more.len() * 32);
                    items.extend(more);
                    partial = open;
                } else {
                    partial = true;
                }
            } else {
                let item = self.expression(element, frame).held();
                if partial {
                    self.doubt_value(&item);
                } else {
                    items.push(item);
                }
            }
        }
        self.spend(items.len() * 32);
        if partial { Value::partial_list(items) } else { Value::list(items) }
    }

    fn dict(&mut self, dict: &ruff_python_ast::ExprDict, frame: &Frame) -> Value {
        let mut items: Vec<(Value, Value)> = Vec::with_capacity(dict.items.len());
        let mut known = true;
        for item in &dict.items {
            let key = item.key.as_ref().map(|key| self.expression(key, frame));
            let value = self.expression(&item.value, frame);
            match (key, value) {
                (Some(key), value) => items.push((key, value.held())),
                (None, Value::Dict(more)) => items.extend(more.borrow().iter().cloned()),
                (None, _) => known = false,
            }
        }
        self.spend(items.len() * 64);
        if known { Value::dict(items) } else { Value::Unknown }
    }

    fn bool_operation(&mut self, operator: BoolOp, values: &[Expr], frame: &Frame) -> Value {
        let mut unknown = false;
        let mut last = Value::Unknown;
        for value in values {
            // What follows something unknown may not have been evaluated.
            self.recorder.guarded += u32::from(unknown);
            last = self.expression(value, frame);
            self.recorder.guarded = self.recorder.guarded.saturating_sub(u32::from(unknown));
            if unknown {
                self.forget_expression(value, frame);
            }
            match (operator, last.truth()) {
                (BoolOp::And, Some(false)) | (BoolOp::Or, Some(true)) if !unknown => return last,
                // It decides whether the whole is true, and not which of its values it is.
                (BoolOp::And, Some(false)) | (BoolOp::Or, Some(true)) => break,
                (_, Some(_)) => {}
                (_, None) => unknown = true,
            }
        }
        if unknown {
            // Whichever of them it is goes on under another name.
            values.iter().for_each(|value| self.forget_expression(value, frame));
            return Value::Unknown;
        }
        last
    }

    fn subscript(&mut self, subscript: &ExprSubscript, frame: &Frame) -> Value {
        if subscript.ctx.is_load() && self.is_call_of_globals(&subscript.value, frame) {
            let key = self.expression(&subscript.slice, frame);
            let held = key.text().and_then(|name| frame.module.globals.get(&Name::new(&*name)));
            return held.map_or(Value::Unknown, |value| self.resolved(value, |_| {}));
        }
        let object = self.expression(&subscript.value, frame);
        if let Expr::Slice(slice) = &*subscript.slice {
            let mut bound = |expression: &Option<Box<Expr>>| {
                expression.as_ref().map_or(Value::None, |expression| self.expression(expression, frame))
            };
            let (from, to) = (bound(&slice.lower), bound(&slice.upper));
            let step = bound(&slice.step);
            return container::slice(&object, &from, &to, &step);
        }
        let key = self.expression(&subscript.slice, frame);
        if let Value::Class(_) = &object {
            return key.text().map_or(object.clone(), |name| self.attribute(&object, &Name::new(&*name)));
        }
        let stays = matches!(object, Value::Outside(_) | Value::Result);
        if stays { object } else { container::item(&object, &key) }
    }

    /// `globals()`, which is looked into here and goes nowhere else.
    fn is_call_of_globals(&mut self, expression: &Expr, frame: &Frame) -> bool {
        let Expr::Call(call) = expression else { return false };
        let Expr::Name(name) = &*call.func else { return false };
        name.id.as_str() == "globals" && call.arguments.is_empty() && !is_bound(&name.id, frame)
    }
}

/// The items of a list of which all are known.
fn whole(value: &Value) -> Option<Vec<Value>> {
    let Value::List(list) = value else { return None };
    let list = list.borrow();
    (!list.partial).then(|| list.items.clone())
}

fn unary(operator: UnaryOp, value: Value) -> Value {
    match (operator, &value) {
        (UnaryOp::Not, _) => value.truth().map_or(Value::Unknown, |truth| Value::Bool(!truth)),
        (UnaryOp::USub, _) => known(value.plain().negated()),
        (UnaryOp::UAdd, Value::Int(_) | Value::Float(_)) => value,
        (UnaryOp::UAdd | UnaryOp::Invert, _) => Value::Unknown,
    }
}

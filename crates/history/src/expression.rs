//! The values of expressions, as far as they can be known without running them.

use ruff_python_ast::{self as ast, Expr, InterpolatedStringElement};

use super::evaluate::Names;
use super::value::Value;

impl<'a> Names<'a> {
    /// The value where it can be known. Where it cannot, something that it binds may be missed.
    pub(super) fn known(&mut self, expression: &'a Expr) -> Option<Value> {
        match expression {
            Expr::NoneLiteral(_) => Some(Value::None),
            Expr::BooleanLiteral(literal) => Some(Value::Bool(literal.value)),
            Expr::StringLiteral(literal) => Some(Value::Str(literal.value.to_str().to_owned())),
            Expr::NumberLiteral(literal) => match &literal.value {
                ast::Number::Int(value) => value.as_i64().map(Value::Int),
                _ => None,
            },
            // What could not be decided is shown where it is used.
            Expr::Name(name) => self.get(name.id.as_str()).filter(|value| value.unknown().is_none()),
            Expr::Tuple(tuple) => self.elements(&tuple.elts).map(Value::Tuple),
            Expr::List(list) => self.elements(&list.elts).map(Value::List),
            Expr::Set(set) => self.elements(&set.elts).filter(|items| items.iter().all(is_hashable)).map(Value::Set),
            Expr::Dict(dict) => self.dict(dict),
            Expr::Named(named) => {
                let value = self.eval(&named.value);
                self.assign(&named.target, value.clone());
                // The rest of the statement may run it, and then read the name.
                self.run_deferred(named.range);
                Some(value)
            }
            Expr::FString(string) => self.f_string(string),
            Expr::BinOp(operation) => {
                let (left, right) = (self.eval(&operation.left), self.eval(&operation.right));
                (operation.op == ast::Operator::Add).then(|| left.plus(right)).flatten()
            }
            Expr::UnaryOp(operation) => {
                let value = self.eval(&operation.operand);
                match (operation.op, value) {
                    (ast::UnaryOp::Not, value) => value.truth().map(|truth| Value::Bool(!truth)),
                    (ast::UnaryOp::USub, Value::Int(value)) => value.checked_neg().map(Value::Int),
                    _ => None,
                }
            }
            Expr::BoolOp(operation) => self.bool_op(operation),
            Expr::If(choice) => {
                let branch = if self.eval(&choice.test).truth()? { &choice.body } else { &choice.orelse };
                Some(self.eval(branch))
            }
            Expr::Compare(comparison) => self.compare(comparison),
            Expr::Subscript(subscript) => {
                let (value, key) = (self.eval(&subscript.value), self.eval(&subscript.slice));
                match (value, key) {
                    (Value::Tuple(items) | Value::List(items), Value::Int(index)) => {
                        let index = if index < 0 { index + i64::try_from(items.len()).ok()? } else { index };
                        items.get(usize::try_from(index).ok()?).cloned()
                    }
                    (Value::Dict(items), key) if items.iter().all(|(other, _)| other.equals(&key).is_some()) => {
                        items.into_iter().rev().find(|(other, _)| *other == key).map(|(_, value)| value)
                    }
                    _ => None,
                }
            }
            Expr::Call(call) => self.call(call),
            _ => None,
        }
    }

    fn elements(&mut self, elements: &'a [Expr]) -> Option<Vec<Value>> {
        let mut values = Vec::with_capacity(elements.len());
        let mut all = true;
        for element in elements {
            match element {
                Expr::Starred(starred) => match self.eval(&starred.value).items() {
                    Some(items) => values.extend(items),
                    None => all = false,
                },
                element => values.push(self.eval(element)),
            }
        }
        all.then_some(values)
    }

    fn dict(&mut self, dict: &'a ast::ExprDict) -> Option<Value> {
        let mut items: Vec<(Value, Value)> = Vec::with_capacity(dict.items.len());
        let mut all = true;
        for item in &dict.items {
            let key = item.key.as_ref().map(|key| self.eval(key));
            let value = self.eval(&item.value);
            match (key, value) {
                (Some(key), value) if is_hashable(&key) => items.push((key, value)),
                (None, Value::Dict(others)) => items.extend(others),
                _ => all = false,
            }
        }
        all.then_some(Value::Dict(items))
    }

    fn f_string(&mut self, string: &'a ast::ExprFString) -> Option<Value> {
        let mut text = Some(String::new());
        for part in string.value.iter() {
            let elements = match part {
                ast::FStringPart::Literal(literal) => {
                    text.iter_mut().for_each(|text| text.push_str(&literal.value));
                    continue;
                }
                ast::FStringPart::FString(string) => &string.elements,
            };
            for element in elements.iter() {
                let piece = match element {
                    InterpolatedStringElement::Literal(literal) => Some(literal.value.to_string()),
                    InterpolatedStringElement::Interpolation(inner) => {
                        let plain = inner.format_spec.is_none()
                            && inner.debug_text.is_none()
                            && matches!(inner.conversion, ast::ConversionFlag::None | ast::ConversionFlag::Str);
                        self.eval(&inner.expression).text().filter(|_| plain)
                    }
                };
                text = text.zip(piece).map(|(text, piece)| text + &piece);
            }
        }
        text.map(Value::Str)
    }

    fn bool_op(&mut self, operation: &'a ast::ExprBoolOp) -> Option<Value> {
        let stops_at = operation.op == ast::BoolOp::Or;
        let (last, others) = operation.values.split_last()?;
        for operand in others {
            let value = self.eval(operand);
            if value.truth()? == stops_at {
                return Some(value);
            }
        }
        Some(self.eval(last))
    }

    fn compare(&mut self, comparison: &'a ast::ExprCompare) -> Option<Value> {
        // Of a chain, what follows the first that does not hold is not evaluated.
        let ([operator], [right]) = (&comparison.ops[..], &comparison.comparators[..]) else { return None };
        let (left, right) = (self.eval(&comparison.left), self.eval(right));
        let is_none = |value: &Value| value.unknown().is_none().then(|| *value == Value::None);
        let holds = match operator {
            ast::CmpOp::Eq => left.equals(&right),
            ast::CmpOp::NotEq => left.equals(&right).map(|equal| !equal),
            ast::CmpOp::Is if right == Value::None => is_none(&left),
            ast::CmpOp::IsNot if right == Value::None => is_none(&left).map(|none| !none),
            _ => None,
        };
        holds.map(Value::Bool)
    }

    /// The conversions among Python's own functions.
    fn call(&mut self, call: &'a ast::ExprCall) -> Option<Value> {
        let (Expr::Name(function), [argument], []) =
            (&*call.func, &call.arguments.args[..], &call.arguments.keywords[..])
        else {
            return None;
        };
        if argument.is_starred_expr() || self.get(function.id.as_str()).is_some() {
            return None;
        }
        let convert: fn(&Value) -> Option<Value> = match function.id.as_str() {
            "str" => |value| value.text().map(Value::Str),
            "tuple" => |value| value.items().map(Value::Tuple),
            "list" => |value| value.items().map(Value::List),
            "set" | "frozenset" => |value| value.members().map(Value::Set),
            _ => return None,
        };
        convert(&self.eval(argument))
    }
}

/// Whether a set or a dictionary takes it.
fn is_hashable(value: &Value) -> bool {
    !value.is_mutable() && value.unknown().is_none()
}

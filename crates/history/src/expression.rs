//! The values of expressions, as far as they can be known without running them.

use python::f_string;
use ruff_python_ast::{self as ast, Expr};

use super::evaluate::Names;
use super::value::{Value, members};

impl<'a> Names<'a> {
    /// The value where it can be known. Where it cannot, something that it binds may be missed.
    pub(super) fn known(&mut self, expression: &'a Expr) -> Option<Value> {
        match expression {
            Expr::NoneLiteral(_) | Expr::BooleanLiteral(_) | Expr::StringLiteral(_) | Expr::NumberLiteral(_) => {
                Value::literal(expression)
            }
            // What could not be decided is shown where it is used.
            Expr::Name(name) => self.get(name.id.as_str()).filter(|value| value.unknown().is_none()),
            Expr::Tuple(tuple) => self.elements(&tuple.elts).map(Value::Tuple)?.if_small(),
            Expr::List(list) => self.elements(&list.elts).map(Value::List)?.if_small(),
            Expr::Set(set) => self.elements(&set.elts).and_then(Value::set),
            Expr::Dict(dict) => self.dict(dict),
            Expr::Named(named) => {
                let value = self.eval(&named.value);
                self.assign(&named.target, value.clone());
                // The rest of the statement may run it, and then read the name.
                self.run_deferred(named.range);
                Some(value)
            }
            Expr::FString(string) => {
                let pieces = f_string(string, &mut |part| self.eval(part));
                pieces.into_iter().collect::<Option<String>>().map(Value::Str)?.if_small()
            }
            Expr::BinOp(operation) => {
                let (left, right) = (self.eval(&operation.left), self.eval(&operation.right));
                Value::binary(operation.op, &left, &right)
            }
            Expr::UnaryOp(operation) => {
                let value = self.eval(&operation.operand);
                match (operation.op, value) {
                    (ast::UnaryOp::Not, value) => value.truth().map(|truth| Value::Bool(!truth)),
                    (ast::UnaryOp::USub, value) => value.negated(),
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
                        items.into_iter().find(|(other, _)| other.equals(&key) == Some(true)).map(|(_, value)| value)
                    }
                    _ => None,
                }
            }
            Expr::Call(call) => self.call(call),
            Expr::Attribute(attribute) => self.module_attribute(attribute)?.value(),
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
                (Some(key), value) => items.push((key, value)),
                (None, Value::Dict(others)) => items.extend(others),
                _ => all = false,
            }
        }
        if all { Value::dict(items)?.if_small() } else { None }
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

    /// Methods of texts, and the conversions among Python's own functions.
    fn call(&mut self, call: &'a ast::ExprCall) -> Option<Value> {
        match &*call.func {
            Expr::Attribute(attribute) => {
                // Whatever it is called on has to be known before anything else is looked at.
                let Value::Str(text) = self.eval(&attribute.value) else { return None };
                let positional: Vec<Value> = self.elements(&call.arguments.args)?;
                let mut keywords = Vec::with_capacity(call.arguments.keywords.len());
                for keyword in &call.arguments.keywords {
                    let value = self.eval(&keyword.value);
                    keywords.push((keyword.arg.as_ref()?.to_string(), value));
                }
                Value::text_method(&text, &attribute.attr, &positional, &keywords)?.if_small()
            }
            Expr::Name(function) => self.convert(function.id.as_str(), &call.arguments),
            _ => None,
        }
    }

    fn convert(&mut self, function: &str, arguments: &'a ast::Arguments) -> Option<Value> {
        let ([argument], []) = (&arguments.args[..], &arguments.keywords[..]) else { return None };
        if argument.is_starred_expr() || self.get(function).is_some() {
            return None;
        }
        let convert: fn(&Value) -> Option<Value> = match function {
            "str" => |value| value.text().map(Value::Str),
            "repr" => |value| value.repr().map(Value::Str),
            "tuple" => |value| value.items().map(Value::Tuple),
            "list" => |value| value.items().map(Value::List),
            "set" | "frozenset" => |value| members(value).and_then(Value::set),
            _ => return None,
        };
        convert(&self.eval(argument))
    }
}

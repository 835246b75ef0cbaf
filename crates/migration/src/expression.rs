//! Expressions.

use std::cell::RefCell;
use std::rc::Rc;

use ruff_python_ast::{
    BoolOp, CmpOp, Comprehension, Expr, ExprFString, ExprSubscript, FStringPart, InterpolatedStringElement, Number,
    Operator, UnaryOp, name::Name,
};

use super::Interpreter;
use super::builtins::{self, format_value, percent};
use super::statement::Frame;
use super::value::{Code, Function, GAP, Scope, Value, contains};

impl Interpreter<'_> {
    pub(super) fn expression(&mut self, expression: &Expr, frame: &Frame) -> Value {
        if !self.step() || self.depth > super::DEPTH {
            self.acted = true;
            return Value::Unknown;
        }
        self.depth += 1;
        let value = self.evaluate(expression, frame);
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
                Value::str(literal.value.to_str())
            }
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(int) => int.as_i64().map_or(Value::Unknown, Value::Int),
                Number::Float(float) => Value::Float(*float),
                Number::Complex { .. } => Value::Unknown,
            },
            Expr::BooleanLiteral(literal) => Value::Bool(literal.value),
            Expr::NoneLiteral(_) => Value::None,
            Expr::FString(string) => self.f_string(string, frame),
            Expr::List(list) => self.sequence(&list.elts, frame),
            Expr::Tuple(tuple) => match self.sequence(&tuple.elts, frame) {
                Value::List(list) if !list.borrow().partial => Value::Tuple(Rc::new(list.borrow().items.clone())),
                other => other,
            },
            Expr::Set(set) => match self.sequence(&set.elts, frame) {
                Value::List(list) if !list.borrow().partial => builtins::set(&list.borrow().items),
                _ => Value::Unknown,
            },
            Expr::Dict(dict) => self.dict(dict, frame),
            Expr::BinOp(operation) => {
                let left = self.expression(&operation.left, frame);
                let right = self.expression(&operation.right, frame);
                self.binary(operation.op, left, right)
            }
            Expr::BoolOp(operation) => self.bool_operation(operation.op, &operation.values, frame),
            Expr::UnaryOp(operation) => {
                let value = self.expression(&operation.operand, frame);
                match (operation.op, &value) {
                    (UnaryOp::Not, _) => value.truth().map_or(Value::Unknown, |truth| Value::Bool(!truth)),
                    (UnaryOp::USub, Value::Int(int)) => int.checked_neg().map_or(Value::Unknown, Value::Int),
                    (UnaryOp::USub, Value::Float(float)) => Value::Float(-float),
                    (UnaryOp::UAdd, Value::Int(_) | Value::Float(_)) => value,
                    _ => Value::Unknown,
                }
            }
            Expr::Compare(comparison) => {
                let mut left = self.expression(&comparison.left, frame);
                for (operator, right) in comparison.ops.iter().zip(&comparison.comparators) {
                    let right = self.expression(right, frame);
                    match compare(*operator, &left, &right) {
                        Some(true) => left = right,
                        Some(false) => return Value::Bool(false),
                        None => return Value::Unknown,
                    }
                }
                Value::Bool(true)
            }
            Expr::If(conditional) => match self.expression(&conditional.test, frame).truth() {
                Some(true) => self.expression(&conditional.body, frame),
                Some(false) => self.expression(&conditional.orelse, frame),
                None => {
                    for side in [&conditional.body, &conditional.orelse] {
                        self.pass_over(side);
                        // It goes on under another name.
                        self.doubt_root(side, frame);
                    }
                    Value::Unknown
                }
            },
            Expr::Subscript(subscript) => self.subscript(subscript, frame),
            Expr::ListComp(c) => self.comprehension(&c.generators, &[&c.elt], frame, false),
            Expr::Generator(c) => self.comprehension(&c.generators, &[&c.elt], frame, false),
            Expr::SetComp(c) => match self.comprehension(&c.generators, &[&c.elt], frame, false) {
                Value::List(list) if !list.borrow().partial => builtins::set(&list.borrow().items),
                other => other,
            },
            Expr::DictComp(c) => match &c.key {
                Some(key) => self.comprehension(&c.generators, &[key, &c.value], frame, true),
                None => Value::Unknown,
            },
            Expr::Lambda(lambda) => self.function(Code::Lambda(Rc::new(lambda.clone())), frame),
            Expr::Named(named) => {
                let value = self.expression(&named.value, frame);
                self.assign(&named.target, value.clone(), frame);
                value
            }
            Expr::Starred(starred) => self.expression(&starred.value, frame),
            Expr::Await(awaited) => self.expression(&awaited.value, frame),
            other => {
                self.pass_over(other);
                Value::Unknown
            }
        }
    }

    /// A function made in this frame.
    pub(super) fn function(&mut self, code: Code, frame: &Frame) -> Value {
        let closure = (!Rc::ptr_eq(&frame.scope, &frame.module.globals)).then(|| frame.scope.clone());
        Value::Function(Rc::new(Function { code, module: frame.module.clone(), closure }))
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
            "__name__" => Value::str(&frame.module.path),
            _ if builtins::is_builtin(name) => Value::Builtin(name.clone()),
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
        let mut text = String::new();
        let mut known = true;
        for part in &string.value {
            match part {
                FStringPart::Literal(literal) => text.push_str(literal),
                FStringPart::FString(part) => {
                    for element in &part.elements {
                        match element {
                            InterpolatedStringElement::Literal(literal) => text.push_str(&literal.value),
                            InterpolatedStringElement::Interpolation(hole) => {
                                let value = self.expression(&hole.expression, frame);
                                use ruff_python_ast::ConversionFlag as Conversion;
                                let repr = matches!(hole.conversion, Conversion::Repr);
                                let plain = hole.format_spec.is_none()
                                    && hole.debug_text.is_none()
                                    && !matches!(hole.conversion, Conversion::Ascii);
                                match format_value(&value, repr) {
                                    Some(part) if plain => text.push_str(&part),
                                    _ => {
                                        known = false;
                                        text.push(GAP);
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        self.spend(text.len());
        if known { Value::str(text) } else { Value::Fragment(text.into()) }
    }

    fn sequence(&mut self, elements: &[Expr], frame: &Frame) -> Value {
        let (mut items, mut partial) = (Vec::with_capacity(elements.len()), false);
        for element in elements {
            if let Expr::Starred(starred) = element {
                match self.expression(&starred.value, frame).items() {
                    Some((more, open)) => {
                        self.spend(more.len() * 32);
                        items.extend(more);
                        partial |= open;
                    }
                    None => partial = true,
                }
            } else {
                items.push(self.expression(element, frame));
            }
        }
        self.spend(items.len() * 32);
        if partial { Value::partial_list(items) } else { Value::list(items) }
    }

    fn dict(&mut self, dict: &ruff_python_ast::ExprDict, frame: &Frame) -> Value {
        let mut items: Vec<(Value, Value)> = Vec::with_capacity(dict.items.len());
        for item in &dict.items {
            let value = self.expression(&item.value, frame);
            match &item.key {
                Some(key) => {
                    let key = self.expression(key, frame);
                    items.push((key, value));
                }
                None => match value {
                    Value::Dict(more) => items.extend(more.borrow().iter().cloned()),
                    _ => return Value::Unknown,
                },
            }
        }
        self.spend(items.len() * 64);
        Value::dict(items)
    }

    pub(super) fn binary(&mut self, operator: Operator, left: Value, right: Value) -> Value {
        match (operator, &left, &right) {
            (Operator::Mod, Value::Str(template), _) => match percent(template, &right) {
                Some(text) => {
                    self.spend(text.len());
                    Value::str(text)
                }
                None => Value::Fragment(builtins::without_conversions(template).into()),
            },
            (Operator::Add, Value::Fragment(a) | Value::Str(a), Value::Fragment(b)) => {
                self.spend(a.len() + b.len());
                Value::Fragment(format!("{a}{b}").into())
            }
            (Operator::Add, Value::Fragment(a), _) => {
                let rest = right.text().map_or_else(|| GAP.to_string(), |text| text.to_string());
                self.spend(a.len() + rest.len());
                Value::Fragment(format!("{a}{rest}").into())
            }
            (Operator::Add, _, _) if left.text().is_some() && right.text().is_some() => {
                let text = format!("{}{}", left.text().unwrap_or_default(), right.text().unwrap_or_default());
                self.spend(text.len());
                Value::str(text)
            }
            (Operator::Add, Value::Str(a), _) => Value::Fragment(format!("{a}{GAP}").into()),
            (Operator::Add, Value::List(_) | Value::Tuple(_), Value::List(_) | Value::Tuple(_)) => {
                let (Some((mut a, open_a)), Some((b, open_b))) = (left.items(), right.items()) else {
                    return Value::Unknown;
                };
                a.extend(b);
                self.spend(a.len() * 32);
                match (matches!(left, Value::Tuple(_)), open_a || open_b) {
                    (true, false) => Value::Tuple(Rc::new(a)),
                    (_, false) => Value::list(a),
                    (_, true) => Value::partial_list(a),
                }
            }
            (Operator::Mult, Value::Str(text), Value::Int(times)) => {
                let times = usize::try_from(*times).unwrap_or(0);
                self.spend(text.len().saturating_mul(times));
                if self.exhausted() { Value::Unknown } else { Value::str(text.repeat(times)) }
            }
            (Operator::BitOr, Value::Set(a), Value::Set(b)) => {
                let items: Vec<Value> = a.borrow().iter().chain(b.borrow().iter()).cloned().collect();
                builtins::set(&items)
            }
            (Operator::Sub, Value::Set(a), Value::Set(b)) => {
                let b = b.borrow();
                let kept: Option<Vec<Value>> = a
                    .borrow()
                    .iter()
                    .map(|item| contains(&b, item).map(|held| (!held).then(|| item.clone())))
                    .collect::<Option<Vec<_>>>()
                    .map(|items| items.into_iter().flatten().collect());
                kept.map_or(Value::Unknown, |items| Value::Set(Rc::new(RefCell::new(items))))
            }
            (Operator::BitOr, Value::Dict(a), Value::Dict(b)) => {
                Value::dict(a.borrow().iter().chain(b.borrow().iter()).cloned().collect())
            }
            (Operator::Mult, Value::List(list), _) => {
                // Its items are then held several times.
                list.borrow().items.iter().for_each(|item| self.doubt_value(item));
                Value::Unknown
            }
            (_, Value::Int(a), Value::Int(b)) => {
                let result = match operator {
                    Operator::Add => a.checked_add(*b),
                    Operator::Sub => a.checked_sub(*b),
                    Operator::Mult => a.checked_mul(*b),
                    // Python rounds down, whatever the signs.
                    Operator::FloorDiv => {
                        let floor = |whole: i64| if a % b != 0 && (a % b < 0) != (*b < 0) { whole - 1 } else { whole };
                        a.checked_div(*b).map(floor)
                    }
                    Operator::Mod => {
                        a.checked_rem(*b).map(|rest| if rest != 0 && (rest < 0) != (*b < 0) { rest + b } else { rest })
                    }
                    Operator::Pow => u32::try_from(*b).ok().and_then(|b| a.checked_pow(b)),
                    Operator::BitOr => Some(a | b),
                    Operator::BitAnd => Some(a & b),
                    _ => None,
                };
                result.map_or(Value::Unknown, Value::Int)
            }
            _ => Value::Unknown,
        }
    }

    fn bool_operation(&mut self, operator: BoolOp, values: &[Expr], frame: &Frame) -> Value {
        let mut unknown = false;
        let mut last = Value::Unknown;
        for value in values {
            // What follows something unknown may not have been evaluated.
            self.recorder.guarded += u32::from(unknown);
            last = self.expression(value, frame);
            self.recorder.guarded = self.recorder.guarded.saturating_sub(u32::from(unknown));
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
            values.iter().for_each(|value| self.doubt_root(value, frame));
            return Value::Unknown;
        }
        last
    }

    fn subscript(&mut self, subscript: &ExprSubscript, frame: &Frame) -> Value {
        let object = self.expression(&subscript.value, frame);
        if let Expr::Slice(slice) = &*subscript.slice {
            let mut bound = |expression: &Option<Box<Expr>>| {
                expression.as_ref().map_or(Value::None, |expression| self.expression(expression, frame))
            };
            let (from, to) = (bound(&slice.lower), bound(&slice.upper));
            return if slice.step.is_some() { Value::Unknown } else { builtins::slice(&object, &from, &to) };
        }
        let key = self.expression(&subscript.slice, frame);
        match &object {
            Value::Class(_) => key.text().map_or(object.clone(), |name| self.attribute(&object, &Name::new(&*name))),
            Value::Outside(_) | Value::Result => object,
            _ => builtins::item(&object, &key),
        }
    }

    fn comprehension(&mut self, generators: &[Comprehension], parts: &[&Expr], frame: &Frame, dict: bool) -> Value {
        let conditions = generators.iter().flat_map(|generator| generator.ifs.iter());
        if parts.iter().copied().chain(conditions).any(binds_a_name) {
            self.misread("it binds a name inside a comprehension");
        }
        let inner = Frame { scope: Scope::inside(Some(frame.scope.clone())), module: frame.module.clone() };
        let mut rows: Vec<Vec<Value>> = Vec::new();
        let partial = self.generate(generators, parts, &inner, &mut rows);
        self.spend(rows.len() * 64);
        if dict {
            if partial {
                return Value::Unknown;
            }
            let pairs = rows.into_iter().filter_map(|row| <[Value; 2]>::try_from(row).ok());
            return Value::dict(pairs.map(|[key, value]| (key, value)).collect());
        }
        let items: Vec<Value> = rows.into_iter().flatten().collect();
        if partial { Value::partial_list(items) } else { Value::list(items) }
    }

    /// Collects the rows; true when there may be others.
    fn generate(
        &mut self,
        generators: &[Comprehension],
        parts: &[&Expr],
        frame: &Frame,
        rows: &mut Vec<Vec<Value>>,
    ) -> bool {
        let Some((generator, rest)) = generators.split_first() else {
            let row = parts.iter().map(|part| self.expression(part, frame)).collect();
            rows.push(row);
            return false;
        };
        let items = self.expression(&generator.iter, frame);
        let Some((items, mut partial)) = items.items() else {
            self.pass_over_rest(&generator.ifs, rest, parts);
            return true;
        };
        for item in items {
            if !self.step() {
                return true;
            }
            self.assign(&generator.target, item, frame);
            let mut keep = Some(true);
            for condition in &generator.ifs {
                match self.expression(condition, frame).truth() {
                    Some(true) => {}
                    Some(false) => keep = Some(false),
                    None if keep == Some(true) => keep = None,
                    None => {}
                }
            }
            match keep {
                Some(true) => partial |= self.generate(rest, parts, frame, rows),
                Some(false) => {}
                None => {
                    self.pass_over_rest(&[], rest, parts);
                    partial = true;
                }
            }
        }
        partial
    }

    /// Parts of a comprehension that may have been evaluated.
    fn pass_over_rest(&mut self, conditions: &[Expr], generators: &[Comprehension], parts: &[&Expr]) {
        let inner = generators.iter().flat_map(|generator| std::iter::once(&generator.iter).chain(&generator.ifs));
        conditions.iter().chain(inner).chain(parts.iter().copied()).for_each(|part| self.pass_over(part));
    }
}

/// Whether `:=` stands in it, whose name belongs to the function around a comprehension.
fn binds_a_name(expression: &Expr) -> bool {
    use ruff_python_ast::visitor::{Visitor, walk_expr};
    struct Named(bool);
    impl<'a> Visitor<'a> for Named {
        fn visit_expr(&mut self, expression: &'a Expr) {
            self.0 |= expression.is_named_expr();
            walk_expr(self, expression);
        }
    }
    let mut named = Named(false);
    named.visit_expr(expression);
    named.0
}

fn compare(operator: CmpOp, left: &Value, right: &Value) -> Option<bool> {
    match operator {
        CmpOp::Eq => left.equals(right),
        CmpOp::NotEq => left.equals(right).map(|equal| !equal),
        CmpOp::Is => identical(left, right),
        CmpOp::IsNot => identical(left, right).map(|same| !same),
        CmpOp::In => member(left, right),
        CmpOp::NotIn => member(left, right).map(|held| !held),
        CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => {
            let ordering = match (left, right) {
                (Value::Str(a), Value::Str(b)) => a.cmp(b),
                (Value::Tuple(_), _) | (_, Value::Tuple(_)) => return None,
                _ => left.integer()?.cmp(&right.integer()?),
            };
            Some(match operator {
                CmpOp::Lt => ordering.is_lt(),
                CmpOp::LtE => ordering.is_le(),
                CmpOp::Gt => ordering.is_gt(),
                _ => ordering.is_ge(),
            })
        }
    }
}

fn identical(left: &Value, right: &Value) -> Option<bool> {
    let vague = |value: &Value| {
        value.is_unknown()
            || matches!(value, Value::Outside(_) | Value::Fragment(_) | Value::Method(_) | Value::Expression)
    };
    if vague(left) || vague(right) {
        return None;
    }
    match (left, right) {
        (Value::None, Value::None) => Some(true),
        (Value::None, _) | (_, Value::None) => Some(false),
        (Value::Bool(a), Value::Bool(b)) => Some(a == b),
        (Value::Member(_), Value::Member(_)) => left.equals(right),
        // Equal values need not be one object.
        _ => left.equals(right).filter(|equal| !equal),
    }
}

fn member(item: &Value, container: &Value) -> Option<bool> {
    if item.is_unknown() {
        return None;
    }
    if let (Some(text), Value::Str(whole)) = (item.text(), container) {
        return Some(whole.contains(&*text));
    }
    let (items, partial) = container.items()?;
    match contains(&items, item) {
        Some(false) if partial => None,
        answer => answer,
    }
}

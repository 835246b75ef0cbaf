//! Operators and comparisons.

#![deny(clippy::wildcard_enum_match_arm)]

use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;

use ruff_python_ast::{CmpOp, Operator};

use super::Interpreter;
use super::container;
use super::plain::{Plain, known};
use super::shipped;
use super::value::{GAP, Value, contains};

impl Interpreter<'_> {
    pub(super) fn binary(&mut self, operator: Operator, left: Value, right: Value) -> Value {
        match (operator, &left, &right) {
            (Operator::Div, Value::Shipped(_), _) => {
                shipped::joined(&left, std::slice::from_ref(&right)).unwrap_or(Value::Unknown)
            }
            (Operator::Add, Value::Shipped(path), Value::Str(text)) => {
                shipped::extended(path, text).unwrap_or(Value::Unknown)
            }
            (Operator::Mod, Value::Str(template), _) => self.percent(template, &right),
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
                if !open_a {
                    a.extend(b);
                }
                self.spend(a.len() * 32);
                match (matches!(left, Value::Tuple(_)), open_a || open_b) {
                    (true, false) => Value::Tuple(Rc::new(a)),
                    (_, false) => Value::list(a),
                    (_, true) => Value::partial_list(a),
                }
            }
            (Operator::Mult, Value::Str(_), Value::Int(_)) => {
                let text = known(Plain::binary(operator, &left.plain(), &right.plain()));
                self.spend(text.text().map_or(0, |text| text.len()));
                text
            }
            (Operator::BitOr, Value::Set(a), Value::Set(b)) => {
                let items: Vec<Value> = a.borrow().iter().chain(b.borrow().iter()).cloned().collect();
                container::set(&items)
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
            _ if left.integer().is_some() && right.integer().is_some() => {
                known(Plain::binary(operator, &left.plain(), &right.plain()))
            }
            _ => Value::Unknown,
        }
    }
}

pub(super) fn compare(operator: CmpOp, left: &Value, right: &Value) -> Option<bool> {
    match operator {
        CmpOp::Eq => left.equals(right),
        CmpOp::NotEq => left.equals(right).map(|equal| !equal),
        CmpOp::Is => identical(left, right),
        CmpOp::IsNot => identical(left, right).map(|same| !same),
        CmpOp::In => member(left, right),
        CmpOp::NotIn => member(left, right).map(|held| !held),
        CmpOp::Lt => left.plain().order(&right.plain()).map(Ordering::is_lt),
        CmpOp::LtE => left.plain().order(&right.plain()).map(Ordering::is_le),
        CmpOp::Gt => left.plain().order(&right.plain()).map(Ordering::is_gt),
        CmpOp::GtE => left.plain().order(&right.plain()).map(Ordering::is_ge),
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
        Some(false) if partial => contains(&container.perhaps()?, item).filter(|held| !held),
        answer => answer,
    }
}

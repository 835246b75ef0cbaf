//! Python's operators between plain values.

use ruff_python_ast::Operator;

use super::percent::percent;
use super::value::Value;

/// The longest text that repeating another one makes.
const LONGEST: usize = 1 << 20;

impl<U: Clone> Value<U> {
    /// `left operator right`, where the result is known.
    pub fn binary(operator: Operator, left: &Self, right: &Self) -> Option<Self> {
        match (operator, left, right) {
            (Operator::Mod, Self::Str(template), _) => percent(template, right).map(Self::Str),
            (Operator::Add, Self::Str(a), Self::Str(b)) => Self::Str([a.as_str(), b].concat()).if_small(),
            (Operator::Add, Self::Tuple(a), Self::Tuple(b)) => Self::Tuple([&a[..], b].concat()).if_small(),
            (Operator::Add, Self::List(a), Self::List(b)) => Self::List([&a[..], b].concat()).if_small(),
            (Operator::Mult, Self::Str(text), times) | (Operator::Mult, times, Self::Str(text)) => {
                let times = usize::try_from(times.integer()?.max(0)).ok()?;
                (text.len().checked_mul(times)? <= LONGEST).then(|| Self::Str(text.repeat(times)))
            }
            (Operator::BitOr | Operator::BitAnd | Operator::BitXor, Self::Bool(a), Self::Bool(b)) => {
                Some(Self::Bool(match operator {
                    Operator::BitOr => a | b,
                    Operator::BitAnd => a & b,
                    _ => a ^ b,
                }))
            }
            _ => integers(operator, left.integer()?, right.integer()?).map(Self::Int),
        }
    }
}

/// The operator on integers, where the result is one of 64 bits.
fn integers(operator: Operator, a: i64, b: i64) -> Option<i64> {
    match operator {
        Operator::Add => a.checked_add(b),
        Operator::Sub => a.checked_sub(b),
        Operator::Mult => a.checked_mul(b),
        // Python rounds down, whatever the signs.
        Operator::FloorDiv => {
            let whole = a.checked_div(b)?;
            if a % b != 0 && (a % b < 0) != (b < 0) { whole.checked_sub(1) } else { Some(whole) }
        }
        Operator::Mod => a.checked_rem(b).map(|rest| if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }),
        Operator::Pow => a.checked_pow(u32::try_from(b).ok()?),
        Operator::BitOr => Some(a | b),
        Operator::BitAnd => Some(a & b),
        Operator::BitXor => Some(a ^ b),
        Operator::LShift => {
            let shifted = i128::from(a).checked_shl(u32::try_from(b).ok().filter(|b| *b < 64)?)?;
            i64::try_from(shifted).ok()
        }
        Operator::RShift => Some(a >> u32::try_from(b).ok()?.min(63)),
        _ => None,
    }
}

//! Floats as text, digit by digit as CPython writes them.

/// `repr(float)`: the fewest digits that mean this number.
pub(super) fn repr(float: f64) -> String {
    if let Some(word) = special(float) {
        return word.to_owned();
    }
    let (digits, exponent) = digits(&format!("{float:e}"));
    let sign = if float.is_sign_negative() { "-" } else { "" };
    let text = if (-4..16).contains(&exponent) { plain(&digits, exponent) } else { scientific(&digits, exponent) };
    let whole = !text.contains(['.', 'e']);
    format!("{sign}{text}{}", if whole { ".0" } else { "" })
}

/// `inf`, `-inf` and `nan`.
fn special(float: f64) -> Option<&'static str> {
    match float {
        _ if float.is_nan() => Some("nan"),
        f64::INFINITY => Some("inf"),
        f64::NEG_INFINITY => Some("-inf"),
        _ => None,
    }
}

/// A number that is not negative, by one of the types `e`, `f`, `g` and `%`, the sign of the last left out; `alternate` keeps the point and zeros.
pub(super) fn formatted(float: f64, kind: char, precision: usize, alternate: bool) -> String {
    if let Some(word) = special(float) {
        return word.to_owned();
    }
    match kind {
        'f' | '%' => {
            let mut text = format!("{float:.precision$}");
            if alternate && precision == 0 {
                text.push('.');
            }
            text
        }
        'e' => {
            let (digits, exponent) = digits(&format!("{float:.precision$e}"));
            let point = if alternate && precision == 0 { "." } else { "" };
            let (first, rest) = digits.split_at(1);
            let rest = if rest.is_empty() { point.to_owned() } else { format!(".{rest}") };
            format!("{first}{rest}e{}", power(exponent))
        }
        _ => general(float, precision.max(1), precision.max(1), alternate),
    }
}

/// A number that is not negative, with so many digits and by no type: as `g`, but for a point in it.
pub(super) fn untyped(float: f64, precision: usize) -> String {
    if let Some(word) = special(float) {
        return word.to_owned();
    }
    let precision = precision.max(1);
    let text = general(float, precision, precision - 1, false);
    if text.contains(['.', 'e']) { text } else { text + ".0" }
}

/// The type `g`: with so many digits, and by an exponent from `most` on.
fn general(float: f64, precision: usize, most: usize, alternate: bool) -> String {
    let (mut digits, exponent) = digits(&format!("{float:.*e}", precision - 1));
    if !alternate {
        let kept = digits.trim_end_matches('0').len().max(1);
        digits.truncate(kept);
    }
    let text =
        if (-4..most as i32).contains(&exponent) { plain(&digits, exponent) } else { scientific(&digits, exponent) };
    match alternate && !text.contains('.') {
        true => match text.split_once('e') {
            Some((mantissa, power)) => format!("{mantissa}.e{power}"),
            None => text + ".",
        },
        false => text,
    }
}

/// The digits of `d.ddde±x`, and x.
fn digits(scientific: &str) -> (String, i32) {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let digits = mantissa.chars().filter(char::is_ascii_digit).collect();
    (digits, exponent.parse().unwrap_or(0))
}

/// Digits with a point after so many, and no exponent.
fn plain(digits: &str, exponent: i32) -> String {
    if exponent < 0 {
        return format!("0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        return format!("{digits}{}", "0".repeat(whole - digits.len()));
    }
    format!("{}.{}", &digits[..whole], &digits[whole..])
}

fn scientific(digits: &str, exponent: i32) -> String {
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{first}{point}{rest}e{}", power(exponent))
}

/// An exponent: its sign, and two digits at least.
fn power(exponent: i32) -> String {
    format!("{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

//! Formats a number by the template that is given, as Python's `%` does.

use std::io::{self, Write};

use levelhead_python::{Value, percent};

fn main() -> io::Result<()> {
    let template = std::env::args().nth(1).unwrap_or_else(|| "%05.1f".to_owned());
    let value: Value = Value::Float(2.25);
    let text = percent(&template, &value).unwrap_or_else(|| "unknown, or an error in Python".to_owned());
    writeln!(io::stdout(), "{template:?} % 2.25 is {text}")
}

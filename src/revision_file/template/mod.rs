//! `script.py.mako` rendered, as far as the templates of Alembic and Flask-Migrate and what people make of them go.
//!
//! No Mako: whatever is beyond the constructs that are known here is a [`TemplateError`], never a guess. Runs no Python.

mod parts;
mod value;
mod words;

use ruff_python_ast::{Expr, Stmt};

use parts::Part;
use python;
pub(super) use value::Value;
pub(super) use words::Words;

/// What of a template levelhead does not render.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what} is more than levelhead renders")]
pub struct TemplateError {
    /// Counted from 1.
    pub line: usize,
    /// The construct.
    pub what: String,
}

impl TemplateError {
    fn new(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }
}

/// Renders a template; `words` are the names that it may use.
pub(super) fn render(template: &str, words: Words<'_>) -> Result<String, TemplateError> {
    let parts = parts::split(template)?;
    let mut renderer = Renderer { words, text: String::new() };
    let end = renderer.block(&parts, 0, true)?;
    match parts.get(end) {
        None => Ok(renderer.text),
        Some(Part::Control { source, line }) => {
            Err(TemplateError::new(*line, format!("% {source} without its beginning")))
        }
        Some(_) => Err(TemplateError::new(0, "this template")),
    }
}

struct Renderer<'a> {
    words: Words<'a>,
    text: String,
}

impl Renderer<'_> {
    /// Renders from `at` to a control line that ends or divides a block, and answers where that is. Without `is_taken` it
    /// only looks for it.
    fn block(&mut self, parts: &[Part], mut at: usize, is_taken: bool) -> Result<usize, TemplateError> {
        while let Some(part) = parts.get(at) {
            at += 1;
            match part {
                Part::Control { source, .. } if is_divider(source) => return Ok(at - 1),
                Part::Control { source, line } => at = self.control(parts, at, source, *line, is_taken)?,
                _ if !is_taken => {}
                Part::Text(text) => self.text.push_str(text),
                Part::Expression { source, filters, line } => {
                    let value = self.value(source, *line)?;
                    self.text.push_str(&filtered(value, filters, source, *line)?);
                }
                Part::Code { source, line } => self.words.execute(source, *line)?,
            }
        }
        Ok(at)
    }

    fn value(&self, source: &str, line: usize) -> Result<Value, TemplateError> {
        let beyond = || TemplateError::new(line, format!("`{source}`"));
        let module = python::parse(&format!("({source})")).map_err(|_| beyond())?;
        match &module.body[..] {
            [Stmt::Expr(statement)] => self.words.value(&statement.value).ok_or_else(beyond),
            _ => Err(beyond()),
        }
    }

    /// `% if` and `% for`, from behind the control line to behind their end.
    fn control(
        &mut self,
        parts: &[Part],
        mut at: usize,
        source: &str,
        line: usize,
        is_taken: bool,
    ) -> Result<usize, TemplateError> {
        let beyond = || TemplateError::new(line, format!("`% {source}`"));
        let module = python::parse(&format!("{source} pass")).map_err(|_| beyond())?;
        match &module.body[..] {
            [Stmt::If(statement)] => {
                let mut is_open = is_taken;
                let mut holds = is_taken && self.words.value(&statement.test).ok_or_else(beyond)?.truth();
                loop {
                    let divider = self.block(parts, at, is_open && holds)?;
                    is_open &= !holds;
                    at = divider + 1;
                    match parts.get(divider) {
                        Some(Part::Control { source, .. }) if source == "endif" => return Ok(at),
                        Some(Part::Control { source, .. }) if source == "else:" => holds = true,
                        Some(Part::Control { source, line }) if source.starts_with("elif ") => {
                            let test = source.trim_start_matches("elif").trim_end_matches(':');
                            holds = is_open && self.value(test, *line)?.truth();
                        }
                        _ => return Err(beyond()),
                    }
                }
            }
            [Stmt::For(statement)] if statement.orelse.is_empty() && !statement.is_async => {
                let Expr::Name(name) = &*statement.target else { return Err(beyond()) };
                let items =
                    if is_taken { self.words.value(&statement.iter).and_then(Value::items) } else { Some(Vec::new()) };
                let mut end = None;
                for item in items.ok_or_else(beyond)? {
                    self.words.set(&name.id, item);
                    end = Some(self.block(parts, at, true)?);
                }
                let end = end.map_or_else(|| self.block(parts, at, false), Ok)?;
                match parts.get(end) {
                    Some(Part::Control { source, .. }) if source == "endfor" => Ok(end + 1),
                    _ => Err(beyond()),
                }
            }
            _ => Err(beyond()),
        }
    }
}

/// Ends a block, or begins its next arm.
fn is_divider(source: &str) -> bool {
    matches!(source, "endif" | "endfor" | "endwhile" | "endtry" | "endwith" | "else:") || source.starts_with("elif ")
}

/// The text of an expression, through the filters that Alembic's templates use: `comma` is its own, the others are Mako's.
fn filtered(value: Value, filters: &[String], source: &str, line: usize) -> Result<String, TemplateError> {
    let beyond = |what: &str| TemplateError::new(line, format!("`{what}`"));
    let is_raw = filters.iter().any(|filter| filter == "n");
    let mut value = value;
    for filter in filters {
        value = match filter.as_str() {
            "n" | "str" | "unicode" => value,
            "comma" => Value::Str(value.with_commas().ok_or_else(|| beyond(source))?),
            "trim" => Value::Str(value.text().ok_or_else(|| beyond(source))?.trim().to_owned()),
            other => return Err(beyond(&format!("{source} | {other}"))),
        };
    }
    match value {
        Value::Str(text) => Ok(text),
        // Without Mako's default filter only text can be written.
        _ if is_raw => Err(beyond(source)),
        other => other.text().ok_or_else(|| beyond(source)),
    }
}

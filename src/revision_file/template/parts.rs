//! A Mako template taken apart: text, expressions, control lines and blocks of Python, each with its line.
//!
//! The grammar is Mako's own (<https://docs.makotemplates.org/en/latest/syntax.html>); of its tags only `<%doc>` and
//! `<%text>` are read.

use super::TemplateError;

/// One piece of a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Copied as it is.
    Text(String),
    /// `${source | filters}`.
    Expression { source: String, filters: Vec<String>, line: usize },
    /// `% source`: `if x:`, `for x in y:`, `endif`.
    Control { source: String, line: usize },
    /// `<% source %>`, and `<%! source %>`, which runs once before the rest.
    Code { source: String, line: usize },
}

/// Takes a template apart.
pub(super) fn split(template: &str) -> Result<Vec<Part>, TemplateError> {
    let mut cursor = Cursor { text: template, at: 0 };
    let mut parts = Vec::new();
    let mut text = String::new();
    while !cursor.rest().is_empty() {
        let line = cursor.line();
        let part = if let Some(control) = cursor.control_line() {
            // A comment is a control line that controls nothing.
            control.map(|source| Part::Control { source, line })
        } else if let Some(percent) = cursor.percent() {
            text.push_str(percent);
            continue;
        } else if cursor.eat("${") {
            let (source, end) = cursor.python_until(&["|", "}"])?;
            let filters = match end {
                "|" => cursor.python_until(&["}"])?.0.split(',').map(|name| name.trim().to_owned()).collect(),
                _ => Vec::new(),
            };
            Some(Part::Expression { source: source.trim().to_owned(), filters, line })
        } else if cursor.eat("<%doc>") {
            cursor.until("</%doc>")?;
            None
        } else if cursor.eat("<%text>") {
            Some(Part::Text(cursor.until("</%text>")?.to_owned()))
        } else if cursor.rest().starts_with("</%") || is_tag(cursor.rest()) {
            let tag = cursor.rest().split(['>', '\n']).next().unwrap_or_default();
            return Err(TemplateError::new(line, format!("the tag {tag}>")));
        } else if cursor.eat("<%!") || cursor.eat("<%") {
            Some(Part::Code { source: cursor.python_until(&["%>"])?.0.to_owned(), line })
        } else if cursor.eat("\\\r\n") || cursor.eat("\\\n") {
            None
        } else {
            text.push(cursor.character());
            continue;
        };
        if !text.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut text)));
        }
        parts.extend(part);
    }
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    Ok(parts)
}

fn is_tag(rest: &str) -> bool {
    rest.strip_prefix("<%").is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic()))
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Counted from 1.
    fn line(&self) -> usize {
        1 + self.text[..self.at].matches('\n').count()
    }

    fn eat(&mut self, word: &str) -> bool {
        let is_next = self.rest().starts_with(word);
        self.at += if is_next { word.len() } else { 0 };
        is_next
    }

    fn character(&mut self) -> char {
        let next = self.rest().chars().next().unwrap_or_default();
        self.at += next.len_utf8();
        next
    }

    fn until(&mut self, end: &str) -> Result<&'a str, TemplateError> {
        let (inside, _) = self.rest().split_once(end).ok_or_else(|| self.unclosed(end))?;
        self.at += inside.len() + end.len();
        Ok(inside)
    }

    fn unclosed(&self, end: &str) -> TemplateError {
        TemplateError::new(self.line(), format!("a tag without its {end}"))
    }

    fn is_at_line_start(&self) -> bool {
        self.at == 0 || self.text[..self.at].ends_with('\n')
    }

    /// `%%` at the beginning of a line, which stands for one `%`.
    fn percent(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let indent = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if !self.is_at_line_start() || !rest[indent..].starts_with("%%") {
            return None;
        }
        self.at += indent + 2;
        Some(&rest[..=indent])
    }

    /// A line whose first word is `%` or `##`: what follows the `%`, `None` for a comment.
    fn control_line(&mut self) -> Option<Option<String>> {
        if !self.is_at_line_start() {
            return None;
        }
        let indented = self.rest().trim_start_matches([' ', '\t']);
        let is_comment = indented.starts_with("##");
        if !is_comment && (!indented.starts_with('%') || indented.starts_with("%%")) {
            return None;
        }
        let mut source = String::new();
        loop {
            let line = self.rest().split_inclusive('\n').next().unwrap_or_default();
            self.at += line.len();
            match line.trim_end_matches(['\n', '\r']).strip_suffix('\\') {
                Some(continued) if !self.rest().is_empty() => source.push_str(continued),
                _ => {
                    source.push_str(line.trim_end());
                    break;
                }
            }
        }
        Some((!is_comment).then(|| source.trim_start().trim_start_matches('%').trim().to_owned()))
    }

    /// Python up to one of `ends` outside strings and brackets, and which one it is.
    fn python_until<'b>(&mut self, ends: &[&'b str]) -> Result<(&'a str, &'b str), TemplateError> {
        let start = self.at;
        let mut depth = 0_usize;
        while !self.rest().is_empty() {
            if depth == 0
                && let Some(end) = ends.iter().find(|end| self.rest().starts_with(**end))
            {
                let inside = &self.text[start..self.at];
                self.at += end.len();
                return Ok((inside, end));
            }
            if let Some(quote) = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| self.eat(quote)) {
                while !self.rest().is_empty() && !self.eat(quote) {
                    self.eat("\\");
                    self.character();
                }
                continue;
            }
            match self.character() {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                '#' if ends == ["%>"] => {
                    let comment = self.rest().split(['\n']).next().unwrap_or_default();
                    self.at += comment.find("%>").unwrap_or(comment.len());
                }
                _ => {}
            }
        }
        self.at = start;
        Err(self.unclosed(ends[ends.len() - 1]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_those_that_mako_sees() {
        let text = |text: &str| Part::Text(text.to_owned());
        let template =
            "a ${ x['}'] | comma,n }\n## gone\n  % for a in b:\n%% kept\n<%doc>gone</%doc>\\\n<%! import re %>z";
        let source = |source: &str| source.to_owned();
        assert_eq!(
            split(template).unwrap(),
            [
                text("a "),
                Part::Expression { source: source("x['}']"), filters: vec![source("comma"), source("n")], line: 1 },
                text("\n"),
                Part::Control { source: source("for a in b:"), line: 3 },
                text("% kept\n"),
                Part::Code { source: source(" import re "), line: 6 },
                text("z"),
            ]
        );
        for refused in ["<%include file='x'/>", "</%def>", "${x", "<% x", "<%doc>"] {
            assert!(split(refused).is_err(), "{refused}");
        }
    }
}

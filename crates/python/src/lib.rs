//! Reads Python without running it: source becomes a tree, and plain values behave as they do in CPython.
//!
//! [`parse`] is the one door through which Python source becomes a tree. A file that is longer than [`MAX_BYTES`] or nests deeper than [`MAX_DEPTH`] is refused
//! before it is parsed, since its tree would cost unbounded memory, or unbounded stack to walk and to drop; CPython itself
//! gives up at 200 brackets, at 100 indentations and at about 3,000 chained operators.
//!
//! [`Value`] is a value of one of Python's own types, with its operators, its text and the methods of `str`. What is not
//! exactly what CPython does is `None`, and never a guess.
//!
//! ```
//! use levelhead_python::{Value, parse};
//!
//! let tree = parse("name = 'ix_%s_%02d' % ('users', 7)")?;
//! assert_eq!(tree.body.len(), 1);
//!
//! let value: Value = Value::Tuple(vec![Value::str("users"), Value::Int(7)]);
//! assert_eq!(levelhead_python::percent("ix_%s_%02d", &value).as_deref(), Some("ix_users_07"));
//! assert_eq!(value.repr().as_deref(), Some("('users', 7)"));
//! # Ok::<(), levelhead_python::PythonError>(())
//! ```

mod method;
mod number;
mod operator;
mod percent;
mod repr;
mod spec;
mod template;
mod value;

pub use percent::percent;
pub use template::f_string;
pub use value::Value;

use std::borrow::Cow;

use memchr::memchr;
use ruff_python_ast::ModModule;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer, parse_module};
use ruff_text_size::{TextRange, TextSize};

/// The deepest tree that [`parse`] returns, in nested expressions and statements.
pub const MAX_DEPTH: u32 = 1000;

/// The deepest nesting of brackets, CPython's own limit.
const MAX_BRACKETS: usize = 200;

/// The deepest indentation, CPython's own limit.
const MAX_INDENTS: u32 = 100;

/// Bytes of the longest source that [`parse`] takes. The densest Python takes a hundred times its bytes as a tree, so
/// that this is 1.6 GB; the largest migration that anybody has written by hand is a hundredth of it.
pub const MAX_BYTES: usize = 16 << 20;

/// Why a source is not a tree. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PythonError {
    /// Python would refuse it too.
    #[error("syntax error on line {line}: {message}")]
    Syntax {
        /// Where.
        line: usize,
        /// The parser's words.
        message: String,
    },
    /// Nested beyond what anything written by hand reaches.
    #[error("nested too deeply on line {line}")]
    TooDeep {
        /// Where the limit is passed.
        line: usize,
    },
    /// Longer than [`MAX_BYTES`].
    #[error("{} MiB long, and up to {} MiB are read", .bytes.div_ceil(1 << 20), MAX_BYTES >> 20)]
    TooLong {
        /// How long.
        bytes: u64,
    },
    /// The bytes are not text in the encoding that the file declares.
    #[error("line {line} is not valid {encoding}")]
    Encoding {
        /// The first line that cannot be decoded.
        line: usize,
        /// The declared encoding, or UTF-8.
        encoding: String,
    },
}

impl PythonError {
    /// The line that the error is on, where it is on one.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Syntax { line, .. } | Self::TooDeep { line } | Self::Encoding { line, .. } => Some(*line),
            Self::TooLong { .. } => None,
        }
    }
}

/// Parses one module. Needs little stack, whatever the source; dropping and walking the result recurses at most
/// [`MAX_DEPTH`] deep.
pub fn parse(source: &str) -> Result<ModModule, PythonError> {
    if source.len() > MAX_BYTES {
        return Err(PythonError::TooLong { bytes: source.len() as u64 });
    }
    if source.len() > MAX_BRACKETS && is_too_deep(source) {
        return Err(PythonError::TooDeep { line: first_deep_line(source) });
    }
    match parse_module(source) {
        Ok(parsed) => Ok(parsed.into_syntax()),
        Err(error) => {
            Err(PythonError::Syntax { line: line_of(source, error.location.start()), message: error.error.to_string() })
        }
    }
}

/// The line of a position, counted from 1.
pub fn line_of(source: &str, offset: TextSize) -> usize {
    let end = offset.to_usize().min(source.len());
    1 + source.as_bytes()[..end].iter().filter(|&&byte| byte == b'\n').count()
}

/// The source of a node on one line, cut to what fits in a message.
pub fn excerpt(source: &str, range: TextRange) -> String {
    const LONGEST: usize = 80;
    let text = source.get(range.start().to_usize()..range.end().to_usize()).unwrap_or_default();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}

/// Bytes as Python reads a source file: a byte order mark dropped, the coding cookie of PEP 263 obeyed, line ends
/// made `\n` (they are inside string literals too).
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, PythonError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => match coding_cookie(bytes) {
            Some(name) if is_latin_1(&name) => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
            cookie => {
                let line = 1 + bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
                return Err(PythonError::Encoding { line, encoding: cookie.unwrap_or_else(|| "UTF-8".to_owned()) });
            }
        },
    };
    if memchr(b'\r', text.as_bytes()).is_some() {
        Ok(Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")))
    } else {
        Ok(text)
    }
}

/// The encoding named by a comment on the first two lines.
fn coding_cookie(bytes: &[u8]) -> Option<String> {
    bytes.split(|&byte| byte == b'\n').take(2).find_map(|line| {
        let line = String::from_utf8_lossy(line);
        let (_, rest) = line.trim_start().strip_prefix('#')?.split_once("coding")?;
        let name = rest.strip_prefix([':', '='])?.trim_start();
        let name = name.split(|c: char| !(c.is_alphanumeric() || "-_.".contains(c))).next()?;
        (!name.is_empty()).then(|| name.to_owned())
    })
}

fn is_latin_1(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    matches!(name.as_str(), "latin-1" | "iso-8859-1" | "iso8859-1" | "latin1" | "l1")
}

fn first_deep_line(source: &str) -> usize {
    let ends: Vec<usize> = source.match_indices('\n').map(|(at, _)| at + 1).collect();
    1 + ends.partition_point(|&end| !is_too_deep(&source[..end]))
}

/// Whether the tree of `source` may be deeper than the limits.
///
/// Only tokens are looked at, and the answer errs towards yes: inside one bracket and up to the next comma, each
/// token that is not an operand counts as one level.
fn is_too_deep(source: &str) -> bool {
    use TokenKind as T;

    let mut lexer = lexer::lex(source, Mode::Module);
    let mut indents = 0;
    // The depth at which the current comma-separated part began, and those of the brackets around it.
    let (mut part, mut around) = (0, Vec::new());
    let mut depth: u32 = 0;
    loop {
        match lexer.next_token() {
            T::EndOfFile => return false,
            T::Lpar | T::Lsqb | T::Lbrace => {
                depth += 1;
                around.push((part, depth));
                part = depth;
            }
            T::Rpar | T::Rsqb | T::Rbrace => {
                if let Some(outer) = around.pop() {
                    (part, depth) = outer;
                }
            }
            T::Comma => depth = part,
            // Its parameters hold commas that do not end it.
            T::Lambda => {
                depth += 1;
                part += 1;
            }
            T::Newline | T::Semi => {
                around.clear();
                (part, depth) = (indents, indents);
            }
            T::Indent => {
                indents += 1;
                (part, depth) = (indents, indents);
            }
            T::Dedent => {
                indents = indents.saturating_sub(1);
                (part, depth) = (indents, indents);
            }
            T::Name | T::String | T::Int | T::Float | T::Complex | T::Comment | T::NonLogicalNewline => {}
            T::FStringStart | T::FStringMiddle | T::FStringEnd => {}
            _ => depth += 1,
        }
        if depth > MAX_DEPTH || around.len() > MAX_BRACKETS || indents > MAX_INDENTS {
            return true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_refused_before_it_is_parsed() {
        let longest = "#".repeat(MAX_BYTES);
        assert!(parse(&longest).is_ok());
        let error = parse(&(longest + "#")).unwrap_err();
        assert_eq!(error.to_string(), "17 MiB long, and up to 16 MiB are read");
        assert_eq!(error.line(), None);
    }

    #[test]
    fn ordinary_source_is_parsed() {
        let rows = (0..5000).map(|n| format!("    {{'id': {n}, 'name': 'x' + 'y'}},\n")).collect::<String>();
        let source = format!("revision = 'a'\ndef upgrade():\n    op.bulk_insert(t, [\n{rows}])\n");
        assert_eq!(parse(&source).map(|module| module.body.len()), Ok(2));
    }

    #[test]
    fn every_kind_of_endless_nesting_is_refused_on_its_line() {
        let n = 100_000;
        let open = |text: &str| format!("x = 1\ny = {}1{}\n", text.repeat(n), "");
        let cases = [
            format!("x = 1\ny = {}1{}\n", "(".repeat(n), ")".repeat(n)),
            format!("x = 1\ny = {}1{}\n", "[".repeat(n), "]".repeat(n)),
            open("("),
            open("-"),
            open("not "),
            open("lambda a, b: "),
            open("a + "),
            open("a ** "),
            open("1 if a else "),
            open("a and not "),
            format!("x = 1\ny = a{}\n", ".b".repeat(n)),
            format!("x = 1\ny = a{}\n", "()".repeat(n)),
            format!("x = 1\ny = a{}\n", "[0]".repeat(n)),
            format!("x = 1\ny = {}{}\n", "f'{".repeat(n), "}'".repeat(n)),
        ];
        for source in cases {
            assert_eq!(parse(&source), Err(PythonError::TooDeep { line: 2 }), "{}", &source[..30]);
        }
        let mut indented: String = (0..300).map(|n| format!("{}if a:\n", " ".repeat(n))).collect();
        indented.push_str(&format!("{}pass\n", " ".repeat(300)));
        assert!(matches!(parse(&indented), Err(PythonError::TooDeep { .. })));
    }

    #[test]
    fn a_syntax_error_names_its_line() {
        let error = parse("a = 1\nb = (\nc = 2\nd = = 3\n").unwrap_err();
        assert!(matches!(error, PythonError::Syntax { line: 2..=4, .. }), "{error}");
        assert!(matches!(parse("def f(:\n"), Err(PythonError::Syntax { line: 1, .. })));
    }

    #[test]
    fn bytes_are_decoded_as_python_decodes_them() {
        let cases: [(&[u8], Result<&str, usize>); 7] = [
            (b"a = 1\n", Ok("a = 1\n")),
            (b"\xef\xbb\xbfa = 1\n", Ok("a = 1\n")),
            (b"a = 1\r\nb = 2\r", Ok("a = 1\nb = 2\n")),
            (b"# -*- coding: latin-1 -*-\na = '\xe9'\n", Ok("# -*- coding: latin-1 -*-\na = 'é'\n")),
            (
                b"#!/x\n# vim: set fileencoding=ISO-8859-1 :\n'\xe9'",
                Ok("#!/x\n# vim: set fileencoding=ISO-8859-1 :\n'é'"),
            ),
            (b"a = 1\nb = '\xe9'\n", Err(2)),
            (b"# coding: koi8-r\nb = '\xe9'\n", Err(2)),
        ];
        for (bytes, expected) in cases {
            assert_eq!(decode(bytes).as_deref().map_err(|error| error.line().unwrap()), expected);
        }
    }
}

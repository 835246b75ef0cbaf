//! From the source of one migration file to its [`Revision`]: the module attributes that Alembic reads, decided
//! without running the file.

use std::cell::Cell;
use std::path::Path;

use ruff_python_ast::{Expr, ModModule, Stmt};

use super::cut::before_functions;
use super::deferred::Deferred;
use super::evaluate::Names;
use super::follow::Follow;
use super::imports::{Imports, Search};
use super::plain;
use super::problem::{Problem, Remedy};
use super::revision::Revision;
use super::value::{Value, members};
use python::{self, MAX_BYTES, PythonError};

/// The attributes that Alembic reads.
pub(super) const ATTRIBUTES: [&str; 4] = ["revision", "down_revision", "depends_on", "branch_labels"];

/// Reads one file's bytes; `path` is what it is called by. Never guesses: what it cannot decide is a [`Problem`] with
/// line and expression.
pub fn read(bytes: &[u8], path: &Path) -> Result<Revision, Problem> {
    read_with(bytes, path, None, |_| None)
}

/// As [`read`], and does not parse functions that follow the attributes: an error inside one goes unnoticed. A header that is
/// [`plain`] is not parsed either. Whatever [`read`] decides, this decides the same.
pub fn read_header(bytes: &[u8], path: &Path) -> Result<Revision, Problem> {
    read_with(bytes, path, None, before_functions)
}

pub(super) fn read_with(
    bytes: &[u8],
    path: &Path,
    imports: Option<&Imports>,
    header: fn(&str) -> Option<&str>,
) -> Result<Revision, Problem> {
    let refuse = |error| refused(path, &error);
    if bytes.len() > MAX_BYTES {
        return Err(refuse(PythonError::TooLong { bytes: bytes.len() as u64 }));
    }
    let source = python::decode(bytes).map_err(refuse)?;
    let header = header(&source);
    if let Some(revision) = header.and_then(|header| plain::read(header, path)) {
        return Ok(revision);
    }
    // A header that does not stand alone, because it ends inside a string for example, is no header; nor is one that binds
    // names later, which a function may set off by taking a name from the last object of its kind.
    let module = match header.map(python::parse) {
        Some(Ok(module)) if !Deferred::of(&module).binds() => module,
        _ => python::parse(&source).map_err(refuse)?,
    };
    let file = File { module: &module, source: &source, path };
    file.revision(None).or_else(|problem| {
        let files = Cell::new(0);
        let search = imports.map(|imports| Search::new(imports, &files));
        match search.and_then(|search| Follow::new(search, None, &module, &ATTRIBUTES)) {
            Some(follow) => file.revision(Some(&follow)),
            None => Err(problem),
        }
    })
}

/// A file that is parsed.
#[derive(Clone, Copy)]
struct File<'a> {
    module: &'a ModModule,
    source: &'a str,
    path: &'a Path,
}

impl<'a> File<'a> {
    fn revision(self, follow: Option<&'a Follow<'a>>) -> Result<Revision, Problem> {
        let file_name = self.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let names = Names::following(self.module, module_name(&file_name), follow);
        let reader = Attributes { names, source: self.source, path: self.path };
        Ok(Revision {
            id: reader.id(&file_name)?,
            down_revision: match reader.names.get("down_revision") {
                Some(value) => reader.list("down_revision", value)?,
                None => {
                    return Err(reader.problem(
                        None,
                        "down_revision is not declared".to_owned(),
                        Remedy::DeclareParent,
                    ));
                }
            },
            depends_on: reader.optional("depends_on")?,
            branch_labels: reader.optional("branch_labels")?,
            docstring: docstring(self.module).trim().to_owned(),
            path: self.path.to_owned(),
        })
    }
}

/// What is said of a file that is no tree.
pub(super) fn refused(path: &Path, error: &PythonError) -> Problem {
    Problem::Unreadable {
        path: path.to_owned(),
        line: error.line(),
        reason: match error {
            PythonError::Syntax { message, .. } => format!("syntax error: {message}"),
            PythonError::TooDeep { .. } => "nested too deeply to be read".to_owned(),
            PythonError::TooLong { .. } => error.to_string(),
            PythonError::Encoding { encoding, .. } => format!("not valid {encoding}"),
        },
        remedy: Remedy::Python(error.clone()),
    }
}

/// The `__name__` that Alembic loads a file under.
fn module_name(file_name: &str) -> String {
    file_name.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect()
}

fn docstring(module: &ModModule) -> &str {
    match module.body.first() {
        Some(Stmt::Expr(statement)) => match &*statement.value {
            Expr::StringLiteral(literal) => literal.value.to_str(),
            _ => "",
        },
        _ => "",
    }
}

struct Attributes<'a> {
    names: Names<'a>,
    source: &'a str,
    path: &'a Path,
}

impl Attributes<'_> {
    fn id(&self, file_name: &str) -> Result<String, Problem> {
        match self.names.get("revision") {
            Some(Value::Str(id)) => Ok(id),
            Some(value) => Err(self.undecided("revision", &value, "a string")),
            None => match file_name.strip_suffix(".py") {
                Some(stem) if is_hexadecimal(stem) => Ok(stem.to_owned()),
                _ => Err(self.problem(None, "revision is not declared".to_owned(), Remedy::Declare)),
            },
        }
    }

    fn optional(&self, attribute: &str) -> Result<Vec<String>, Problem> {
        self.names.get(attribute).map_or(Ok(Vec::new()), |value| self.list(attribute, value))
    }

    /// A string, or anything that holds strings; `None` and empty collections are the same.
    fn list(&self, attribute: &str, value: Value) -> Result<Vec<String>, Problem> {
        let expected = "a string, None, or a collection of strings";
        let items = match &value {
            Value::None => return Ok(Vec::new()),
            Value::Str(id) => return Ok(vec![id.clone()]),
            other => members(other).ok_or_else(|| self.undecided(attribute, &value, expected))?,
        };
        if items == [Value::None] {
            return Ok(Vec::new());
        }
        let text = |item| match item {
            Value::Str(id) => Ok(id),
            other => Err(self.undecided(attribute, &other, expected)),
        };
        items.into_iter().map(text).collect()
    }

    fn undecided(&self, attribute: &str, value: &Value, expected: &'static str) -> Problem {
        let Some(range) = value.unknown().copied() else {
            let remedy = Remedy::Expect { attribute: attribute.to_owned(), expected };
            return self.problem(None, format!("{attribute} is not {expected}"), remedy);
        };
        let line = python::line_of(self.source, range.start());
        let expression = python::excerpt(self.source, range);
        let reason = format!("{attribute} cannot be decided without running Python: {expression}");
        self.problem(Some(line), reason, Remedy::Spell { attribute: attribute.to_owned(), expression })
    }

    fn problem(&self, line: Option<usize>, reason: String, remedy: Remedy) -> Problem {
        Problem::Unreadable { path: self.path.to_owned(), line, reason, remedy }
    }
}

fn is_hexadecimal(stem: &str) -> bool {
    !stem.is_empty() && stem.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str) -> Result<String, String> {
        let revision = read(source.as_bytes(), Path::new("/v/x_y.py")).map_err(|problem| match problem {
            Problem::Unreadable { line, reason, .. } => format!("{}: {reason}", line.unwrap_or(0)),
            other => other.to_string(),
        })?;
        let Revision { id, down_revision, depends_on, branch_labels, .. } = revision;
        let mut text = format!("{id} <- {}", down_revision.join(","));
        if !depends_on.is_empty() {
            text += &format!(" ^ {}", depends_on.join(","));
        }
        if !branch_labels.is_empty() {
            text += &format!(" @ {}", branch_labels.join(","));
        }
        Ok(text)
    }

    #[test]
    fn every_literal_form_is_understood() {
        let cases = [
            ("revision = 'a'\ndown_revision = None", "a <- "),
            ("revision: str = \"a\"\ndown_revision: Union[str, None] = 'b'", "a <- b"),
            ("revision = ('a')\ndown_revision = ('b' 'c')", "a <- bc"),
            ("revision = 'a' + \"b\"\ndown_revision = 'x' 'y' + 'z'", "ab <- xyz"),
            ("n = 7\nrevision = f'r{n}'\ndown_revision = f\"{'r'}6\"", "r7 <- r6"),
            ("revision, down_revision = 'a', 'b'", "a <- b"),
            ("(revision, [down_revision, depends_on]) = ('a', ('b', 'c'))", "a <- b ^ c"),
            ("x = revision = 'a'; down_revision = x + '0'", "a <- a0"),
            ("n = 7\nrevision = '%04d' % n\ndown_revision = f'{n - 1:04}'", "0007 <- 0006"),
            ("revision = 'A'.lower()\ndown_revision = '{}_{n:>02}'.format('b', n=1)", "a <- b_01"),
            ("revision = 'a'\ndown_revision = 'b c'.split()\ndepends_on = repr(1)", "a <- b,c ^ 1"),
            ("revision = 'a'\ndown_revision = {'b': 1, 'b': 2}", "a <- b"),
            ("revision = 'a'\ndown_revision = ('b', 'c',)", "a <- b,c"),
            ("revision = 'a'\ndown_revision = ['b', 'c']\ndepends_on = {'d'}", "a <- b,c ^ d"),
            ("revision = 'a'\ndown_revision = {'b': 1}\nbranch_labels = ('l', 'm')", "a <- b @ l,m"),
            ("revision = 'a'\ndown_revision = {'b', 'c'}\ndepends_on = frozenset(['d', 'e'])", "a <- b,c ^ d,e"),
            ("revision = 'a'\ndown_revision = ()\nbranch_labels = 'l'\ndepends_on = []", "a <-  @ l"),
            ("revision = 'a'\ndown_revision = (None,)", "a <- "),
            ("revision = 'a'\ndown_revision = ''", "a <- "),
            ("if (revision := 'a'): down_revision = 'b'\nelse: down_revision = 'c'", "a <- b"),
            ("revision = 'a'\nrevision += 'b'\ndown_revision = ('x',)\ndown_revision += ('y',)", "ab <- x,y"),
            ("revision = r'a\\b'\ndown_revision = u'b'", "a\\b <- b"),
            ("revision = '''a'''\ndown_revision = 'b\\x63\\u0064'", "a <- bcd"),
            ("revision = \\\n    'a'\ndown_revision = \\\n  None", "a <- "),
            ("\u{feff}revision = 'a'\r\ndown_revision = None\r\n", "a <- "),
            ("revision = 'a'\nrevision = 'b'\ndown_revision = None", "b <- "),
            ("try:\n    revision = 'a'\nexcept ImportError:\n    revision = 'b'\ndown_revision = None", "a <- "),
            ("try:\n    import x\nexcept ImportError:\n    x = None\nrevision = 'a'\ndown_revision = None", "a <- "),
            ("try:\n    import x\nfinally:\n    revision = 'a'\ndown_revision = None", "a <- "),
            (
                "from typing import TYPE_CHECKING\nrevision = 'a'\nif TYPE_CHECKING:\n    revision = 'b'\n\
              down_revision = None",
                "a <- ",
            ),
            ("if sys.version_info > (3,):\n    x = 1\nelse:\n    x = 2\nrevision = 'a'\ndown_revision = 'b'", "a <- b"),
            ("if flag:\n    revision = 'a'\nelse:\n    revision = 'a'\ndown_revision = None", "a <- "),
            ("revision = 'a' if 1 else 'b'\ndown_revision = None or 'c'", "a <- c"),
            (
                "IDS = {'me': 'a', 'parent': ['b', 'c']}\nrevision = IDS['me']\ndown_revision = IDS['parent'][-1]",
                "a <- c",
            ),
            ("revision = 'a'\ndown_revision = tuple(['b', 'c'])\ndepends_on = str('d')", "a <- b,c ^ d"),
            ("revision = 'a'\ndown_revision = ['b']\nlog = logging.getLogger(__name__)\nclass T:\n  x = f()", "a <- b"),
            ("revision = 'a'\ndown_revision = None\ndef upgrade():\n    revision = 'z'\n    exec('')", "a <- "),
            ("if __name__ == '__main__':\n    revision = 'z'\nrevision = 'a'\ndown_revision = None", "a <- "),
            ("revision = 'a'\ndown_revision = None\nassert revision == 'a'", "a <- "),
            ("from sqlalchemy import *\nrevision = 'a'\ndown_revision = None", "a <- "),
            ("from .common import *\nrevision = 'a'\ndown_revision = depends_on = branch_labels = None", "a <- "),
            ("for i in range(3):\n    print(i)\nrevision = 'a'\ndown_revision = None", "a <- "),
            ("with open('x') as f:\n    text = f.read()\nrevision = 'a'\ndown_revision = None", "a <- "),
            ("down_revision, revision = ('b', *('a',))", "a <- b"),
            ("revision = 'a'\ndown_revision = None\ntry: x()\nexcept E as error: pass", "a <- "),
        ];
        for (source, expected) in cases {
            assert_eq!(shown(source).as_deref(), Ok(expected), "{source}");
        }
    }

    #[test]
    fn what_cannot_be_decided_is_refused_with_line_and_expression() {
        let unknown = |line: usize, attribute: &str, expression: &str| {
            format!("{line}: {attribute} cannot be decided without running Python: {expression}")
        };
        let cases = [
            ("revision = uuid4().hex\ndown_revision = None", unknown(1, "revision", "uuid4().hex")),
            ("from ids import A\nrevision = A\ndown_revision = None", unknown(2, "revision", "A")),
            ("revision = 'a'\ndown_revision = '%s' % b()", unknown(2, "down_revision", "'%s' % b()")),
            ("revision = 'a'\ndown_revision = '%d' % 'b'", unknown(2, "down_revision", "'%d' % 'b'")),
            ("revision = 'a'\ndown_revision = 'b'.join(c)", unknown(2, "down_revision", "'b'.join(c)")),
            ("revision, down_revision = {'a', 'b'}", unknown(1, "revision", "revision, down_revision")),
            ("revision = 'a'\ndown_revision = ('b', x())", unknown(2, "down_revision", "x()")),
            (
                "revision = 'a'\nif flag:\n    down_revision = 'b'\nelse:\n    down_revision = 'c'",
                unknown(2, "down_revision", "flag"),
            ),
            (
                "try:\n    import x\n    revision = 'a'\nexcept ImportError:\n    revision = 'b'\ndown_revision = None",
                unknown(1, "revision", "try: import x revision = 'a' except ImportError: revision = 'b'"),
            ),
            (
                "revision = 'a'\ndown_revision = None\nexec('revision = 1')",
                unknown(3, "revision", "exec('revision = 1')"),
            ),
            (
                "revision = 'a'\ndown_revision = None\nglobals()['revision'] = 'b'",
                unknown(3, "revision", "globals()['revision'] = 'b'"),
            ),
            (
                "revision = 'a'\ndown_revision = ['b']\ndown_revision.append('c')",
                unknown(3, "down_revision", "down_revision.append('c')"),
            ),
            ("revision = 'a'\nx = down_revision = ['b']\nx[0] = 'c'", unknown(3, "down_revision", "x[0]")),
            ("revision = 'a'\nx = down_revision = ['b']\nx += ['c']", unknown(3, "down_revision", "x += ['c']")),
            (
                "revision = 'a'\ndown_revision = None\ndef f():\n  global revision\n  revision = 'z'\nf()",
                unknown(6, "revision", "f()"),
            ),
            (
                "revision = 'a'\ndown_revision = None\ndef f():\n  globals()['revision'] = 'z'\ntry:\n  f()\nfinally: pass",
                unknown(5, "revision", "try: f() finally: pass"),
            ),
            (
                "revision = 'a'\ndown_revision = None\ndef f():\n  global revision\n  revision = 'z'\ng = f\ng()",
                unknown(7, "revision", "g()"),
            ),
            (
                "g = lambda: globals().update(revision='z')\nrevision = 'a'\ndown_revision = None\ng()",
                unknown(4, "revision", "g()"),
            ),
            (
                "revision = 'a'\ndown_revision = None\nclass C:\n  global revision\n  revision = 'z'",
                unknown(3, "revision", "class C: global revision revision = 'z'"),
            ),
            (
                "revision = 'a'\ndown_revision = None\nfor revision in 'bc': pass",
                unknown(3, "revision", "for revision in 'bc': pass"),
            ),
            (
                "from .common import *\nrevision = 'a'\ndown_revision = None",
                unknown(1, "depends_on", "from .common import *"),
            ),
            (
                "revision = 'a'\ndown_revision = 3",
                "0: down_revision is not a string, None, or a collection of strings".to_owned(),
            ),
            (
                "revision = 'a'\ndown_revision = 'b'\n0 == 1 == (revision := 'z')",
                unknown(3, "revision", "0 == 1 == (revision := 'z')"),
            ),
            (
                "revision = 'a'\ndown_revision = None\ntry: raise E\nexcept E as revision: pass",
                "0: revision is not declared".to_owned(),
            ),
            ("revision = None\ndown_revision = None", "0: revision is not a string".to_owned()),
            ("revision = 'a'", "0: down_revision is not declared".to_owned()),
            ("down_revision = None", "0: revision is not declared".to_owned()),
            ("import os\nx = 1", "0: revision is not declared".to_owned()),
        ];
        for (source, expected) in cases {
            assert_eq!(shown(source).unwrap_err(), expected, "{source}");
        }
    }

    #[test]
    fn a_header_that_ends_inside_a_string_is_none() {
        let inside = b"revision = 'a'\ndown_revision = '''\ndef f():\n    x\n#'''\n";
        let [short, long] = [read_header, read].map(|read| read(inside, Path::new("x.py")));
        assert_eq!(short.as_ref().map(|revision| revision.down_revision.len()), Ok(1));
        assert_eq!(short, long);
    }

    #[test]
    fn the_oldest_files_are_named_by_their_revision() {
        let read = |name: &str| read(b"down_revision = None", Path::new(name)).map(|revision| revision.id).ok();
        assert_eq!(read("/v/00ff.py").as_deref(), Some("00ff"));
        assert_eq!(read("/v/00FF.py"), None);
        assert_eq!(read("/v/.py"), None);
    }

    #[test]
    fn the_message_is_the_docstring_up_to_its_first_blank_line() {
        let source = "\"\"\" add users\nand roles\n\nRevision ID: x\n\n\"\"\"\nrevision = 'a'\ndown_revision = None";
        let revision = read(source.as_bytes(), Path::new("a.py")).unwrap();
        assert_eq!(revision.message(), "add users\nand roles");
        assert_eq!(revision.docstring, "add users\nand roles\n\nRevision ID: x");
        let none = "f'x'\nrevision = 'a'\ndown_revision = None";
        assert_eq!(read(none.as_bytes(), Path::new("a.py")).unwrap().message(), "");
    }
}

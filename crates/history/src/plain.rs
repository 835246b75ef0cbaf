//! Headers as `alembic revision` writes them, read without a parser: a docstring, imports, and attributes that are literals.
//!
//! Knows only what stands on one line and means one thing; anything else is left to the parser. It may never answer
//! something else than the parser does.

use std::path::Path;

use memchr::memchr;

use super::header::ATTRIBUTES;
use super::revision::Revision;
use super::scan::{split, split_once};

/// A longer statement may be nested deeper than the parser goes.
const LONGEST: usize = 200;

/// Names that Python takes for no name.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// The revision of a file whose top level is `header` and functions that bind nothing; `None` where the header is not plain.
pub(super) fn read(header: &str, path: &Path) -> Option<Revision> {
    // Python loads no file that has one; other control characters are in no line that is known here but inside a string.
    if memchr(b'\0', header.as_bytes()).is_some() {
        return None;
    }
    let (docstring, statements) = split_docstring(header)?;
    let mut values: [Option<Vec<String>>; 4] = [const { None }; 4];
    let mut lines = split(statements, "\n").filter(|line| !is_blank(line));
    lines.all(|line| line.len() <= LONGEST && (is_import(line) || assign(line, &mut values).is_some())).then_some(())?;
    let [revision, down_revision, depends_on, branch_labels] = values;
    let [id] = <[String; 1]>::try_from(revision?).ok()?;
    Some(Revision {
        id,
        down_revision: down_revision?,
        depends_on: depends_on.unwrap_or_default(),
        branch_labels: branch_labels.unwrap_or_default(),
        docstring: docstring.trim().to_owned(),
        path: path.to_owned(),
    })
}

/// White space, or a comment.
fn is_blank(line: &str) -> bool {
    let text = line.trim_start_matches([' ', '\t']);
    text.is_empty() || text.starts_with('#')
}

/// The docstring between three double quotes, and what follows its line.
fn split_docstring(header: &str) -> Option<(&str, &str)> {
    const QUOTES: &str = "\"\"\"";
    let (docstring, rest) = split_once(header.strip_prefix(QUOTES)?, QUOTES)?;
    let statements = rest.strip_prefix('\n')?;
    memchr(b'\\', docstring.as_bytes()).is_none().then_some((docstring, statements))
}

/// `import a.b as c` or `from a.b import c as d, e` on one line, where no attribute is bound.
fn is_import(line: &str) -> bool {
    // Those of Alembic's templates, which nearly every file has: known without looking into them.
    if matches!(line, "from alembic import op" | "import sqlalchemy as sa" | "from typing import Sequence, Union") {
        return true;
    }
    let is_path = |path: &str| path.split('.').all(is_name);
    let binds_one = |item: &str| {
        let (what, name) = split_once(item, " as ").unwrap_or((item, item));
        is_path(what) && is_name(name) && !ATTRIBUTES.contains(&name)
    };
    if let Some(module) = line.strip_prefix("import ") {
        return binds_one(module) || is_path(module) && !ATTRIBUTES.iter().any(|name| module.starts_with(name));
    }
    let Some((module, items)) = line.strip_prefix("from ").and_then(|rest| split_once(rest, " import ")) else {
        return false;
    };
    is_path(module) && split(items, ", ").all(|item| !item.contains('.') && binds_one(item))
}

fn is_name(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    text.bytes().next().is_some_and(is_letter)
        && text.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit())
        && !KEYWORDS.contains(&text)
}

/// `attribute = literal`, annotated or not. Only a later assignment counts.
fn assign(line: &str, values: &mut [Option<Vec<String>>; 4]) -> Option<()> {
    let (target, value) = split_once(line, " = ")?;
    let (name, annotation) = split_once(target, ": ").unwrap_or((target, "str"));
    let attribute = ATTRIBUTES.iter().position(|attribute| *attribute == name)?;
    is_usual(annotation).then_some(())?;
    let ids = if value == "None" { Vec::new() } else { strings(value)? };
    // Whether a collection may be the revision's own name is the parser's to say.
    (attribute > 0 || is_string(value)).then_some(())?;
    values[attribute] = Some(ids);
    Some(())
}

/// What Alembic's templates, old and new, annotate the attributes with.
fn is_usual(annotation: &str) -> bool {
    matches!(
        annotation,
        "str" | "Union[str, None]" | "Union[str, Sequence[str], None]" | "str | None" | "str | Sequence[str] | None"
    )
}

/// One string, or a tuple or list of several.
fn strings(value: &str) -> Option<Vec<String>> {
    let bracketed = |open, close| value.strip_prefix(open)?.strip_suffix(close);
    match bracketed('(', ')').or_else(|| bracketed('[', ']')) {
        None => Some(vec![string(value)?.to_owned()]),
        Some(items) => {
            let items = split(items, ", ").map(|item| string(item).map(str::to_owned)).collect::<Option<Vec<_>>>()?;
            // `('a')` is a string.
            (items.len() > 1).then_some(items)
        }
    }
}

fn is_string(value: &str) -> bool {
    string(value).is_some()
}

/// The text of a quoted string that holds neither quotes nor escapes.
fn string(literal: &str) -> Option<&str> {
    let quoted = |quote| literal.strip_prefix(quote)?.strip_suffix(quote);
    let text = quoted('\'').or_else(|| quoted('"'))?;
    let is_plain = |byte: u8| !matches!(byte, b'\'' | b'"' | b'\\' | b',');
    (!text.is_empty() && text.bytes().all(is_plain)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::super::header::{read as read_whole, read_header};
    use super::*;

    const DOCSTRINGS: [&str; 7] = [
        "\"\"\"add users\n\nRevision ID: a\nRevises: b\n\n\"\"\"\n",
        "\"\"\" ünïcödé \n\t\"\"\"\n",
        "\"\"\"\"\"\"\n",
        "\"\"\"say \"hello\" \"\"\"\n",
        "\"\"\"a \\\"\"\" \"\"\"\n",
        "\"\"\"a\"\"\" \"b\"\n",
        "",
    ];
    const LINES: [&str; 43] = [
        "# a comment",
        "    # an indented comment",
        "import sqlalchemy as sa",
        "import sqlalchemy.dialects.postgresql",
        "import revision",
        "import revision.a",
        "import revisions.a",
        "import a as revision",
        "import class",
        "import a.if",
        "import a.b as c.d",
        "from alembic import op",
        "from typing import Sequence, Union",
        "from a.b import c, d as e",
        "from a import c.d",
        "from a import down_revision",
        "from a import x as depends_on",
        "from a import revision as x",
        "from a import *",
        "from . import a",
        "from a import (b)",
        "from a import b,",
        "revision = 'b'",
        "revision = (\"b\", 'c')",
        "revision = None",
        "revision: str = \"c\"",
        "revision = 'a' 'b'",
        "revision = 'a' + 'b'",
        "revision = ''",
        "revision = '\\x41'",
        "revision = r'A'",
        "down_revision = ('b', \"c\")",
        "down_revision = ['b', 'c']",
        "down_revision = ('b')",
        "down_revision = ('b',)",
        "down_revision = ('b', 'c',)",
        "down_revision = ('b', 'c']",
        "down_revision: Union[str, None] = None  # the first",
        "down_revision: Union[str, Sequence[str], None] = 'b'",
        "down_revision = 'a, b'",
        "depends_on = 'd'; branch_labels = 'x'",
        "branch_labels: str | None = ('x', 'y')",
        "branch_labels: = 'x'",
    ];

    fn header(docstring: &str, lines: &[&str]) -> String {
        format!("{docstring}revision = 'a'\ndown_revision = None\n{}\n", lines.join("\n"))
    }

    #[test]
    fn what_it_answers_the_parser_answers() {
        let path = Path::new("/v/x.py");
        let mut plain = 0;
        for docstring in DOCSTRINGS {
            for first in LINES {
                for second in LINES {
                    let header = header(docstring, &[first, second]);
                    let Some(revision) = read(&header, path) else { continue };
                    plain += 1;
                    assert_eq!(Ok(revision), read_whole(header.as_bytes(), path), "{header}");
                }
            }
        }
        assert!(plain > 500, "{plain}");
    }

    #[test]
    fn what_alembic_writes_is_plain() {
        let text = "\"\"\"Add users\n\nRevision ID: 27c6a30d7c24\nRevises: \nCreate Date: 2025-03-01 09:15:32.482916\n\n\"\"\"\n\
                    from typing import Sequence, Union\n\nfrom alembic import op\nimport sqlalchemy as sa\n\n\n\
                    # revision identifiers, used by Alembic.\nrevision: str = '27c6a30d7c24'\n\
                    down_revision: Union[str, Sequence[str], None] = ('8a1f', 'b2')\n\
                    branch_labels: Union[str, Sequence[str], None] = None\ndepends_on = None\n\n\n";
        let path = Path::new("/v/x.py");
        let revision = read(text, path);
        assert_eq!(revision.as_ref().map(|revision| revision.down_revision.len()), Some(2));
        let whole = format!("{text}def upgrade() -> None:\n    pass\n");
        assert_eq!(read_header(whole.as_bytes(), path).ok(), revision);
    }

    #[test]
    fn control_characters_mean_what_they_mean_to_the_parser() {
        let path = Path::new("/v/x.py");
        let is_control = |character: &char| character.is_ascii_control() && !matches!(character, '\n' | '\r');
        for character in (0..128_u8).map(char::from).filter(is_control) {
            let lines = [
                "#x",
                "x#",
                "# x",
                "import xa",
                "import a x",
                "xfrom alembic import op",
                "from alembic import opx",
                "revision = 'x'",
                "down_revision =x 'b'",
                "down_revision = 'b'x",
                "xdepends_on = 'd'",
                "x",
            ]
            .map(|line| line.replace('x', &character.to_string()));
            let docstring = DOCSTRINGS[0].replace("add", &format!("a{character}d"));
            for (docstring, line) in
                lines.iter().map(|line| (DOCSTRINGS[0], line.as_str())).chain([(&docstring[..], "")])
            {
                let header = header(docstring, &[line]);
                match read(&header, path) {
                    Some(revision) => assert_eq!(Ok(revision), read_whole(header.as_bytes(), path), "{header:?}"),
                    None => assert!(character == '\0' || !line.starts_with('#'), "{header:?}"),
                }
            }
        }
    }
}

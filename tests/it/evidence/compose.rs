//! Random migrations: composed of what a migration can hold and should not, or a real one with pieces torn out.

use std::fs;
use std::path::Path;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

use super::history;

const HEAD: &str = "import sqlalchemy as sa\nfrom alembic import op\nfrom sqlalchemy.dialects import postgresql\n";

/// Expressions that stand alone.
const ATOMS: &[&str] = &[
    "x",
    "y",
    "0",
    "-1",
    "10**10**10",
    "2**63",
    "1e400",
    "1j",
    "''",
    "'t'",
    "b'\\xff'",
    "None",
    "...",
    "[]",
    "{}",
    "()",
    "op",
    "sa",
    "op.get_bind()",
    "sa.inspect(op.get_bind())",
    "sa.Integer",
    "sa.String(10**30)",
    "sa.Enum('a', 'b', name='e')",
    "upgrade",
    "super",
    "__import__('os')",
    "'%1000000000d' % 7",
    "'{:>1000000000}'.format(x)",
    "f'{x:>999999999}'",
    "f'{x!r:{y}}'",
    "'%*d' % (10**9, 1)",
    "'%(a)s' % {'a': x}",
    "'a' * 10**12",
    "[0] * 10**9",
    "(1,) * 2**40",
    "b'a' * 10**10",
    "'a'.ljust(10**11)",
    "'a'.zfill(10**11)",
    "'a'.center(2**62, 'é')",
    "'ab'.replace('', 'x' * 1000)",
    "'\\t'.expandtabs(10**12)",
    "','.join(str(n) for n in range(10**9))",
    "list(range(10**10))",
    "[a for a in range(10**9)]",
    "{a: b for a in range(10**5) for b in range(10**5)}",
    "sum(range(10**9))",
    "sorted(range(10**8), key=lambda n: -n)",
    "bytes(10**12)",
    "int('9' * 5000)",
    "str(10**100000)",
    "range(-2**63, 2**63)",
    "1 << 10**10",
    "-2**63 // -1",
    "1 % 0",
    "1 // 0",
    "x[-2**63:2**63:-1]",
    "'abc'[::0]",
    "'é'[1:]",
    "divmod(-2**63, -1)",
    "abs(-2**63)",
    "round(1e300)",
    "max([])",
    "next(iter([]))",
    "zip(range(10**9), range(10**9))",
    "map(f, range(10**9))",
    "eval('1')",
    "(lambda g: g(g))(lambda g: g(g))",
    "chr(-1)",
    "chr(0xd800)",
    "'\\ud800'",
    "'\\N{BULLET}'",
];

/// Statements of one line.
const LINES: &[&str] = &[
    "x = E",
    "x += E",
    "x = x + x",
    "x = x * 1000",
    "x, *y = E",
    "x[E] = E",
    "y = [x, x]",
    "x = [x] * 100",
    "x.extend(x)",
    "x.append(x)",
    "x = {E: E}",
    "x.update(y)",
    "del x",
    "global x",
    "op.execute(E)",
    "op.execute(S)",
    "op.execute(sa.text(S))",
    "op.get_bind().execute(sa.text(S))",
    "op.execute(f'ALTER TABLE {E} ADD c int')",
    "op.create_table(E, sa.Column(E, E))",
    "op.create_table('t', sa.Column('a', sa.Integer), sa.Column('a', E), *E, **E)",
    "op.create_table('t', *[sa.Column(f'c{n}', sa.Integer) for n in range(10**6)])",
    "op.add_column('t', sa.Column(E, sa.String(E)))",
    "op.drop_column('t', E)",
    "op.drop_table(E)",
    "op.rename_table('t', E)",
    "op.rename_table('t', 't')",
    "op.alter_column('t', E, type_=E, new_column_name=E)",
    "op.create_index(E, 't', E, unique=E)",
    "op.create_unique_constraint(E, 't', E)",
    "op.create_foreign_key(E, 't', E, E, E, ondelete=E)",
    "op.drop_constraint(E, E)",
    "op.bulk_insert(E, E)",
    "op.batch_alter_table(E)",
    "return E",
    "raise E",
    "assert E, E",
    "f()",
    "f(*E)",
    "f(**E)",
    "upgrade()",
    "pass",
    "import versions.h1",
    "from . import h2",
    "from .h1 import *",
    "postgresql.ENUM(E, name=E).create(op.get_bind(), checkfirst=E)",
];

/// Statements that hold others.
const BLOCKS: &[&str] = &[
    "while True:",
    "while E:",
    "for x in E:",
    "for x in range(10**9):",
    "for x, y in zip(E, E):",
    "if E:",
    "if x == y:",
    "with op.batch_alter_table(E) as batch_op:",
    "with op.batch_alter_table('t') as op:",
    "with op.get_context().autocommit_block():",
    "with E as x:",
    "def f(*a, **k):",
    "def f(n=0):",
    "async def f():",
    "class C(E):",
    "try:",
    "match E:\n    case x:",
];

/// Statements of SQL.
const STATEMENTS: &[&str] = &[
    "CREATE TABLE t (a int)",
    "CREATE TABLE IF NOT EXISTS t (a int DEFAULT D, CHECK (D))",
    "ALTER TABLE t ADD COLUMN a text DEFAULT D",
    "ALTER TABLE t RENAME TO t",
    "ALTER TABLE t RENAME a TO b, DROP COLUMN b CASCADE",
    "ALTER TABLE ONLY t ALTER a TYPE varchar(99999999999999999999) USING D",
    "CREATE TYPE e AS ENUM ('a', 'b')",
    "ALTER TYPE e ADD VALUE 'c' BEFORE 'zz'",
    "DROP TABLE t, u, v CASCADE",
    "CREATE INDEX ON t (D)",
    "CREATE INDEX i ON t USING gin (a, b) INCLUDE (c) WHERE D",
    "UPDATE t SET a = D",
    "INSERT INTO t SELECT D",
    "WITH RECURSIVE x AS (SELECT D UNION ALL SELECT * FROM x) SELECT * FROM x",
    "DO $$ BEGIN S; EXCEPTION WHEN OTHERS THEN NULL; END $$",
    "DO $a$ DECLARE r record; BEGIN FOR r IN SELECT D LOOP EXECUTE 'S'; END LOOP; END $a$",
    "DO 'BEGIN S; END'",
    "DO $$ BEGIN IF D THEN S; ELSIF D THEN S; ELSE S; END IF; END $$",
    "DO $$ BEGIN LOOP S; END LOOP; END $$ LANGUAGE plpgsql",
    "CREATE FUNCTION f() RETURNS void AS $$ S $$ LANGUAGE sql",
    "DO $$ BEGIN WHILE true LOOP S; END LOOP; END",
    "COPY t FROM stdin",
    "/* /* S",
    "-- S",
    "'S",
    "$x$ S",
    "\"",
    "\\0",
    "CREATE SCHEMA s CREATE TABLE t (a int)",
    "SET search_path = s, \"\"",
    "COMMIT",
    "EXECUTE format('%I %s %L', D)",
];

/// Composes and mutates migrations.
pub struct Composer {
    random: StdRng,
    corpus: Vec<String>,
}

impl Composer {
    pub fn new(random: StdRng) -> Self {
        let mut corpus = Vec::new();
        for name in history::NAMES {
            collect(&history::root().join(name).join("versions"), &mut corpus);
        }
        corpus.sort();
        Self { random, corpus }
    }

    /// A migration, but for its name and its parent.
    pub fn source(&mut self) -> String {
        if self.random.random_bool(0.4) {
            return self.mutated();
        }
        let body = self.block(1, 4);
        format!(
            "{HEAD}x = y = 't'\n{}\n\ndef upgrade():\n{body}",
            if self.random.random_bool(0.2) { self.line() } else { String::new() }
        )
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from.choose(&mut self.random).expect("there is something to choose from")
    }

    /// Statements, indented so far.
    fn block(&mut self, indent: usize, depth: usize) -> String {
        let mut text = String::new();
        for _ in 0..self.random.random_range(1..6) {
            let margin = "    ".repeat(indent);
            if depth > 0 && self.random.random_bool(0.4) {
                let head = self.pick(BLOCKS);
                let inner = indent + head.lines().count();
                let filled = self.fill(head, 2).replace('\n', &format!("\n{margin}"));
                text.push_str(&format!("{margin}{filled}\n{}", self.block(inner, depth - 1)));
                if head == "try:" {
                    text.push_str(&format!("{margin}except Exception as x:\n{}", self.block(indent + 1, depth - 1)));
                }
            } else {
                text.push_str(&format!("{margin}{}\n", self.line()));
            }
        }
        text
    }

    fn line(&mut self) -> String {
        let line = self.pick(LINES);
        self.fill(line, 3)
    }

    /// Puts something for each place that is left open: E an expression, S a statement of SQL as a literal.
    fn fill(&mut self, pattern: &str, depth: usize) -> String {
        let mut text = String::new();
        let bytes = pattern.as_bytes();
        for (at, sign) in pattern.char_indices() {
            let alone = |at: usize| bytes.get(at).is_none_or(|byte| !byte.is_ascii_alphanumeric());
            let open = alone(at + 1) && (at == 0 || alone(at - 1));
            match sign {
                'E' if open => text.push_str(&self.expression(depth)),
                'S' if open => {
                    let sql = self.sql(3);
                    text.push_str(&format!("{sql:?}").replace("\\u{", "{"));
                }
                _ => text.push(sign),
            }
        }
        text
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 || self.random.random_bool(0.5) {
            return self.pick(ATOMS).to_owned();
        }
        let (left, right) = (self.expression(depth - 1), self.expression(depth - 1));
        // Each level multiplies: a file is to be hostile, not as large as the memory.
        if left.len() + right.len() > 10_000 {
            return left;
        }
        let times = *[2, 3, 60, 180].choose(&mut self.random).expect("there are four");
        match self.random.random_range(0..14) {
            0 => format!("({left} + {right})"),
            1 => format!("({left} * {right})"),
            2 => format!("({left} if {right} else {left})"),
            3 => format!("[{left}, *{right}]"),
            4 => format!("{{**{left}, {right}: {left}}}"),
            5 => format!("({left} % ({right},))"),
            6 => format!("({left})[{right}]"),
            7 => format!("str({left}).join([{right}] * {times})"),
            8 => format!("[{left} for x in {right} if {left}]"),
            9 => format!("{}x{}", "(".repeat(times), ")".repeat(times)),
            10 => format!("{}{left}", "not ".repeat(times)),
            11 => format!("({left}{})", format!(" + {right}").repeat(times)),
            12 => format!("({left} and {right} == {left} in {right})"),
            _ => format!("(lambda x, *y: {left})({right})"),
        }
    }

    /// Statements of SQL, often broken.
    pub fn sql(&mut self, depth: usize) -> String {
        let mut pattern = self.pick(STATEMENTS).to_owned();
        while depth > 0 && pattern.contains(" S") {
            let inner = self.sql(depth - 1);
            pattern = pattern.replacen(" S", &format!(" {inner}"), 1);
            if self.random.random_bool(0.3) || pattern.len() > 1 << 16 {
                break;
            }
        }
        let times = *[1, 2, 100, 5_000].choose(&mut self.random).expect("there are four");
        let nested = match self.random.random_range(0..8) {
            0 => format!("{}1{}", "(".repeat(times), ")".repeat(times)),
            1 => format!("{}1", "- ".repeat(times)),
            2 => format!("1{}", "::int".repeat(times)),
            3 => format!("1{}", " OR 1".repeat(times)),
            4 => format!("{}1", "CASE WHEN ".repeat(times)),
            5 => format!("{}1{}", "(SELECT ".repeat(times), ")".repeat(times)),
            6 => format!("a{}", "[1]".repeat(times)),
            _ => "1".to_owned(),
        };
        let text = pattern.replace("(D)", &format!("({nested})")).replace(" D", &format!(" {nested}"));
        let text = if self.random.random_bool(0.05) { format!("{text};").repeat(times) } else { text };
        if self.random.random_bool(0.3) { self.torn(&text, 4) } else { text }
    }

    /// A real migration with pieces torn out, repeated, moved and spoilt.
    fn mutated(&mut self) -> String {
        let text = self.corpus.choose(&mut self.random).expect("there are migrations").clone();
        let times = self.random.random_range(1..6);
        self.torn(&text, times)
    }

    fn torn(&mut self, text: &str, times: usize) -> String {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..times {
            let at = self.random.random_range(0..=bytes.len());
            let end = (at + self.random.random_range(0..12)).min(bytes.len());
            let piece = bytes[at..end].to_vec();
            let into = match self.random.random_range(0..7) {
                0 => Vec::new(),
                1 => piece.repeat(2),
                2 => piece.repeat(self.random.random_range(1..2_000)),
                3 => self.pick(ATOMS).as_bytes().to_vec(),
                4 => vec![self.random.next_u32().to_le_bytes()[0] & 0x7f],
                5 => {
                    let other = self.corpus.choose(&mut self.random).expect("there are migrations").as_bytes();
                    let start = other.len() / 2;
                    other[start..(start + 20).min(other.len())].to_vec()
                }
                _ => b"\xf0\x9f\xa7\xa8".to_vec(),
            };
            bytes.splice(at..end, into);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The migrations of a folder and those below, without what says which they are.
fn collect(folder: &Path, corpus: &mut Vec<String>) {
    const NAMES: [&str; 4] = ["revision", "down_revision", "branch_labels", "depends_on"];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, corpus);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            let text = fs::read_to_string(path).unwrap();
            let kept = text.lines().filter(|line| !NAMES.iter().any(|name| line.starts_with(name)));
            corpus.push(kept.map(|line| format!("{line}\n")).collect());
        }
    }
}

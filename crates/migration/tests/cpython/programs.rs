//! Random migrations: every statement that the reading claims to follow, nested, with what nobody can know around it.

use super::expressions::Kind;

/// Draws one migration after the other.
pub(crate) struct Programs {
    state: u64,
    lines: Vec<String>,
    indent: usize,
    /// Functions that may be called here: their name, what they take and what they give.
    functions: Vec<(String, Vec<Kind>, Option<Kind>)>,
    /// Names that the function assigns that is written.
    bound: Vec<Vec<String>>,
    /// Those among them that a function inside declares to be `nonlocal`.
    shared: Vec<Vec<String>>,
    loops: u32,
    in_function: u32,
    counter: usize,
}

const IMPORTS: &str = "\
import contextlib
import enum
import functools
import os
from contextlib import contextmanager, suppress

import sqlalchemy as sa
from alembic import op
from toolz import Context, call, decorate, draw, draw_list, draw_text, maybe_raise, touch
";

/// What a migration may use, and the words that show that it does.
const PARTS: &[(&[&str], &str)] = &[
    (
        &["Color"],
        "\
class Color(enum.Enum):
    RED = 'r'
    BLUE = 'b'
    GREEN = 'g'
",
    ),
    (
        &["Base", "Thing", "thing", "other"],
        "\
class Base:
    label = 'base'
    items = ['i']

    def full(self, more):
        return self.name + more

    @classmethod
    def made(cls, name):
        return cls(name)
",
    ),
    (
        &["Thing", "thing", "other"],
        "\
class Thing(Base):
    label = 'thing'

    def __init__(self, name='n'):
        self.name = name
        self.names = []

    @property
    def shown(self):
        return self.name + 's'

    @staticmethod
    def plain(x):
        return x + 'p'

    def rename(self, name):
        self.name = name
        self.names.append(name)
        return self

    def make(self):
        op.create_table(self.name)
",
    ),
    (
        &["gen("],
        "\
def gen(items):
    for item in items:
        yield item + 'g'
",
    ),
    (
        &["around("],
        "\
@contextmanager
def around(name):
    op.create_table(name)
    yield name
    op.drop_table(name)
",
    ),
    (
        &["Guard("],
        "\
class Guard:
    def __init__(self, swallow=False):
        self.swallow = swallow

    def __enter__(self):
        l0.append('entered')
        return self

    def __exit__(self, *given):
        l1.append('left')
        return self.swallow
",
    ),
    (
        &["twice"],
        "\
def twice(function):
    @functools.wraps(function)
    def inner(*given, **named):
        function(*given, **named)
        return function(*given, **named)
    return inner
",
    ),
    (
        &["f0"],
        "\
def f0(x, suffix='_f'):
    return x + suffix
",
    ),
    (
        &["keep"],
        "\
def keep(x, held=[]):
    held.append(x)
    return held
",
    ),
    (
        &["quiet"],
        "\
class Quiet:
    def __getattr__(self, name):
        if name == 'quiet':
            return 'q'
        raise AttributeError(name)


quiet = Quiet()
",
    ),
    (&["thing", "other"], "thing = Thing('first')\nother = thing\n"),
    (&["s0"], "s0 = 'a'\n"),
    (&["s1"], "s1 = 'tab'\n"),
    (&["n0"], "n0 = 1\n"),
    (&["n1"], "n1 = 2\n"),
    (&["b0"], "b0 = True\n"),
    (&["b1"], "b1 = False\n"),
    (&["l0", "Guard("], "l0 = ['a', 'b']\n"),
    (&["l1", "Guard("], "l1 = ['c']\n"),
    (&["d0"], "d0 = {'a': 'x', 'b': 'y'}\n"),
    (&["d1"], "d1 = {}\n"),
];

impl Programs {
    pub(crate) fn new(seed: u64) -> Self {
        let state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        Self {
            state,
            lines: Vec::new(),
            indent: 0,
            functions: Vec::new(),
            bound: Vec::new(),
            shared: Vec::new(),
            loops: 0,
            in_function: 0,
            counter: 0,
        }
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        ((self.state >> 33) as usize) % end
    }

    pub(crate) fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    pub(crate) fn pick(&mut self, among: &[&str]) -> String {
        among[self.below(among.len())].to_owned()
    }

    /// One migration.
    pub(crate) fn program(&mut self) -> String {
        self.lines.clear();
        self.functions = vec![
            ("f0".to_owned(), vec![Kind::Text], Some(Kind::Text)),
            ("Thing.plain".to_owned(), vec![Kind::Text], Some(Kind::Text)),
            ("keep".to_owned(), vec![Kind::Text], Some(Kind::List)),
        ];
        self.bound = vec![Vec::new()];
        self.counter = 0;
        for _ in 0..self.below(4) {
            self.module_statement();
        }
        for _ in 0..self.below(3) {
            self.function();
        }
        for _ in 0..self.below(2) {
            self.module_statement();
        }
        let depth = 1 + self.below(3) as u32;
        if self.one_in(12) {
            let decorator =
                self.pick(&["twice", "decorate", "functools.lru_cache(None)", "functools.wraps(f0)", "(lambda f: f)"]);
            self.line(format!("@{decorator}"));
        }
        self.defined("upgrade", "", &[], |this| {
            let most = 2 + this.below(5);
            for _ in 0..most {
                this.statement(depth);
            }
            this.operation(1);
        });
        let text = self.lines.join("\n") + "\n";
        let used = PARTS.iter().filter(|(words, _)| words.iter().any(|word| text.contains(word)));
        IMPORTS.to_owned() + &used.map(|(_, part)| *part).collect::<String>() + &text
    }

    fn line(&mut self, text: impl AsRef<str>) {
        self.lines.push("    ".repeat(self.indent) + text.as_ref());
    }

    fn inner(&mut self, depth: u32) {
        self.indent += 1;
        for _ in 0..1 + self.below(2) {
            self.statement(depth);
        }
        self.indent -= 1;
    }

    pub(crate) fn may_bind(&self) -> bool {
        self.in_function > 0
    }

    /// A name of this kind that is assigned.
    pub(crate) fn target(&mut self, kind: Kind) -> String {
        let name = self.variable(kind);
        if let Some(bound) = self.bound.last_mut()
            && !bound.contains(&name)
        {
            bound.push(name.clone());
        }
        name
    }

    fn variable(&mut self, kind: Kind) -> String {
        let letter = match kind {
            Kind::Text => 's',
            Kind::Number => 'n',
            Kind::Flag => 'b',
            Kind::List => 'l',
            Kind::Dict => 'd',
        };
        format!("{letter}{}", self.below(2))
    }

    /// A name, or one of these.
    pub(crate) fn leaf(&mut self, kind: Kind, among: &[&str]) -> String {
        if self.one_in(3) { self.pick(among) } else { self.variable(kind) }
    }

    pub(crate) fn function_of(&mut self, kind: Kind) -> Option<(String, Vec<Kind>)> {
        let fitting: Vec<_> = self.functions.iter().filter(|(.., gives)| *gives == Some(kind)).cloned().collect();
        if fitting.is_empty() {
            return None;
        }
        let (name, takes, _) = fitting[self.below(fitting.len())].clone();
        Some((name, takes))
    }

    /// A function with a body, its names declared as Python wants them.
    fn defined(&mut self, name: &str, parameters: &str, own: &[String], body: impl FnOnce(&mut Self)) {
        self.line(format!("def {name}({parameters}):"));
        let at = self.lines.len();
        self.indent += 1;
        self.in_function += 1;
        let loops = std::mem::take(&mut self.loops);
        self.bound.push(Vec::new());
        self.shared.push(Vec::new());
        body(self);
        let bound = self.bound.pop().unwrap_or_default();
        let shared = self.shared.pop().unwrap_or_default();
        let mut head = Vec::new();
        for name in bound.into_iter().filter(|name| !own.contains(name)) {
            let nested = self.in_function > 1;
            let outer_binds = nested && self.bound.last().is_some_and(|outer| outer.contains(&name));
            let declaration = match self.below(4) {
                0 if outer_binds && !shared.contains(&name) => {
                    self.shared.iter_mut().rev().take(1).for_each(|outer| outer.push(name.clone()));
                    format!("nonlocal {name}")
                }
                0 | 1 if !outer_binds && !shared.contains(&name) => format!("global {name}"),
                _ => match name.as_bytes()[0] {
                    b's' => format!("{name} = 'l'"),
                    b'n' => format!("{name} = 0"),
                    b'b' => format!("{name} = False"),
                    b'l' => format!("{name} = ['l', 'm']"),
                    _ => format!("{name} = {{'l': 'm'}}"),
                },
            };
            head.push("    ".repeat(self.indent) + &declaration);
        }
        head.sort_by_key(|line| line.contains('='));
        if head.is_empty() && self.lines.len() == at {
            head.push("    ".repeat(self.indent) + "pass");
        }
        self.lines.splice(at..at, head);
        self.loops = loops;
        self.in_function -= 1;
        self.indent -= 1;
    }

    /// A function of the file or of the function around it.
    fn function(&mut self) {
        self.counter += 1;
        let name = format!("g{}", self.counter);
        let takes: Vec<Kind> = (0..self.below(3)).map(|_| self.kind()).collect();
        let gives = self.kind();
        let mut parameters = Vec::new();
        let mut own = Vec::new();
        let mut head = Vec::new();
        for (at, kind) in takes.iter().enumerate() {
            let default = if at + 1 == takes.len() { format!("={}", self.of(*kind, 0)) } else { String::new() };
            parameters.push(format!("p{at}{default}"));
            let variable = self.variable(*kind);
            head.push(format!("{variable} = p{at}"));
            own.push(variable);
        }
        if self.one_in(4) {
            parameters.push("*rest".to_owned());
        }
        if self.one_in(4) {
            parameters.push("**named".to_owned());
        }
        if self.one_in(8) {
            let decorator = self.pick(&[
                "twice",
                "decorate",
                "functools.lru_cache(maxsize=None)",
                "functools.wraps(f0)",
                "(lambda f: f)",
                "Thing",
            ]);
            if decorator != "Thing" {
                self.line(format!("@{decorator}"));
            }
        }
        let depth = self.below(3) as u32;
        self.defined(&name, &parameters.join(", "), &own, |this| {
            head.iter().for_each(|line| this.line(line));
            for _ in 0..1 + this.below(2) {
                this.statement(depth);
            }
            let result = this.of(gives, 1);
            this.line(format!("return {result}"));
        });
        self.functions.push((name, takes, Some(gives)));
    }

    fn module_statement(&mut self) {
        match self.below(6) {
            0 | 1 => self.assignment(1),
            2 => self.change(1),
            3 if self.functions.len() > 3 => {
                let value = self.any(1);
                self.line(format!("touch({value})"));
            }
            4 => {
                let test = self.flag(1);
                self.line(format!("if {test}:"));
                self.indent += 1;
                self.assignment(1);
                self.indent -= 1;
            }
            _ => self.change(0),
        }
    }

    fn statement(&mut self, depth: u32) {
        if depth == 0 {
            return match self.below(3) {
                0 => self.operation(1),
                1 => self.assignment(1),
                _ => self.change(1),
            };
        }
        let d = depth - 1;
        match self.below(22) {
            0 | 1 => self.operation(2),
            2 | 3 => self.assignment(2),
            4 | 5 => self.change(2),
            6..=8 => self.conditional(d),
            9 | 10 => self.for_loop(d),
            11 => self.while_loop(d),
            12 | 13 => self.attempt(d),
            14 => self.with(d),
            15 => self.matching(d),
            16 => self.leave(),
            17 if self.in_function < 3 => {
                self.function();
                self.call_statement();
            }
            18 => self.call_statement(),
            19 => self.odd(),
            20 => {
                let value = self.any(1);
                self.line(format!("touch({value})"));
            }
            _ => self.operation(2),
        }
    }

    fn operation(&mut self, depth: u32) {
        let name = self.text(depth);
        let text = match self.below(14) {
            0..=4 => format!("op.create_table({name})"),
            5 => format!("op.drop_table({name})"),
            6 => format!("op.create_table('c', sa.Column({name}, sa.Integer))"),
            7 => format!("op.add_column('t', sa.Column({name}, sa.Integer))"),
            8 => format!("op.drop_column({name}, 'a')"),
            9 => format!("op.create_index({name}, 't', {} or ['e'])", self.list(depth.min(1))),
            10 => format!("op.create_table(*[{name}])"),
            11 => format!("op.rename_table({name}, 'o')"),
            12 => "op.execute('DROP TABLE ' + 'x')".to_owned(),
            _ => format!("op.drop_index(op.f({name}), table_name='t')"),
        };
        self.line(text);
    }

    fn assignment(&mut self, depth: u32) {
        let kind = self.kind();
        match self.below(9) {
            0 => {
                let (a, b) = (self.target(kind), self.target(kind));
                let value = self.of(kind, depth);
                self.line(format!("{a} = {b} = {value}"));
            }
            1 => {
                let (a, b) = (self.target(Kind::Text), self.target(Kind::Text));
                let (x, y) = (self.text(depth), self.text(depth));
                self.line(format!("{a}, {b} = {x}, {y}"));
            }
            2 => {
                let (a, b) = (self.target(Kind::Text), self.target(Kind::List));
                let value = self.list(depth);
                let form = self.pick(&["A, *B", "*B, A", "[A, *B]"]).replace('A', &a).replace('B', &b);
                self.line(format!("{form} = {value} + ['u']"));
            }
            3 => {
                let (operator, kind) = [
                    ("+=", Kind::Text),
                    ("+=", Kind::Number),
                    ("+=", Kind::List),
                    ("*=", Kind::List),
                    ("|=", Kind::Dict),
                    ("*=", Kind::Text),
                    ("-=", Kind::Number),
                ][self.below(7)];
                let target = self.target(kind);
                let value = match operator {
                    "*=" => self.pick(&["1", "2"]),
                    _ => self.of(kind, depth),
                };
                self.line(format!("{target} {operator} {value}"));
            }
            4 => {
                let value = self.text(depth);
                self.line(format!("thing.name: object = {value}"));
            }
            _ => {
                let target = self.target(kind);
                let value = self.of(kind, depth);
                self.line(format!("{target} = {value}"));
            }
        }
    }

    /// Changes an object that may have other names.
    fn change(&mut self, depth: u32) {
        let (list, dict) = (self.leaf(Kind::List, &["thing.names", "Thing.items", "l0"]), self.variable(Kind::Dict));
        let value = self.text(depth);
        let text = match self.below(26) {
            0 | 1 => format!("{list}.append({value})"),
            2 => format!("{list}.insert({}, {value})", self.number(0)),
            3 => format!("{list}.extend({})", self.list(depth)),
            4 => format!("{list}.extend(x + 'e' for x in {})", self.list(depth)),
            5 => format!("{list}.sort({})", self.pick(&["", "reverse=True", "key=len"])),
            6 => format!("{list}.{}()", self.pick(&["reverse", "clear", "copy"])),
            7 => format!("del {list}[{}:]", self.pick(&["1", "0", "-1"])),
            8 => {
                format!("{list}[{}:{}] = {}", self.pick(&["0", "1", ""]), self.pick(&["0", "1", ""]), self.list(depth))
            }
            9 => format!("({list} or [0])[{}] = {value}", self.pick(&["0", "-1"])),
            10 => format!("{dict}[{value}] = {}", self.text(depth)),
            11 => format!("{dict}.update({})", self.dict(depth)),
            12 => format!("{dict}.update({}, a={value})", self.dict(depth)),
            13 => format!("{dict}.setdefault({value}, 'sd')"),
            14 => format!("{dict}.pop({value}, None)"),
            15 => format!("{dict}.clear()"),
            16 => format!("{dict}.setdefault('lists', []).append({value})")
                .replace("'lists', []", "'a', 'b'")
                .replace(".append", ".join"),
            17 => format!("thing.name = {value}"),
            18 => format!("{}.rename({value})", self.pick(&["thing", "other"])),
            19 => format!("Thing.label = {value}"),
            20 => format!("thing.name += {value}"),
            21 => format!("thing.names += [{value}]"),
            22 => format!("setattr(thing, {}, {value})", self.pick(&["'name'", "'absent'"])),
            23 => format!("touch({list}, {dict})"),
            24 => format!("keep({value}).append({value})"),
            _ => format!("other = [{list}, {list}]; other[0].append({value})").replace("other", "_held"),
        };
        self.line(text);
    }

    fn conditional(&mut self, d: u32) {
        let test = if self.one_in(2) { self.unknown() } else { self.flag(2) };
        self.line(format!("if {test}:"));
        self.inner(d);
        if self.one_in(4) {
            let test = self.flag(2);
            self.line(format!("elif {test}:"));
            self.inner(d);
        }
        if self.one_in(2) {
            self.line("else:");
            self.inner(d);
        }
    }

    fn for_loop(&mut self, d: u32) {
        let (target, items) = match self.below(8) {
            0 => (format!("i, {}", self.target(Kind::Text)), format!("enumerate({})", self.list(1))),
            1 => (
                format!("{}, {}", self.target(Kind::Text), self.target(Kind::Text)),
                format!("list(({}).items())", self.dict(1)),
            ),
            2 => (self.target(Kind::Number), format!("range({})", self.number(0))),
            3 => (self.target(Kind::Text), format!("gen({})", self.list(1))),
            4 => (
                self.target(Kind::Text),
                self.pick(&[
                    "draw_list()",
                    "[r[0] for r in op.get_bind().execute('x')]",
                    "Base.items",
                    "thing.names[:]",
                ]),
            ),
            5 => (self.target(Kind::Text), format!("list({})", self.dict(1))),
            6 => (self.target(Kind::Text), self.variable(Kind::List) + "[:9]"),
            _ => (self.target(Kind::Text), self.list(2)),
        };
        self.line(format!("for {target} in {items}:"));
        self.loop_body(d);
    }

    fn while_loop(&mut self, d: u32) {
        self.counter += 1;
        let name = format!("w{}", self.counter);
        self.line(format!("{name} = 0"));
        let test = match self.below(4) {
            0 => "True".to_owned(),
            1 => format!("{name} < 3 and {}", self.flag(1)),
            2 => format!("({name} := {name} + 1) < 3"),
            _ => format!("{name} < {}", self.pick(&["2", "3", "n0"])),
        };
        self.line(format!("while {test}:"));
        self.indent += 1;
        self.line(format!("{name} += 1"));
        if test == "True" {
            self.line(format!("if {name} > 2: break"));
        }
        self.indent -= 1;
        self.loop_body(d);
    }

    fn loop_body(&mut self, d: u32) {
        self.loops += 1;
        self.inner(d);
        self.loops -= 1;
        if self.one_in(4) {
            self.line("else:");
            self.inner(d);
        }
    }

    fn attempt(&mut self, d: u32) {
        self.line("try:");
        self.inner(d);
        if self.one_in(2) {
            self.indent += 1;
            let fails = self.pick(&[
                "maybe_raise()",
                "raise ValueError",
                "d0['missing']",
                "[][1]",
                "None.x",
                "int('x')",
                "assert draw()",
                "missing",
                "n0 / 0",
                "thing.absent",
                "l0.remove('nope')",
                "next(iter([]))",
            ]);
            self.line(fails);
            self.indent -= 1;
        }
        let catches = self.one_in(8);
        if !catches {
            let what = self.pick(&[
                "except Exception:",
                "except:",
                "except (ValueError, KeyError) as error:",
                "except ValueError:",
                "except LookupError:",
            ]);
            self.line(what);
            self.inner(d);
            if self.one_in(4) {
                self.indent += 1;
                self.line("raise");
                self.indent -= 1;
            }
            if self.one_in(4) {
                self.line("else:");
                self.inner(d);
            }
        }
        if catches || self.one_in(4) {
            self.line("finally:");
            self.inner(d);
        }
    }

    fn with(&mut self, d: u32) {
        let name = self.text(1);
        let what = match self.below(9) {
            0 | 1 => "suppress(Exception)".to_owned(),
            2 => "contextlib.suppress(ValueError, KeyError)".to_owned(),
            3 => format!("around({name}) as {}", self.target(Kind::Text)),
            4 => format!("Guard({})", self.flag(0)),
            5 => "Context()".to_owned(),
            6 => "contextlib.nullcontext()".to_owned(),
            7 => "Context() as context, suppress(Exception)".to_owned(),
            _ => {
                self.line(format!("with op.batch_alter_table({name}) as batch_op:"));
                self.indent += 1;
                let column = self.text(1);
                let text = self
                    .pick(&["batch_op.add_column(sa.Column(@, sa.Integer))", "batch_op.drop_column(@)"])
                    .replace('@', &column);
                self.line(text);
                self.indent -= 1;
                return self.inner(d);
            }
        };
        self.line(format!("with {what}:"));
        self.inner(d);
        if self.one_in(3) {
            self.indent += 1;
            let fails = self.pick(&["raise ValueError", "maybe_raise()", "d0['missing']"]);
            self.line(fails);
            self.indent -= 1;
        }
    }

    fn matching(&mut self, d: u32) {
        let subject = self.any(1);
        self.line(format!("match {subject}:"));
        self.indent += 1;
        for _ in 0..1 + self.below(2) {
            let pattern = self.pick(&[
                "'a'",
                "'a' | 'b'",
                "['a', *rest]",
                "[x, y]",
                "{'a': held}",
                "str()",
                "None",
                "True",
                "1",
                "str() as held",
                "Color.RED",
                "[]",
                "(1 | 2) as number",
            ]);
            let guard = if self.one_in(4) { format!(" if {}", self.flag(1)) } else { String::new() };
            self.line(format!("case {pattern}{guard}:"));
            self.inner(d);
        }
        if self.one_in(2) {
            let last = self.pick(&["case _:", "case rest:"]);
            self.line(last);
            self.inner(d);
        }
        self.indent -= 1;
    }

    fn leave(&mut self) {
        let word = match self.below(5) {
            0 if self.in_function > 0 => "return 'r'",
            1 | 2 if self.loops > 0 => "break",
            3 if self.loops > 0 => "continue",
            4 => "raise ValueError",
            _ => "pass",
        };
        let guard = self.flag(1);
        self.line(format!("if {guard}: {word}"));
    }

    fn call_statement(&mut self) {
        if self.functions.is_empty() {
            return self.operation(1);
        }
        let at = self.below(self.functions.len());
        let (name, takes, _) = self.functions[at].clone();
        let arguments: Vec<String> = takes.iter().map(|kind| self.of(*kind, 1)).collect();
        let arguments = arguments.join(", ");
        let text = match self.below(10) {
            0 => format!("call({name}{}{arguments})", if arguments.is_empty() { "" } else { ", " }),
            1 => "call(thing.make)".to_owned(),
            2 => "thing.make()".to_owned(),
            3 => format!("functools.partial({name})({arguments})"),
            4 => format!("[{name}][0]({arguments})"),
            5 => format!(
                "({name} if {} else f0)({})",
                self.flag(1),
                if arguments.is_empty() { "'o'" } else { &arguments }
            ),
            _ => format!("{name}({arguments})"),
        };
        self.line(text);
    }

    /// What few migrations do.
    fn odd(&mut self) {
        let name = self.text(1);
        let text = match self.below(16) {
            0 => "exec(\"l0.append('exec')\")".to_owned(),
            1 => format!("globals()['s0'] = {name}"),
            2 => format!("globals()['l1'].append({name})"),
            3 => format!("getattr(op, 'create_table')({name})"),
            4 => format!("eval('l0').append({name})"),
            5 => format!("[op.create_table(x) for x in {}]", self.list(1)),
            6 => format!("{} and op.create_table({name})", self.flag(1)),
            7 => format!("op.create_table({name}) if {} else None", self.flag(1)),
            8 => format!("list(map(op.create_table, {}))", self.list(1)),
            9 => format!("make = op.create_table; make({name})"),
            10 => "_later = (l0.append(x) for x in ['lazy'])".to_owned(),
            11 => "_it = iter(l0); next(_it, None); l1.extend(_it)".to_owned(),
            12 => format!("vars(thing)['name'] = {name}"),
            13 => "assert quiet.quiet is not l1".to_owned(),
            14 => format!("print({name}); print(l0)"),
            _ => "_m = map(l0.append, ['m']); list(_m)".to_owned(),
        };
        self.line(text);
    }
}

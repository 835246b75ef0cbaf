//! Random expressions, by what they give; most of them can be evaluated without an exception.

use super::programs::Programs;

/// What an expression gives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Flag,
    List,
    Dict,
}

impl Programs {
    pub(crate) fn text(&mut self, depth: u32) -> String {
        if depth == 0 || self.one_in(4) {
            return self.leaf(Kind::Text, &["'a'", "'b'", "'t'", "'users'", "'x_y'"]);
        }
        let d = depth - 1;
        match self.below(40) {
            0 => format!("{} + {}", self.text(d), self.text(d)),
            1 => format!("f\"{{{}}}_{{{}}}\"", self.simple(Kind::Text), self.simple(Kind::Number)),
            2 => format!("f\"{{{}!r:>{}}}\"", self.simple(Kind::Text), self.below(9)),
            3 => format!("'%s_%s' % ({}, {})", self.text(d), self.number(d)),
            4 => format!("'%(a)s-%(b)03d' % {{'a': {}, 'b': {}}}", self.text(d), self.number(d)),
            5 => format!("'{{}}_{{}}'.format({}, {})", self.text(d), self.number(d)),
            6 => format!("'{{0}}_{{x}}_{{0}}'.format({}, x={})", self.text(d), self.text(d)),
            7 => format!(
                "({}).{}()",
                self.text(d),
                self.pick(&["upper", "lower", "strip", "title", "capitalize", "swapcase"])
            ),
            8 => format!("({}).replace({}, {})", self.text(d), self.text(d), self.text(d)),
            9 => format!("({}).replace('a', {}, {})", self.text(d), self.text(d), self.number(d)),
            10 => format!(
                "({}).{}('ab')",
                self.text(d),
                self.pick(&["strip", "lstrip", "rstrip", "removeprefix", "removesuffix"])
            ),
            11 => format!("'_'.join({})", self.list(d)),
            12 => format!("({}).split('_')[0]", self.text(d)),
            13 => format!("({} or ['e'])[{}]", self.list(d), self.pick(&["0", "-1"])),
            14 => format!("({}).get({}, {})", self.dict(d), self.text(d), self.text(d)),
            15 => format!("({} if {} else {})", self.text(d), self.flag(d), self.text(d)),
            16 => format!("({} or {})", self.text(d), self.text(d)),
            17 => format!("(({}) and ({}) or 'n')", self.flag(d), self.text(d)),
            18 if self.may_bind() => {
                let name = self.target(Kind::Text);
                format!("({name} := {})", self.text(d))
            }
            19 => format!("str({})", self.number(d)),
            20 => format!("max({} + ['m'])", self.list(d)),
            21 => format!("min({} + ['m'], key={})", self.list(d), self.key()),
            22 => format!("sorted({} + ['s'], key={})[0]", self.list(d), self.key()),
            23 => format!("next(iter({}), {})", self.list(d), self.text(d)),
            24 => format!("next((x for x in {} if {}), 'none')", self.list(d), self.flag_of("x")),
            25 => self.call(Kind::Text, d),
            26 => self.pick(&[
                "thing.name",
                "getattr(thing, 'name')",
                "getattr(thing, 'absent', 'z')",
                "Thing.label",
                "thing.shown",
                "thing.full('a')",
                "Thing.made('b').name",
                "Color.RED.value",
                "Color.RED.name",
                "Color['BLUE'].value",
                "Color('g').name",
                "Thing.__name__",
                "Thing.__name__",
            ]),
            27 => format!("({})[{}:]", self.text(d), self.number(0)),
            28 => format!("({})[:{}]", self.text(d), self.pick(&["-1", "2", "1"])),
            29 => format!("({})[::-1]", self.text(d)),
            30 => format!("''.join(reversed({}))", self.text(d)),
            31 => format!("({} * {})", self.text(d), self.pick(&["1", "2", "0"])),
            32 => "draw_text()".to_owned(),
            33 => "os.environ.get('FLAG', 'a')".to_owned(),
            34 => format!("({}).partition('_')[{}]", self.text(d), self.pick(&["0", "2"])),
            35 => format!("(lambda x, y={}: x + y)({})", self.text(d), self.text(d)),
            36 => format!("({}).setdefault({}, {})", self.leaf(Kind::Dict, &["dict()"]), self.text(d), self.text(d)),
            37 => format!("({}).pop({}, {})", self.leaf(Kind::Dict, &["dict()"]), self.text(d), self.text(d)),
            38 => format!("({} + ['p']).pop({})", self.list(d), self.pick(&["", "0", "-1"])),
            _ => self.leaf(Kind::Text, &["'c'"]),
        }
    }

    pub(crate) fn number(&mut self, depth: u32) -> String {
        if depth == 0 || self.one_in(3) {
            return self.leaf(Kind::Number, &["0", "1", "2", "3"]);
        }
        let d = depth - 1;
        match self.below(12) {
            0 | 1 => format!("len({})", self.list(d)),
            2 => format!("({} {} {})", self.number(d), self.pick(&["+", "-", "*"]), self.number(d)),
            3 => format!("({} {} 2)", self.number(d), self.pick(&["%", "//", "|", "&", "^", "<<", "**"])),
            4 => format!("sum(len(x) for x in {})", self.list(d)),
            5 => format!("({}).count('a')", self.list(d)),
            6 => format!("({}).find('a')", self.text(d)),
            7 => format!("abs({})", self.number(d)),
            8 => format!("int({})", self.flag(d)),
            9 => format!("max({}, {})", self.number(d), self.number(d)),
            10 => format!("-{}", self.number(d)),
            _ => self.call(Kind::Number, d),
        }
    }

    pub(crate) fn flag(&mut self, depth: u32) -> String {
        if depth == 0 || self.one_in(6) {
            return self.leaf(Kind::Flag, &["True", "False"]);
        }
        let d = depth - 1;
        match self.below(20) {
            0 => format!("{} {} {}", self.text(d), self.pick(&["==", "!=", "<", ">="]), self.text(d)),
            1 => format!("{} in {}", self.text(d), self.list(d)),
            2 => format!("{} not in {}", self.text(d), self.dict(d)),
            3 => format!("{} < {}", self.number(d), self.number(d)),
            4 => format!("0 <= {} < {}", self.number(d), self.number(d)),
            5 => format!("not ({})", self.flag(d)),
            6 => format!("({} and {})", self.flag(d), self.flag(d)),
            7 => format!("({} or {})", self.flag(d), self.flag(d)),
            8 => format!("isinstance({}, {})", self.any(d), self.pick(&["str", "list", "dict", "int", "(str, int)"])),
            9 => format!("({}).startswith('a')", self.text(d)),
            10 => format!("bool({})", self.any(d)),
            11 => format!("{}({} for x in {})", self.pick(&["any", "all"]), self.flag_of("x"), self.list(d)),
            12 => format!("{} is {}", self.leaf(Kind::List, &["[]"]), self.leaf(Kind::List, &["[]"])),
            13 => format!("{} == {}", self.dict(d), self.dict(d)),
            14 | 15 => self.unknown(),
            16 => format!("{} == {}", self.list(d), self.list(d)),
            17 => format!("hasattr(thing, '{}')", self.pick(&["name", "absent", "shown"])),
            18 => format!("{} is None", self.any(d)),
            _ => self.call(Kind::Flag, d),
        }
    }

    /// Something that nobody can know before it is run.
    pub(crate) fn unknown(&mut self) -> String {
        self.pick(&[
            "draw()",
            "os.environ.get('FLAG')",
            "op.get_bind().scalar(sa.text('SELECT 1'))",
            "draw_text() == 'a'",
            "'FLAG' in os.environ",
        ])
    }

    pub(crate) fn list(&mut self, depth: u32) -> String {
        if depth == 0 || self.one_in(4) {
            return self.leaf(Kind::List, &["['a', 'b']", "['t']", "[]", "['c', 'a', 'bb']"]);
        }
        let d = depth - 1;
        match self.below(30) {
            0 => format!("[{}, {}]", self.text(d), self.text(d)),
            1 => format!("({} + {})", self.list(d), self.list(d)),
            2 => format!("[x + {} for x in {} if {}]", self.simple(Kind::Text), self.list(d), self.flag_of("x")),
            3 => format!("[x + y for x in {} for y in {}]", self.list(d), self.list(d)),
            4 => format!("sorted({}, key={}, reverse={})", self.list(d), self.key(), self.flag(0)),
            5 => format!("sorted({}{})", self.list(d), self.pick(&["", ", reverse=True"])),
            6 => format!(
                "list(map({}, {}))",
                self.pick(&["str.upper", "lambda x: x + 'm'", "str", "repr", "f0"]),
                self.list(d)
            ),
            7 => format!(
                "list(filter({}, {}))",
                self.pick(&["None", "lambda x: x != 'a'", "bool", "str.islower"]),
                self.list(d)
            ),
            8 => format!("[*{}, {}]", self.list(d), self.text(d)),
            9 => {
                format!("({})[{}:{}]", self.list(d), self.pick(&["", "1", "-1", "0"]), self.pick(&["", "1", "-1", "2"]))
            }
            10 => format!("({})[::{}]", self.list(d), self.pick(&["-1", "2", "1"])),
            11 => format!("list({})", self.dict(d)),
            12 => format!("list(({}).{}())", self.dict(d), self.pick(&["keys", "values"])),
            13 => format!("[k + v for k, v in ({}).items()]", self.dict(d)),
            14 => format!("({}).split({})", self.text(d), self.pick(&["", "'_'", "'a', 1"])),
            15 => format!("[a + b for a, b in zip({}, {})]", self.list(d), self.list(d)),
            16 => {
                format!("[x + str(i) for i, x in enumerate({}{})]", self.list(d), self.pick(&["", ", 1", ", start=2"]))
            }
            17 => format!("list(reversed({}))", self.list(d)),
            18 => format!("({} if {} else {})", self.list(d), self.flag(d), self.list(d)),
            19 => format!("({} * {})", self.list(d), self.pick(&["2", "1", "0"])),
            20 => format!("sorted(set({}) {} set({}))", self.list(d), self.pick(&["|", "-", "&", "^"]), self.list(d)),
            21 => format!("({} or {})", self.list(d), self.list(d)),
            22 => format!("({}).copy()", self.list(d)),
            23 => format!("list(gen({}))", self.list(d)),
            24 => "draw_list()".to_owned(),
            25 => format!("[x for row in [{}, {}] for x in row]", self.list(d), self.list(d)),
            26 => format!("[str(x) for x in range({}{})]", self.number(d), self.pick(&["", ", 3", ", 7, 2"])),
            27 => format!("list(dict.fromkeys({}))", self.list(d)),
            28 => format!("[f(x) for f in (str.lower, lambda x: x + 'l') for x in {}]", self.list(d)),
            _ => self.call(Kind::List, d),
        }
    }

    pub(crate) fn dict(&mut self, depth: u32) -> String {
        if depth == 0 || self.one_in(3) {
            return self.leaf(Kind::Dict, &["{'a': 'x', 'b': 'y'}", "{}", "{'t': 'u'}"]);
        }
        let d = depth - 1;
        match self.below(9) {
            0 => format!("{{{}: {}}}", self.text(d), self.text(d)),
            1 => format!("{{**{}, {}: {}}}", self.dict(d), self.text(d), self.text(d)),
            2 => format!("dict(zip({}, {}))", self.list(d), self.list(d)),
            3 => format!("{{x: x + {} for x in {}}}", self.simple(Kind::Text), self.list(d)),
            4 => format!("({}).copy()", self.dict(d)),
            5 => format!("dict({}, a={})", self.dict(d), self.text(d)),
            6 => format!("({} | {})", self.dict(d), self.dict(d)),
            7 => format!("({} if {} else {})", self.dict(d), self.flag(d), self.dict(d)),
            _ => format!("{{v: k for k, v in ({}).items()}}", self.dict(d)),
        }
    }

    pub(crate) fn of(&mut self, kind: Kind, depth: u32) -> String {
        match kind {
            Kind::Text => self.text(depth),
            Kind::Number => self.number(depth),
            Kind::Flag => self.flag(depth),
            Kind::List => self.list(depth),
            Kind::Dict => self.dict(depth),
        }
    }

    pub(crate) fn any(&mut self, depth: u32) -> String {
        let kind = self.kind();
        match self.below(8) {
            0 => "None".to_owned(),
            1 => "draw()".to_owned(),
            _ => self.of(kind, depth),
        }
    }

    pub(crate) fn kind(&mut self) -> Kind {
        [Kind::Text, Kind::Text, Kind::Number, Kind::Flag, Kind::List, Kind::List, Kind::Dict][self.below(7)]
    }

    /// What fits between the braces of an f-string.
    fn simple(&mut self, kind: Kind) -> String {
        self.leaf(kind, if kind == Kind::Number { &["1", "2"] } else { &["'k'"] })
    }

    fn flag_of(&mut self, name: &str) -> String {
        let tests = ["X != 'a'", "X", "len(X) > 1", "X in ('a', 't')", "draw()", "X.islower()", "'a' in X", "True"];
        self.pick(&tests).replace('X', name)
    }

    fn key(&mut self) -> String {
        self.pick(&[
            "len",
            "str.lower",
            "lambda x: x[-1:]",
            "lambda x: (len(x), x)",
            "lambda x: -len(x)",
            "str",
            "lambda x: draw_text()",
            "None",
        ])
    }

    fn call(&mut self, kind: Kind, depth: u32) -> String {
        let wanted = kind;
        let Some(function) = self.function_of(wanted) else { return self.leaf(wanted, &[leaf_of(wanted)]) };
        let arguments: Vec<String> = function.1.iter().map(|kind| self.of(*kind, depth.min(1))).collect();
        let given = match self.below(6) {
            0 => format!("*[{}]", arguments.join(", ")),
            1 if !arguments.is_empty() => {
                arguments.iter().enumerate().map(|(at, value)| format!("p{at}={value}")).collect::<Vec<_>>().join(", ")
            }
            // The last one has a default.
            2 | 3 if !arguments.is_empty() => arguments[..arguments.len() - 1].join(", "),
            _ => arguments.join(", "),
        };
        format!("{}({given})", function.0)
    }
}

fn leaf_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "'d'",
        Kind::Number => "4",
        Kind::Flag => "True",
        Kind::List => "['d']",
        Kind::Dict => "{'d': 'e'}",
    }
}

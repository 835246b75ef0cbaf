//! Python that a careless reading gets wrong: each body is run by Python and read, and what is read is what is done, or in doubt.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use migration::{NoFiles, Script, read};
use schema::{Belief, Dialect, RevisionFacts, Setting, State, Subject, TableSubject, revision_facts};

use crate::support::python;

/// Bodies of `upgrade()`. `make` creates a table of one column.
const BODIES: [&str; 101] = [
    "for name in ['a', 'b']:\n    make(name)",
    // Objects under two names.
    "base = ['a']\nevery = base\nevery += ['b']\nfor name in base:\n    make(name)",
    "base = ['a']\nevery = base\nevery = every + ['b']\nfor name in base:\n    make(name)",
    "base = ['a']\nevery = base\nevery.append('b')\nfor name in base:\n    make(name)",
    "names = {'a'}\nother = names\nother |= {'b'}\nfor name in names:\n    make(name)",
    "names = {'a': 1}\nother = names\nother |= {'b': 2}\nfor name in names:\n    make(name)",
    "names = {'a', 'b'}\nnames &= {'b', 'c'}\nfor name in names:\n    make(name)",
    "names = {'a', 'b'}\nnames -= {'b'}\nfor name in names:\n    make(name)",
    "names = {'a', 'b'}\nnames ^= {'b', 'c'}\nfor name in names:\n    make(name)",
    "rows = [[]] * 2\nrows[0].append('x')\nmake('t%d' % len(rows[1]))",
    "a = ['a']\nrows = [a] * 2\nrows[1].append('b')\nfor name in a:\n    make(name)",
    "a = ['a']\npair = (a, a)\npair[0].append('b')\nfor name in a:\n    make(name)",
    "import os\na = ['a']\nb = a if os.environ.get('NEVER_SET_HERE') is None else []\nb.append('b')\nfor name in a:\n    make(name)",
    "import os\na = ['a']\nb = os.environ.get('NEVER_SET_HERE') or a\nb.append('b')\nfor name in a:\n    make(name)",
    "def add(to):\n    to.append('b')\na = ['a']\nadd(a)\nfor name in a:\n    make(name)",
    "def add(to, names=[]):\n    names.append(to)\n    return names\nadd('a')\nfor name in add('b'):\n    make(name)",
    "import bisect\na = ['a', 'c']\nbisect.insort(a, 'b')\nfor name in a:\n    make(name)",
    // Lists that change while they are used.
    "names = ['a', 'b', 'c']\nfor name in names:\n    names.remove(name)\nfor name in names:\n    make(name)",
    "names = ['a', 'b']\nfor name in names:\n    if name == 'a':\n        names.append('c')\n    make(name)",
    "names = ['a', 'b']\nnames.pop(0)\nfor name in names:\n    make(name)",
    "names = ['a', 'b', 'c']\nnames.pop(-2)\nfor name in names:\n    make(name)",
    "names = ['a', 'b']\nnames.insert(-1, 'c')\nmake(names[1])",
    "names = ['a', 'b']\nnames.insert(9, 'c')\nmake(names[2])",
    "names = ['a', 'b']\nnames[:1] = ['c']\nmake(names[0])",
    "names = ['a', 'b']\nnames[-1] = 'c'\nmake(names[1])",
    "names = ['a', 'b', 'c']\ndel names[0]\nmake(names[0])",
    "names = {'a': 1, 'b': 2}\ndel names['a']\nfor name in names:\n    make(name)",
    "names = {'a': 1}\nnames.popitem()\nfor name in names:\n    make(name)",
    "names = {'a', 'b'}\nnames.difference_update({'b'})\nfor name in names:\n    make(name)",
    "names = ['b', 'a']\nnames.sort()\nmake(names[0])",
    "names = ['b', 'a', 'cc']\nnames.sort(key=len, reverse=True)\nmake(names[0])",
    "names = ['a', 'b']\nnames *= 2\nmake(names[2] + str(len(names)))",
    "names = ['a', 'b', 'c', 'd']\nfor name in names[::2]:\n    make(name)",
    "names = ['a', 'b']\nmake(names[-3:][0])",
    "names = ['a']\nnames.extend(name for name in ['b'])\nfor name in names:\n    make(name)",
    // Values that are not what they look like.
    "make(sorted(['a', 'b'], reverse=True)[0])",
    "make(sorted(['aa', 'b'], key=len)[0])",
    "make(max(['aa', 'b'], key=len))",
    "make(max([], default='a'))",
    "make('t%d' % sum([1, 2], 10))",
    "make('aa'.replace('a', 'b', 1))",
    "make('t%d' % abs(7 // -2))",
    "make('t%d' % (-7 % 3))",
    "make('t%d' % (7 % -3 + 9))",
    "make('a_b_c'.split('_', 1)[1])",
    "make('a_b_c'.rsplit('_', 1)[0])",
    "make('t' + '7'.zfill(3))",
    "make('t%03d' % 7)",
    "make('t%d' % True)",
    "make('%s' % 'a' 'b')",
    "make('{0}{1}{0}'.format('a', 'b'))",
    "make('{:>3}'.format('a').strip())",
    "make(f'{1.5!r:>4}'.strip().replace('.', '_'))",
    "x = 'a'\nmake(f'{x=}'.replace(\"'\", '').replace('=', ''))",
    "make(repr('a\\'b').replace('\"', '').replace(\"'\", ''))",
    "make('a\\x0bb'.splitlines()[0])",
    "make('xay'.strip('xy'))",
    "make('ab'.startswith('b', 1) and 'a' or 'b')",
    "make('b' if isinstance(True, int) else 'a')",
    "make('b' if 1 == 1.0 else 'a')",
    "make('b' if [1] is [1] else 'a')",
    "make({'a': 'b', 'a': 'c'}['a'])",
    "make(({'a': 'b'} | {'a': 'c'})['a'])",
    "make(dict([('a', 'b')])['a'])",
    "make(list(zip(['a', 'b'], [1]))[0][0])",
    "make(next(iter(['a'])))",
    "make(''.join(reversed('ab')))",
    "first, *rest = ['a', 'b', 'c']\nfor name in rest:\n    make(name)",
    "for i, name in enumerate(['a'], 3):\n    make(name + str(i))",
    // Control flow.
    "for name in ['a']:\n    make(name)\nelse:\n    make('b')",
    "for name in ['a', 'b']:\n    if name == 'a':\n        break\n    make(name)\nelse:\n    make('c')",
    "n = 0\nwhile True:\n    make('t%d' % n)\n    n += 1\n    if n == 2:\n        break",
    "n = 3\nwhile n:\n    n -= 1\n    if n == 1:\n        continue\n    make('t%d' % n)",
    "try:\n    {}['a']\nexcept KeyError:\n    make('a')\nelse:\n    make('b')",
    "try:\n    make('a')\nfinally:\n    make('b')",
    "try:\n    raise ValueError\nexcept (KeyError, ValueError):\n    make('a')",
    "match ['a', 'b']:\n    case [x, y]:\n        make(y)\n    case _:\n        make('c')",
    "match 'a':\n    case 'b':\n        make('b')\n    case x if x == 'a':\n        make(x)",
    "if (name := 'a'):\n    make(name)",
    "names = [last := name for name in ['a', 'b']]\nmake(last)",
    "assert True\nmake('a')",
    // Functions and classes.
    "def each():\n    make('a')\n    yield\n    make('b')\neach()",
    "def each():\n    make('a')\n    yield\n    make('b')\nlist(each())",
    "def twice(f):\n    def both(name):\n        f(name)\n        f(name + name)\n    return both\n@twice\ndef one(name):\n    make(name)\none('a')",
    "name = 'a'\ndef change():\n    nonlocal name\n    name = 'b'\nchange()\nmake(name)",
    "def rest(*names):\n    for name in names:\n        make(name)\nrest('a', *['b'])",
    "def named(**names):\n    for name in names:\n        make(name)\nnamed(a=1, **{'b': 2})",
    "class A:\n    names = ['a']\n    names.append('b')\nfor name in A.names:\n    make(name)",
    "class A:\n    def __bool__(self):\n        return False\nmake('a' if A() else 'b')",
    "class A:\n    @property\n    def on(self):\n        return False\nmake('a' if A().on else 'b')",
    "class A:\n    @staticmethod\n    def of(name):\n        return name\nmake(A().of('a'))",
    "exec(\"make('a')\")",
    "import os\nprefix = os.environ.get('NEVER_SET_HERE') or 'app_'\nmake(prefix + 'users')",
    "import os\nmode = os.environ.get('NEVER_SET_HERE') or 'full'\nif mode == 'full':\n    make('w')",
    "def there():\n    try:\n        {}['a']\n        return True\n    except KeyError:\n        return False\nif not there():\n    make('u')",
    "cols = (c for c in ['a', 'b'])\nfor c in cols:\n    make(c)\nfor c in cols:\n    make(c + c)",
    "cols = map(str.upper, ['a'])\nmake(''.join(cols).lower() + 'x')\nmake('y' + ''.join(cols))",
    "import dataclasses\n@dataclasses.dataclass\nclass A:\n    name: str\n    def __post_init__(self):\n        self.name = 'app_' + self.name\nmake(A('users').name)",
    "import enum\nclass T(enum.Enum):\n    USERS = ('users', 1)\n    POSTS = ('posts', 2)\nfor x in T:\n    make(x.value[0])",
    "import os\nmade = False\nfor name in os.environ.get('NEVER_SET_HERE', 'a b').split():\n    if not made:\n        make(name)\n        made = True\n    else:\n        make('k' + name)",
    "class A:\n    def __call__(self):\n        make('a')\nA()()",
];

/// What stands above `upgrade()`, and its body.
const FILES: [(&str, &str); 9] = [
    ("NAMES = ['a']\nNAMES.append('b')", "for name in NAMES:\n    make(name)"),
    ("NAMES = ['a']\ndef more(names):\n    names.append('b')\nmore(NAMES)", "for name in NAMES:\n    make(name)"),
    ("NAME = 'a'\ndef change():\n    global NAME\n    NAME = 'b'", "change()\nmake(NAME)"),
    ("NAMES = {'a': 1}\nNAMES.update(b=2)", "for name in NAMES:\n    make(name)"),
    ("def skip(f):\n    return lambda: None\n\n@skip\ndef one():\n    make('a')", "one()"),
    (
        "import functools\ndef also(f):\n    @functools.wraps(f)\n    def g():\n        make('b')\n        f()\n    return g\n\n@also\ndef one():\n    make('a')",
        "one()",
    ),
    (
        "STEPS = []\ndef step(f):\n    STEPS.append(f)\n    return f\n\n@step\ndef one():\n    make('a')",
        "for s in STEPS:\n    s()",
    ),
    ("COLS = []\ndef reg(n):\n    COLS.append(n)\nreg('x1')", "for c in COLS:\n    make(c)"),
    (
        "HAS = False\ntry:\n    import no_such_package_anywhere\n    HAS = True\nexcept ImportError:\n    pass",
        "make('b' if HAS else 'a')",
    ),
];

fn file(top: &str, body: &str) -> String {
    let body = body.replace('\n', "\n    ");
    let make = "def make(name):\n    op.create_table(name, sa.Column('id', sa.Integer))";
    format!("import sqlalchemy as sa\nfrom alembic import op\n\n{make}\n\n{top}\n\ndef upgrade():\n    {body}\n")
}

fn effects(text: &str) -> RevisionFacts {
    let setting = Setting {
        dialect: Dialect::PostgreSql,
        default_schema: "public".to_owned(),
        version_table: "alembic_version".to_owned(),
    };
    let script = Script { path: "versions/a.py".to_owned(), text: text.to_owned() };
    revision_facts(read(&[script], &NoFiles, &setting).unwrap(), &setting).remove(0)
}

/// The tables that are said to be made for certain.
fn stated(effects: &RevisionFacts) -> BTreeSet<String> {
    let certain = |change: &(Subject, Option<Belief<State>>)| match change {
        (Subject::Table(table, TableSubject::Itself), Some(Belief::Known(State::Present))) => Some(table.clone()),
        _ => None,
    };
    effects.changes.iter().filter_map(certain).collect()
}

fn run(texts: &[String]) -> Vec<Option<BTreeSet<String>>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/tables_made.py");
    let mut child = Command::new(python::binaries().join("python"))
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(texts).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn what_is_read_is_what_python_does_or_in_doubt() {
    let bodies = BODIES.iter().map(|body| ("", *body)).chain(FILES);
    let texts: Vec<String> = bodies.map(|(top, body)| file(top, body)).collect();
    let (mut faults, mut doubted) = (Vec::new(), 0);
    for (text, truth) in texts.iter().zip(run(&texts)) {
        let truth = truth.unwrap_or_else(|| panic!("it raises:\n{text}"));
        let effects = effects(text);
        let stated = stated(&effects);
        let is_right = if effects.misread {
            // All of it is in doubt then, whatever it says.
            true
        } else if effects.is_in_doubt() || effects.changes.iter().any(|(_, state)| *state == Some(Belief::Unknown)) {
            stated.is_subset(&truth)
        } else {
            stated == truth
        };
        doubted += usize::from(effects.is_in_doubt());
        if !is_right {
            faults.push(format!("{text}\nread as {stated:?}, but it makes {truth:?}; unread: {:?}", effects.unread));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    // What is doubted throughout would be right, and worth nothing.
    assert!(doubted * 5 < texts.len() * 3, "{doubted} of {} bodies are in doubt", texts.len());
}

//! Bodies that were once read wrongly, and what few of a kind stand for.

use super::runs::Reading::{self, Doubted, Exact};

/// A body of `upgrade()` (or all of the file, where it defines that itself), and how it is read.
pub(crate) const CASES: &[(&str, Reading)] = &[
    ("op.create_table('a')", Exact),
    ("if draw():\n    op.create_table('a')", Doubted),
    ("base = ['a']\nevery = base\nevery += ['b']\nfor name in base:\n    op.create_table(name)", Exact),
    (
        "names = ['a', 'b', 'c']\nnames[-1] = 'z'\nnames[0:1] = []\nfor name in names:\n    op.create_table(name)",
        Doubted,
    ),
    (
        "names = ['a']\ndef add(name):\n    names.append(name)\nif draw():\n    add('b')\nfor name in names:\n    op.create_table(name)",
        Doubted,
    ),
    (
        "names = ['a']\nother = names if draw() else ['b']\nother.append('c')\nfor name in names:\n    op.create_table(name)",
        Doubted,
    ),
    (
        "names = ['a']\ntouch(names)\nnames.clear()\ntouch()\nnames.append('b')\nfor name in names:\n    op.create_table(name)",
        Doubted,
    ),
    (
        "def twice(function):\n    def inner():\n        function()\n        function()\n    return inner\n\n@twice\ndef upgrade():\n    op.create_table('a')",
        Exact,
    ),
    ("@decorate\ndef upgrade():\n    op.create_table('a')", Doubted),
    (
        "def keep(name, held=[]):\n    held.append(name)\n    return held\nkeep('a')\nfor name in keep('b'):\n    op.create_table(name)",
        Exact,
    ),
    ("count = 0\ndef more():\n    nonlocal count\n    count += 1\nmore()\nmore()\nop.create_table(f't{count}')", Exact),
    (
        "name = 'a'\n\ndef change():\n    global name\n    name = 'b'\n\n\ndef upgrade():\n    change()\n    op.create_table(name)",
        Exact,
    ),
    (
        "name = 'a'\n\ndef change():\n    global name\n    name = 'b'\n\n\ndef upgrade():\n    if draw():\n        change()\n    op.create_table(name)",
        Doubted,
    ),
    (
        "def f():\n    return 'a'\n\nname = f()\n\ndef f():\n    return 'b'\n\ndef upgrade():\n    op.create_table(name)",
        Exact,
    ),
    (
        "@functools.lru_cache(None)\ndef make():\n    op.create_table('a')\n\ndef upgrade():\n    make()\n    make()",
        Doubted,
    ),
    ("def make():\n    op.create_table('a')\ncall(make)", Doubted),
    ("def one():\n    op.create_table('a')\ndef two():\n    op.create_table('b')\n(one if draw() else two)()", Doubted),
    ("left = 3\nwhile True:\n    left -= 1\n    if left == 0:\n        break\n    op.create_table(f't{left}')", Exact),
    ("for name in ['a', 'b']:\n    if draw():\n        continue\n    last = name\nop.create_table(last)", Doubted),
    (
        "names = []\ndef fill():\n    if draw():\n        return\n    names.append('a')\nfill()\nfor name in names:\n    op.create_table(name)",
        Doubted,
    ),
    ("later = (op.create_table(name) for name in ['a'])\nop.create_table('b')", Doubted),
    ("names = (name for name in ['a'])\nlist(names)\nfor name in names:\n    op.create_table(name)", Doubted),
    ("first, *rest = ['a', 'b', 'c']\nfor name in [*rest, first]:\n    op.create_table(name)", Exact),
    ("for name in sorted(['bb', 'c', 'aaa'], key=len, reverse=True):\n    op.create_table(name)", Exact),
    ("op.create_table('a_b_c'.replace('_', '-', 1))", Exact),
    ("op.create_table(min(['bb', 'a'], key=lambda name: -len(name)))", Exact),
    (
        "class Thing:\n    name = 'a'\n    @property\n    def shown(self):\n        return self.name + 's'\n    def make(self):\n        op.create_table(self.shown)\nThing().make()",
        Exact,
    ),
    ("class Thing:\n    def __getattr__(self, name):\n        op.create_table(name)\nThing().a", Doubted),
    (
        "class Thing:\n    def make(self):\n        op.create_table('a')\nthing = Thing() if draw() else None\nif thing:\n    thing.make()",
        Doubted,
    ),
    ("with Context():\n    maybe_raise()\n    op.create_table('a')", Doubted),
    ("try:\n    maybe_raise()\n    op.create_table('a')\nexcept Exception:\n    op.create_table('b')", Doubted),
    (
        "def go():\n    try:\n        raise ValueError\n    finally:\n        return\ngo()\nop.create_table('a')",
        Doubted,
    ),
    ("exec('names = [1]')\nop.create_table('a')", Doubted),
    ("globals()['name'] = 'a'\nop.create_table('b')", Doubted),
    ("match ['a', 'b']:\n    case [first, *_]:\n        op.create_table(first)", Doubted),
    ("op.create_table(os.environ.get('FLAG', 'a'))", Doubted),
    ("d = {'a': 'b'}\nkeys = d.keys()\nd['c'] = 'd'\nfor name in keys:\n    op.create_table(name)", Doubted),
    ("[op.create_table(name) for name in draw_list()]", Doubted),
    ("make = op.create_table\nmake('a')", Exact),
    (
        "names = ['a']\nif draw():\n    eval('names').append('b')\nfor name in names:\n    op.create_table(name)",
        Doubted,
    ),
    (
        "def keep(name, held=[]):\n    held.append(name)\n    return held\nif draw():\n    keep('a')\nfor name in keep('b'):\n    op.create_table(name)",
        Doubted,
    ),
    ("match ['a'].count('a'):\n    case True:\n        op.create_table('a')", Doubted),
    ("if draw():\n    list(map(op.create_table, ['a']))", Doubted),
    (
        "try:\n    try:\n        int('x')\n    except ValueError:\n        op.create_table('a')\n        raise\nexcept Exception:\n    pass",
        Doubted,
    ),
    ("def make():\n    op.create_table('a')\nif draw():\n    call(make)", Doubted),
    (
        "names = ['c']\ntry:\n    pass\nexcept LookupError:\n    (names or [0])[-1] = 'a'\nop.create_table(names[0])",
        Doubted,
    ),
    (
        "name = 'a'\n\ndef upgrade():\n    if draw():\n        def change():\n            global name\n            name = 'b'\n        change()\n    op.create_table(name)",
        Doubted,
    ),
    ("names = ['a']\nif draw():\n    touch(names)\ntouch()\nop.create_table((names or ['b'])[-1])", Doubted),
    ("if draw():\n    make = op.create_table\n    make('a')", Doubted),
    ("class Thing:\n    def make(self):\n        op.create_table('a')\ncall(Thing)", Doubted),
    (
        "class Thing:\n    def __init__(self):\n        self.name = 'a'\nif draw():\n    call(Thing)\nop.create_table('b')",
        Exact,
    ),
    (
        "class Thing:\n    def __init__(self, names):\n        self.names = names\n        self.names.append('b')\nnames = ['a']\nif draw():\n    Thing(names)\nfor name in names:\n    op.create_table(name)",
        Doubted,
    ),
    (
        "class Thing:\n    names = ['a']\n    def __init__(self):\n        self.names.append('b')\nif draw():\n    Thing()\nfor name in Thing.names:\n    op.create_table(name)",
        Doubted,
    ),
    ("def upgrade_one():\n    op.create_table('a')\n\ndef upgrade():\n    globals()['upgrade_%s' % 'one']()", Exact),
    (
        "def upgrade_one():\n    op.create_table('a')\n\ndef upgrade():\n    globals()['upgrade_' + draw_text()]()",
        Doubted,
    ),
    ("import textwrap\nop.create_table(textwrap.dedent('  a\\n    b').replace('\\n', '_'))", Exact),
    ("import random\nnames = ['a', 'b']\nrandom.shuffle(names)\nop.create_table(names[0])", Doubted),
    (
        "import copy\nrows = [['a']]\nother = copy.copy(rows)\nother[0].append('b')\nfor name in rows[0]:\n    op.create_table(name)",
        Doubted,
    ),
    (
        "import collections\nnames = ['a']\nheld = collections.OrderedDict(a=names)\nheld['a'].append('b')\nfor name in names:\n    op.create_table(name)",
        Doubted,
    ),
    ("with op.batch_alter_table('a') as batch_op:\n    batch_op.drop_column('b')", Exact),
];

/// The migration with this body.
pub(crate) fn program(body: &str) -> String {
    const HEAD: &str = "import contextlib\nimport enum\nimport functools\nimport os\n\nimport sqlalchemy as sa\nfrom alembic import op\n\
                        from toolz import Context, call, decorate, draw, draw_list, draw_text, maybe_raise, touch\n\n";
    if body.contains("def upgrade") {
        return format!("{HEAD}{body}\n");
    }
    format!("{HEAD}def upgrade():\n    {}\n", body.replace('\n', "\n    "))
}

"""Runs many migrations, each in a namespace of its own, and says which operations each of them made.

Reads programs from standard input, divided by NUL; for each and each run it writes one line: how it ended, and its
operations, divided by tabs. What a migration cannot know (the functions of `toolz`, its environment, what a query
answers) is drawn anew for every run.
"""

import json
import os
import random
import re
import resource
import signal
import sys
import types
import warnings

MOST = 400


class Enough(BaseException):
    """A program runs longer than it is followed."""


running = False
cut = False


def stop(*_):
    global cut
    if running:
        cut = True
        raise Enough


def column(given):
    return getattr(given, "name", given)


class Op:
    """`alembic.op`, which only notes what it is told."""

    def __init__(self, table=None, made=None):
        self.table = table
        self.made = [] if made is None else made
        self.ready = [True]

    def note(self, *words):
        if not self.ready[0]:
            raise NameError("no operation can be made while the file is loaded")
        if not all(isinstance(word, str) for word in words):
            raise TypeError(words)
        if len(self.made) >= MOST:
            stop()
        self.made.append(" | ".join(words))

    def create_table(self, name, *columns):
        self.note("create_table", name, *[column(given) for given in columns])

    def drop_table(self, name):
        self.note("drop_table", name)

    def rename_table(self, name, other):
        self.note("rename_table", name, other)

    def add_column(self, *given):
        table, added = given if self.table is None else (self.table, *given)
        self.note("add_column", table, column(added))

    def drop_column(self, *given):
        table, dropped = given if self.table is None else (self.table, *given)
        self.note("drop_column", table, dropped)

    def create_index(self, name, table, columns):
        if isinstance(columns, str):
            raise TypeError(columns)
        self.note("create_index", name, table, *columns)

    def drop_index(self, name, table_name=None):
        self.note("drop_index", name)

    def execute(self, text):
        dropped = re.fullmatch("DROP TABLE ([a-z]+)", text)
        if dropped:
            self.note("drop_table", dropped[1])

    def f(self, name):
        return name

    def get_bind(self):
        return Bind()

    def batch_alter_table(self, table):
        return Batch(table, self.made)


class Batch(Op):
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class Bind:
    dialect = types.SimpleNamespace(name="postgresql")

    def execute(self, *_):
        return [(draw(),) for _ in range(random.randrange(3))]

    def scalar(self, *_):
        return random.choice([None, 0, 1, "t"])


def draw(*_, **__):
    """Something, whatever it is given."""
    return random.choice([True, False, None, 0, 1, "", "t", ["a"], [], "a"])


def draw_text(*_, **__):
    return random.choice(["a", "b", "t", "q"])


def draw_list(*_, **__):
    return [draw_text() for _ in range(random.randrange(3))]


kept = []


def touch(*given, **named):
    """Keeps what it is given, and may change it, now or later."""
    kept.extend(given)
    kept.extend(named.values())
    for held in kept:
        if random.random() < 0.5:
            continue
        if isinstance(held, list):
            random.choice([held.clear, held.reverse, lambda: held.append("z"), lambda: held.insert(0, "y")])()
        elif isinstance(held, dict):
            random.choice([held.clear, lambda: held.update(a="z"), lambda: held.update(z="z")])()
        elif isinstance(held, set):
            random.choice([held.clear, lambda: held.add("z")])()
        elif hasattr(held, "__dict__") and not callable(held):
            held.name = "z"
    return random.choice([None, *given])


def call(function, *given):
    """May call what it is given, and how often nobody knows."""
    result = None
    for _ in range(random.randrange(3)):
        result = function(*given)
    return result


def maybe_raise(*_):
    if random.random() < 0.5:
        raise random.choice([ValueError, KeyError, RuntimeError])("outside")


def decorate(function):
    return random.choice([function, lambda *given, **named: None])


class Context:
    """A context that may swallow what is raised in it."""

    def __init__(self, *_):
        self.swallows = random.random() < 0.5

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return self.swallows


OUTSIDE = (draw, draw_text, draw_list, touch, call, maybe_raise, decorate, Context)


def modules(op):
    """Fresh modules, so that no program meets what another one did."""
    sqlalchemy = types.ModuleType("sqlalchemy")
    sqlalchemy.Column = lambda name, *_, **__: types.SimpleNamespace(name=name)
    sqlalchemy.Integer = int
    sqlalchemy.text = str
    toolz = types.ModuleType("toolz")
    for function in OUTSIDE:
        setattr(toolz, function.__name__, function)
    alembic = types.ModuleType("alembic")
    alembic.op = op
    return {"sqlalchemy": sqlalchemy, "toolz": toolz, "alembic": alembic}


def run(code):
    global cut, running
    cut = False
    op = Op()
    sys.modules.update(modules(op))
    kept.clear()
    os.environ.pop("FLAG", None)
    if random.random() < 0.5:
        os.environ["FLAG"] = random.choice(["", "1", "a"])
    names = {"__name__": "migration", "__builtins__": __builtins__}
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.03, 0.02)
    running = True
    try:
        op.ready[0] = False
        exec(code, names)
        op.ready[0] = True
        names["upgrade"]()
        ended = "done"
    except Enough:
        ended = "cut"
    except BaseException as error:
        ended = type(error).__name__
    running = False
    return "cut" if cut else ended, op.made


def lines(at, program, runs):
    try:
        code = compile(program, "migration", "exec")
    except SyntaxError:
        return
    for _ in range(runs):
        ended, made = run(code)
        yield "\t".join([str(at), ended, *[json.dumps(one, ensure_ascii=False)[1:-1] for one in made]])
        if ended == "cut":
            return


def alone(at, program, runs, seed):
    """Runs a program in a process of its own: whatever it leaves behind is gone with it."""
    out = sys.stdout
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        random.seed(f"{seed} {at}")
        sys.stdout = open(os.devnull, "w")
        for line in lines(at, program, runs):
            out.write(line + "\n")
        out.flush()
    finally:
        os._exit(0)


def main():
    runs, seed = int(sys.argv[1]), int(sys.argv[2])
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(150)
    resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))
    signal.signal(signal.SIGVTALRM, stop)
    for at, program in enumerate(sys.stdin.buffer.read().decode().split("\0")):
        alone(at, program, runs, seed)


main()

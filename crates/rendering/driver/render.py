"""Has Alembic render the operations of revisions, without a database.

The Python of an application runs it: the application's own upgrade command is started in this process, with
`alembic.command.upgrade` replaced, so that its options, its Flask application and its env.py are those of a real
upgrade.

A request is read from standard input, one JSON object:
    report      the file descriptor on which to answer
    program     what to start: {"script": FILE} or {"module": NAME}, and its `words`; or null
    config      where no command leads to Alembic: {"files": [FILE], "section": NAME, "script_location": FOLDER}
    dialect     "postgresql" or "sqlite"
    direction   "upgrade" or "downgrade"
    revisions   in order, each {"id": ID, "path": FILE}
    seconds     how long one revision may take
    patience    how many seconds the program may take until it asks Alembic for an upgrade

The answer is a JSON object a line, each with its `event`: `began`, once; `configured`, for each time that env.py runs
the migrations; `revision`, its `operation`s and its `end`, for each revision; `done`, or `failed` and why.

Only the standard library and the public API of Alembic 1.7 to 1.20 and SQLAlchemy 1.4 to 2.1; Python 3.8 to 3.14.
"""

import contextlib
import functools
import importlib.util
import json
import logging
import os
import re
import runpy
import signal
import sys
import traceback

LONGEST_MESSAGE = 500
KINDS = ((ImportError, "import"), (SyntaxError, "syntax"))


class NoDatabase(Exception):
    """Something was asked that only a database can answer."""

    def __init__(self, what):
        super().__init__({
            "rows": "reads rows, and there is no database",
            "schema": "inspects the schema, and there is no database",
            "connection": "opens a connection of its own, and there is no database",
        }[what])
        self.what = what


class Late(BaseException):
    """Something has taken too long."""


class Exits(BaseException):
    """Something wants to end the process."""


class Rendered(BaseException):
    """All is rendered: the application's command need not go on."""


KINDS += ((Late, "late"), ((SystemExit, Exits), "exit"), (PermissionError, "sandbox"))


def described(error, path=None):
    """What went wrong, and on which line of the file at `path`: the innermost."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == path]
    if isinstance(error, SyntaxError) and error.filename == path:
        lines.append(error.lineno)
    return {
        "class": type(error).__name__,
        "message": " ".join(str(error).split())[:LONGEST_MESSAGE],
        "line": lines[-1] if lines else None,
        "cause": cause(error),
    }


def cause(error):
    """Of which kind a failure is, whatever has been raised from it since."""
    seen = []
    while error is not None and error not in seen:
        seen.append(error)
        if isinstance(error, NoDatabase):
            return error.what
        for kind, word in KINDS:
            if isinstance(error, kind):
                return word
        error = error.__cause__ or error.__context__
    names = {type(error).__name__ for error in seen}
    return "connection" if names & {"OperationalError", "InterfaceError"} else "other"


class Report:
    """JSON lines on a file descriptor that only this program writes to."""

    def __init__(self, descriptor):
        self.descriptor = descriptor

    def say(self, event, **fields):
        line = json.dumps(dict(fields, event=event)).encode() + b"\n"
        while line:
            line = line[os.write(self.descriptor, line):]


class Recorder:
    """Alembic's output: each statement belongs to the operation and to the line of the revision that print it."""

    def __init__(self, report):
        self.report = report
        self.path = None
        self.operation = None
        self.questions = []
        # An upgrade asks the database whether what is printed has to be done.
        self.looks_first = False

    def line(self):
        """Where the running revision is: the line of the innermost frame within its file."""
        frame = sys._getframe()
        while frame is not None and frame.f_code.co_filename != self.path:
            frame = frame.f_back
        return frame.f_lineno if frame else None

    def ask(self, what):
        """Notes a question of which the running revision must not hear an answer that is made up."""
        if self.path is not None:
            self.questions.append({"what": what, "line": self.line()})

    def refuse(self, what):
        self.ask(what)
        raise NoDatabase(what)

    def of_class(self, name):
        """An operation that has printed nothing yet. After a question what follows may rest on its answer."""
        return {
            "class": name,
            "line": self.line(),
            "raised": False,
            "after_question": bool(self.questions),
            "looks_first": self.looks_first,
        }

    def invoke(self, invoke):
        """In the place of `Operations.invoke`, through which every operation goes."""

        @functools.wraps(invoke)
        def recorded(operations, operation):
            if self.path is None or self.operation is not None:
                return invoke(operations, operation)
            said = self.operation = dict(self.of_class(type(operation).__name__), sql=[])
            try:
                return invoke(operations, operation)
            except BaseException:
                said["raised"] = True
                raise
            finally:
                self.operation = None
                self.report.say("operation", **said)

        return recorded

    def write(self, text):
        """A statement of Alembic's, as to a file."""
        text = text.strip()
        if self.path is None or not text:
            return
        if self.operation is not None:
            self.operation["sql"].append(text)
        else:
            self.report.say("operation", **self.of_class(None), sql=[text])

    def flush(self):
        """Nothing is held back."""

    @contextlib.contextmanager
    def running(self, identity, path):
        """Reports all that is printed meanwhile as that of a revision, and how it ends."""
        self.path, self.operation, self.questions = path, None, []
        self.report.say("revision", id=identity)
        failure = None
        try:
            yield
        except BaseException as error:
            failure = described(error, path)
        self.path = None
        self.report.say("end", failure=failure, questions=self.questions)


class Answer:
    """The result of a statement that nobody has run: that there is one is all that is known of it."""

    def __init__(self, refuse):
        self._refuse = refuse

    def __getattr__(self, name):
        if name == "close":
            return lambda: None
        if name.startswith("__"):
            raise AttributeError(name)
        return self._refuse("rows")

    def __iter__(self):
        return self._refuse("rows")

    def __getitem__(self, _key):
        return self._refuse("rows")


class Context:
    """What is entered and left, waited for or not, and does nothing then."""

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_error):
        return None


class Transaction(Context):
    """A transaction of a connection that leads nowhere."""

    is_active = True

    def __init__(self, connection):
        self.connection = connection

    def close(self):
        """Nothing was begun."""

    commit = rollback = close


class StandIn(Context):
    """A connection for an env.py that insists on one. Whatever it is told is done; what it is asked is refused."""

    closed = invalidated = False

    @property
    def __class__(self):
        """Some ask for it, Flask-Migrate's templates among them: it passes for a connection of SQLAlchemy's."""
        from sqlalchemy.engine import Connection

        return Connection

    def __init__(self, engine, refuse):
        self.engine, self.dialect, self.info = engine, engine.dialect, {}
        self._refuse = refuse

    def __await__(self):
        yield from ()
        return self

    async def run_sync(self, function, *words, **options):
        return function(self, *words, **options)

    def begin(self):
        return Transaction(self)

    begin_nested = begin

    def in_transaction(self):
        return False

    def execution_options(self, **_options):
        return self

    connect = execution_options

    def scalar(self, *_words, **_options):
        return self._refuse("rows")

    scalars = scalar

    def execute(self, *_words, **_options):
        return Awaitable(self._refuse)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_words, **_options: Awaitable(self._refuse)


class Awaitable(Answer):
    """What a connection answers, were it asynchronous or not."""

    def __await__(self):
        yield from ()
        return self


@contextlib.contextmanager
def patched(owner, **values):
    """Sets attributes, and puts back what was there."""
    missing = object()
    before = {name: vars(owner).get(name, missing) for name in values}
    for name, value in values.items():
        setattr(owner, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            delattr(owner, name) if value is missing else setattr(owner, name, value)


def with_values(statement, parameters):
    """A statement that carries the values that it would be executed with."""
    try:
        if isinstance(parameters, dict) and hasattr(statement, "bindparams"):
            return statement.bindparams(**parameters)
        if parameters and hasattr(statement, "values"):
            return statement.values(parameters)
    except Exception:
        # What it does is as unknown as before, and Alembic says so where it renders it.
        return statement
    return statement


def offline_connection(recorder, text):
    """What Alembic's own stand-in for a connection lacks of what migrations call."""

    def begun_by(begin):
        @functools.wraps(begin)
        def begun(self, dialect, execute):
            begin(self, dialect, execute)
            # SQLAlchemy 1.4 has it as an attribute, later ones as a method.
            run = self.execute

            def executed(statement, *parameters, **_options):
                given = parameters[0] if parameters else None
                many = isinstance(given, (list, tuple)) and hasattr(statement, "bindparams")
                for one in given if many else [given]:
                    run(with_values(statement, one))
                return Answer(recorder.refuse)

            self.execute = executed

        return begun

    def exec_driver_sql(self, statement, *_parameters, **_options):
        return self.execute(text(re.sub(r"(?<!:):(?=\w)", r"\\:", statement)))

    def scalar(self, statement, *parameters, **_options):
        self.execute(statement, *parameters)
        return recorder.refuse("rows")

    def visited(visit):
        @functools.wraps(visit)
        def looks(self, kind, element, checkfirst=False, **options):
            before, recorder.looks_first = recorder.looks_first, bool(checkfirst)
            if recorder.operation is not None:
                recorder.operation["looks_first"] |= recorder.looks_first
            try:
                return visit(self, kind, element, checkfirst=checkfirst, **options)
            finally:
                recorder.looks_first = before

        return looks

    def nothing(_self, *_words):
        return None

    def begin(self):
        return Transaction(self)

    return begun_by, visited, {
        "exec_driver_sql": exec_driver_sql,
        "scalar": scalar,
        "scalars": scalar,
        "begin": begin,
        "begin_nested": begin,
        "close": nothing,
        "commit": nothing,
        "rollback": nothing,
        "in_transaction": lambda _self: False,
        "in_nested_transaction": lambda _self: False,
        "closed": False,
        "invalidated": False,
        "__enter__": lambda self: self,
        "__exit__": nothing,
    }


def is_imported(frame, path):
    """Whether a module is being loaded between this frame and the revision that runs."""
    while frame is not None and frame.f_code.co_filename != path:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return frame is None


def variables(recorder, look):
    """In the place of `os.environ[…]`: what a variable says today, it need not have said on the day of the upgrade."""

    @functools.wraps(look)
    def looked(self, name):
        by_the_revision = recorder.path is not None and recorder.operation is None
        if by_the_revision and not is_imported(sys._getframe(1), recorder.path):
            recorder.ask("environment")
        return look(self, name)

    return looked


@contextlib.contextmanager
def recording(recorder, upgrade):
    """Alembic's operations are recorded, its upgrade command is `upgrade`, and no engine connects."""
    import sqlalchemy
    from alembic import command
    from alembic.operations import BatchOperations, Operations
    from sqlalchemy.engine import Engine

    mock = type(sqlalchemy.create_mock_engine("sqlite://", None))

    def inspect(inspect):
        @functools.wraps(inspect)
        def inspected(subject, *words, **options):
            if type(subject) is StandIn or isinstance(subject, (mock, Engine)):
                return recorder.refuse("schema")
            return inspect(subject, *words, **options)

        return inspected

    def connect(engine, *_words, **_options):
        return recorder.refuse("connection") if recorder.path else StandIn(engine, recorder.refuse)

    def late_file(begin):
        # Nothing of it is written, so that nothing has to be opened for it.
        @functools.wraps(begin)
        def opened_late(self, filename, mode="a", encoding=None, delay=False, *words, **options):
            begin(self, filename, mode, encoding, True, *words, **options)

        return opened_late

    @functools.wraps(command.upgrade)
    def replaced(config, revision, sql=False, tag=None):
        return upgrade(config)

    begun_by, visited, more = offline_connection(recorder, sqlalchemy.text)
    invoke, invoke_in_batch = Operations.invoke, BatchOperations.invoke
    with contextlib.ExitStack() as patches:
        for owner, values in (
            (command, {"upgrade": replaced}),
            (Operations, {"invoke": recorder.invoke(invoke)}),
            (BatchOperations, {"invoke": recorder.invoke(invoke_in_batch)}),
            (mock, {"__init__": begun_by(mock.__init__), "_run_ddl_visitor": visited(mock._run_ddl_visitor)}),
            (mock, {name: value for name, value in more.items() if not hasattr(mock, name) or name.startswith("_")}),
            (sqlalchemy, {"inspect": inspect(sqlalchemy.inspect)}),
            (sqlalchemy.inspection, {"inspect": inspect(sqlalchemy.inspection.inspect)}),
            (Engine, {"connect": connect, "begin": connect, "raw_connection": connect}),
            (logging.FileHandler, {"__init__": late_file(logging.FileHandler.__init__)}),
            (type(os.environ), {"__getitem__": variables(recorder, type(os.environ).__getitem__)}),
            (logging.FileHandler, {"handle": lambda _self, _record: None}),
        ):
            patches.enter_context(patched(owner, **values))
        with contextlib.suppress(ImportError):
            from sqlalchemy.ext.asyncio import AsyncEngine

            patches.enter_context(patched(AsyncEngine, connect=connect, begin=connect))
        yield


@contextlib.contextmanager
def bounded(seconds):
    """What takes too long is interrupted, and nothing ends the process."""

    def late(_signal, _frame):
        raise Late(f"not done within {seconds:g} s")

    def exits(code):
        raise Exits(f"ends the process: os._exit({code})")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    try:
        with patched(os, _exit=exits):
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def texts(values):
    """What of a mapping is text; null where it is something that only Python has."""
    return {str(name): value if isinstance(value, str) else None for name, value in values.items()}


class Renderer:
    """Runs revisions under the configuration of env.py, as often as env.py does: once for each of its databases."""

    def __init__(self, request, report):
        self.request = request
        self.recorder = Recorder(report)
        self.report = report
        self.modules = {}
        self.done = False

    def module(self, path):
        """A revision's module, loaded as Alembic does it: it is found by nobody else."""
        if path not in self.modules:
            spec = importlib.util.spec_from_file_location(re.sub(r"\W", "_", os.path.basename(path)), path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            self.modules[path] = module
        return self.modules[path]

    def revisions(self, context, arguments):
        """Each revision by itself: one that fails ends none of the others."""
        from alembic.operations import Operations

        for revision in self.request["revisions"]:
            path = os.path.abspath(revision["path"])
            recorded, limit = self.recorder.running(revision["id"], path), bounded(self.request["seconds"])
            with Operations.context(context), recorded, limit:
                getattr(self.module(path), self.request["direction"])(**arguments)
        self.done = True

    def configured(self, by, because, options, arguments):
        """Says under which configuration the following revisions are rendered."""
        metadata = options.get("target_metadata")
        first = metadata[0] if isinstance(metadata, (list, tuple)) and metadata else metadata
        convention = getattr(first, "naming_convention", None) or {}
        self.report.say(
            "configured",
            by=by,
            because=because,
            naming_convention=texts(convention),
            arguments=texts(arguments),
            include_schemas=bool(options.get("include_schemas")),
            transaction_per_migration=bool(options.get("transaction_per_migration")),
            **texts({name: options.get(name) for name in ("version_table", "version_table_schema")}),
        )

    def render(self, config):
        """In the place of `alembic.command.upgrade`: env.py offline, else as if it could connect, else without it."""
        from alembic.script import ScriptDirectory

        script = ScriptDirectory.from_config(config)
        attempts = Attempts(self, config, script)
        attempts.env("env.py", offline=True)
        attempts.env("env.py online", offline=False)
        attempts.without_env()
        if not self.done:
            raise RuntimeError("; ".join(attempts.reasons))
        raise Rendered

    def start(self):
        """Runs the application's own command, which leads to `render`; or renders by the configuration files alone."""
        with recording(self.recorder, self.render):
            reason = None
            try:
                # An application may try to connect again and again.
                with bounded(self.request["patience"]):
                    run_program(self.request.get("program"))
            except Rendered:
                pass
            except BaseException as error:
                reason = described(error)
            if not self.done:
                self.by_files()
        return reason

    def by_files(self):
        from alembic.config import Config

        given = self.request["config"]
        tomls = [file for file in given["files"] if os.path.basename(file) == "pyproject.toml"]
        inis = [file for file in given["files"] if file not in tomls]
        options = {"ini_section": given.get("section") or "alembic"}
        if tomls:
            options["toml_file"] = tomls[0]
        config = Config(inis[0] if inis else None, **options)
        config.set_main_option("script_location", given["script_location"].replace("%", "%%"))
        with contextlib.suppress(Rendered):
            self.render(config)


class Attempts:
    """Ways to a configuration of Alembic, one after the other until the revisions have been run."""

    # What an env.py may say of it is not what counts here.
    OWN = frozenset({"output_buffer", "output_encoding", "on_version_apply", "as_sql", "literal_binds", "fn"})

    def __init__(self, renderer, config, script):
        self.renderer, self.config, self.script = renderer, config, script
        self.captured = None
        self.reasons = []

    def env(self, by, offline):
        self.attempt(by, offline, lambda _environment: self.script.run_env())

    def without_env(self):
        """By what env.py has configured before it failed, or by nothing at all."""
        by, options = ("bare", {}) if self.captured is None else ("captured", self.captured)

        def run(environment):
            environment.configure(**options)
            environment.run_migrations()

        self.attempt(by, True, run)

    def attempt(self, by, offline, run):
        if self.renderer.done:
            return
        try:
            with self.environment(by, offline) as environment:
                run(environment)
        except BaseException as error:
            reason = described(error)
            self.reasons.append("{}: {}: {}".format(by, reason["class"], reason["message"]))
        else:
            if not self.renderer.done:
                self.reasons.append(f"{by}: it did not run the migrations")

    def environment(self, by, offline):
        """Alembic's own, which renders whatever env.py wants of it."""
        from alembic.runtime.environment import EnvironmentContext

        renderer, recorder = self.renderer, self.renderer.recorder
        environment = EnvironmentContext(self.config, self.script, as_sql=True, destination_rev="heads")
        configure_here = environment.configure

        def is_offline_mode():
            recorder.ask("offline")
            return offline or recorder.path is not None

        def configure(connection=None, url=None, dialect_name=None, dialect_opts=None, **options):
            self.captured = options
            configure_here(
                dialect_name=renderer.request["dialect"],
                # A percent sign stays one.
                dialect_opts=dict(dialect_opts or {}, paramstyle="named"),
                output_buffer=recorder,
                literal_binds=True,
                as_sql=True,
                **{name: value for name, value in options.items() if name not in self.OWN},
            )

        def run_migrations(**arguments):
            renderer.configured(by, "; ".join(self.reasons) or None, self.captured or {}, arguments)
            renderer.revisions(environment.get_context(), arguments)

        for own in (is_offline_mode, configure, run_migrations):
            setattr(environment, own.__name__, own)
        return environment


def run_program(program):
    """Starts a console script or a module as Python itself would."""
    if program is None:
        return
    sys.argv = list(program["words"])
    if "script" in program:
        sys.path[0] = os.path.dirname(os.path.realpath(program["script"]))
        runpy.run_path(program["script"], run_name="__main__")
    else:
        sys.path[0] = os.getcwd()
        runpy.run_module(program["module"], run_name="__main__", alter_sys=True)


def answer(request):
    """Answers a request, whatever happens."""
    report = Report(request["report"])
    try:
        # Neither is to be taken for a folder of that name where this was started.
        sys.path[0:1] = [] if sys.path[:1] == [""] else sys.path[:1]
        import alembic
        import sqlalchemy

        sys.path.insert(0, "")
        versions = {"alembic": alembic.__version__, "sqlalchemy": sqlalchemy.__version__}
        report.say("began", python=sys.version.split()[0], **versions)
        because = Renderer(request, report).start()
        report.say("done", because=because)
    except BaseException as error:
        report.say("failed", failure=described(error))


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    # What it starts is to inherit nothing.
    os.set_inheritable(asked["report"], False)
    answer(asked)
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads of the application are not waited for.
    os._exit(0)

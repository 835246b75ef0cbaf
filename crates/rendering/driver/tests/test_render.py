"""The driver, run by real Pythons with real Alembics: `python -m pytest crates/rendering/driver`.

Nothing confines it here; the sandbox has tests of its own.
"""

import importlib.util
import json
import logging
import os
import pathlib
import subprocess
import sys
import textwrap
import types

import pytest

DRIVER = pathlib.Path(__file__).parent.parent / "render.py"
NOWHERE = "postgresql+psycopg2://u:p@levelhead.invalid/d"
BARE = """
from alembic import context
context.configure(url="postgresql://", literal_binds=True)
with context.begin_transaction():
    context.run_migrations()
"""


class Project:
    """A folder of migrations."""

    def __init__(self, folder):
        self.folder = folder
        self.script_location = folder / "migrations"
        self.script_location.mkdir(exist_ok=True)
        self.files, self.revisions = [], []
        self.env(BARE)

    def env(self, text):
        (self.script_location / "env.py").write_text(textwrap.dedent(text))

    def made_from(self, template):
        """As `alembic init` makes it, with metadata of its own."""
        location = self.folder / template
        command = [sys.executable, "-m", "alembic", "init", "-t", template, str(location)]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        self.script_location, self.files = location, [str(self.folder / "alembic.ini")]
        return self

    def replace(self, name, *pairs):
        path = self.folder / name
        text = path.read_text()
        for old, new in pairs:
            assert old in text, f"{old} is not in {name}"
            text = text.replace(old, new)
        path.write_text(text)

    def revision(self, identity, body, head="from alembic import op\nimport sqlalchemy as sa\n"):
        path = self.folder / f"{identity}.py"
        path.write_text(head + "def upgrade():\n" + textwrap.indent(textwrap.dedent(body), "    "))
        self.revisions.append({"id": identity, "path": str(path)})

    def file(self, identity, text):
        path = self.folder / f"{identity}.py"
        path.write_text(textwrap.dedent(text))
        self.revisions.append({"id": identity, "path": str(path)})

    def request(self, **changes):
        config = {"files": self.files, "section": None, "script_location": str(self.script_location)}
        request = {
            "program": None,
            "config": config,
            "dialect": "postgresql",
            "direction": "upgrade",
            "revisions": self.revisions,
            "seconds": 20,
            "patience": 60,
        }
        request.update(changes)
        return request

    def render(self, **changes):
        reading, writing = os.pipe()
        request = self.request(report=writing, **changes)
        command = [sys.executable, "-c", DRIVER.read_text()]
        environment = dict(os.environ, PYTHONPATH=str(self.folder))
        with subprocess.Popen(
            command, cwd=self.folder, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[writing]
        ) as child:
            os.close(writing)
            child.stdin.write(json.dumps(request).encode())
            child.stdin.close()
            with os.fdopen(reading) as report:
                events = [json.loads(line) for line in report]
            self.said = child.stderr.read().decode()
        return Answer(events)


class Answer:
    """What the driver has said."""

    def __init__(self, events):
        self.events = events
        assert events[-1]["event"] == "done", events

    @property
    def configured(self):
        return [event for event in self.events if event["event"] == "configured"]

    def of(self, identity):
        """The operations of a revision, and its end, for each time that it was rendered."""
        found, inside = [], None
        for event in self.events:
            if event["event"] == "revision":
                inside = ([], None) if event["id"] == identity else None
            elif inside and event["event"] == "operation":
                inside[0].append(event)
            elif inside and event["event"] == "end":
                found.append((inside[0], event))
                inside = None
        return found

    def sql(self, identity):
        (operations, end), *_ = self.of(identity)
        assert end["failure"] is None and not end["questions"], end
        return [" ".join(sql.split()) for operation in operations for sql in operation["sql"]]

    def end(self, identity):
        return self.of(identity)[0][1]


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def test_each_operation_has_its_class_its_line_and_its_sql(project):
    project.file(
        "a1",
        """
        from alembic import op
        import sqlalchemy as sa

        def named(name):
            op.create_table(name, sa.Column("id", sa.Integer, primary_key=True))

        def upgrade():
            for name in ("one", "two"):
                named(name)
            op.execute("UPDATE one SET id = 5 WHERE 'a%' = 'b'")
            op.get_bind().execute(sa.text("DELETE FROM one WHERE id = :id"), {"id": 7})

        def downgrade():
            op.drop_table("one")
        """,
    )
    (operations, end), = project.render().of("a1")
    shown = [(operation["class"], operation["line"], " ".join(operation["sql"][0].split())) for operation in operations]
    assert shown == [
        ("CreateTableOp", 6, "CREATE TABLE one ( id SERIAL NOT NULL, PRIMARY KEY (id) );"),
        ("CreateTableOp", 6, "CREATE TABLE two ( id SERIAL NOT NULL, PRIMARY KEY (id) );"),
        ("ExecuteSQLOp", 11, "UPDATE one SET id = 5 WHERE 'a%' = 'b';"),
        (None, 12, "DELETE FROM one WHERE id = 7;"),
    ]
    assert end == {"event": "end", "failure": None, "questions": []}
    assert project.render(direction="downgrade").sql("a1") == ["DROP TABLE one;"]


def test_sqlite_is_another_dialect(project):
    project.revision("a1", "op.create_table('t', sa.Column('id', sa.Integer, primary_key=True))")
    assert project.render(dialect="sqlite").sql("a1") == ["CREATE TABLE t ( id INTEGER NOT NULL, PRIMARY KEY (id) );"]


def test_a_revision_that_fails_ends_no_other(project):
    project.revision("first", "op.drop_table('t')")
    bodies = {
        "exit": "op.drop_table('t')\nraise SystemExit",
        "late": "while True:\n    pass",
        "import": "import what_is_missing",
        "other": "op.drop_table('t')\nraise ValueError('no')",
        "schema": "sa.inspect(op.get_bind()).get_table_names()",
        "rows": "op.get_bind().execute(sa.text('SELECT 1')).fetchall()",
        "connection": f"sa.create_engine({NOWHERE!r}).connect()",
    }
    for identity, body in bodies.items():
        project.revision(identity, body)
    project.file("syntax", "def upgrade(:")
    project.file("missing", "")
    project.revision("killed", "import os\nos._exit(1)")
    project.revision("last", "op.drop_table('u')")
    answer = project.render(seconds=2)
    assert answer.sql("first") == ["DROP TABLE t;"] and answer.sql("last") == ["DROP TABLE u;"]
    for identity in [*bodies, "syntax"]:
        assert answer.end(identity)["failure"]["cause"] == identity, answer.end(identity)
    assert answer.end("missing")["failure"]["class"] == "AttributeError"
    assert answer.end("killed")["failure"]["cause"] == "exit"
    operations, end = answer.of("other")[0]
    assert len(operations) == 1 and end["failure"]["line"] == 5
    assert end["failure"]["message"] == "no"


def test_a_revision_that_asks_and_goes_on_is_not_whole(project):
    swallowed = "try:\n    {}\nexcept Exception:\n    pass"
    project.revision("rows", swallowed.format("op.get_bind().execute(sa.text('SELECT 1')).scalar()"))
    project.revision("schema", swallowed.format("sa.inspect(op.get_bind())"))
    project.revision("offline", "from alembic import context\nif context.is_offline_mode():\n    op.drop_table('t')")
    answer = project.render()
    for identity, line in (("rows", 5), ("schema", 5), ("offline", 5)):
        end = answer.end(identity)
        assert (end["failure"], end["questions"]) == (None, [{"what": identity, "line": line}])


def test_an_operation_whose_exception_is_caught_is_told(project):
    project.revision("a1", "try:\n    op.create_table('t', 'no column')\nexcept Exception:\n    op.drop_table('t')")
    (operations, _), = project.render().of("a1")
    assert [operation["raised"] for operation in operations][-1] is False


def test_what_a_connection_is_told_without_an_answer_is_no_question(project):
    project.revision(
        "a1",
        """
        connection = op.get_bind()
        with connection.begin():
            connection.execute(sa.text("UPDATE t SET a = :a"), [{"a": 1}, {"a": 2}])
            connection.exec_driver_sql("UPDATE t SET b = 'x:y'::text")
        connection.in_transaction(), connection.commit(), connection.close()
        with op.get_context().autocommit_block():
            op.execute("VACUUM")
        """,
    )
    assert project.render().sql("a1") == [
        "UPDATE t SET a = 1;",
        "UPDATE t SET a = 2;",
        "UPDATE t SET b = 'x:y'::text;",
        "COMMIT;",
        "VACUUM;",
        "BEGIN;",
    ]


CONVENTION = 'import sqlalchemy\nmetadata = sqlalchemy.MetaData(naming_convention={"uq": "u_%(table_name)s"})\n'
UNIQUE = "op.create_table('t', sa.Column('a', sa.Integer), sa.UniqueConstraint('a'))"


@pytest.mark.parametrize("template", ["generic", "async", "multidb"])
def test_the_templates_of_alembic_are_understood(project, template):
    if template == "async":
        pytest.importorskip("greenlet")
    project.made_from(template)
    metadata = ("target_metadata = None", "from models import metadata as target_metadata")
    if template == "multidb":
        metadata = ("target_metadata = {}", "from models import metadata\ntarget_metadata = {'engine1': metadata}")
        project.replace("alembic.ini", ("driver://user:pass@localhost/dbname", NOWHERE))
        project.replace("alembic.ini", (f"{NOWHERE}2", NOWHERE))
        project.file(
            "a1",
            f"""
            from alembic import op
            import sqlalchemy as sa
            def upgrade(engine_name):
                globals()["upgrade_" + engine_name]()
            def upgrade_engine1():
                {UNIQUE}
            def upgrade_engine2():
                op.drop_table('other')
            """,
        )
    else:
        project.replace("alembic.ini", ("driver://user:pass@localhost/dbname", NOWHERE))
        project.revision("a1", UNIQUE)
    (project.folder / "models.py").write_text(CONVENTION)
    project.replace(f"{template}/env.py", metadata)
    answer = project.render()
    assert [each["by"] for each in answer.configured] == ["env.py"] * (2 if template == "multidb" else 1)
    assert answer.configured[0]["naming_convention"]["uq"] == "u_%(table_name)s"
    assert "CONSTRAINT u_t UNIQUE (a)" in answer.sql("a1")[0]
    if template == "multidb":
        assert [each["arguments"]["engine_name"] for each in answer.configured] == ["engine1", "engine2"]
        assert answer.of("a1")[1][0][0]["sql"] == ["DROP TABLE other;"]


PLAIN = """
with sqlalchemy.create_engine(url).connect() as connection:
    run(connection)
"""
# A driver of asyncio is only needed for what is never opened.
ASYNCHRONOUS = """
import asyncio, sys, types
sys.modules["asyncpg"] = types.ModuleType("asyncpg")
from sqlalchemy.ext.asyncio import create_async_engine
async def main():
    engine = create_async_engine(url.replace("psycopg2", "asyncpg"))
    async with engine.connect() as connection:
        await connection.execute(sqlalchemy.text("SET a = 1"))
        await connection.run_sync(run)
asyncio.run(main())
"""


@pytest.mark.parametrize("ending", [PLAIN, ASYNCHRONOUS], ids=["plain", "asynchronous"])
def test_an_env_that_insists_on_a_connection_gets_one_that_leads_nowhere(project, ending):
    if ending == ASYNCHRONOUS:
        pytest.importorskip("greenlet")
    project.env(
        f"""
        from alembic import context
        from models import metadata
        import sqlalchemy
        url = {NOWHERE!r}
        if context.is_offline_mode():
            raise RuntimeError("not offline")
        def run(connection):
            connection.execute(sqlalchemy.text("SET lock_timeout = '1s'"))
            context.configure(connection=connection, target_metadata=metadata, version_table="versions")
            with context.begin_transaction():
                context.run_migrations()
        """
        + textwrap.indent(ending, " " * 8)
    )
    (project.folder / "models.py").write_text(CONVENTION)
    project.revision("a1", UNIQUE)
    answer = project.render()
    (configured,) = answer.configured
    assert configured["by"] == "env.py online" and "not offline" in configured["because"]
    assert configured["version_table"] == "versions"
    assert "CONSTRAINT u_t UNIQUE (a)" in answer.sql("a1")[0]


def test_what_env_has_configured_before_it_fails_counts(project):
    project.env("""
        from alembic import context
        from models import metadata
        context.configure(url="postgresql://", target_metadata=metadata, include_schemas=True)
        raise RuntimeError("no server")
        """)
    (project.folder / "models.py").write_text(CONVENTION)
    project.revision("a1", UNIQUE)
    answer = project.render()
    (configured,) = answer.configured
    assert (configured["by"], configured["include_schemas"]) == ("captured", True)
    assert "CONSTRAINT u_t UNIQUE (a)" in answer.sql("a1")[0]


def test_without_env_the_revisions_are_rendered_and_it_is_said(project):
    project.env("import what_is_missing")
    project.revision("a1", UNIQUE)
    answer = project.render()
    (configured,) = answer.configured
    assert configured["by"] == "bare" and "what_is_missing" in configured["because"]
    assert "UNIQUE (a)" in answer.sql("a1")[0]


def test_alembics_own_options_are_understood(project):
    project.env("""
        from alembic import context
        options = context.get_x_argument(as_dictionary=True)
        context.configure(
            url="postgresql://", version_table=options["table"],
            version_table_schema=context.config.get_main_option("of_schema"),
        )
        with context.begin_transaction():
            context.run_migrations()
        """)
    (project.folder / "own.ini").write_text("[two]\nscript_location = migrations\nof_schema = s\n")
    project.revision("a1", "op.drop_table('t')")
    words = ["alembic", "-c", "own.ini", "-n", "two", "-x", "table=v", "upgrade", "heads"]
    (configured,) = project.render(program={"module": "alembic", "words": words}).configured
    assert (configured["by"], configured["version_table"], configured["version_table_schema"]) == ("env.py", "v", "s")


def test_a_command_that_fails_or_hangs_is_passed_over(project):
    project.revision("a1", "op.drop_table('t')")
    for name, body in (("fails", "raise RuntimeError"), ("hangs", "import time\nwhile True: time.sleep(1)")):
        script = project.folder / f"{name}.py"
        script.write_text(body)
        program = {"script": str(script), "words": [name]}
        answer = project.render(program=program, patience=2)
        assert answer.sql("a1") == ["DROP TABLE t;"]
        assert answer.events[-1]["because"]["class"] in ("RuntimeError", "Late")


def test_flask_loads_its_application(project):
    pytest.importorskip("flask_migrate")
    (project.folder / "shop.py").write_text(
        textwrap.dedent(f"""
            from flask import Flask
            from flask_migrate import Migrate
            from flask_sqlalchemy import SQLAlchemy
            from sqlalchemy import MetaData
            db = SQLAlchemy(metadata=MetaData(naming_convention={{"uq": "u_%(table_name)s"}}))
            def create_app():
                app = Flask(__name__)
                app.config["SQLALCHEMY_DATABASE_URI"] = {NOWHERE!r}
                db.init_app(app)
                Migrate(app, db)
                return app
            """)
    )
    flask = [sys.executable, "-m", "flask", "--app", "shop", "db", "init", "-d", "flasks"]
    environment = dict(os.environ, FLASK_APP="shop")
    subprocess.run(flask, cwd=project.folder, check=True, capture_output=True, env=environment)
    project.script_location = project.folder / "flasks"
    project.revision("a1", UNIQUE)
    words = ["flask", "--app", "shop", "db", "upgrade", "-d", "flasks"]
    answer = project.render(program={"module": "flask", "words": words})
    assert [each["by"] for each in answer.configured] == ["env.py"], project.said
    assert "CONSTRAINT u_t UNIQUE (a)" in answer.sql("a1")[0]


def test_log_files_are_neither_opened_nor_missed(project):
    log = project.folder / "no such folder" / "app.log"
    project.env(f"import logging\nlogging.basicConfig(filename={str(log)!r})\nlogging.error('no')\n" + BARE)
    project.revision("a1", "op.drop_table('t')")
    assert project.render().configured[0]["by"] == "env.py"


def test_everything_is_as_it_was_afterwards(project, monkeypatch):
    import sqlalchemy
    from alembic import command
    from alembic.operations import BatchOperations, Operations
    from sqlalchemy.engine import Engine

    spec = importlib.util.spec_from_file_location("render", DRIVER)
    render = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(render)
    mock = type(sqlalchemy.create_mock_engine("sqlite://", None))
    owners = (command, Operations, BatchOperations, Engine, mock, sqlalchemy, logging.FileHandler, os)
    before = [dict(vars(owner)) for owner in owners]
    project.revision("a1", "op.drop_table('t')")
    reading, writing = os.pipe()
    monkeypatch.chdir(project.folder)
    render.Renderer(project.request(), render.Report(writing)).start()
    os.close(writing)
    with os.fdopen(reading) as report:
        assert any("DROP TABLE t" in line for line in report)
    for owner, values in zip(owners, before):
        # Modules that were imported since are their package's attributes.
        now = {name: value for name, value in vars(owner).items() if not isinstance(value, types.ModuleType)}
        values = {name: value for name, value in values.items() if not isinstance(value, types.ModuleType)}
        names = {name for name in now.keys() | values.keys() if not name.startswith("__") or name == "__init__"}
        assert not {name for name in names if now.get(name) is not values.get(name)}, owner

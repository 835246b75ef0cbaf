"""Makes errors for real, with the packages that are installed, and prints each one as Python does.

Arguments: a URL of PostgreSQL for a superuser, one for a role that may do nothing, and a folder to write to. What is printed
for each error: a line `== DRIVER CODE`, and what the error says.
"""

import asyncio
import os
import sys
import traceback
import warnings

import alembic.config
import flask.cli
import flask_migrate  # noqa: F401  loaded once for all that are forked
import flask_sqlalchemy  # noqa: F401
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

warnings.simplefilter("ignore")
superuser, other_role, folder = sys.argv[1:]
SYNCHRONOUS = ["psycopg2", "psycopg", "pg8000"]
FROM_NOW_ON = "CREATE TABLE parcels (id integer PRIMARY KEY, code text); INSERT INTO parcels VALUES (1, 'a'), (2, 'a')"


def url(driver, base=superuser, **changes):
    return sa.make_url(base).set(drivername=f"postgresql+{driver}", **changes)


def said(name, code, make):
    print(f"== {name} {code}", flush=True)
    try:
        make()
    except BaseException:
        print(traceback.format_exc(), flush=True)
    else:
        print("nothing was raised", flush=True)


# What a server refuses, by the statement.
STATEMENTS = {
    "duplicate-table": "CREATE TABLE parcels (id integer)",
    "duplicate-column": "ALTER TABLE parcels ADD COLUMN code text",
    "duplicate-type": "CREATE TYPE state AS ENUM ('new')",
    "undefined-table": "ALTER TABLE orders ADD COLUMN code text",
    "undefined-column": "UPDATE parcels SET tax = 1",
    "undefined-type": "ALTER TABLE parcels ADD COLUMN tax tax_state",
    "missing-extension": "ALTER TABLE parcels ADD COLUMN place geometry",
    "extension-unavailable": "CREATE EXTENSION no_such_extension",
    "not-null-violation": "ALTER TABLE parcels ADD COLUMN tax integer NOT NULL",
    "unique-violation": "CREATE UNIQUE INDEX uq_code ON parcels (code)",
    "two-upgrades": "INSERT INTO pg_namespace VALUES (9999, 'public', 10, NULL)",
    "version-table-exists": "CREATE TABLE alembic_version (version_num varchar(32))",
    "foreign-key-violation": "ALTER TABLE parcels ADD FOREIGN KEY (id) REFERENCES owners (id)",
    "check-violation": "ALTER TABLE parcels ADD CONSTRAINT ck CHECK (id > 1)",
    "invalid-value": "ALTER TABLE parcels ADD COLUMN tax state DEFAULT 'lost'",
    "value-too-long": "CREATE TABLE short (a varchar(2)); INSERT INTO short VALUES ('abc')",
    "cannot-cast": "ALTER TABLE parcels ALTER COLUMN code TYPE integer",
    "dependent-objects": "DROP TABLE owners",
    "needs-autocommit": "VACUUM parcels",
    "no-schema": "CREATE TABLE nowhere.parcels (id integer)",
    "query-canceled": "SET LOCAL statement_timeout = 30; SELECT pg_sleep(10)",
    "read-only": "SET TRANSACTION READ ONLY; CREATE TABLE more (id integer)",
    "bad-statement": "ALTR TABLE parcels",
    "pending-triggers": (
        "CREATE TABLE late (id integer REFERENCES parcels DEFERRABLE INITIALLY DEFERRED);"
        "INSERT INTO late VALUES (1); ALTER TABLE late ADD COLUMN more integer"
    ),
    "raised": "DO $$ BEGIN RAISE EXCEPTION 'no scales'; END $$",
}
# What one answers who connects.
CONNECTIONS = {
    "wrong-password": {"password": "not-it"},
    "no-such-database": {"database": "no_such_database"},
    "cannot-connect": {"port": 1},
    "host-unknown": {"host": "depot.invalid"},
}
SQLITE = {
    "duplicate-table": "CREATE TABLE parcels (id integer)",
    "duplicate-column": "ALTER TABLE parcels ADD COLUMN code text",
    "duplicate-object": "CREATE INDEX ix_code ON parcels (code)",
    "batch-leftover": "CREATE TABLE _alembic_tmp_parcels (id integer)",
    "undefined-table": "INSERT INTO orders VALUES (1)",
    "undefined-column": "UPDATE parcels SET tax = 1",
    "not-null-violation": "ALTER TABLE parcels ADD COLUMN tax integer NOT NULL",
    "unique-violation": "CREATE UNIQUE INDEX uq_code ON parcels (code)",
    "sqlite-alter": "ALTER TABLE parcels ALTER COLUMN code TYPE integer",
    "sqlite-statement": "CREATE TABLE more (id integer DEFAULT (now()), b text) USING heap",
}


def prepare():
    engine = sa.create_engine(url("psycopg"))
    with engine.begin() as connection:
        for statement in [
            *FROM_NOW_ON.split("; "),
            "CREATE TYPE state AS ENUM ('new')",
            "CREATE TABLE owners (id integer PRIMARY KEY)",
            "CREATE VIEW all_owners AS SELECT * FROM owners",
            "CREATE TABLE alembic_version (version_num varchar(32))",
        ]:
            connection.execute(sa.text(statement))
    engine.dispose()


def each(statements):
    return statements.split(";") if "$$" not in statements else [statements]


def execute(engine, statements):
    with engine.begin() as connection:
        for statement in each(statements):
            connection.execute(sa.text(statement))


async def execute_async(engine, statements):
    async with engine.begin() as connection:
        for statement in each(statements):
            await connection.execute(sa.text(statement))


def execute_on(loop, engine, statements):
    loop.run_until_complete(execute_async(engine, statements))


def of_drivers():
    for driver in SYNCHRONOUS:
        engine = sa.create_engine(url(driver))
        for code, statement in STATEMENTS.items():
            said(driver, code, lambda: execute(engine, statement))
        denied = "ALTER TABLE parcels ADD COLUMN tax integer"
        said(driver, "insufficient-privilege", lambda: execute(sa.create_engine(url(driver, other_role)), denied))
        for code, changes in CONNECTIONS.items():
            said(driver, code, lambda: execute(sa.create_engine(url(driver, **changes)), "SELECT 1"))
    loop = asyncio.new_event_loop()
    engine = create_async_engine(url("asyncpg"))
    for code, statement in STATEMENTS.items():
        said("asyncpg", code, lambda: execute_on(loop, engine, statement))
    for code, changes in CONNECTIONS.items():
        said("asyncpg", code, lambda: execute_on(loop, create_async_engine(url("asyncpg", **changes)), "SELECT 1"))
    said("asyncpg", "async-bridge", lambda: execute(sa.create_engine(url("asyncpg")), "SELECT 1"))
    said("psycopg2", "async-bridge", lambda: create_async_engine(url("psycopg2")))
    option = f"{shown('asyncpg')}?sslmode=disable"
    said("asyncpg", "driver-option", lambda: execute_on(loop, create_async_engine(option), "SELECT 1"))
    said("psycopg2", "driver-option", lambda: execute(sa.create_engine(f"{shown('psycopg2')}?pgbouncer=true"), "SELECT 1"))


def shown(driver):
    return url(driver).render_as_string(hide_password=False)


def of_sqlite():
    file = os.path.join(folder, "depot.db")
    begin = FROM_NOW_ON + "; CREATE INDEX ix_code ON parcels (code); CREATE TABLE _alembic_tmp_parcels (id integer)"
    engine, loop = sa.create_engine(f"sqlite:///{file}"), asyncio.new_event_loop()
    execute(engine, begin)
    asynchronous = create_async_engine(f"sqlite+aiosqlite:///{file}")
    for code, statement in SQLITE.items():
        said("sqlite3", code, lambda: execute(engine, statement))
        said("aiosqlite", code, lambda: execute_on(loop, asynchronous, statement))
    loop.run_until_complete(asynchronous.dispose())
    said("sqlite3", "no-sqlite-file", lambda: execute(sa.create_engine("sqlite:////no/such/folder/depot.db"), "SELECT 1"))


def of_sqlalchemy():
    engine = sa.create_engine("sqlite://")
    metadata = sa.MetaData()
    parcels = sa.Table("parcels", metadata, sa.Column("owner", sa.ForeignKey("owners.id")))
    said("sqlalchemy", "postgres-scheme", lambda: sa.create_engine("postgres://u:p@h/d"))
    said("sqlalchemy", "no-dialect", lambda: sa.create_engine("driver://u:p@h/d"))
    said("sqlalchemy", "bad-url", lambda: sa.create_engine("depot"))
    said("sqlalchemy", "bad-url", lambda: sa.create_engine("postgresql://u:p@h:port/d"))
    said("sqlalchemy", "no-url", lambda: sa.create_engine(None))
    said("sqlalchemy", "no-url", lambda: sa.engine_from_config({}, prefix="sqlalchemy."))
    said("sqlalchemy", "text-as-statement", lambda: engine.connect().execute("SELECT 1"))
    said("sqlalchemy", "text-as-statement", lambda: engine.execute("SELECT 1"))
    said("sqlalchemy", "model-not-imported", lambda: metadata.create_all(engine))
    said("sqlalchemy", "defined-twice", lambda: sa.Table(parcels.name, metadata, sa.Column("id", sa.Integer)))


REVISION = '''
from alembic import op
import sqlalchemy as sa
revision, down_revision = {id!r}, {down!r}
def upgrade():
    {body}
'''
NAMELESS = '''op.create_table("parcels", sa.Column("id", sa.Integer))
    with op.batch_alter_table("parcels") as batch:
        batch.drop_constraint(None)'''
ENV = '''
import sqlalchemy as sa
from alembic import context
engine = sa.create_engine({url!r})
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=sa.MetaData())
    with context.begin_transaction():
        context.run_migrations()
'''


def forked(work, words, main):
    """What a program says in a folder. It ends its process, which has loaded everything already."""
    process = os.fork()
    if process == 0:
        os.chdir(work)
        os.dup2(1, 2)
        sys.argv, sys.path[0] = words, work
        warnings.simplefilter("default")
        try:
            main()
        except SystemExit:
            pass
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    os.waitpid(process, 0)


def of_alembic():
    """Each in a folder of its own."""
    memory = ENV.format(url="sqlite://")
    first, second = ("a1", None, "pass"), ("a2", "a1", "pass")
    for number, (code, revisions, words, env) in enumerate(
        [
            ("unknown-revision", [first], ["upgrade", "c0ffee"], memory),
            ("multiple-heads", [first, second, ("b2", "a1", "pass")], ["upgrade", "head"], memory),
            ("missing-parent", [first, ("a2", "a0", "pass")], ["upgrade", "heads"], memory),
            ("duplicate-revision", [first, ("a1", None, "pass  # again")], ["heads"], memory),
            ("cycle", [("a1", "a2", "pass"), second], ["upgrade", "heads"], memory),
            ("not-up-to-date", [first], ["revision", "--autogenerate"], memory),
            ("broken-file", [("a1", None, "(")], ["upgrade", "heads"], memory),
            ("sqlite-alter", [("a1", None, "op.create_foreign_key('fk', 'a', 'b', ['c'], ['d'])")], ["upgrade", "heads"], memory),
            ("no-migrations", [], ["-c", "none.ini", "upgrade", "heads"], memory),
            ("missing-variable", [first], ["upgrade", "heads"], "import os\nos.environ['DEPOT_SECRET']\n"),
            ("missing-module", [first], ["upgrade", "heads"], "import no_such_module\n"),
            ("interpolation", [first], ["upgrade", "heads"], "from alembic import context\ncontext.config.set_main_option('sqlalchemy.url', 'a%40b')\n"),
            ("option-not-text", [first], ["upgrade", "heads"], "from alembic import context\ncontext.config.set_main_option('sqlalchemy.url', None)\n"),
            ("logging-sections", [first], ["upgrade", "heads"], "from alembic import context\nfrom logging.config import fileConfig\nfileConfig(context.config.config_file_name)\n"),
            ("nameless-constraint", [("a1", None, NAMELESS)], ["upgrade", "heads"], memory),
            ("no-revision-id", [first, "helpers"], ["upgrade", "heads"], memory),
            ("outside-context", [first], ["upgrade", "heads"], "from flask import current_app\ncurrent_app.config\n"),
        ]
    ):
        work = os.path.join(folder, f"alembic{number}")
        os.makedirs(os.path.join(work, "migrations", "versions"))
        write(work, "alembic.ini", "[alembic]\nscript_location = migrations\n")
        write(work, "migrations/env.py", env)
        write(work, "migrations/script.py.mako", "revision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n")
        for at, revision in enumerate(revisions):
            text = "x = 1\n" if revision == "helpers" else REVISION.format(id=revision[0], down=revision[1], body=revision[2])
            write(work, f"migrations/versions/r{at}_parcels.py", text)
        print(f"== alembic {code}", flush=True)
        forked(work, ["alembic", *words], alembic.config.main)


def of_flask():
    app = "from flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\nfrom flask_migrate import Migrate\n{body}\n"
    whole = "app = Flask(__name__)\napp.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite://'\ndb = SQLAlchemy(app)\nMigrate(app, db)"
    for number, (code, body, words) in enumerate(
        [
            ("no-migrations", whole, ["db", "upgrade"]),
            ("no-url", "db = SQLAlchemy(Flask(__name__))", ["db", "upgrade"]),
            ("no-flask-migrate", "app = Flask(__name__)", ["db", "upgrade"]),
            ("missing-module", "import no_such_module", ["db", "upgrade"]),
            ("no-attribute", whole.replace("app =", "depot =").replace("app.", "depot.").replace("(app", "(depot"), ["--app", "app:app", "db", "upgrade"]),
            ("already-initialised", whole, ["db", "init"]),
        ]
    ):
        work = os.path.join(folder, f"flask{number}")
        os.makedirs(work)
        write(work, "app.py", app.format(body=body))
        if code == "already-initialised":
            os.makedirs(os.path.join(work, "migrations"))
            write(work, "migrations/README", "x")
        if code == "no-flask-migrate":
            write(work, "app.py", "from flask import Flask\napp = Flask(__name__)\n")
        print(f"== flask {code}", flush=True)
        forked(work, ["flask", *words], flask.cli.main)


def write(work, name, text):
    with open(os.path.join(work, name), "w", encoding="utf-8") as file:
        file.write(text)


prepare()
print(f"SQLAlchemy {sa.__version__}", file=sys.stderr)
of_drivers()
of_sqlite()
of_sqlalchemy()
of_alembic()
of_flask()

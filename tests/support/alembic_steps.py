"""Upgrades a database with the installed Alembic, one revision for each line of standard input.

In the folder of a history, on the database of DATABASE_URL. Before the first line and after each revision it prints a
line of JSON: the revision, and the rows that the version table had. The table itself is gone while it waits, and put
back before the next revision. With an argument it goes to that revision only, or to those that commas
separate, at once, without stopping on the way.
"""
import json
import os
import sys

import sqlalchemy
from alembic import config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

# A migration may print; the answers have a way of their own.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

target = sys.argv[1] if len(sys.argv) > 1 else None
settings = config.Config(os.environ["ALEMBIC_CONFIG"])
scripts = ScriptDirectory.from_config(settings)
engine = sqlalchemy.create_engine(os.environ["DATABASE_URL"], poolclass=sqlalchemy.NullPool)


def upgrade(steps):
    with EnvironmentContext(settings, scripts, fn=lambda rows, context: steps(rows)):
        scripts.run_env()


def take_versions():
    """Takes the version table out of the database: it, and its rows."""
    with engine.begin() as connection:
        table = sqlalchemy.Table("alembic_version", sqlalchemy.MetaData(), autoload_with=connection)
        rows = sorted(connection.scalars(sqlalchemy.select(table.c.version_num)))
        table.drop(connection)
    return table, rows


def put_versions(table, rows):
    with engine.begin() as connection:
        table.create(connection)
        if rows:
            connection.execute(table.insert(), [{"version_num": row} for row in rows])


def report(revision, rows):
    print(json.dumps({"revision": revision, "rows": rows}), file=answers, flush=True)


if target:
    for revision in target.split(","):
        upgrade(lambda rows: scripts._upgrade_revs(revision, rows))
    report(target, take_versions()[1])
    sys.exit()
report(None, [])
table = None
for step in scripts._upgrade_revs("heads", ()):
    sys.stdin.readline()
    if table is not None:
        put_versions(table, rows)
    upgrade(lambda rows: [step])
    table, rows = take_versions()
    report(step.revision.revision, rows)

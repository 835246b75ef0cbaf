"""Has Alembic upgrade databases, and stops it after so many statements.

Each line of the standard input is a URL, a revision, and after how many statements to stop; `-` does not stop. The answer is how
many statements have run. On PostgreSQL nothing runs in a transaction; on SQLite it is as it is.
"""

import os
import re
import sys

import sqlalchemy
from alembic import command
from alembic.config import Config
from sqlalchemy import event
from sqlalchemy.engine import Engine

QUESTION = re.compile(r"\s*(SELECT|PRAGMA|SHOW)\b", re.IGNORECASE)
create_engine = sqlalchemy.create_engine


class Stopped(Exception):
    """So many statements have run."""


class Counter:
    limit = None
    count = 0


def without_transaction(url, **options):
    if str(url).startswith("postgresql"):
        options["isolation_level"] = "AUTOCOMMIT"
    return create_engine(url, **options)


@event.listens_for(Engine, "before_cursor_execute")
def count(_connection, _cursor, statement, *_others):
    if QUESTION.match(statement):
        return
    if Counter.count == Counter.limit:
        raise Stopped
    if "alembic_version" not in statement:
        Counter.count += 1


sqlalchemy.create_engine = without_transaction
for line in sys.stdin:
    url, revision, limit = line.split()
    os.environ["DATABASE_URL"] = url
    Counter.limit, Counter.count = None if limit == "-" else int(limit), 0
    try:
        if revision == "base":
            command.stamp(Config("alembic.ini"), "base")
        else:
            command.upgrade(Config("alembic.ini"), revision)
    except Stopped:
        pass
    print(Counter.count, flush=True)

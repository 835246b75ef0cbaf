"""What a script in front of the start command does at head: looks for the version table, reads its row, execs."""

import os
import sys

url = os.environ["DATABASE_URL"]
if url.startswith("sqlite:///"):
    import sqlite3

    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    table = connection.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
else:
    import psycopg

    connection = psycopg.connect(url)
    table = connection.execute("SELECT to_regclass('alembic_version')").fetchone()[0]
if table is None:
    sys.exit("alembic_version does not exist")
rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
if not rows:
    sys.exit("alembic_version is empty")
connection.close()
os.execvp(sys.argv[1], sys.argv[1:])

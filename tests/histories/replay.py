"""Applies a history revision by revision with Alembic, takes the version table away, and asks stillhead each time.

Usage: replay.py FOLDER STILLHEAD [SQL-AFTER-THE-LAST]. Prints one JSON document a line.
"""

import json
import os
import subprocess
import sys

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

folder, stillhead = sys.argv[1:3]
url = os.environ["DATABASE_URL"]
engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
config = Config()
config.set_main_option("script_location", folder)
order = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def ask(revision):
    with engine.begin() as connection:
        rows = [row[0] for row in connection.execute(text("SELECT version_num FROM alembic_version"))]
        connection.execute(text("DROP TABLE alembic_version"))
    words = [stillhead, "infer", "--format", "json"]
    environment = {**os.environ, "STILLHEAD_MIGRATIONS": folder}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    answer = json.loads(done.stdout) if done.stdout else {"verdict": done.stderr, "revisions": []}
    print(json.dumps({"revision": revision, "code": done.returncode, **answer}), flush=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(255) NOT NULL PRIMARY KEY)"))
        for row in rows:
            connection.execute(text("INSERT INTO alembic_version VALUES (:row)"), {"row": row})


for revision in order:
    command.upgrade(config, revision)
    ask(revision)
if len(sys.argv) > 3:
    with engine.begin() as connection:
        connection.execute(text(sys.argv[3]))
    ask("drift")

"""Runs migration files with an `op` that only writes down which tables are made.

Reads a JSON list of Python texts and answers, for each, the sorted names, or null where upgrade() raises.
"""

import json
import sys
import types


class Op:
    """Alembic's op, of which nothing but create_table and execute is used."""

    def __init__(self):
        self.made = []

    def create_table(self, name, *_columns, **_options):
        self.made.append(name)

    def execute(self, _statement):
        pass


def tables_made(text):
    op = Op()
    alembic = types.ModuleType("alembic")
    alembic.op = op
    sys.modules["alembic"] = alembic
    module = types.ModuleType("migration")
    try:
        exec(compile(text, "migration.py", "exec"), module.__dict__)
        module.upgrade()
    except Exception:
        return None
    return sorted(set(op.made))


print(json.dumps([tables_made(text) for text in json.load(sys.stdin)]))

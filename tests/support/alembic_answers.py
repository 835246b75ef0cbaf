"""Asks Alembic itself. Reads one JSON question a line, writes one JSON answer a line.

{"graph": [{"id", "down", "deps", "labels"}...], "asks": [[command, argument, rows]...]} is answered without files;
{"folder": ..., "command": "revisions"} is answered from the files below that folder.
"""
import json
import signal
import sys
import types
import warnings

import sqlalchemy
from alembic import config, script, util
from alembic.runtime import migration
from alembic.script.revision import RevisionMap

warnings.simplefilter("ignore")


class Maintainer(migration.HeadMaintainer):
    """Alembic's own, with a context that executes nothing."""

    def __init__(self, rows):
        impl = types.SimpleNamespace(_exec=lambda statement: None)
        table = sqlalchemy.Table("v", sqlalchemy.MetaData(), sqlalchemy.Column("version_num", sqlalchemy.String))
        super().__init__(types.SimpleNamespace(impl=impl, _version=table, as_sql=True), rows)


def directory(graph):
    def scripts():
        for entry in graph:
            module = types.SimpleNamespace(
                down_revision=tuple(entry["down"]) or None,
                depends_on=tuple(entry["deps"]) or None,
                branch_labels=tuple(entry["labels"]) or None,
                upgrade=None,
                downgrade=None,
                __doc__=None,
            )
            yield script.Script(module, entry["id"], entry["id"])

    found = script.ScriptDirectory("/")
    found.revision_map = RevisionMap(scripts)
    return found


def answer(found, command, argument, rows):
    rows = tuple(rows)
    if command == "heads":
        revisions = found.revision_map
        return {
            "heads": found.get_heads(),
            "real": list(revisions._real_heads),
            "bases": list(revisions.bases),
            "real_bases": list(revisions._real_bases),
            "labels": {key.revision: sorted(key.branch_labels) for key in revisions._revision_map.values() if key},
        }
    if command == "current":
        return {"current": sorted(revision.revision for revision in found.get_all_current(rows))}
    if command == "history":
        base, head = argument.split(":")
        return {"order": [r.revision for r in found.walk_revisions(base or "base", head or "heads")]}
    if command == "resolve":
        return {"ids": [revision.revision for revision in found.get_revisions(argument)]}
    if command == "stamp":
        steps = found._stamp_revs(tuple(argument.split(" ")), rows)
    elif command == "upgrade":
        steps = found._upgrade_revs(argument, rows)
    else:
        steps = found._downgrade_revs(argument, rows)
    maintainer = Maintainer(rows)
    for step in steps:
        maintainer.update_to_step(step)
    applied = [step.revision.revision for step in steps if isinstance(step, migration.RevisionStep)]
    return {"rows": sorted(maintainer.heads), "steps": sorted(applied)}


def attempt(ask):
    try:
        return ask()
    except util.CommandError as error:
        return {"error": str(error)}
    except (Exception, Timeout) as error:
        return {"failure": f"{type(error).__name__}: {error}"}


def revisions(folder):
    import os

    os.chdir(folder)
    found = script.ScriptDirectory.from_config(config.Config("alembic.ini", toml_file="pyproject.toml"))
    known = found.revision_map._revision_map
    return {
        "revisions": [
            {
                "id": revision.revision,
                "down": list(revision._versioned_down_revisions),
                "deps": list(util.to_tuple(revision.dependencies, default=())),
                "labels": sorted(revision.branch_labels),
                "message": revision.doc,
                "path": revision.path,
            }
            for name, revision in known.items()
            if revision is not None and revision.revision == name
        ]
    }


def attributes(source):
    """What the attributes are once the module has run."""
    names = {"__name__": "x_py"}
    # A loop that feeds itself must end; said again, as what is said in the deepest call that there may be is not heard.
    signal.setitimer(signal.ITIMER_REAL, 0.2, 0.05)
    try:
        exec(compile(source, "x.py", "exec"), names)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)

    def members(value):
        found = list(util.to_tuple(value, default=()))
        found = [] if found == [None] else found
        return sorted(found) if isinstance(value, (set, frozenset)) else found

    return {
        "revision": names["revision"],
        "down_revision": members(names["down_revision"]),
        "depends_on": members(names.get("depends_on")),
        "branch_labels": members(names.get("branch_labels")),
    }


class Timeout(BaseException):
    """Not caught by `except Exception`."""


def give_up(*_):
    raise Timeout


signal.signal(signal.SIGALRM, give_up)

for line in sys.stdin:
    question = json.loads(line)
    if "sources" in question:
        # A list that holds itself has no JSON: a failure of that source alone.
        result = [attempt(lambda: json.loads(json.dumps(attributes(source), default=repr))) for source in question["sources"]]
    elif "folder" in question:
        result = attempt(lambda: revisions(question["folder"]))
    else:
        found = directory(question["graph"])
        result = [attempt(lambda: answer(found, *ask)) for ask in question["asks"]]
    print(json.dumps(result, default=repr), flush=True)

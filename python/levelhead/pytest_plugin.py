"""Fixtures for pytest that test an application's migrations with what levelhead knows.

`levelhead_check()` fails where the migration files are not sound or have several heads. `levelhead_replay()` upgrades a
throwaway database, one revision at a time, and fails where the schema is not what levelhead has read in the files.
"""

import json
import os
import shlex
import subprocess

import pytest

from levelhead import program


def pytest_addoption(parser):
    group = parser.getgroup("levelhead")
    what = "an empty database that levelhead_replay may fill (default: SQLite)"
    group.addoption("--levelhead-url", metavar="URL", help=what)
    parser.addini("levelhead_folder", "the folder to start commands in, from the root folder of pytest", default=".")
    parser.addini("levelhead_options", "flags of every command, such as -c alembic.ini", type="args", default=[])
    parser.addini("levelhead_upgrade", "the upgrade command without its revision (default: found)", default="")


class Levelhead:
    """The program, in the application's folder."""

    def __init__(self, config, environment):
        self.folder = os.path.join(str(config.rootpath), config.getini("levelhead_folder"))
        self.options = list(config.getini("levelhead_options"))
        self.upgrade = shlex.split(config.getini("levelhead_upgrade"))
        self.environment = environment

    def ask(self, *words, codes=(0,)):
        """What a command prints. Fails with its words where it exits with another code than these."""
        return self.run([program()] + list(words) + self.options, codes)

    def run(self, words, codes=(0,)):
        done = subprocess.run(words, cwd=self.folder, env=self.environment, capture_output=True, text=True)
        if done.returncode not in codes:
            line = " ".join(shlex.quote(word) for word in words)
            pytest.fail(f"{line} exited with {done.returncode}:\n{done.stdout}{done.stderr}", pytrace=False)
        return done.stdout

    def upgrade_to(self, revision):
        self.run((self.upgrade or self.usual_upgrade()) + [revision])

    def usual_upgrade(self):
        """Flask-Migrate's where its ini file lies in the migrations folder, else Alembic's."""
        if os.path.isfile(os.path.join(self.folder, "migrations", "alembic.ini")):
            return ["flask", "db", "upgrade"]
        return ["alembic", "upgrade"]


@pytest.fixture
def levelhead_check(request):
    """A function: are the migration files sound, and have they one head? Takes further flags of `check`."""

    def check(*flags):
        levelhead = Levelhead(request.config, dict(os.environ))
        levelhead.ask("check", "--offline", *flags)

    return check


@pytest.fixture
def levelhead_replay(request, tmp_path):
    """A function: upgrades an empty database revision by revision, and compares the schema with the files after each.

    Without a URL it is a SQLite database of the test's own. Answers the ids of the revisions, in their order.
    """

    def replay(url=None):
        url = url or request.config.getoption("--levelhead-url") or f"sqlite:///{tmp_path}/levelhead.db"
        levelhead = Levelhead(request.config, dict(os.environ, DATABASE_URL=url, LEVELHEAD_LEDGER="off"))
        if json.loads(levelhead.ask("current", "--format", "json", codes=(0, 1, 10)))["revisions"]:
            pytest.fail("levelhead_replay needs an empty database, and this one has a current revision", pytrace=False)
        history = json.loads(levelhead.ask("history", "--format", "json"))["revisions"]
        revisions = [revision["id"] for revision in reversed(history)]
        for revision in revisions:
            levelhead.upgrade_to(revision)
            compare(levelhead, revision)
        return revisions

    return replay


def compare(levelhead, revision):
    """Fails where the schema differs from what the files build up to the current revision."""
    document = json.loads(levelhead.ask("diff", "--format", "json"))
    differences = ["  " + difference["text"] for difference in document["differences"]]
    if differences:
        listed = "\n".join(differences)
        pytest.fail(f"after the upgrade to {revision} the schema is not what the files say:\n{listed}", pytrace=False)

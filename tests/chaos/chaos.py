"""Fleets of `levelhead run` on one database, disturbed at moments that a seed chooses.

Not part of the tests that always run:

    python tests/chaos/chaos.py --levelhead target/debug/levelhead --url postgresql://USER@HOST:PORT --rounds 20

The server is any PostgreSQL on which the user may create databases, and the PATH has `flask`, `createdb`, `dropdb`, `psql`
and `pg_dump`. Each round has a database of its own. Afterwards the version table is at head, the schema is that of an upgrade
that nothing has disturbed, each data migration has run once, no session of the round is left, and every instance that was
not killed has started its application. A round that is wrong is told with its seed, which repeats it.
"""

import argparse
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SHOP = pathlib.Path(__file__).parents[2] / "examples" / "shop"
# How long a round may take before its instances count as hanging.
LIMIT = 120
KINDS = ["nothing", "kill", "terminate", "backend", "stop"]


def ask(url, sql):
    return subprocess.run(
        ["psql", "-XAtqc", sql, url], capture_output=True, text=True, check=True
    ).stdout.strip()


def schema(url):
    """The schema as pg_dump writes it, without the ledger's and what differs from run to run."""
    command = ["pg_dump", "--schema-only", "--exclude-schema=levelhead", url]
    dump = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [
        line for line in dump.splitlines() if line and not line.startswith(("--", "\\"))
    ]


def rows(url):
    """What the data migrations have written."""
    return ask(url, "SELECT name FROM categories ORDER BY 1"), ask(
        url, "TABLE alembic_version"
    )


class Round:
    def __init__(self, options, seed):
        self.options = options
        self.random = random.Random(seed)
        self.name = f"chaos_{os.getpid()}_{seed}"
        self.url = f"{options.url}/{self.name}"
        self.instances = []
        self.killed = set()
        self.said = []

    def start(self, folder):
        environment = {
            **os.environ,
            "DATABASE_URL": self.url,
            "FLASK_APP": "app.py",
            "LEVELHEAD_LOCK_TIMEOUT": "90s",
        }
        for number in range(self.random.randint(2, 5)):
            command = [
                self.options.levelhead,
                "run",
                "--",
                "echo",
                "application started",
            ]
            with (folder / f"log{number}").open("w") as log:
                self.instances.append(
                    subprocess.Popen(
                        command,
                        cwd=folder,
                        env=environment,
                        stdout=log,
                        stderr=log,
                        stdin=subprocess.DEVNULL,
                    )
                )
            time.sleep(self.random.random() * 0.3)

    def disturb(self):
        kind = self.random.choice(KINDS)
        time.sleep(self.random.random() * 3)
        instance = self.random.choice(self.instances)
        self.said.append(kind)
        if kind in ("kill", "terminate"):
            self.killed.add(instance)
            instance.send_signal(signal.SIGKILL if kind == "kill" else signal.SIGTERM)
        elif kind == "backend":
            # An instance whose connection is ended may stop with an error: its platform starts it again.
            where = f"datname = '{self.name}' AND pid <> pg_backend_pid()"
            ask(
                self.url,
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {where}",
            )
            self.killed.update(self.instances)
        elif kind == "stop":
            instance.send_signal(signal.SIGSTOP)
            time.sleep(self.random.random() * 2)
            instance.send_signal(signal.SIGCONT)

    def finish(self, folder):
        """What is wrong at the end."""
        wrong = []
        deadline = time.monotonic() + LIMIT
        for number, instance in enumerate(self.instances):
            try:
                code = instance.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                instance.kill()
                wrong.append(f"instance {number} hangs")
                continue
            started = "application started" in (folder / f"log{number}").read_text()
            if instance not in self.killed and not (code == 0 and started):
                wrong.append(
                    f"instance {number} ended with {code}: {(folder / f'log{number}').read_text()[-600:]}"
                )
        return wrong

    def run(self, clean):
        subprocess.run(
            ["createdb", "--maintenance-db", f"{self.options.url}/postgres", self.name],
            check=True,
        )
        try:
            with tempfile.TemporaryDirectory() as folder:
                folder = pathlib.Path(folder) / "shop"
                shutil.copytree(SHOP, folder)
                self.start(folder)
                if clean is not None:
                    self.disturb()
                wrong = self.finish(folder)
                if set(self.instances) <= self.killed:
                    # What a platform does: it starts another one.
                    self.instances, self.killed = [], set()
                    self.start(folder)
                    wrong += self.finish(folder)
            deadline = time.monotonic() + 10
            left = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            while ask(self.url, left) != "0" and time.monotonic() < deadline:
                time.sleep(0.2)
            if ask(self.url, left) != "0":
                wrong.append("a session is left on the server")
            found = (schema(self.url), rows(self.url))
            if clean is not None and found != clean:
                wrong.append(
                    f"schema or rows are not those of an undisturbed upgrade: {found[1]}"
                )
            return wrong, found
        finally:
            command = [
                "dropdb",
                "--force",
                "--maintenance-db",
                f"{self.options.url}/postgres",
                self.name,
            ]
            subprocess.run(command, check=False)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--levelhead", type=os.path.abspath, required=True)
    parser.add_argument(
        "--url", required=True, help="of the server, without a database"
    )
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wrong, clean = Round(options, 0).run(None)
    bad = len(wrong)
    for seed in range(options.seed, options.seed + options.rounds):
        one = Round(options, seed)
        wrong, _ = one.run(clean)
        print(
            f"seed {seed}, {len(one.instances)} instances, {', '.join(one.said)}: {'; '.join(wrong) or 'well'}",
            flush=True,
        )
        bad += bool(wrong)
    print(f"{options.rounds - bad} of {options.rounds} rounds well")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()

"""Item 5: many replicas that start at once on a pending upgrade, beside the upgrade alone."""

import subprocess
import time

from measure import CLOCK, LEVELHEAD, VENV, environment
from report import Table, ms, ratio
from start import shop

SIZES = [1, 10, 50]


def measure(server, quick):
    """The table: until the last has become its command."""
    folder = shop()
    alone = upgrade_alone(server, folder)
    table = Table(["replicas", "the last has started after", "times the upgrade alone"])
    table.add("`flask db upgrade` alone", ms(alone), "")
    for size in SIZES[:2] if quick else SIZES:
        database = f"fleet_{size}"
        server.create(database, [])
        slowest = last_start(server, folder, database, size)
        table.add(size, ms(slowest), ratio(slowest / alone))
    return {"fleet": table.markdown()}


def surroundings(server, database):
    return environment({"DATABASE_URL": server.socket(database).replace("postgresql:", "postgresql+psycopg:")})


def upgrade_alone(server, folder):
    """Milliseconds of the second of two upgrades: the first compiles what Python compiles once."""
    for number in range(2):
        server.create(f"alone_{number}", [])
        begin = time.monotonic_ns()
        subprocess.run(
            [VENV / "flask", "db", "upgrade"], cwd=folder, env=surroundings(server, f"alone_{number}"), check=True,
            capture_output=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        took = (time.monotonic_ns() - begin) / 1e6
    return took


def last_start(server, folder, database, size):
    """Milliseconds from the first fork to the moment in which the last replica has become its command."""
    begin = time.monotonic_ns()
    replicas = [
        subprocess.Popen(
            [LEVELHEAD, "run", "--", CLOCK], cwd=folder, env=surroundings(server, database), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(size)
    ]  # fmt: skip
    answers = [replica.communicate() for replica in replicas]
    for replica, (_, said) in zip(replicas, answers):
        if replica.returncode != 0:
            raise SystemExit(f"a replica of {size} has failed:\n{said.decode()}")
    return (max(int(printed.split()[-1]) for printed, _ in answers) - begin) / 1e6

"""Items 1 and 2: the start of an application whose database is at head, beside its peers; memory and size."""

import shutil
import sqlite3
import subprocess
from pathlib import Path

import history
from measure import CLOCK, FLOOR, ROOT, LEVELHEAD, VENV, WORK, Command, environment, in_turn, median, once
from report import Table, kib, ms, ratio
from server import binaries

REVISIONS = 100
PYTHON = VENV / "python"
SCRIPT = ROOT / "benches" / "peers" / "wsgi_wrapper.py"
QUERY = "select version_num from alembic_version"
#: What is to be reached, as a multiple of levelhead's time; of the floor: levelhead's as a multiple of it.
GOALS = {"floor": 1.25, "psql": 5, "script": 5, "alembic": 50, "flask": 80}


def shop():
    """A copy of examples/shop, so that nothing is written beside the original."""
    folder = WORK / "shop"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "examples" / "shop", folder, ignore=shutil.ignore_patterns("*.db", "__pycache__"))
    return folder


def ways(server):
    """Each way to reach a database: its name, the URL of one, levelhead's floor on it, whether psql can go it."""

    def floor(url):
        return [FLOOR, url.split("?")[0], server.certificate] if "verify-full" in url else [FLOOR, url]

    return [
        ("TCP, SCRAM", lambda name: server.tcp(name), floor, True),
        ("Unix socket", lambda name: server.socket(name), floor, True),
        ("TLS, SCRAM", lambda name: server.tcp(name, tls=True), floor, True),
        ("SQLite", lambda name: f"sqlite:///{WORK}/{name}.sqlite", lambda url: [FLOOR, url[10:]], False),
    ]


def prepare(server):
    """A database of 100 revisions and one of the shop's, on the server and as files."""
    folder = history.write(WORK / f"history-{REVISIONS}", REVISIONS)
    server.create("start", list(history.statements(REVISIONS)))
    server.create("shop", [])
    file = WORK / "start.sqlite"
    file.unlink(missing_ok=True)
    with sqlite3.connect(file) as connection:
        for statement in history.statements(REVISIONS, now="CURRENT_TIMESTAMP"):
            connection.execute(statement.replace("serial", "integer"))
    (WORK / "shop.sqlite").unlink(missing_ok=True)
    return folder, shop()


def measure(server, quick):
    """The tables."""
    folder, shop_folder = prepare(server)
    runs, few = (10, 2) if quick else (200, 10)
    table = Table(["", "levelhead", "floor", "psql", "psycopg script", "alembic", "flask db (shop)"])
    ratios = Table(["times levelhead", "floor", "psql", "psycopg script", "alembic", "flask db (shop)"])
    memory = None
    for name, url_of, floor, has_psql in ways(server):
        url, shop_url = url_of("start"), url_of("shop").replace("postgresql:", "postgresql+psycopg:")
        own, shops = {"DATABASE_URL": url}, {"DATABASE_URL": shop_url}
        flask = Command("flask", [VENV / "flask", "db", "upgrade"], shop_folder, shops, runs=few)
        commands = [
            Command("levelhead", [LEVELHEAD, "run", "--"], folder, own, True, runs),
            Command("floor", [*floor(url), "--"], folder, {}, True, runs),
            Command("script", [PYTHON, SCRIPT], folder, own, True, max(runs // 4, 5)),
            Command("alembic", [VENV / "alembic", "upgrade", "head"], folder, own, runs=few),
            flask,
        ]
        if has_psql:
            commands.insert(2, Command("psql", [binaries() / "psql", url, "-c", QUERY], folder, runs=max(runs // 2, 5)))
        samples = dict(zip([command.name for command in commands], in_turn(commands)))
        times = {peer: median(own) for peer, own in samples.items()}
        row = ["levelhead", "floor", "psql", "script", "alembic", "flask"]
        table.add(name, *[ms(times[peer]) if peer in times else "" for peer in row])
        ratios.add(name, *[
            verdict(peer, times[peer] / times["levelhead"]) if peer in times else "" for peer in row[1:]
        ])  # fmt: skip
        memory = memory or [(peer, max(sample.memory for sample in samples[peer])) for peer in row]
    return {"start": table.markdown() + "\n\n" + ratios.markdown(), "memory": sizes(server, folder, memory)}


def verdict(peer, times):
    """The ratio, marked where it misses its goal. Of the floor the inverse is said: how much more than it levelhead takes."""
    if peer == "floor":
        return ratio(1 / times, 1 / times <= GOALS[peer]) + " of it"
    return ratio(times, times >= GOALS[peer])


def sizes(server, folder, memory):
    """Memory at its peak, memory after exec, and the sizes of the binaries."""
    table = Table(["peak of resident memory", ""])
    for name, peak in memory:
        table.add(name, kib(peak))
    directly = once(Command("clock", [CLOCK], becomes=False)).memory
    own = Command("levelhead", [LEVELHEAD, "run", "--", "cat", "/proc/self/status"], folder, {"DATABASE_URL": server.socket("start")})
    after = resident(own)
    before = resident(Command("cat", ["cat", "/proc/self/status"]))
    table.add("the smallest program, for comparison", kib(directly))
    table.add("`cat`, started by levelhead", kib(after))
    table.add("`cat`, started directly", kib(before))
    size = Table(["static binary", "bytes"])
    size.add("levelhead, everything in", f"{Path(LEVELHEAD).stat().st_size:,}")
    size.add("the floor", f"{Path(FLOOR).stat().st_size:,}")
    return table.markdown() + "\n\n" + size.markdown()


def resident(command):
    """The resident memory of `cat`, by its own account: nothing of levelhead is left in it."""
    done = subprocess.run(
        list(map(str, command.words)), cwd=command.folder, env=environment(command.environment), capture_output=True, check=True
    )
    line = next(line for line in done.stdout.decode().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])

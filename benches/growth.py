"""Item 3: how the cost grows with the history, beside Alembic where it has the command."""

import chart
import history
from measure import ROOT, LEVELHEAD, VENV, WORK, Command, hyperfine
from report import Table, ms

#: 400 and 2,000 are what the goals of `infer` are said of.
COUNTS = [10, 100, 400, 1_000, 2_000, 10_000]
DRAWN = [10, 100, 1_000, 10_000]


def commands(folder, url, count):
    """What is measured, with Alembic's counterpart where there is one."""
    own = {"DATABASE_URL": url}
    alembic = VENV / "alembic"
    often, seldom = (30, 5) if count < 1_000 else (15, 2) if count < 10_000 else (7, 1)

    def ours(*words):
        return Command(" ".join(map(str, words)), [LEVELHEAD, *words], folder, own, runs=often)

    def theirs(*words):
        return Command(" ".join(words), [alembic, *words], folder, own, runs=seldom)

    every = [ours("heads"), ours("current"), ours("run"), ours("infer")]
    return every + ([theirs("heads"), theirs("current"), theirs("upgrade", "head")] if count in DRAWN else [])


def measure(server, quick):
    """The tables, and the picture."""
    names = ["`heads`", "`current`", "`run`", "`infer`", "alembic heads", "alembic current", "alembic upgrade head"]
    table = Table(["revisions", *names])
    lines = {name: [] for name in names}
    run = {}
    for count in COUNTS[:4] if quick else COUNTS:
        folder = history.write(WORK / f"history-{count}", count)
        database = f"growth_{count}"
        server.create(database, list(history.statements(count)))
        # The second time all files are in memory, and Python has compiled what it will compile.
        times = hyperfine(commands(folder, server.socket(database), count))
        run[count] = times[2], times[3]
        table.add(f"{count:,}", *map(ms, times), *[""] * (len(names) - len(times)))
        if count in DRAWN:
            for name, time in zip(names, times):
                lines[name].append((count, time))
    picture = [(name.strip("`"), "alembic" not in name, points) for name, points in lines.items()]
    drawing = chart.draw("Milliseconds by revisions", [(f"levelhead {name}" if own else name, own, points) for name, own, points in picture])
    if not quick:
        (ROOT / "docs" / "growth.svg").write_text(drawing)
    (WORK / "growth.svg").write_text(drawing)
    return {"growth": table.markdown() + "\n\n" + goals(run).markdown()}


def goals(run):
    """What was asked for, and what it is."""
    table = Table(["", "goal", "measured"])

    def add(what, goal, value):
        table.add(what, f"at most {goal} ms", ms(value) + ("" if value <= goal else " (missed)"))

    add("`run`: 1,000 revisions over 10", 10, run[1_000][0] - run[10][0])
    add("`infer`: 400 revisions", 50, run[400][1])
    if 10_000 in run:
        add("`infer`: 2,000 revisions", 250, run[2_000][1])
        add("`run`: 10,000 revisions", 100, run[10_000][0])
    return table

"""Item 6: how many instructions a start at head takes, which does not depend on how busy or how fast the machine is."""

import re
import subprocess

import history
from measure import FLOOR, ROOT, STILLHEAD, WORK, environment
from report import Table

KEPT = ROOT / "benches" / "instructions.txt"
REVISIONS = 100


def measure(server, quick, keep=False):
    """The table, beside the number that is kept. `make bench ONLY=instructions KEEP=1` keeps a new one."""
    folder = history.write(WORK / f"history-{REVISIONS}", REVISIONS)
    server.create("instructions", list(history.statements(REVISIONS)))
    # Over the socket: SCRAM's rounds, the same for both, would hide what stillhead itself does.
    url = server.socket("instructions")
    own = count([STILLHEAD, "run"], folder, {"DATABASE_URL": url})
    floor = count([FLOOR, url, "--", "/nonexistent"], folder, {})
    table = Table(["a start at head, 100 revisions, Unix socket", "million instructions"])
    table.add("stillhead", f"{own / 1e6:.1f}")
    table.add("the floor", f"{floor / 1e6:.1f}")
    if KEPT.exists():
        kept = int(KEPT.read_text())
        table.add("stillhead, as kept in benches/instructions.txt", f"{kept / 1e6:.1f} ({own / kept - 1:+.1%} since)")
    if keep or not KEPT.exists():
        KEPT.write_text(f"{own}\n")
    return {"instructions": table.markdown()}


def count(words, folder, more):
    """Instructions up to exec, which callgrind would not follow: stillhead gets no command, the floor one that is not there."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *map(str, words)],
        cwd=folder, env=environment(more), stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    found = re.search(r"Collected : (\d+)", done.stderr)
    if not found:
        raise SystemExit(f"callgrind counts nothing:\n{done.stderr}")
    return int(found[1])

"""Item 6: what a start at head takes that does not depend on how busy or how fast the machine is: instructions, system calls,
pages of memory."""

import os
import re
import subprocess

import history
from measure import FLOOR, ROOT, LEVELHEAD, WORK, environment
from report import Table

KEPT = ROOT / "benches" / "instructions.txt"
REVISIONS = 100


def measure(server, quick, keep=False):
    """The table, beside the number that is kept. `make bench ONLY=instructions KEEP=1` keeps a new one."""
    folder = history.write(WORK / f"history-{REVISIONS}", REVISIONS)
    server.create("instructions", list(history.statements(REVISIONS)))
    # Over the socket: SCRAM's rounds, the same for both, would hide what levelhead itself does.
    url = server.socket("instructions")
    rows = [
        ("levelhead", [LEVELHEAD, "run"], {"DATABASE_URL": url}),
        ("the floor", [FLOOR, url, "--", "/nonexistent"], {}),
    ]
    table = Table(["a start at head, 100 revisions, Unix socket", "million instructions", "system calls", "page faults"])
    counts = []
    for name, words, more in rows:
        counts.append(count(words, folder, more))
        table.add(name, f"{counts[-1] / 1e6:.1f}", f"{calls(words, folder, more):,}", faults(words, folder, more))
    own = counts[0]
    if KEPT.exists():
        kept = int(KEPT.read_text())
        since = f"{kept / 1e6:.1f} ({own / kept - 1:+.1%} since)"
        table.add("levelhead, as kept in benches/instructions.txt", since, "", "")
    if keep or not KEPT.exists():
        KEPT.write_text(f"{own}\n")
    return {"instructions": table.markdown()}


def count(words, folder, more):
    """Instructions up to exec, which callgrind would not follow: levelhead gets no command, the floor one that is not there."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *map(str, words)],
        cwd=folder, env=environment(more), stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    found = re.search(r"Collected : (\d+)", done.stderr)
    if not found:
        raise SystemExit(f"callgrind counts nothing:\n{done.stderr}")
    return int(found[1])


def calls(words, folder, more):
    """System calls of all threads."""
    done = subprocess.run(
        ["strace", "-f", "-c", "-o", "/dev/stdout", *map(str, words)],
        cwd=folder, env=environment(more), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    total = [line.split() for line in done.stdout.splitlines() if line.endswith(" total")]
    if not total:
        raise SystemExit(f"strace counts nothing:\n{done.stdout}")
    return int(total[-1][3])


def faults(words, folder, more):
    """Page faults that need no disk: memory, and pages of the program."""
    process = subprocess.Popen(
        [*map(str, words)], cwd=folder, env=environment(more), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_minflt

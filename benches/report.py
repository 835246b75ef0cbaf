"""How figures are written: Markdown tables, and docs/benchmarks.md with what was measured in its places."""

import os
import platform
import re
import subprocess
from pathlib import Path

from measure import ROOT, VENV

PAGE = ROOT / "docs" / "benchmarks.md"


class Table:
    """A Markdown table, aligned so that it can be read in a terminal too."""

    def __init__(self, heads):
        self.rows = [heads]

    def add(self, *cells):
        self.rows.append([str(cell) for cell in cells])

    def markdown(self):
        widths = [max(map(len, column)) for column in zip(*self.rows)]
        line = lambda cells: "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths)) + " |"
        rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
        return "\n".join([line(self.rows[0]), rule, *map(line, self.rows[1:])])


def ms(time):
    """Milliseconds, to what can be told apart."""
    return f"{time:.1f} ms" if time < 100 else f"{time:,.0f} ms"


def ratio(value, reached=True):
    """How many times; a goal that is missed says so."""
    text = f"{value:.2f}" if value < 2 else f"{value:.1f}" if value < 10 else f"{value:,.0f}"
    return f"{text} ×" + ("" if reached else " (missed)")


def kib(memory):
    """KiB as MB."""
    return f"{memory * 1024 / 1e6:.1f} MB"


def machine(server):
    """What was measured on: never a path, never a host's name."""
    cpu = next(line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line)
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) / 2**20
    versions = "import alembic, flask, psycopg, sqlalchemy, importlib.metadata as m; print(*map(m.version, %r), sep='\\n')"
    names = ["alembic", "flask", "flask-migrate", "sqlalchemy", "psycopg"]
    found = subprocess.run([VENV / "python", "-c", versions % names], capture_output=True, text=True, check=True)
    peers = ", ".join(f"{name} {version}" for name, version in zip(names, found.stdout.split()))
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    return (
        f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB of memory, Linux {platform.release()}; PostgreSQL {server.version}, "
        f"Python {platform.python_version()}, {peers}; Rust {rust}, target {platform.machine()}-unknown-linux-musl."
    )


def write(sections):
    """Puts each section between its marks. The words around them are people's."""
    text = PAGE.read_text()
    for name, content in sections.items():
        marks = re.compile(f"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        text, found = marks.subn(lambda marks: f"{marks[1]}{content}\n{marks[2]}", text)
        if found != 1:
            raise SystemExit(f"docs/benchmarks.md has no place for {name}")
    PAGE.write_text(text)

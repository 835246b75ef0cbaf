"""Measuring: one run of a command, many of several in turn, and what is said of the times."""

import json
import random
import shlex
import statistics
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "target" / "bench"
CLOCK = str(WORK / "clock")
LEVELHEAD = str(WORK / "levelhead")
FLOOR = str(WORK / "floor")
VENV = ROOT / "target" / "venv" / "bin"


@dataclass
class Command:
    """Something to measure: `becomes` says that it ends by becoming the clock."""

    name: str
    words: list
    folder: Path = WORK
    environment: dict = field(default_factory=dict)
    becomes: bool = False
    runs: int = 100


@dataclass
class Sample:
    """Milliseconds, milliseconds of processor time, and KiB."""

    time: float
    busy: float
    memory: int


def environment(more):
    """As a container has it: little, so that nothing of this machine's counts."""
    path = f"{VENV}:/usr/local/bin:/usr/bin:/bin"
    return {"PATH": path, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "FLASK_APP": "app", **more}


def once(command):
    """One run. Everything that goes wrong ends the bench: the time of a failure is no figure."""
    words = [CLOCK, *map(str, command.words), *([CLOCK] if command.becomes else [])]
    with tempfile.TemporaryFile() as errors:
        done = subprocess.run(
            words, cwd=command.folder, env=environment(command.environment), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
        lines = done.stdout.decode().splitlines()
        begin, end, busy, memory, status = map(int, lines[-1].split()) if lines else (0, 0, 0, 0, 1)
        if status != 0:
            errors.seek(0)
            raise SystemExit(f"{command.name}: {' '.join(words)} has failed:\n{errors.read().decode()}")
    if command.becomes:
        end = int(lines[-2])
    return Sample((end - begin) / 1e6, busy / 1e3, memory)


def in_turn(commands):
    """Runs all of them in turn, so that whatever else the machine does hits each alike, and in another order each turn: the run
    before leaves a server's process that is still ending, and the caches to whoever comes next. The first run does not count."""
    samples = [[] for _ in commands]
    for command in commands:
        once(command)
    turns = max(command.runs for command in commands)
    order = list(zip(commands, samples))
    shuffle = random.Random(0).shuffle
    for turn in range(turns):
        shuffle(order)
        for command, own in order:
            # Those with fewer runs have theirs spread over all turns.
            if (turn + 1) * command.runs // turns > len(own):
                own.append(once(command))
    return samples


def median(samples, of=lambda sample: sample.time):
    """The median: what a typical start costs, however noisy the machine."""
    return statistics.median(of(sample) for sample in samples)


def hyperfine(commands, warmup=1):
    """Medians in milliseconds of commands that end, by hyperfine."""
    medians = []
    for command in commands:
        result = WORK / "hyperfine.json"
        words = shlex.join(map(str, command.words))
        subprocess.run(
            ["hyperfine", "-N", "--style", "none", "--warmup", str(warmup), "--runs", str(command.runs),
             "--export-json", result, words],
            cwd=command.folder, env=environment(command.environment), check=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        medians.append(json.loads(result.read_text())["results"][0]["median"] * 1e3)
    return medians

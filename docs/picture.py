#!/usr/bin/env python3
"""Draws docs/terminal.svg, the picture of the README: a terminal with the screens that the tests keep of real runs.

docs/picture.py           writes it
docs/picture.py --check   fails where it is out of date
"""

import pathlib
import re
import sys
from xml.sax.saxutils import escape

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCREENS = ROOT / "tests/data/screens"
PICTURE = ROOT / "docs/terminal.svg"
# What was typed, and the screen that is kept of it.
STORY = [("levelhead check", "check-half-applied.txt")]
COLUMNS, CHARACTER, LINE, EDGE = 82, 8.4, 19, 16
COLOURS = {"error": "#ff7b72", "warning": "#e3b341", "repair": "#e3b341", "help": "#7ee787", "note": "#79c0ff"}


def lines():
    """The lines of the terminal; what is logged about the work is left out, since a person reads past it."""
    for command, screen in STORY:
        yield f"$ {command}"
        for line in (SCREENS / screen).read_text(encoding="utf-8").splitlines():
            if not line.startswith("levelhead: "):
                yield re.sub(r"\^\[\[[0-9;]*m", "", line)


def drawn(line):
    """A line's text, its first word in the colour of what it is."""
    word = re.match(r"[a-z]+(?=[:\[])", line)
    colour = COLOURS.get(word.group()) if word else None
    if line.startswith("$ "):
        return f'<tspan fill="#8b949e">$ </tspan><tspan font-weight="bold">{escape(line[2:])}</tspan>'
    if not colour:
        return escape(line)
    end = line.find(":")
    return f'<tspan fill="{colour}" font-weight="bold">{escape(line[:end])}</tspan>{escape(line[end:])}'


def picture():
    texts = list(lines())
    width, height = int(COLUMNS * CHARACTER + 2 * EDGE), len(texts) * LINE + 2 * EDGE + 8
    rows = "\n".join(
        f'<text x="{EDGE}" y="{EDGE + 14 + number * LINE}" xml:space="preserve">{drawn(text)}</text>'
        for number, text in enumerate(texts)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">
<title>levelhead check names a migration that stopped halfway, and the command that finishes it</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g fill="#e6edf3" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
{rows}
</g>
</svg>
"""


def main():
    if sys.argv[1:] == ["--check"]:
        if PICTURE.read_text(encoding="utf-8") != picture():
            sys.exit("docs/terminal.svg is out of date: docs/picture.py")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        PICTURE.write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    main()

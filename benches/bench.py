"""Everything that `make bench` measures: one run, one machine, one private server."""

import os
import sys
import time

import fleet
import growth
import instructions
import report
import start
import wide
from server import Server

PARTS = {"instructions": instructions, "start": start, "growth": growth, "wide": wide, "fleet": fleet}


def main():
    """`bench.py [PART…]`: all of it goes into docs/benchmarks.md; some of it, or QUICK=1, is only printed."""
    wanted = sys.argv[1:] or list(PARTS)
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        raise SystemExit(f"there is no {unknown[0]}; there are {', '.join(PARTS)}")
    quick = bool(os.environ.get("QUICK"))
    server = Server()
    try:
        sections = {"machine": report.machine(server)}
        print(sections["machine"], flush=True)
        for part in wanted:
            begin = time.monotonic()
            more = {"keep": bool(os.environ.get("KEEP"))} if part == "instructions" else {}
            found = PARTS[part].measure(server, quick, **more)
            for text in found.values():
                print(f"\n{text}", flush=True)
            print(f"\n({part}: {time.monotonic() - begin:.0f} s)", flush=True)
            sections.update(found)
    finally:
        server.stop()
    if not quick and len(wanted) == len(PARTS):
        report.write(sections)


main()

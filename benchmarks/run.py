"""Ratios measured in one run on one machine, each beside its target. `python -m benchmarks [--quick] [--json]`.

Everything goes through what is shipped: Worlds compiled from YAML, `Flyer` and `fly_blocks` with the log written, the
`buckler` command. Times are CPU times of the measuring thread where one thread works, wall-clock where two do or where a
process is started; of several rounds, interleaved between the things compared, the least (or the median, where said) counts.
A missed target is printed and is no error: the exit code is 0. The load of the machine is printed with the table.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

if __package__ in (None, ""):  # run as a file: its folder's parent holds the package, and numba must not take coverage.py here for its own
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.assignments import assignment
from benchmarks.coverage import country
from benchmarks.flyout import flyout
from benchmarks.lines import Line
from benchmarks.networks import cluster, network
from benchmarks.processes import memory, start
from benchmarks.projection import projection
from benchmarks.replications import filtered, growth, native, raid40, threads
from benchmarks.sweeps import viewshed
from benchmarks.tracks import tracking
from benchmarks.worlds import worlds

MEASUREMENTS = (
    raid40, native, filtered, network, threads, cluster, growth, start, memory, tracking, viewshed, country, flyout, worlds, assignment,
    projection,
)  # fmt: skip


def main() -> None:
    """Measure, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and no 10,000 replications")
    parser.add_argument("--json", action="store_true", help="print a machine's answer")
    parser.add_argument("--only", choices=[measure.__name__ for measure in MEASUREMENTS], help="one measurement")
    options = parser.parse_args()
    lines: list[Line] = []
    for measure in MEASUREMENTS:
        if options.only in (None, measure.__name__):
            found = measure(options.quick)
            lines += found
            if not options.json:
                print("\n".join(map(_text, found)), flush=True)
    if options.json:
        print(json.dumps([asdict(line) for line in lines], indent=1))
    else:
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def _text(line: Line) -> str:
    verdict = "met   " if line.met else "      " if line.met is None else "MISSED"
    value = ("yes" if line.measured else "no") if line.target == "identical" else f"{line.measured:.2f} {line.unit}"
    return f"{verdict}  {line.name:60} {value.strip():>12}  ({line.target})  {line.note}"


if __name__ == "__main__":
    main()

"""The command in a process of its own: how soon it starts, how much memory it takes."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.lines import Line, least


def command(arguments: list[str], environment: dict[str, str] | None = None) -> float:
    """Wall-clock seconds of a command in a process of its own."""
    start = time.perf_counter()
    subprocess.run(arguments, check=True, capture_output=True, env={**os.environ, **(environment or {})})
    return time.perf_counter() - start


def to_table(arguments: list[str], environment: dict[str, str]) -> float:
    """Wall-clock seconds of a run, in a process of its own, until the last line of its table is printed."""
    start = time.perf_counter()
    seen = 0.0
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1", **environment}) as run:
        assert run.stdout is not None
        for line in run.stdout:
            if line.startswith("Report:"):
                break
            seen = time.perf_counter() - start
        run.stdout.read()
    if run.returncode or not seen:
        raise subprocess.CalledProcessError(run.returncode, arguments)
    return seen


def start(quick: bool) -> list[Line]:
    """`buckler --help`; `buckler run smoke` (new folder each time) to its table in the terminal against `python -c "import numpy,
    numba"`; and the same with an empty kernel cache. Python keeps its bytecode, as it does unless told otherwise.
    """
    python = [sys.executable, "-c"]
    program = [*python, "from buckler.cli import main; main()"]
    if (script := Path(sys.executable).with_name("buckler")).exists():
        program = [str(script)]
    with tempfile.TemporaryDirectory() as folder:
        numbers = iter(range(1000))
        usual = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(Path(folder) / "bytecode")}

        def smoke(**environment: str) -> float:
            output = str(Path(folder) / str(next(numbers)))
            return to_table([*program, "run", "smoke", "--quiet", "-o", output], usual | environment)

        def imports() -> float:
            return command([*python, "import numpy, numba"], usual)

        smoke(), imports()
        rounds = 3 if quick else 7
        help_s, imports_s, warm_s = least(rounds, lambda: command([*program, "--help"], usual), imports, smoke)
        cold_s = smoke(XDG_CACHE_HOME=str(Path(folder) / "cache"), NUMBA_CACHE_DIR=str(Path(folder) / "kernels"))
    return [
        Line("buckler --help", help_s, "s", "at most 0.3 s", help_s <= 0.3),
        Line(
            "buckler run smoke to its table, warm, against importing numpy and numba", warm_s / imports_s, "x", "at most 5",
            warm_s <= 5 * imports_s, f"{warm_s:.2f} s against {imports_s:.2f} s",
        ),
        Line(
            "the first compile against the warm start", cold_s / warm_s, "x", "at most 25", cold_s <= 25 * warm_s,
            f"{cold_s:.1f} s against {warm_s:.2f} s",
        ),
    ]  # fmt: skip


def memory(quick: bool) -> list[Line]:
    """Peak resident memory of `buckler run turkey-2019 -n 10000`, all cores, in a process of its own."""
    if quick:
        return []
    program = "from buckler.cli import main; main()"
    with tempfile.TemporaryDirectory() as folder:
        wall = command(
            [
                sys.executable,
                "-c",
                program,
                "run",
                "turkey-2019",
                "-n",
                "10000",
                "--quiet",
                "-o",
                str(Path(folder) / "run"),
            ]
        )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    note = f"{wall:.0f} s; the greatest of all processes that this run started"
    return [Line("10,000 replications of turkey-2019", peak, "MiB", "below 700", peak < 700, note)]

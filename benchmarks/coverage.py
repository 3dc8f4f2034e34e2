"""The maps of a country-wide network: 30 radars, cells of 1 km, 20 heights, every product of one `buckler coverage` call."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks.lines import Line

HEIGHTS_M: Final = (
    30, 50, 75, 100, 150, 200, 300, 400, 500, 750, 1000, 1500, 2000, 3000, 4000, 5000, 7500, 10_000, 15_000, 20_000,
)  # fmt: skip


def scenario(sensors: int) -> dict[str, Any]:
    """A scenario of notional radars on a lattice over Türkiye: long-range sets, every fifth a mast-mounted 96L6E."""
    document: dict[str, Any] = {
        "name": "country",
        "title": f"{sensors} notional radars over a country",
        "notional": "All of it.",
        "as_of": "2025-01-01",
        "environment": {"terrain": "packaged"},
        "assets": [{"name": "Capital", "latitude_deg": 39.9, "longitude_deg": 32.8}],
        "commands": [{"name": "Post"}],
        "sensors": [
            {
                "name": f"Radar {n + 1}",
                "system": "96L6E" if n % 5 == 4 else "AN/TPS-77",
                "command": "Post",
                "hypothetical": True,
                "latitude_deg": round(37.2 + 1.9 * (n % 3), 2),
                "longitude_deg": round(27.2 + 17.0 * (n // 3) / max(1, (sensors - 1) // 3), 2),
            }
            for n in range(sensors)
        ],
        "batteries": [],
        "raid": {
            "note": "None to speak of.",
            "entries": [
                {
                    "name": "one",
                    "system": "cruise-missile-subsonic",
                    "count": 1,
                    "target": "Capital",
                    "origin": {"latitude_deg": 36.0, "longitude_deg": 34.0},
                }
            ],
        },
    }
    return document


_PROGRAM: Final = """
import json, resource, sys
from buckler.cli import main
try:
    main()
except SystemExit as leave:
    assert not leave.code, leave.code
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]), file=sys.stderr)
"""


def country(quick: bool) -> list[Line]:
    """The command in a process of its own, drawing included: CPU seconds and peak resident memory. Quick: 3 radars, one height,
    cells of 10 km, and no targets.
    """
    sensors, heights, cell_km = (3, HEIGHTS_M[3:4], 10) if quick else (30, HEIGHTS_M, 1)
    if not quick:
        _run(2, HEIGHTS_M[:1], 50)  # compiles
    spent_s, peak = _run(sensors, heights, cell_km)
    name = f"coverage: {sensors} radars, {len(heights)} heights, {cell_km} km"
    return [
        Line(name, spent_s, "s", "at most 120 s", None if quick else spent_s <= 120.0, "one core"),
        Line(f"{name}: memory", peak, "MiB", "below 2000", None if quick else peak < 2000.0),
    ]


def _run(sensors: int, heights_m: Sequence[int], cell_km: int) -> tuple[float, float]:
    """CPU seconds and MiB of one call."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "country.yaml"
        path.write_text(yaml.safe_dump(scenario(sensors)), encoding="utf-8")
        asked = [text for height in heights_m for text in ("--height-m", str(height))]
        done = subprocess.run(
            [
                sys.executable, "-c", _PROGRAM, "coverage", str(path), *asked, "--cell-km", str(cell_km), "-o",
                str(Path(folder) / "out"),
            ],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    spent_s, peak = json.loads(done.stderr.strip().splitlines()[-1])
    return spent_s, peak

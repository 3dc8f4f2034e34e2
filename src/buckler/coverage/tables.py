"""Coverage as CSV (RFC 4180).

What holds for a whole table, the notice and the terrain's caveat among it, stands in the last columns of its first row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from buckler.log.text import write_whole


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]], about: Mapping[str, str]) -> Path:
    """Write a table; `about` stands in the last columns of the first row. A value that does not exist is left empty."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*columns, *about])
    first: Sequence[str] = list(about.values())
    rest = [""] * len(about)
    for row in rows:
        writer.writerow([*(_plain(value) for value in row), *first])
        first = rest
    if first is not rest:
        writer.writerow([*("" for _ in columns), *first])
    return write_whole(path, out.getvalue())


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return ""
    return f"{value:.6g}" if isinstance(value, float) else value

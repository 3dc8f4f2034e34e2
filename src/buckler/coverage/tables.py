"""Coverage as CSV (RFC 4180): the notice and the terrain's caveat stand in every row, so that no row is without them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from buckler.log.text import write_whole


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]], about: Mapping[str, str]) -> Path:
    """Write a table; `about` is repeated in the last columns. A value that does not exist is left empty."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*columns, *about])
    for row in rows:
        writer.writerow([*(_plain(value) for value in row), *about.values()])
    return write_whole(path, out.getvalue())


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return ""
    return f"{value:.6g}" if isinstance(value, float) else value

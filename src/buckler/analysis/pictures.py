"""What became of the command posts' tracks, where they fired at tracks: lost, swapped, doubled and false ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from buckler.analysis.estimates import mean
from buckler.log.schema import KINDS, Kind

COLUMNS: Final = ("replication", "kind")
_FIGURES: Final = {
    "lost": Kind.TRACK_LOST, "swapped": Kind.TRACK_SWAPPED, "doubled": Kind.TRACK_DOUBLED, "false": Kind.TRACK_FALSE,
    "rounds_astray": Kind.STRAY,
}  # fmt: skip


def picture_figures(batches: Iterable[pa.Table]) -> dict[str, Any]:
    """A raid's mean number of tracks, of all posts together, that were lost, swapped, doubled, false, and of rounds fired at
    the last two kinds."""
    counts: dict[int, dict[str, int]] = {}
    names = {KINDS[kind]: name for name, kind in _FIGURES.items()}
    for batch in batches:
        for number in np.unique(np.asarray(batch["replication"])):
            counts.setdefault(int(number), dict.fromkeys(_FIGURES, 0))
        kept = batch.filter(pc.is_in(batch["kind"].cast(pa.string()), pa.array(list(names))))
        for row in kept.to_pylist():
            counts[row["replication"]][names[row["kind"]]] += 1
    order = sorted(counts)
    return {name: mean(np.array([counts[number][name] for number in order]), "tracks", 0).as_dict() for name in _FIGURES}

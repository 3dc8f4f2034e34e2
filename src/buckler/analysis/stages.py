"""What spent stages cost: rounds fired at bodies that threaten nothing, until somebody tells them from warheads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from buckler.analysis.estimates import mean
from buckler.log.schema import KINDS, Kind

COLUMNS: Final = ("replication", "kind", "object")
_WANTED: Final = (KINDS[Kind.FIRE], KINDS[Kind.DISCRIMINATE])


def stages_in(entities: pa.Table) -> bool:
    """Whether a run has spent stages in the air."""
    return "spent stage" in entities["kind"].to_pylist()


def stage_figures(entities: pa.Table, batches: Iterable[pa.Table]) -> dict[str, Any]:
    """A raid's mean number of stages fired at, of rounds fired at them, and of stages that a command post told from warheads."""
    stages = {row["key"] for row in entities.select(["key", "kind"]).to_pylist() if row["kind"] == "spent stage"}
    fired: dict[int, dict[str, int]] = {}
    told: dict[int, set[str]] = {}
    for batch in batches:
        for number in np.unique(np.asarray(batch["replication"])):
            fired.setdefault(int(number), {})
            told.setdefault(int(number), set())
        kept = batch.filter(pc.is_in(batch["kind"].cast(pa.string()), pa.array(_WANTED)))
        for row in kept.to_pylist():
            number, stage = row["replication"], row["object"]
            if stage not in stages:
                continue
            if row["kind"] == KINDS[Kind.FIRE]:
                fired[number][stage] = fired[number].get(stage, 0) + 1
            else:
                told[number].add(stage)
    order = sorted(fired)
    return {
        "stages": len(stages),
        "fired_at": mean(np.array([len(fired[number]) for number in order]), "stages", 0, len(stages)).as_dict(),
        "rounds": mean(np.array([sum(fired[number].values()) for number in order]), "rounds", 0).as_dict(),
        "told_apart": mean(np.array([len(told[number]) for number in order]), "stages", 0, len(stages)).as_dict(),
    }

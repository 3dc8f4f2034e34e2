"""What identification costs: civil and own aircraft engaged, by cause, and how long a hostile takes to be called so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from buckler.analysis.estimates import mean, proportion, share
from buckler.log.read import RunFolder, numbers
from buckler.log.schema import KINDS, MISTAKES, REASONS, Kind

COLUMNS: Final = ("replication", "time_s", "kind", "subject", "object", "reason")
SIDES: Final = ("civil", "own")


@dataclass(frozen=True)
class Mistakes:
    """What happened to aircraft that are nobody's threat; row i is replication `replications[i]`, in rising order."""

    aircraft: tuple[str, ...]
    side: tuple[str, ...]
    replications: NDArray[np.int64]
    cause: NDArray[np.int8]
    """[replication, aircraft] the code of the reason why it was first fired at, 0 where it was not."""
    shot_down: NDArray[np.bool_]
    """[replication, aircraft]"""
    hostile_s: NDArray[np.float64]
    """[replication, threat of the raid] from its first detection to the first call of hostile; NaN where either is missing."""
    detected: NDArray[np.bool_]
    """[replication, threat of the raid]"""

    def of(self, side: str) -> NDArray[np.intp]:
        """The columns of the aircraft of a side."""
        return np.flatnonzero(np.array(self.side) == side)


def traffic_in(entities: pa.Table) -> bool:
    """Whether a run has aircraft that are nobody's threat."""
    return "aircraft" in entities["kind"].to_pylist()


def read_mistakes(folder: RunFolder) -> Mistakes:
    """The mistakes in a run folder: one pass over its events."""
    return collect_mistakes(folder.entities, folder.event_batches(COLUMNS))


def collect_mistakes(entities: pa.Table, batches: Iterable[pa.Table]) -> Mistakes:
    """The mistakes in events that come in batches, every replication whole in one of them."""
    rows = entities.to_pylist()
    aircraft = [row for row in rows if row["kind"] == "aircraft"]
    place = {row["key"]: k for k, row in enumerate(aircraft)}
    threat = {row["key"]: k for k, row in enumerate(row for row in rows if row["kind"] == "threat")}
    parts: dict[int, tuple[Any, ...]] = {}
    wanted = [KINDS[kind] for kind in (Kind.WRONGFUL, Kind.KILL, Kind.DETECT, Kind.IDENTIFY)]
    for batch in batches:
        ids = np.unique(numbers(batch["replication"]))
        for number in ids:
            parts[int(number)] = (
                np.zeros(len(aircraft), np.int8), np.zeros(len(aircraft), np.bool_), np.full(len(threat), np.inf),
                np.full(len(threat), np.inf),
            )  # fmt: skip
        kinds = batch["kind"].cast(pa.string())
        kept = batch.filter(pc.is_in(kinds, pa.array(wanted)))
        for row in kept.to_pylist():
            cause, down, seen, called = parts[row["replication"]]
            k, i = place.get(row["object"], -1), threat.get(row["object"], -1)
            if row["kind"] == KINDS[Kind.WRONGFUL] and cause[k] == 0:
                cause[k] = REASONS.index(row["reason"])
            elif row["kind"] == KINDS[Kind.KILL] and k >= 0:
                down[k] = True
            elif row["kind"] == KINDS[Kind.DETECT] and i >= 0:
                seen[i] = min(seen[i], row["time_s"])
            elif row["kind"] == KINDS[Kind.IDENTIFY] and i >= 0:
                called[i] = min(called[i], row["time_s"])
    order = sorted(parts)
    causes, downs, seens, calleds = (np.array([parts[number][j] for number in order]) for j in range(4))
    with np.errstate(invalid="ignore"):
        delay = np.where(np.isfinite(seens) & np.isfinite(calleds), calleds - seens, np.nan)
    return Mistakes(
        tuple(row["key"] for row in aircraft), tuple(row["side"] for row in aircraft), np.array(order), causes, downs, delay,
        np.isfinite(seens),
    )  # fmt: skip


def mistake_figures(mistakes: Mistakes) -> dict[str, Any]:
    """By side: the probability that any aircraft is engaged and the mean number, shot down, by cause; then the delay to hostile."""
    figures: dict[str, Any] = {}
    for side in SIDES:
        columns = mistakes.of(side)
        if not len(columns):
            continue
        cause, down = mistakes.cause[:, columns], mistakes.shot_down[:, columns]
        figures[side] = {
            "aircraft": len(columns),
            "engaged": _any(cause > 0),
            "number_engaged": mean((cause > 0).sum(axis=1), "aircraft", 0, len(columns)).as_dict(),
            "number_shot_down": mean(down.sum(axis=1), "aircraft", 0, len(columns)).as_dict(),
            "by_cause": {
                name: {
                    "engaged": _any(cause == code),
                    "number": mean((cause == code).sum(axis=1), "aircraft", 0, len(columns)).as_dict(),
                }
                for code, name in enumerate(REASONS)
                if name in MISTAKES and (cause == code).any()
            },
        }
    called = np.isfinite(mistakes.hostile_s)
    had = called.any(axis=1)
    sums = np.where(called, mistakes.hostile_s, 0.0).sum(axis=1)
    figures["firm_hostile"] = {
        "delay": mean(sums[had] / called.sum(axis=1)[had], "s", 0).as_dict(),
        "share": share(called.sum(axis=1), mistakes.detected.sum(axis=1)).as_dict(),
    }
    return figures


def _any(flags: NDArray[np.bool_]) -> dict[str, Any]:
    return proportion(np.asarray(flags.any(axis=1))).as_dict()

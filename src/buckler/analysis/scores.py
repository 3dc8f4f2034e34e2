"""Scores: the numbers that a run's figures are made of, one row a replication.

A thousandth of the log's size, and enough for every mean, proportion and paired difference; what happened in between stays in the log.
"""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from buckler.analysis.outcomes import Outcomes

MAIN: Final = ("nothing_leaks", "leakers", "no_asset_hit", "rounds", "none_wronged", "wronged")
"""The scores that stand for a run; the last two only where there are aircraft that are nobody's threat."""
_WORDS: Final = {
    "nothing_leaks": "nothing gets through",
    "leakers": "threats that get through",
    "no_asset_hit": "no asset is hit",
    "rounds": "rounds spent",
    "none_wronged": "no civil or own aircraft is fired at",
    "wronged": "civil and own aircraft fired at",
}


def scores(outcomes: Outcomes) -> dict[str, NDArray[Any]]:
    """Every score by name: flags for what happened or did not, counts for the rest. A part of a score follows its name and a colon."""
    cast = outcomes.cast
    out: dict[str, NDArray[Any]] = {
        "nothing_leaks": outcomes.nothing_leaked,
        "leakers": outcomes.leaked.sum(axis=1),
        "no_asset_hit": outcomes.no_asset_hit,
        "rounds": outcomes.rounds.sum(axis=1),
    }
    out |= {f"leakers:{name}": outcomes.leaked[:, cast.of_class(name)].sum(axis=1) for name in cast.classes}
    out |= {f"leakers:at {key}": outcomes.leaked[:, cast.at_asset(key)].sum(axis=1) for key in cast.assets}
    out |= {f"no_asset_hit:{key}": ~outcomes.asset_hit[:, k] for k, key in enumerate(cast.assets)}
    out |= {f"rounds:{name}": outcomes.rounds[:, cast.of_system(name)].sum(axis=1) for name in cast.systems}
    if cast.aircraft:
        of_side = {side: outcomes.wronged[:, cast.of_side(side)] for side in cast.sides}
        out |= {"none_wronged": np.asarray(~outcomes.wronged.any(axis=1)), "wronged": outcomes.wronged.sum(axis=1)}
        out |= {f"none_wronged:{side}": np.asarray(~flags.any(axis=1)) for side, flags in of_side.items()}
        out |= {f"wronged:{side}": flags.sum(axis=1) for side, flags in of_side.items()}
    return out


def most(outcomes: Outcomes) -> dict[str, float]:
    """The most that each score can be: 1 for a flag, all the threats, the rounds at the start (or those seen, where reloads gave more)."""
    cast = outcomes.cast
    out: dict[str, float] = {}
    for name, values in scores(outcomes).items():
        head, _, part = name.partition(":")
        if head == "leakers":
            columns = cast.at_asset(part[3:]) if part.startswith("at ") else cast.of_class(part)
            out[name] = float(len(columns) if part else len(cast.threats))
        elif head == "rounds":
            ready = sum(cast.weapon_rounds[k] for k in (cast.of_system(part) if part else range(len(cast.weapons))))
            out[name] = max(ready, float(values.max(initial=0)))
        elif head == "wronged":
            out[name] = float(len(cast.of_side(part)) if part else len(cast.aircraft))
        else:
            out[name] = 1.0
    return out


def score_table(outcomes: Outcomes) -> pa.Table:
    """The scores with the numbers of their replications; the most that each can be stands in the metadata."""
    columns: dict[str, Any] = {"replication": outcomes.replications.astype(np.int32)}
    for name, values in scores(outcomes).items():
        columns[name] = values if values.dtype == np.bool_ else values.astype(np.int32)
    return pa.table(columns).replace_schema_metadata({"most": json.dumps(most(outcomes))})


def most_of(table: pa.Table) -> dict[str, float]:
    """The most that each score of a table can be."""
    return dict(json.loads((table.schema.metadata or {})[b"most"]))


def unit(name: str) -> str:
    """The unit of a score's mean."""
    head = name.split(":")[0]
    return {"leakers": "threats", "rounds": "rounds", "wronged": "aircraft"}.get(head, "probability")


def words(name: str) -> str:
    """A score in words."""
    head, _, part = name.partition(":")
    if not part:
        return _WORDS[head]
    return {"leakers": f"{part} that get through" if not part.startswith("at ") else f"through {part}",
            "no_asset_hit": f"{part} is not hit", "rounds": f"rounds of {part}", "none_wronged": f"no {part} aircraft is fired at",
            "wronged": f"{part} aircraft fired at"}[head]  # fmt: skip

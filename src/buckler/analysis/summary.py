"""summary.json: the figures of a run, each with its 95 % interval, in a stable order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.analysis.estimates import mean, proportion
from buckler.analysis.intervals import CONFIDENCE
from buckler.analysis.killchain import funnel, reasons, warning_distribution, warning_time
from buckler.analysis.mistakes import mistake_figures, read_mistakes, traffic_in
from buckler.analysis.outcomes import Outcomes, read_outcomes
from buckler.analysis.pictures import COLUMNS as PICTURE_COLUMNS
from buckler.analysis.pictures import picture_figures
from buckler.analysis.stages import COLUMNS as STAGE_COLUMNS
from buckler.analysis.stages import stage_figures, stages_in
from buckler.analysis.stopping import measure
from buckler.analysis.variance import decompose
from buckler.log.read import RunFolder, open_run
from buckler.log.text import write_whole

SUMMARY_VERSION: Final = 1
_FACTS: Final = ("scenario", "title", "notional", "as_of", "seed", "duration_s", "terrain", "command")


def figures(outcomes: Outcomes) -> dict[str, Any]:
    """The figures of a run's outcomes: what summary.json holds beside the facts of the run."""
    cast = outcomes.cast
    return {
        "nothing_leaks": proportion(outcomes.nothing_leaked, draws=outcomes.draws).as_dict(),
        "no_asset_hit": proportion(outcomes.no_asset_hit, draws=outcomes.draws).as_dict(),
        "leakers": _leakers(outcomes, np.arange(len(cast.threats))),
        "threats": len(cast.threats),
        "leakers_by_class": {
            name: {"threats": len(cast.of_class(name)), **_leakers(outcomes, cast.of_class(name))}
            for name in cast.classes
        },
        "leakers_by_asset": {
            key: {
                "name": cast.names[key],
                "threats": len(cast.at_asset(key)),
                **_leakers(outcomes, cast.at_asset(key)),
            }
            for key in cast.assets
        },
        "asset_hit": {
            key: {"name": cast.names[key], **proportion(outcomes.asset_hit[:, column], draws=outcomes.draws).as_dict()}
            for column, key in enumerate(cast.assets)
        },
        "rounds_by_system": {name: _rounds(outcomes, cast.of_system(name)) for name in cast.systems},
        "rounds": _rounds(outcomes, np.arange(len(cast.weapons))),
        "funnel": funnel(outcomes),
        "reasons": reasons(outcomes),
        "warning_time": {
            key: {
                "name": cast.names[key],
                **warning_time(outcomes, key).as_dict(),
                "distribution": warning_distribution(outcomes, key),
            }
            for key in cast.assets
        },
    }


def _leakers(outcomes: Outcomes, columns: NDArray[np.intp]) -> dict[str, Any]:
    return mean(outcomes.leaked[:, columns].sum(axis=1), "threats", 0, len(columns), outcomes.draws).as_dict()


def _rounds(outcomes: Outcomes, columns: NDArray[np.intp]) -> dict[str, Any]:
    spent = outcomes.rounds[:, columns].sum(axis=1)
    ready = sum(outcomes.cast.weapon_rounds[column] for column in columns)
    # The most that can be spent: the rounds at the start, or more where a reload was seen to give more.
    most = max(ready, float(spent.max(initial=0)))
    return {"ready": ready, **mean(spent, "rounds", 0, most, outcomes.draws).as_dict()}


def summarise(run: RunFolder | str | Path) -> dict[str, Any]:
    """Summarise a run folder, write its summary.json and return it."""
    folder = run if isinstance(run, RunFolder) else open_run(run)
    outcomes = read_outcomes(folder)
    facts = folder.run
    summary = {
        "summary": SUMMARY_VERSION,
        "confidence": CONFIDENCE,
        **{key: facts.get(key) for key in _FACTS},
        "replications": len(outcomes.replications),
        "complete": facts["complete"],
        **figures(outcomes),
    }
    if traffic_in(folder.entities):
        summary["mistakes"] = mistake_figures(read_mistakes(folder))
    if stages_in(folder.entities):
        summary["spent_stages"] = stage_figures(folder.entities, folder.event_batches(STAGE_COLUMNS))
    if facts.get("picture") == "filtered":
        summary["tracks"] = picture_figures(folder.event_batches(PICTURE_COLUMNS))
    if facts.get("until"):
        summary["until"] = facts["until"]
        key = {"p_none_leak": "nothing_leaks", "p_no_asset_hit": "no_asset_hit"}.get(facts["until"]["figure"])
        if key:  # the interval that holds under sequential stopping
            summary[key] = measure(outcomes, facts["until"]["figure"]).as_dict()
    if outcomes.draws is not None:
        decompose(summary, outcomes, folder.path / "parameters.parquet", facts.get("uncertainty") or {})
    write_whole(folder.path / "summary.json", json.dumps(summary, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    folder.__dict__.pop("summary", None)  # what was read before is out of date
    return summary

"""Two runs against each other, under the same luck: the paired difference of every figure, with its interval.

Draws are addressed, so two runs with one seed meet the same luck replication by replication, and the difference
within a replication has far less spread than two separate runs would. Replications are paired by number; those that
only one run has are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler.analysis.estimates import Estimate, mean, paired_difference, proportion
from buckler.analysis.instead import stopped_instead
from buckler.analysis.outcomes import Outcomes, read_outcomes
from buckler.errors import InputError
from buckler.log.read import RunFolder, open_run

Flags = NDArray[np.bool_]
Counts = NDArray[np.integer[Any]]


def compare(first: RunFolder | str | Path, second: RunFolder | str | Path) -> dict[str, Any]:
    """Every figure of both runs and first - second, paired by replication; and who one stops that get through in the other.

    InputError where the runs have different seeds or no replication in common: they did not meet the same luck.
    """
    a, b = (run if isinstance(run, RunFolder) else open_run(run) for run in (first, second))
    if a.run["seed"] != b.run["seed"]:
        raise InputError(
            f"{a.path} has seed {a.run['seed']} and {b.path} seed {b.run['seed']}: they met different luck; "
            f"run one again with --seed {a.run['seed']}"
        )
    all_a, all_b = read_outcomes(a), read_outcomes(b)
    common = np.intersect1d(all_a.replications, all_b.replications)
    if not len(common):
        raise InputError(f"{a.path} and {b.path} have no replication number in common; run both with the same -n")
    if all_a.draws is not None and all_b.draws is not None:
        at_a, at_b = (
            outcomes.draws[np.isin(outcomes.replications, common)] for outcomes in (all_a, all_b) if outcomes.draws
        )
        if not at_a.same(at_b):
            raise InputError(
                f"{a.path} and {b.path} sampled parameters by different draws: run both with the same -n and options"
            )
    same = _one_simulation(a.run, b.run)
    return {
        "first": a.run.get("scenario"),
        "second": b.run.get("scenario"),
        "notional": a.run.get("notional"),
        "seed": a.run["seed"],
        "replications": len(common),
        "left_out": len(all_a.replications) + len(all_b.replications) - 2 * len(common),
        "same_simulation": same,
        "stopped_by_first": [] if same else stopped_instead(b, a, set(common.tolist())),
        "stopped_by_second": [] if same else stopped_instead(a, b, set(common.tolist())),
        **compare_outcomes(all_a.only(common), all_b.only(common), same),
    }


def compare_all(runs: Sequence[RunFolder | str | Path]) -> list[dict[str, Any]]:
    """The first run against each of the others."""
    folders = [run if isinstance(run, RunFolder) else open_run(run) for run in runs]
    if len(folders) < 2:
        raise InputError("a comparison takes two runs or more")
    return [compare(folders[0], other) for other in folders[1:]]


def _one_simulation(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether the events of both come from the same World, parameters, kernels and luck, whatever the scenarios are called.

    The content key stands for everything that the events depend on. Where it differs, only names or the number of replications may,
    if World, kernels and version are the same; runs that sampled parameters are only the same by their key.
    """
    if a.get("content_key") is not None and a["content_key"] == b.get("content_key"):
        return True
    what = ("world_hash", "kernel_hash", "buckler", "platform")
    nominal = "uncertainty" not in a and "uncertainty" not in b
    return nominal and all(a.get(key) is not None and a[key] == b.get(key) for key in what)


def compare_outcomes(a: Outcomes, b: Outcomes, same: bool = False) -> dict[str, Any]:
    """The figures of two outcomes over the same replications, each {first, second, difference}.

    Where both sampled their parameters by the same draws, options that share a system share what is assumed of it, and the draw is the
    sampling unit of the difference; so it is where only one of them sampled.
    """
    draws = a.draws if a.draws is not None else b.draws

    def flags(of_a: Flags, of_b: Flags) -> dict[str, Any]:
        return _row(
            proportion(of_a, draws=a.draws),
            proportion(of_b, draws=b.draws),
            paired_difference(of_a, of_b, "probability", -1, 1, same, draws),
        )

    def counts(of_a: Counts, of_b: Counts, unit: str, most_a: float, most_b: float) -> dict[str, Any]:
        return _row(
            mean(of_a, unit, 0, most_a, a.draws),
            mean(of_b, unit, 0, most_b, b.draws),
            paired_difference(of_a, of_b, unit, -most_b, most_a, same, draws),
        )

    def threats(columns_a: NDArray[np.intp], columns_b: NDArray[np.intp]) -> dict[str, Any]:
        of_a, of_b = (x.leaked[:, columns].sum(axis=1) for x, columns in ((a, columns_a), (b, columns_b)))
        return counts(of_a, of_b, "threats", len(columns_a), len(columns_b))

    def rounds(columns_a: NDArray[np.intp], columns_b: NDArray[np.intp]) -> dict[str, Any]:
        of_a, of_b = (x.rounds[:, columns].sum(axis=1) for x, columns in ((a, columns_a), (b, columns_b)))
        ready_a, ready_b = (
            max(sum(x.cast.weapon_rounds[c] for c in columns), float(spent.max(initial=0)))
            for x, columns, spent in ((a, columns_a, of_a), (b, columns_b, of_b))
        )
        return counts(of_a, of_b, "rounds", ready_a, ready_b)

    ca, cb = a.cast, b.cast
    return {
        "nothing_leaks": flags(a.nothing_leaked, b.nothing_leaked),
        "no_asset_hit": flags(a.no_asset_hit, b.no_asset_hit),
        "leakers": threats(np.arange(len(ca.threats)), np.arange(len(cb.threats))),
        "leakers_by_class": {c: threats(ca.of_class(c), cb.of_class(c)) for c in _either(ca.classes, cb.classes)},
        "leakers_by_asset": {
            k: {"name": {**cb.names, **ca.names}[k], **threats(ca.at_asset(k), cb.at_asset(k))}
            for k in _either(ca.assets, cb.assets)
        },
        "rounds": rounds(np.arange(len(ca.weapons)), np.arange(len(cb.weapons))),
        "rounds_by_system": {s: rounds(ca.of_system(s), cb.of_system(s)) for s in _either(ca.systems, cb.systems)},
    }


def _either(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _row(first: Estimate, second: Estimate, difference: Estimate) -> dict[str, Any]:
    return {"first": first.as_dict(), "second": second.as_dict(), "difference": difference.as_dict()}

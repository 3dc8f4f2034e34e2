"""The tables of a finished sweep: every replication's scores, every point's means with their intervals, the effects of the factors."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from buckler.analysis.effects import Column, main_effects
from buckler.analysis.estimates import mean, proportion
from buckler.analysis.scores import MAIN, most_of, unit
from buckler.campaign.study import Factor, Plan
from buckler.log.write import write_json, write_table

_KEPT: Final = (
    "title", "scenario", "scenario_title", "notional", "as_of", "design", "aliases", "points", "replications", "seed", "terrain", "factors",
)  # fmt: skip
"""What summary.json says of the study, as study.json does."""


def write_results(folder: Path, plan: Plan, tables: list[pa.Table], facts: dict[str, Any]) -> None:
    """scores.parquet, points.parquet and summary.json from the scores of each point, in the order of the points."""
    names, most = _names(tables)
    columns = {name: np.stack([_column(table, name) for table in tables]) for name in names}
    numbers = np.repeat(np.arange(len(tables), dtype=np.int32), plan.study.replications)
    replications = np.tile(np.arange(plan.study.replications, dtype=np.int32), len(tables))
    write_table(
        folder / "scores.parquet",
        pa.table(
            {
                "point": numbers,
                "replication": replications,
                **{name: values.ravel() for name, values in columns.items()},
            }
        ),
    )
    rows = []
    for point in plan.points:
        row: dict[str, Any] = {"point": point.number}
        row |= {
            factor.name: _cell(factor, value) for factor, value in zip(plan.study.factors, point.values, strict=True)
        }
        for name, values in columns.items():
            estimate = _estimate(values[point.number], name, most[name])
            row |= {name: estimate["value"]} | {f"{name} {part}": estimate[part] for part in ("low", "high", "method")}
        rows.append(row)
    write_table(folder / "points.parquet", pa.Table.from_pylist(rows))
    varied = _columns(plan)
    effects = {}
    for name, values in columns.items():
        found, explained = main_effects(varied, values.astype(np.float64), unit(name), most[name])
        effects[name] = {
            "explained": None if explained is None else round(explained, 6),
            "effects": [effect.as_dict() for effect in found],
        }
    write_json(
        folder / "summary.json",
        {"summary": 1, **{key: facts[key] for key in _KEPT}, "effects": effects, "table": rows},
    )


def _estimate(values: NDArray[Any], name: str, most: float) -> dict[str, Any]:
    estimate = proportion(values) if values.dtype == np.bool_ else mean(values, unit(name), 0, most)
    return estimate.as_dict()


def _names(tables: list[pa.Table]) -> tuple[list[str], dict[str, float]]:
    """Every score of any point, in the order met, and the most that it can be."""
    names: dict[str, None] = {}
    most: dict[str, float] = {}
    for table in tables:
        for name, limit in most_of(table).items():
            most[name] = max(most.get(name, 0.0), limit)
            names[name] = None
    return sorted(names, key=lambda name: (":" in name, MAIN.index(name.split(":")[0]))), most


def _column(table: pa.Table, name: str) -> NDArray[Any]:
    """A score of a point; of what is not there (a class that the raid no longer has) nothing gets through and nothing is fired."""
    if name in table.column_names:
        return np.asarray(table[name].to_pylist())
    return np.zeros(len(table), np.int64)


def _columns(plan: Plan) -> list[Column]:
    continuous = plan.continuous
    out = []
    for i, factor in enumerate(plan.study.factors):
        values = [point.values[i] for point in plan.points]
        levels = tuple(factor.word(choice) for choice in factor.choices)
        if continuous and factor.is_range:
            low, high = float(factor.low or 0.0), float(factor.high or 0.0)
            numbers = np.array(values, np.float64)
            place = (
                np.log(numbers / low) / np.log(high / low) if factor.scale == "log" else (numbers - low) / (high - low)
            )
            out.append(Column(factor.name, levels, place, True))
        else:
            place = np.array([levels.index(factor.word(value)) for value in values], np.float64)
            out.append(Column(factor.name, levels, place))
    return out


def _cell(factor: Factor, value: Any) -> Any:
    """A factor's value in a table: numbers as numbers, where all of its levels are."""
    numeric = factor.called is None and all(isinstance(choice, int | float) and not isinstance(choice, bool) for choice in factor.choices)
    return float(value) if numeric else factor.word(value)

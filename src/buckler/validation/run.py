"""Published numbers, computed on this installation: the packaged table, or a file of cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from buckler.validation.cases import RECORD, Case, parse_cases, read_cases
from buckler.validation.compare import plain, within
from buckler.validation.quantities import NoModelError, find
from buckler.validation.records import compare_record

if TYPE_CHECKING:
    from rich.console import RenderableType

Status = Literal["pass", "fail", "no model"]
Progress = Callable[[int, int], None]
"""Called with the cases computed and their number."""


@dataclass(frozen=True)
class Result:
    """What became of one case."""

    case: Case
    status: Status
    value: Any = None
    """What buckler computes; nothing where it has no model or fails to compute."""
    message: str = ""
    """Why it is not a pass."""

    @property
    def id(self) -> str:
        """The case's own name."""
        return self.case.id

    @property
    def expected(self) -> Any:
        """What is published."""
        return self.case.expected

    @property
    def tolerance(self) -> dict[str, Any] | None:
        """How near the value must come."""
        return self.case.tolerance


def run_case(case: Case) -> Result:
    """Compute one case and compare. Whatever goes wrong in computing is a fail with its message, never a pass."""
    try:
        if case.quantity == RECORD:
            value, why = compare_record(case)
        else:
            way, arguments = find(case.quantity, case.inputs, case.base)
            value = plain(way.compute(**arguments))
            why = within(value, case, way.turning)
    except NoModelError as error:
        return Result(case, "no model", message=str(error))
    except Exception as error:
        return Result(case, "fail", message=str(error) or type(error).__name__)
    return Result(case, "fail" if why else "pass", value, why)


def run_cases(path: str | Path, progress: Progress = lambda done, total: None) -> list[Result]:
    """Every case of a file, in its order; InputError where the file itself is wrong."""
    return _all(read_cases(Path(path)), progress)


def validate_cases(path: str | Path, progress: Progress = lambda done, total: None) -> list[Result]:
    """As `run_cases`: `buckler validate --cases FILE`."""
    return run_cases(path, progress)


def packaged_cases() -> list[Case]:
    """The packaged table of published numbers; it is written in the format that a user's own file has."""
    text = files("buckler.validation").joinpath("published.json").read_text(encoding="utf-8")
    return parse_cases(text, "published.json", Path())


def validate_packaged(progress: Progress = lambda done, total: None) -> list[Result]:
    """The packaged table on this installation: `buckler validate`."""
    return _all(packaged_cases(), progress)


def _all(cases: list[Case], progress: Progress) -> list[Result]:
    results: list[Result] = []
    for case in cases:
        progress(len(results), len(cases))
        results.append(run_case(case))
    progress(len(cases), len(cases))
    return results


def results_json(results: list[Result]) -> list[dict[str, Any]]:
    """A machine's answer: id, status, value, expected, tolerance, and the message of what is not a pass."""
    return [
        {
            "id": result.id,
            "status": result.status,
            "value": _finite(result.value),
            "expected": result.expected,
            "tolerance": result.tolerance,
            "message": result.message,
        }
        for result in results
    ]


def render(results: list[Result]) -> RenderableType:
    """A table for the terminal: area, what, expected, got, tolerance, source, result; then the count of each."""
    from buckler.validation.table import render as draw

    return draw(results)


def _finite(value: Any) -> Any:
    """`value` with what JSON cannot hold (infinities, not-a-number) as text."""
    if isinstance(value, list):
        return [_finite(part) for part in value]
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value

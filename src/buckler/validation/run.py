"""Published numbers, computed on this installation: the packaged table, or a file of cases."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from buckler.validation.cases import RECORD, Case, parse_cases, read_cases
from buckler.validation.compare import asked, plain, within
from buckler.validation.quantities import NoModelError, find
from buckler.validation.records import compare_record
from buckler.validation.results import Result

Progress = Callable[[int, int], None]
"""Called with the cases computed and their number."""


def run_case(case: Case) -> Result:
    """Compute one case and compare. Whatever goes wrong in computing is a fail with its message, never a pass."""
    try:
        if case.quantity == RECORD:
            value, why = compare_record(case)
        else:
            way, arguments = find(case.quantity, case.inputs, case.base)
            value = asked(plain(way.compute(**arguments)), case.expected, way.names)
            why = within(value, case, way.turning)
    except NoModelError as error:
        return Result(case, "no model", message=str(error))
    except Exception as error:
        return Result(case, "fail", message=str(error) or type(error).__name__)
    return Result(case, "fail" if why else "pass", value, why)


def validate_cases(path: str | Path, progress: Progress = lambda done, total: None) -> list[Result]:
    """Every case of a file, in its order: `buckler validate --cases FILE`; InputError where the file itself is wrong."""
    return _all(read_cases(Path(path)), progress)


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

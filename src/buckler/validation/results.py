"""What became of cases, one by one, and as a machine's answer."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

from buckler.validation.cases import Case

Status = Literal["pass", "fail", "no model"]


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


def _finite(value: Any) -> Any:
    """`value` with what JSON cannot hold (infinities, not-a-number) as text."""
    if isinstance(value, list):
        return [_finite(part) for part in value]
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value

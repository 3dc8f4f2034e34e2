"""Comparing what a model gives with what is published."""

from __future__ import annotations

from math import isfinite
from typing import Any

from buckler.validation.cases import Case


def plain(value: Any) -> Any:
    """`value` in JSON's own types: arrays and tuples become lists, NumPy's numbers become Python's."""
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    return value


def asked(value: Any, expected: Any, names: tuple[str, ...]) -> Any:
    """What a case asks for of a value whose outermost components have names: those that it names; the first where it wants one."""
    if not names or not isinstance(value, list):
        return value
    if isinstance(expected, dict):
        parts = dict(zip(names, value, strict=True))
        return {name: parts[name] for name in expected if name in parts}
    return value if isinstance(expected, list) else value[0]


def within(value: Any, case: Case, turning: tuple[int, ...] = ()) -> str:
    """Why `value` is not what `case` expects, to within its tolerance; empty where it is.

    `turning` names the outermost components that are angles in degrees and are compared modulo 360.
    """
    expected = case.expected
    if isinstance(expected, dict):
        if not isinstance(value, dict) or set(value) != set(expected):
            lacking = ", ".join(name for name in expected if not isinstance(value, dict) or name not in value)
            return f"the model gives no {lacking}"
        parts = (_differs(value[name], want, *_allowed(case, 0), turns=False, name=name) for name, want in expected.items())
        return next((why for why in parts if why), "")
    if not isinstance(expected, list):
        return _differs(value, expected, *_allowed(case, 0), turns=0 in turning, name="the value")
    if not isinstance(value, list) or len(value) != len(expected):
        return f"the model gives {_shape(value)}, expected is {_shape(expected)}"
    for i, (got, want) in enumerate(zip(value, expected, strict=True)):
        why = _differs(got, want, *_allowed(case, i), turns=i in turning, name=f"component {i + 1}")
        if why:
            return why
    return ""


def _allowed(case: Case, component: int) -> tuple[float, bool]:
    """The tolerance of a component, and whether it is a share of the expected value."""
    if case.tolerance is None:
        return 0.0, False
    (kind, given), *_ = case.tolerance.items()
    return float(given[component] if isinstance(given, list) else given), kind == "rel"


def _differs(value: Any, expected: Any, allowed: float, relative: bool, turns: bool, name: str) -> str:
    if isinstance(expected, list):
        if not isinstance(value, list) or len(value) != len(expected):
            return f"{name}: the model gives {_shape(value)}, expected is {_shape(expected)}"
        parts = (_differs(v, e, allowed, relative, turns, name) for v, e in zip(value, expected, strict=True))
        return next((why for why in parts if why), "")
    numbers = all(isinstance(x, int | float) and not isinstance(x, bool) for x in (value, expected))
    if not numbers:
        return "" if type(value) is type(expected) and value == expected else f"{name} is {value!r}, not {expected!r}"
    if not isfinite(value):
        return f"{name} is not finite"
    off = value - expected
    if turns:
        off = (off + 180.0) % 360.0 - 180.0
    limit = allowed * abs(expected) if relative else allowed
    return "" if abs(off) <= limit else f"{name} is off by {off:.6g}, allowed {limit:.6g}"


def _shape(value: Any) -> str:
    return f"a list of {len(value)}" if isinstance(value, list) else "nothing" if value is None else "one value"

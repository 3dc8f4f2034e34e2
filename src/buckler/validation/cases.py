"""The file of cases: what it may hold, read and checked, with every mistake placed.

A file is a JSON list; each case is an object with `id`, `quantity`, `inputs` (an object), `expected` and `tolerance`,
and may have `area`, `statement`, `source`, `note` and anything else. `tolerance` is {"abs": t} or {"rel": t}; t is
one number, or one for each outermost component of `expected`. A `record` is a fact about the world: its tolerance may
be null, and its `note` says how to compare. Paths in `inputs` are relative to the folder of the file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from json.decoder import JSONDecodeError, JSONDecoder
from math import isfinite
from pathlib import Path
from typing import Any, Final

from buckler.errors import DocumentError, InputError, Problem

RECORD: Final = "record"
_LARGEST_BYTES: Final = 50_000_000
_SPACES: Final = (" ", "\t", "\n", "\r")
_TEXTS: Final = ("area", "statement", "source", "note")


@dataclass(frozen=True)
class Case:
    """One published number, and how near to it a model must come."""

    id: str
    quantity: str
    inputs: dict[str, Any]
    expected: Any
    tolerance: dict[str, Any] | None
    area: str = ""
    statement: str = ""
    source: str = ""
    note: str = ""
    base: Path = field(default=Path(), compare=False)
    """The folder to which paths in `inputs` are relative."""


def read_cases(path: Path) -> list[Case]:
    """The cases of a file; InputError or DocumentError with every mistake and where it stands."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise InputError(f"{path}: {path.stat().st_size / 1e6:.0f} MB; a file of cases has at most 50 MB")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}; give a JSON file of cases") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start}); give a JSON file of cases") from None
    return parse_cases(text, str(path), path.parent)


def parse_cases(text: str, name: str, base: Path) -> list[Case]:
    """The cases in the text of a file called `name`, whose paths are relative to `base`."""
    problems: list[Problem] = []
    cases: list[Case] = []
    seen: dict[str, int] = {}
    for offset, item in _items(text, name):
        line = text.count("\n", 0, offset) + 1
        column = offset - (text.rfind("\n", 0, offset) + 1) + 1
        mistakes = _mistakes(item)
        if not mistakes and item["id"] in seen:
            mistakes = [f"id {item['id']!r} is that of the case in line {seen[item['id']]} too; give each case its own"]
        if mistakes:
            label = item.get("id") if isinstance(item, dict) else None
            who = f"case {label}: " if isinstance(label, str) else ""
            problems += [Problem(name, line, column, who + mistake) for mistake in mistakes]
            continue
        seen[item["id"]] = line
        texts = {key: item[key] for key in _TEXTS if item.get(key) is not None}
        cases.append(
            Case(item["id"], item["quantity"], item["inputs"], item["expected"], item["tolerance"], base=base, **texts)
        )
    if problems:
        raise DocumentError(problems)
    return cases


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is not a JSON number")


def _items(text: str, name: str) -> list[tuple[int, Any]]:
    """The elements of the list in `text`, each with the offset at which it begins."""
    decoder = JSONDecoder(parse_constant=_no_constant)

    def skip(at: int) -> int:
        while text[at : at + 1] in _SPACES and at < len(text):
            at += 1
        return at

    at = skip(0)
    try:
        if text[at : at + 1] != "[":
            decoder.raw_decode(text, at)
            raise DocumentError([Problem(name, 1, 1, "the file holds no list; write [ { … }, { … } ]")])
        items: list[tuple[int, Any]] = []
        at = skip(at + 1)
        while text[at : at + 1] != "]":
            if items:
                if text[at : at + 1] != ",":
                    raise JSONDecodeError("a comma or ] is missing", text, at)
                at = skip(at + 1)
            item, end = decoder.raw_decode(text, at)
            items.append((at, item))
            at = skip(end)
        if skip(at + 1) != len(text):
            raise JSONDecodeError("more text after the end of the list", text, skip(at + 1))
    except JSONDecodeError as error:
        raise DocumentError([Problem(name, error.lineno, error.colno, f"not JSON: {error.msg}")]) from None
    except (ValueError, RecursionError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        line = text.count("\n", 0, at) + 1
        raise DocumentError([Problem(name, line, at - text.rfind("\n", 0, at), f"not JSON: {what}")]) from None
    return items


def _mistakes(item: Any) -> list[str]:
    """What is wrong with one case, each with what to write instead."""
    if not isinstance(item, dict):
        return [f"a case is an object {{ … }}, not {_short(item)}"]
    found = [f"{key} is missing" for key in ("id", "quantity", "inputs", "expected", "tolerance") if key not in item]
    for key in ("id", "quantity"):
        if key in item and not (isinstance(item[key], str) and item[key].strip()):
            found.append(f"{key} is {_short(item[key])}; write a text")
    found += [
        f"{key} is {_short(item[key])}; write a text"
        for key in _TEXTS
        if item.get(key) is not None and not isinstance(item[key], str)
    ]
    if "inputs" in item and not isinstance(item["inputs"], dict):
        found.append(f"inputs is {_short(item['inputs'])}; write an object of named inputs, {{}} for none")
    if not found:
        found += _tolerance_mistakes(item)
    return found


def _tolerance_mistakes(item: dict[str, Any]) -> list[str]:
    tolerance, expected = item["tolerance"], item["expected"]
    if tolerance is None:
        if item["quantity"] == RECORD or expected is None:
            return []
        return ['tolerance is null; only a record may leave it open, write {"abs": …} or {"rel": …}']
    if not isinstance(tolerance, dict) or len(tolerance) != 1 or next(iter(tolerance)) not in ("abs", "rel"):
        return [f'tolerance is {_short(tolerance)}; write {{"abs": …}} or {{"rel": …}}']
    given = next(iter(tolerance.values()))
    amounts = given if isinstance(given, list) else [given]
    if not amounts or not all(_is_number(amount) and amount >= 0 for amount in amounts):
        return [f"tolerance is {_short(given)}; write one number, zero or more, or a list of them"]
    if isinstance(given, list):
        outer = len(expected) if isinstance(expected, list) else 1
        if len(given) != outer:
            return [f"tolerance has {len(given)} numbers for {outer} component{'s' * (outer != 1)} of expected"]
    return []


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else text[:37] + "..."

"""Fields of a scenario by path, such as `batteries[S-400 north].doctrine.salvo`: found, read, and set to something else.

A list's entry is named in brackets: by its name, a weapon by its system, a class in `salvo_by_class`; `[*]` is every entry.

**What may be varied.** Anything of the defence, its network, its doctrine and the environment; of a raid its class
(`system`) and size (`count`). A raid's routes, timing and aim points may not, and neither may an asset's position, which is one, nor
interference and what is out of order: a raid is given, and nothing here searches for one that defeats the defence. Names may not
either, because luck is addressed by them.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from buckler.documents import Document, Mark
from buckler.errors import DocumentError, InputError, nearest
from buckler.scenario.load import Loaded, check_scenario
from buckler.scenario.parts import without
from buckler.scenario.raid import RaidEntry
from buckler.scenario.schema import Asset, Scenario
from buckler.schemas import dotted

_STEP: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[([^\]]*)\])?(?:\.|$)")
_OPEN: Final = (
    "environment", "picture", "acquisition_basket_m", "assets", "commands", "sensors", "batteries", "links", "exchanges", "zones",
    "control_orders", "raid",
)  # fmt: skip
_RAID: Final = ("system", "count")
_GIVEN: Final = (
    "a raid's routes, timing and aim points are given and never varied, so that no study becomes a search for a raid that defeats the "
    "defence; vary its class (system) or its size (count)"
)
Key = str | int


@dataclass(frozen=True)
class FieldPath:
    """A field of a scenario, or the same field of several entries."""

    text: str
    places: tuple[tuple[Key, ...], ...]
    """Keys and indices that lead to it in the scenario's data."""
    whole: bool
    """Whether it holds a whole number."""

    def put(self, data: dict[str, Any], value: Any) -> None:
        """Set it in the scenario's data."""
        for place in self.places:
            here: Any = data
            for key in place[:-1]:
                here = here[key] if isinstance(key, int) else here.setdefault(key, {})
            if place[-1] == "site":
                here.pop("latitude_deg", None), here.pop("longitude_deg", None)
            here[place[-1]] = value


def field_path(scenario: Scenario, text: str) -> FieldPath:
    """The field that `text` names; InputError with the nearest one where there is none, or the reason why it may not be varied."""
    steps = _steps(text)
    if steps[0][0] not in _OPEN:
        _unknown(text, f"a scenario's {steps[0][0]!r} cannot be varied" if steps[0][0] in Scenario.model_fields else
                 f"a scenario has no field {steps[0][0]!r}", steps[0][0], _OPEN, "")  # fmt: skip
    found = list(_walk(Scenario, scenario, steps, (), "", text))
    if not found:
        raise InputError(f"{text}: [*] names every entry, and there is none")
    return FieldPath(text, tuple(place for place, _ in found), all(_is_whole(kind) for _, kind in found))


def varied(loaded: Loaded, settings: Sequence[tuple[FieldPath, Any]], taken: Sequence[str] = ()) -> Loaded:
    """The scenario with some fields set and some entries taken out, checked as a file is; InputError says what does not fit."""
    data = loaded.scenario.model_dump(mode="json", exclude_unset=True)
    for field, value in settings:
        field.put(data, value)
    try:
        changed = check_scenario(Document(loaded.scenario.name, data, Mark(1, 1), []))
    except DocumentError as error:
        said = "; ".join(dict.fromkeys(problem.message for problem in error.problems))
        for field, _ in settings:
            for place in field.places:
                said = said.replace(dotted(place), field.text)
        raise InputError(said) from None
    scenario = changed.scenario
    for name in taken:
        scenario = without(scenario, name)
    return Loaded(scenario, changed.cards)


def _steps(text: str) -> list[tuple[str, str | None]]:
    steps, at = [], 0
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None:
            break
        steps.append((match[1], match[2]))
        at = match.end()
    if not steps or at < len(text) or text.endswith("."):
        raise InputError(
            f"{text!r} is no path: write fields with dots between them and an entry's name in brackets, such as "
            "batteries[S-400 north].doctrine.salvo"
        )
    return steps


def _walk(
    model: type[BaseModel],
    value: Any,
    steps: list[tuple[str, str | None]],
    place: tuple[Key, ...],
    before: str,
    text: str,
) -> Iterator[tuple[tuple[Key, ...], Any]]:
    """Every place that the steps lead to from a model, with the type of what stands there."""
    (name, entry), rest = steps[0], steps[1:]
    here = f"{before}.{name}" if before else name
    _refuse_given(model, name, text)
    if name not in model.model_fields:
        if issubclass(model, RaidEntry):
            raise InputError(f"{text}: {before} has no field {name!r}; {_GIVEN}")
        _unknown(
            text,
            f"{before or 'a scenario'} has no field {name!r}",
            name,
            _allowed(model),
            f"{before}." if before else "",
        )
    kind = _bare(model.model_fields[name].annotation)
    inner = getattr(value, name) if value is not None else None
    item = _bare(typing.get_args(kind)[0]) if typing.get_origin(kind) is list else None
    if _is_model(item):
        key = next((key for key in ("name", "system") if key in item.model_fields), "")
        names = [getattr(one, key) if key else str(i + 1) for i, one in enumerate(inner or ())]
        if entry is None:
            raise InputError(
                f"{text}: {here} has several entries: name one, such as {here}[{names[0] if names else '*'}], or [*] for all"
            )
        if entry != "*" and entry not in names:
            _unknown(text, f"{here} has no entry {entry!r}", entry, names, f"{here}[", "]")
        if not rest:
            hint = "to take it out write without: and its name" if "name" in item.model_fields else "name a field of it"
            raise InputError(
                f"{text}: this is a whole entry, and a factor is one of its fields ({', '.join(_allowed(item))}); {hint}"
            )
        for i, one in enumerate(inner or ()):
            if entry in ("*", names[i]):
                yield from _walk(item, one, rest, (*place, name, i), f"{here}[{names[i]}]", text)
    elif typing.get_origin(kind) is dict:
        keys = list(typing.get_args(_bare(typing.get_args(kind)[0]))) or sorted(inner or ())
        if entry is None or entry not in keys:
            _unknown(
                text,
                f"{here} has no entry {entry!r}" if entry else f"{here} has an entry a class",
                entry or "",
                keys,
                f"{here}[",
                "]",
            )
        _end(text, rest, f"{here}[{entry}]")
        yield (*place, name, entry or ""), typing.get_args(kind)[1]
    elif entry is not None:
        raise InputError(f"{text}: {here} has no entries: write it without brackets")
    elif _is_model(kind):
        if not rest:
            raise InputError(
                f"{text}: {here} holds several fields: name one of {', '.join(f'{here}.{n}' for n in _allowed(kind))}"
            )
        yield from _walk(kind, inner, rest, (*place, name), here, text)
    else:
        _end(text, rest, here)
        yield (*place, name), model.model_fields[name].annotation


def _refuse_given(model: type[BaseModel], name: str, text: str) -> None:
    if (model is RaidEntry and name in RaidEntry.model_fields and name not in _allowed(model)) or (
        model is Asset and name in ("latitude_deg", "longitude_deg", "site")
    ):
        raise InputError(f"{text}: {_GIVEN}")
    if name == "name" and "name" in model.model_fields:
        raise InputError(f"{text}: a name is an address of luck and stays; vary another field")
    if name in ("hypothetical", "note") and name in model.model_fields:
        raise InputError(f"{text}: this changes nothing that is flown; vary another field")


def _allowed(model: type[BaseModel]) -> list[str]:
    if model is RaidEntry:
        return list(_RAID)
    if model is Asset:
        return ["value"]
    return [name for name in model.model_fields if name not in ("name", "hypothetical", "note", "origin")]


def _end(text: str, rest: list[tuple[str, str | None]], here: str) -> None:
    if rest:
        raise InputError(f"{text}: {here} is a single value; there is nothing called {rest[0][0]!r} in it")


def _unknown(text: str, what: str, name: str, known: Sequence[str], before: str, after: str = "") -> typing.NoReturn:
    likely = nearest(name, known)
    if likely:
        hint = f"; did you mean {' or '.join(f'{before}{match}{after}' for match in likely)}?"
    else:
        hint = f"; there are {', '.join(known)}" if known else ""
    raise InputError(f"{text}: {what}{hint}")


def _bare(annotation: Any) -> Any:
    """A type without what annotates it, and without None."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _bare(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        kinds = [kind for kind in typing.get_args(annotation) if kind is not type(None)]
        return _bare(kinds[0]) if len(kinds) == 1 else annotation
    return annotation


def _is_model(kind: Any) -> typing.TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _is_whole(annotation: Any) -> bool:
    return _bare(annotation) is int

"""Documents held against pydantic models: every mistake at once, each with its place and what to write instead.

Apart from `documents` so that what only reads or writes YAML does not load pydantic.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from buckler.documents import Document, Place
from buckler.errors import DocumentError, Problem, nearest

ModelT = TypeVar("ModelT", bound=BaseModel)

_MOST_NAMES_SHOWN: Final = 24

Number = Annotated[float, Field(strict=True)]
"""A number written as a number: neither a quoted text nor `true`."""
Count = Annotated[int, Field(strict=True)]
"""A whole number written as a number."""


class DocumentModel(BaseModel):
    """What every model of a document shares: no unknown fields, no infinities, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


class LocatedError(ValueError):
    """Mistakes that a validator finds, each with its place inside the model that is validated.

    `raise LocatedError([(("raid", 2, "target"), "no site is called 'Ankra'")])` in a model_validator becomes one
    problem a mistake, at the line and column of each place.
    """

    def __init__(self, mistakes: Iterable[tuple[Place, str]]) -> None:
        self.mistakes = list(mistakes)
        super().__init__("; ".join(message for _, message in self.mistakes))


def check(document: Document, model: type[ModelT], context: Any = None) -> tuple[ModelT | None, list[Problem]]:
    """The document as a `model`, or None, and every mistake in it."""
    try:
        loaded = model.model_validate(document.data, context=context)
    except ValidationError as error:
        return None, sorted({*document.problems, *_problems(document, model, error)})
    return loaded, sorted(set(document.problems))


def validate(document: Document, model: type[ModelT], context: Any = None) -> ModelT:
    """The document as a `model`; DocumentError with every mistake in it."""
    loaded, problems = check(document, model, context)
    if problems or loaded is None:
        raise DocumentError(problems)
    return loaded


@dataclass(frozen=True)
class _Found:
    """One pydantic error, placed in the document."""

    place: Place
    subject: str
    """What is wrong, as the user wrote it; what is said of it follows."""
    said: str
    at_key: bool = False
    in_union: bool = False


def _problems(document: Document, model: type[BaseModel], error: ValidationError) -> list[Problem]:
    merged: dict[tuple[Place, bool], list[_Found]] = {}
    for item in error.errors(include_url=False):
        for found in _explain(document, model, item):
            merged.setdefault((found.place, found.at_key), []).append(found)
    problems = []
    for (place, at_key), entries in merged.items():
        # The branches of an undiscriminated union complain one by one about the same value: say it once.
        branches = [entry for entry in entries if entry.in_union]
        messages = [entry.subject + entry.said for entry in entries if not entry.in_union]
        if branches:
            messages.append(branches[0].subject + " or ".join(dict.fromkeys(entry.said.strip() for entry in branches)))
        problems += [document.problem(place, message, key=at_key) for message in messages]
    return problems


def _explain(document: Document, model: type[BaseModel], item: Any) -> list[_Found]:
    """A pydantic error in the user's terms."""
    location: tuple[int | str, ...] = item["loc"]
    kind: str = item["type"]
    context: dict[str, Any] = item.get("ctx", {})
    place, skipped = _place(document.data, location)
    name = str(location[-1]) if location else ""
    shown = dotted(place) or "the document"
    if kind == "extra_forbidden":
        known = sorted(_field_names(model, location[:-1]))
        return [_Found(place, f"unknown field {name!r}", _instead(name, known, "the fields here are"), at_key=True)]
    if kind == "missing":
        return [_Found(place, f"the field {name!r} is missing", f" in {shown}" if place else "", at_key=True)]
    if kind == "union_tag_not_found":
        key = str(context["discriminator"]).strip("'")
        tags = _tags(model, location, key)
        said = f" in {shown}" + (f": write one of {', '.join(tags)}" if tags else "")
        return [_Found(place, f"the field {key!r} is missing", said, at_key=True)]
    if kind == "union_tag_invalid":
        key, tag = str(context["discriminator"]).strip("'"), str(context["tag"])
        place = (*place, key)
        allowed = _instead(tag, _quoted(context["expected_tags"]), "write one of")
        return [_Found(place, f"{dotted(place)}: {tag!r} is not allowed", allowed)]
    cause = context.get("error")
    if isinstance(cause, LocatedError):
        return [_Found((*place, *inner), "", message) for inner, message in cause.mistakes]
    at_key = name == "[key]"
    if at_key:
        place, skipped = _place(document.data, location[:-1])[0], False
    if kind in ("value_error", "assertion_error"):
        return [_Found(place, f"{shown}: ", str(cause), at_key, skipped)]
    written = _written(document, place, item.get("input"))
    if kind in ("enum", "literal_error"):
        said = "is not allowed" + _instead(str(item.get("input")), _quoted(context["expected"]), "write one of")
    elif kind in ("model_type", "model_attributes_type", "dict_type"):
        said = "should be a mapping (lines 'name: value', indented)"
    elif kind == "too_short" and context.get("actual_length") == 0:
        written, said = "the list", f"is empty: write at least {context['min_length']}"
    elif kind == "too_short":
        written, said = "the list", f"has {context['actual_length']}: write at least {context['min_length']}"
    elif kind == "too_long":
        written, said = "the list", f"has {context['actual_length']}: write at most {context['max_length']}"
    elif kind in ("list_type", "tuple_type", "set_type"):
        said = "should be a list (each item on a line that starts with '- ')"
    else:
        said = str(item["msg"]).removeprefix("Input ")
        for formal, plain in _PLAIN_WORDS:
            said = said.replace(formal, plain)
    return [_Found(place, f"{shown}: {written} ", said, at_key, skipped)]


def _quoted(text: object) -> list[str]:
    """The names in pydantic's list of what is allowed: "'a', 'b' or 'c'"."""
    return re.findall(r"'((?:[^'\\]|\\.)*)'", str(text)) or [str(text)]


_PLAIN_WORDS: Final = (
    ("should be a valid number", "should be a number"),
    ("should be a valid integer", "should be a whole number"),
    ("should be a valid string", "should be a text"),
    ("should be None", "should be null"),
    ("String should", "should"),
    ("should be a valid boolean", "should be true or false"),
    (", unable to parse string as a number", ""),
    (", unable to parse string as an integer", ""),
    (", unable to interpret input", ""),
    ("should be a valid date in the format YYYY-MM-DD", "should be a date such as 2019-07-12"),
    ("should be a valid date or datetime", "should be a date such as 2019-07-12"),
    ("should be a finite number", "should be a finite number, neither infinite nor 'not a number'"),
)


def dotted(place: Place) -> str:
    """raid[0].count, as in the document."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _written(document: Document, place: Place, value: Any) -> str:
    """The offending text as the user wrote it."""
    mark = document.mark(place)
    if mark.text is not None and not isinstance(value, dict | list):
        text = " ".join(mark.text.split())
        text = text if len(text) <= 60 else text[:57] + "..."
        if isinstance(value, str):
            return repr(text)
        return text if text else "nothing"
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else repr(value)


def _instead(name: str, known: Sequence[str], lead: str) -> str:
    """`; did you mean 'x'?` and what is allowed."""
    likely = nearest(name, known, 1)
    text = f"; did you mean {likely[0]!r}?" if likely else ""
    if 0 < len(known) <= _MOST_NAMES_SHOWN:
        text += f" ({lead} {', '.join(known)})" if likely else f"; {lead} {', '.join(known)}"
    return text


def _place(data: Any, location: Sequence[int | str]) -> tuple[Place, bool]:
    """The part of a pydantic location that exists in the document, and whether a union's branch was named in it.

    pydantic puts the tags of unions and the names of validators among the keys; the reading that walks furthest into
    the document wins.
    """
    if not location:
        return (), False
    step, rest = location[0], location[1:]
    best: tuple[Place, bool] = ((), True)
    known = range(len(data)) if isinstance(data, list) else data if isinstance(data, dict) else ()
    if step in known:
        inner, skipped = _place(data[step], rest)
        best = ((step, *inner), skipped)
        if len(inner) == len(rest):
            return best
    inner, _ = _place(data, rest)
    return (inner, True) if len(inner) > len(best[0]) else best


def _field_names(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """The fields that the models at a location know."""
    names: dict[str, None] = {}
    for found in _models(model, location):
        names |= dict.fromkeys(info.alias or name for name, info in found.model_fields.items())
    return list(names)


def _tags(model: type[BaseModel], location: Sequence[int | str], key: str) -> list[str]:
    """The values that a discriminator may take at a location."""
    tags: dict[str, None] = {}
    for found in _models(model, location):
        if key in found.model_fields:
            tags |= dict.fromkeys(str(value) for value in typing.get_args(found.model_fields[key].annotation))
    return list(tags)


def _models(annotation: Any, location: Sequence[int | str]) -> list[type[BaseModel]]:
    """The models that a type may hold at a pydantic location."""
    annotation = getattr(annotation, "__value__", annotation)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _models(arguments[0], location)
    if origin in (typing.Union, types.UnionType):
        if location and isinstance(location[0], str):
            tagged = [branch for branch in arguments if _carries_tag(branch, location[0])]
            if tagged:
                return [found for branch in tagged for found in _models(branch, location[1:])]
        return [found for branch in arguments for found in _models(branch, location)]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not location:
            return [annotation]
        for name, info in annotation.model_fields.items():
            if location[0] in (name, info.alias):
                return _models(info.annotation, location[1:])
        return _models(annotation, location[1:])  # a validator's name
    if origin in (list, tuple, set, frozenset, Sequence) and arguments:
        return _models(arguments[0], location[1:])
    if isinstance(origin, type) and issubclass(origin, typing.Mapping) and len(arguments) == 2:
        return _models(arguments[1], location[1:])
    return []


def _carries_tag(branch: Any, tag: str) -> bool:
    """Whether a union's branch is the one that pydantic names `tag`."""
    if typing.get_origin(branch) is typing.Annotated:
        branch = typing.get_args(branch)[0]
    if not (isinstance(branch, type) and issubclass(branch, BaseModel)):
        return False
    literals = [typing.get_args(info.annotation) for info in branch.model_fields.values()]
    return branch.__name__ == tag or any(tag in values for values in literals)

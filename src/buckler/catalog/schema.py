"""A card: what is publicly known of one system, each value with its spread and its source.

Every parameter is one of three things: *published* (a grade and at least one source), an *assumption* of the model (its
range and its reason), or *unknown* (`value: null` and a note). A number with neither source nor reason does not load.
Grades: A an official or manufacturer's document opened at its own address, B such a document quoted elsewhere or a
reference press, C general press and hobby sources, D derived by calculation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from difflib import get_close_matches
from itertools import pairwise
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from buckler import units
from buckler.catalog.kinds import MEASURES, OPTIONAL, PARAMETERS, POSITIVE, TEXT, WORDS, Kind
from buckler.documents import Place
from buckler.errors import InputError, UnknownNameError, nearest
from buckler.schemas import DocumentModel, LocatedError, Number

Basis = Literal["published", "assumption", "unknown"]

WORD_UNITS: Final = ("text", "band")
"""Values that are words."""
DATE_UNITS: Final = ("date", "year")
COUNTED_UNITS: Final = (
    "M USD", "bn USD", "M EUR", "years", "battalions", "vehicles", "systems", "units", "aircraft",
    "helicopters", "MW", "TWh",
)  # fmt: skip
"""Units that are shown and never converted."""
COMMON_UNITS: Final = (
    "m",
    "km",
    "ft",
    "s",
    "min",
    "h",
    "m/s",
    "km/h",
    "kt",
    "Mach",
    "m2",
    "kg",
    "kg/m2",
    "deg",
    "probability",
)
"""What is suggested for a unit that does not exist; `units` knows more."""

_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")

Text = Annotated[str, Field(min_length=1)]


def _a_name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", text):
        raise ValueError(f"{text!r}: a parameter's name is small letters, digits and underscores, such as max_range")
    return text


def _an_address(text: str) -> str:
    if not re.fullmatch(r"https?://\S+", text):
        raise ValueError(f"{text!r} is no web address such as https://example.org/page; write null if there is none")
    return text


def _a_source_date(text: str) -> str:
    if as_date(text) is None:
        raise ValueError(f"{text!r} is no date such as 2019, 2019-08 or 2019-08-26; write null if there is none")
    return text


ParameterName = Annotated[str, AfterValidator(_a_name)]


class Source(DocumentModel):
    """Where a value was read."""

    title: Text
    url: Annotated[str, AfterValidator(_an_address)] | None = None
    date: Annotated[str, AfterValidator(_a_source_date)] | None = None
    """Of publication, as far as the source gives it: 2019, 2019-08 or 2019-08-26; null where it does not."""


class Parameter(DocumentModel):
    """One value with its spread: published, assumed, or unknown."""

    value: None = None
    """Written (as null) only for what is unknown."""
    low: Number | str | None = None
    nominal: Number | str | None = None
    high: Number | str | None = None
    unit: str | None = None
    grade: Literal["A", "B", "C", "D"] | None = None
    sources: tuple[Source, ...] = ()
    assumption: Text | None = None
    """The reason for a value that nobody published, and for its range."""
    note: str = ""

    @property
    def basis(self) -> Basis:
        """Whether the value was published, assumed by the model, or is unknown."""
        return "unknown" if self.best() is None else "assumption" if self.assumption is not None else "published"

    def best(self) -> float | str | None:
        """The nominal value; without one, the middle of the range or its only end; None for what is unknown."""
        if self.nominal is not None:
            return self.nominal
        if isinstance(self.low, float) and isinstance(self.high, float):
            return (self.low + self.high) / 2.0
        return self.low if self.low is not None else self.high

    def si(self) -> float | None:
        """The best value in SI; None for what is unknown."""
        return self.range_si()[1] if self.best() is not None else None

    def range_si(self) -> tuple[float, float, float]:
        """Low, nominal and high in SI; an end that no source gives is the nominal value."""
        best = self.best()
        if not isinstance(best, float) or self.unit is None or not units.is_physical(self.unit):
            raise InputError(f"{best!r} in {self.unit!r} is not a physical quantity")
        low = self.low if isinstance(self.low, float) else best
        high = self.high if isinstance(self.high, float) else best
        return units.to_si(low, self.unit), units.to_si(best, self.unit), units.to_si(high, self.unit)

    @model_validator(mode="after")
    def _says_whence(self) -> Parameter:
        best = self.best()
        mistakes = [*self._unknown_mistakes()] if best is None else [*self._basis_mistakes(), *self._value_mistakes()]
        if mistakes:
            raise LocatedError(mistakes)
        return self

    def _unknown_mistakes(self) -> Iterator[tuple[Place, str]]:
        if "value" not in self.model_fields_set:
            yield (), "no value: write low, nominal or high with a unit; or 'value: null' and a note"
        elif not self.note:
            yield ("value",), "say in a note what is not known"
        if self.grade or self.sources or self.assumption:
            yield ("value",), "what is unknown has neither grade, sources nor assumption"

    def _basis_mistakes(self) -> Iterator[tuple[Place, str]]:
        if "value" in self.model_fields_set:
            yield ("value",), "'value: null' says that nothing is known, but a value follows; keep one of them"
        if self.assumption is not None:
            if self.sources or self.grade:
                yield ("assumption",), "a value has sources and a grade, or is an assumption; not both"
        elif not self.sources:
            yield (), "a value with neither source nor reason: add sources and a grade, or an assumption"
        elif self.grade is None:
            yield (), "the grade (A, B, C or D) of the sources is missing"

    def _value_mistakes(self) -> Iterator[tuple[Place, str]]:
        ends = {name: getattr(self, name) for name in ("low", "nominal", "high") if getattr(self, name) is not None}
        if self.unit is None:
            yield (), "the unit is missing; a probability's is 'probability', a word's is 'text'"
        elif self.unit in WORD_UNITS:
            if not isinstance(ends.get("nominal"), str) or len(ends) > 1:
                yield (), "a word stands in quotes under nominal, without low and high"
        elif self.unit in DATE_UNITS:
            dates = {name: as_date(end) for name, end in ends.items()}
            wrong = [name for name, day in dates.items() if day is None]
            yield from (
                ((name,), f"{ends[name]!r} is neither a year nor a date such as '2019-07-12'") for name in wrong
            )
            yield from _order_mistakes([day.toordinal() for day in dates.values() if day is not None])
        elif not units.is_physical(self.unit) and self.unit not in COUNTED_UNITS:
            likely = nearest(self.unit, (*COMMON_UNITS, *WORD_UNITS, *DATE_UNITS, *COUNTED_UNITS), 1)
            said = f"did you mean {likely[0]!r}?" if likely else f"write one such as {', '.join(COMMON_UNITS)}"
            yield ("unit",), f"no unit is called {self.unit!r}; {said}"
        else:
            numbers = [end for end in ends.values() if isinstance(end, float)]
            wrong = [name for name, end in ends.items() if isinstance(end, str)]
            yield from (
                ((name,), f"a value in {self.unit} is a number; for words write 'unit: text'") for name in wrong
            )
            yield from _order_mistakes(numbers)
            if self.unit == "probability" and not all(0.0 <= number <= 1.0 for number in numbers):
                yield (), "a probability lies between 0 and 1"


def _order_mistakes(values: Sequence[float]) -> Iterator[tuple[Place, str]]:
    if any(first > second for first, second in pairwise(values)):
        yield (), "low, nominal and high must stand in rising order"


def as_date(value: float | str) -> date | None:
    """The first day of a year, month or day as written in a card; None for anything else."""
    match = _DATE.fullmatch(f"{value:g}" if isinstance(value, float) else value)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None


class Card(DocumentModel):
    """One system: what it is, what it consists of, and its parameters."""

    name: Text
    aliases: tuple[Text, ...] = ()
    kind: Kind
    title: Text
    summary: Text
    in_service: Parameter
    """When the first user had it in service."""
    components: tuple[Text, ...] = ()
    """Names of the cards of its radars, command posts and interceptors."""
    parameters: dict[ParameterName, Parameter]

    def __getitem__(self, name: str) -> Parameter:
        try:
            return self.parameters[name]
        except KeyError:
            raise UnknownNameError(f"parameter of {self.name}", name, self.parameters) from None

    def si(self, name: str) -> float:
        """The nominal value of a parameter in SI; InputError where the card says that it is unknown."""
        return self.range_si(name)[1]

    def range_si(self, name: str) -> tuple[float, float, float]:
        """Low, nominal and high of a parameter in SI; an end that no source gives is the nominal value."""
        parameter = self[name]
        if parameter.best() is None:
            raise InputError(f"{self.name}: {name} is unknown ({parameter.note}), and this model needs it")
        return parameter.range_si()

    def known(self, name: str) -> bool:
        """Whether the card gives a value for a parameter."""
        return name in self.parameters and self.parameters[name].best() is not None

    def text(self, name: str) -> str:
        """A parameter that is a word: a band, a role, a way of guidance."""
        value = self[name].best()
        if not isinstance(value, str):
            raise InputError(f"{self.name}: {name} is not a word but {value!r}")
        return value

    def in_service_on(self, day: date) -> bool | None:
        """Whether the system was in service on a day, by the nominal date; None where nobody published one."""
        best = self.in_service.best()
        first = None if best is None else as_date(best)
        return None if first is None else first <= day

    @model_validator(mode="after")
    def _holds_what_its_kind_needs(self) -> Card:
        wanted = PARAMETERS[self.kind]
        read = (*wanted, *OPTIONAL.get(self.kind, ()))
        missing = [name for name in read if name not in self.parameters]
        mistakes: list[tuple[Place, str]] = []
        for name in self.parameters:
            meant = get_close_matches(name, missing, n=1, cutoff=0.85) if name not in read else []
            if meant:
                mistakes.append((("parameters", name), f"no model reads {name!r}; did you mean {meant[0]!r}?"))
                missing.remove(meant[0])
        article = "an" if self.kind[0] in "aeiou" else "a"
        mistakes += [
            (("parameters",), f"{article} {self.kind} needs the parameter {name!r} (or 'value: null' and a note)")
            for name in missing if name in wanted
        ]  # fmt: skip
        if self.in_service.best() is not None and self.in_service.unit not in DATE_UNITS:
            mistakes.append((("in_service", "unit"), "in_service is a year or a date"))
        for name, parameter in self.parameters.items():
            mistakes += [(("parameters", name), said) for said in _measure_mistakes(name, parameter)]
        if mistakes:
            raise LocatedError(mistakes)
        return self


def _measure_mistakes(name: str, parameter: Parameter) -> Iterator[str]:
    """Whether a parameter that the engine reads measures what the engine takes it for."""
    best, unit, measured = parameter.best(), parameter.unit, MEASURES.get(name)
    if measured is None or best is None or unit is None:
        return
    if measured == TEXT:
        if not isinstance(best, str):
            yield f"{name} is a word: write 'unit: text'"
        elif best not in WORDS[name]:
            likely = nearest(best, WORDS[name], 1)
            said = f"; did you mean {likely[0]!r}?" if likely else ""
            yield f"{best!r} is not a {name} that the model knows{said} (write one of {', '.join(WORDS[name])})"
    elif not units.is_physical(unit) or units.si_unit(unit) != measured:
        yield f"{name} is measured in a unit that converts to {measured}, which {unit} does not"
    elif measured != "rad":  # an elevation may be below the horizon
        values = [value for value in (parameter.low, best, parameter.high) if isinstance(value, float)]
        if min(values) < 0.0:
            yield f"{name} is {min(values):g} {unit}: it cannot be negative"
        elif best == 0.0 and name in POSITIVE:
            yield f"{name} is 0: it must be more"

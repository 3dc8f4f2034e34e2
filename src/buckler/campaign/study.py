"""STUDY.yaml: which factors of a scenario are varied, over which levels, by which design."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from math import exp, log
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator

from buckler.campaign import designs
from buckler.documents import Document, Place, load_document, parse_document, problems_at
from buckler.errors import DocumentError, InputError, UnknownNameError
from buckler.scenario.fields import FieldPath, field_path, varied
from buckler.scenario.load import Loaded, load_scenario
from buckler.scenario.packaged import packaged_scenarios
from buckler.scenario.parts import without
from buckler.schemas import Count, DocumentModel, LocatedError, Number, validate

Level = StrictBool | StrictInt | StrictFloat | StrictStr | list[StrictStr]
_DIGITS: Final = 6
"""Significant digits of a value within a range."""
_LIBRARY: Final = resources.files("buckler.campaign") / "studies"


class Factor(DocumentModel):
    """One thing that is varied: a field with its levels or its range, or an entry that is there or taken out."""

    path: str | None = Field(
        None, description="The field, such as batteries[S-400 north].doctrine.salvo; [*] is every entry."
    )
    without: str | None = Field(
        None, description="A sensor, battery, command post or raid entry that is there, or taken out."
    )
    label: Annotated[str, Field(min_length=1, max_length=60)] | None = Field(
        None, description="What tables call it; the path if left out."
    )
    levels: Annotated[list[Level], Field(min_length=2, max_length=64)] | None = Field(
        None, description="The values to try."
    )
    called: list[Annotated[str, Field(min_length=1, max_length=60)]] | None = Field(
        None, description="What tables and pictures call the levels, in their order; the values if left out."
    )
    low: Number | None = Field(None, description="The low end of a range, instead of levels.")
    high: Number | None = Field(None, description="The high end of a range.")
    scale: Literal["linear", "log"] = Field(
        "linear", description="How a Latin hypercube or Sobol design fills the range."
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Factor:
        mistakes: list[tuple[Place, str]] = []
        if (self.path is None) == (self.without is None):
            mistakes.append(
                (
                    (),
                    "a factor is a path with levels or a range, or without: the name of an entry; write one of the two",
                )
            )
        ends = (self.low is not None) + (self.high is not None)
        if self.without is not None and (self.levels is not None or ends):
            mistakes.append(((), "without has two levels, there and taken out: leave out levels, low and high"))
        if self.path is not None and (self.levels is None) != (ends == 2):
            mistakes.append(((), "write either levels, or low and high"))
        if self.path is not None and self.levels is not None and ends:
            mistakes.append(((), "write either levels, or low and high"))
        if self.low is not None and self.high is not None:
            if self.low >= self.high:
                mistakes.append((("low",), f"low is {self.low:g} and high is {self.high:g}: low must be below high"))
            elif self.scale == "log" and self.low <= 0:
                mistakes.append((("low",), "a range on a log scale begins above 0"))
        if self.levels is not None and len({repr(level) for level in self.levels}) < len(self.levels):
            mistakes.append((("levels",), "a level stands twice"))
        if self.called is not None and len(set(self.called)) != len(self.levels or ()):
            mistakes.append((("called",), "called has one name for each of the levels, and no name twice"))
        if mistakes:
            raise LocatedError(dict.fromkeys(mistakes))
        return self

    @property
    def name(self) -> str:
        """What tables call it."""
        return self.label or self.path or f"without {self.without}"

    @property
    def choices(self) -> list[Any]:
        """Its levels; the two ends of a range; False and True (taken out) for an entry."""
        if self.without is not None:
            return [False, True]
        return list(self.levels) if self.levels is not None else [self.low, self.high]

    def word(self, value: Any) -> str:
        """A value of it, as tables have it."""
        if self.called is not None:
            return self.called[self.choices.index(value)]
        if isinstance(value, bool):
            return "taken out" if value else "there"
        if isinstance(value, list):
            return ", ".join(value) or "none"
        return f"{value:g}" if isinstance(value, float) else str(value)

    @property
    def is_range(self) -> bool:
        """Whether it has a range rather than levels."""
        return self.levels is None and self.without is None

    def at(self, place: float, whole: bool, continuous: bool) -> Any:
        """Its value at a place in [0, 1): the quantile of a range where the design fills it, else one of its levels."""
        if not (self.is_range and continuous):
            choices = self.choices
            return choices[min(int(place * len(choices)), len(choices) - 1)]
        low, high = float(self.low or 0.0), float(self.high or 0.0)
        if whole:  # every whole number has an equal part
            return min(int(low + place * (high - low + 1.0)), int(high))
        value = exp(log(low) + place * (log(high) - log(low))) if self.scale == "log" else low + place * (high - low)
        return float(f"{value:.{_DIGITS}g}")


class FullFactorial(DocumentModel):
    """Every combination of all levels."""

    kind: Literal["full-factorial"]


class FractionalFactorial(DocumentModel):
    """A part of the combinations of factors with two levels each, its resolution stated."""

    kind: Literal["fractional-factorial"]
    points: Annotated[Count, Field(ge=2, le=designs.MOST_POINTS)] | None = Field(None, description="A power of two.")
    resolution: Annotated[Count, Field(ge=3, le=8)] | None = Field(
        None, description="The least resolution, instead of points: 3, 4, 5, ..."
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> FractionalFactorial:
        if (self.points is None) == (self.resolution is None):
            raise ValueError("write either points (a power of two) or the resolution wanted (3, 4, 5, ...)")
        return self


class LatinHypercube(DocumentModel):
    """Points spread so that every part of each factor's range is met once."""

    kind: Literal["latin-hypercube"]
    points: Annotated[Count, Field(ge=2, le=designs.MOST_POINTS)]


class Sobol(DocumentModel):
    """The first points of a scrambled Sobol sequence."""

    kind: Literal["sobol"]
    points: Annotated[Count, Field(ge=2, le=designs.MOST_POINTS)] = Field(description="A power of two.")


class Study(DocumentModel):
    """A designed experiment: a scenario, its factors, a design."""

    title: str = Field("", description="The question, in a line.")
    scenario: str = Field(description="A packaged scenario's name, or a file from this file's folder.")
    replications: Annotated[Count, Field(ge=2, le=1_000_000)] = Field(
        200, description="At every point, under the same luck."
    )
    seed: Annotated[Count, Field(ge=0, lt=2**63)] = 1
    design: Annotated[FullFactorial | FractionalFactorial | LatinHypercube | Sobol, Field(discriminator="kind")] = (
        FullFactorial(kind="full-factorial")
    )
    factors: Annotated[list[Factor], Field(min_length=1, max_length=200)]


@dataclass(frozen=True)
class Point:
    """One combination: what each factor is set to."""

    number: int
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Plan:
    """A study held against its scenario: fields found, points laid out."""

    document: Document
    study: Study
    base: Loaded
    fields: tuple[FieldPath | None, ...]
    """One a factor; None for an entry that is taken out."""
    points: tuple[Point, ...]
    design: str
    """The design in words, its resolution stated."""
    aliases: tuple[str, ...] = ()

    @property
    def continuous(self) -> bool:
        """Whether the design fills ranges rather than taking their ends."""
        return isinstance(self.study.design, LatinHypercube | Sobol)

    def loaded(self, point: Point) -> Loaded:
        """The scenario of a point."""
        settings = []
        taken = []
        for factor, field, value in zip(self.study.factors, self.fields, point.values, strict=True):
            if field is not None:
                settings.append((field, value))
            elif value and factor.without is not None:
                taken.append(factor.without)
        return varied(self.base, settings, taken)


def packaged_studies() -> list[str]:
    """The names of the packaged studies."""
    return sorted(entry.name.removesuffix(".yaml") for entry in _LIBRARY.iterdir() if entry.name.endswith(".yaml"))


def study_document(name: str | Path) -> Document:
    """The document of a packaged study's name or of a path."""
    text, path = str(name), Path(name)
    if text in packaged_studies():
        return parse_document((_LIBRARY / f"{text}.yaml").read_text(encoding="utf-8"), f"{text}.yaml")
    if path.exists() or path.suffix in (".yaml", ".yml") or len(path.parts) > 1:
        return load_document(path)
    raise UnknownNameError("study", text, packaged_studies(), "Write a packaged name or the path of a YAML file.")


def read_study(name: str | Path, replications: int | None = None, seed: int | None = None) -> Plan:
    """The plan of a packaged study or of a file, its replications and seed replaced where given.

    DocumentError with every mistake in it: the schema's, paths that lead nowhere, levels that do not fit.
    """
    document = study_document(name)
    study = validate(document, Study)
    study = study.model_copy(
        update={name: value for name, value in (("replications", replications), ("seed", seed)) if value is not None}
    )
    try:
        base = load_scenario(_scenario_of(document, study.scenario))
    except DocumentError:
        raise
    except InputError as error:
        raise DocumentError([document.problem(("scenario",), str(error))]) from None
    fields, mistakes = _fields(study, base)
    if mistakes:
        raise DocumentError(problems_at(document, mistakes))
    try:
        points, design, aliases = _points(study, fields)
    except InputError as error:
        raise DocumentError([document.problem(("design",), str(error), key=True)]) from None
    return Plan(document, study, base, tuple(fields), tuple(points), design, tuple(aliases))


def _scenario_of(document: Document, name: str) -> str | Path:
    if name in packaged_scenarios() or not Path(name).suffix:
        return name
    return Path(document.file).parent / name


def _fields(study: Study, base: Loaded) -> tuple[list[FieldPath | None], list[tuple[Place, str]]]:
    """The field of each factor, and every mistake in paths, names and levels, each level tried alone."""
    fields: list[FieldPath | None] = []
    mistakes: list[tuple[Place, str]] = []
    seen: dict[object, str] = {}
    for i, factor in enumerate(study.factors):
        place: Place = ("factors", i)
        fields.append(None)
        if factor.name in seen.values():
            mistakes.append((place, f"two factors are called {factor.name!r}: give one a label of its own"))
        try:
            if factor.without is not None:
                without(base.scenario, factor.without)
                keys: tuple[object, ...] = (("without", factor.without),)
            else:
                field = fields[i] = field_path(base.scenario, factor.path or "")
                keys = field.places
        except InputError as error:
            mistakes.append(((*place, "without" if factor.without is not None else "path"), str(error)))
            continue
        for key in keys:
            if key in seen:
                mistakes.append((place, f"{factor.name!r} and {seen[key]!r} set the same thing: leave one out"))
                break
            seen[key] = factor.name
        mistakes += [((*place, *inner), said) for inner, said in _level_mistakes(base, factor, fields[i])]
    return fields, mistakes


def _level_mistakes(base: Loaded, factor: Factor, field: FieldPath | None) -> list[tuple[Place, str]]:
    if field is None:
        return []
    mistakes: list[tuple[Place, str]] = []
    for k, level in enumerate(factor.choices):
        inner: Place = ("levels", k) if factor.levels is not None else (("low", "high")[k],)
        if factor.is_range and field.whole:
            if float(level) != int(level):
                mistakes.append((inner, f"{field.text} is a whole number, and {level:g} is none"))
                continue
            level = int(level)
        try:
            varied(base, [(field, level)])
        except InputError as error:
            mistakes.append((inner, str(error)))
    return mistakes


def _points(study: Study, fields: list[FieldPath | None]) -> tuple[list[Point], str, list[str]]:
    factors, design = study.factors, study.design
    aliases: list[str] = []
    continuous = isinstance(design, LatinHypercube | Sobol)
    if isinstance(design, FullFactorial):
        places = designs.full_factorial([len(factor.choices) for factor in factors])
        words = f"full factorial, {' x '.join(str(len(factor.choices)) for factor in factors)}"
    elif isinstance(design, FractionalFactorial):
        for factor in factors:
            if len(factor.choices) != 2:
                raise InputError(
                    f"a fractional factorial takes two levels a factor, and {factor.name!r} has {len(factor.choices)}"
                )
        count = design.points or designs.fewest_points(len(factors), design.resolution or 3)
        places, resolution, aliases = designs.fractional_factorial(len(factors), count)
        if resolution is None:
            words = "full factorial (every combination of two levels)"
        else:
            added = len(factors) - count.bit_length() + 1
            words = f"fractional factorial 2^({len(factors)}-{added}) of resolution {designs.ROMAN[resolution]}"
    elif isinstance(design, LatinHypercube):
        places, words = designs.latin_hypercube(len(factors), design.points, study.seed), "Latin hypercube"
    else:
        places, words = designs.sobol(len(factors), design.points, study.seed), "scrambled Sobol sequence"
    points = []
    for number, row in enumerate(places):
        values = []
        for factor, field, place in zip(factors, fields, row, strict=True):
            value = factor.at(float(place), bool(field and field.whole), continuous)
            values.append(
                int(value) if field is not None and field.whole and not isinstance(value, list | str) else value
            )
        points.append(Point(number, tuple(values)))
    return points, words, aliases

"""A card at the ends of its spread: one value at a time is moved to its low or high end, the others stay nominal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from buckler.catalog.schema import Card
from buckler.units import to_si

End = Literal["low", "nominal", "high"]


@dataclass(frozen=True)
class Value:
    """One value of a card, SI, and where it comes from."""

    name: str
    label: str
    unit: str  # as the pictures write it
    scale: float  # from SI to that unit
    low: float
    nominal: float
    high: float
    basis: str  # "published, grade C", "derived, grade D" or "assumed"

    def number(self, si: float) -> str:
        """A value without its unit."""
        shown = si * self.scale
        return f"{shown:,.0f}" if abs(shown) >= 1e3 else f"{shown:.4g}"

    def shown(self, si: float) -> str:
        """A value with its unit."""
        return f"{self.number(si)} {self.unit}"

    def __str__(self) -> str:
        if self.low == self.nominal == self.high:
            return f"{self.label} {self.shown(self.nominal)} ({self.basis}, no spread given)"
        return f"{self.label} {self.shown(self.nominal)} ({self.number(self.low)} to {self.number(self.high)}; {self.basis})"


@dataclass(frozen=True)
class Variant:
    """A card with one value at an end of its spread."""

    value: Value
    end: End
    card: Card

    @property
    def si(self) -> float:
        """The value at that end."""
        value = self.value
        return {"low": value.low, "nominal": value.nominal, "high": value.high}[self.end]

    def __str__(self) -> str:
        return f"{self.value.label} {self.value.shown(self.si)}"


def values(card: Card, wanted: Mapping[str, tuple[str, str, float]]) -> list[Value]:
    """The values of a card by name, each with the label, unit and scale of the pictures; unknown ones are left out."""
    found = []
    for name, (label, unit, scale) in wanted.items():
        if card.known(name):
            parameter = card[name]
            published = "derived" if parameter.grade == "D" else "published"
            basis = "assumed" if parameter.basis == "assumption" else f"{published}, grade {parameter.grade}"
            found.append(Value(name, label, unit, scale, *card.range_si(name), basis))
    return found


def variants(card: Card, spreads: list[Value]) -> list[Variant]:
    """The card with each value in turn at its low and its high end, where that differs from the nominal one."""
    moved: list[Variant] = []
    for value in spreads:
        parameter = card[value.name]
        ends: tuple[tuple[End, float | str | None], ...] = (("low", parameter.low), ("high", parameter.high))
        for end, written in ends:
            if not isinstance(written, float) or to_si(written, str(parameter.unit)) == value.nominal:
                continue
            other = parameter.model_copy(update={"nominal": written})
            moved.append(
                Variant(value, end, card.model_copy(update={"parameters": {**card.parameters, value.name: other}}))
            )
    return moved

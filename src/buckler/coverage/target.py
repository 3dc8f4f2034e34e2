"""What is to be seen: a class of target, its radar cross-section in each band, and how far the sources disagree.

Every card of something that flies gives a low, a nominal and a high cross-section for VHF, L, S, C and X band. UHF is
taken as the geometric mean of VHF and L, Ku as X, as the engine takes them; and each of them from ahead, from the side and
from behind (physics.aspect). A cross-section class of the catalog has
one range, stated for X band, and it is used for every band.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from buckler.coverage.eye import Body
from buckler.dtypes import BANDS
from buckler.errors import InputError, UnknownNameError
from buckler.physics.aspect import ASPECTS

if TYPE_CHECKING:
    from buckler.catalog.schema import Card
    from buckler.scenario.load import Loaded

USUAL: Final = "fighter-fourth-generation"
COSINES: Final = {"nose": 1.0, "beam": 0.0, "tail": -1.0}
"""Of the aspect, physics.aspect."""
_NOTHING: Final = 1e-30
"""Square metres: what a sight has of something without a size."""
Range = tuple[float, float, float]
"""Low, nominal and high."""


@dataclass(frozen=True)
class Target:
    """A class of target."""

    name: str
    title: str
    rcs_m2: dict[str, Range]
    """By band: low, nominal and high, seen from ahead."""
    speed_mps: float | None = None
    note: str = ""
    sides_m2: dict[str, dict[str, Range]] = field(default_factory=dict)
    """The same of other aspects, by aspect; from ahead where there is none."""

    def seen_from(self, aspect: str) -> dict[str, Range]:
        """The cross-sections of one aspect."""
        return self.sides_m2.get(aspect, self.rcs_m2)

    def span_db(self, aspect: str = "nose") -> float:
        """The widest spread of any band, high over low, in decibels."""
        radar = [spread for band, spread in self.seen_from(aspect).items() if band != "visual"]
        return max(10.0 * float(np.log10(high / low)) for low, _, high in radar)

    def body(self, band: str, aspect: str | None, heading_deg: float | None = None) -> Body:
        """What kernels read: under one aspect, on a heading, or (neither) flying wherever it flies."""
        ends = 10.0 * np.log10(np.maximum([self.seen_from(of)[band] for of in ASPECTS], _NOTHING)).T
        cosine = np.nan if aspect is None else COSINES[aspect]
        return Body(np.ascontiguousarray(ends), cosine, np.nan if heading_deg is None else float(np.radians(heading_deg)))


def target_named(name: str, loaded: Loaded | None = None) -> Target:
    """A class of the scenario's own or of the catalog; UnknownNameError with the nearest classes that can be seen."""
    from buckler.catalog.load import load_catalog

    own = {card.name: card for card in loaded.scenario.systems} if loaded is not None else {}
    catalog = load_catalog()
    if name in own:
        card = own[name]
    elif name in catalog:
        card = catalog[name]
    else:
        cards = [*own.values(), *catalog.values()]
        seen = [card for card in cards if "rcs" in card.parameters or "rcs_x" in card.parameters]
        known = [text for card in seen for text in (card.name, *card.aliases)]
        raise UnknownNameError("target class", name, known, "`buckler catalog` lists what flies.")
    return target_of(card)


def target_of(card: Card) -> Target:
    """The target that a card describes; InputError where it says nothing of a cross-section."""
    speed = card.si("speed") if card.known("speed") else None
    if "rcs" in card.parameters and card.known("rcs"):
        return Target(
            card.name, card.title, dict.fromkeys(BANDS, card.range_si("rcs")) | {"visual": (0.0, 0.0, 0.0)}, speed,
            "one range of cross-sections, stated for X band, is used for every band",
        )  # fmt: skip
    if not all(card.known(f"rcs_{band}") for band in ("vhf", "l", "s", "c", "x")):
        raise InputError(
            f"{card.name} is a {card.kind} and its card gives no radar cross-section by band: name something that "
            f"flies, such as {USUAL} or cruise-missile-subsonic"
        )
    sides = {aspect: _by_band(card, aspect) for aspect in ASPECTS}
    return Target(card.name, card.title, sides["nose"], speed, sides_m2=sides)


def _by_band(card: Card, aspect: str) -> dict[str, Range]:
    """Of one aspect; the nose's where the card gives it no value of its own, as the engine takes it."""
    given = {}
    for band in ("VHF", "L", "S", "C", "X"):
        name = f"rcs_{band.lower()}"
        own = f"{name}_{aspect}"
        given[band] = card.range_si(own if aspect != "nose" and card.known(own) else name)
    low, nominal, high = (float(np.sqrt(a * b)) for a, b in zip(given["VHF"], given["L"], strict=True))
    sizes = [size**4 for size in card.range_si("optical_size")] if card.known("optical_size") else [0.0, 0.0, 0.0]
    return given | {"UHF": (low, nominal, high), "Ku": given["X"], "visual": (sizes[0], sizes[1], sizes[2])}

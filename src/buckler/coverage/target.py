"""What is to be seen: a class of target, its radar cross-section in each band, and how far the sources disagree.

Every card of something that flies gives a low, a nominal and a high cross-section for VHF, L, S, C and X band. UHF is
taken as the geometric mean of VHF and L, Ku as X, as the engine takes them. A cross-section class of the catalog has
one range, stated for X band, and it is used for every band.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from buckler.dtypes import BANDS
from buckler.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from buckler.catalog.schema import Card
    from buckler.scenario.load import Loaded

USUAL: Final = "fighter-fourth-generation"
Range = tuple[float, float, float]
"""Low, nominal and high."""


@dataclass(frozen=True)
class Target:
    """A class of target."""

    name: str
    title: str
    rcs_m2: dict[str, Range]
    """By band: low, nominal and high."""
    speed_mps: float | None = None
    note: str = ""

    def span_db(self) -> float:
        """The widest spread of any band, high over low, in decibels."""
        radar = [spread for band, spread in self.rcs_m2.items() if band != "visual"]
        return max(10.0 * float(np.log10(high / low)) for low, _, high in radar)


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
            card.name, card.title, dict.fromkeys(BANDS, card.range_si("rcs")), speed,
            "one range of cross-sections, stated for X band, is used for every band",
        )  # fmt: skip
    if not all(card.known(f"rcs_{band}") for band in ("vhf", "l", "s", "c", "x")):
        raise InputError(
            f"{card.name} is a {card.kind} and its card gives no radar cross-section by band: name something that "
            f"flies, such as {USUAL} or cruise-missile-subsonic"
        )
    given = {band: card.range_si(f"rcs_{band.lower()}") for band in ("VHF", "L", "S", "C", "X")}
    pairs = zip(given["VHF"], given["L"], strict=True)
    low, nominal, high = (float(np.sqrt(a * b)) for a, b in pairs)
    a, b, c = (size**4 for size in card.range_si("optical_size")) if card.known("optical_size") else (0.0, 0.0, 0.0)
    return Target(card.name, card.title, given | {"UHF": (low, nominal, high), "Ku": given["X"], "visual": (a, b, c)}, speed)

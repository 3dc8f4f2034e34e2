"""Colours, named by what they mean.

The eight colours are those of M. Okabe and K. Ito (2008), "Color universal design", https://jfly.uni-koeln.de/color/:
told apart by readers with any common colour-vision deficiency. Colour is never the only carrier of a meaning: each
role has its own marker and line style too, so that a picture survives a black-and-white printer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BLACK: Final = "#000000"
ORANGE: Final = "#E69F00"
SKY_BLUE: Final = "#56B4E9"
BLUISH_GREEN: Final = "#009E73"
YELLOW: Final = "#F0E442"
BLUE: Final = "#0072B2"
VERMILLION: Final = "#D55E00"
REDDISH_PURPLE: Final = "#CC79A7"

OKABE_ITO: Final = (BLACK, ORANGE, SKY_BLUE, BLUISH_GREEN, YELLOW, BLUE, VERMILLION, REDDISH_PURPLE)

CYCLE: Final = (BLUE, VERMILLION, BLUISH_GREEN, ORANGE, REDDISH_PURPLE, SKY_BLUE, BLACK)
"""The order for series without a role; yellow is left out because it fades on white."""

TEXT: Final = "#222222"
MUTED: Final = "#6B6B6B"
RULE: Final = "#C8C8C8"
PAPER: Final = "#FFFFFF"
SEA: Final = "#DDE7EE"
LAND: Final = "#F6F4EF"
COAST: Final = "#7D8C97"
BORDER: Final = "#A79F93"

SEQUENTIAL: Final = "cividis"
"""matplotlib's name of the colour map for amounts: even in lightness, made for colour-vision deficiency."""
DIVERGING: Final = "PuOr"
"""matplotlib's name of the colour map for gains and losses about zero (ColorBrewer: purple and orange, safe)."""


@dataclass(frozen=True)
class Role:
    """How one kind of thing looks in every picture."""

    label: str
    colour: str
    marker: str
    line: str = "-"


DEFENCE: Final = Role("defence", BLUE, "^")
SENSOR: Final = Role("sensor", BLUISH_GREEN, "o", "--")
COMMAND: Final = Role("command post", BLUE, "p", "-.")
ASSET: Final = Role("defended asset", BLACK, "s")
RAID: Final = Role("raid", VERMILLION, "v", "-")
LEAKER: Final = Role("got through", REDDISH_PURPLE, "X", "-")
KILL: Final = Role("stopped", BLUISH_GREEN, "*", "-")
WARNING: Final = Role("warning", ORANGE, "D", ":")
AIRBORNE: Final = Role("airborne sensor", SKY_BLUE, "D", "--")
NEUTRAL: Final = Role("other", MUTED, ".", "-")

ROLES: Final = {
    "defence": DEFENCE, "sensor": SENSOR, "command": COMMAND, "asset": ASSET, "raid": RAID, "leaker": LEAKER, "kill":
    KILL, "warning": WARNING, "airborne": AIRBORNE, "neutral": NEUTRAL,
}  # fmt: skip

"""Names beside their marks on the page, where they hide neither each other nor a mark: greedy, by priority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

_WIDE: Final = 0.6
"""Mean width of a letter in units of the font's size: a little generous for the sans-serif fonts of browsers."""
_SIDES: Final = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Label:
    """A name: wanted at its mark, or placed with the middle of its base line at (x, y)."""

    x: float
    y: float
    text: str
    style: str


def place(
    wanted: Sequence[Label], marks: Sequence[tuple[float, float]], size: tuple[float, float], font: float
) -> list[Label]:
    """The labels that found a place; one that finds none within two letters of its mark is left to the tooltip."""
    taken: list[Box] = [(x - 6, y - 6, x + 6, y + 6) for x, y in marks]
    placed = []
    for label in wanted:
        half, rise = _WIDE * font * len(label.text) / 2, font * 0.6
        for gap in (10.0, 10.0 + font, 10.0 + 2 * font):
            spot = next((s for side in _SIDES if (s := _spot(label, side, half, rise, gap, size, taken))), None)
            if spot:
                x, y, box = spot
                taken.append(box)
                placed.append(replace(label, x=x, y=y + 0.35 * font))
                break
    return placed


def _spot(
    label: Label,
    side: tuple[int, int],
    half: float,
    rise: float,
    gap: float,
    size: tuple[float, float],
    taken: Sequence[Box],
) -> tuple[float, float, Box] | None:
    x, y = label.x + side[0] * (half + gap), label.y + side[1] * (rise + gap)
    left, top, right, bottom = x - half, y - rise, x + half, y + rise
    if left < 4 or top < 4 or right > size[0] - 4 or bottom > size[1] - 4:
        return None
    if any(left < b[2] and right > b[0] and top < b[3] and bottom > b[1] for b in taken):
        return None
    return x, y, (left, top, right, bottom)

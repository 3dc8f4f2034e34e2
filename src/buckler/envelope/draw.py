"""The door: a card to a picture and to words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from buckler.catalog.load import load_catalog
from buckler.catalog.schema import Card
from buckler.drawing.style import figure_style, save_figure
from buckler.envelope import (
    airframe,
    airframe_picture,
    airmissile,
    airmissile_picture,
    ballistic,
    ballistic_picture,
    reach,
    reach_picture,
    sighting,
    sighting_picture,
)
from buckler.errors import InputError


@dataclass(frozen=True)
class EnvelopeResult:
    """What was drawn: words for the terminal, and the files."""

    text: str
    files: tuple[Path, ...]


def draw_envelope(card: Card, output: Path) -> EnvelopeResult:
    """Draw a card's envelope as .png or .svg by the ending of `output` (.png where it has none).

    Interceptors, guns and shoulder-fired missiles get their reach, whatever else flies a flight. InputError for any
    other card, and for one whose values contradict each other.
    """
    path = _writable(output)
    with figure_style():
        if card.kind in reach.KINDS:
            reached = reach.envelope(card)
            words, figure = reach.text(reached), reach_picture.draw(reached)
        elif card.kind == "ballistic-missile":
            flight = ballistic.ballistic_envelope(card)
            words, figure = ballistic.text(flight), ballistic_picture.draw(flight)
        elif card.kind == airmissile.KIND:
            fired = airmissile.air_missile_envelope(card)
            words, figure = airmissile.text(fired), airmissile_picture.draw(fired)
        elif card.kind in airframe.KINDS:
            flown = airframe.airframe_envelope(card)
            words, figure = airframe.text(flown), airframe_picture.draw(flown)
        else:
            raise InputError(f"there is no envelope to draw of {card.name} ({card.kind}). " + _instead(card))
        save_figure(figure, path)
    return EnvelopeResult(words, (path,))


def draw_sightings(card: Card, output: Path) -> EnvelopeResult:
    """Draw how far the radars of the catalog see a card that flies, over the range of its cross-section."""
    path = _writable(output)
    found = sighting.sightings(card, load_catalog())
    with figure_style():
        save_figure(sighting_picture.draw(found), path)
    return EnvelopeResult(sighting.text(found), (path,))


def _writable(output: Path) -> Path:
    path = output if output.suffix else output.with_suffix(".png")
    if path.suffix.lower() not in (".png", ".svg"):
        raise InputError(
            f"{path}: an envelope is drawn as .png or .svg, not as {path.suffix}; choose one of these endings"
        )
    if path.is_dir():
        raise InputError(f"{path} is a folder: write a file's name, such as {path / 'envelope.png'}")
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}; make it first, or write elsewhere")
    return path


def _instead(card: Card) -> str:
    if card.components:
        return f"It consists of {', '.join(card.components)}: ask for the missile among them."
    return "Ask for one of these, such as 48N6E3 or ballistic-500; `buckler catalog` lists them by kind."

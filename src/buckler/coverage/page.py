"""index.html: one self-contained page on which a reader moves the target's height. It asks no other host for
anything."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import Any, Final

from buckler.coverage.canvas import draw, element
from buckler.coverage.images import KINDS, Images
from buckler.coverage.pictures import Notes, Sites
from buckler.drawing import palette
from buckler.drawing.basemap import CREDIT

_COLOURS: Final = {
    "text": palette.TEXT,
    "paper": palette.PAPER,
    "muted": palette.MUTED,
    "rule": palette.RULE,
    "sea": palette.SEA,
    "land": palette.LAND,
    "orange": palette.ORANGE,
    "blue": palette.BLUE,
    "bluish-green": palette.BLUISH_GREEN,
    "sky-blue": palette.SKY_BLUE,
}


def page(
    title: str,
    images: Images,
    sites: Sites,
    notes: Notes,
    asked_m: float,
    sections: Sequence[tuple[str, str, str]],
    facts: Sequence[str],
) -> str:
    """The page as text. `sections`: heading, words, and ready HTML."""
    heights = sorted(images.heights, key=lambda h: float(h["height"]))
    start = min(range(len(heights)), key=lambda n: abs(heights[n]["height"] - asked_m))
    first = heights[start]
    shown = (element("section", element("h2", escape(h)) + element("p", escape(w)) + html) for h, w, html in sections)
    terrain = f"{notes.terrain}; {notes.caveat}" if notes.caveat else notes.terrain
    return Template(_text("page.html")).substitute(
        title=escape(title),
        target=escape(f"{notes.question.target.title}, {notes.question.flown}"),
        reference=notes.question.reference,
        notional=escape(notes.notional),
        terrain=escape(terrain),
        height=escape(first["name"]),
        area=escape(first["area"]),
        spread=escape(first["spread"]),
        start=str(start),
        last=str(len(heights) - 1),
        map=draw(images.bounds, images.rectangle, first["images"]["pd"], sites),
        credit=escape(CREDIT),
        legends="".join(_legend(*kind) for kind in KINDS),
        kinds="".join(_pick(key, name) for key, name, _, _, _ in KINDS),
        bars=_bars(heights),
        sections="".join(shown),
        facts="".join(element("li", escape(fact)) for fact in facts),
        colours=" ".join(f"--{name}: {colour};" for name, colour in _COLOURS.items()),
        css=_text("page.css"),
        script=_text("page.js"),
        data=json.dumps(heights, separators=(",", ":")).replace("<", "\\u003c"),
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; every column but the first is for numbers."""
    top = element("tr", "".join(element("th", escape(text)) for text in head))
    body = "".join(element("tr", "".join(element("td", escape(text)) for text in row)) for row in rows)
    return element("div", element("table", element("thead", top) + element("tbody", body)), class_="scroll")


def _text(name: str) -> str:
    return files("buckler.coverage").joinpath(name).read_text(encoding="utf-8")


def _legend(key: str, name: str, colours: Sequence[str], names: Sequence[str], meaning: str) -> str:
    del name
    entries = "".join(
        element("span", element("i", style=f"background:{colour}") + escape(text))
        for colour, text in zip(colours, names, strict=True)
    )
    inner = element("span", escape(f"{meaning}:")) + entries
    hidden = {} if key == KINDS[0][0] else {"hidden": "hidden"}
    return element("div", inner, class_="legend", data_kind=key, **hidden)


def _pick(key: str, name: str) -> str:
    checked = " checked" if key == KINDS[0][0] else ""
    return element("label", f'<input type="radio" name="kind" value="{key}"{checked}> {escape(name)}')


def _bars(heights: Sequence[Mapping[str, Any]]) -> str:
    """Area seen over height: a bar a height, which the slider marks and which moves the slider."""
    most = max(h["km2"] for h in heights) or 1.0
    bars = []
    for n, h in enumerate(heights):
        bar = element("b", element("i", style=f"height:{max(1.0, 100.0 * h['km2'] / most):.1f}%"))
        label = f"{h['name']}: {h['area']} seen"
        inner = bar + element("span", escape(h["name"]))
        bars.append(element("button", inner, type_="button", class_="bar", data_n=str(n), aria_label=label))
    return element("div", "".join(bars), class_="bars")

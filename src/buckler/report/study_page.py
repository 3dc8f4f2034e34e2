"""report.html of a sweep: one self-contained page made from its folder alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from buckler.analysis.scores import unit, words
from buckler.drawing.style import save_figure, svg_text
from buckler.errors import RunFolderError
from buckler.log.text import write_whole
from buckler.report.forest import CSS as FOREST
from buckler.report.forest import Row, forest, is_clear
from buckler.report.markup import Child, Markup, tag
from buckler.report.study import explained, main_scores, note, point_cells, ranked, shown
from buckler.report.style import CSS
from buckler.report.tradeoff import has_tradeoff, tradeoff
from buckler.report.wording import terrain

_MOST_POINTS = 64
_CSS = (
    ".points th { white-space: normal; overflow-wrap: anywhere; min-width: 5.5em; max-width: 11em; vertical-align: bottom; }\n"
    ".picture svg { min-width: 640px; }\n"  # a narrow screen scrolls sideways before the letters are too small
)
Summary = dict[str, Any]


def read_summary(folder: Path) -> Summary:
    """summary.json of a sweep's folder; RunFolderError where it is no sweep's."""
    file = folder / "summary.json"
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunFolderError(
            f"{file}: cannot be read ({error}): not a sweep's folder, or altered; give the sweep's command again"
        ) from None
    if not isinstance(data, dict) or "effects" not in data or "table" not in data:
        raise RunFolderError(f"{file}: not a sweep's summary; give the folder that `buckler sweep` wrote")
    return data


def write_study_page(folder: Path) -> Path:
    """Write the page, and the picture of aircraft wrongly fired at where there are any, into the sweep's folder; the page's path."""
    try:
        command = str(json.loads((folder / "study.json").read_text(encoding="utf-8"))["command"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunFolderError(
            f"{folder / 'study.json'}: cannot be read ({error}): give the sweep's command again"
        ) from None
    summary = read_summary(folder)
    if has_tradeoff(summary):
        for suffix in ("svg", "png"):
            save_figure(tradeoff(summary), folder / f"wrongful.{suffix}")
    return write_whole(folder / "report.html", page(summary, command))


def page(summary: Summary, command: str) -> str:
    """The page as text."""
    facts = [f"scenario {summary['scenario']}", f"as of {summary['as_of']}", summary["design"], f"{summary['points']:,} points",
             f"{summary['replications']:,} replications each", f"seed {summary['seed']}"]  # fmt: skip
    sections: list[Child] = [
        tag(
            "header",
            tag("h1", summary["title"]),
            tag("p", " · ".join(facts), class_="facts"),
            tag("p", summary["notional"], class_="notice"),
        ),
        _factors(summary),
        _tradeoff(summary),
        *(_effects(summary, key) for key in main_scores(summary)),
        _points(summary),
        tag("section", tag("h2", "How to read this"), _reading(summary)),
        tag("section", tag("h2", "Do it again"), tag("pre", tag("code", command))),
    ]
    head = tag(
        "head", tag("meta", charset="utf-8"), tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{summary['title']} · buckler"), tag("style", Markup(CSS + FOREST + _CSS)),
    )  # fmt: skip
    return f"<!DOCTYPE html>\n{tag('html', head, tag('body', tag('main', sections)), lang='en')}\n"


def _factors(summary: Summary) -> Markup:
    rows = [
        tag("tr", tag("td", factor["name"]), tag("td", " · ".join(factor["levels"]))) for factor in summary["factors"]
    ]
    table = tag(
        "table",
        tag("thead", tag("tr", tag("th", "factor"), tag("th", "levels, or the ends of its range"))),
        tag("tbody", rows),
    )
    return tag("section", tag("h2", "What was varied"), tag("div", table, class_="scroll"))


def _tradeoff(summary: Summary) -> Markup | None:
    if not has_tradeoff(summary):
        return None
    lead = (
        "Each mark is a point of the design: threats that get through against civil and own aircraft fired at, means with their 95 % "
        "intervals. Down and to the left is better. wrongful.svg and wrongful.png beside this page are the same picture."
    )
    picture = tag("figure", Markup(svg_text(tradeoff(summary), "wrongful")), class_="scroll picture")
    return tag("section", tag("h2", "Who must not be shot"), tag("p", lead, class_="small"), picture)


def _effects(summary: Summary, key: str) -> Markup:
    found, name = summary["effects"][key], words(key)
    percent = unit(key) == "probability"
    scale = 100.0 if percent else 1.0
    rows = [
        Row(
            f"{effect['factor']}: {effect['from']} → {effect['to']}", scale * effect["value"],
            None if effect["low"] is None else scale * effect["low"], None if effect["high"] is None else scale * effect["high"],
            clear=is_clear(effect), bound=effect["method"] == "agreement bound",
        )
        for effect in sorted(found["effects"], key=lambda effect: -abs(effect["value"]))
    ]  # fmt: skip
    lead = (
        f"Mean change of “{name}” when one factor changes and the rest of the design is averaged over, with its paired 95 % interval. "
        f"Filled: the interval does not hold 0. {explained(found).removeprefix(': ').capitalize()}; what is left is interaction or "
        "curvature. A dotted interval is what cases not seen in these replications allow."
    )
    return tag(
        "section",
        tag("h2", f"Effects: {name}"),
        tag("p", lead, class_="small"),
        forest(rows, "percentage points" if percent else unit(key)),
    )


def _points(summary: Summary) -> Markup:
    rows = ranked(summary, _MOST_POINTS)
    names = [factor["name"] for factor in summary["factors"]]
    cells = [[*((name, shown(row[name])) for name in names), *point_cells(summary, row)] for row in rows]
    body = [tag("tr", [tag("td", cell, class_="n") for _, cell in row]) for row in cells]
    heads = tag("tr", [tag("th", _foldable(head), class_="n") for head, _ in cells[0]])
    table = tag("table", tag("thead", heads), tag("tbody", body))
    cut = (
        f"{len(rows)} of {len(summary['table']):,} points, the first and the last; points.parquet has all."
        if len(rows) < len(summary["table"])
        else ""
    )
    lead = f"The fewest threats through first. {cut}"
    return tag(
        "section", tag("h2", "Points"), tag("p", lead, class_="small"), tag("div", table, class_="scroll points")
    )


def _foldable(path: str) -> list[Child]:
    """A path that may be folded before a bracket and after a dot."""
    first, *rest = re.split(r"(?=\[)|(?<=\.)", path)
    return [first, *(part for piece in rest for part in (tag("wbr"), piece))]


def _reading(summary: Summary) -> list[Markup]:
    luck = (
        "Every point met the same luck, replication by replication, so the difference between two points has far less spread than two "
        "separate runs would; intervals of effects are of those paired differences. They hold luck alone: parameters are at their nominal "
        "values. Among twenty factors that do nothing, one is marked on average."
    )
    text = terrain(summary["terrain"])
    return [
        tag("p", tag("strong", "Effects."), " ", note(summary).removeprefix("* the interval does not hold 0. ")),
        tag("p", tag("strong", "Same luck."), " ", luck),
        tag("p", tag("strong", "Terrain."), " ", text[0].upper() + text[1:]),
    ]

"""report.html of a comparison: one self-contained page of the options' figures and the paired differences."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from buckler.log.text import write_whole
from buckler.report.comparison import rows_of_comparison
from buckler.report.forest import CSS as FOREST
from buckler.report.forest import Row, forest, is_clear
from buckler.report.markup import Child, Markup, tag
from buckler.report.style import CSS
from buckler.report.wording import is_percentage, value_of

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CHARTS: Final = (("probability", "percentage points"), ("threats", "threats"), ("rounds", "rounds"))


def write_comparison_page(folder: Path, results: list[dict[str, Any]], command: str) -> Path:
    """Write the page of the first option against each of the others; returns its path."""
    return write_whole(folder / "report.html", page(results, command))


def page(results: list[dict[str, Any]], command: str) -> str:
    """The page as text."""
    first = results[0]
    names = [first["first"], *(result["second"] for result in results)]
    title = f"{names[0]} against {' and '.join(map(str, names[1:]))}"
    facts = f"{first['replications']:,} replications of each under the same luck, seed {first['seed']}"
    notices = [
        tag("p", str(text), class_="notice")
        for text in dict.fromkeys(r["notional"] for r in results if r.get("notional"))
    ]
    sections: list[Child] = [
        tag("header", tag("h1", title), tag("p", facts, class_="facts"), notices),
        _values(results, names),
        *(_differences(result, _LETTERS[k]) for k, result in enumerate(results, 1)),
        tag("section", tag("h2", "How to read this"), _reading()),
        tag("section", tag("h2", "Do it again"), tag("pre", tag("code", command))),
    ]
    head = tag(
        "head", tag("meta", charset="utf-8"), tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title} · buckler"), tag("style", Markup(CSS + FOREST)),
    )  # fmt: skip
    return f"<!DOCTYPE html>\n{tag('html', head, tag('body', tag('main', sections)), lang='en')}\n"


def _values(results: list[dict[str, Any]], names: list[Any]) -> Markup:
    heads = [tag("th", ""), *(tag("th", f"{_LETTERS[k]} {name}", class_="n") for k, name in enumerate(names))]
    columns = [dict(rows_of_comparison(result)) for result in results]
    body = []
    for name in dict.fromkeys(name for column in columns for name in column):
        cells = [next(value_of(column[name]["first"]) for column in columns if name in column)]
        cells += [value_of(column[name]["second"]) if name in column else "–" for column in columns]
        body.append(tag("tr", tag("td", name), [tag("td", cell, class_="n") for cell in cells]))
    return tag(
        "section",
        tag("h2", "Every option"),
        tag("div", tag("table", tag("thead", tag("tr", heads)), tag("tbody", body)), class_="scroll"),
    )


def _differences(result: dict[str, Any], letter: str) -> Markup:
    title = tag("h2", f"A − {letter}: {result['first']} less {result['second']}")
    if result["same_simulation"]:
        return tag("section", title, tag("p", "The two are one and the same simulation: nothing differs."))
    charts: list[Child] = []
    for unit, words in _CHARTS:
        rows = []
        for name, figures in rows_of_comparison(result):
            change = figures["difference"]
            if change["unit"] != unit or change["value"] is None:
                continue
            scale = 100.0 if is_percentage(change) else 1.0
            low, high = (None if change[end] is None else scale * change[end] for end in ("low", "high"))
            bound = change["method"] == "agreement bound"
            rows.append(Row(name.strip(), scale * change["value"], low, high, clear=is_clear(change), bound=bound))
        charts += [tag("h3", words.capitalize()), forest(rows, words)] if rows else []
    return tag("section", title, charts)


def _reading() -> Markup:
    return tag(
        "p",
        "Differences are paired: the options met the same luck, replication by replication. Each has its 95 % interval, which holds luck "
        "alone where parameters are at their nominal values. Filled: the interval does not hold 0; among twenty figures that do not differ "
        "one is filled on average. A dotted interval is what cases not seen in these replications allow.",
    )

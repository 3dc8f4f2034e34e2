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
_MOST_NAMED: Final = 3
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
        *(part for k, result in enumerate(results, 1) for part in (_differences(result, _LETTERS[k]), _instead(result, _LETTERS[k]))),
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
        named = tag("td", name.strip(), class_="part" if name != name.strip() else None)
        values = [tag("td", cell, class_="n", data_label=letter) for letter, cell in zip(_LETTERS, cells, strict=False)]
        body.append(tag("tr", named, values))
    letters = " · ".join(f"{letter} {name}" for letter, name in zip(_LETTERS, names, strict=False))
    return tag(
        "section",
        tag("h2", "Every option"),
        tag("p", letters, class_="for-narrow small"),
        tag("div", tag("table", tag("thead", tag("tr", heads)), tag("tbody", body), class_="stack"), class_="scroll"),
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


def _instead(result: dict[str, Any], letter: str) -> Markup | None:
    """Who is stopped in one run and gets through in the other under the same luck."""
    parts: list[Child] = []
    for key, one, other in (("stopped_by_second", "A", letter), ("stopped_by_first", letter, "A")):
        rows = result.get(key) or []
        if not rows:
            continue
        heads = ("threats", "a raid", f"why in {one}", f"stopped in {other} by", "what led to it came over")
        body = [
            tag(
                "tr",
                tag("td", row["threats"]),
                tag("td", f"{row['stopped'] / result['replications']:.2f}", class_="n"),
                *(tag("td", _shares(row[column], row["stopped"])) for column in ("reasons", "by", "over")),
            )
            for row in rows
        ]
        head = tag("tr", [tag("th", name, class_="n" if name == "a raid" else None) for name in heads])
        parts += [
            tag("h3", f"Through in {one}, stopped in {other}"),
            tag("div", tag("table", tag("thead", head), tag("tbody", body)), class_="scroll"),
        ]
    if not parts:
        return None
    lead = f"The same threat in the same replication: it meets the same luck in A ({result['first']}) and {letter} ({result['second']})."
    return tag("section", tag("h2", f"Who is stopped in only one of A and {letter}"), tag("p", lead, class_="small"), parts)


def _shares(counts: dict[str, int], whole: int) -> str:
    """The most frequent first, each with its share; the rare ones together."""
    said = [f"{name} {count / whole:.0%}" if len(counts) > 1 else name for name, count in list(counts.items())[:_MOST_NAMED]]
    rest = sum(list(counts.values())[_MOST_NAMED:])
    return ", ".join([*said, *([f"others {rest / whole:.0%}"] if rest else [])])


def _reading() -> Markup:
    return tag(
        "p",
        "Differences are paired: the options met the same luck, replication by replication. Each has its 95\u00a0% interval, which holds "
        "luck alone where parameters are at their nominal values. Filled: the interval does not hold 0; among twenty figures that do not "
        "differ one is filled on average. A dotted interval is what cases not seen in these replications allow.",
    )

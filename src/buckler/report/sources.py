"""The table of assumptions and sources: every parameter that the run used, where it comes from, and how sure it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from buckler.report.markup import Child, Markup, join, tag
from buckler.report.wording import plural

Row = dict[str, Any]
_ORDER = {"assumption": 0, "unknown": 1, "published": 2}


def sources_part(rows: Sequence[Row]) -> Markup:
    """Assumptions first, open; then what nobody published, and what is published, closed."""
    if not rows:
        return tag("p", "This run records no parameters.")
    kinds = Counter(str(row.get("kind")) for row in rows)
    groups = [
        ("assumption", f"{plural(kinds['assumption'], 'assumption')} of the model, with range and reason"),
        ("unknown", f"{plural(kinds['unknown'], 'value')} that nobody has published"),
        ("published", f"{plural(kinds['published'], 'published value')}, with source and grade"),
    ]
    groups += [(kind, f"{count} {kind}") for kind, count in sorted(kinds.items()) if kind not in _ORDER]
    return join(
        [_group(title, [r for r in rows if str(r.get("kind")) == kind]) for kind, title in groups if kinds[kind]]
    )


def _group(title: str, rows: Sequence[Row]) -> Markup:
    ordered = sorted(rows, key=lambda row: (str(row.get("system") or ""), str(row.get("parameter") or "")))
    heads = [tag("th", name) for name in ("system", "parameter", "used", "range", "grade", "source, reason or note")]
    table = tag(
        "table", tag("thead", tag("tr", heads)), tag("tbody", [_row(row) for row in ordered]), class_="stack sources"
    )
    return tag("details", tag("summary", title), tag("div", table, class_="scroll"))


def _row(row: Row) -> Markup:
    kind = str(row.get("kind"))
    label = str(row.get("grade") or kind)
    return tag(
        "tr",
        tag("td", row.get("system") or "scenario", tag("br"), tag("em", ", ".join(map(str, row.get("used_by") or [])))),
        tag("td", str(row.get("parameter") or "").replace("_", " ")),
        tag("td", _used(row), data_label="used"),
        tag("td", _range(row), data_label="range"),
        tag("td", tag("span", label, class_=f"tag {kind}"), data_label="grade"),
        tag("td", _origin(row)),
    )


def _used(row: Row) -> str:
    """The value used, in the unit in which it was published where that is the nominal one."""
    if row.get("nominal") is not None:
        return _with_unit(row["nominal"], row.get("unit"))
    if row.get("used_value_si") is not None:
        return _with_unit(row["used_value_si"], row.get("si_unit"))
    return "not known"


def _range(row: Row) -> str:
    low, high = row.get("low"), row.get("high")
    if low is None or high is None:
        return "–"
    return f"{_value(low)} to {_value(high)}" if low != high else "one value"


def _with_unit(value: Any, unit: Any) -> str:
    shown = "" if unit in (None, "1", "probability", "text") else f" {unit}"
    return f"{_value(value)}{shown}"


def _value(value: Any) -> str:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:.4g}"
    return str(value)


def _origin(row: Row) -> Markup:
    parts: list[Child] = []
    if row.get("assumption"):
        parts.append(str(row["assumption"]))
    for source in row.get("sources") or []:
        title, url, date = str(source.get("title") or source.get("url") or ""), source.get("url"), source.get("date")
        safe = isinstance(url, str) and url.startswith(("https://", "http://"))
        name: Child = tag("a", title, href=url, rel="noopener noreferrer") if safe else title
        parts.append([name, f" ({date})" if date else ""])
    if row.get("note"):
        parts.append(tag("em", str(row["note"])))
    separated: list[Child] = []
    for part in parts:
        separated += [tag("br")] if separated else []
        separated.append(part)
    return join(separated)

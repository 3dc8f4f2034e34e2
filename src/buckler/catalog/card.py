"""Cards as the terminal and as another program see them."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from buckler.catalog.kinds import OPTIONAL, PARAMETERS
from buckler.catalog.load import Catalog
from buckler.catalog.schema import DATE_UNITS, WORD_UNITS, Card, Parameter, Source

_ASSUMED, _UNKNOWN = "yellow", "dim"


def render_list(catalog: Catalog) -> RenderableType:
    """Every card: its name, what it is, and its other names; one table a kind."""
    tables: dict[str, Table] = {}
    for entry in catalog.entries.values():
        table = tables.get(entry.kind)
        if table is None:
            table = tables[entry.kind] = Table(title=entry.kind, title_justify="left", box=None, show_header=False)
            table.add_column(style="bold", no_wrap=True, width=31)
            table.add_column(overflow="fold")
        table.add_row(Text(entry.name), Text(entry.title))
    return Group(*tables.values(), Text("`buckler catalog NAME` prints a card with the source of every value."))


def render_card(card: Card) -> RenderableType:
    """A card: every value with its spread, and its grade and sources or the reason why it is assumed."""
    sources: dict[Source, int] = {}
    model_reads = (*PARAMETERS[card.kind], *OPTIONAL.get(card.kind, ()))
    read = {name: value for name, value in card.parameters.items() if name in model_reads}
    other = {name: value for name, value in card.parameters.items() if name not in model_reads}
    parts: list[RenderableType] = [
        Text.assemble((card.name, "bold"), f" ({card.kind}): {card.title}"),
        Text(card.summary),
    ]
    if card.aliases:
        parts.append(Text(f"Also called: {', '.join(card.aliases)}"))
    if card.components:
        parts.append(Text(f"Consists of: {', '.join(card.components)}"))
    parts += _section("", {"in_service": card.in_service}, sources)
    if read:
        parts += _section("What the model reads", read, sources)
    if other:
        parts += _section("What else is known", other, sources)
    if sources:
        parts.append(Text("\nSources", style="bold"))
        parts += [_source_line(number, source) for source, number in sources.items()]
    parts.append(_legend())
    return Group(*parts)


def card_json(card: Card) -> dict[str, Any]:
    """A card as plain data for another program."""
    data: dict[str, Any] = card.model_dump(mode="json", exclude={"parameters", "in_service"})
    data["in_service"] = _parameter_json(card.in_service)
    data["parameters"] = {name: _parameter_json(parameter) for name, parameter in card.parameters.items()}
    return data


def list_json(catalog: Catalog) -> list[dict[str, Any]]:
    """The list of cards as plain data for another program."""
    return [
        {"name": entry.name, "aliases": list(entry.aliases), "kind": entry.kind, "title": entry.title}
        for entry in catalog.entries.values()
    ]


def _parameter_json(parameter: Parameter) -> dict[str, Any]:
    return {"basis": parameter.basis, **parameter.model_dump(mode="json", exclude={"value"})}


def _section(title: str, parameters: dict[str, Parameter], sources: dict[Source, int]) -> list[RenderableType]:
    """One line a parameter (name, value, spread, grade), and below it the reason or the note."""
    rows = [(name, _value(value), _spread(value), _grade(value, sources)) for name, value in parameters.items()]
    widths = [*(max(len(row[column]) for row in rows) for column in range(3)), 0]
    parts: list[RenderableType] = [Text(f"\n{title}", style="bold")] if title else [Text("")]
    for parameter, cells in zip(parameters.values(), rows, strict=True):
        style = {"published": "", "assumption": _ASSUMED, "unknown": _UNKNOWN}[parameter.basis]
        padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
        parts.append(Text("  ".join(padded), style=style))
        said = " ".join(
            text if text[-1] in ".?!" else f"{text}." for text in (parameter.assumption, parameter.note) if text
        )
        if said:
            parts.append(Padding(Text(said, style="dim"), (0, 0, 0, 4)))
    return parts


def _value(parameter: Parameter) -> str:
    best = parameter.best()
    if best is None:
        return "not known"
    unit = "" if parameter.unit in (*WORD_UNITS, *DATE_UNITS, "probability", "1", None) else f" {parameter.unit}"
    if best == 1.0 and unit.endswith("s") and parameter.unit not in ("s", "m/s", "km/s"):
        unit = unit.removesuffix("s")
    middle = (
        " (middle of range)" if parameter.nominal is None and isinstance(best, float) and best != parameter.low else ""
    )
    return f"{_number(best)}{unit}{middle}"


def _spread(parameter: Parameter) -> str:
    low, high = parameter.low, parameter.high
    if low is None and high is None:
        return ""
    if low == high == parameter.best():
        return "no spread"
    return f"{'?' if low is None else _number(low)} to {'?' if high is None else _number(high)}"


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"


def _grade(parameter: Parameter, sources: dict[Source, int]) -> str:
    cited = "".join(f"[{sources.setdefault(source, len(sources) + 1)}]" for source in parameter.sources)
    return f"{parameter.grade} {cited}" if parameter.basis == "published" else parameter.basis


def _source_line(number: int, source: Source) -> Text:
    dated = "" if source.date and source.date in source.title else f", {source.date or 'undated'}"
    line = Text(f"[{number}] {source.title}{dated}")
    if source.url is not None:
        line.append("\n    ").append(source.url, style=f"link {source.url}")
    return line


def _legend() -> Text:
    text = Text("\nGrades: A official or maker's document, B such a document quoted elsewhere or reference press, ")
    text.append("C general press and hobby sources, D derived. ")
    text.append("assumption", style=_ASSUMED).append(
        ": nobody published it; the model takes this range for the reason given. "
    )
    return text.append("unknown", style=_UNKNOWN).append(": left open.")

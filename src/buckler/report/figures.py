"""The figures of the page: cards, tables with interval bars, the kill chain by class, and the reasons."""

from __future__ import annotations

from typing import Any

from buckler.log.schema import REASON_MEANING
from buckler.report.markup import Markup, tag
from buckler.report.wording import Figure, interval_of, minutes, number, value_of

Summary = dict[str, Any]


def gauge(figure: Figure, most: float, kind: str = "") -> Markup:
    """A bar for the value within [0, most], with its interval as a darker band."""
    if figure["value"] is None or most <= 0:
        return Markup("")

    def share(value: float | None) -> float:
        return 100 * min(max((most if value is None else value) / most, 0.0), 1.0)

    low, high = share(figure["low"]), share(figure["high"])
    band = tag("i", class_="range", style=f"left:{low:.1f}%;width:{max(high - low, 0.6):.1f}%")
    bar = tag("i", style=f"left:0;width:{share(figure['value']):.1f}%")
    return tag("div", bar, None if figure["method"] == "given" else band, class_=f"gauge {kind}".strip())


def cards(summary: Summary) -> Markup:
    """The four key figures."""
    threats, rounds = summary["threats"], summary["rounds"]
    shown = [
        ("Nothing gets through", summary["nothing_leaks"], 1.0, "probability a raid", "killed"),
        ("Threats through", summary["leakers"], threats, f"mean of a raid of {threats}", "through"),
        ("No asset is hit", summary["no_asset_hit"], 1.0, "probability a raid", "killed"),
        ("Rounds spent", rounds, max(rounds["ready"], rounds["high"]), f"mean, of {rounds['ready']:,.0f} ready", ""),
    ]
    return tag("div", [_card(*card) for card in shown], class_="cards")


def _card(name: str, figure: Figure, most: float, note: str, kind: str) -> Markup:
    return tag(
        "div",
        tag("span", name, class_="name"),
        tag("b", value_of(figure)),
        tag("span", interval_of(figure), tag("br"), note, class_="small"),
        gauge(figure, most, kind),
        class_="card",
    )


def leakers_table(summary: Summary) -> Markup:
    """Threats that get through, by class and by asset, with hits and warning."""
    rows = [_head("By class")]
    for name, figure in summary["leakers_by_class"].items():
        rows.append(_row(name, figure, figure["threats"], "through"))
    rows.append(_head("By the asset that they fly at"))
    for figure in summary["leakers_by_asset"].values():
        rows.append(_row(figure["name"], figure, figure["threats"], "through"))
    return _table(("", "mean a raid", "95 % interval", "of", "share of them"), rows)


def assets_table(summary: Summary) -> Markup:
    """For each asset the probability of a hit, and the warning before the first impact."""
    rows = []
    for key, hit in summary["asset_hit"].items():
        warning = summary["warning_time"][key]
        ends = [minutes(warning[end]) for end in ("low", "high") if warning[end] is not None]
        rows.append(
            tag(
                "tr",
                tag("td", hit["name"]),
                tag("td", value_of(hit), class_="n"),
                tag("td", interval_of(hit), class_="n"),
                tag("td", minutes(warning["value"]) if warning["value"] is not None else "–", class_="n"),
                tag("td", " to ".join(ends) if len(ends) == 2 else "", class_="n"),
                tag("td", f"{warning['n']:,}", class_="n"),
            )
        )
    return _table(
        ("", "is hit", "95 % interval", "mean warning", "95 % interval", "raids with an impact"), rows, bar=False
    )


def rounds_table(summary: Summary) -> Markup:
    """Rounds spent by type."""
    rows = [_row(name, figure, figure["ready"], "") for name, figure in summary["rounds_by_system"].items()]
    return _table(("", "mean a raid", "95 % interval", "ready", "share of them"), rows)


def _head(text: str) -> Markup:
    return tag("tr", tag("td", text, colspan="5"), class_="head")


def _row(name: str, figure: Figure, most: float, kind: str) -> Markup:
    scale = max(most, figure["high"] or 0)
    return tag(
        "tr",
        tag("td", name),
        tag("td", value_of(figure), class_="n"),
        tag("td", interval_of(figure), class_="n"),
        tag("td", number(most, 0), class_="n"),
        tag("td", gauge(figure, scale, kind), class_="bar"),
    )


def _table(columns: tuple[str, ...], rows: list[Markup], bar: bool = True) -> Markup:
    heads = []
    for position, name in enumerate(columns):
        is_bar = bar and position == len(columns) - 1
        heads.append(tag("th", name, class_="bar" if is_bar else "n" if position else None))
    return tag("div", tag("table", tag("thead", tag("tr", heads)), tag("tbody", rows)), class_="scroll")


def chains(summary: Summary) -> Markup:
    """The kill chain: a funnel for all threats, and for each class."""
    return tag("div", [_chain(name, stages) for name, stages in summary["funnel"].items()], class_="chains")


def _chain(name: str, stages: dict[str, Any]) -> Markup:
    appeared = stages["appeared"]["count"]["value"]
    rows = []
    for stage, figures in stages.items():
        if stage == "neither" and not figures["count"]["value"]:
            continue
        share = figures["share"]
        kind = {"killed": "killed", "got through": "through"}.get(stage, "")
        values = tag("span", value_of(share), " ", tag("em", interval_of(share) if share["method"] != "given" else ""))
        rows.append(
            tag(
                "div",
                tag("span", stage),
                gauge(share, 1.0, kind),
                values,
                class_="stage ends" if stage == "got through" else "stage",
            )
        )
    title = "All threats" if name == "all" else name.capitalize()
    return tag("div", tag("h3", title, " ", tag("em", f"{number(appeared, 0)} a raid")), rows, class_="chain")


def reasons_table(summary: Summary) -> Markup:
    """Why threats got through, with what each reason means."""
    rows = []
    for name, figures in sorted(summary["reasons"].items(), key=lambda item: -item[1]["share"]["value"]):
        by_class = ", ".join(f"{c} {value_of(figure)}" for c, figure in figures["by_class"].items())
        rows.append(
            tag(
                "tr",
                tag("td", tag("strong", name), tag("br"), REASON_MEANING.get(name, ""), tag("br"), tag("em", by_class)),
                tag("td", value_of(figures["share"]), class_="n"),
                tag("td", interval_of(figures["share"]), class_="n"),
                tag("td", value_of(figures["count"]), class_="n"),
                tag("td", gauge(figures["share"], 1.0, "through"), class_="bar"),
            )
        )
    return _table(("", "share", "95 % interval", "mean a raid", "share of what gets through"), rows)

"""The figures of the page: cards, tables with interval bars, the kill chain by class, and the reasons."""

from __future__ import annotations

from typing import Any

from buckler.log.schema import REASON_MEANING
from buckler.report.markup import Child, Markup, tag
from buckler.report.wording import Figure, clock, interval_of, number, value_of

Summary = dict[str, Any]
Cells = tuple[Child, ...]


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
    classes, assets = summary["leakers_by_class"], summary["leakers_by_asset"]
    rows = [_row(name, figure, figure["threats"], "through") for name, figure in classes.items()]
    rows += [_row(figure["name"], figure, figure["threats"], "through") for figure in assets.values()]
    heads = {0: "By class", len(classes): "By the asset that they fly at"}
    return _table(("", "mean a raid", "95 % interval", "of", "share of them"), rows, heads)


def assets_table(summary: Summary) -> Markup:
    """For each asset the probability of a hit, and the warning before the first impact."""
    rows: list[Cells] = []
    for key, hit in summary["asset_hit"].items():
        warning = summary["warning_time"][key]
        ends = [clock(warning[end]) for end in ("low", "high") if warning[end] is not None]
        mean = clock(warning["value"]) if warning["value"] is not None else "–"
        interval = "–".join(ends) if len(ends) == 2 else ""
        spread = warning.get("distribution", {})
        middle = " · ".join(clock(spread[part]) for part in ("p05", "p50", "p95")) if spread.get("n") else ""
        rows.append((hit["name"], value_of(hit), interval_of(hit), mean, interval, middle, f"{warning['n']:,}"))
    heads = ("", "is hit", "95 % interval", "mean warning, min:s", "95 % interval", "5 %, half, 95 % have less", "raids with an impact")
    return _table(heads, rows)


def mistakes_table(summary: Summary) -> Markup:
    """Civil and own aircraft fired at, by cause, and how long a hostile takes to be called so."""
    rows: list[Cells] = []
    heads: dict[int, str] = {}
    for side in ("civil", "own"):
        if side not in summary["mistakes"]:
            continue
        figure = summary["mistakes"][side]
        heads[len(rows)] = f"{side.capitalize()} aircraft ({figure['aircraft']})"
        rows.append(("fired at", *_both(figure["engaged"], figure["number_engaged"])))
        rows += [(f"by cause: {name}", *_both(f["engaged"], f["number"])) for name, f in figure["by_cause"].items()]
        down = figure["number_shot_down"]
        rows.append(("shot down", "", "", value_of(down), interval_of(down)))
    firm = summary["mistakes"]["firm_hostile"]
    heads[len(rows)] = "Threats"
    rows.append(("called hostile, of those detected", *_both(firm["share"], firm["delay"])[:2], "", ""))
    rows.append(("seconds from first detection to that", "", "", value_of(firm["delay"]), interval_of(firm["delay"])))
    return _table(("", "probability", "95 % interval", "mean", "95 % interval"), rows, heads)


def _both(chance: dict[str, Any], count: dict[str, Any]) -> tuple[str, str, str, str]:
    return value_of(chance), interval_of(chance), value_of(count), interval_of(count)


def rounds_table(summary: Summary) -> Markup:
    """Rounds spent by type."""
    rows = [_row(name, figure, figure["ready"], "") for name, figure in summary["rounds_by_system"].items()]
    return _table(("", "mean a raid", "95 % interval", "ready", "share of them"), rows)


def tracks_table(summary: Summary) -> Markup:
    """Tracks lost, swapped, doubled and false."""
    rows: list[Cells] = [(name, value_of(figure), interval_of(figure)) for name, figure in summary["tracks"].items()]
    return _table(("", "mean a raid", "95 % interval"), rows)


def stages_table(summary: Summary) -> Markup:
    """Spent stages fired at, the rounds that this cost, and those that were told from warheads."""
    stages = summary["spent_stages"]
    return _table(
        ("", "mean a raid", "95 % interval", "of"),
        [
            ("fired at", value_of(stages["fired_at"]), interval_of(stages["fired_at"]), number(stages["stages"], 0)),
            ("rounds fired at them", value_of(stages["rounds"]), interval_of(stages["rounds"]), ""),
            ("told from warheads", value_of(stages["told_apart"]), interval_of(stages["told_apart"]), number(stages["stages"], 0)),
        ],
    )


def _row(name: str, figure: Figure, most: float, kind: str) -> Cells:
    scale = max(most, figure["high"] or 0)
    return name, value_of(figure), interval_of(figure), number(most, 0), gauge(figure, scale, kind)


def _table(columns: tuple[str, ...], rows: list[Cells], heads: dict[int, str] | None = None) -> Markup:
    """A table whose cells carry their column's name, so that a narrow screen can stack them; `heads` go before rows."""
    body = []
    for position, cells in enumerate(rows):
        if heads and position in heads:
            body.append(tag("tr", tag("td", heads[position], colspan=str(len(columns))), class_="head"))
        shown = [tag("td", cells[0])]
        for column, cell in zip(columns[1:], cells[1:], strict=True):
            is_bar = isinstance(cell, Markup)
            shown.append(tag("td", cell, class_="bar" if is_bar else "n", data_label=None if is_bar else column))
        body.append(tag("tr", shown))
    names = [tag("th", name, class_="n" if position else None) for position, name in enumerate(columns)]
    if rows and isinstance(rows[0][-1], Markup):
        names[-1] = tag("th", columns[-1], class_="bar")
    table = tag("table", tag("thead", tag("tr", names)), tag("tbody", body), class_="stack")
    return tag("div", table, class_="scroll")


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
    rows: list[Cells] = []
    for name, figures in sorted(summary["reasons"].items(), key=lambda item: -item[1]["share"]["value"]):
        by_class = ", ".join(f"{c} {value_of(figure)}" for c, figure in figures["by_class"].items())
        share = figures["share"]
        what = (
            tag("strong", name),
            tag("br"),
            tag("span", REASON_MEANING.get(name, "")),
            tag("br"),
            tag("em", by_class),
        )
        bar = gauge(share, 1.0, "through")
        rows.append((what, value_of(share), interval_of(share), value_of(figures["count"]), bar))
    return _table(("", "share", "95 % interval", "mean a raid", "share of what gets through"), rows)

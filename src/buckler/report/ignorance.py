"""The part of the page that tells luck and ignorance apart: both in every figure, a tornado chart, Sobol indices, and the one sentence."""

from __future__ import annotations

from typing import Any

from buckler.analysis.variance import parts_of
from buckler.report.forest import Row, forest
from buckler.report.markup import Child, Markup, tag
from buckler.report.wording import interval_of, value_of

_MOST = 12
_PARTS = ("luck_std", "ignorance_std")


def ignorance_part(summary: dict[str, Any]) -> Markup | None:
    """The section, or None where parameters stayed at their nominal values."""
    sampled = summary.get("uncertainty")
    if not sampled:
        return None
    hangs = sampled["leakers"]
    lead = (
        f"{sampled['draws']:,} draws from the published ranges of the parameters, {sampled['replications_per_draw']} replications each. "
        "Standard deviations: luck is what one raid's outcome varies with the parameters fixed; ignorance is what the expectation varies "
        "over the parameters' ranges, the luck left in finite replications subtracted."
    )
    content: list[Child] = [
        tag("h2", "Luck and ignorance"), tag("p", hangs["verdict"], class_="answer"), tag("p", lead, class_="small"), _parts(summary),
        tag("h3", "What moves the number of threats that get through"),
        tag("p", "Each bar: how far the figure moves from the group's 10 % quantile to its 90 %, with its 95 % interval. Filled: it "
            "differs from 0 for all groups together.", class_="small"),
        forest([_row(effect) for effect in hangs["effects"][:_MOST]], "threats", bars=True),
    ]  # fmt: skip
    if hangs.get("sobol"):
        content += [
            tag("h3", "Sobol indices"),
            tag("p", "First order: the share of the ignorance that would go if this group alone were known. Total: the share that would "
                "stay if all the others were. The luck left in the draws is subtracted.", class_="small"),
            _indices(hangs["sobol"][:_MOST]),
        ]  # fmt: skip
    elif "sobol" in hangs:
        content.append(tag("p", "No Sobol indices: the draws differ by no more than luck; fly more of them."))
    return tag("section", content)


def _row(effect: dict[str, Any]) -> Row:
    return Row(effect["group"], effect["swing"], effect["swing_low"], effect["swing_high"], clear=effect["is_clear"])


def _parts(summary: dict[str, Any]) -> Markup:
    heads = ("", "mean", "95 % interval", "luck, one raid", "ignorance")
    rows = [
        tag("tr", tag("td", name.strip(), class_="part" if name.startswith(" ") else None), [
            tag("td", text, class_="n")
            for text in (value_of(figure), interval_of(figure), *(value_of({**figure, "value": figure[part]}) for part in _PARTS))
        ])
        for name, figure in parts_of(summary)
    ]  # fmt: skip
    head = tag("tr", [tag("th", name, class_="n" if k else None) for k, name in enumerate(heads)])
    return tag("div", tag("table", tag("thead", head), tag("tbody", rows)), class_="scroll")


def _indices(indices: list[dict[str, Any]]) -> Markup:
    rows = [
        tag("tr", tag("td", index["group"]), [
            tag("td", f"{index[key]:.2f} ± {index[f'{key}_half']:.2f}", class_="n") for key in ("first", "total")
        ])
        for index in indices
    ]  # fmt: skip
    head = tag("tr", tag("th", "group"), tag("th", "first order", class_="n"), tag("th", "total", class_="n"))
    return tag("div", tag("table", tag("thead", head), tag("tbody", rows)), class_="scroll")

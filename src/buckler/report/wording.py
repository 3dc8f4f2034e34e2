"""Figures in words: numbers cut to what their interval supports, intervals, and the answer in one sentence."""

from __future__ import annotations

from math import floor, log10
from typing import Any

Figure = dict[str, Any]


def decimals(figure: Figure, scale: float = 1.0) -> int:
    """Decimal places that show the width of the interval with two significant digits.

    At most two for counts and one for percentages; one more where the whole interval lies under 0.1.
    """
    low, high = figure["low"], figure["high"]
    width = scale * (high - low) if low is not None and high is not None else 0.0
    if width <= 0:
        value = scale * float(figure["value"] or 0)
        return 0 if value == round(value) else 2
    most = 1 if scale == 100 else 2
    if scale * max(abs(low), abs(high)) < 0.1:
        most += 1
    return min(max(1 - floor(log10(width)), 0), most)


def number(value: float | None, places: int) -> str:
    """A number with that many decimals; a dash for none."""
    if value is None:
        return "–"
    # A whole number at the end of a scale is exact: 0 and 100 per cent, not 0.0 and 100.0.
    return f"{value:.0f}" if value in (0, 100) else f"{value:.{places}f}"


def value_of(figure: Figure) -> str:
    """The value: a count, or a percentage for probabilities and shares."""
    if figure["value"] is None:
        return "–"
    if is_percentage(figure):
        return f"{number(100 * figure['value'], decimals(figure, 100))} %"
    return number(figure["value"], decimals(figure))


def interval_of(figure: Figure) -> str:
    """The 95 % interval, "low–high", in the unit that `value_of` shows."""
    if figure["value"] is None:
        return ""
    scale = 100 if is_percentage(figure) else 1
    places = decimals(figure, scale)
    low, high = (None if figure[end] is None else scale * figure[end] for end in ("low", "high"))
    if figure["method"] in ("given", "identical"):
        return figure["method"] if figure["method"] == "given" else "exactly"
    unit = " %" if scale == 100 else ""
    if high is None:
        return f"{number(low, places)} or more"
    return f"{number(low, places)}–{number(high, places)}{unit}"


def is_percentage(figure: Figure) -> bool:
    """Whether the figure is shown in per cent."""
    return figure["unit"] in ("probability", "share")


def minutes(seconds: float) -> str:
    """A time in minutes and seconds: "3 min 20 s"."""
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"


def clock(seconds: float) -> str:
    """The same where a column's head says min:s: "3:20"."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def terrain(facts: dict[str, Any]) -> str:
    """What ground the run stood on, its cell size and what that cannot show."""
    text = str(facts.get("source") or "not stated")
    if facts.get("cell_size") not in (None, "", "none"):
        text += f", cells of {facts['cell_size']}"
    note = str(facts.get("note") or "ridge masking not shown").rstrip(".")
    return f"{text}; {note}."


def plural(count: float, noun: str) -> str:
    """ "1 threat", "2 threats"."""
    return f"{count:g} {noun}" if count == 1 else f"{count:,g} {noun}s"


def answer(summary: dict[str, Any]) -> str:
    """The answer in plain words, two sentences."""
    n, threats = summary["replications"], summary["threats"]
    nothing, leakers = summary["nothing_leaks"], summary["leakers"]
    stopped = round(nothing["value"] * n)
    of = f"{n:,} simulated raid{'s' if n != 1 else ''} of {plural(threats, 'threat')}"
    interval = f"95 % interval {interval_of(nothing)}"
    if stopped == n:
        return (
            f"In {of}, nothing ever got through: the chance that nothing does is {value_of(nothing)} ({interval}), "
            f"and the mean number that does is below {number(leakers['high'], 2)} a raid."
        )
    if stopped:
        first = f"In {stopped:,} of {of}, nothing got through: {value_of(nothing)} ({interval})."
    else:
        chance = f"the chance of stopping all is {value_of(nothing)} ({interval})"
        first = f"In every one of {of}, something got through: {chance}."
    why = max(summary["reasons"].items(), key=lambda item: item[1]["share"]["value"], default=None)
    because = f"; the most frequent reason is “{why[0]}” ({value_of(why[1]['share'])} of them)" if why else ""
    return f"{first} On average {value_of(leakers)} threats a raid got through ({interval_of(leakers)}){because}."

"""A timeline of one replication: a row for each threat, from its appearance to its end, with what the defence did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from buckler.analysis.outcomes import Cast
from buckler.report.markup import Markup, tag
from buckler.report.wording import minutes

_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 960.0, 190.0, 24.0, 17.0, 26.0
_STATES = ("detect", "confirm", "identify")
_WORD = {
    "appear": "appears",
    "detect": "first detected",
    "confirm": "tracked",
    "identify": "identified",
    "assign": "assigned",
    "fire": "fired at",
    "miss": "missed",
    "kill": "killed",
    "impact": "gets through",
    "asset_hit": "hits",
}


@dataclass
class Life:
    """What happened to one threat: the first time of each state, and its shots."""

    key: str
    first_s: dict[str, float] = field(default_factory=dict)
    shots: list[tuple[float, str, str]] = field(default_factory=list)
    reason: str = ""

    @property
    def end_s(self) -> float | None:
        """When it was killed or got through; None if neither."""
        return min((self.first_s[kind] for kind in ("kill", "impact") if kind in self.first_s), default=None)


def lives(events: Iterable[dict[str, Any]], cast: Cast) -> list[Life]:
    """The lives of the threats of one replication, in the order of class, then of appearance."""
    found = {key: Life(key) for key in cast.threats}
    for event in events:
        kind, subject, target = event["kind"], event["subject"], event["object"]
        life = found.get(subject) if kind in ("appear", "impact", "asset_hit") else found.get(target)
        if life is None:
            continue
        life.first_s.setdefault(kind, event["time_s"])
        if kind in ("fire", "miss", "kill"):
            life.shots.append((event["time_s"], kind, subject))
        if kind == "impact":
            life.reason = event["reason"]
    order = {key: (cast.classes.index(cast.threat_class[i]), i) for i, key in enumerate(cast.threats)}
    flown = [life for life in found.values() if "appear" in life.first_s]
    return sorted(flown, key=lambda life: (order[life.key][0], life.first_s["appear"], order[life.key][1]))


def timeline(events: Iterable[dict[str, Any]], cast: Cast, duration_s: float) -> Markup:
    """The timeline as SVG."""
    rows = lives(events, cast)
    times = [time for life in rows for time in life.first_s.values()]
    start, end = min(times, default=0.0), max(times, default=1.0)
    start, end = (0.0 if start < 0.25 * end else start), max(end, start + 1.0) * 1.01
    scale = (_WIDTH - _LEFT - _RIGHT) / (end - start)

    def x(time_s: float) -> float:
        return _LEFT + (time_s - start) * scale

    height = _TOP + len(rows) * _ROW + 10
    parts = [_grid(start, end, x, height)]
    before = ""
    for number, life in enumerate(rows):
        y = _TOP + number * _ROW + _ROW / 2
        name = cast.threat_class[cast.threats.index(life.key)]
        if name != before and number:
            parts.append(tag("line", x1=0, x2=_WIDTH, y1=y - _ROW / 2, y2=y - _ROW / 2, class_="tl-split"))
        before = name
        parts.append(_row(life, cast, name, y, x, min(end, duration_s)))
    return tag(
        "svg", parts, viewBox=f"0 0 {_WIDTH:.0f} {height:.0f}", class_="timeline", role="img",
        aria_label="Timeline of one replication: each row a threat, time from left to right",
    )  # fmt: skip


def _grid(start: float, end: float, x: Any, height: float) -> Markup:
    step = next(s for s in (10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 10**9) if (end - start) / s <= 10)
    lines = []
    tick = -(-start // step) * step
    while tick <= end:
        label = f"{tick / 60:g} min" if step >= 60 else f"{tick:g} s"
        lines.append(tag("line", x1=x(tick), x2=x(tick), y1=_TOP - 6, y2=height - 6, class_="grid"))
        lines.append(tag("text", label, x=x(tick), y=_TOP - 12, text_anchor="middle", class_="axis"))
        tick += step
    return tag("g", lines)


def _row(life: Life, cast: Cast, name: str, y: float, x: Any, last_s: float) -> Markup:
    first = life.first_s
    end = life.end_s if life.end_s is not None else last_s
    parts = [
        tag("text", cast.names[life.key], x=_LEFT - 10, y=y + 4, text_anchor="end", class_="row"),
        tag("line", x1=x(first["appear"]), x2=x(end), y1=y, y2=y, class_="tl-unseen"),
    ]
    for level, state in enumerate(_STATES):
        if state in first and first[state] < end:
            parts.append(tag("line", x1=x(first[state]), x2=x(end), y1=y, y2=y, class_=f"tl-{level} c-{name}"))
    for time_s, kind, _ in life.shots:
        if kind == "fire":
            parts.append(tag("path", d=f"M{x(time_s):.1f} {y - 6:.1f}v12", class_="tl-fire"))
        elif kind == "miss":
            parts.append(tag("circle", cx=x(time_s), cy=y, r=3, class_="tl-miss"))
    if "kill" in first:
        parts.append(tag("circle", cx=x(first["kill"]), cy=y, r=5, class_="tl-kill"))
    if "impact" in first:
        at = x(first["impact"])
        parts.append(tag("path", d=f"M{at - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10", class_="tl-impact"))
    story = [
        f"{minutes(first[kind])}: {_WORD[kind]}" for kind in sorted(first, key=lambda k: first[k]) if kind in _WORD
    ]
    if life.reason:
        story.append(f"reason: {life.reason}")
    return tag("g", tag("title", f"{cast.names[life.key]}\n" + "\n".join(story)), parts)

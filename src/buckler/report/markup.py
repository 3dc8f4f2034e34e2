"""HTML and SVG by construction: every text is escaped unless it is markup already."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


class Markup(str):
    """Text that is markup already and must not be escaped again."""

    __slots__ = ()


Child = str | Iterable["Child"] | None

_VOID = {"meta", "br", "hr", "input", "wbr"}


def tag(name: str, /, *children: Child, **attributes: str | float | None) -> Markup:
    """An element. `class_` is the attribute class, `stroke_width` stroke-width; one that is None is left out."""
    text = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(short(value) if isinstance(value, (int, float)) else value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = join(children)
    if name in _VOID:
        return Markup(f"<{name}{text}>")
    return Markup(f"<{name}{text}>{inner}</{name}>")


def join(children: Child) -> Markup:
    """Children one after another, each escaped unless it is markup."""
    if children is None:
        return Markup("")
    if isinstance(children, Markup):
        return children
    if isinstance(children, str):
        return Markup(escape(children))
    return Markup("".join(join(child) for child in children))


def short(number: float) -> str:
    """A coordinate with at most one decimal: half a tenth of a pixel is not seen, and the file stays small."""
    return (
        f"{number:.1f}".removesuffix(".0").replace("-0", "0")
        if abs(number) < 0.05
        else f"{number:.1f}".removesuffix(".0")
    )


def path(points: Iterable[tuple[float, float]], closed: bool = False) -> str:
    """The `d` of a path through points, in coordinates relative to the one before: half as long."""
    pieces: list[str] = []
    last = (0.0, 0.0)
    for x, y in points:
        here = (round(x, 1), round(y, 1))
        if not pieces:
            pieces.append(f"M{short(here[0])} {short(here[1])}l")
        elif here != last:
            pieces.append(f"{short(here[0] - last[0])} {short(here[1] - last[1])}")
        else:
            continue
        last = here
    if len(pieces) < 2:
        return ""
    return pieces[0] + " ".join(pieces[1:]) + ("z" if closed else "")

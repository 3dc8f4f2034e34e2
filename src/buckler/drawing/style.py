"""Figures: one look, and the same bytes every time.

Figures are made without pyplot, so nothing global is left behind and they may be drawn in any thread. Fonts are
DejaVu Sans, which matplotlib carries. A saved file holds no date and no random identifier.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.drawing import palette
from buckler.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_IN: Final = 7.2
"""The width of a figure over a full page of text."""
RESOLUTION_DPI: Final = 200
_SALT: Final = "buckler"

_STYLE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "font.family": ["DejaVu Sans"],
        "font.size": 8.5,
        "text.color": palette.TEXT,
        "figure.dpi": 100.0,
        "figure.facecolor": palette.PAPER,
        "savefig.dpi": RESOLUTION_DPI,
        "axes.facecolor": palette.PAPER,
        "axes.edgecolor": palette.MUTED,
        "axes.labelcolor": palette.TEXT,
        "axes.labelsize": 8.5,
        "axes.linewidth": 0.6,
        "axes.titlesize": 10.0,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.titlepad": 8.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.unicode_minus": True,
        "axes.formatter.use_mathtext": False,
        "grid.color": palette.RULE,
        "grid.linewidth": 0.5,
        "xtick.color": palette.MUTED,
        "ytick.color": palette.MUTED,
        "xtick.labelcolor": palette.TEXT,
        "ytick.labelcolor": palette.TEXT,
        "xtick.labelsize": 8.0,
        "ytick.labelsize": 8.0,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "lines.linewidth": 1.5,
        "lines.markersize": 5.0,
        "legend.frameon": False,
        "legend.fontsize": 8.0,
        "image.cmap": palette.SEQUENTIAL,
        "hatch.linewidth": 0.6,
        "path.simplify": True,
        "svg.fonttype": "path",
        "svg.hashsalt": _SALT,
        "pdf.fonttype": 42,
    }
)


def figure_style() -> AbstractContextManager[None]:
    """The look of every figure, for the length of a `with` block."""
    import matplotlib as mpl
    from cycler import cycler

    settings: dict[Any, Any] = {**_STYLE, "axes.prop_cycle": cycler(color=palette.CYCLE)}
    return mpl.rc_context(settings)


def new_figure(
    width_in: float = WIDTH_IN, height_in: float = 4.2, *, rows: int = 1, columns: int = 1
) -> tuple[Figure, Any]:
    """A figure in the style and its axes: one, or an array of rows by columns. Use inside `figure_style()`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    return figure, figure.subplots(rows, columns)


def grid(ax: Axes, axis: str = "y") -> None:
    """Faint lines to read values against, along one axis; the ticks of that axis go."""
    ax.grid(True, axis=axis)  # type: ignore[arg-type]
    ax.tick_params(axis=axis, length=0)  # type: ignore[arg-type]


_OUTLINES: Final = re.compile(rb' d="[^"]*"')
_DECIMALS: Final = re.compile(rb"(\.\d\d)\d+")
_NO_DATES: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "svg": {"Date": None, "Creator": "buckler"},
        "png": {"Software": None},
        "pdf": {"CreationDate": None, "ModDate": None, "Creator": "buckler", "Producer": None},
    }
)


def save_figure(figure: Figure, path: Path, *, dpi: float = RESOLUTION_DPI) -> None:
    """Write a figure as .svg, .png or .pdf: the same figure gives the same bytes."""
    suffix = path.suffix.removeprefix(".").lower()
    if suffix not in _NO_DATES:
        ending = path.suffix or "a file without ending"
        raise InputError(f"{path}: a picture is written as .svg, .png or .pdf, not as {ending}")
    write_picture(path, rendered(figure, suffix, dpi, path.stem, "path"))


def write_picture(path: Path, picture: bytes) -> None:
    """Write a picture's bytes; InputError where they cannot be written."""
    try:
        path.write_bytes(picture)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise InputError(
            f"{path}: cannot be written ({error.strerror or error}); make room there, or give a folder that you may write to"
        ) from None


def svg_text(figure: Figure, name: str, *, selectable: bool = False) -> str:
    """A figure as an `<svg>` element to put into a page.

    `name` keeps the identifiers of several figures on one page apart. Text becomes shapes, or stays text
    (`selectable`: it can be searched and read aloud, but its width depends on the reader's fonts).
    """
    text = rendered(figure, "svg", RESOLUTION_DPI, name, "none" if selectable else "path").decode("utf-8")
    return text[text.index("<svg") :]


def rendered(figure: Figure, suffix: str, dpi: float, name: str, font_type: str) -> bytes:
    """A figure as svg, png or pdf; `name` salts the identifiers of an SVG, `font_type`: "path" or "none" (text)."""
    import matplotlib as mpl

    buffer = io.BytesIO()
    with figure_style(), mpl.rc_context({"svg.hashsalt": f"{_SALT} {name}", "svg.fonttype": font_type}):
        figure.savefig(buffer, format=suffix, dpi=dpi, metadata=dict(_NO_DATES[suffix]))
    return _OUTLINES.sub(_shortened, buffer.getvalue()) if suffix == "svg" else buffer.getvalue()


def bare_pixels(figure: Figure) -> NDArray[np.uint8]:
    """What a PNG of the figure holds, [row from the top, column, (red, green, blue)]."""
    buffer = io.BytesIO()
    with figure_style():
        figure.savefig(buffer, format="rgba", dpi=RESOLUTION_DPI)
    wide, high = (int(inches * RESOLUTION_DPI) for inches in figure.get_size_inches())
    return np.frombuffer(buffer.getvalue(), np.uint8).reshape(high, wide, 4)[..., :3].copy()


def _shortened(outline: re.Match[bytes]) -> bytes:
    """A path's coordinates with two decimals of a point: finer than any screen, at half the size."""
    return _DECIMALS.sub(rb"\1", outline.group())

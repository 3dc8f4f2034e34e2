"""A map drawn once and printed many times: only its coloured cells and its titles differ from height to height.

Drawing coast, borders, names and legend takes matplotlib the better part of a second; what changes takes a tenth of that. So:

- *SVG*: the cells are an image of their own in the file, which is exchanged; titles are added as a group.
- *PNG*: the figure is drawn three times, with the cells left out, black and white. What a pixel shows is linear in the colour of
  its cells, whatever lies under and over them: (1 - a) without + a (black + (white - black) c) for a colour c of opacity a.

Within one step of 255 a print is the figure that matplotlib draws (tests/coverage_products/test_coverage_plate.py).
"""

from __future__ import annotations

import io
import re
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.coverage.png import indexed_png
from buckler.drawing.style import RESOLUTION_DPI, bare_pixels, rendered, write_picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.text import Text

Pixels = NDArray[np.uint8]
OPACITY: Final = 0.92
"""Of the cells' colours."""
_DATA: Final = re.compile(rb"data:image/png;base64,[^\"]*")
_BLACK, _WHITE = (0, 0, 0, 255), (255, 255, 255, 255)


class Plate:
    """A figure that is laid out, the images of its cells, and its texts that change."""

    def __init__(self, figure: Figure, images: Sequence[AxesImage], texts: Sequence[Text], colours: Sequence[str]) -> None:
        self._colours = colours
        self._shapes: list[tuple[int, int]] = [image.get_array().shape[:2] for image in images]  # type: ignore[union-attr]
        self._titles = _Titles(figure, texts)
        for text in texts:
            text.set_visible(False)
        without, black, white = (_uniform(figure, images, self._shapes, rgba) for rgba in ((0, 0, 0, 0), _BLACK, _WHITE))
        self._without = without
        self._boxes = [_box(image, figure) for image in images]
        self._inks = [_inks(without, black, white, box, colours) for box in self._boxes]
        self._svg = _pieces(figure, images, self._shapes)

    def print(self, stem: Path, cells: Sequence[Pixels], titles: Sequence[str]) -> list[Path]:
        """Write PNG and SVG with these cells (row 0 the southernmost), one an image, and these texts."""
        paths = [stem.with_name(f"{stem.name}.{suffix}") for suffix in ("png", "svg")]
        self._titles.say(titles)
        write_picture(paths[0], self._png(cells))
        write_picture(paths[1], self._vector(cells))
        return paths

    def _png(self, cells: Sequence[Pixels]) -> bytes:
        from PIL import Image

        shown = self._without.copy()
        for classed, (top, left, high, wide, image), inks in zip(cells, self._boxes, self._inks, strict=True):
            part = shown[top : top + high, left : left + wide]
            rows, columns = _seen_at(image, classed.shape, high, wide)
            here = classed[np.ix_(rows, columns)]
            for k, ink in enumerate(inks, start=1):
                where = here == k
                part[where] = ink[where]
        over = self._titles.pixels()
        alpha = over[..., 3:].astype(np.uint16)
        mixed = (over[..., :3] * alpha + shown[: over.shape[0]] * (255 - alpha) + 127) // 255
        shown[: over.shape[0]] = mixed.astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(shown).save(buffer, format="png", dpi=(RESOLUTION_DPI, RESOLUTION_DPI))
        return buffer.getvalue()

    def _vector(self, cells: Sequence[Pixels]) -> bytes:
        parts = [self._svg[0]]
        for classed, after, upside_down in zip(cells, self._svg[1:-1], self._svg[-1], strict=True):
            png = indexed_png(classed[::-1] if upside_down else classed, self._colours, OPACITY, 6)
            parts += [b"data:image/png;base64,", b64encode(png), after]
        body, end = b"".join(parts).rsplit(b"</svg>", 1)
        return body + self._titles.svg() + b"</svg>" + end


class _Titles:
    """The texts that change, in a figure of their own with the same size."""

    def __init__(self, figure: Figure, texts: Sequence[Text]) -> None:
        from matplotlib.figure import Figure as New

        self._figure = New(figsize=tuple(figure.get_size_inches()))
        self._figure.patch.set_visible(False)
        inverse = figure.transFigure.inverted()
        self._texts = []
        for n, text in enumerate(texts):
            x, y = inverse.transform(text.get_transform().transform(text.get_position()))
            made = self._figure.text(
                x, y, "", fontproperties=text.get_fontproperties(), color=text.get_color(), ha=text.get_horizontalalignment(),
                va=text.get_verticalalignment(), linespacing=text._linespacing,  # type: ignore[attr-defined]
            )  # fmt: skip
            made.set_gid(f"title_{n + 1}")
            self._texts.append(made)
        self._figure.set_gid("titles")

    def say(self, titles: Sequence[str]) -> None:
        for text, title in zip(self._texts, titles, strict=True):
            text.set_text(title)

    def pixels(self) -> Pixels:
        """RGBA, down to where the last of them ends."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        self._figure.set_dpi(RESOLUTION_DPI)
        canvas: Any = FigureCanvasAgg(self._figure)
        canvas.draw()
        whole = np.asarray(canvas.buffer_rgba())
        inked = np.flatnonzero(whole[..., 3].any(axis=1))
        return whole[: int(inked[-1]) + 1 if inked.size else 0].copy()

    def svg(self) -> bytes:
        """The group, with glyphs of its own."""
        text = rendered(self._figure, "svg", RESOLUTION_DPI, "titles", "path").replace(b"DejaVuSans-", b"title-DejaVuSans-")
        return text[text.index(b'<g id="titles"') : text.rindex(b"</g>") + 5] + b"\n"


def _uniform(figure: Figure, images: Sequence[AxesImage], shapes: Sequence[tuple[int, int]], rgba: tuple[int, ...]) -> Pixels:
    for image, shape in zip(images, shapes, strict=True):
        image.set_data(np.full((*shape, 4), rgba, np.uint8))
    return bare_pixels(figure)


def _box(image: AxesImage, figure: Figure) -> tuple[int, int, int, int, Any]:
    """Top, left, height and width, in pixels, of the axes of an image."""
    scale = RESOLUTION_DPI / figure.dpi
    extent = image.axes.get_window_extent()
    tall = round(figure.get_figheight() * RESOLUTION_DPI)
    left, right = int(np.floor(extent.x0 * scale)), int(np.ceil(extent.x1 * scale))
    top, bottom = int(np.floor(tall - extent.y1 * scale)), int(np.ceil(tall - extent.y0 * scale))
    (west, east), (south, north) = image.axes.get_xlim(), image.axes.get_ylim()
    x0, x1, y0, y1 = image.get_extent()
    wide, high = extent.width * scale, extent.height * scale
    # of a pixel's centre: its place in the image, 0 to 1 from its west and from its south
    across = (left + 0.5 - extent.x0 * scale) / wide * (east - west) + west - x0, (east - west) / wide
    up = (tall - top - 0.5 - extent.y0 * scale) / high * (north - south) + south - y0, (north - south) / high
    place = across[0] / (x1 - x0), across[1] / (x1 - x0), up[0] / (y1 - y0), up[1] / (y1 - y0)
    return top, left, bottom - top, right - left, place


def _seen_at(place: Any, shape: tuple[int, ...], high: int, wide: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The row and the column of the cells that each pixel shows."""
    columns = np.clip(((place[0] + place[1] * np.arange(wide)) * shape[1]).astype(np.intp), 0, shape[1] - 1)
    rows = np.clip(((place[2] - place[3] * np.arange(high)) * shape[0]).astype(np.intp), 0, shape[0] - 1)
    return rows, columns


def _inks(without: Pixels, black: Pixels, white: Pixels, box: Any, colours: Sequence[str]) -> list[Pixels]:
    """What each class's colour makes of the pixels of a box."""
    top, left, high, wide, _ = box
    at = slice(top, top + high), slice(left, left + wide)
    none, dark = without[at].astype(np.float32), black[at].astype(np.float32)
    range_ = white[at].astype(np.float32) - dark
    made = []
    for colour in colours:
        c = np.frombuffer(bytes.fromhex(colour.removeprefix("#")), np.uint8) / np.float32(255.0)
        made.append(np.rint((1.0 - OPACITY) * none + OPACITY * (dark + range_ * c)).clip(0, 255).astype(np.uint8))
    return made


def _pieces(figure: Figure, images: Sequence[AxesImage], shapes: Sequence[tuple[int, int]]) -> list[Any]:
    """The SVG between the images' data; last, whether each image has its first row at the top of the file."""
    from base64 import b64decode

    from PIL import Image

    for n, (image, shape) in enumerate(zip(images, shapes, strict=True)):
        pattern = np.zeros((*shape, 4), np.uint8)
        pattern[0] = 255, n + 1, 0, 255  # the southernmost row
        image.set_data(pattern)
    text = rendered(figure, "svg", RESOLUTION_DPI, "plate", "path")
    found = _DATA.findall(text)
    turned = []
    for data in found:
        first = np.array(Image.open(io.BytesIO(b64decode(data.split(b",", 1)[1]))).convert("RGBA"))[0, 0]
        turned.append(bool(first[0] != 255))
    return [*_DATA.split(text), turned]

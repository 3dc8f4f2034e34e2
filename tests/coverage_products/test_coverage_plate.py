"""Maps printed from a plate, against the same figure drawn whole by matplotlib."""

from __future__ import annotations

import io
from base64 import b64decode
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from buckler.coverage import pictures
from buckler.coverage.area import grid_over
from buckler.coverage.layers import Question
from buckler.coverage.pictures import PD_COLOURS, Maps, Notes, Painted, Sites
from buckler.coverage.plate import Plate
from buckler.coverage.target import Target
from buckler.drawing.style import figure_style, rendered
from buckler.dtypes import BANDS

GRID = grid_over((34.0, 26.0, 43.0, 45.0), 12.0)
SITES = Sites([], [("Ankara", 39.9, 32.8)], (34.5, 26.5, 42.5, 44.5))
NOTES = Notes("A", "b", "c", "d", Question(Target("t", "T", dict.fromkeys(BANDS, (1.0, 1.0, 1.0)))), (4 / 3, 4 / 3))
WITHIN = np.array([0.0, 0.3, 0.7, 0.95], np.float32)
"""A probability of each class."""
TITLES = ["100 m above ground: 437,000 km² seen", "Low\n1 km²"]


def some_cells(turn: int) -> np.ndarray:
    lat, lon = GRID.lat_deg[:, None], GRID.lon_deg[None, :]
    away = np.hypot(lat - 38.0 - turn, (lon - 33.0 + turn) * 0.78)
    return ((away < 3).astype(np.uint8) + (away < 2) + (away < 1)).astype(np.uint8)


def test_a_print_is_the_figure_that_matplotlib_draws(tmp_path: Path) -> None:
    cells = [some_cells(0), some_cells(1)]
    with figure_style():
        figure, axes = pictures._panels(SITES, TITLES)
        painted = [Painted(ax, GRID, PD_COLOURS, 2) for ax in axes]
        pictures._legend(figure, "what", ("a", "b", "c"), PD_COLOURS, SITES)
        head = pictures._head(figure, "Head")
        pictures.settle(figure, NOTES, is_map=True)
        for one, of in zip(painted, cells, strict=True):
            one.show(of)
        titles = [ax.set_title(t, loc="left", **pictures._title_style(2)) for ax, t in zip(axes, TITLES, strict=True)]
        whole = np.asarray(Image.open(io.BytesIO(rendered(figure, "png", 200, "x", "path"))).convert("RGB")).astype(int)
        plate = Plate(figure, [one.image for one in painted], [*titles, head], PD_COLOURS)
        paths = plate.print(tmp_path / "map", [one.picked(of) for one, of in zip(painted, cells, strict=True)], [*TITLES, "Head"])
    ours = np.asarray(Image.open(paths[0])).astype(int)
    assert ours.shape == whole.shape
    off = np.abs(ours - whole).max(axis=-1)
    # rounding everywhere; on the edges of cells matplotlib's resampling may choose the neighbour
    assert np.mean(off > 2) < 0.004
    assert np.percentile(off, 99) <= 2


def test_the_svg_holds_the_cells_north_up_and_the_titles(tmp_path: Path) -> None:
    maps = Maps(GRID, SITES, NOTES)
    cells = some_cells(1)
    for n in range(2):
        maps._print(tmp_path / f"map{n}", pictures._PD, [WITHIN[cells * n]], [f"title {n}"], "Head")
    text = (tmp_path / "map1.svg").read_text(encoding="utf-8")
    tree = ElementTree.fromstring(text)  # noqa: S314 (our own)
    (image,) = [element for element in tree.iter() if element.tag.endswith("image")]
    data = next(value for key, value in image.attrib.items() if key.endswith("href"))
    held = np.asarray(Image.open(io.BytesIO(b64decode(data.split(",")[1]))).convert("RGBA"))
    mirrored = float(image.attrib["transform"].removeprefix("matrix(").split()[3]) < 0.0  # its first row is the lowest one shown
    painted = maps._plates[pictures._PD, 1]._painted[0].picked(cells)
    assert not np.array_equal(painted, painted[::-1])
    assert np.array_equal(held[..., 3] > 0, (painted if mirrored else painted[::-1]) > 0)
    assert "<!-- title 1 -->" in text
    assert "<!-- title 0 -->" not in text
    ids = [element.attrib["id"] for element in tree.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))


def test_the_same_print_has_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        Maps(GRID, SITES, NOTES)._print(tmp_path / folder / "map", pictures._PD, [WITHIN[some_cells(0)]], ["a"], "b")
    for suffix in ("png", "svg"):
        assert (tmp_path / "one" / f"map.{suffix}").read_bytes() == (tmp_path / "two" / f"map.{suffix}").read_bytes()

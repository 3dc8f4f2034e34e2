"""A whole study of the smallest packaged scenario, over smooth earth."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from rich.console import Console

from buckler.coverage.area import Grid
from buckler.coverage.study import coverage_into
from buckler.coverage.terminal import render
from buckler.errors import InputError, OutputExistsError, UnknownNameError
from buckler.scenario.load import load_scenario
from buckler.world.compile import compile_world


@pytest.fixture(scope="module")
def world():
    return compile_world(load_scenario("smoke"))


@pytest.fixture(scope="module")
def study(world, tmp_path_factory):
    told: list[tuple[int, int]] = []
    output = tmp_path_factory.mktemp("coverage") / "out"
    result = coverage_into(
        world, output, [100.0], without=["Search radar"], cell_km=10.0,
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    return result, told


def test_every_product_is_there(study):
    result, _ = study
    written = {str(path.relative_to(result.folder)) for path in result.files}
    assert all(path.stat().st_size > 0 for path in result.files)
    for name in ("detection", "sensors", "spread", "shares", "difference"):
        for ending in ("png", "svg"):
            assert f"maps/{name}-00100m.{ending}" in written
    assert {"maps/story.png", "maps/lowest-height.svg", "maps/first-detection.png", "maps/reaction-time.png"} <= written
    assert {"maps/vertical/search-radar.png", "tables/vertical/fire-control-radar.csv"} <= written
    assert {
        f"tables/{n}.csv" for n in ("area", "sensors", "first-detection", "range-rings", "reaction-time", "difference")
    } <= written
    assert {
        "shapes/areas.geojson",
        "shapes/first-detection.geojson",
        "shapes/sites.geojson",
        "index.html",
        "coverage.json",
    } <= written
    assert set(json.loads((result.folder / "coverage.json").read_text(encoding="utf-8"))["files"]) == written - {
        "coverage.json"
    }


def test_every_text_repeats_the_caveat_and_the_notice(study):
    result, _ = study
    assert result.notes.caveat == "smooth earth: terrain masking not shown"
    for path in result.files:
        if path.suffix in (".csv", ".geojson", ".json", ".html"):
            text = path.read_text(encoding="utf-8")
            assert result.notes.caveat in text, path
            assert result.notes.notional in text, path


def test_rasters_agree_with_the_tables(study):
    import rasterio
    result, _ = study
    with rasterio.open(result.folder / "rasters" / "sensors-00100m.tif") as raster:
        grid: Grid = result.grid
        seen = raster.read(1)[::-1] > 0
        assert raster.tags()["terrain_caveat"] == result.notes.caveat
    assert grid.area_m2(seen) == pytest.approx(result.layers_m2[100.0][0])
    with rasterio.open(result.folder / "rasters" / "detection-00100m.tif") as raster:
        assert raster.count == 6
        nominal = raster.read(4)[::-1]
        assert grid.area_m2(nominal >= 0.5) == pytest.approx(result.layers_m2[100.0][0])
    rows = list(csv.DictReader(io.StringIO((result.folder / "tables" / "area.csv").read_text(encoding="utf-8"))))
    assert float(next(r for r in rows if r["height_m"] == "100")["seen_km2"]) == pytest.approx(
        result.layers_m2[100.0][0] / 1e6, rel=1e-5
    )


def test_what_goes_without_the_search_radar(study):
    result, _ = study
    for change in result.differences:
        (share,) = [s for s in result.shares[change.height_m] if s.sensor == "Search radar"]
        assert change.lost_m2 == pytest.approx(share.only_m2)
        assert change.gained_m2 == 0.0


def test_higher_is_seen_farther(study):
    result, _ = study
    areas = [nominal for nominal, _, _ in result.layers_m2.values()]
    assert list(result.layers_m2) == sorted(result.layers_m2)
    assert (np.diff(areas) > 0.0).all()
    (left,) = result.reactions
    assert left.asset == "Depot"
    assert left.time_s.min() > 0.0


def test_the_page_asks_no_other_host(study):
    result, _ = study
    text = (result.folder / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!data:)""", text)
    assert "url(" not in text
    assert "@import" not in text
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)[1])
    assert [row["height"] for row in data] == list(result.layers_m2)
    assert all(image.startswith("data:image/png;base64,") for row in data for image in row["images"].values())

    class Balance(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open = []

        def handle_starttag(self, tag, attrs):
            if tag not in ("meta", "input", "br"):
                self.open.append(tag)

        def handle_startendtag(self, tag, attrs):
            pass

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

    parser = Balance()
    parser.feed(text)
    assert parser.open == []


def test_progress_rises_to_the_end(study):
    _, told = study
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len({total for _, total in told}) == 1


def test_the_terminal_text_fits(study):
    result, _ = study
    console = Console(width=100, file=io.StringIO())
    console.print(render(result))
    text = console.file.getvalue()
    for needle in ("Area seen, km2", "Search radar", "Depot", "smooth earth", "index.html"):
        assert needle in text


def test_the_same_study_may_be_made_again_and_another_not(study, world):
    result, _ = study
    with pytest.raises(OutputExistsError, match="another coverage study"):
        coverage_into(world, result.folder, [200.0], cell_km=10.0)


def test_bad_input(world, tmp_path):
    with pytest.raises(InputError, match="a height of -1 m"):
        coverage_into(world, tmp_path / "a", [-1.0])
    with pytest.raises(InputError, match="at least one height"):
        coverage_into(world, tmp_path / "a", [])
    with pytest.raises(UnknownNameError, match="fighter-fifth-generation"):
        coverage_into(world, tmp_path / "a", [100.0], target="fighter-fith-generation")
    with pytest.raises(InputError, match="not both"):
        coverage_into(world, tmp_path / "a", [100.0], without=["Search radar"], compare_with="smoke")
    with pytest.raises(InputError, match="a speed of 0 m/s"):
        coverage_into(world, tmp_path / "a", [100.0], speed_mps=0.0)
    with pytest.raises(InputError, match="GB of memory"):
        coverage_into(world, tmp_path / "a", [100.0], cell_km=0.01)
    with pytest.raises(UnknownNameError, match="Search radar"):
        coverage_into(world, tmp_path / "a", [100.0], without=["Serch radar"])
    assert not (tmp_path / "a").exists()

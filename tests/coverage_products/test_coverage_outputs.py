from __future__ import annotations

import csv
import io
import json
import re

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from buckler.coverage import folder, geojson, geotiff
from buckler.coverage.area import Grid
from buckler.coverage.pictures import area_name, classes, height_name
from buckler.coverage.png import indexed_png
from buckler.coverage.tables import write_csv
from buckler.coverage.target import target_named, target_of
from buckler.coverage.writer import file_name
from buckler.errors import InputError, OutputExistsError, UnknownNameError

GRID = Grid(36.0, 26.0, 0.05, 0.0625, 70, 90)


# --- GeoTIFF ----------------------------------------------------------------------------------------------------------


def test_a_cell_lies_where_the_raster_says(tmp_path):
    import rasterio
    values = np.arange(GRID.rows * GRID.columns, dtype=np.float32).reshape(GRID.shape)
    values[3, 4] = np.inf
    path = geotiff.write_geotiff(
        tmp_path / "a.tif", GRID, [geotiff.Band("a number", "1", values)], {"notional": "all of it"}
    )
    with rasterio.open(path) as raster:
        assert raster.crs.to_epsg() == 4326
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.descriptions == ("a number",)
        assert raster.tags()["notional"] == "all of it"
        assert raster.tags()["AREA_OR_POINT"] == "Area"
        south, west, north, east = GRID.bounds_deg
        assert tuple(raster.bounds) == pytest.approx((west, south, east, north))
        for r, c in ((0, 0), (69, 89), (12, 34), (40, 1)):
            lon, lat = float(GRID.lon_deg[c]), float(GRID.lat_deg[r])
            assert next(iter(raster.sample([(lon, lat)])))[0] == values[r, c]
            # half a cell: the centre of that pixel is the centre of the cell
            assert raster.xy(*raster.index(lon, lat)) == pytest.approx((lon, lat))
        assert np.isnan(next(iter(raster.sample([(float(GRID.lon_deg[4]), float(GRID.lat_deg[3]))])))[0])
        assert np.isnan(raster.nodata)


def test_whole_numbers_stay_whole(tmp_path):
    import rasterio
    count = (np.arange(GRID.rows * GRID.columns) % 7).astype(np.uint8).reshape(GRID.shape)
    with rasterio.open(
        geotiff.write_geotiff(tmp_path / "n.tif", GRID, [geotiff.Band("n", "count", count)], {})
    ) as raster:
        assert raster.dtypes == ("uint8",)
        assert raster.nodata is None
        assert (raster.read(1)[::-1] == count).all()


# --- GeoJSON ----------------------------------------------------------------------------------------------------------


def signed_area(ring: list[list[float]]) -> float:
    x, y = np.array(ring).T
    return 0.5 * float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))


def inside(polygons: list[list[list[list[float]]]], lon: float, lat: float) -> bool:
    """The even-odd rule over every ring: right for holes too."""
    crossings = 0
    for polygon in polygons:
        for ring in polygon:
            x, y = np.array(ring).T
            spans = (y[:-1] > lat) != (y[1:] > lat)
            at = x[:-1][spans] + (lat - y[:-1][spans]) / (y[1:] - y[:-1])[spans] * (x[1:] - x[:-1])[spans]
            crossings += int((at > lon).sum())
    return crossings % 2 == 1


def blobs(seed: int) -> np.ndarray:
    """Some smooth hills, and a hole in one of them."""
    rng = np.random.default_rng(seed)
    lat, lon = np.mgrid[0 : GRID.rows, 0 : GRID.columns]
    values = np.zeros(GRID.shape)
    for sign in (1.0, 1.0, 1.0, -1.0):
        r, c, size = rng.uniform(0, GRID.rows), rng.uniform(0, GRID.columns), rng.uniform(5, 25)
        values += sign * np.exp(-((lat - r) ** 2 + (lon - c) ** 2) / size**2)
    return np.clip(values, 0.0, 1.0)


def valid(polygons: list[list[list[list[float]]]]) -> None:
    for outer, *holes in polygons:
        assert signed_area(outer) > 0.0  # RFC 7946, section 3.1.6: anticlockwise
        assert all(signed_area(hole) < 0.0 for hole in holes)
        for ring in (outer, *holes):
            assert len(ring) >= 4
            assert ring[0] == ring[-1]
            assert all(-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0 for lon, lat in ring)


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.floats(0.2, 0.8))
def test_areas_hold_the_cells_above_the_level(seed, level):
    values = blobs(seed)
    polygons = geojson.areas_above(GRID, values, level)
    valid(polygons)
    for r, c in np.random.default_rng(seed).integers(0, (GRID.rows, GRID.columns), (40, 2)):
        if abs(values[r, c] - level) > 0.02:
            # a hair off the centre, where no vertex can lie
            assert inside(polygons, float(GRID.lon_deg[c]) + 1e-7, float(GRID.lat_deg[r]) + 1e-7) == (
                values[r, c] > level
            )


def test_an_area_with_a_hole_has_the_area_of_its_cells():
    lat, lon = np.mgrid[0 : GRID.rows, 0 : GRID.columns]
    away = np.hypot(lat - 35.0, lon - 45.0)
    values = np.clip(np.minimum(26.5 - away, away - 9.5) / 4.0 + 0.5, 0.0, 1.0)
    ((outer, *holes),) = geojson.areas_above(GRID, values, 0.5)
    assert len(holes) == 1
    total = 0.0
    for ring in (outer, *holes):
        polygon = Geodesic.WGS84.Polygon()
        for x, y in ring[:-1]:
            polygon.AddPoint(y, x)
        total += polygon.Compute(False, True)[2]
    assert total == pytest.approx(GRID.area_m2(values >= 0.5), rel=0.005)


def test_an_area_at_the_rim_is_closed_outside():
    polygons = geojson.areas_above(GRID, np.ones(GRID.shape), 0.5)
    valid(polygons)
    assert abs(signed_area(polygons[0][0])) == pytest.approx(70.0 * 0.05 * 90.0 * 0.0625, rel=1e-3)
    assert geojson.areas_above(GRID, np.zeros(GRID.shape), 0.5) == []


def test_rings_that_vanish_are_no_geometry(tmp_path):
    assert geojson.polygon(np.array([[30.0, 40.0], [30.0, 40.0], [30.0, 40.0]])) is None
    assert geojson.multipolygon([]) is None
    file = geojson.write_geojson(
        tmp_path / "a.geojson",
        [geojson.feature(None, {"a": 1}), geojson.feature(geojson.point(38.0, 35.0), {})],
        {"notional": "n"},
    )
    data = json.loads(file.read_text(encoding="utf-8"))
    assert data["type"] == "FeatureCollection"
    assert "crs" not in data
    assert data["features"][0]["geometry"] is None
    assert data["features"][1]["geometry"] == {"type": "Point", "coordinates": [35.0, 38.0]}


# --- tables, pictures, folder -----------------------------------------------------------------------------------------


def test_a_table_says_once_what_holds_for_all_of_it(tmp_path):
    file = write_csv(
        tmp_path / "a.csv", ("sensor", "km"), [("a, b", 1.25), ("c", np.inf), ("d", None)], {"caveat": "9 km cells"}
    )
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
    assert rows == [["sensor", "km", "caveat"], ["a, b", "1.25", "9 km cells"], ["c", "", ""], ["d", "", ""]]
    file = write_csv(tmp_path / "b.csv", ("x",), [], {"caveat": "k"})
    empty = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
    assert empty == [["x", "caveat"], ["", "k"]]


def test_classes():
    values = np.array([0.0, 0.1, 0.49, 0.5, 0.9, 1.0, np.nan, np.inf])
    assert classes(values, (0.1, 0.5, 0.9, 1.01)).tolist() == [0, 1, 1, 2, 3, 3, 0, 0]


def test_words():
    assert file_name("Kürecik (AN/TPY-2)") == "kurecik--an-tpy-2"
    assert file_name("İzmir kıyı") == "izmir-kiyi"
    assert (height_name(100.0), height_name(1500.0), height_name(10_000.0)) == ("100 m", "1.5 km", "10 km")
    assert (area_name(475_467e6), area_name(29_219e6), area_name(123.4e6)) == ("475,000 km²", "29,200 km²", "123 km²")


def test_the_page_s_image_is_a_png_that_others_read():
    from io import BytesIO

    from matplotlib.image import imread

    classed = np.random.default_rng(1).integers(0, 4, (31, 53)).astype(np.uint8)
    colours = ("#D5C3E6", "#9A72BF", "#542788")
    read = imread(BytesIO(indexed_png(classed, colours)), format="png")
    assert read.shape == (31, 53, 4)
    assert (read[classed == 0][:, 3] == 0.0).all()
    for n, colour in enumerate(colours, start=1):
        expected = [int(colour[k : k + 2], 16) / 255.0 for k in (1, 3, 5)]
        assert read[classed == n][:, :3] == pytest.approx(
            np.broadcast_to(expected, ((classed == n).sum(), 3)), abs=1e-6
        )


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    target = tmp_path / "out"
    folder.refuse(target, "key")
    folder.prepare(target, "key")
    folder.refuse(target, "key")  # cut short: it is still this study's
    (target / "rasters" / "old.tif").write_bytes(b"old")
    (target / "mine.txt").write_text("mine")
    folder.prepare(target, "key")  # this very study: its parts are made again
    assert not (target / "rasters" / "old.tif").exists()
    with pytest.raises(OutputExistsError, match="another coverage study"):
        folder.refuse(target, "another")
    folder.refuse(target, "another", force=True)
    folder.prepare(target, "another")
    assert (target / "mine.txt").read_text() == "mine"
    (target / folder.MANIFEST).unlink()
    with pytest.raises(OutputExistsError, match="no coverage study"):
        folder.refuse(target, "key")
    with pytest.raises(OutputExistsError, match="is a file"):
        folder.refuse(target / "mine.txt", "key")
    with pytest.raises(InputError, match="cannot write in"):
        folder.prepare(target / "mine.txt" / "deeper", "key")


# --- targets ----------------------------------------------------------------------------------------------------------


def test_a_class_has_a_cross_section_in_every_band():
    fifth = target_named("fighter-fifth-generation")
    assert fifth.rcs_m2["VHF"] == (0.001, 0.3, 10.0)
    assert fifth.rcs_m2["UHF"] == pytest.approx(tuple(np.sqrt(np.multiply(fifth.rcs_m2["VHF"], fifth.rcs_m2["L"]))))
    assert fifth.rcs_m2["Ku"] == fifth.rcs_m2["X"]
    assert fifth.span_db() == pytest.approx(40.0)  # four orders of magnitude
    assert all(low <= nominal <= high for low, nominal, high in fifth.rcs_m2.values())


def test_a_cross_section_class_is_the_same_in_every_band():
    bird = target_named("rcs-bird")
    assert len({spread for band, spread in bird.rcs_m2.items() if band != "visual"}) == 1
    assert bird.rcs_m2["visual"] == (0.0, 0.0, 0.0)  # it says nothing of a size
    assert "X band" in bird.note


def test_a_wrong_class_is_told_the_nearest():
    with pytest.raises(UnknownNameError) as wrong:
        target_named("fighter-fourth-generaton")
    assert "fighter-fourth-generation" in wrong.value.suggestions
    with pytest.raises(InputError, match="S-400 is a sam-system and its card gives no radar cross-section"):
        target_named("S-400")


def test_the_catalog_s_targets_are_all_usable():
    from buckler.catalog.load import load_catalog

    flying = [card for card in load_catalog().values() if "rcs_x" in card.parameters]
    assert len(flying) > 10
    for card in flying:
        assert re.fullmatch(r"\S.*", target_of(card).title)

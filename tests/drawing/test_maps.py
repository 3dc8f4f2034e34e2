from __future__ import annotations

from math import cos, pi, radians

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from geographiclib.polygonarea import PolygonArea
from hypothesis import given
from hypothesis import strategies as st

from buckler.drawing import palette
from buckler.drawing.basemap import base_map
from buckler.drawing.maps import (
    bounds_around,
    clip_ring,
    draw_ring,
    draw_sites,
    map_axes,
    nice_step,
    range_ring,
    thinned,
)
from buckler.drawing.style import figure_style, save_figure
from buckler.errors import InputError

TURKIYE = (35.0, 25.0, 43.0, 46.0)


def inside(ring: np.ndarray, lon: float, lat: float) -> bool:
    """Even-odd rule."""
    x, y = ring[:-1].T
    x2, y2 = ring[1:].T
    spans = (y > lat) != (y2 > lat)
    crossing = np.divide((lat - y) * (x2 - x), y2 - y, out=np.zeros_like(x), where=spans) + x
    return bool(np.sum(spans & (crossing > lon)) % 2)


def on_land(lon: float, lat: float) -> bool:
    return sum(inside(ring, lon, lat) for ring in base_map().land) % 2 == 1


def signed_area(ring: np.ndarray) -> float:
    x, y = ring.T
    return 0.5 * float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))


@pytest.mark.parametrize(
    ("lat", "lon"),
    # cities: GeoNames; Nicosia and Heraklion: on the islands of Cyprus and Crete
    [
        (39.92, 32.85),
        (41.05, 28.85),
        (37.0, 35.3),
        (38.35, 38.3),
        (35.17, 33.36),
        (35.2, 25.1),
        (44.95, 34.1),
        (33.5, 36.3),
    ],
)
def test_cities_are_on_land(lat, lon):
    assert on_land(lon, lat)


@pytest.mark.parametrize(
    ("lat", "lon"),
    # Black Sea, Sea of Marmara, Aegean, Mediterranean, Gulf of Iskenderun, Sea of Azov, Caspian, Dardanelles' western
    # mouth
    [(43.0, 35.0), (40.75, 28.3), (38.7, 25.2), (35.5, 30.0), (36.5, 35.6), (46.0, 36.5), (41.0, 51.0), (40.02, 26.12)],
)
def test_seas_are_not(lat, lon):
    assert not on_land(lon, lat)


@pytest.mark.parametrize(
    ("name", "lon", "lat", "published_km2"),
    # areas of whole islands: Encyclopaedia Britannica
    [
        ("Cyprus", 33.2, 34.95, 9251),
        ("Crete", 25.1, 35.2, 8336),
        ("Lesbos", 26.3, 39.05, 1633),
        ("Rhodes", 28.0, 36.2, 1401),
    ],
)
def test_islands_have_their_published_area(name, lon, lat, published_km2):
    ring = next(ring for ring in base_map().land if inside(ring, lon, lat))
    polygon = PolygonArea(Geodesic.WGS84)
    for x, y in ring[:-1]:
        polygon.AddPoint(y, x)
    area_km2 = polygon.Compute()[2] / 1e6
    assert area_km2 == pytest.approx(published_km2, rel=0.03), name  # positive: an outer ring runs counter-clockwise


def test_rings_are_closed_and_seas_within_land_run_clockwise():
    world = base_map()
    assert all(np.array_equal(ring[0], ring[-1]) for ring in world.land)
    caspian = [ring for ring in world.land if inside(ring, 51.0, 41.0) and signed_area(ring) < 0.0]
    assert len(caspian) == 1


def test_coasts_do_not_follow_the_regions_rim_and_lines_stay_inside_it():
    world = base_map()
    south, west, north, east = world.bounds_deg
    assert (south, west, north, east) == (30.0, 18.0, 48.0, 56.0)
    for line in (*world.coast, *world.borders, *world.disputed):
        assert len(line) >= 2
        assert line.min(axis=0) == pytest.approx([max(west, line[:, 0].min()), max(south, line[:, 1].min())])
    for line in world.coast:
        middle = 0.5 * (line[:-1] + line[1:])
        rim = np.minimum.reduce([middle[:, 0] - west, east - middle[:, 0], middle[:, 1] - south, north - middle[:, 1]])
        assert np.all(rim > 0.0)
    # Türkiye's land border with Syria runs through the Euphrates at Karkamis (36.83 N, 38.01 E)
    nearest = min(np.hypot(*(line - [38.01, 36.83]).T).min() for line in world.borders)
    assert nearest < 0.05


@given(lat=st.floats(-75, 75), lon=st.floats(-180, 180), radius_m=st.floats(1e3, 1.5e6))
def test_ring_lies_at_its_radius_on_the_ellipsoid(lat, lon, radius_m):
    ring = range_ring(lat, lon, radius_m, points=9)
    for x, y in ring:
        distance = Geodesic.WGS84.Inverse(lat, lon, float(y), float(x))["s12"]
        assert distance == pytest.approx(radius_m, rel=0.006)
    assert ring[0] == pytest.approx(ring[-1], abs=1e-9)
    assert np.abs(np.diff(range_ring(lat, lon, radius_m)[:, 0])).max() < 180.0


@given(span=st.floats(1e-3, 1e5), most=st.integers(2, 12))
def test_nice_steps_are_round_few_and_not_fewer_than_needed(span, most):
    step = nice_step(span, most)
    assert span / step <= most * (1 + 1e-9)
    assert span / step > most / 2.5 * (1 - 1e-9)
    assert f"{step:e}"[0] in "125"


@given(cut=st.floats(-0.2, 1.2))
def test_clipped_triangle_has_the_area_that_geometry_says(cut):
    triangle = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    got = clip_ring(triangle, (-1.0, -1.0, 2.0, cut))
    kept = min(max(cut, 0.0), 1.0)
    assert (signed_area(got) if len(got) else 0.0) == pytest.approx(kept - 0.5 * kept**2, abs=1e-12)


@given(
    west=st.floats(20, 50), south=st.floats(31, 45), width=st.floats(0.5, 10), height=st.floats(0.5, 5),
    lon=st.floats(0.01, 0.99), lat=st.floats(0.01, 0.99),
)  # fmt: skip
def test_clipped_land_is_the_land_within_the_bounds(west, south, width, height, lon, lat):
    bounds = (south, west, south + height, west + width)
    x, y = west + lon * width, south + lat * height
    clipped = [clip_ring(ring, bounds) for ring in base_map().land]
    assert (sum(inside(ring, x, y) for ring in clipped if len(ring)) % 2 == 1) == on_land(x, y)
    for ring in clipped:
        assert not len(ring) or (
            np.all(ring >= np.array([west, south]) - 1e-9)
            and np.all(ring <= [west + width + 1e-9, south + height + 1e-9])
        )


def test_thinned_line_keeps_its_ends_and_stays_near():
    x = np.linspace(0.0, 10.0, 2001)
    line = np.column_stack([x, np.sin(x)])
    thin = thinned(line, 0.05)
    assert len(thin) < 250
    assert np.array_equal(thin[[0, -1]], line[[0, -1]])
    assert np.abs(np.interp(x, *thin.T) - line[:, 1]).max() < 0.05


def test_map_has_true_proportions_and_a_true_scale_bar():
    with figure_style():
        ax = map_axes(TURKIYE, title="Türkiye")
    assert (*ax.get_ylim(), *ax.get_xlim()) == (35.0, 43.0, 25.0, 46.0)
    assert ax.get_aspect() == pytest.approx(1.0 / cos(radians(39.0)))
    bars = [patch for patch in ax.patches if type(patch).__name__ == "Rectangle"]
    left, right = min(b.get_x() for b in bars), max(b.get_x() + b.get_width() for b in bars)
    label = next(text.get_text() for text in ax.texts if text.get_text().endswith(" km"))
    on_earth = Geodesic.WGS84.Inverse(bars[0].get_y(), left, bars[0].get_y(), right)["s12"] / 1000.0
    assert on_earth == pytest.approx(float(label.removesuffix(" km")), rel=0.005)


def test_axes_are_labelled_in_degrees_with_their_sides(tmp_path):
    with figure_style():
        ax = map_axes((-12.0, -20.0, 12.0, 20.0))
        save_figure(ax.figure, tmp_path / "map.png")
        east = [text.get_text() for text in ax.get_xticklabels()]
        north = [text.get_text() for text in ax.get_yticklabels()]
    assert {"10° W", "0°", "10° E"} <= set(east)
    assert {"10° S", "0°", "10° N"} <= set(north)


def test_a_map_with_everything_is_drawn_the_same_twice(tmp_path):
    pictures = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with figure_style():
            ax = map_axes(bounds_around([39.9, 36.1], [32.8, 33.5], least_deg=8.0), scale_bar="upper right")
            draw_ring(ax, 39.9, 32.8, 200e3, palette.DEFENCE, fill=0.1, label="200 km")
            draw_sites(ax, [39.9], [32.8], palette.ASSET)
            save_figure(ax.figure, tmp_path / name / "map.svg")
        pictures.append((tmp_path / name / "map.svg").read_bytes())
    assert pictures[0] == pictures[1]
    assert len(pictures[0]) < 300_000
    ring = next(line for line in ax.lines if len(line.get_xdata()) > 100)
    assert ring.get_color() == palette.DEFENCE.colour


def test_bounds_around_hold_every_position():
    south, west, north, east = bounds_around([36.0, 41.0], [27.0, 44.0], margin=0.1)
    assert south == pytest.approx(35.5)
    assert north == pytest.approx(41.5)
    assert west == pytest.approx(25.3)
    assert east == pytest.approx(45.7)
    south, west, north, east = bounds_around(40.0, 33.0, least_deg=2.0)
    assert north - south == pytest.approx(2.0)
    assert (east - west) * cos(radians(40.0)) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: map_axes((43.0, 25.0, 35.0, 46.0)), "south under north"),
        (lambda: map_axes(TURKIYE, scale_bar="centre"), "'lower left'"),
        (lambda: bounds_around([], []), "at least one position"),
        (lambda: range_ring(0.0, 0.0, -1.0), "radius over 0 m"),
        (lambda: range_ring(0.0, 0.0, pi * 6.4e6), "half the earth"),
    ],
)
def test_bad_input_is_refused(call, message):
    with figure_style(), pytest.raises(InputError, match=message):
        call()

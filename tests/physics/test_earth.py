"""WGS-84 positions, directions and geodesics against published values, PROJ and their own inverses."""

from __future__ import annotations

import json
from math import cos, hypot, isclose, pi, radians, sin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_data import shared

from buckler.errors import InputError
from buckler.physics import earth

LATITUDES = st.floats(-90.0, 90.0)
LONGITUDES = st.floats(-180.0, 180.0)
HEIGHTS = st.one_of(st.floats(-1e4, 1e5), st.floats(5.0, 9.0).map(lambda power: 10.0**power))


def test_derived_constants_are_the_published_ones() -> None:
    # NIMA TR8350.2 (3rd edition), table 3.3.
    assert isclose(earth.SEMI_MINOR_AXIS_M, 6_356_752.3142, abs_tol=5e-5)
    assert isclose(earth.ECCENTRICITY_SQUARED, 6.69437999014e-3, rel_tol=1e-11)
    assert isclose(earth.MEAN_RADIUS_M, 6_371_008.7714, abs_tol=5e-5)


def test_vallado_example_3_3() -> None:
    # Vallado, Fundamentals of Astrodynamics, example 3-3 (his equatorial radius is 0.7 m smaller: hence the tolerance).
    lat, lon, height = earth.ecef_to_geodetic(6_524_834.0, 6_862_875.0, 6_448_296.0)
    assert isclose(lat, 34.352496, abs_tol=2e-5)
    assert isclose(lon, 46.4464, abs_tol=2e-5)
    assert isclose(height, 5_085_220.0, abs_tol=20.0)


@settings(max_examples=200, deadline=None)
@given(LATITUDES, LONGITUDES, HEIGHTS)
def test_there_and_back(lat_deg: float, lon_deg: float, height_m: float) -> None:
    x, y, z = earth.ecef_from_geodetic(radians(lat_deg), radians(lon_deg), height_m)
    lat, lon, height = earth.geodetic_from_ecef(x, y, z)
    assert abs(np.degrees(lat) - lat_deg) < 1e-9
    assert abs(height - height_m) < 1e-6
    east = cos(lat) * sin(lon - radians(lon_deg)) * (earth.SEMI_MAJOR_AXIS_M + height_m)
    assert abs(east) < 1e-6  # the longitude itself means nothing at a pole


@pytest.mark.parametrize("height_m", [-1e4, 0.0, 1e3, 1e6, 1e9])
@pytest.mark.parametrize("lat_deg", [-90.0, -89.999999999, -1e-12, 0.0, 1e-9, 45.0, 89.9999999999, 90.0])
def test_edges_there_and_back(lat_deg: float, height_m: float) -> None:
    x, y, z = earth.geodetic_to_ecef(lat_deg, 180.0, height_m)
    lat, _, height = earth.ecef_to_geodetic(x, y, z)
    assert abs(lat - lat_deg) < 1e-9
    assert abs(height - height_m) < 1e-6


@settings(max_examples=200, deadline=None)
@given(st.floats(0.0, 9e4), st.floats(-9e4, 9e4))
def test_near_the_centre_the_foot_is_on_the_ellipsoid_and_nearest(p: float, z: float) -> None:
    lat, _, height = earth.geodetic_from_ecef(p, 0.0, z)
    back = earth.ecef_from_geodetic(lat, 0.0, height)
    assert hypot(back[0] - p, back[2] - z) < 1e-6
    around = np.linspace(-pi / 2, pi / 2, 721)
    distances = np.hypot(earth.SEMI_MAJOR_AXIS_M * np.cos(around) - p, earth.SEMI_MINOR_AXIS_M * np.sin(around) - z)
    assert -height <= distances.min() + 1e-6


def test_the_centre_and_the_axis() -> None:
    lat, _, height = earth.geodetic_from_ecef(0.0, 0.0, 1e-200)
    assert (lat, height) == (pi / 2, -earth.SEMI_MINOR_AXIS_M)
    assert earth.geodetic_from_ecef(0.0, 0.0, 0.0) == (pi / 2, 0.0, -earth.SEMI_MINOR_AXIS_M)
    lat, _, height = earth.geodetic_from_ecef(0.0, 0.0, -7e6)
    assert lat == -pi / 2
    assert isclose(height, 7e6 - earth.SEMI_MINOR_AXIS_M, abs_tol=1e-8)


def test_positions_against_proj() -> None:
    pyproj = pytest.importorskip("pyproj")
    to_ecef = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    rng = np.random.default_rng(5)
    lat, lon = rng.uniform(-90, 90, 500), rng.uniform(-180, 180, 500)
    height = rng.uniform(-1e4, 4e7, 500)
    ours = earth.geodetic_to_ecef(lat, lon, height)
    np.testing.assert_allclose(ours.T, to_ecef.transform(lon, lat, height), atol=2e-7, rtol=0)
    back = earth.ecef_to_geodetic(*np.array(to_ecef.transform(lon, lat, height)))
    np.testing.assert_allclose(back.lat_deg, lat, atol=1e-9, rtol=0)
    np.testing.assert_allclose(back.height_m, height, atol=1e-6, rtol=0)


@settings(max_examples=50, deadline=None)
@given(LATITUDES, LONGITUDES)
def test_the_basis_is_orthonormal_and_right_handed(lat_deg: float, lon_deg: float) -> None:
    axes = np.array(earth.enu_basis(radians(lat_deg), radians(lon_deg))).reshape(3, 3)
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-15)
    np.testing.assert_allclose(np.cross(axes[0], axes[1]), axes[2], atol=1e-15)


@settings(max_examples=50, deadline=None)
@given(LATITUDES, LONGITUDES, *[st.floats(-1e6, 1e6)] * 3)
def test_enu_there_and_back(lat_deg: float, lon_deg: float, dx: float, dy: float, dz: float) -> None:
    basis = earth.enu_basis(radians(lat_deg), radians(lon_deg))
    back = earth.ecef_vector_from_enu(basis, *earth.enu_from_ecef_vector(basis, dx, dy, dz))
    np.testing.assert_allclose(back, (dx, dy, dz), atol=1e-9)


def test_directions_against_proj() -> None:
    pyproj = pytest.importorskip("pyproj")
    rng = np.random.default_rng(6)
    for _ in range(50):
        lat, lon, height = rng.uniform(-89, 89), rng.uniform(-180, 180), rng.uniform(0, 5e3)
        target = earth.geodetic_to_ecef(lat + rng.uniform(-1, 1), lon + rng.uniform(-3, 3), rng.uniform(0, 5e5))
        site = pyproj.Transformer.from_pipeline(
            f"+proj=topocentric +ellps=WGS84 +lon_0={lon} +lat_0={lat} +h_0={height}"
        )
        east, north, up = site.transform(*target)
        observer = earth.geodetic_to_ecef(lat, lon, height)
        basis = earth.enu_basis(radians(lat), radians(lon))
        azimuth, elevation, distance = earth.azimuth_elevation_range(*observer, basis, *target)
        assert isclose(azimuth, np.arctan2(east, north) % (2 * pi), abs_tol=1e-9)
        assert isclose(elevation, np.arctan2(up, np.hypot(east, north)), abs_tol=1e-9)
        assert isclose(distance, np.linalg.norm([east, north, up]), abs_tol=1e-6)


def test_the_target_at_the_observer_has_no_direction() -> None:
    assert earth.azimuth_elevation_range(1e6, 2e6, 3e6, earth.enu_basis(0.5, 1.0), 1e6, 2e6, 3e6) == (0.0, 0.0, 0.0)


def test_geodesics_against_karney() -> None:
    rows = json.loads(shared("validation/data/geodesic/geographiclib_testcases.json").read_text())
    lat1, lon1, azi1, lat2, lon2, azi2, s12 = np.array(rows).T[:7]
    inverse = earth.geodesic_inverse(lat1, lon1, lat2, lon2)
    np.testing.assert_allclose(inverse.distance_m, s12, atol=1e-7, rtol=0)
    np.testing.assert_allclose((inverse.azimuth1_deg - azi1 + 180) % 360, 180, atol=1e-8, rtol=0)
    np.testing.assert_allclose((inverse.azimuth2_deg - azi2 + 180) % 360, 180, atol=1e-8, rtol=0)
    direct = earth.geodesic_direct(lat1, lon1, azi1, s12)
    np.testing.assert_allclose(direct.lat_deg, lat2, atol=1e-9, rtol=0)
    np.testing.assert_allclose((direct.lon_deg - lon2 + 180) % 360, 180, atol=1e-9, rtol=0)


def test_a_nearly_antipodal_pair() -> None:
    # The pair on which Vincenty's iteration fails; GeographicLib's documentation gives 19936288.579 m.
    assert isclose(earth.geodesic_inverse(0.0, 0.0, 0.5, 179.5).distance_m, 19_936_288.579, abs_tol=5e-4)


def test_geodesics_against_proj() -> None:
    pyproj = pytest.importorskip("pyproj")
    rng = np.random.default_rng(7)
    lat1, lat2 = rng.uniform(-90, 90, (2, 100))
    lon1, lon2 = rng.uniform(-180, 180, (2, 100))
    azimuth, _, distance = pyproj.Geod(ellps="WGS84").inv(lon1, lat1, lon2, lat2)
    ours = earth.geodesic_inverse(lat1, lon1, lat2, lon2)
    np.testing.assert_allclose(ours.distance_m, distance, atol=1e-6, rtol=0)
    np.testing.assert_allclose((ours.azimuth1_deg - azimuth + 180) % 360, 180, atol=1e-8, rtol=0)


def test_inputs_broadcast_and_scalars_stay_scalars() -> None:
    assert earth.geodetic_to_ecef(0.0, 0.0).shape == (3,)
    assert earth.geodetic_to_ecef(np.zeros((4, 1)), np.zeros(5), 10.0).shape == (4, 5, 3)
    assert np.ndim(earth.ecef_to_geodetic(7e6, 0.0, 0.0).lat_deg) == 0
    assert earth.geodesic_direct(0.0, 0.0, [0.0, 90.0], 1e5).lat_deg.shape == (2,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: earth.geodetic_to_ecef(91.0, 0.0), "lat_deg is 91.0 degrees: write a latitude between -90 and 90"),
        (lambda: earth.geodetic_to_ecef([0.0, -90.5], 0.0), "lat_deg is -90.5"),
        (lambda: earth.geodetic_to_ecef(0.0, 400.0), "write a longitude"),
        (lambda: earth.geodetic_to_ecef(0.0, 0.0, float("nan")), "height_m holds nan"),
        (lambda: earth.geodetic_to_ecef("north", 0.0), "write a number"),
        (lambda: earth.geodesic_inverse(0.0, 0.0, 95.0, 0.0), "lat2_deg is 95.0"),
        (lambda: earth.geodesic_direct(0.0, 0.0, float("inf"), 1.0), "azimuth1_deg holds inf"),
    ],
)
def test_wrong_input_is_named(call, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=message):
        call()

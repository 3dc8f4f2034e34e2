"""Ballistic flight against NASA's check cases, conserved quantities, Kepler's orbit and another integrator."""

from __future__ import annotations

import csv
from functools import cache
from math import inf, radians, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from shared_data import shared

from buckler.errors import InputError
from buckler.physics import arcs, ballistics, drag, kepler
from buckler.physics.atmosphere import density_and_sound
from buckler.physics.ballistics import Burn, constant_drag, fly, round_earth
from buckler.physics.earth import (
    GRAVITATIONAL_PARAMETER_M3PS2,
    MEAN_RADIUS_M,
    ROTATION_RATE_RADPS,
    SEMI_MAJOR_AXIS_M,
    ecef_to_geodetic,
    enu_basis,
    geodesic_direct,
    geodesic_inverse,
    geodetic_to_ecef,
)
from buckler.physics.gravity import J2, j2_gravitation

FT = 0.3048
SLUG = 14.593_902_937
OMEGA = np.array([0.0, 0.0, ROTATION_RATE_RADPS])
# NASA/TM-2015-218675, cases 4, 9 and 10: a sphere of 1 slug, 0.1963495 ft^2 and C_D = 0.1.
SPHERE = {"mass_kg": SLUG, "drag_area_m2": 0.1 * 0.1963495 * FT**2}


@cache
def nasa(case: str) -> tuple[dict[str, np.ndarray], ...]:
    """The trajectories of NASA's tools for one check case, a column a name."""
    folder = shared("validation/data/nesc")
    tools = []
    for path in sorted(folder.glob(f"Atmos_{case}_sim_*.csv")):
        with path.open() as stream:
            rows = list(csv.DictReader(stream))
        tools.append({name: np.array([float(row[name]) for row in rows]) for name in rows[0]})
    return tuple(tools)


def sphere_shot(east: float, north: float) -> ballistics.Trajectory:
    return fly(
        0.0, 0.0, 0.0, (east, north, 1000 * FT), **SPHERE, drag=constant_drag(), duration_s=30.0, dt_s=0.1,
        stop_height_m=-1e4, tolerance_m=1e-5,
    )  # fmt: skip


# --- NASA's check cases -----------------------------------------------------------------------------------------------


def test_nasa_case_9_as_published() -> None:
    # NASA/TM-2015-218675 atmospheric case 9: launched eastward; apex, apex time, height and longitude at 30 s.
    flight = sphere_shot(1000 * FT, 0.0)
    lat, lon, height = ecef_to_geodetic(*flight.position_m[300])
    assert flight.apogee_m / FT == pytest.approx(10_699.0, abs=3.0)
    assert flight.apogee_s == pytest.approx(24.1, abs=0.1)
    assert height / FT == pytest.approx(10_159.0, abs=3.0)
    assert lon == pytest.approx(0.06164, abs=1e-5)
    assert lat == pytest.approx(0.0, abs=1e-12)


def test_nasa_case_10_as_published() -> None:
    # NASA/TM-2015-218675 atmospheric case 10: launched northward; the earth turns under it.
    flight = sphere_shot(0.0, 1000 * FT)
    _, lon, height = ecef_to_geodetic(*flight.position_m[300])
    assert flight.apogee_m / FT == pytest.approx(10_667.5, abs=3.0)
    assert height / FT == pytest.approx(10_112.7, abs=3.0)
    assert lon == pytest.approx(-7.847e-5, abs=2e-8)


@pytest.mark.parametrize(("case", "east", "north"), [("09", 1000 * FT, 0.0), ("10", 0.0, 1000 * FT)])
def test_nasa_launched_sphere_within_the_spread_of_the_tools(case: str, east: float, north: float) -> None:
    tools = nasa(case)
    flight = sphere_shot(east, north)
    lat, lon, height = ecef_to_geodetic(*flight.position_m.T)
    # The slack, 0.01 ft: the tools' constants of the atmosphere differ by 4e-6 in density (0.0023768899 to 0.0023768988
    # slug/ft^3 at sea level), which moves a path of which drag takes 2500 ft by that.
    for name, value, slack in (
        ("altitudeMsl_ft", height / FT, 0.01),
        ("longitude_deg", lon, np.degrees(0.01 * FT / SEMI_MAJOR_AXIS_M)),
        ("latitude_deg", lat, np.degrees(0.01 * FT / SEMI_MAJOR_AXIS_M)),
    ):
        each = np.array([tool[name] for tool in tools])
        assert np.all(value >= each.min(axis=0) - slack), name
        assert np.all(value <= each.max(axis=0) + slack), name


def test_nasa_case_4_dropped_sphere() -> None:
    # Dropped from 30,000 ft over a round earth at rest: 20,902,254.5305 ft is its radius in the data.
    tools = nasa("04")
    radius = float(nasa("04")[2]["eiPosition_ft_X"][0]) * FT - 30_000.0 * FT
    flight = fly(
        0.0, 0.0, 30_000.0 * FT, (0.0, 0.0, 0.0), **SPHERE, drag=constant_drag(), planet=round_earth(radius),
        duration_s=30.0, dt_s=0.1, tolerance_m=1e-5,
    )  # fmt: skip
    height = (np.linalg.norm(flight.position_m, axis=1) - radius) / FT
    each = np.array([tool["altitudeMsl_ft"] for tool in tools])
    assert np.all(height >= each.min(axis=0) - 0.01)
    assert np.all(height <= each.max(axis=0) + 0.01)


def test_nasa_cases_1_and_5_dropped_sphere_without_drag_and_over_a_round_turning_earth() -> None:
    # NASA/TM-2015-218675: where it is at 30 s, simulation 06 (and, case 1, 02: 15,598.90389 ft): github nasa/simupy-flight,
    # NESC_data/Atmospheric_checkcases. Case 1 also carries a body without damping (case 2): it falls alike.
    drop = {"duration_s": 30.0, "stop_height_m": -1e4, "tolerance_m": 1e-6}
    bare = fly(0.0, 0.0, 30_000.0 * FT, (0.0, 0.0, 0.0), **drop)
    _, lon, height = ecef_to_geodetic(*bare.end_position_m)
    assert height / FT == pytest.approx(15_598.90435512364, abs=1e-4)
    assert lon == pytest.approx(5.7455221311101685e-5, rel=1e-6)
    radius = 20_902_254.5305 * FT
    turning = round_earth(radius, rotation_radps=ROTATION_RATE_RADPS)
    braked = fly(0.0, 0.0, 30_000.0 * FT, (0.0, 0.0, 0.0), **SPHERE, drag=constant_drag(), planet=turning, **drop)
    assert (np.linalg.norm(braked.end_position_m) - radius) / FT == pytest.approx(16_276.395223338157, abs=0.02)
    longitude = np.degrees(np.arctan2(braked.end_position_m[1], braked.end_position_m[0]))
    assert longitude == pytest.approx(5.346991930192834e-5, abs=6e-8)  # 0.02 ft


@pytest.mark.parametrize(
    ("wind_ftps", "altitude_ft", "longitude_deg"),
    [
        (None, (16_284.4544, 16_284.5778), 5.338e-5),  # case 6: no wind
        ([[0.0, 20.0, 0.0]], (16_285.1719, 16_285.2954), 1.28543e-4),  # case 7: 20 ft/s from the west
        ([[0.0, -20.0, 0.0], [30_000.0, 70.0, 0.0]], (16_291.0088, 16_291.1371), 2.73587e-4),  # case 8: shear
    ],
)
def test_nasa_cases_6_to_8_dropped_sphere_in_wind(
    wind_ftps: list[list[float]] | None, altitude_ft: tuple[float, float], longitude_deg: float
) -> None:
    # NASA/TM-2015-218675, atmospheric cases 6 to 8: dropped from 30,000 ft over the turning WGS 84 earth, where it is at 30 s. Heights of
    # the simulations 06 and 02, longitude of 06: github nasa/simupy-flight, NESC_data/Atmospheric_checkcases.
    wind = None if wind_ftps is None else np.array(wind_ftps) * FT
    flight = fly(
        0.0, 0.0, 30_000.0 * FT, (0.0, 0.0, 0.0), **SPHERE, drag=constant_drag(), wind=wind, duration_s=30.0,
        stop_height_m=-1e4, tolerance_m=1e-5,
    )  # fmt: skip
    _, lon, height = ecef_to_geodetic(*flight.end_position_m)
    low, high = altitude_ft
    assert low - 0.02 < height / FT < high + 0.02
    assert lon == pytest.approx(longitude_deg, abs=6e-8)  # 0.02 ft


def test_nasa_case_17_two_stage_rocket() -> None:
    # twostage_prop.dml, twostage_inertia.dml: thrust, specific impulse (with 9.8066) and masses; twostage_aero.dml:
    # C_D = 0.21 at no angle of attack, 7 m^2. The attitude is an input, as the reference gives it; one tool, so 1 %.
    (tool,) = nasa("17")
    yaw, pitch = np.radians(tool["eulerAngle_deg_Yaw"]), np.radians(tool["eulerAngle_deg_Pitch"])
    forward = np.empty((yaw.size, 3))
    for i in range(yaw.size):
        basis = np.array(enu_basis(radians(tool["latitude_deg"][i]), radians(tool["longitude_deg"][i]))).reshape(3, 3)
        east, north, up = np.cos(pitch[i]) * np.sin(yaw[i]), np.cos(pitch[i]) * np.cos(yaw[i]), np.sin(pitch[i])
        forward[i] = np.array([east, north, up]) @ basis
    first_flow, second_flow = 17e6 / (360 * 9.8066), 5e6 / (390 * 9.8066)
    area = 0.21 * 7.0
    flight = fly(
        0.0, 0.0, 0.0, (0.1 * FT * np.cos(radians(55.22)), 0.0, 0.1 * FT * np.sin(radians(55.22))),
        phases=(
            Burn(180_000 / first_flow, 314_000.0, 17e6, first_flow, area),
            Burn(96.79, 134_000.0, drag_area_m2=area),
            Burn(80_000 / second_flow, 99_000.0, 5e6, second_flow, area),
            Burn(inf, 19_000.0, drag_area_m2=area),
        ),
        drag=constant_drag(), attitude=np.column_stack([tool["time"], forward]),
        duration_s=200.0, dt_s=0.1, stop_height_m=-100.0,
    )  # fmt: skip
    _, lon, height = ecef_to_geodetic(*flight.position_m[2000])
    assert height / FT == pytest.approx(769_281.57, rel=0.01)
    assert lon == pytest.approx(4.7512, rel=0.01)
    each = ecef_to_geodetic(*flight.position_m.T)[2] / FT
    late = tool["time"] > 20.0
    assert np.all(np.abs(each[late] / tool["altitudeMsl_ft"][late] - 1.0) < 0.01)


# --- conserved, limiting, integrated otherwise ------------------------------------------------------------------------


@settings(max_examples=10)
@given(st.floats(-85.0, 85.0), st.floats(0.0, 360.0), st.floats(20.0, 85.0), st.floats(1000.0, 6000.0))
def test_energy_and_polar_angular_momentum_without_air(lat: float, azimuth: float, angle: float, speed: float) -> None:
    a, e = radians(azimuth), radians(angle)
    flight = fly(
        lat, 30.0, 0.0, (speed * np.cos(e) * np.sin(a), speed * np.cos(e) * np.cos(a), speed * np.sin(e)), dt_s=10.0
    )
    assert flight.ground
    r, v = flight.position_m, flight.velocity_mps + np.cross(OMEGA, flight.position_m)
    radius = np.linalg.norm(r, axis=1)
    oblate = J2 * (SEMI_MAJOR_AXIS_M / radius) ** 2 * (1.5 * (r[:, 2] / radius) ** 2 - 0.5)
    energy = 0.5 * np.sum(v * v, axis=1) - GRAVITATIONAL_PARAMETER_M3PS2 / radius * (1.0 - oblate)
    polar = r[:, 0] * v[:, 1] - r[:, 1] * v[:, 0]
    assert np.ptp(energy) < 1e-8 * abs(energy[0])
    assert np.ptp(polar) < 1e-8 * np.linalg.norm(np.cross(r[0], v[0]))


def test_round_earth_without_air_is_keplers_ellipse() -> None:
    planet = round_earth()
    flight = fly(10.0, 20.0, 0.0, (3000.0, 2000.0, 4000.0), planet=planet, dt_s=60.0, tolerance_m=1e-5)
    for time, position, velocity in zip(flight.time_s, flight.position_m, flight.velocity_mps, strict=True):
        r, v = kepler.propagate(flight.position_m[0], flight.velocity_mps[0], float(time), planet.mu)
        assert np.linalg.norm(position - r) < 0.01
        assert np.linalg.norm(velocity - v) < 1e-5
    speed = sqrt(3000.0**2 + 2000.0**2 + 4000.0**2)
    angle = np.degrees(np.arctan2(4000.0, np.hypot(3000.0, 2000.0)))
    arc = arcs.arc_from_launch(speed, angle)
    assert flight.end_s == pytest.approx(arc.time_s, rel=1e-8)
    assert flight.apogee_m == pytest.approx(arc.apogee_m, rel=1e-7)


def test_against_another_integrator_with_wind_drag_and_burn() -> None:
    wind = np.array([[0.0, 5.0, -3.0], [12_000.0, 40.0, 10.0], [30_000.0, 5.0, 0.0]])
    table = drag.g7()
    grid = drag.MACH_STEP * np.arange(table.size)
    burn = Burn(30.0, 1000.0, 40_000.0, 15.0, 0.05, exit_area_m2=0.02)
    after = Burn(inf, 550.0, drag_area_m2=0.05)
    start = np.array([*geodetic_to_ecef(40.0, 33.0, 900.0)])
    basis = np.array(enu_basis(radians(40.0), radians(33.0))).reshape(3, 3)

    def rates(t: float, y: np.ndarray, phase: Burn, begun: float) -> np.ndarray:
        r, v = y[:3], y[3:]
        lat, lon, height = ecef_to_geodetic(*r)
        east, north, _ = np.array(enu_basis(radians(lat), radians(lon))).reshape(3, 3)
        blow = np.interp(height, wind[:, 0], wind[:, 1]) * east + np.interp(height, wind[:, 0], wind[:, 2]) * north
        u = v - blow
        density, sound = density_and_sound(height)
        speed = np.linalg.norm(u)
        mass = phase.mass_kg - phase.flow_kgps * (t - begun)
        slow = 0.5 * density * speed * np.interp(speed / sound, grid, table) * phase.drag_area_m2 / mass
        pressure = density * sound * sound / 1.4
        push = (phase.thrust_n - phase.exit_area_m2 * pressure * (phase.thrust_n > 0)) / mass
        pull = np.array(j2_gravitation(*r)) - np.cross(OMEGA, np.cross(OMEGA, r)) - 2.0 * np.cross(OMEGA, v)
        return np.concatenate([v, pull - slow * u + push * u / speed])

    y = np.concatenate([start, np.array([100.0, 50.0, 150.0]) @ basis])
    first = solve_ivp(rates, (0.0, 30.0), y, "DOP853", rtol=1e-11, atol=1e-6, args=(burn, 0.0))
    then = solve_ivp(rates, (30.0, 150.0), first.y[:, -1], "DOP853", rtol=1e-11, atol=1e-6, args=(after, 30.0))
    flight = fly(
        40.0, 33.0, 900.0, (100.0, 50.0, 150.0), phases=(burn, after), wind=wind, duration_s=150.0, dt_s=30.0,
        stop_height_m=-1e5,
    )  # fmt: skip
    assert np.linalg.norm(flight.position_m[1] - first.y[:3, -1]) < 0.05
    assert np.linalg.norm(flight.end_position_m - then.y[:3, -1]) < 0.5
    assert np.linalg.norm(flight.end_velocity_mps - then.y[3:, -1]) < 0.01


def test_a_light_body_falls_at_terminal_speed_and_drifts_with_the_wind() -> None:
    # 0.5 rho v^2 S = m g: nearly steady near the ground; the wind carries it along.
    flight = fly(
        0.0, 0.0, 3000.0, (0.0, 0.0, 0.0), mass_kg=1.0, drag_area_m2=0.1,
        drag=constant_drag(), wind=[[0.0, 12.0, -7.0]],
        planet=round_earth(),
    )  # fmt: skip
    density, _ = density_and_sound(0.0)
    down = -flight.end_velocity_mps[0]
    assert down == pytest.approx(sqrt(2.0 * 9.82 / (density * 0.1)), rel=2e-3)
    assert flight.end_velocity_mps[1] == pytest.approx(12.0, abs=0.02)
    assert flight.end_velocity_mps[2] == pytest.approx(-7.0, abs=0.02)


def test_rows_do_not_depend_on_their_spacing() -> None:
    coarse = fly(50.0, 10.0, 0.0, (800.0, 0.0, 900.0), drag_area_m2=1e-4, dt_s=5.0)
    fine = fly(50.0, 10.0, 0.0, (800.0, 0.0, 900.0), drag_area_m2=1e-4, dt_s=0.5)
    assert coarse.end_s == fine.end_s
    assert np.allclose(coarse.position_m, fine.position_m[::10][: len(coarse.position_m)], rtol=0.0, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"velocity_enu_mps": (1.0, 2.0)}, "east, north, up"),
        ({"phases": (Burn(10.0, 5.0, 100.0, 1.0),)}, "burns 10 kg of a body of 5 kg"),
        ({"phases": (Burn(10.0, -5.0),)}, "mass must be greater than 0"),
        ({"wind": [[100.0, 1.0, 1.0], [0.0, 1.0, 1.0]]}, "wind has rows"),
        ({"attitude": [[0.0, 1.0, 0.0, 0.0]]}, "attitude has at least two rows"),
        ({"dt_s": 0.0}, "greater than 0"),
    ],
)
def test_fly_refuses(change: dict[str, object], words: str) -> None:
    given_values: dict[str, object] = {"velocity_enu_mps": (0.0, 0.0, 100.0)}
    given_values.update(change)
    velocity = given_values.pop("velocity_enu_mps")
    with pytest.raises(InputError, match=words):
        fly(0.0, 0.0, 0.0, velocity, **given_values)  # type: ignore[arg-type]


# --- missiles ---------------------------------------------------------------------------------------------------------


@settings(max_examples=8)
@given(st.floats(100e3, 2500e3), st.floats(0.0, 360.0), st.floats(2000.0, 12_000.0))
def test_a_missile_comes_down_on_its_target(range_m: float, azimuth: float, beta: float) -> None:
    lat, lon, _ = geodesic_direct(40.0, 33.0, azimuth, range_m)
    missile = ballistics.ballistic_trajectory(
        float(lat), float(lon), 300.0, 40.0, 33.0, 900.0, burn_time_s=60.0 + range_m / 25e3,
        ballistic_coefficient_kgpm2=beta,
    )  # fmt: skip
    before, after = missile.position_m[-2], missile.position_m[-1]
    share = (missile.end_s - missile.time_s[-2]) / (missile.time_s[-1] - missile.time_s[-2])
    impact = before + share * (after - before)
    assert np.linalg.norm(impact - np.array(geodetic_to_ecef(40.0, 33.0, 900.0))) < 3.0
    assert np.linalg.norm(missile.position_m[0] - np.array(geodetic_to_ecef(float(lat), float(lon), 300.0))) < 1e-6
    assert missile.range_m == pytest.approx(range_m, rel=1e-9)
    heights = ecef_to_geodetic(*missile.position_m[:-1].T)[2]
    assert heights.max() <= missile.apogee_m + 1e-3
    assert missile.apogee_m < heights.max() + 2.0


def test_scud_class_as_observed() -> None:
    # Launch of 29 May 2017: 450 km, apogee 100 (Japan) to 120 (Republic of Korea) km, about 6 min. It does not
    # separate; its empty mass is about 2 t, and it is 0.88 m across.
    lat, lon, _ = geodesic_direct(39.3, 127.4, 90.0, 450e3)
    missile = ballistics.ballistic_trajectory(
        39.3, 127.4, 0.0, float(lat), float(lon), 0.0, burn_time_s=75.0, ballistic_coefficient_kgpm2=8000.0
    )
    assert 100e3 <= missile.apogee_m <= 125e3
    assert 340.0 <= missile.end_s <= 400.0


def test_stated_apogee_comes_out() -> None:
    missile = ballistics.ballistic_trajectory(
        36.0, 36.0, 0.0, 39.0, 33.0, 500.0, burn_time_s=70.0, ballistic_coefficient_kgpm2=5000.0, apogee_m=250e3
    )
    assert missile.apogee_m == pytest.approx(250e3, abs=3.0)


def test_more_drag_needs_more_speed_and_lands_slower() -> None:
    def flight(beta: float) -> ballistics.Missile:
        return ballistics.ballistic_trajectory(
            36.0, 36.0, 0.0, 39.0, 33.0, 0.0, burn_time_s=60.0, ballistic_coefficient_kgpm2=beta
        )

    light, heavy = flight(2000.0), flight(20_000.0)
    assert light.burnout_speed_mps > heavy.burnout_speed_mps
    assert light.impact_speed_mps < heavy.impact_speed_mps


def test_the_rotation_matters() -> None:
    # Northward the missile keeps the greater eastward speed of its launch: it has to be aimed west of the target.
    missile = ballistics.ballistic_trajectory(
        40.0, 33.0, 0.0, 49.0, 33.0, 0.0, burn_time_s=95.0, ballistic_coefficient_kgpm2=6000.0
    )
    straight = float(geodesic_inverse(40.0, 33.0, 49.0, 33.0)[1])
    off = (missile.azimuth_deg - straight + 180.0) % 360.0 - 180.0
    assert -10.0 < off < -0.2  # aimed west: launched eastward faster than the target goes


@pytest.mark.parametrize(
    ("apogee_km", "range_km", "reported_s", "within"),
    [
        (3724.9, 998.0, 2832.0, 0.03),  # Hwasong-14, 28 July 2017 (KCNA, through Janes of 1 August 2017)
        (6648.4, 1001.2, 4491.0, 0.03),  # Hwasong-18, 12 July 2023 (KCNA, through Janes)
        (2111.5, 787.0, 1800.0, 0.06),  # Hwasong-12, 14 May 2017 (KCNA; "30 minutes")
    ],
)
def test_lofted_flights_as_reported(apogee_km: float, range_km: float, reported_s: float, within: float) -> None:
    flight = ballistics.lofted_flight(1e3 * apogee_km, 1e3 * range_km)
    assert flight.time_s == pytest.approx(reported_s, rel=within)
    assert flight.kepler_s < flight.low_s < flight.time_s < flight.high_s
    assert ballistics.lofted_flight_time_s(1e3 * apogee_km, 1e3 * range_km) == flight.time_s
    assert ballistics.check_lofted(1e3 * apogee_km, 1e3 * range_km, reported_s).kepler_s < reported_s


def test_two_reports_of_one_flight() -> None:
    """Hwasong-14, 4 July 2017: 2,802 km high, 933 km far and 39 min (KCNA, through CSIS); 37 min (US Pacific Command).

    The shorter is within the spread of burn times, the longer beyond it by 2 %: both times can belong to that apogee and range.
    """
    flight = ballistics.check_lofted(2_802e3, 933e3, 37 * 60.0)
    assert flight.low_s < 37 * 60.0 < flight.high_s
    assert flight.time_s == pytest.approx(37 * 60.0, rel=0.03)
    assert 1.0 < 39 * 60.0 / ballistics.check_lofted(2_802e3, 933e3, 39 * 60.0).high_s < 1.03


def test_a_report_shorter_than_keplers_arc_is_named() -> None:
    with pytest.raises(InputError, match="bare Kepler arc alone takes 2587 s"):
        ballistics.check_lofted(3724.9e3, 998e3, 2300.0)
    with pytest.raises(InputError, match="do not belong together"):
        ballistics.check_lofted(3724.9e3, 998e3, 3400.0)


def test_the_hwasong_17_of_march_2022_does_not_add_up() -> None:
    """6,248.5 km high, 1,090 km far, 4,052 s (KCNA, 25 March 2022): the bare arc alone takes longer, by the two-body formulas."""
    r, a0 = 6_371_008.7714, 6_248.5e3
    half = 0.5 * 1_090e3 / r  # the ellipse with its apogee over the middle: r_p = p/(1 + e cos(pi - half)), p = (r + h)(1 - e)
    top = r + a0
    e = (top - r) / (top - r * np.cos(half))
    axis = top / (1.0 + e)
    anomaly = 2.0 * np.arctan(np.sqrt((1.0 - e) / (1.0 + e)) * np.tan(0.5 * (np.pi - half)))
    bare = 2.0 * np.sqrt(axis**3 / 3.986004418e14) * (np.pi - anomaly + e * np.sin(anomaly))
    assert bare > 4_052.0
    with pytest.raises(InputError, match=f"the bare Kepler arc alone takes {bare:.0f} s"):
        ballistics.check_lofted(6_248.5e3, 1_090e3, 4_052.0)


def test_eastward_a_lofted_flight_takes_longer_than_westward() -> None:
    """Seen from the stars the flight of an apogee and a range covers the range and what the ground moved on meanwhile: a bare arc of that
    apogee over that longer (eastward) or shorter (westward) way. Along the equator; what burn, air and oblateness do cancels out."""
    apogee, reach = 3_700e3, 1_000e3

    def bare(sign: float) -> float:
        time = 2_600.0
        for _ in range(20):
            time = float(arcs.arc_from_apogee(apogee, abs(reach + sign * ROTATION_RATE_RADPS * MEAN_RADIUS_M * time)).time_s)
        return time

    def powered(sign: float) -> float:
        lon = np.degrees(sign * reach / SEMI_MAJOR_AXIS_M)
        return ballistics.ballistic_trajectory(
            0.0, 0.0, 0.0, 0.0, float(lon), 0.0, burn_time_s=180.0, ballistic_coefficient_kgpm2=10_000.0, apogee_m=apogee
        ).end_s  # fmt: skip

    assert bare(1.0) - bare(-1.0) > 20.0
    assert powered(1.0) - powered(-1.0) == pytest.approx(bare(1.0) - bare(-1.0), rel=0.1)


def test_a_short_burn_approaches_keplers_arc() -> None:
    # Limiting case: nearly all speed at once, no time in the air to speak of.
    bare = float(arcs.arc_from_apogee(1000e3, 800e3).time_s)
    assert bare < ballistics.lofted_flight_time_s(1000e3, 800e3, 15.0) < bare + 30.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"max_range_m": 300e3}, "move the launch .* km nearer"),
        ({"target_lat_deg": 36.01, "target_lon_deg": 36.0}, "at least 5 km"),
        ({"burn_time_s": 0.0}, "burn_time_s"),
        ({"apogee_m": 100e3, "elevation_deg": 50.0}, "not both"),
        ({"elevation_deg": 95.0}, "below 90"),
    ],
)
def test_missiles_refused(change: dict[str, float], words: str) -> None:
    values = {
        "launch_lat_deg": 36.0, "launch_lon_deg": 36.0, "launch_height_m": 0.0, "target_lat_deg": 39.0,
        "target_lon_deg": 33.0, "target_height_m": 0.0, "burn_time_s": 60.0, "ballistic_coefficient_kgpm2": 5000.0,
    }  # fmt: skip
    values.update(change)
    with pytest.raises(InputError, match=words):
        ballistics.ballistic_trajectory(**values)


def test_kepler_lambert_and_reentry_are_offered() -> None:
    # Vallado, examples 2-4 and 7-5; Allen and Eggers, NACA TR 1381: peak deceleration V^2 sin(g)/(2 e H), V/V_E = e^(-1/2) there.
    r, v = ballistics.kepler(1e3 * np.array([1131.340, -2282.343, 6672.423]), 1e3 * np.array([-5.64305, 4.30333, 2.42879]), 2400.0)
    assert r / 1e3 == pytest.approx([-4219.7527, 4363.0292, -3958.7666], abs=0.01)
    assert v / 1e3 == pytest.approx([3.689866, -1.916735, -6.112511], abs=1e-5)
    first, last = ballistics.lambert([15_945.34e3, 0.0, 0.0], [12_214.83899e3, 10_249.46731e3, 0.0], 76 * 60.0)
    assert first / 1e3 == pytest.approx([2.058913, 2.915965, 0.0], abs=1e-5)
    assert last / 1e3 == pytest.approx([-3.451565, 0.910315, 0.0], abs=1e-5)
    entry = ballistics.reentry(2000.0, 45.0, 10_000.0, [0.0, 1591.27, 1e9])
    assert entry.peak == pytest.approx((72.2583, 1591.27, 0.606531), rel=1e-5)
    assert entry.profile.deceleration_mps2[1] == pytest.approx(entry.peak.deceleration_mps2, rel=1e-9)
    assert entry.profile.speed_mps == pytest.approx([entry.ground.speed_mps, 2000.0 * np.exp(-0.5), 2000.0], rel=1e-5)


def test_minimum_energy_is_offered() -> None:
    # Bate, Mueller and White chapter 6 (closed form), 1300 km on a sphere of 6378.137 km.
    arc = ballistics.minimum_energy(1300e3, 6_378_137.0)
    assert arc.speed_mps == pytest.approx(3397.29, rel=1e-4)
    assert arc.time_s == pytest.approx(549.07, rel=1e-4)

"""A point mass over the turning earth, integrated.

In the earth-fixed frame (ECEF):
    dv/dt = g(r) - w x (w x r) - 2 w x v - rho |u| u c(Mach) S/(2 m) + T/m d,    u = v - wind
g: gravitation with J2 (`buckler.physics.gravity`), or of a point mass over a sphere; rho and the speed of sound:
U.S. Standard Atmosphere 1976; S = C_D A at the drag table's reference Mach number; T = T_vacuum - p A_exit; d: along
u, along the local vertical turning over to a stated elevation, or along a stated attitude history.

Integration: the embedded Runge-Kutta pair of order 5(4) of J. R. Dormand and P. J. Prince (1980),
doi:10.1016/0771-050X(80)90013-3, with the fourth-order continuous extension and step control of E. Hairer, S. P.
Norsett, G. Wanner, "Solving Ordinary Differential Equations I", 2nd edition (1993), sections II.4 to II.6. Phases
(burn, coast, after staging) begin and end at steps, so no step crosses a jump.
"""

from __future__ import annotations

from math import cos, inf, pi, sin, sqrt
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from buckler.compiled import kernel
from buckler.physics.arguments import Floats
from buckler.physics.atmosphere import density_and_sound, pressure
from buckler.physics.drag import drag_factor
from buckler.physics.earth import GRAVITATIONAL_PARAMETER_M3PS2, ROTATION_RATE_RADPS, geodetic_from_ecef
from buckler.physics.gravity import j2_gravitation

PHASE: Final = np.dtype(
    [
        ("duration_s", np.float64),  # of this phase; inf for the last
        ("mass_kg", np.float64),  # when it begins
        ("flow_kgps", np.float64),  # mass lost a second
        ("thrust_n", np.float64),  # in vacuum
        ("exit_area_m2", np.float64),  # thrust lost to ambient pressure is pressure times this
        ("drag_area_m2", np.float64),  # C_D A at the drag table's reference Mach number
    ]
)
"""One phase of flight: a burn, a coast, what is left after a separation. SI."""

ALONG_VELOCITY: Final = 0
"""Thrust along the air-relative velocity: a gravity turn."""
PITCH_PROGRAM: Final = 1
"""Thrust in the vertical plane of `aim`: straight up, then turning evenly over to a stated elevation."""
ATTITUDE: Final = 2
"""Thrust along a stated history of directions."""


Vector: TypeAlias = tuple[float, float, float]


class Planet(NamedTuple):
    """What the body flies over."""

    radius_m: float  # of a sphere with a point mass's gravitation; 0: WGS 84 with J2
    mu: float  # m^3/s^2, of the sphere
    rotation_radps: float


WGS84: Final = Planet(0.0, GRAVITATIONAL_PARAMETER_M3PS2, ROTATION_RATE_RADPS)
"""The earth: ellipsoid, J2, turning."""


class Steering(NamedTuple):
    """How thrust points. Unit vectors in ECEF."""

    mode: int  # ALONG_VELOCITY, PITCH_PROGRAM or ATTITUDE
    up: Vector  # PITCH_PROGRAM: the vertical at launch
    level: Vector  # PITCH_PROGRAM: the horizontal at launch towards which it turns
    rise_s: float  # PITCH_PROGRAM: straight up until then
    turned_s: float  # PITCH_PROGRAM: turned over from then on
    elevation_rad: float  # PITCH_PROGRAM: above the launch horizon, then
    history: Floats  # ATTITUDE: [n, 4] time (s), direction; linear between rows


class Ending(NamedTuple):
    """How a flight ended, and its highest point."""

    rows: int  # filled of the output
    time_s: float
    ground: bool  # at the stop height, going down
    apogee_m: float
    apogee_s: float
    steps: int  # accepted
    good: bool  # False: the steps ran out or became too small


# Dormand and Prince's coefficients (Hairer, Norsett, Wanner table II.5.2) and the continuous extension's (DOPRI5's d).
_C2, _C3, _C4, _C5 = 1 / 5, 3 / 10, 4 / 5, 8 / 9
_A21 = 1 / 5
_A31, _A32 = 3 / 40, 9 / 40
_A41, _A42, _A43 = 44 / 45, -56 / 15, 32 / 9
_A51, _A52, _A53, _A54 = 19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729
_A61, _A62, _A63, _A64, _A65 = 9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656
_B1, _B3, _B4, _B5, _B6 = 35 / 384, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84
_E1, _E3, _E4, _E5, _E6, _E7 = 71 / 57600, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40
_D1, _D3, _D4 = -12715105075 / 11282082432, 87487479700 / 32700410799, -10690763975 / 1880347072
_D5, _D6, _D7 = 701980252875 / 199316789632, -1453857185 / 822651844, 69997945 / 29380423


@kernel
def height_above(planet: Planet, x: float, y: float, z: float) -> float:
    """Height, m, above the sphere or the ellipsoid."""
    if planet.radius_m > 0.0:
        return sqrt(x * x + y * y + z * z) - planet.radius_m
    return geodetic_from_ecef(x, y, z)[2]


@kernel
def _wind(lat: float, lon: float, height_m: float, wind: Floats) -> Vector:
    """Wind in ECEF, m/s, from rows of height (m), eastward and northward speed (m/s); its end values hold beyond."""
    last = wind.shape[0] - 1
    k = 0
    while k < last and wind[k + 1, 0] <= height_m:
        k += 1
    east = wind[k, 1]
    north = wind[k, 2]
    if k < last and height_m > wind[k, 0]:
        share = (height_m - wind[k, 0]) / (wind[k + 1, 0] - wind[k, 0])
        east += share * (wind[k + 1, 1] - east)
        north += share * (wind[k + 1, 2] - north)
    poleward = -sin(lat) * north
    return -sin(lon) * east + cos(lon) * poleward, cos(lon) * east + sin(lon) * poleward, cos(lat) * north


@kernel
def _pointing(time_s: float, u: Vector, steering: Steering) -> Vector:
    """The unit vector of thrust at a time; `u` the air-relative velocity."""
    if steering.mode == PITCH_PROGRAM:
        turn = min(1.0, max(0.0, (time_s - steering.rise_s) / max(1e-9, steering.turned_s - steering.rise_s)))
        angle = 0.5 * pi + turn * (steering.elevation_rad - 0.5 * pi)
        s = sin(angle)
        c = cos(angle)
        up = steering.up
        level = steering.level
        return s * up[0] + c * level[0], s * up[1] + c * level[1], s * up[2] + c * level[2]
    if steering.mode == ATTITUDE:
        history = steering.history
        last = history.shape[0] - 2
        k = min(last, max(0, np.searchsorted(history[:, 0], time_s) - 1))
        w = min(1.0, max(0.0, (time_s - history[k, 0]) / (history[k + 1, 0] - history[k, 0])))
        x = history[k, 1] + w * (history[k + 1, 1] - history[k, 1])
        y = history[k, 2] + w * (history[k + 1, 2] - history[k, 2])
        z = history[k, 3] + w * (history[k + 1, 3] - history[k, 3])
        size = sqrt(x * x + y * y + z * z)
        return x / size, y / size, z / size
    size = sqrt(u[0] * u[0] + u[1] * u[1] + u[2] * u[2])
    if size < 1e-6:
        up = steering.up
        return up[0], up[1], up[2]
    return u[0] / size, u[1] / size, u[2] / size


@kernel
def rates(
    time_s: float, y: Floats, begun_s: float, phase: tuple[float, float, float, float, float],
    planet: Planet, drag: Floats, wind: Floats, steering: Steering, out: Floats,
) -> None:  # fmt: skip
    """The module's equation: `y` position (m) and velocity (m/s) in ECEF, `out` their rates.

    `phase`: mass at its beginning (kg), mass flow (kg/s), vacuum thrust (N), exit area (m^2), drag area (m^2).
    """
    mass0, flow, thrust, exit_area, drag_area = phase
    mass = mass0 - flow * (time_s - begun_s)
    turning = planet.rotation_radps
    if planet.radius_m > 0.0:
        r2 = y[0] * y[0] + y[1] * y[1] + y[2] * y[2]
        radius = sqrt(r2)
        pull = -planet.mu / (r2 * radius)
        gx, gy, gz = pull * y[0], pull * y[1], pull * y[2]
        lat = 0.0
        lon = 0.0
        height = radius - planet.radius_m
        if wind.shape[0] > 0:
            lat = np.arcsin(y[2] / radius)
            lon = np.arctan2(y[1], y[0])
    else:
        gx, gy, gz = j2_gravitation(y[0], y[1], y[2])
        lat, lon, height = geodetic_from_ecef(y[0], y[1], y[2])
    ax = gx + turning * turning * y[0] + 2.0 * turning * y[4]
    ay = gy + turning * turning * y[1] - 2.0 * turning * y[3]
    az = gz
    u = (y[3], y[4], y[5])
    if wind.shape[0] > 0:
        wx, wy, wz = _wind(lat, lon, height, wind)
        u = (y[3] - wx, y[4] - wy, y[5] - wz)
    if drag_area > 0.0:
        density, sound = density_and_sound(height)
        speed = sqrt(u[0] * u[0] + u[1] * u[1] + u[2] * u[2])
        slow = 0.5 * density * speed * drag_factor(speed / sound, drag) * drag_area / mass
        ax -= slow * u[0]
        ay -= slow * u[1]
        az -= slow * u[2]
    if thrust > 0.0:
        push = thrust
        if exit_area > 0.0:
            push -= exit_area * pressure(height)
        dx, dy, dz = _pointing(time_s, u, steering)
        push /= mass
        ax += push * dx
        ay += push * dy
        az += push * dz
    out[0], out[1], out[2] = y[3], y[4], y[5]
    out[3], out[4], out[5] = ax, ay, az


@kernel
def _dense(share: float, rest: Floats, out: Floats) -> None:
    """The continuous extension at a share of the last step."""
    left = 1.0 - share
    for i in range(6):
        out[i] = rest[0, i] + share * (rest[1, i] + left * (rest[2, i] + share * (rest[3, i] + left * rest[4, i])))


@kernel
def _climb(planet: Planet, y: Floats) -> float:
    """The rate of height, m/s: velocity along the vertical."""
    if planet.radius_m > 0.0:
        radius = sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
        return float((y[0] * y[3] + y[1] * y[4] + y[2] * y[5]) / radius)
    lat, lon, _ = geodetic_from_ecef(y[0], y[1], y[2])
    return float(cos(lat) * (cos(lon) * y[3] + sin(lon) * y[4]) + sin(lat) * y[5])


@kernel
def fly_phases(
    y: Floats, phases: Floats, planet: Planet, drag: Floats, wind: Floats, steering: Steering,
    end_s: float, stop_height_m: float, dt_s: float, tolerance_m: float, out: Floats,
) -> Ending:  # fmt: skip
    """Fly from `y` at time 0 through `phases` (rows as PHASE) to `end_s` or down through `stop_height_m`.

    `y` is left at the end; `out[i]` receives position and velocity at i dt_s. `tolerance_m`: error allowed a step in
    position, and in velocity a thousandth of it a second, with a relative 1e-10 besides.
    """
    k = np.empty((7, 6))
    rest = np.empty((5, 6))
    work = np.empty(6)
    new = np.empty(6)
    now = 0.0
    rows = 0
    steps = 0
    apogee = height_above(planet, y[0], y[1], y[2])
    apogee_s = 0.0
    if out.shape[0] > 0:
        out[0] = y
        rows = 1
    below = apogee < stop_height_m
    rising = _climb(planet, y)
    for number in range(phases.shape[0]):
        begun = now
        ends = min(end_s, begun + phases[number, 0])
        phase = (phases[number, 1], phases[number, 2], phases[number, 3], phases[number, 4], phases[number, 5])
        if ends <= now:
            continue
        rates(now, y, begun, phase, planet, drag, wind, steering, k[0])
        step = min(0.1, ends - now)
        grown = 5.0
        while now < ends:
            last = now + step >= ends - 1e-9 * max(1.0, ends)
            if last:
                step = ends - now
            for i in range(6):
                work[i] = y[i] + step * _A21 * k[0, i]
            rates(now + _C2 * step, work, begun, phase, planet, drag, wind, steering, k[1])
            for i in range(6):
                work[i] = y[i] + step * (_A31 * k[0, i] + _A32 * k[1, i])
            rates(now + _C3 * step, work, begun, phase, planet, drag, wind, steering, k[2])
            for i in range(6):
                work[i] = y[i] + step * (_A41 * k[0, i] + _A42 * k[1, i] + _A43 * k[2, i])
            rates(now + _C4 * step, work, begun, phase, planet, drag, wind, steering, k[3])
            for i in range(6):
                work[i] = y[i] + step * (_A51 * k[0, i] + _A52 * k[1, i] + _A53 * k[2, i] + _A54 * k[3, i])
            rates(now + _C5 * step, work, begun, phase, planet, drag, wind, steering, k[4])
            for i in range(6):
                work[i] = y[i] + step * (
                    _A61 * k[0, i] + _A62 * k[1, i] + _A63 * k[2, i] + _A64 * k[3, i] + _A65 * k[4, i]
                )
            rates(now + step, work, begun, phase, planet, drag, wind, steering, k[5])
            for i in range(6):
                new[i] = y[i] + step * (_B1 * k[0, i] + _B3 * k[2, i] + _B4 * k[3, i] + _B5 * k[4, i] + _B6 * k[5, i])
            rates(now + step, new, begun, phase, planet, drag, wind, steering, k[6])
            error = 0.0
            for i in range(6):
                miss = step * (
                    _E1 * k[0, i] + _E3 * k[2, i] + _E4 * k[3, i] + _E5 * k[4, i] + _E6 * k[5, i] + _E7 * k[6, i]
                )
                allowed = tolerance_m + 1e-10 * abs(new[i]) if i < 3 else 0.001 * tolerance_m + 1e-10 * abs(new[i])
                error += (miss / allowed) ** 2
            error = sqrt(error / 6.0)
            if not error <= 1.0:
                step *= max(0.1, 0.9 * error**-0.2) if error < inf else 0.1
                grown = 1.0
                if step < 1e-9:
                    return Ending(rows, now, False, apogee, apogee_s, steps, False)
                continue
            for i in range(6):
                rise = new[i] - y[i]
                bend = step * k[0, i] - rise
                rest[0, i] = y[i]
                rest[1, i] = rise
                rest[2, i] = bend
                rest[3, i] = rise - step * k[6, i] - bend
                rest[4, i] = step * (
                    _D1 * k[0, i] + _D3 * k[2, i] + _D4 * k[3, i] + _D5 * k[4, i] + _D6 * k[5, i] + _D7 * k[6, i]
                )
            steps += 1
            rising_1 = _climb(planet, new)
            if rising > 0.0 >= rising_1:
                left = 0.0
                right = 1.0
                for _ in range(50):
                    middle = 0.5 * (left + right)
                    _dense(middle, rest, work)
                    if _climb(planet, work) > 0.0:
                        left = middle
                    else:
                        right = middle
                _dense(left, rest, work)
                top = height_above(planet, work[0], work[1], work[2])
                if top > apogee:
                    apogee = top
                    apogee_s = now + left * step
            height = height_above(planet, new[0], new[1], new[2])
            if height > apogee:
                apogee = height
                apogee_s = now + step
            share = 1.0
            landed = height < stop_height_m and not below
            if landed:
                left = 0.0
                right = 1.0
                for _ in range(50):
                    middle = 0.5 * (left + right)
                    _dense(middle, rest, work)
                    if height_above(planet, work[0], work[1], work[2]) < stop_height_m:
                        right = middle
                    else:
                        left = middle
                share = right
            below = height < stop_height_m
            while rows < out.shape[0] and rows * dt_s <= now + share * step + 1e-9:
                _dense((rows * dt_s - now) / step, rest, out[rows])
                rows += 1
            if landed:
                _dense(share, rest, work)
                for i in range(6):
                    y[i] = work[i]
                return Ending(rows, now + share * step, True, apogee, apogee_s, steps, True)
            now = ends if last else now + step
            for i in range(6):
                y[i] = new[i]
                k[0, i] = k[6, i]
            rising = rising_1
            step *= min(grown, 0.9 * max(error, 1e-8) ** -0.2)
            grown = 5.0
            if steps > 200_000:
                return Ending(rows, now, False, apogee, apogee_s, steps, False)
    return Ending(rows, now, False, apogee, apogee_s, steps, True)

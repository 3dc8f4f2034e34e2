"""How a tracked target is believed to move: the motion models of the filters.

A state stands as position, velocity and, with nine numbers, acceleration, three components each, in one Cartesian
frame (metres, seconds). Every linear model here is the same matrix A on each axis, x' = (A (x) I3) x + w,
cov w = Q (x) I3, with T the time step (Bar-Shalom, Li and Kirubarajan, Estimation with Applications to Tracking and
Navigation, 2001, cited as BLK; Li and Jilkov, IEEE Transactions on Aerospace and Electronic Systems 39 (2003)
1333-1364, doi:10.1109/TAES.2003.1261132, cited as LJ):

(1)  constant velocity: A = [1 T; 0 1]; white noise acceleration of spectral density q (m^2/s^3),
     Q = q [T^3/3 T^2/2; T^2/2 T] (BLK 6.2.2-9 to -12); or an acceleration of standard deviation s (m/s^2) constant over
     each step, Q = s^2 [T^4/4 T^3/2; T^3/2 T^2] (BLK 6.3.2-4)
(2)  constant acceleration: A = [1 T T^2/2; 0 1 T; 0 0 1]; white noise jerk of density q (m^2/s^5),
     Q = q [T^5/20 T^4/8 T^3/6; T^4/8 T^3/3 T^2/2; T^3/6 T^2/2 T] (BLK 6.2.3-7)
(3)  coordinated turn in any plane, w = |v x a| / |v|^2: A = [1 sin(wT)/w (1 - cos(wT))/w^2; 0 cos(wT) sin(wT)/w;
     0 -w sin(wT) cos(wT)] (LJ, planar turns in three dimensions); Q as (2)
(4)  ballistic: v' = gravitation with J2 + Coriolis and centrifugal acceleration - rho |v| v / (2 b), b = m/(Cd A) in
     kg/m^2, in ECEF; covariance through the transition I + F T + F^2 T^2 / 2 of its Jacobian F; Q as (1)

Limits. A nine-number state under (1) or (4) forgets its acceleration (it is zero). In (3) w is taken from the estimate
and treated as known in the covariance. In (4) drag's gradient with height is left out of F, and the air turns with the
earth.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, isfinite, sin, sqrt
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from buckler.compiled import borrowing_kernel, inlined_kernel
from buckler.errors import InputError
from buckler.physics.atmosphere import density
from buckler.physics.earth import GRAVITATIONAL_PARAMETER_M3PS2, geodetic_from_ecef
from buckler.physics.gravity import j2_gravitation, rotating_frame_acceleration

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONSTANT_VELOCITY: Final = 0
CONSTANT_ACCELERATION: Final = 1
COORDINATED_TURN: Final = 2
BALLISTIC: Final = 3

MODEL: Final = np.dtype(
    (
        np.record,
        [
            ("noise", "f8"),  # its spectral density (m^2/s^3, m^2/s^5), or standard deviation in m/s^2 where piecewise
            ("kind", "i4"),  # CONSTANT_VELOCITY to BALLISTIC
            ("piecewise", "i4"),  # 1: the noise is an acceleration constant over each step
            ("ballistic_coefficient_kgpm2", "f8"),  # inf: no drag
        ],
    )
)  # fmt: skip
"""A motion model as the kernels take it. Not in the order of the engine's record, which holds more: numba would take that for a kind of
this one, and warn."""


@borrowing_kernel
def turn_rate(x: NDArray[np.float64]) -> float:
    """|v x a| / |v|^2 of a nine-number state, rad/s; 0 where it stands still."""
    speed2 = x[3] * x[3] + x[4] * x[4] + x[5] * x[5]
    if speed2 < 1.0:
        return 0.0
    cx = x[4] * x[8] - x[5] * x[7]
    cy = x[5] * x[6] - x[3] * x[8]
    cz = x[3] * x[7] - x[4] * x[6]
    return float(sqrt(cx * cx + cy * cy + cz * cz) / speed2)


@borrowing_kernel
def _fall(x: float, y: float, z: float, vx: float, vy: float, vz: float, b: float) -> tuple[float, float, float]:
    """Acceleration of equation (4), ECEF, m/s^2."""
    ax, ay, az = j2_gravitation(x, y, z)
    turned_x, turned_y = rotating_frame_acceleration(x, y, vx, vy)
    drag = _drag(x, y, z, sqrt(vx * vx + vy * vy + vz * vz), b)
    return ax + turned_x - drag * vx, ay + turned_y - drag * vy, az - drag * vz


@borrowing_kernel
def _drag(x: float, y: float, z: float, speed: float, b: float) -> float:
    """rho |v| / (2 b), 1/s."""
    if not b < np.inf:
        return 0.0
    _, _, height = geodetic_from_ecef(x, y, z)
    return 0.5 * density(max(height, 0.0)) * speed / b if height < 1.0e6 else 0.0


@borrowing_kernel
def _fall_mean(x: NDArray[np.float64], b: float, time_s: float) -> None:
    """Equation (4) by one step of the classical Runge-Kutta method of order four for every 4 s (at most)."""
    steps = 1 + int(0.25 * abs(time_s) - 1.0e-9)
    h = time_s / steps
    for _ in range(steps):
        px, py, pz, vx, vy, vz = x[0], x[1], x[2], x[3], x[4], x[5]
        k1x, k1y, k1z = _fall(px, py, pz, vx, vy, vz, b)
        ux, uy, uz = vx + 0.5 * h * k1x, vy + 0.5 * h * k1y, vz + 0.5 * h * k1z
        k2x, k2y, k2z = _fall(px + 0.5 * h * vx, py + 0.5 * h * vy, pz + 0.5 * h * vz, ux, uy, uz, b)
        wx, wy, wz = vx + 0.5 * h * k2x, vy + 0.5 * h * k2y, vz + 0.5 * h * k2z
        k3x, k3y, k3z = _fall(px + 0.5 * h * ux, py + 0.5 * h * uy, pz + 0.5 * h * uz, wx, wy, wz, b)
        ex, ey, ez = vx + h * k3x, vy + h * k3y, vz + h * k3z
        k4x, k4y, k4z = _fall(px + h * wx, py + h * wy, pz + h * wz, ex, ey, ez, b)
        x[0] = px + h / 6.0 * (vx + 2.0 * ux + 2.0 * wx + ex)
        x[1] = py + h / 6.0 * (vy + 2.0 * uy + 2.0 * wy + ey)
        x[2] = pz + h / 6.0 * (vz + 2.0 * uz + 2.0 * wz + ez)
        x[3] = vx + h / 6.0 * (k1x + 2.0 * k2x + 2.0 * k3x + k4x)
        x[4] = vy + h / 6.0 * (k1y + 2.0 * k2y + 2.0 * k3y + k4y)
        x[5] = vz + h / 6.0 * (k1z + 2.0 * k2z + 2.0 * k3z + k4z)


@borrowing_kernel
def axis_transition(
    model: Any, x: NDArray[np.float64], time_s: float
) -> tuple[float, float, float, float, float, float, float, float, float]:
    """A of equations (1) to (3), row after row; a constant velocity forgets the acceleration."""
    if model.kind == CONSTANT_ACCELERATION:
        return 1.0, time_s, 0.5 * time_s * time_s, 0.0, 1.0, time_s, 0.0, 0.0, 1.0
    if model.kind == COORDINATED_TURN:
        w = turn_rate(x)
        half = 0.5 * w * time_s
        chord = time_s * (sin(half) / half if half > 1.0e-9 else 1.0)  # sin(wT/2) / (w/2)
        s = chord * cos(half)
        return 1.0, s, 0.5 * chord * chord, 0.0, cos(2.0 * half), s, 0.0, -w * sin(2.0 * half), cos(2.0 * half)
    return 1.0, time_s, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0


@borrowing_kernel
def axis_noise(model: Any, time_s: float) -> tuple[float, float, float, float, float, float]:
    """Q of equations (1) to (3): pp, pv, pa, vv, va, aa."""
    t = abs(time_s)
    q = model.noise
    if model.kind == CONSTANT_VELOCITY or model.kind == BALLISTIC:
        if model.piecewise != 0:
            v = q * t
            return 0.25 * v * v * t * t, 0.5 * v * v * t, 0.0, v * v, 0.0, 0.0
        return q * t * t * t / 3.0, 0.5 * q * t * t, 0.0, q * t, 0.0, 0.0
    t2 = t * t
    return q * t2 * t2 * t / 20.0, q * t2 * t2 / 8.0, q * t2 * t / 6.0, q * t2 * t / 3.0, q * t2 / 2.0, q * t


@borrowing_kernel
def move(model: Any, x: NDArray[np.float64], time_s: float) -> None:
    """The mean alone, in place: what the unscented transform carries its points with."""
    if model.kind == BALLISTIC:
        _fall_mean(x, model.ballistic_coefficient_kgpm2, time_s)
        for k in range(6, len(x)):
            x[k] = 0.0
        return
    a00, a01, a02, a10, a11, a12, a20, a21, a22 = axis_transition(model, x, time_s)
    if len(x) == 6:
        for k in range(3):
            x[k] += a01 * x[k + 3]
        return
    for k in range(3):
        p, v, a = x[k], x[k + 3], x[k + 6]
        x[k] = a00 * p + a01 * v + a02 * a
        x[k + 3] = a10 * p + a11 * v + a12 * a
        x[k + 6] = a20 * p + a21 * v + a22 * a


@borrowing_kernel
def predict(
    model: Any, x: NDArray[np.float64], P: NDArray[np.float64], time_s: float, work: NDArray[np.float64]
) -> None:
    """Carry a state, six or nine numbers, and its covariance over `time_s`, in place. `work`: (9, 9)."""
    if model.kind == BALLISTIC:
        _predict_fall(model, x, P, time_s, work)
    elif len(x) == 6:
        predict_straight(model, x, P, time_s)
    else:
        _predict_nine(model, x, P, time_s)


@inlined_kernel
def shear(P: NDArray[np.float64], t: float) -> None:
    """F P F^T of equation (1), in place: the covariance of position and velocity `t` seconds later, or earlier, without noise."""
    for i in range(3):
        for j in range(i, 3):
            # The blocks pv and vp are one another's transpose: pv + t vv, and pp + t (pv + vp) + t^2 vv.
            pv, vp, vv = P[i, j + 3], P[j, i + 3], P[i + 3, j + 3]
            P[i, j] += t * (pv + vp + t * vv)
            P[j, i] = P[i, j]
            P[i, j + 3] = pv + t * vv
            P[j + 3, i] = P[i, j + 3]
            if i != j:
                P[j, i + 3] = vp + t * vv
                P[i + 3, j] = P[j, i + 3]


@inlined_kernel
def predict_straight(model: Any, x: NDArray[np.float64], P: NDArray[np.float64], t: float) -> None:
    """Equation (1) on six numbers."""
    qpp, qpv, _, qvv, _, _ = axis_noise(model, t)
    shear(P, t)
    for i in range(3):
        x[i] += t * x[i + 3]
        P[i, i] += qpp
        P[i, i + 3] += qpv
        P[i + 3, i] = P[i, i + 3]
        P[i + 3, i + 3] += qvv


@borrowing_kernel
def _predict_nine(model: Any, x: NDArray[np.float64], P: NDArray[np.float64], t: float) -> None:
    """Equations (1) to (3) on nine numbers: A M A^T for the 3 by 3 matrix M of each pair of axes."""
    a00, a01, a02, a10, a11, a12, a20, a21, a22 = axis_transition(model, x, t)
    qpp, qpv, qpa, qvv, qva, qaa = axis_noise(model, t)
    for i in range(3):
        p, v, a = x[i], x[i + 3], x[i + 6]
        x[i] = a00 * p + a01 * v + a02 * a
        x[i + 3] = a10 * p + a11 * v + a12 * a
        x[i + 6] = a20 * p + a21 * v + a22 * a
        for j in range(i, 3):
            m00, m01, m02 = P[i, j], P[i, j + 3], P[i, j + 6]
            m10, m11, m12 = P[i + 3, j], P[i + 3, j + 3], P[i + 3, j + 6]
            m20, m21, m22 = P[i + 6, j], P[i + 6, j + 3], P[i + 6, j + 6]
            for r in range(3):
                if r == 0:
                    b0, b1, b2 = a00, a01, a02
                elif r == 1:
                    b0, b1, b2 = a10, a11, a12
                else:
                    b0, b1, b2 = a20, a21, a22
                r0 = b0 * m00 + b1 * m10 + b2 * m20
                r1 = b0 * m01 + b1 * m11 + b2 * m21
                r2 = b0 * m02 + b1 * m12 + b2 * m22
                row = i + 3 * r
                P[row, j] = r0 * a00 + r1 * a01 + r2 * a02
                P[row, j + 3] = r0 * a10 + r1 * a11 + r2 * a12
                P[row, j + 6] = r0 * a20 + r1 * a21 + r2 * a22
            if i == j:
                P[i, i] += qpp
                P[i, i + 3] += qpv
                P[i, i + 6] += qpa
                P[i + 3, i + 3] += qvv
                P[i + 3, i + 6] += qva
                P[i + 6, i + 6] += qaa
                P[i + 3, i] = P[i, i + 3]
                P[i + 6, i] = P[i, i + 6]
                P[i + 6, i + 3] = P[i + 3, i + 6]
            else:
                for r in range(3):
                    for s in range(3):
                        P[j + 3 * s, i + 3 * r] = P[i + 3 * r, j + 3 * s]


@borrowing_kernel
def _predict_fall(
    model: Any, x: NDArray[np.float64], P: NDArray[np.float64], t: float, work: NDArray[np.float64]
) -> None:
    """Equation (4): the transition at the middle of the step, applied from both sides."""
    b = model.ballistic_coefficient_kgpm2
    start = (x[0], x[1], x[2], x[3], x[4], x[5])
    _fall_mean(x, b, t)
    px, py, pz = 0.5 * (start[0] + x[0]), 0.5 * (start[1] + x[1]), 0.5 * (start[2] + x[2])
    vx, vy, vz = 0.5 * (start[3] + x[3]), 0.5 * (start[4] + x[4]), 0.5 * (start[5] + x[5])
    r2 = px * px + py * py + pz * pz
    k = GRAVITATIONAL_PARAMETER_M3PS2 / (r2 * sqrt(r2))
    speed = sqrt(vx * vx + vy * vy + vz * vz)
    drag = _drag(px, py, pz, speed, b)
    for i in range(3):
        p_i = px if i == 0 else py if i == 1 else pz
        v_i = vx if i == 0 else vy if i == 1 else vz
        for j in range(3):
            p_j = px if j == 0 else py if j == 1 else pz
            v_j = vx if j == 0 else vy if j == 1 else vz
            same = 1.0 if i == j else 0.0
            g = k * (3.0 * p_i * p_j / r2 - same)
            d = -drag * (same + (v_i * v_j / (speed * speed) if speed > 0.0 else 0.0))
            turned_x, turned_y = rotating_frame_acceleration(0.0, 0.0, 1.0 if j == 0 else 0.0, 1.0 if j == 1 else 0.0)
            d += turned_x if i == 0 else turned_y if i == 1 else 0.0
            lifted_x, lifted_y = rotating_frame_acceleration(1.0 if j == 0 else 0.0, 1.0 if j == 1 else 0.0, 0.0, 0.0)
            g += lifted_x if i == 0 else lifted_y if i == 1 else 0.0
            # I + F T + F^2 T^2/2 with F = [0 I; G D]; of D^2 nothing is kept, D T being small.
            work[i, j] = same + 0.5 * t * t * g
            work[i, j + 3] = same * t + 0.5 * t * t * d
            work[i + 3, j] = t * g
            work[i + 3, j + 3] = same + t * d + 0.5 * t * t * g
    sandwich(work, P)
    qpp, qpv, _, qvv, _, _ = axis_noise(model, t)
    for i in range(3):
        P[i, i] += qpp
        P[i, i + 3] += qpv
        P[i + 3, i] += qpv
        P[i + 3, i + 3] += qvv
    for i in range(6, len(x)):
        x[i] = 0.0
        for j in range(len(x)):
            P[i, j] = 0.0
            P[j, i] = 0.0


@borrowing_kernel
def sandwich(F: NDArray[np.float64], P: NDArray[np.float64]) -> None:
    """F P F^T on the leading six numbers, in place and symmetric."""
    for i in range(6):  # columns of F P: one column of P at a time, kept in six numbers
        c0, c1, c2, c3, c4, c5 = P[0, i], P[1, i], P[2, i], P[3, i], P[4, i], P[5, i]
        for r in range(6):
            P[r, i] = F[r, 0] * c0 + F[r, 1] * c1 + F[r, 2] * c2 + F[r, 3] * c3 + F[r, 4] * c4 + F[r, 5] * c5
    for r in range(6):
        c0, c1, c2, c3, c4, c5 = P[r, 0], P[r, 1], P[r, 2], P[r, 3], P[r, 4], P[r, 5]
        for i in range(6):
            P[r, i] = F[i, 0] * c0 + F[i, 1] * c1 + F[i, 2] * c2 + F[i, 3] * c3 + F[i, 4] * c4 + F[i, 5] * c5
    for r in range(6):
        for i in range(r):
            half = 0.5 * (P[r, i] + P[i, r])
            P[r, i] = half
            P[i, r] = half


@dataclass(frozen=True)
class MotionModel:
    """A motion model, whatever its kind; make one with the four functions of this module."""

    kind: int
    noise: float
    piecewise: bool = False
    ballistic_coefficient_kgpm2: float = np.inf

    def __post_init__(self) -> None:
        if not (isfinite(self.noise) and self.noise >= 0.0):
            raise InputError(f"the noise of a motion model is {self.noise!r}; give a finite number, 0 or more")
        if not self.ballistic_coefficient_kgpm2 > 0.0:
            raise InputError(
                f"ballistic_coefficient_kgpm2 is {self.ballistic_coefficient_kgpm2!r}; give a positive number"
            )

    @property
    def dimension(self) -> int:
        """Numbers of a state that the model needs: 6, or 9 with acceleration."""
        return 9 if self.kind in (CONSTANT_ACCELERATION, COORDINATED_TURN) else 6


def constant_velocity(noise_psd: float | None = None, noise_std_mps2: float | None = None) -> MotionModel:
    """Equation (1): either `noise_psd` in m^2/s^3, or `noise_std_mps2`, an acceleration constant over each step."""
    if noise_psd is not None and noise_std_mps2 is None:
        return MotionModel(CONSTANT_VELOCITY, noise_psd)
    if noise_std_mps2 is not None and noise_psd is None:
        return MotionModel(CONSTANT_VELOCITY, noise_std_mps2, piecewise=True)
    raise InputError("constant_velocity takes either noise_psd or noise_std_mps2, one of the two")


def constant_acceleration(noise_psd: float) -> MotionModel:
    """Equation (2): `noise_psd` of the jerk in m^2/s^5."""
    return MotionModel(CONSTANT_ACCELERATION, noise_psd)


def coordinated_turn(noise_psd: float) -> MotionModel:
    """Equation (3): `noise_psd` of the jerk in m^2/s^5."""
    return MotionModel(COORDINATED_TURN, noise_psd)


def ballistic(noise_psd: float, ballistic_coefficient_kgpm2: float = np.inf) -> MotionModel:
    """Equation (4), in ECEF: `noise_psd` in m^2/s^3; without drag unless a ballistic coefficient m/(Cd A) is given."""
    return MotionModel(BALLISTIC, noise_psd, ballistic_coefficient_kgpm2=ballistic_coefficient_kgpm2)


def models_array(models: list[MotionModel]) -> NDArray[np.void]:
    """Models as the kernels take them."""
    out = np.zeros(len(models), MODEL)
    for record, model in zip(out, models, strict=True):
        record["kind"], record["piecewise"], record["noise"] = model.kind, model.piecewise, model.noise
        record["ballistic_coefficient_kgpm2"] = model.ballistic_coefficient_kgpm2
    return out

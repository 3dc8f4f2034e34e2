"""The update of the extended Kalman filter; covariance kept symmetric and positive.

(1)  predict: x = F x, P = F P F^T + Q
(2)  update: S = H P H^T + R, K = P H^T S^-1, x = x + K (z - h(x)), P = (I - K H) P (I - K H)^T + K R K^T (Joseph)

(Bar-Shalom, Li and Kirubarajan, Estimation with Applications to Tracking and Navigation, 2001, sections 5.2.3, 5.4.2 and
10.3). With uncorrelated components of z, taking them one after another at one point of linearisation gives the same
result without any inverse (BLK 7.4.3): `update` does, in equation (2)'s Joseph form for one component, from which

(3)  nu^2 = sum nu_k^2 / s_k, ln det S = sum ln s_k
"""

from __future__ import annotations

from math import isinf, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel
from buckler.tracking.measuring import COMPONENTS, POLAR, wrapped


@borrowing_kernel
def innovate(site: Any, plot: Any, level: bool, z: NDArray[np.float64], nu: NDArray[np.float64]) -> None:
    """nu (4,) = measured less expected, angles the short way round; NaN where the component says nothing."""
    for k in range(COMPONENTS):
        if isinf(plot.noise_std[k]) or (k == 1 and not level):
            nu[k] = np.nan
        else:
            nu[k] = plot.value[k] - z[k]
    if site.kind == POLAR:
        nu[1] = wrapped(nu[1])


@borrowing_kernel
def project(P: NDArray[np.float64], H: NDArray[np.float64], width: int, S: NDArray[np.float64]) -> None:
    """S = H P H^T (4, 4), lower half, of the first `width` numbers: 3 where neither lag nor Doppler matters, else 6."""
    for i in range(COMPONENTS):
        for j in range(i + 1):
            S[i, j] = 0.0
        for c in range(width):
            cross = 0.0
            for r in range(width):
                cross += H[i, r] * P[r, c]
            for j in range(i + 1):
                S[i, j] += cross * H[j, c]


@borrowing_kernel
def distance(
    S: NDArray[np.float64], nu: NDArray[np.float64], plot: Any, work: NDArray[np.float64]
) -> tuple[float, float, int]:
    """nu^T (S + R)^-1 nu, its ln det, and the number of components measured; by L D L^T.

    `work`: (9, 9), rows 0 to 3: L D below the diagonal, D on it; row 4: nu solved against L.
    """
    d2 = 0.0
    det = 1.0
    count = 0
    for i in range(COMPONENTS):
        if nu[i] != nu[i]:
            continue
        y = nu[i]
        pivot = S[i, i] + plot.noise_std[i] * plot.noise_std[i]
        for j in range(i):
            if nu[j] != nu[j]:
                continue
            entry = S[i, j]
            for k in range(j):
                if nu[k] == nu[k]:
                    entry -= work[i, k] * work[j, k] * work[5, k]
            work[i, j] = entry
            step = entry * work[5, j]
            pivot -= entry * step
            y -= step * work[4, j]
        work[5, i] = 1.0 / pivot
        work[4, i] = y
        d2 += y * y * work[5, i]
        det *= pivot
        count += 1
    return d2, log(det), count


@borrowing_kernel
def project_three(
    P: NDArray[np.float64], near: NDArray[np.float64]
) -> tuple[float, float, float, float, float, float]:
    """H P H^T of position alone, H from `measure_place`: entries 00, 10, 11, 20, 21, 22."""
    a, b, c = near[3], near[4], near[5]
    d, e, f = near[6], near[7], near[8]
    g, h, i = near[9], near[10], near[11]
    p00, p10, p11, p20, p21, p22 = P[0, 0], P[1, 0], P[1, 1], P[2, 0], P[2, 1], P[2, 2]
    a0, a1, a2 = a * p00 + b * p10 + c * p20, a * p10 + b * p11 + c * p21, a * p20 + b * p21 + c * p22
    d0, d1, d2 = d * p00 + e * p10 + f * p20, d * p10 + e * p11 + f * p21, d * p20 + e * p21 + f * p22
    g0, g1, g2 = g * p00 + h * p10 + i * p20, g * p10 + h * p11 + i * p21, g * p20 + h * p21 + i * p22
    return (
        a0 * a + a1 * b + a2 * c, d0 * a + d1 * b + d2 * c, d0 * d + d1 * e + d2 * f,
        g0 * a + g1 * b + g2 * c, g0 * d + g1 * e + g2 * f, g0 * g + g1 * h + g2 * i,
    )  # fmt: skip


@borrowing_kernel
def distance_three(
    s00: float, s10: float, s11: float, s20: float, s21: float, s22: float, nu0: float, nu1: float, nu2: float
) -> tuple[float, float]:
    """nu^T S^-1 nu and det S of three components, by L D L^T; S with the noise in it."""
    i0 = 1.0 / s00
    l10, l20 = s10 * i0, s20 * i0
    pivot1 = s11 - l10 * s10
    i1 = 1.0 / pivot1
    rest = s21 - l20 * s10
    l21 = rest * i1
    pivot2 = s22 - l20 * s20 - l21 * rest
    y1 = nu1 - l10 * nu0
    y2 = nu2 - l20 * nu0 - l21 * y1
    return nu0 * nu0 * i0 + y1 * y1 * i1 + y2 * y2 / pivot2, s00 * pivot1 * pivot2


@borrowing_kernel
def update_three(
    x: NDArray[np.float64],
    P: NDArray[np.float64],
    near: NDArray[np.float64],
    nu0: float,
    nu1: float,
    nu2: float,
    plot: Any,
) -> float:
    """What `update` does to six numbers by range, azimuth and elevation (or x, y, z) alone: the tracker's inner loop.

    All three at once: S = L D L^T, V = P H^T L^-T, x + V D^-1 L^-1 nu, P - V D^-1 V^T; symmetric to the last bit. Returns nu^T S^-1 nu.
    `near` as `measure_place` leaves it. Written out: a loop over rows of P waits for what it has just stored.
    """
    a, b, c = near[3], near[4], near[5]
    d, e, f = near[6], near[7], near[8]
    g, h, i = near[9], near[10], near[11]
    p00, p10, p11, p20, p21, p22 = P[0, 0], P[1, 0], P[1, 1], P[2, 0], P[2, 1], P[2, 2]
    p30, p31, p32, p40, p41, p42 = P[3, 0], P[3, 1], P[3, 2], P[4, 0], P[4, 1], P[4, 2]
    p50, p51, p52 = P[5, 0], P[5, 1], P[5, 2]
    a0, a1, a2 = a * p00 + b * p10 + c * p20, a * p10 + b * p11 + c * p21, a * p20 + b * p21 + c * p22
    a3, a4, a5 = a * p30 + b * p31 + c * p32, a * p40 + b * p41 + c * p42, a * p50 + b * p51 + c * p52
    d0, d1, d2 = d * p00 + e * p10 + f * p20, d * p10 + e * p11 + f * p21, d * p20 + e * p21 + f * p22
    d3, d4, d5 = d * p30 + e * p31 + f * p32, d * p40 + e * p41 + f * p42, d * p50 + e * p51 + f * p52
    g0, g1, g2 = g * p00 + h * p10 + i * p20, g * p10 + h * p11 + i * p21, g * p20 + h * p21 + i * p22
    g3, g4, g5 = g * p30 + h * p31 + i * p32, g * p40 + h * p41 + i * p42, g * p50 + h * p51 + i * p52
    s00 = a0 * a + a1 * b + a2 * c + plot.noise_std[0] * plot.noise_std[0]
    s10 = d0 * a + d1 * b + d2 * c
    s11 = d0 * d + d1 * e + d2 * f + plot.noise_std[1] * plot.noise_std[1]
    s20 = g0 * a + g1 * b + g2 * c
    s21 = g0 * d + g1 * e + g2 * f
    s22 = g0 * g + g1 * h + g2 * i + plot.noise_std[2] * plot.noise_std[2]
    i0 = 1.0 / s00
    l10, l20 = s10 * i0, s20 * i0
    i1 = 1.0 / (s11 - l10 * s10)
    rest = s21 - l20 * s10
    l21 = rest * i1
    i2 = 1.0 / (s22 - l20 * s20 - l21 * rest)
    y1 = nu1 - l10 * nu0
    y2 = nu2 - l20 * nu0 - l21 * y1
    q0, q1, q2 = nu0 * i0, y1 * i1, y2 * i2
    d0, d1, d2, d3, d4, d5 = d0 - l10 * a0, d1 - l10 * a1, d2 - l10 * a2, d3 - l10 * a3, d4 - l10 * a4, d5 - l10 * a5
    g0, g1, g2 = g0 - l20 * a0 - l21 * d0, g1 - l20 * a1 - l21 * d1, g2 - l20 * a2 - l21 * d2
    g3, g4, g5 = g3 - l20 * a3 - l21 * d3, g4 - l20 * a4 - l21 * d4, g5 - l20 * a5 - l21 * d5
    x[0] += a0 * q0 + d0 * q1 + g0 * q2
    x[1] += a1 * q0 + d1 * q1 + g1 * q2
    x[2] += a2 * q0 + d2 * q1 + g2 * q2
    x[3] += a3 * q0 + d3 * q1 + g3 * q2
    x[4] += a4 * q0 + d4 * q1 + g4 * q2
    x[5] += a5 * q0 + d5 * q1 + g5 * q2
    u, v, w = a0 * i0, d0 * i1, g0 * i2
    P[0, 0] -= u * a0 + v * d0 + w * g0
    u, v, w = a1 * i0, d1 * i1, g1 * i2
    P[1, 0] = P[0, 1] = p10 - (u * a0 + v * d0 + w * g0)
    P[1, 1] -= u * a1 + v * d1 + w * g1
    u, v, w = a2 * i0, d2 * i1, g2 * i2
    P[2, 0] = P[0, 2] = p20 - (u * a0 + v * d0 + w * g0)
    P[2, 1] = P[1, 2] = p21 - (u * a1 + v * d1 + w * g1)
    P[2, 2] -= u * a2 + v * d2 + w * g2
    u, v, w = a3 * i0, d3 * i1, g3 * i2
    P[3, 0] = P[0, 3] = p30 - (u * a0 + v * d0 + w * g0)
    P[3, 1] = P[1, 3] = p31 - (u * a1 + v * d1 + w * g1)
    P[3, 2] = P[2, 3] = p32 - (u * a2 + v * d2 + w * g2)
    P[3, 3] -= u * a3 + v * d3 + w * g3
    u, v, w = a4 * i0, d4 * i1, g4 * i2
    P[4, 0] = P[0, 4] = p40 - (u * a0 + v * d0 + w * g0)
    P[4, 1] = P[1, 4] = p41 - (u * a1 + v * d1 + w * g1)
    P[4, 2] = P[2, 4] = p42 - (u * a2 + v * d2 + w * g2)
    P[4, 3] = P[3, 4] = P[4, 3] - (u * a3 + v * d3 + w * g3)
    P[4, 4] -= u * a4 + v * d4 + w * g4
    u, v, w = a5 * i0, d5 * i1, g5 * i2
    P[5, 0] = P[0, 5] = p50 - (u * a0 + v * d0 + w * g0)
    P[5, 1] = P[1, 5] = p51 - (u * a1 + v * d1 + w * g1)
    P[5, 2] = P[2, 5] = p52 - (u * a2 + v * d2 + w * g2)
    P[5, 3] = P[3, 5] = P[5, 3] - (u * a3 + v * d3 + w * g3)
    P[5, 4] = P[4, 5] = P[5, 4] - (u * a4 + v * d4 + w * g4)
    P[5, 5] -= u * a5 + v * d5 + w * g5
    return float(nu0 * q0 + y1 * q1 + y2 * q2)


@borrowing_kernel
def update_six(
    x: NDArray[np.float64], P: NDArray[np.float64], H: NDArray[np.float64], nu: NDArray[np.float64], plot: Any
) -> float:
    """What `update` does to six numbers by positions alone, one component after another: where not all three are measured.

    Returns nu^T S^-1 nu. Symmetric to the last bit.
    """
    d2 = 0.0
    m0, m1, m2, m3, m4, m5 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(COMPONENTS):
        rest = nu[k]
        if rest != rest:
            continue
        h0, h1, h2 = H[k, 0], H[k, 1], H[k, 2]
        w0 = h0 * P[0, 0] + h1 * P[1, 0] + h2 * P[2, 0]
        w1 = h0 * P[0, 1] + h1 * P[1, 1] + h2 * P[2, 1]
        w2 = h0 * P[0, 2] + h1 * P[1, 2] + h2 * P[2, 2]
        w3 = h0 * P[0, 3] + h1 * P[1, 3] + h2 * P[2, 3]
        w4 = h0 * P[0, 4] + h1 * P[1, 4] + h2 * P[2, 4]
        w5 = h0 * P[0, 5] + h1 * P[1, 5] + h2 * P[2, 5]
        scale = 1.0 / sqrt(h0 * w0 + h1 * w1 + h2 * w2 + plot.noise_std[k] * plot.noise_std[k])
        y = (rest - h0 * m0 - h1 * m1 - h2 * m2) * scale
        d2 += y * y
        w0, w1, w2, w3, w4, w5 = w0 * scale, w1 * scale, w2 * scale, w3 * scale, w4 * scale, w5 * scale
        m0, m1, m2, m3, m4, m5 = m0 + w0 * y, m1 + w1 * y, m2 + w2 * y, m3 + w3 * y, m4 + w4 * y, m5 + w5 * y
        for a in range(6):
            w = w0 if a == 0 else w1 if a == 1 else w2 if a == 2 else w3 if a == 3 else w4 if a == 4 else w5
            P[a, 0] -= w * w0
            P[a, 1] -= w * w1
            P[a, 2] -= w * w2
            P[a, 3] -= w * w3
            P[a, 4] -= w * w4
            P[a, 5] -= w * w5
    x[0] += m0
    x[1] += m1
    x[2] += m2
    x[3] += m3
    x[4] += m4
    x[5] += m5
    return d2


@borrowing_kernel
def update(
    x: NDArray[np.float64],
    P: NDArray[np.float64],
    H: NDArray[np.float64],
    width: int,
    nu: NDArray[np.float64],
    plot: Any,
    work: NDArray[np.float64],
) -> tuple[float, float, int]:
    """Equations (2) and (3), component by component at one linearisation, in place; returns what `distance` does.

    H (4, 6) as `measure` leaves it, of which the first `width` columns count; nu (4,) with NaN where nothing is measured.
    """
    n = len(x)
    d2 = 0.0
    log_det = 0.0
    count = 0
    # Row 0: P h; row 1: gain; row 2: (I - K h) P h; row 3: what the components so far have moved x by.
    for a in range(n):
        work[3, a] = 0.0
    for k in range(COMPONENTS):
        if nu[k] != nu[k]:
            continue
        variance = plot.noise_std[k] * plot.noise_std[k]
        for a in range(n):
            total = 0.0
            for c in range(width):
                total += P[a, c] * H[k, c]
            work[0, a] = total
        s = variance
        rest = nu[k]
        for c in range(width):
            s += H[k, c] * work[0, c]
            rest -= H[k, c] * work[3, c]
        scale = 1.0 / s
        for a in range(n):
            gain = work[0, a] * scale
            work[1, a] = gain
            work[3, a] += gain * rest
        for a in range(n):
            for b in range(n):
                P[a, b] -= work[1, a] * work[0, b]
        for a in range(n):
            total = 0.0
            for c in range(width):
                total += P[a, c] * H[k, c]
            work[2, a] = total - variance * work[1, a]
        for a in range(n):
            for b in range(a, n):
                value = P[a, b] - work[2, a] * work[1, b]
                P[a, b] = value
                P[b, a] = value
        d2 += rest * rest * scale
        log_det += log(s)
        count += 1
    for a in range(n):
        x[a] += work[3, a]
    return d2, log_det, count

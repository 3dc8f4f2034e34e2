"""The unscented Kalman filter.

(1)  the unscented transform: points x, x +- sqrt(n + lambda) columns of chol(P), lambda = alpha^2 (n + kappa) - n, weights
     lambda/(n + lambda) (mean; + 1 - alpha^2 + beta for the covariance) and 1/(2 (n + lambda)): Julier and Uhlmann 2004,
     doi:10.1109/JPROC.2003.823141; Wan and van der Merwe 2000, doi:10.1109/ASSPCC.2000.882463.
"""

from __future__ import annotations

from math import isinf, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import kernel
from buckler.tracking import models
from buckler.tracking.measuring import COMPONENTS, POLAR, measure, wrapped


@kernel
def cholesky(P: NDArray[np.float64], L: NDArray[np.float64]) -> bool:
    """The lower factor of a symmetric matrix, L L^T = P; directions without variance get none. False if P is not one."""
    n = len(P)
    largest = 0.0
    for i in range(n):
        largest = max(largest, P[i, i])
    for j in range(n):
        pivot = P[j, j]
        for k in range(j):
            pivot -= L[j, k] * L[j, k]
        if pivot < -1.0e-9 * largest:
            return False
        root = sqrt(pivot) if pivot > 1.0e-15 * P[j, j] and pivot > 0.0 else 0.0
        L[j, j] = root
        for i in range(j + 1, n):
            entry = P[i, j]
            for k in range(j):
                entry -= L[i, k] * L[j, k]
            L[i, j] = entry / root if root > 0.0 else 0.0
            L[j, i] = 0.0
    return True


@kernel
def unscented_points(
    x: NDArray[np.float64], P: NDArray[np.float64], alpha: float, kappa: float, points: NDArray[np.float64]
) -> bool:
    """The points of equation (1) in the rows of `points` (2 n + 1, n); False where P is not positive."""
    n = len(x)
    L = np.empty((n, n))
    if not cholesky(P, L):
        return False
    spread = alpha * sqrt(n + kappa)
    for a in range(n):
        points[0, a] = x[a]
        for k in range(n):
            points[1 + k, a] = x[a] + spread * L[a, k]
            points[1 + n + k, a] = x[a] - spread * L[a, k]
    return True


@kernel
def unscented_predict(
    model: Any, x: NDArray[np.float64], P: NDArray[np.float64], time_s: float, alpha: float, beta: float, kappa: float
) -> bool:
    """Equation (1) through the motion model, in place; False where P is not positive."""
    n = len(x)
    points = np.empty((2 * n + 1, n))
    if not unscented_points(x, P, alpha, kappa, points):
        return False
    for k in range(2 * n + 1):
        models.move(model, points[k], time_s)
    scale = alpha * alpha * (n + kappa)
    first = 1.0 - n / scale
    for a in range(n):
        total = 0.0
        for k in range(1, 2 * n + 1):
            total += points[k, a] - points[0, a]
        x[a] = points[0, a] + total / (2.0 * scale)
    _spread(points, x, points, x, first + 1.0 - alpha * alpha + beta, 0.5 / scale, P)
    qpp, qpv, qpa, qvv, qva, qaa = models.axis_noise(model, time_s)
    for i in range(3):
        P[i, i] += qpp
        P[i, i + 3] += qpv
        P[i + 3, i] += qpv
        P[i + 3, i + 3] += qvv
        if n == 9:
            P[i, i + 6] += qpa
            P[i + 6, i] += qpa
            P[i + 3, i + 6] += qva
            P[i + 6, i + 3] += qva
            P[i + 6, i + 6] += qaa
    return True


@kernel
def _spread(
    a: NDArray[np.float64],
    a_mean: NDArray[np.float64],
    b: NDArray[np.float64],
    b_mean: NDArray[np.float64],
    first: float,
    other: float,
    out: NDArray[np.float64],
) -> None:
    """The weighted covariance of two sets of points."""
    for i in range(len(a_mean)):
        for j in range(len(b_mean)):
            total = first * (a[0, i] - a_mean[i]) * (b[0, j] - b_mean[j])
            for k in range(1, len(a)):
                total += other * (a[k, i] - a_mean[i]) * (b[k, j] - b_mean[j])
            out[i, j] = total


@kernel
def unscented_update(
    site: Any,
    plot: Any,
    x: NDArray[np.float64],
    P: NDArray[np.float64],
    lag_s: float,
    alpha: float,
    beta: float,
    kappa: float,
) -> tuple[float, float, int]:
    """Equation (1) through the measurement, in place; returns nu^2, ln det S and the components used, -1 if P fails.

    Angles are averaged about that of the first point.
    """
    n = len(x)
    points = np.empty((2 * n + 1, n))
    if not unscented_points(x, P, alpha, kappa, points):
        return 0.0, 0.0, -1
    z, H = np.empty(COMPONENTS), np.empty((COMPONENTS, 6))
    used = np.empty(COMPONENTS, np.int64)
    m = 0
    level = measure(site, x, lag_s, z, H)
    for k in range(COMPONENTS):
        if not isinf(plot.noise_std[k]) and (k != 1 or level):
            used[m] = k
            m += 1
    seen = np.empty((2 * n + 1, m))
    for p in range(2 * n + 1):
        measure(site, points[p], lag_s, z, H)
        for i in range(m):
            seen[p, i] = z[used[i]]
            if site.kind == POLAR and used[i] == 1:
                seen[p, i] = seen[0, i] + wrapped(seen[p, i] - seen[0, i])
    scale = alpha * alpha * (n + kappa)
    first = 1.0 - n / scale + 1.0 - alpha * alpha + beta
    mean, nu = np.empty(m), np.empty(m)
    for i in range(m):
        total = 0.0
        for p in range(1, 2 * n + 1):
            total += seen[p, i] - seen[0, i]
        mean[i] = seen[0, i] + total / (2.0 * scale)
        nu[i] = plot.value[used[i]] - mean[i]
        if site.kind == POLAR and used[i] == 1:
            nu[i] = wrapped(nu[i])
    S, C, L = np.empty((m, m)), np.empty((n, m)), np.empty((m, m))
    _spread(seen, mean, seen, mean, first, 0.5 / scale, S)
    _spread(points, x, seen, mean, first, 0.5 / scale, C)
    for i in range(m):
        S[i, i] += plot.noise_std[used[i]] ** 2
    if not cholesky(S, L):
        return 0.0, 0.0, -1
    # With C = B L^T: K S K^T = B B^T and K nu = B y, L y = nu.
    d2 = 0.0
    log_det = 0.0
    for i in range(m):
        y = nu[i]
        for k in range(i):
            y -= L[i, k] * S[k, 0]
        y /= L[i, i]
        S[i, 0] = y
        d2 += y * y
        log_det += 2.0 * log(L[i, i])
    for a in range(n):
        for i in range(m):
            entry = C[a, i]
            for k in range(i):
                entry -= C[a, k] * L[i, k]
            C[a, i] = entry / L[i, i]
        for i in range(m):
            x[a] += C[a, i] * S[i, 0]
    for a in range(n):
        for b in range(a, n):
            total = P[a, b]
            for i in range(m):
                total -= C[a, i] * C[b, i]
            P[a, b] = total
            P[b, a] = total
    return d2, log_det, m

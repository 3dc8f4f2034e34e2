"""Covariance intersection of two estimates of one time, as a kernel: what the engine puts tracks together with (`fusion` has it in NumPy).

(1)  P^-1 = w A^-1 + (1 - w) B^-1, P^-1 x = w A^-1 a + (1 - w) B^-1 b, 0 <= w <= 1 of least trace of P (Julier and Uhlmann 1997,
     doi:10.1109/ACC.1997.609105)
(2)  d^2 = (a - b)^T (A + B)^-1 (a - b) (Bar-Shalom and Li, Multitarget-Multisensor Tracking, 1995, section 8.3)

The trace is convex in w (the inverse is matrix convex), so the golden section finds its least value.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel

SECTIONS: Final = 24
"""Steps of the golden section: the weight to 1e-5, where the trace is flat."""
_GOLDEN: Final = 0.5 * (5.0**0.5 - 1.0)


@borrowing_kernel
def invert(A: NDArray[np.float64], L: NDArray[np.float64], out: NDArray[np.float64]) -> bool:
    """out = A^-1 of a symmetric positive matrix, by A = L L^T; False where it is not positive. `out` may be `A`."""
    n = len(A)
    for i in range(n):
        for j in range(i + 1):
            total = A[i, j]
            for k in range(j):
                total -= L[i, k] * L[j, k]
            if i > j:
                L[i, j] = total / L[j, j]
            elif total > 0.0:
                L[i, i] = sqrt(total)
            else:
                return False
    # L^-1 in place, column by column, then its transpose times itself.
    for j in range(n):
        L[j, j] = 1.0 / L[j, j]
        for i in range(j + 1, n):
            total = 0.0
            for k in range(j, i):
                total -= L[i, k] * L[k, j]
            L[i, j] = total / L[i, i]
    for i in range(n):
        for j in range(i + 1):
            total = 0.0
            for k in range(i, n):
                total += L[k, i] * L[k, j]
            out[i, j] = total
            out[j, i] = total
    return True


@borrowing_kernel
def apart(
    a: NDArray[np.float64], A: NDArray[np.float64], b: NDArray[np.float64], B: NDArray[np.float64], work: NDArray[np.float64]
) -> float:  # fmt: skip
    """Equation (2); inf where A + B is not positive. `work`: (4, n, n)."""
    n = len(a)
    S, L = work[0], work[1]
    for i in range(n):
        for j in range(n):
            S[i, j] = A[i, j] + B[i, j]
    if not invert(S, L, S):
        return np.inf
    squared = 0.0
    for i in range(n):
        for j in range(n):
            squared += (a[i] - b[i]) * S[i, j] * (a[j] - b[j])
    return squared


@borrowing_kernel
def _trace(w: float, work: NDArray[np.float64]) -> float:
    """Trace of (w work[0] + (1 - w) work[1])^-1, which is left in work[2]; inf where there is none."""
    n = work.shape[1]
    P = work[2]
    for i in range(n):
        for j in range(n):
            P[i, j] = w * work[0, i, j] + (1.0 - w) * work[1, i, j]
    if not invert(P, work[3], P):
        return np.inf
    total = 0.0
    for i in range(n):
        total += P[i, i]
    return total


@borrowing_kernel
def intersect(
    a: NDArray[np.float64], A: NDArray[np.float64], b: NDArray[np.float64], B: NDArray[np.float64], work: NDArray[np.float64]
) -> float:  # fmt: skip
    """Equation (1), left in `a` and `A`; the weight w of the first, or -1 (and nothing changed) where a covariance is not positive.

    `work`: (4, n, n).
    """
    n = len(a)
    if not (invert(A, work[3], work[0]) and invert(B, work[3], work[1])):
        return -1.0
    low, high = 0.0, 1.0
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = _trace(left, work), _trace(right, work)
    for _ in range(SECTIONS):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = _trace(left, work)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = _trace(right, work)
    w = 0.5 * (low + high)
    least = _trace(w, work)
    one, other = 0.0, 0.0
    for i in range(n):
        one += A[i, i]
        other += B[i, i]
    # The ends are the estimates themselves.
    if one <= least and one <= other:
        return 1.0
    if other <= least:
        for i in range(n):
            a[i] = b[i]
            for j in range(n):
                A[i, j] = B[i, j]
        return 0.0
    least = _trace(w, work)
    L = work[3]
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += w * work[0, i, j] * a[j] + (1.0 - w) * work[1, i, j] * b[j]
        L[0, i] = total
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += work[2, i, j] * L[0, j]
        L[1, i] = total
    for i in range(n):
        a[i] = L[1, i]
        for j in range(n):
            A[i, j] = work[2, i, j]
    return w

"""A plot that comes when its track has taken a newer one: of another sensor, over a quicker way.

The track is carried back to the plot's time without process noise, takes it there, and is carried on again without:

(1)  P(k|n) = F P(n|n) F^T, F the motion from the track's time n back to the plot's k
(2)  x(n|n,k) = x(n|n) + W (z - h(x(k|n))), W = P(n|n) F^T H^T S^-1, P(n|n,k) = P(n|n) - W S W^T

Y. Bar-Shalom, "Update with out-of-sequence measurements in tracking: exact solution", IEEE Transactions on Aerospace and Electronic
Systems 38 (2002) 769-777, doi:10.1109/TAES.2002.1039398, algorithm C, equations 51 and 53: nearly as good as the exact one where the
noise is little for the lag, and a little too sure of itself where it is not. F is that of straight flight, for falling bodies as well: in
the seconds that a link takes, gravity's gradient (3e-6 1/s^2) bends nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel


@borrowing_kernel
def shift(P: NDArray[np.float64], time_s: float) -> None:
    """Equation (1): the covariance of position and velocity `time_s` later, or earlier, without noise."""
    t = time_s
    for i in range(3):
        for j in range(i, 3):
            pv, vp, vv = P[i, j + 3], P[j, i + 3], P[i + 3, j + 3]
            P[i, j] += t * (pv + vp + t * vv)
            P[j, i] = P[i, j]
            P[i, j + 3] = pv + t * vv
            P[j + 3, i] = P[i, j + 3]
            if i != j:
                P[j, i + 3] = vp + t * vv
                P[i + 3, j] = P[j, i + 3]

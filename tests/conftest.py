"""Settings that every test shares."""

from __future__ import annotations

import os

import numpy as np
from hypothesis import settings

settings.register_profile("buckler", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("buckler")

if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
    # Interpreted kernels do their modulo-2**64 arithmetic on NumPy scalars, which warn where compiled code wraps silently.
    np.seterr(over="ignore")

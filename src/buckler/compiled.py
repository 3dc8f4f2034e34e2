"""The one kernel decorator.

Every kernel is pure Python compiled by numba: float64, released from the GIL, cached on disk, no fastmath and no parallel
reductions, so that a result does not depend on the number of workers. `NUMBA_DISABLE_JIT=1` runs the same source interpreted.

numba's own cache notices an edit to the file that holds a kernel, but not to a file that holds something it calls. The cache
therefore lives in a folder named by a hash of every kernel source and of the library versions: any edit starts a new folder.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite
import numba
import numpy as np
import platformdirs

Function = TypeVar("Function", bound=Callable[..., object])

_PACKAGE = Path(__file__).parent
_KERNEL_SOURCES = ("compiled.py", "draws.py", "dtypes.py", "units.py", "physics", "tracking", "decision", "engine", "coverage")


@cache
def kernel_hash() -> str:
    """Sixteen hexadecimal digits that change when any kernel source or library version does."""
    digest = hashlib.sha256()
    digest.update(
        f"{sys.version_info[:3]} numba {numba.__version__} llvmlite {llvmlite.__version__} numpy {np.__version__}".encode()
    )
    for name in _KERNEL_SOURCES:
        root = _PACKAGE / name
        for path in sorted(root.rglob("*.py")) if root.is_dir() else [root]:
            digest.update(path.relative_to(_PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Where the compiled kernels of this version are kept."""
    return Path(platformdirs.user_cache_dir("buckler", appauthor=False)) / "kernels" / kernel_hash()


if "NUMBA_CACHE_DIR" not in os.environ:
    setattr(numba.config, "CACHE_DIR", str(cache_folder()))  # noqa: B010 (numba's settings have no stubs)


def kernel(function: Function) -> Function:
    """Compile `function` as a kernel. The decorated function keeps its Python type for callers and type checkers."""
    return cast(Function, numba.njit(function, nogil=True, cache=True, fastmath=False, error_model="numpy"))


def borrowing_kernel(function: Function) -> Function:
    """A kernel that allocates nothing: its arrays stay the caller's, and no reference counts are kept on the way.

    The engine's inner calls pass dozens of arrays; counting them took a third of a replication and, the counters being shared,
    kept two threads from being twice as fast as one.
    """
    options: dict[str, Any] = {"nogil": True, "cache": True, "fastmath": False, "error_model": "numpy", "_nrt": False}
    return cast(Function, numba.njit(**options)(function))


def inner_kernel(function: Function) -> Function:
    """A borrowing kernel that is written into its caller: for the large ones that one other calls, often.

    A World and a state are some eighty arrays of seven words each, and handing them over took a fifth of a replication.
    """
    options: dict[str, Any] = {"nogil": True, "cache": True, "fastmath": False, "error_model": "numpy", "_nrt": False}
    return cast(Function, numba.njit(inline="always", **options)(function))

"""The one kernel decorator.

Every kernel is pure Python compiled by numba: float64, released from the GIL, cached on disk, no fastmath and no parallel
reductions, so that a result does not depend on the number of workers. `NUMBA_DISABLE_JIT=1` runs the same source interpreted.

numba's own cache notices an edit to the file that holds a kernel, but not to a file that holds something it calls. The cache
therefore lives in a folder named by a hash of every kernel source and of the library versions: any edit starts a new folder.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar, cast

import llvmlite
import numba
import numpy as np
import platformdirs
from numba.core import types
from numba.core.dispatcher import Dispatcher

from buckler import bundle_type as bundle_type  # tells numba what a bundle is
from buckler.parts import PartCompiler

Function = TypeVar("Function", bound=Callable[..., object])

_PACKAGE = Path(__file__).parent
_KERNEL_SOURCES = (
    "bundles.py", "bundle_type.py", "compiled.py", "parts.py", "draws.py", "dtypes.py", "units.py", "physics", "tracking", "decision",
    "engine", "coverage",
)  # fmt: skip


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


def _jitted(function: Function, **options: Any) -> Function:
    """A kernel twice: the whole of it, for Python, and a part, for other kernels (parts). Either is compiled where it is called, the part
    made there, too: where everything has been compiled before, nobody asks for one."""
    options |= {"nogil": True, "cache": True, "fastmath": False, "error_model": "numpy", "no_cfunc_wrapper": True}
    njit: Any = numba.njit
    whole = njit(**options)(function)
    if not isinstance(whole, Dispatcher):
        return function  # NUMBA_DISABLE_JIT

    @cache
    def made() -> Any:
        again = FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__)
        functools.update_wrapper(again, function)
        again.__qualname__ += "_part"  # its name in the cache
        return njit(**options, no_cpython_wrapper=True, pipeline_class=PartCompiler)(again)

    def template(args: Any, kws: Any) -> Any:
        return made().get_call_template(tuple(map(_one_for_many, args)), kws)

    setattr(whole, "get_call_template", template)  # noqa: B010
    setattr(whole, "get_overload", lambda signature: made().get_overload(signature))  # noqa: B010
    setattr(whole, "part", made)  # noqa: B010
    return cast(Function, whole)


def _one_for_many(kind: Any) -> Any:
    """The type with which a kernel is compiled for another's argument of type `kind`.

    numba compiles a function again for every constant and for every width of integer that it is called with: one of the
    engine's, 27 times.
    """
    kind = getattr(kind, "literal_type", kind)
    return types.int64 if kind in (types.int8, types.int16, types.int32, types.uint8) else kind


def part(function: Function) -> Any:
    """What other kernels call of a kernel: numba's dispatcher of the part."""
    return getattr(function, "part")()  # noqa: B009


def kernel(function: Function) -> Function:
    """Compile `function` as a kernel. The decorated function keeps its Python type for callers and type checkers."""
    return _jitted(function)


def borrowing_kernel(function: Function) -> Function:
    """A kernel that allocates nothing: its arrays stay the caller's, and no reference counts are kept on the way.

    The engine's inner calls pass arrays by the dozen; counting them took a third of a replication and, the counters being
    shared, kept two threads from being twice as fast as one.
    """
    return _jitted(function, _nrt=False)


def inlined_kernel(function: Function) -> Function:
    """A borrowing kernel that is written into every caller, however large: for what is called by the million.

    LLVM decides by size, and leaves out just those whose arrays and records take longer to hand over than to read.
    """
    return _jitted(function, _nrt=False, forceinline=True)


def pasted_kernel(function: Function) -> Function:
    """A borrowing kernel that has one caller and is pasted into its source: nothing is compiled for it alone."""
    return _jitted(function, _nrt=False, inline="always")

"""The folders of compiled kernels: whether this version has been compiled yet, and the removal of those of old versions."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from numba.core.caching import UserProvidedCacheLocator

import buckler
from buckler.compiled import cache_folder
from buckler.engine.ahead import Ahead

_KEEP: Final = 4
_IN_USE_S: Final = 7 * 86_400.0
"""A folder used within this time is left alone: another installation, or a process that runs, may need it."""


def folder_in_use() -> Path:
    """Where this process keeps its compiled kernels: NUMBA_CACHE_DIR where it is set."""
    return Path(os.environ["NUMBA_CACHE_DIR"]) if os.environ.get("NUMBA_CACHE_DIR") else cache_folder()


def compiled_before(kernel: str = "") -> bool:
    """Whether kernels of this version (or one, MODULE.NAME) have been compiled on this machine, from these very files: numba keeps those of
    another installation apart."""
    packages = {source.parent for source in Path(buckler.__file__).parent.rglob("*.py")}
    locator: Any = UserProvidedCacheLocator
    ours = {locator.get_suitable_cache_subpath(str(package / "a.py")) for package in packages}
    return any(found.parent.name in ours for found in folder_in_use().rglob(f"{kernel}*.nbi"))


@contextmanager
def compiling(announce: Callable[[str], None]) -> Iterator[None]:
    """The first run of a version: says that it compiles, removes the kernels of old ones, and has the engine compiled beside the body."""
    first = not compiled_before("fly.replicate_block")  # what else is there may be coverage's, or the tracker's
    if first:
        remove_old()
        announce("First run of this version: compiling the kernels (once, about a minute) ...")
    with Ahead(wanted=first):
        yield


def remove_old(now: float | None = None) -> list[Path]:
    """Remove the kernels of old versions: all but the few used last, and none used in the last week; says which.

    A folder is renamed before it is emptied, so that a process that starts meanwhile finds it whole or not at all.
    """
    mine = cache_folder()
    now = time.time() if now is None else now
    removed = []
    try:
        if mine.is_dir():
            os.utime(mine)
        others = [path for path in mine.parent.iterdir() if path.is_dir() and path != mine]
        others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in others[_KEEP - 1 :]:
            if now - path.stat().st_mtime < _IN_USE_S and not path.name.startswith("."):
                continue
            gone = path if path.name.startswith(".") else path.rename(path.with_name(f".old-{path.name}-{os.getpid()}"))
            shutil.rmtree(gone, ignore_errors=True)
            removed.append(path)
    except OSError:  # not there, or another process is at the same work
        pass
    return removed

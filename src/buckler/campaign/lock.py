"""One process at a time in a run folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs


@contextmanager
def alone_in(folder: Path, announce: Callable[[str], None] = lambda text: None) -> Iterator[None]:
    """Wait until no other process of this user and machine works in the folder, then keep it until the block ends, or the process.

    The lock lies beside the caches, not in the folder. Where there is no locking (another operating system, a home that cannot be
    written), nothing is locked: files are still written whole, under names of each process's own, and the same work gives the same bytes.
    """
    try:
        import fcntl

        place = Path(platformdirs.user_cache_dir("buckler", appauthor=False)) / "locks"
        place.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:24]
        stream = (place / name).open("w")
    except (ImportError, OSError):
        yield
        return
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            announce(f"Another process works in {folder}: waiting for it ...")
            fcntl.flock(stream, fcntl.LOCK_EX)
        except OSError:  # a file system without locks
            pass
        yield

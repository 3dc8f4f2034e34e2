"""Work done by threads, each piece kept as it is finished, until all is done or the user has had enough."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import TypeVar

Piece = TypeVar("Piece")


def run_all(
    work: Callable[[Piece], int],
    pieces: Iterable[Piece],
    workers: int,
    finished: Callable[[int], None] = lambda amount: None,
) -> bool:
    """Do every piece; False where Ctrl-C ended it after the pieces in hand. `finished` is told the amount that each piece returns.

    It is told in the calling thread. An error in a piece ends the rest and is raised.
    """
    stop = threading.Event()

    def one(piece: Piece) -> int:
        return 0 if stop.is_set() else work(piece)

    with ThreadPoolExecutor(workers) as pool:
        try:
            running = {pool.submit(one, piece) for piece in pieces}
            while running:
                over, running = wait(running, return_when=FIRST_COMPLETED)
                for future in over:
                    finished(future.result())
        except KeyboardInterrupt:
            stop.set()
            return False
        except BaseException:
            stop.set()
            raise
    return True

"""Work done by threads, each piece kept as it is finished, until all is done or the user has had enough."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from queue import SimpleQueue
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

    Not by concurrent.futures: its `wait` takes the lock of every future in turn, and Ctrl-C in the middle left some of them taken, on which
    the workers then waited for ever.
    """
    stop = threading.Event()
    choosing = threading.Lock()
    todo = iter(pieces)
    done: SimpleQueue[int | BaseException | None] = SimpleQueue()
    """What each piece returned or raised; None from each thread that goes home."""

    def work_on() -> None:
        try:
            while not stop.is_set():
                with choosing:
                    try:
                        piece = next(todo)
                    except StopIteration:
                        break
                done.put(work(piece))
        except BaseException as error:
            done.put(error)
        finally:
            done.put(None)

    threads = [threading.Thread(target=work_on) for _ in range(workers)]
    try:
        for thread in threads:
            thread.start()
        at_work = workers
        while at_work:
            found = done.get()
            if found is None:
                at_work -= 1
            elif isinstance(found, BaseException):
                raise found
            else:
                finished(found)
    except KeyboardInterrupt:
        return False
    finally:
        stop.set()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
    return True

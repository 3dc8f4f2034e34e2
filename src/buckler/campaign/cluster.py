"""Many machines: blocks flown by the workers of a Dask scheduler, kept by this process.

A worker is sent the work once (the compiled World, or a study and its base World) and then asked for one piece after another; it
returns the piece packed, as it would be kept here. So tables are those of a local run, byte for byte, and a worker that dies costs the
pieces that it had in hand: the scheduler gives them to another. Only a few pieces a worker are under way at a time, so memory stays
bounded on both sides.

Pieces are fetched from the workers themselves, so that the scheduler, of which there is one, never holds them. Where the workers
cannot be reached from here (a cluster's inner network, of which only the scheduler shows), they come through it.

Workers of another buckler, or with other kernels or libraries, would give other bytes: they are refused by name, at the start and,
where one joins later, by the task itself.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any, Final, TypeVar

from buckler import __version__
from buckler.campaign.folder import platform_facts
from buckler.compiled import kernel_hash
from buckler.errors import InputError

if TYPE_CHECKING:
    from distributed import Client

Piece = TypeVar("Piece")
_TIMEOUT_S: Final = 15.0
_NO_WORKER_S: Final = 60.0
"""How long to wait where every worker is gone."""
_REACHED_S: Final = 2.0
"""How long a worker is given to answer, before its pieces are fetched through the scheduler."""
_FETCHED_S: Final = 20.0
"""A piece that takes longer from its worker is the last that is fetched so: a worker that joined later may be out of reach."""
_AHEAD: Final = 2
"""Pieces under way for each of a worker's threads."""


def fingerprint() -> dict[str, str]:
    """What results depend on, of this process."""
    facts = platform_facts()
    return {
        "buckler": __version__,
        "kernels": kernel_hash(),
        **{key: facts[key] for key in ("numpy", "numba", "pyarrow", "system", "machine")},
    }


def differences(theirs: dict[str, str], mine: dict[str, str]) -> str:
    """What differs, in words; empty where nothing does."""
    return ", ".join(f"{key} {theirs.get(key)}, not {value}" for key, value in mine.items() if theirs.get(key) != value)


def _task(work: Callable[[Piece], bytes], expected: dict[str, str], piece: Piece) -> bytes:
    if found := differences(fingerprint(), expected):
        raise InputError(f"has {found}")
    return work(piece)


async def _all_answer(addresses: Sequence[str], arguments: dict[str, Any]) -> bool:
    """Whether a connection to each is made in time."""
    import asyncio

    from distributed.comm import connect

    tried = (connect(address, timeout=_REACHED_S, **arguments) for address in addresses)
    reached = True
    for answer in await asyncio.gather(*tried, return_exceptions=True):
        if isinstance(answer, BaseException):
            reached = False
        else:
            answer.abort()
    return reached


class Cluster:
    """The workers of a scheduler, checked."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._check()
        self._direct = self._reached()

    def _check(self) -> None:
        mine = fingerprint()
        found = self.client.run(fingerprint, on_error="return")
        if not found:
            raise InputError(
                f"the scheduler at {self._place()} has no workers: start some (dask worker {self._place()})"
            )
        wrong = []
        for worker, theirs in sorted(found.items()):
            if isinstance(theirs, BaseException):
                wrong.append(f"{worker} cannot run buckler ({type(theirs).__name__}: {theirs})")
            elif said := differences(theirs, mine):
                wrong.append(f"{worker} has {said}")
        if wrong:
            raise InputError(
                f"workers that would give other results: {'; '.join(wrong)}. Install the same versions there, or leave these workers out"
            )

    def _reached(self) -> bool:
        """Whether every worker answers here, not only to its scheduler."""
        workers = self.client.scheduler_info(n_workers=-1)["workers"]
        return bool(self.client.sync(_all_answer, list(workers), self.client.security.get_connection_args("client")))

    def _fetched(self, future: Any) -> bytes:
        """A finished piece, from its worker."""
        start = time.monotonic()
        content: bytes = self.client.gather(future, direct=self._direct)
        if time.monotonic() - start > _FETCHED_S:
            self._direct = False
        return content

    def _place(self) -> str:
        scheduler = self.client.scheduler
        return str(scheduler.address) if scheduler is not None else "an address that is gone"

    def threads(self) -> int:
        """Threads of all workers."""
        return sum(worker["nthreads"] for worker in self.client.scheduler_info(n_workers=-1)["workers"].values())

    def run_all(
        self, work: Callable[[Piece], bytes], pieces: Sequence[Piece], done: Callable[[Piece, bytes], None]
    ) -> bool:
        """Fly every piece, in any order, and hand each to `done`; False where Ctrl-C ended it.

        InputError where the scheduler is lost, or every worker for a minute: what was done is kept.
        """
        from distributed import CancelledError

        waiting = list(reversed(pieces))
        if not waiting:
            return True
        expected = fingerprint()
        under_way: dict[Any, Piece] = {}
        finished: Queue[Any] = Queue()
        alone_since: float | None = None
        try:
            shared = self.client.scatter(work, broadcast=True, hash=False)

            def submit() -> None:
                while waiting and len(under_way) < max(_AHEAD * self.threads(), 1):
                    piece = waiting.pop()
                    future = self.client.submit(_task, shared, expected, piece, pure=False)
                    under_way[future] = piece
                    future.add_done_callback(finished.put)

            submit()
            while under_way:
                try:
                    future = finished.get(timeout=5.0)
                except Empty:
                    alone_since = self._alone(alone_since)
                    submit()
                    continue
                alone_since = None
                piece = under_way.pop(future)
                try:
                    content = self._fetched(future)
                except CancelledError:  # its worker took the only copy of the work with it
                    shared = self.client.scatter(work, broadcast=True, hash=False)
                    waiting.append(piece)
                    submit()
                    continue
                done(piece, content)
                future.release()
                submit()
        except KeyboardInterrupt:
            self.client.cancel(list(under_way))
            return False
        except InputError as error:
            self.client.cancel(list(under_way))
            if str(error).startswith("has "):
                raise InputError(f"a worker that joined {error}: install the same versions there") from None
            raise
        except (OSError, TimeoutError) as error:
            raise InputError(
                f"the scheduler at {self._place()} was lost ({error}). Finished blocks are kept; give the command again"
            ) from None
        return True

    def _alone(self, since: float | None) -> float | None:
        """Since when there has been no worker; InputError where that is too long."""
        if self.threads():
            return None
        now = time.monotonic()
        if since is not None and now - since > _NO_WORKER_S:
            raise InputError(
                f"the scheduler at {self._place()} has had no worker for a minute. Finished blocks are kept; start workers and give the "
                "same command again"
            )
        return since if since is not None else now


@contextmanager
def connected(cluster: str | Client | None) -> Iterator[Cluster | None]:
    """The cluster at `dask://HOST:PORT`, or of a Client that exists; None for None. A client made here is closed."""
    if cluster is None:
        yield None
        return
    try:
        from distributed import Client
    except ImportError:
        raise InputError("--cluster needs Dask: install buckler[cluster]") from None
    if not isinstance(cluster, str):
        yield Cluster(cluster)
        return
    match = re.fullmatch(r"dask://([^/\s]+:\d{1,5})/?", cluster)
    if match is None:
        raise InputError(
            f"--cluster {cluster!r}: write the scheduler's address as dask://HOST:PORT, such as dask://10.0.0.5:8786"
        )
    try:
        client = Client(f"tcp://{match[1]}", timeout=_TIMEOUT_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(f"--cluster {cluster}: no Dask scheduler answers there within {_TIMEOUT_S:.0f} s ({type(error).__name__}); "
                         "start one with `dask scheduler`, or mend the address") from None  # fmt: skip
    try:
        yield Cluster(client)
    finally:
        with suppress(OSError, TimeoutError):
            client.close(timeout=5)

"""Work shared out to threads: every piece once, errors raised, and Ctrl-C at any moment ends it."""

from __future__ import annotations

import itertools
import os
import signal
import threading

import pytest

from buckler.campaign.pool import run_all


@pytest.mark.parametrize("workers", [1, 3, 50])
def test_every_piece_once(workers: int) -> None:
    done: list[int] = []
    told: list[int] = []
    assert run_all(lambda piece: done.append(piece) or piece, range(40), workers, told.append)
    assert sorted(done) == sorted(told) == list(range(40))


def test_nothing_to_do() -> None:
    assert run_all(lambda piece: 1, [], 2)


def test_an_error_ends_the_rest_and_is_raised() -> None:
    done: list[int] = []

    def work(piece: int) -> int:
        if piece == 5:
            raise ValueError("the sixth")
        done.append(piece)
        return 1

    with pytest.raises(ValueError, match="the sixth"):
        run_all(work, range(100_000), 2)
    assert len(done) < 100_000


def test_ctrl_c_at_any_moment_ends_it() -> None:
    """Pieces without end and next to nothing in each, so that the calling thread is caught between any two of its steps."""
    for k in range(60):

        def work(piece: int, after_s: float = 0.0002 * k) -> int:
            if piece == 0:
                threading.Timer(after_s, os.kill, (os.getpid(), signal.SIGINT)).start()
            return 1

        assert run_all(work, itertools.count(), 2) is False

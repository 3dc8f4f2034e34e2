"""Closed forms against published tables and against simulation by other means."""

from __future__ import annotations

from fractions import Fraction
from math import exp, factorial, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckler.analysis.theory import (
    deterministic_service_wait,
    erlang_b,
    erlang_c,
    hughes_salvo,
    kill_probability_required,
    leakage,
    log_erlang_b,
    patriot_clock_error,
    shoot_look_shoot,
    shots_required,
    warhead_kill_probability,
)
from buckler.errors import InputError

PROBABILITIES = st.floats(0.01, 0.99)


@pytest.mark.parametrize(
    ("servers", "load", "share"), [(10, 20.0, 0.5379631686320729), (190, 200.0, 0.08869684386923561), (1, 1.0, 0.5)]
)
def test_erlang_b_published(servers: int, load: float, share: float) -> None:
    assert erlang_b(servers, load) == pytest.approx(share, rel=1e-12)


@given(servers=st.integers(0, 40), load=st.floats(0.01, 60.0))
def test_erlang_b_is_the_truncated_poisson_share(servers: int, load: float) -> None:
    terms = [load**n / factorial(n) for n in range(servers + 1)]
    assert erlang_b(servers, load) == pytest.approx(terms[-1] / sum(terms), rel=1e-10)
    assert log_erlang_b(servers, load) == pytest.approx(log(terms[-1] / sum(terms)), abs=1e-9)


def test_log_erlang_b() -> None:
    assert log_erlang_b(100, 120.0) == pytest.approx(-1.62826407041, abs=1e-9)
    assert exp(log_erlang_b(3, 0.0)) == 0.0
    # Far below the smallest float: B is a^c / c! where the load is small.
    assert log_erlang_b(400, 1.0) == pytest.approx(-sum(np.log(np.arange(1, 401))) - 1.0, abs=1e-6)


def test_erlang_c_of_one_server_is_its_load() -> None:
    assert erlang_c(1, 0.7) == pytest.approx(0.7)


def test_deterministic_service_of_one_server_is_pollaczek_khinchine() -> None:
    wait = deterministic_service_wait(1, 0.8, 3.0)
    assert wait.probability == pytest.approx(0.8, abs=1e-9)
    assert wait.mean_s == pytest.approx(3.0 * 0.8 / (2 * 0.2), rel=1e-9)


def test_deterministic_service_against_a_simulated_queue() -> None:
    # Kiefer and Wolfowitz's recursion: each arrival takes the server that is free first.
    rng, servers, load = np.random.default_rng(7), 3, 2.4
    free_at, waits, now = np.zeros(servers), [], 0.0
    for _ in range(60_000):
        now += rng.exponential(1.0 / load)
        server = int(np.argmin(free_at))
        waits.append(max(free_at[server] - now, 0.0))
        free_at[server] = max(free_at[server], now) + 1.0
    wait = deterministic_service_wait(servers, load, 1.0)
    batches = np.array(waits[6000:]).reshape(54, 1000)
    error = 3.5 * batches.mean(axis=1).std() / np.sqrt(54)
    assert wait.mean_s == pytest.approx(batches.mean(), abs=error)
    assert wait.probability == pytest.approx(
        (batches > 0).mean(), abs=3.5 * (batches > 0).mean(axis=1).std() / np.sqrt(54)
    )


def test_leakage_published_and_its_inverse() -> None:
    # 20 warheads, 4 shots of 0.7, track 0.99, by hand: K_w = 0.99 (1 - 0.3^4) = 0.981981.
    result = leakage(20, 4, 0.7, 0.99)
    assert result.no_leak == pytest.approx(0.981981**20, rel=1e-12)
    assert result.mean == pytest.approx(20 * 0.018019, rel=1e-12)
    assert kill_probability_required(20, 0.8) == pytest.approx(0.988905, abs=5e-7)
    assert shots_required(20, 0.8, 0.7, 0.995) == pytest.approx(4.232, abs=5e-4)


@given(threats=st.integers(1, 100), no_leak=PROBABILITIES, shot_kill=PROBABILITIES)
def test_the_shots_required_leave_the_leakage_asked_for(threats: int, no_leak: float, shot_kill: float) -> None:
    shots = shots_required(threats, no_leak, shot_kill)
    assert shots is not None
    assert leakage(threats, shots, shot_kill).no_leak == pytest.approx(no_leak, rel=1e-9)


def test_unattainable_is_none() -> None:
    assert shots_required(20, 0.8, 0.7, 0.98) is None
    assert shots_required(20, 0.8, 0.0) is None
    assert shots_required(20, 1.0, 0.7) is None
    assert shots_required(1, 1.0, 1.0) == 1.0
    assert shots_required(5, 0.0, 0.0) == 0.0


def test_two_shots_at_eight_tenths() -> None:
    assert warhead_kill_probability(2, 0.8) == pytest.approx(0.96)
    assert shoot_look_shoot(2, 0.8) == pytest.approx((0.96, 1.2))
    # The single-shot 0.80 kept with a common part of 0.95: 0.95 (1 - (1 - 0.8/0.95)^2).
    assert warhead_kill_probability(2, 0.8 / 0.95, 0.95) == pytest.approx(0.926, abs=5e-4)
    assert shoot_look_shoot(3, 0.0, 0.5) == (0.0, 3.0)


@given(p=PROBABILITIES, c=PROBABILITIES, n=st.integers(1, 5))
def test_shoot_look_shoot_by_enumeration(p: float, c: float, n: int) -> None:
    kill = c * sum(p * (1 - p) ** k for k in range(n))
    fired = c * (sum((k + 1) * p * (1 - p) ** k for k in range(n)) + n * (1 - p) ** n) + (1 - c) * n
    assert shoot_look_shoot(n, p, c) == pytest.approx((kill, fired))


def test_hughes_salvo_by_hand() -> None:
    # A fires 2 x 4 = 8 at B, which destroys 3 x 2 = 6: two get through, one puts a unit out. B's 12 less 4 put four
    # out of two.
    assert hughes_salvo(2, 3, 4, 4, 2, 2, 2, 1) == pytest.approx((2.0, 2.0))
    assert hughes_salvo(1, 1, 1, 1, 5, 5, 1, 1) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("hours", "seconds", "metres"),
    [(8, 0.0275, 55), (20, 0.0687, 137), (48, 0.1648, 330), (72, 0.2472, 494), (100, 0.3433, 687)],
)
def test_patriot_clock_error_is_the_table_of_gao(hours: float, seconds: float, metres: float) -> None:
    assert patriot_clock_error(hours) == pytest.approx((seconds, metres), abs=1.0)
    assert patriot_clock_error(hours)[0] == pytest.approx(seconds, abs=1e-4)


@given(bits=st.integers(0, 60))
def test_a_tick_loses_what_chopping_a_tenth_loses(bits: int) -> None:
    chopped = Fraction(Fraction(1, 10) * 2**bits // 1, 2**bits)
    assert patriot_clock_error(1.0, bits)[0] == pytest.approx(float((Fraction(1, 10) - chopped) * 36_000), rel=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: erlang_b(-1, 1.0),
        lambda: erlang_b(1.5, 1.0),  # type: ignore[arg-type]
        lambda: erlang_b(1, float("nan")),
        lambda: erlang_c(2, 2.0),
        lambda: deterministic_service_wait(1, 0.5, 0.0),
        lambda: leakage(10, 2, 1.2),
        lambda: leakage(-1, 2, 0.5),
        lambda: shots_required(0, 0.5, 0.5),
        lambda: hughes_salvo(1, 1, 1, 1, 1, 1, 0, 1),
        lambda: patriot_clock_error(-1.0),
    ],
)
def test_wrong_input_is_refused(wrong: object) -> None:
    with pytest.raises(InputError):
        wrong()  # type: ignore[operator]

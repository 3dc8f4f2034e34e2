"""Identification: Bayes' rule by hand and by another implementation, invariants, limits."""

from __future__ import annotations

from itertools import pairwise, permutations
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buckler.dtypes import FREE, HOLD, TIGHT
from buckler.tracking import identification as ident

TABLE = np.array([
    [0.6, 0.2, 0.2],  # prior
    [0.001, 0.95, 0.001],  # one reply
    [1.0, 0.95, 1.0],  # equipment works
    [0.98, 0.50, 0.02],
    [0.90, 0.10, 0.05],
    [0.95, 0.60, 0.02],
    [0.85, 0.50, 0.30],
    [0.80, 0.40, 0.10],
    [0.95, 0.90, 0.10],
    [0.90, 0.30, 0.15],
])  # fmt: skip


def by_hand(table, known, there, interrogations, replies, share):
    """Equation (1) with products in place of logarithms."""
    weights = []
    for h in range(3):
        p = table[0, h]
        if interrogations:
            answered = table[1, h] ** replies * (1 - table[1, h]) ** (interrogations - replies)
            works = share * table[2, h] if h == ident.OWN else 1.0
            p *= works * answered + (1 - works if replies == 0 else 0.0)
        p *= prod(
            table[3 + k, h] if (there >> k) & 1 else 1 - table[3 + k, h] for k in range(7) if (known >> k) & 1
        )
        weights.append(p)
    return np.array(weights) / sum(weights)


def test_two_pieces_of_evidence_worked_by_hand():
    """Prior 0.6, 0.2, 0.2; a transponder (0.98, 0.50, 0.02) and no corridor (0.10, 0.90, 0.95): 0.0588, 0.09, 0.0038 of 0.1526."""
    got = ident.posterior(TABLE, 0b11, 0b01, 0, 0, 1.0)
    assert got == pytest.approx((0.0588 / 0.1526, 0.0900 / 0.1526, 0.0038 / 0.1526), rel=1e-12)


def test_the_replies_to_two_interrogations_worked_by_hand():
    """None of two: 1 - 0.5 x 0.95 x (1 - 0.05^2) = 0.5261875; one in two ways: 2 x 0.5 x 0.95 x 0.95 x 0.05; the three make 1."""
    p = [np.exp(ident.log_reply_probability(TABLE, ident.OWN, 2, k, 0.5)) for k in range(3)]
    assert p[0] == pytest.approx(0.5261875, rel=1e-14)
    assert p[0] + 2 * p[1] + p[2] == pytest.approx(1.0, rel=1e-14)
    assert np.exp(ident.log_reply_probability(TABLE, ident.RED, 2, 0, 0.5)) == pytest.approx(0.999**2, rel=1e-12)


def test_who_answers_every_time_is_ever_more_surely_a_friend():
    """Nothing else speaks for it: one answer leaves doubt, the second does not, and no later one takes anything away."""
    sure = [ident.posterior(TABLE, 127, 0, n, n, 1.0)[ident.OWN] for n in range(1, 60)]
    assert sure[0] < ident.FRIEND_FROM < sure[1]
    assert all(two >= one - 1e-12 for one, two in pairwise(sure))
    assert ident.posterior(TABLE, 127, 0, 1000, 950, 1.0)[ident.OWN] > 0.999


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 127), st.integers(0, 127), st.integers(0, 9), st.floats(0.0, 1.0), st.floats(0.05, 1.0))
def test_as_products_give_it_and_sums_to_one(known, there, interrogations, part, share):
    replies = min(int(part * interrogations), 2)  # of more, red's chance is bounded from below
    got = ident.posterior(TABLE, known, there, interrogations, replies, share)
    assert sum(got) == pytest.approx(1.0, rel=1e-14)
    np.testing.assert_allclose(got, by_hand(TABLE, known, there, interrogations, replies, share), rtol=1e-11)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 127), st.permutations(range(7)))
def test_the_order_of_the_evidence_does_not_matter(there, order):
    """One by one, each posterior the next prior, in any order: as all at once."""
    p = TABLE[0]
    for k in order:
        step = TABLE.copy()
        step[0] = p
        p = ident.posterior(step, 1 << k, there, 0, 0, 1.0)
    np.testing.assert_allclose(p, ident.posterior(TABLE, 127, there, 0, 0, 1.0), rtol=1e-10)


@pytest.mark.parametrize("order", list(permutations((ident.CIVIL, ident.RED))))
def test_hypotheses_with_exchanged_rates_exchange_their_posteriors(order):
    exchanged = TABLE.copy()
    exchanged[:, [ident.CIVIL, ident.RED]] = TABLE[:, list(order)]
    civil, own, red = ident.posterior(TABLE, 127, 0b0101011, 3, 0, 1.0)
    again = ident.posterior(exchanged, 127, 0b0101011, 3, 0, 1.0)
    straight = order == (ident.CIVIL, ident.RED)
    assert again == pytest.approx((civil, own, red) if straight else (red, own, civil), rel=1e-12)


def test_where_the_systems_are_not_interoperable_silence_says_nothing_of_own_aircraft():
    before = ident.posterior(TABLE, 127, 0b0101000, 0, 0, 0.0)
    after = ident.posterior(TABLE, 127, 0b0101000, 5, 0, 0.0)
    np.testing.assert_allclose(before, after, atol=0.01)  # but for the rare false replies of the others
    asked = ident.posterior(TABLE, 127, 0b0101000, 5, 0, 1.0)
    odds = [p[ident.OWN] / (1.0 - p[ident.OWN]) for p in (before, asked)]
    failed, silent = 1.0 - 0.95 * (1.0 - 0.05**5), 0.999**5  # p(no reply | own) and p(no reply | civil or red)
    assert odds[1] / odds[0] == pytest.approx(failed / silent, rel=1e-9)


def test_silence_is_never_surer_than_that_the_equipment_failed():
    """For n to infinity p(silence | own) = 1 - w = 0.05."""
    many = ident.posterior(TABLE, 0, 0, 1000, 0, 1.0)
    silent = 1 - 0.001  # each of the others, to the thousandth power
    weights = np.array([0.6 * silent**1000, 0.2 * 0.05, 0.2 * silent**1000])
    np.testing.assert_allclose(many, weights / weights.sum(), rtol=1e-9)


def test_evidence_that_says_the_same_of_all_changes_nothing_and_certainty_can_be_contradicted():
    table = TABLE.copy()
    table[3:] = 0.5
    np.testing.assert_allclose(ident.posterior(table, 127, 0b1010101, 0, 0, 1.0), TABLE[0], rtol=1e-12)
    table[3] = [1.0, 1.0, 0.0]  # "never red", and yet the next evidence says red
    table[4] = [0.0, 0.0, 1.0]
    got = ident.posterior(table, 0b11, 0b11, 0, 0, 1.0)
    assert np.isfinite(got).all()
    np.testing.assert_allclose(got, TABLE[0], rtol=1e-6)


@pytest.mark.parametrize(
    ("civil", "own", "red", "name"),
    [
        (0.005, 0.005, 0.99, "hostile"),
        (0.1, 0.1, 0.80, "suspect"),
        (0.04, 0.95, 0.01, "friend"),
        (0.80, 0.1, 0.1, "neutral"),
        (0.5, 0.46, 0.04, "assumed friend"),
        (0.5, 0.2, 0.3, "unknown"),
    ],
)
def test_identities_at_their_thresholds(civil, own, red, name):
    assert ident.IDENTITIES[ident.identity(civil, own, red)] == name


def test_identity_codes_are_those_of_app6():
    """MIL-STD-2525D table A-III / APP-6D: 0 pending, 1 unknown, 2 assumed friend, 3 friend, 4 neutral, 5 suspect, 6 hostile."""
    assert [ident.IDENTITIES[code] for code in (0, 3, 4, 6)] == ["pending", "friend", "neutral", "hostile"]


def test_weapon_control_lets_ever_less_be_fired_at():
    allowed = [
        {ident.IDENTITIES[i] for i in range(7) if ident.may_fire(i, control)}
        for control in (FREE, TIGHT, HOLD)
    ]
    assert allowed == [{"unknown", "suspect", "hostile"}, {"hostile"}, set()]

"""Addressed draws: Threefry-4x64-20 against its authors' answers, and what a draw at an address promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from buckler import draws
from buckler.compiled import kernel

MASK = 2**64 - 1
word = st.integers(0, MASK)
words = st.tuples(word, word, word, word)

KNOWN_ANSWERS = [
    ((0,) * 4, (0,) * 4, (0x09218EBDE6C85537, 0x55941F5266D86105, 0x4BD25E16282434DC, 0xEE29EC846BD2E40B)),
    ((MASK,) * 4, (MASK,) * 4, (0x29C24097942BBA1B, 0x0371BBFB0F6F4E11, 0x3C231FFA33F83A1C, 0xCD29113FDE32D168)),
    (
        (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89),
        (0x452821E638D01377, 0xBE5466CF34E90C6C, 0xBE5466CF34E90C6C, 0xC0AC29B7C97C50DD),
        (0xA7E8FDE591651BD9, 0xBAAFD0C30138319B, 0x84A5C1A729E685B9, 0x901D406CCEBC1BA4),
    ),
]
"""Counter, key, answer: the lines `threefry4x64 20` of kat_vectors in Random123 1.09 (D. E. Shaw Research)."""


def threefry(counter: tuple[int, ...], key: tuple[int, ...]) -> tuple[int, ...]:
    """A second implementation, in Python integers and round by round, as figure 2 and table 2 of the paper state it."""
    rotations = ((14, 16), (52, 57), (23, 40), (5, 37), (25, 33), (46, 12), (58, 22), (32, 32))
    schedule = (*key, 0x1BD11BDAA9FC1A22 ^ key[0] ^ key[1] ^ key[2] ^ key[3])
    x = [(c + k) & MASK for c, k in zip(counter, key, strict=True)]
    for number in range(20):
        first, second = rotations[number % 8]
        for even, odd, bits in ((0, 1, first), (2, 3, second)):
            x[even] = (x[even] + x[odd]) & MASK
            x[odd] = ((x[odd] << bits) & MASK | x[odd] >> (64 - bits)) ^ x[even]
        x[1], x[3] = x[3], x[1]
        if number % 4 == 3:
            shift = number // 4 + 1
            x = [(x[i] + schedule[(shift + i) % 5]) & MASK for i in range(4)]
            x[3] = (x[3] + shift) & MASK
    return tuple(x)


def shipped(counter: tuple[int, ...], key: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(x) for x in draws.threefry4x64(*(np.uint64(w) for w in (*counter, *key))))


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS, ids=["zeros", "ones", "pi"])
def test_the_authors_answers(counter: tuple[int, ...], key: tuple[int, ...], answer: tuple[int, ...]) -> None:
    assert shipped(counter, key) == answer
    assert threefry(counter, key) == answer


@given(words, words)
def test_a_second_implementation_agrees(counter: tuple[int, ...], key: tuple[int, ...]) -> None:
    assert shipped(counter, key) == threefry(counter, key)


@given(
    st.integers(0, 2**63 - 1), st.integers(0, 2**31), st.integers(0, 100), word, word, st.integers(0, 2**40)
)
def test_a_draw_is_the_first_word_at_its_address(
    seed: int, replication: int, purpose: int, entity: int, partner: int, step: int
) -> None:
    expected = (threefry((entity, partner, 0, 0), (seed, replication, purpose, step))[0] >> 11) / 2**53
    drawn = draws.draw(seed, replication, purpose, np.uint64(entity), np.uint64(partner), step)
    assert drawn == expected
    assert 0.0 <= drawn < 1.0


@kernel
def _drawn(count: int) -> NDArray[np.float64]:
    """[3, count]: uniform draws and normal pairs at successive steps of one address."""
    out = np.empty((3, count))
    for step in range(count):
        out[0, step] = draws.draw(1, 2, 3, np.uint64(4), np.uint64(5), step)
        out[1, step], out[2, step] = draws.draw_normal_pair(1, 2, 6, np.uint64(4), np.uint64(5), step)
    return out


@pytest.fixture(scope="module")
def drawn() -> NDArray[np.float64]:
    return np.asarray(_drawn(20_000))


def test_uniform_draws_are_uniform(drawn: NDArray[np.float64]) -> None:
    from scipy import stats

    assert stats.kstest(drawn[0], "uniform").pvalue > 0.01
    counts = np.histogram(drawn[0], bins=64, range=(0, 1))[0]
    assert stats.chisquare(counts).pvalue > 0.01
    assert abs(np.corrcoef(drawn[0][1:], drawn[0][:-1])[0, 1]) < 2.58 / math.sqrt(drawn.shape[1])


def test_normal_pairs_are_standard_and_independent(drawn: NDArray[np.float64]) -> None:
    from scipy import stats

    root = math.sqrt(drawn.shape[1])
    for values in drawn[1:]:
        assert stats.kstest(values, "norm").pvalue > 0.01
        assert abs(values.mean()) < 2.58 / root
        assert abs(values.var() - 1.0) < 2.58 * math.sqrt(2.0) / root
    assert abs(np.corrcoef(drawn[1], drawn[2])[0, 1]) < 2.58 / root


@pytest.mark.parametrize("part", range(6), ids=["seed", "replication", "purpose", "entity", "partner", "step"])
def test_every_part_of_the_address_matters(part: int) -> None:
    address = [11, 12, 13, 14, 15, 16]

    def at(parts: list[int]) -> float:
        seed, replication, purpose, entity, partner, step = parts
        return draws.draw(seed, replication, purpose, np.uint64(entity), np.uint64(partner), step)

    values = {at([*address[:part], address[part] + k, *address[part + 1 :]]) for k in range(100)}
    assert len(values) == 100


def test_entity_and_partner_are_not_interchangeable() -> None:
    one, two = (draws.draw(1, 0, 2, np.uint64(a), np.uint64(b), 0) for a, b in ((7, 8), (8, 7)))
    assert one != two


def test_purposes_are_distinct() -> None:
    purposes = [
        value for name, value in vars(draws).items() if name.isupper() and not name.startswith("_") and isinstance(value, int)
    ]
    assert len(purposes) >= 7
    assert len(set(purposes)) == len(purposes)


def test_name_keys_are_a_hash_that_python_does_not_salt() -> None:
    # `printf Battery | b2sum -l 64` (GNU coreutils) prints 005b0d8f828e7c7e; the first byte is the lowest.
    assert draws.name_key("Battery") == 0x7E7C8E828F0D5B00
    keys = {draws.name_key(f"drones-{k}") for k in range(1000)}
    assert len(keys) == 1000
    assert all(0 <= key < 2**64 for key in keys)

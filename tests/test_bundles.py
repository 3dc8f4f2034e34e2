"""Bundles: what a kernel reads is what Python sees, and a copy never keeps the address of the original."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from buckler.bundles import Bundle
from buckler.compiled import borrowing_kernel, kernel


@dataclass(frozen=True, eq=False)
class Inner(Bundle):
    counts: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Outer(Bundle):
    length_s: float
    table: NDArray[np.float32]
    number: int
    inner: Inner
    rows: NDArray[np.void]


ROW = np.dtype((np.record, [("a", "i4"), ("b", "f8")]))


@borrowing_kernel
def _bump(inner: Inner, k: int) -> int:
    inner.counts[k] += 1
    return int(inner.counts[k])


@kernel
def _read(outer: Outer, i: int, j: int) -> tuple[float, float, int, int, float]:
    row = outer.rows[i]
    row.b = row.b + 1.0
    return outer.length_s, float(outer.table[i, j]), outer.number, _bump(outer.inner, row.a), outer.rows[i].b


@kernel
def _shapes(outer: Outer) -> tuple[int, int, int, float]:
    part = outer.table[1:, ::2]
    return outer.table.shape[0], part.shape[1], outer.rows.size, part.sum()


@pytest.fixture
def outer() -> Outer:
    table = np.arange(12, dtype=np.float32).reshape(3, 4)
    rows = np.zeros(3, ROW)
    rows["a"] = [2, 1, 0]
    return Outer(-0.125, table, -7, Inner(np.zeros(3, np.int64)), rows)


def test_a_kernel_reads_and_writes_what_python_sees(outer: Outer) -> None:
    assert _read(outer, 2, 1) == (-0.125, 9.0, -7, 1, 1.0)
    assert _read(outer, 2, 3) == (-0.125, 11.0, -7, 2, 2.0)
    assert outer.inner.counts.tolist() == [2, 0, 0]
    assert outer.rows["b"].tolist() == [0.0, 0.0, 2.0]
    assert _shapes(outer) == (3, 2, 3, float(outer.table[1:, ::2].sum()))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it)), lambda it: it.replace()])  # noqa: S301
def test_a_copy_has_words_of_its_own(outer: Outer, copied: object) -> None:
    _read(outer, 0, 0)
    again = copied(outer)  # type: ignore[operator]
    assert again.address != outer.address
    assert _read(again, 0, 1)[1] == 1.0
    assert again.words[0] == outer.words[0]


def test_an_unknown_field_is_said(outer: Outer) -> None:
    with pytest.raises(AttributeError):
        outer.missing  # type: ignore[attr-defined]  # noqa: B018

"""Bundles of arrays that kernels get by one pointer.

The World is some fifty arrays, and a state half as many again. numba hands a tuple of arrays over by value, seven words an array:
five hundred arguments a call, which took most of the time to compile the engine and a fifth of the time to run it. A bundle is
handed over as the address of a table of those words, made once; a kernel reads from it the words that it uses (bundle_type.py has
the numba side). Interpreted kernels see the dataclass itself.

A bundle's fields are arrays, numbers (float or int) or bundles; kernels read them and never set them. The arrays stay the bundle's:
a kernel that gets one from it must not keep it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


class Bundle:
    """Base of the bundles, each a `@dataclass(frozen=True, eq=False)`; iterating over one gives its (name, value) pairs."""

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        for field in fields(self):  # type: ignore[arg-type]
            yield field.name, getattr(self, field.name)

    def replace(self, **changes: Any) -> Self:
        """The same with other values for some fields."""
        return replace(self, **changes)  # type: ignore[type-var]

    def __getstate__(self) -> dict[str, Any]:
        """What a copy, here or in another process, is made of: the fields, and not where their words are here."""
        return dict(self)

    @cached_property
    def words(self) -> NDArray[np.int64]:
        """What a kernel reads, in the order of the fields.

        An array: its address, then its shape, then its strides in bytes; a float: its bits; an int: itself; a bundle: the
        address of its words.
        """
        words: list[int] = []
        for _, value in self:
            if isinstance(value, np.ndarray):
                words += [value.ctypes.data, *value.shape, *value.strides]
            elif isinstance(value, Bundle):
                words.append(value.address)
            elif isinstance(value, float):
                words.append(int(np.float64(value).view(np.int64)))
            else:
                words.append(int(value))
        return np.array(words, np.int64)

    @cached_property
    def address(self) -> int:
        """Where the words are."""
        return int(self.words.ctypes.data)

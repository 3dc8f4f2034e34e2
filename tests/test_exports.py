"""The public surface: small, all there, and free until it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import buckler
from buckler import errors


@pytest.mark.parametrize("name", buckler.__all__)
def test_every_public_name_resolves(name: str) -> None:
    assert getattr(buckler, name) is not None
    assert name in dir(buckler)


def test_the_surface_stays_small() -> None:
    assert len(buckler.__all__) == len(set(buckler.__all__)) <= 30


def test_another_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'simulte'"):
        _ = buckler.simulte


def test_every_error_is_public_and_a_buckler_error() -> None:
    raised = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert len(raised) >= 7
    for error in raised:
        assert issubclass(error, buckler.BucklerError)
        assert getattr(buckler, error.__name__) is error
        assert error.__name__ in (errors.__doc__ or "")


def test_the_import_is_light() -> None:
    code = "import sys, buckler; print([n for n in ('numba', 'numpy', 'pydantic', 'matplotlib', 'pyarrow') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

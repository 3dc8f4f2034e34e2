"""buckler: an open laboratory for integrated air and missile defence.

    import buckler
    scenario = buckler.load("turkey-2019")
    run = buckler.simulate(scenario, replications=200, seed=1)
    run.summary(); run.events; run.leakers(by="reason"); run.save("runs/x")

Kernels are public under their domain: `buckler.physics`, `buckler.tracking`, `buckler.decision`, `buckler.analysis`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "load": "buckler.api",
    "simulate": "buckler.api",
    "open": "buckler.api",
    "compare": "buckler.api",
    "compile": "buckler.api",
    "Run": "buckler.api",
    "load_catalog": "buckler.catalog.load",
    "scenarios": "buckler.api",
    "validate": "buckler.api",
    "BucklerError": "buckler.errors",
    "InputError": "buckler.errors",
    "DocumentError": "buckler.errors",
    "UnknownNameError": "buckler.errors",
    "OutputExistsError": "buckler.errors",
    "RunFolderError": "buckler.errors",
    "OutOfRangeError": "buckler.errors",
}

__all__ = ["__version__", *_HOME]

if TYPE_CHECKING:
    from buckler.api import Run, compare, compile, load, open, scenarios, simulate, validate  # noqa: A004
    from buckler.catalog.load import load_catalog
    from buckler.errors import (
        BucklerError,
        DocumentError,
        InputError,
        OutOfRangeError,
        OutputExistsError,
        RunFolderError,
        UnknownNameError,
    )


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'buckler' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

"""The packaged scenarios and sites, and where a scenario's document comes from."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from buckler.documents import Document, load_document, parse_document
from buckler.errors import UnknownNameError

_LIBRARY: Final = resources.files("buckler.scenario") / "library"


def packaged_scenarios() -> list[str]:
    """The names of the packaged scenarios."""
    return sorted(entry.name.removesuffix(".yaml") for entry in _LIBRARY.iterdir() if entry.name.endswith(".yaml"))


@cache
def packaged_sites() -> dict[str, dict[str, Any]]:
    """The packaged sites by name: position, kind, source."""
    text = (resources.files("buckler.scenario") / "sites.yaml").read_text(encoding="utf-8")
    return {site["name"]: site for site in parse_document(text, "sites.yaml").data}


def scenario_document(name: str | Path) -> Document:
    """The document of a packaged scenario's name or of a path."""
    text = str(name)
    if text in packaged_scenarios():
        return parse_document((_LIBRARY / f"{text}.yaml").read_text(encoding="utf-8"), f"{text}.yaml")
    path = Path(name)
    if path.exists() or path.suffix in (".yaml", ".yml") or len(path.parts) > 1:
        return load_document(path)
    raise UnknownNameError("scenario", text, packaged_scenarios(), "Write a packaged name or the path of a YAML file.")

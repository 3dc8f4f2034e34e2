"""A scenario that extends another: what it leaves out is taken from that one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from buckler.documents import Document
from buckler.errors import DocumentError, UnknownNameError
from buckler.scenario.packaged import packaged_scenarios, scenario_document

_ENTRIES: Final = (
    "systems", "assets", "commands", "sensors", "batteries", "interference", "zones", "control_orders", "links", "exchanges",
    "patrols", "tankers",
)  # fmt: skip


def extended(document: Document, above: tuple[str, ...] = ()) -> Document:
    """The document with what it takes from the scenario that it extends.

    Its own entries come first in every list, so that the place of each mistake stays its own.
    """
    if not isinstance(document.data, dict) or not isinstance(document.data.get("extends"), str):
        return document
    name: str = document.data["extends"]
    if name in above:
        raise DocumentError(
            [document.problem(("extends",), f"{' extends '.join((*above, name))}: a scenario cannot extend itself")]
        )
    try:
        base = extended(_base_document(document, name), (*above, name)).data
    except UnknownNameError as error:
        raise DocumentError([document.problem(("extends",), str(error))]) from error
    own = {key: value for key, value in document.data.items() if key != "extends"}
    merged = {**base, **own} if isinstance(base, dict) else own
    for key in _ENTRIES:
        mine, theirs = own.get(key), base.get(key) if isinstance(base, dict) else None
        if isinstance(mine, list) and isinstance(theirs, list):
            taken = {entry.get("name") for entry in mine if isinstance(entry, dict)}
            merged[key] = [*mine, *(entry for entry in theirs if entry["name"] not in taken)]
    if isinstance(own.get("traffic"), dict) and isinstance(base, dict) and isinstance(base.get("traffic"), dict):
        merged["traffic"] = {**base["traffic"], **own["traffic"]}
    return replace(document, data=merged)


def _base_document(document: Document, name: str) -> Document:
    """The document of a packaged name, or of a path from the folder of the file that names it."""
    if name in packaged_scenarios():
        return scenario_document(name)
    return scenario_document(Path(document.file).parent / name if Path(name).suffix else name)

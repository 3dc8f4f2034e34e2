"""Write a text file of a run folder whole or not at all."""

from __future__ import annotations

from pathlib import Path

from buckler.errors import InputError
from buckler.log.write import atomic_bytes


def write_whole(file: Path, text: str) -> Path:
    """Write `text` so that nobody meets half a file; InputError where there is no room or no right to write."""
    try:
        atomic_bytes(file, text.encode("utf-8"))
    except OSError as error:
        raise InputError(
            f"{file}: cannot be written ({error.strerror or error}); make room there, "
            "or give a folder that you may write to"
        ) from None
    return file

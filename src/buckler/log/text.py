"""Write a text file of a run folder whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from buckler.errors import InputError


def write_whole(file: Path, text: str) -> Path:
    """Write `text` beside `file` and rename it there: a reader, or an interruption, never meets half a file."""
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        try:
            aside.write_text(text, encoding="utf-8", newline="\n")
            aside.replace(file)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"{file}: cannot be written ({error.strerror or error}); make room there, "
            "or give a folder that you may write to"
        ) from None
    return file

"""The exception tree.

    BucklerError                     everything that buckler raises on purpose
    ├── InputError                   the input is wrong: exit code 2, the message says where and what to write instead
    │   ├── DocumentError            a YAML document: every problem in it, each with file:line:column
    │   ├── UnknownNameError         a name that is not there, with the nearest ones
    │   └── OutputExistsError        the output folder holds something else
    ├── RunFolderError               a run folder that cannot be read: cut short, altered, from a newer version
    └── OutOfRangeError              a model was asked outside the range in which its source holds

A mistake of the user never shows a traceback; anything that is not a BucklerError is our fault (exit code 1).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


class BucklerError(Exception):
    """Everything that buckler raises on purpose."""

    exit_code = 2


class InputError(BucklerError):
    """The input is wrong; the message says where and what to write instead."""

    place: tuple[str | int, ...] = ()
    """Where in what was asked, for a caller that knows in which document that stands."""

    def at(self, *place: str | int) -> Self:
        """The same error, said of a place."""
        self.place = place
        return self


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a document: where it stands, what is wrong and what to write instead."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class DocumentError(InputError):
    """A document with mistakes: all of them, in the order in which they stand."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names most like `name`, best first, whatever their case."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=count, cutoff=0.5)
    return [by_folded[match] for match in close]


class UnknownNameError(InputError):
    """A name that is not there, with the nearest ones that are."""

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        self.name = name
        self.suggestions = nearest(name, known)
        likely = f" Did you mean {' or '.join(repr(match) for match in self.suggestions)}?" if self.suggestions else ""
        super().__init__(f"no {kind} is called {name!r}.{likely}{' ' + hint if hint else ''}")


class OutputExistsError(InputError):
    """The output folder holds something else, and is never overwritten unasked."""


class RunFolderError(InputError):
    """A run folder that cannot be read: cut short, altered, or written by a newer version."""


class OutOfRangeError(InputError, ValueError):
    """A model was asked outside the range in which its source holds."""

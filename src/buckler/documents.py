"""YAML documents: read with the place of every key and value, written in one stable form.

Scalars are read by the YAML 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema): only `true` and `false`
are booleans, so `NO`, `yes` and `on` stay text; `0o17` is octal; dates and times such as 2019-07-12 or 12:30 stay text.
Keys are always text. One document a file, no tags beyond the core ones, no merge keys; anchors are allowed, loops and
expansion bombs are not. Nothing in a document can name a Python object.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import yaml

from buckler.errors import DocumentError, InputError, Problem

LARGEST_FILE_BYTES: Final = 5_000_000
"""A hand-written scenario is some kilobytes; the limit keeps a wrong file from being read for minutes."""
DEEPEST_NESTING: Final = 64
MOST_REPEATED_NODES: Final = 100_000
"""How many values the aliases (`*name`) of one file may repeat in all."""

Place = tuple[str | int, ...]
"""The keys and list indices that lead from the top of a document to a value: ("raid", 0, "count")."""

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE_TAG: Final = "tag:yaml.org,2002:"
_CONSTANTS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_UNPRINTABLE: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_DIGITS: Final = 400


class Mark:
    """Where one value stands (line and column, from 1), its text as written, and the marks of what is inside it."""

    __slots__ = ("column", "entries", "items", "line", "text")

    def __init__(self, line: int, column: int, text: str | None = None) -> None:
        self.line = line
        self.column = column
        self.text = text
        self.entries: dict[str, tuple[Mark, Mark]] | None = None
        """Of a mapping: each key's own mark, and its value's."""
        self.items: list[Mark] | None = None
        """Of a list: its items' marks."""


@dataclass(frozen=True)
class Document:
    """A YAML file as plain data, with the place of everything in it."""

    file: str
    data: Any
    root: Mark
    lines: list[str]
    problems: list[Problem] = field(default_factory=list)
    """Mistakes that leave the rest readable (a duplicate key, a merge key); `schemas.check` reports them too."""

    def mark(self, place: Place, *, key: bool = False) -> Mark:
        """The mark of the value (or of its key) at `place`, or of the nearest enclosing thing that is there."""
        mark, found = self.root, self.root
        for step in place:
            if isinstance(step, str) and mark.entries is not None and step in mark.entries:
                key_mark, mark = mark.entries[step]
                found = key_mark if key else mark
            elif isinstance(step, int) and mark.items is not None and 0 <= step < len(mark.items):
                found = mark = mark.items[step]
            else:
                # Point at the key that holds the incomplete thing rather than at the first line inside it.
                return found
        return found

    def problem(self, place: Place, message: str, *, key: bool = False) -> Problem:
        """A mistake at `place`, ready to be reported."""
        mark = self.mark(place, key=key)
        return Problem(self.file, mark.line, mark.column, message)


def load_document(path: str | Path) -> Document:
    """Read a YAML file; InputError when it cannot be read, DocumentError with the place when it is not YAML."""
    name = os.fspath(path)
    return parse_document(_read_text(Path(path), name), name)


def parse_document(text: str, file: str) -> Document:
    """The same for a text already in memory, which is called `file` in messages."""
    lines = text.splitlines()
    if match := _UNPRINTABLE.search(text):
        line, column = text.count("\n", 0, match.start()) + 1, match.start() - text.rfind("\n", 0, match.start())
        message = f"the character U+{ord(match[0]):04X} is not allowed in YAML; is this a text file?"
        raise DocumentError([Problem(file, line, column, message)])
    try:
        reader = _read(text, file, lines, _LOADER)
    except DocumentError as error:
        # libyaml reads ahead, and from 0.2.6 on it gives up on deep nesting before the reader comes to it.
        if any("maximum nesting depth" in problem.message for problem in error.problems):
            _read(text, file, lines, yaml.SafeLoader)
        raise
    if reader.root is None:
        raise DocumentError([Problem(file, 1, 1, "the file holds no document: it is empty, or only comments")])
    return Document(file, reader.data, reader.root, lines, reader.problems)


def _read(text: str, file: str, lines: list[str], kind: Any) -> _Reader:
    loader = kind(text)
    reader = _Reader(file, lines)
    try:
        while reader.take(loader.get_event()):
            pass
    except yaml.MarkedYAMLError as error:
        raise DocumentError([*reader.problems, _syntax_problem(file, lines, error)]) from None
    finally:
        loader.dispose()
    return reader


def problems_at(document: Document, mistakes: Iterable[tuple[Place, str]]) -> list[Problem]:
    """Mistakes found by looking at the loaded data (a name that refers to nothing), each at its place."""
    return [document.problem(place, message) for place, message in mistakes]


def _read_text(path: Path, name: str) -> str:
    limit = f"{LARGEST_FILE_BYTES / 1e6:g} MB"
    too_large = f"{name}: larger than {limit}, which no scenario or catalog card needs; is this the right file?"
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError(f"{name}: this is a folder; give the YAML file in it")
        if stat.S_ISREG(status.st_mode) and status.st_size > LARGEST_FILE_BYTES:
            raise InputError(too_large)
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE_BYTES + 1)
    except FileNotFoundError:
        raise InputError(f"{name}: there is no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise InputError(f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(content) > LARGEST_FILE_BYTES:
        raise InputError(too_large)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        message = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file in the encoding UTF-8"
        raise DocumentError([Problem(name, line, column, message)]) from None


class _Frame:
    """A mapping or list that is still open."""

    __slots__ = ("anchor", "container", "key", "key_mark", "mark", "nodes_before")

    def __init__(self, container: Any, mark: Mark, anchor: str | None, nodes_before: int) -> None:
        self.container = container
        self.mark = mark
        self.anchor = anchor
        self.nodes_before = nodes_before
        self.key: str | None = None
        self.key_mark: Mark | None = None


class _Reader:
    """Builds data and marks from parser events, with its own stack: no recursion that a deep file could exhaust."""

    def __init__(self, file: str, lines: list[str]) -> None:
        self.file = file
        self.lines = lines
        self.data: Any = None
        self.root: Mark | None = None
        self.problems: list[Problem] = []
        self._open: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, Mark, int]] = {}
        self._nodes = 0
        self._repeated = 0
        self._documents = 0

    def take(self, event: Any) -> bool:
        """Digest one event; False after the last."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingStartEvent:
            self._start(event, {}, "map")
        elif kind is yaml.SequenceStartEvent:
            self._start(event, [], "seq")
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._end()
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.DocumentStartEvent:
            self._documents += 1
            if self._documents > 1:
                self._fail(event, "a second document starts here; put it into a file of its own")
        return kind is not yaml.StreamEndEvent

    def _fail(self, event: Any, message: str) -> None:
        """Stop at a mistake after which the rest would not mean what was written."""
        raise DocumentError([*self.problems, self._problem(event, message)])

    def _note(self, event: Any, message: str) -> None:
        """Remember a mistake after which reading can go on."""
        self.problems.append(self._problem(event, message))

    def _problem(self, event: Any, message: str) -> Problem:
        return Problem(self.file, event.start_mark.line + 1, event.start_mark.column + 1, message)

    def _scalar(self, event: Any) -> None:
        text: str = event.value
        mark = Mark(event.start_mark.line + 1, event.start_mark.column + 1, text)
        self._nodes += 1
        frame = self._open[-1] if self._open else None
        if frame is not None and frame.key is None and frame.mark.entries is not None:
            self._key(event, frame, text, mark)
            return
        value = self._value(event, text)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, mark, 1)
        self._put(value, mark)

    def _value(self, event: Any, text: str) -> Any:
        plain: bool = event.implicit[0]
        if event.tag is not None:  # '!' alone says: not to be interpreted
            plain = event.tag != "!" and self._core_tag(event) not in ("str", "")
        if not plain:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if text[0] not in "+-.0123456789":
            return text
        if _INT.fullmatch(text):
            if len(text) > _MOST_DIGITS:
                self._note(event, f"a number of {len(text)} digits; quote it if it is a text")
                return 0
            return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
        if _FLOAT.fullmatch(text):
            return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        return text

    def _core_tag(self, event: Any) -> str:
        name = str(event.tag).removeprefix(_CORE_TAG)
        if event.tag.startswith(_CORE_TAG) and name in ("str", "int", "float", "bool", "null", "map", "seq"):
            return name
        shown = str(event.tag).replace(_CORE_TAG, "!!")
        self._note(event, f"the tag {shown} means nothing here; leave it out")
        return ""

    def _key(self, event: Any, frame: _Frame, text: str, mark: Mark) -> None:
        if event.anchor is not None:
            self._anchors[event.anchor] = (text, mark, 1)
        if text == "<<" and event.implicit[0]:
            self._note(event, "merge keys ('<<') left YAML with version 1.2; write the fields out")
        frame.key, frame.key_mark = text, mark
        entries = frame.mark.entries
        if entries is not None and text in entries:
            first = entries[text][0].line
            self._note(event, f"{text!r} stands twice (first in line {first}); keep one of them")

    def _start(self, event: Any, container: Any, tag: str) -> None:
        if self._open and self._open[-1].mark.entries is not None and self._open[-1].key is None:
            self._fail(event, "a list or mapping cannot be a key; if this is a text, quote it")
        if len(self._open) >= DEEPEST_NESTING:
            self._fail(event, f"nested deeper than {DEEPEST_NESTING} levels")
        if event.tag is not None and event.tag != "!" and self._core_tag(event) not in (tag, ""):
            self._note(event, "the tag contradicts what follows; leave it out")
        mark = Mark(event.start_mark.line + 1, event.start_mark.column + 1)
        if tag == "map":
            mark.entries = {}
        else:
            mark.items = []
        self._open.append(_Frame(container, mark, event.anchor, self._nodes))
        self._nodes += 1
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)

    def _end(self) -> None:
        frame = self._open.pop()
        if frame.anchor is not None:
            self._anchors[frame.anchor] = (frame.container, frame.mark, self._nodes - frame.nodes_before)
        self._put(frame.container, frame.mark)

    def _alias(self, event: Any) -> None:
        name = event.anchor
        if any(frame.anchor == name for frame in self._open) and name not in self._anchors:
            self._fail(event, f"'*{name}' stands inside what '&{name}' names: the document would contain itself")
        if name not in self._anchors:
            self._fail(event, f"'*{name}' refers to nothing: no '&{name}' stands before it")
        value, mark, nodes = self._anchors[name]
        self._nodes += nodes
        self._repeated += nodes
        if self._repeated > MOST_REPEATED_NODES:
            self._fail(event, f"the aliases repeat more than {MOST_REPEATED_NODES:,} values; write out what is meant")
        frame = self._open[-1]
        if frame.mark.entries is not None and frame.key is None:
            if mark.text is None:
                self._fail(event, "a list or mapping cannot be a key; if this is a text, quote it")
            here = Mark(event.start_mark.line + 1, event.start_mark.column + 1, mark.text)
            self._key(_Unanchored(event), frame, str(mark.text), here)
            return
        self._put(value, mark)

    def _put(self, value: Any, mark: Mark) -> None:
        if not self._open:
            self.data, self.root = value, mark
            return
        frame = self._open[-1]
        if frame.mark.items is not None:
            frame.container.append(value)
            frame.mark.items.append(mark)
        elif frame.mark.entries is not None and frame.key is not None and frame.key_mark is not None:
            frame.container[frame.key] = value
            frame.mark.entries[frame.key] = (frame.key_mark, mark)
            frame.key = frame.key_mark = None


class _Unanchored:
    """An alias event in the role of a key."""

    anchor = None
    implicit = (False, False)

    def __init__(self, event: Any) -> None:
        self.start_mark = event.start_mark


_HINTS: Final = (
    ("cannot start any token", "quote the text if it is meant to start with this character"),
    ("mapping values are not allowed", "a text that holds ': ' must be quoted; or the line is indented wrongly"),
    ("did not find expected ',' or ']'", "a list opened with '[' is not closed with ']'"),
    ("did not find expected ',' or '}'", "a mapping opened with '{' is not closed with '}'"),
    ("did not find expected node content", "something is missing here: a value, or a closing bracket"),
    ("expected <block end>", "indent this line like its neighbours"),
    ("did not find expected key", "indent this line like its neighbours"),
    ("did not find expected '-' indicator", "every item of the list starts with '- ' in the same column"),
    ("could not find expected ':'", "a key is followed by ': ' and its value"),
    ("found unexpected end of stream", "a quotation mark is not closed"),
    ("block sequence entries are not allowed", "a list starts on its own line, under its key"),
)


def _syntax_problem(file: str, lines: list[str], error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    if tabbed := next(_tab_indents(lines, line), None):
        return Problem(file, *tabbed, "a tab indents this line; YAML indents with spaces: write two spaces a level")
    if line > len(lines):  # the text ended too early: point at its last words, not at the nothing after them
        line = next((number for number in range(len(lines), 0, -1) if lines[number - 1].strip()), 1)
        column = len(lines[line - 1].rstrip()) if lines else 1
    said = error.problem or "this is not YAML"
    said += f" ({error.context})" if error.context else ""
    hint = next((f"; {hint}" for words, hint in _HINTS if words in said), "")
    shown = f" in {lines[line - 1].strip()[:60]!r}" if line <= len(lines) and lines[line - 1].strip() else ""
    return Problem(file, line, column, f"YAML syntax{shown}: {said}{hint}")


def _tab_indents(lines: list[str], line: int) -> Iterator[tuple[int, int]]:
    """The place of a tab in the indentation at the line of a syntax error or just before it."""
    for number in range(max(1, line - 1), min(line + 1, len(lines)) + 1):
        text = lines[number - 1]
        indentation = text[: len(text) - len(text.lstrip(" \t"))]
        if "\t" in indentation:
            yield number, indentation.index("\t") + 1


class _Dumper(yaml.SafeDumper):
    """Block style; quotes every text that YAML 1.1 or 1.2 would read as something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _as_float(dumper: yaml.SafeDumper, value: float) -> yaml.Node:
    return dumper.represent_float(float(value))


def _as_int(dumper: yaml.SafeDumper, value: int) -> yaml.Node:
    return dumper.represent_int(int(value))


def _as_text(dumper: yaml.SafeDumper, value: object) -> yaml.Node:
    return dumper.represent_str(str(value))


for _pattern, _first, _tag in ((_INT, "+-0123456789", "int"), (_FLOAT, "+-.0123456789", "float")):
    _Dumper.add_implicit_resolver(_CORE_TAG + _tag, re.compile(f"^(?:{_pattern.pattern})$"), list(_first))
_Dumper.add_multi_representer(float, _as_float)
_Dumper.add_multi_representer(int, _as_int)
_Dumper.add_multi_representer(str, lambda dumper, value: dumper.represent_str(str.__str__(value)))
_Dumper.add_multi_representer(tuple, lambda dumper, value: dumper.represent_list(list(value)))
_Dumper.add_multi_representer(Path, _as_text)
for _kind in (date, datetime):
    _Dumper.add_representer(_kind, lambda dumper, value: dumper.represent_str(value.isoformat()))


def dump_yaml(data: Any) -> str:
    """Plain data as YAML: block style, keys in the order given, UTF-8, the same text every time for the same data."""
    text: str = yaml.dump(
        data, Dumper=_Dumper, default_flow_style=False, allow_unicode=True, sort_keys=False, width=120, indent=2
    )
    return text

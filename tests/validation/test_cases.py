"""The file of cases: what is refused, and where the message points."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from buckler.errors import DocumentError, InputError
from buckler.validation.cases import parse_cases, read_cases

GOOD: dict[str, Any] = {"id": "a", "quantity": "q", "inputs": {}, "expected": 1.0, "tolerance": {"abs": 0.1}}


def parse(text: str) -> list[Any]:
    return parse_cases(text, "f.json", Path())


def test_a_case_is_read_with_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "f.json"
    file.write_text("\ufeff" + json.dumps([GOOD | {"note": "n", "provenance": "anything"}]), encoding="utf-8")
    (case,) = read_cases(file)
    assert (case.id, case.quantity, case.tolerance, case.note, case.base) == ("a", "q", {"abs": 0.1}, "n", tmp_path)


def test_no_cases_is_a_list_of_none() -> None:
    assert parse(" [ ] \n") == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": 3}, "id is 3"),
        ({"quantity": ""}, "quantity is"),
        ({"inputs": [1]}, "inputs is [1]"),
        ({"source": 5}, "source is 5"),
        ({"tolerance": {"abs": 0.1, "rel": 0.1}}, "tolerance is"),
        ({"tolerance": {"near": 0.1}}, "tolerance is"),
        ({"tolerance": 0.1}, "tolerance is"),
        ({"tolerance": {"abs": -1}}, "zero or more"),
        ({"tolerance": {"abs": "1"}}, "one number"),
        ({"tolerance": {"abs": True}}, "one number"),
        ({"tolerance": {"abs": []}}, "one number"),
        ({"tolerance": {"abs": [1, 2]}}, "2 numbers for 1 component"),
        ({"expected": [1, 2], "tolerance": {"rel": [1]}}, "1 numbers for 2 components"),
        ({"tolerance": None}, "only a record"),
    ],
)
def test_a_wrong_case_is_said_with_its_line_and_name(change: dict[str, Any], says: str) -> None:
    text = "[\n" + json.dumps(GOOD | {"id": "first"}) + ",\n  " + json.dumps(GOOD | change) + "\n]"
    with pytest.raises(DocumentError) as caught:
        parse(text)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.column) == ("f.json", 3, 3)
    assert says in problem.message


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_a_missing_key_is_named(missing: str) -> None:
    with pytest.raises(DocumentError, match=f"{missing} is missing"):
        parse(json.dumps([{key: value for key, value in GOOD.items() if key != missing}]))


def test_every_mistake_is_said_at_once() -> None:
    with pytest.raises(DocumentError) as caught:
        parse(json.dumps([GOOD | {"id": 1}, 7, GOOD, GOOD | {"inputs": None}]))
    assert len(caught.value.problems) == 3


def test_two_cases_of_one_name_are_refused() -> None:
    with pytest.raises(DocumentError, match="line 2 too"):
        parse("[\n" + json.dumps(GOOD) + ",\n" + json.dumps(GOOD) + "]")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "f.json:1:1"),
        ("{}", "f.json:1:1"),
        ("[\n{} {}]", "f.json:2:4"),
        ('[\n{"id": }]', "f.json:2"),
        ("[{}", "f.json:1:4"),
        ("[]\nx", "f.json:2:1"),
        ('[{"expected": NaN}]', "NaN"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_not_json_is_placed(text: str, where: str) -> None:
    with pytest.raises(DocumentError, match=where):
        parse(text)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_cases(tmp_path / "none.json")
    with pytest.raises(InputError, match="cannot be read"):
        read_cases(tmp_path)
    (tmp_path / "binary").write_bytes(b"[\xff\xfe]")
    with pytest.raises(InputError, match="not UTF-8"):
        read_cases(tmp_path / "binary")

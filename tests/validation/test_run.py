"""Cases run: what passes, what fails and what finds no model; the packaged table; the shared cases."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from shared_data import shared

from buckler.validation.cases import RECORD, Case
from buckler.validation.compare import within
from buckler.validation.files import read_weapon_assignment
from buckler.validation.quantities import QUANTITIES
from buckler.validation.results import Result, results_json
from buckler.validation.run import packaged_cases, run_case, validate_cases, validate_packaged
from buckler.validation.table import render

PACKAGED = packaged_cases()
NUMBERS = [case for case in PACKAGED if case.quantity != RECORD]


def case(quantity: str, inputs: dict[str, Any], expected: Any, tolerance: Any, **more: Any) -> Case:
    return Case("it", quantity, inputs, expected, tolerance, **more)


def erlang(expected: Any, tolerance: Any = None) -> Case:
    return case("theory.erlang_b", {"channels": 1, "load_erl": 1}, expected, tolerance or {"abs": 1e-9})


@pytest.mark.parametrize("number", PACKAGED, ids=lambda number: number.id)
def test_packaged_number(number: Case) -> None:
    result = run_case(number)
    assert result.status == "pass", result.message
    assert number.area
    assert number.statement
    assert number.source


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number.id)
def test_a_packaged_number_that_is_off_by_thrice_its_tolerance_fails(number: Case) -> None:
    assert number.tolerance is not None
    (kind, given), *_ = number.tolerance.items()
    several = isinstance(number.expected, list)
    first = number.expected[0] if several else number.expected
    while isinstance(first, list):
        first = first[0]
    amount = given[0] if isinstance(given, list) else given
    moved = first + 3 * (amount * abs(first) if kind == "rel" else amount)

    def with_first(value: Any) -> Any:
        return [with_first(value[0]), *value[1:]] if isinstance(value, list) else moved

    assert run_case(replace(number, expected=with_first(number.expected))).status == "fail"


def test_what_each_status_is_for() -> None:
    assert run_case(erlang(0.5)).status == "pass"
    assert run_case(erlang(0.6)).message == "the value is off by -0.1, allowed 1e-09"
    assert run_case(case("theory.no_such", {}, 1, {"abs": 1})).status == "no model"
    assert run_case(case(RECORD, {}, "a fact", None)).status == "no model"


def test_inputs_that_the_model_does_not_know_find_no_model() -> None:
    more = case("theory.erlang_b", {"channels": 1, "load_erl": 1, "queue": 3}, 0.5, {"abs": 1})
    less = case("theory.erlang_b", {"channels": 1}, 0.5, {"abs": 1})
    for one in (more, less):
        result = run_case(one)
        assert result.status == "no model"
        assert "channels, load_erl" in result.message


@pytest.mark.parametrize(
    "inputs",
    [
        {"channels": -1, "load_erl": 1},
        {"channels": "many", "load_erl": 1},
        {"channels": None, "load_erl": 1},
        {"channels": [1], "load_erl": {}},
    ],
)
def test_a_model_that_raises_is_a_fail_with_its_message(inputs: dict[str, Any]) -> None:
    result = run_case(case("theory.erlang_b", inputs, None, None))
    assert (result.status, result.value) == ("fail", None)
    assert result.message


@pytest.mark.parametrize(
    ("value", "expected", "tolerance", "same"),
    [
        (1.1, 1.0, {"abs": 0.2}, True),
        (1.3, 1.0, {"abs": 0.2}, False),
        (-1.1, -1.0, {"rel": 0.11}, True),
        (1.0, 0.0, {"rel": 0.5}, False),
        ([1.0, 5.0], [1.0, 5.4], {"abs": [0.0, 0.5]}, True),
        ([1.1, 5.0], [1.0, 5.4], {"abs": [0.0, 0.5]}, False),
        ([[1.0, 2.0], [3.0]], [[1.0, 2.1], [3.5]], {"abs": [0.2, 1.0]}, True),
        ([[1.0, 2.0], [3.0]], [[1.0, 2.5], [3.5]], {"abs": [0.2, 1.0]}, False),
        ([1.0], [1.0, 2.0], {"abs": 9}, False),
        (1.0, [1.0], {"abs": 9}, False),
        ([1.0], 1.0, {"abs": 9}, False),
        (None, None, None, True),
        (None, 1.0, {"abs": 9}, False),
        (0.0, None, None, False),
        ([1.0, None], [1.0, None], {"abs": 0}, True),
        (float("nan"), 1.0, {"abs": 9}, False),
        (float("inf"), 1.0, {"rel": 9}, False),
        ("x", "x", {"abs": 0}, True),
        (True, 1, {"abs": 0}, False),
    ],
)
def test_comparison(value: Any, expected: Any, tolerance: Any, same: bool) -> None:
    assert (within(value, case("q", {}, expected, tolerance)) == "") is same


def test_angles_are_compared_modulo_360() -> None:
    around = case("q", {}, [10.0, 202.0], {"abs": 1e-9})
    assert within([10.0, -158.0], around, turning=(1,)) == ""
    assert within([370.0, -158.0], around, turning=(1,))
    assert within([10.0, -158.0], around)


def test_a_missing_data_file_is_a_fail_that_names_it(tmp_path: Path) -> None:
    result = run_case(case("assignment.wta", {"file": "none.txt"}, 1.0, {"rel": 1}, base=tmp_path))
    assert result.status == "fail"
    assert "none.txt" in result.message


@pytest.mark.parametrize(
    "text", ["", "1 2", "1 1 1 5 0 0", "1 1 1 5 0 3 0.5", "1 1 0 5 0 0 0.5", "a b c", "1 1 1 5 0 0 0.5 7"]
)
def test_a_damaged_instance_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "f.txt").write_text(text)
    assert run_case(case("assignment.wta", {"file": "f.txt"}, 1.0, {"rel": 9e9}, base=tmp_path)).status == "fail"


def test_an_instance_is_read_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "f.txt").write_text("1 2 3\n5\n7\n0 0 0.25\n0 1 0.5\n")
    values, kill, rounds = read_weapon_assignment(tmp_path / "f.txt")
    assert (values.tolist(), kill.tolist(), rounds) == ([5.0, 7.0], [[0.25, 0.5]], 3)


def test_linear_assignment_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "f.txt").write_text("2\n 1 9\n 9 2")
    assert run_case(case("assignment.linear", {"file": "f.txt"}, 3, {"abs": 0}, base=tmp_path)).status == "pass"


def test_a_record_is_compared_by_its_note_and_fails_outside_it() -> None:
    horizon = next(number for number in PACKAGED if number.id == "horizon-foi")
    assert run_case(horizon).value["low_target_km"] == pytest.approx([22.2, 38.3], abs=0.2)  # 4.12 (sqrt h1 + sqrt h2)
    assert run_case(replace(horizon, note="20-30 km against 10-50 m targets")).status == "fail"
    assert run_case(replace(horizon, note="")).status == "no model"
    scud = next(number for number in PACKAGED if number.id == "scud-er")
    assert run_case(replace(scud, note="apogee 50-60 km; time 340-400 s")).status == "fail"
    assert run_case(replace(scud, note="much higher")).status == "no model"
    assert run_case(replace(scud, inputs={"range_km": 5000})).status == "no model"
    ararat = next(number for number in PACKAGED if number.id == "ararat")
    assert run_case(replace(ararat, expected=3700.0)).status == "fail"


def test_json_has_the_agreed_keys_and_is_json() -> None:
    answer = results_json([run_case(erlang(0.5)), Result(erlang(0.5), "fail", [float("inf"), {"a": float("nan")}])])
    assert [set(one) for one in answer] == 2 * [{"id", "status", "value", "expected", "tolerance", "message"}]
    text = json.dumps(answer, allow_nan=False)
    assert json.loads(text)[0] == {
        "id": "it", "status": "pass", "value": 0.5, "expected": 0.5, "tolerance": {"abs": 1e-9}, "message": "",
    }  # fmt: skip


def drawn(results: list[Result], width: int = 140) -> str:
    console = Console(width=width, file=io.StringIO())
    console.print(render(results))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_the_table_says_what_failed_and_why() -> None:
    text = drawn([run_case(erlang(0.5)), run_case(erlang(0.7)), run_case(case("no.such", {}, [[1], "[red]"], None))])
    assert "3 numbers: 1 pass, 1 fail, 1 no model" in text
    assert "FAIL" in text
    assert "allowed 1e-09" in text
    assert "[red]" in text
    assert drawn([]).strip().endswith("no cases")


def test_the_packaged_table_covers_its_areas_and_passes() -> None:
    text = drawn(validate_packaged())
    assert f"{len(PACKAGED)} numbers: {len(PACKAGED)} pass" in text
    for area in ("Detection", "horizon", "Atmosphere", "Geodesy", "vacuum", "Leakage"):
        assert area in text


def test_shared_cases_have_no_fail_and_every_function_has_a_model() -> None:
    results = validate_cases(shared("validation/cases.json"))
    assert [(result.id, result.message) for result in results if result.status == "fail"] == []
    assert [result.id for result in results if result.case.quantity not in {*QUANTITIES, RECORD}] == []
    assert sum(result.status == "pass" for result in results) >= 76
    assert results == validate_cases(shared("validation/cases.json"))


SETS = {"truths": [[0.0, 0.0], [10.0, 0.0]], "tracks": [[0.0, 1.0]], "c": 5.0, "p": 2.0}
"""One pair 1 apart, one missed: 1 and 25 / 2."""


@pytest.mark.parametrize(
    ("expected", "status", "message"),
    [
        ([13.5**0.5, 1.0, 12.5, 0.0], "pass", ""),
        (13.5**0.5, "pass", ""),
        ({"missed": 12.5, "localisation": 1.0}, "pass", ""),
        ({"missed": 12.0}, "fail", "missed is off by 0.5, allowed 1e-09"),
        ({"lost": 12.5}, "fail", "the model gives no lost"),
        (13.0, "fail", "the value is off by"),
    ],
)
def test_a_value_of_several_parts_answers_for_all_of_them_one_or_those_that_are_named(expected: Any, status: str, message: str) -> None:
    result = run_case(case("tracking.gospa", SETS, expected, {"abs": 1e-9}))
    assert (result.status, result.message[: len(message)]) == (status, message)
    by_name = {"x": SETS["truths"], "y": SETS["tracks"], "c": 5.0, "p": 2.0, "alpha": 2.0}
    assert run_case(case("tracking.gospa", by_name, expected, {"abs": 1e-9})).status == status


@pytest.mark.parametrize(
    ("quantity", "inputs", "expected"),
    [
        ("tracking.nees_bounds", {"dim": 2, "runs": 1, "confidence": 0.95}, [0.0506, 7.3778]),  # chi-square tables
        ("tracking.gate_threshold", {"dim": 2, "gate_probability": 0.99}, 9.2103),
        ("tracking.ospa", {"x": [0, 1], "y": [0, 3], "c": 10, "p": "inf"}, 2.0),
        ("tracking.ospa", {"x": [], "y": [[1.0, 2.0]], "c": 10, "p": 2}, 10.0),
        ("tracking.ospa", {"tracks": [], "truths": [], "c": 10}, 0.0),
        ("tracking.gospa", {"tracks": [1, 2], "truths": [], "c": 4, "p": 1}, 4.0),
        ("tracking.gospa", {"tracks": [1, 2], "truths": [], "c": 4, "p": 1, "alpha": 1}, 8.0),
    ],
)
def test_the_trackers_measures_answer_by_the_names_of_their_functions_too(quantity: str, inputs: dict[str, Any], expected: Any) -> None:
    result = run_case(case(quantity, inputs, expected, {"abs": 1e-4}))
    assert (result.status, result.message) == ("pass", "")


@pytest.mark.parametrize(
    ("statement", "file", "expected", "status"),
    [
        ("ASTERIX x: SIC, range m, ident", "asterix/cat048.raw", [201, 366_110.015625, "DLH65A"], "pass"),
        ("ASTERIX x: SIC, colour", "asterix/cat048.raw", [201, 1], "no model"),
        ("ASTERIX x: track no, lat", "asterix/cat062cat065.raw", [4980, 44.73441302776337], "pass"),
        ("ASTERIX x: number of CAT034 and CAT062 records", "asterix/cat_034_048.pcap", [34, 0], "pass"),
        ("ADS-B x: rows, aircraft", "adsb/turkish_flag.json.gz", [917, 1], "pass"),
        ("ADS-B x: rows, aircraft", "adsb/turkish_flag.json.gz", [918, 1], "fail"),
        ("ADS-B x: altitude peaks with prominence > 4000 ft", "adsb/zero_gravity.json.gz", 30, "pass"),
        ("ADS-B x: altitude peaks with prominence > 4000 ft", "adsb/zero_gravity.json.gz", 40, "fail"),
        ("ADS-B x: wingspan", "adsb/turkish_flag.json.gz", 1, "no model"),
    ],
)
def test_a_record_of_a_recorded_file_is_read_again(statement: str, file: str, expected: Any, status: str) -> None:
    base = shared(f"validation/data/{file}").parents[2]
    tolerance, note = (None, "+-2") if "peaks" in statement else ({"abs": 1e-9}, "")
    result = run_case(case(RECORD, {"file": f"data/{file}"}, expected, tolerance, statement=statement, note=note, base=base))
    assert result.status == status, result.message

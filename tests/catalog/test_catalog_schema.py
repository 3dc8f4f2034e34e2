"""A card says for every value whence it comes, or it does not load."""

from __future__ import annotations

from datetime import date
from importlib import resources

import pytest

from buckler import units
from buckler.catalog.kinds import KINDS, MEASURES, PARAMETERS, TEXT, WORDS
from buckler.catalog.schema import COMMON_UNITS, Card, Parameter, Source, as_date
from buckler.documents import parse_document
from buckler.errors import DocumentError, InputError, UnknownNameError
from buckler.schemas import validate

SOURCES = "\n    grade: C\n    sources: [{title: T, url: 'https://e.org/x', date: 2019-07}]"
HEAD = "name: X\nkind: satellite\ntitle: t\nsummary: s\nin_service: {value: null, note: n}\nparameters:\n"


def card(body: str, head: str = HEAD) -> Card:
    return validate(parse_document(head + body, "x.yaml"), Card)


def problems(body: str, head: str = HEAD) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        card(body, head)
    return [str(problem) for problem in caught.value.problems]


def test_the_three_bases():
    loaded = card(
        "  a:\n    {}\n".replace("{}", "nominal: 250\n    low: 120\n    unit: km" + SOURCES)
        + "  b: {low: 1, nominal: 2, high: 3, unit: s, assumption: because}\n"
        + "  c: {value: null, note: nobody says}\n"
    )
    assert [loaded[name].basis for name in "abc"] == ["published", "assumption", "unknown"]
    assert loaded.range_si("a") == (120e3, 250e3, 250e3)
    assert loaded.si("b") == 2.0
    assert loaded.known("b")
    assert not loaded.known("c")
    assert loaded["a"].sources == (Source(title="T", url="https://e.org/x", date="2019-07"),)
    with pytest.raises(InputError, match=r"X: c is unknown \(nobody says\)"):
        loaded.si("c")
    with pytest.raises(UnknownNameError):
        loaded.si("d")


@pytest.mark.parametrize(
    ("body", "place", "says"),
    [
        ("  a: {nominal: 5, unit: km}\n", "x.yaml:7:6", "neither source nor reason"),
        ("  a: {nominal: 5, unit: km, sources: [{title: T}]}\n", "x.yaml:7:6", "grade"),
        ("  a: {nominal: 5, unit: km, sources: []}\n", "x.yaml:7:6", "neither source nor reason"),
        ("  a: {nominal: 5, unit: km, assumption: r, grade: C}\n", "x.yaml:7:41", "not both"),
        ("  a: {nominal: 5, unit: km, assumption: ''}\n", "x.yaml:7:41", "at least 1 character"),
        ("  a: {low: 6, nominal: 5, unit: km, assumption: r}\n", "x.yaml:7:6", "rising order"),
        ("  a: {low: 6, high: 5, unit: km, assumption: r}\n", "x.yaml:7:6", "rising order"),
        ("  a: {low: 2020, nominal: 2019, unit: year, assumption: r}\n", "x.yaml:7:6", "rising order"),
        ("  a: {nominal: 5, unit: kms, assumption: r}\n", "x.yaml:7:25", "did you mean 'km'?"),
        ("  a: {nominal: 5, assumption: r}\n", "x.yaml:7:6", "unit is missing"),
        ("  a: {nominal: five, unit: km, assumption: r}\n", "x.yaml:7:16", "is a number"),
        ("  a: {nominal: .nan, unit: km, assumption: r}\n", "x.yaml:7:16", "finite"),
        ("  a: {nominal: 1.2, unit: probability, assumption: r}\n", "x.yaml:7:6", "between 0 and 1"),
        ("  a: {nominal: soon, unit: year, assumption: r}\n", "x.yaml:7:16", "neither a year nor a date"),
        ("  a: {nominal: 2019-13, unit: date, assumption: r}\n", "x.yaml:7:16", "neither a year nor a date"),
        ("  a: {low: L, nominal: S, unit: band, assumption: r}\n", "x.yaml:7:6", "without low and high"),
        ("  a: {value: null}\n", "x.yaml:7:14", "note"),
        ("  a: {note: n}\n", "x.yaml:7:6", "no value"),
        ("  a: {value: null, nominal: 5, unit: km, assumption: r}\n", "x.yaml:7:14", "keep one"),
        ("  a: {value: 5, note: n}\n", "x.yaml:7:14", "null"),
        ("  a: {value: null, note: n, grade: A}\n", "x.yaml:7:14", "neither grade"),
        ("  a: {nominal: 5, unit: km, grade: E, sources: [{title: T}]}\n", "x.yaml:7:36", "A, B, C, D"),
        ("  a: {nominal: 5, unit: km, grade: A, sources: [{title: T, url: no}]}\n", "x.yaml:7:65", "no web address"),
        (
            "  a: {nominal: 5, unit: km, grade: A, sources: [{title: T, date: July}]}\n",
            "x.yaml:7:66",
            "no date such as",
        ),
        ("  A b: {value: null, note: n}\n", "x.yaml:7:3", "small letters"),
        ("  a: {nominal: 5, unit: km, reason: r}\n", "x.yaml:7:29", "unknown field 'reason'"),
        # what the engine reads must measure what the engine takes it for
        ("  max_range: {nominal: 5, unit: s, assumption: r}\n", "x.yaml:7:14", "converts to m"),
        ("  max_range: {nominal: 5, unit: M USD, assumption: r}\n", "x.yaml:7:14", "converts to m"),
        ("  band: {nominal: Q, unit: text, assumption: r}\n", "x.yaml:7:9", "write one of VHF"),
        ("  guidance: {nominal: activ, unit: text, assumption: r}\n", "x.yaml:7:13", "did you mean 'active'?"),
        ("  band: {nominal: 5, unit: km, assumption: r}\n", "x.yaml:7:9", "is a word"),
    ],
)
def test_what_does_not_load(body, place, says):
    (said,) = problems(body)
    assert said.startswith(f"{place}: "), said
    assert says in said


def test_what_a_kind_needs_is_asked_for_all_at_once():
    said = problems("  max_range: {value: null, note: n}\n", HEAD.replace("satellite", "interceptor"))
    missing = {name for name in PARAMETERS["interceptor"] if any(f"{name!r}" in message for message in said)}
    assert missing == set(PARAMETERS["interceptor"]) - {"max_range"}
    (said_kind,) = problems("  a: {value: null, note: n}\n", HEAD.replace("satellite", "interceptr"))
    assert "x.yaml:2:7" in said_kind
    assert "did you mean 'interceptor'?" in said_kind


def test_a_misspelt_parameter_is_said_with_what_was_meant():
    text = (resources.files("buckler.catalog") / "systems" / "48n6e3.yaml").read_text(encoding="utf-8")
    for name in ("common_mode", "min_range"):  # one that a card may leave out, one that it may not
        with pytest.raises(DocumentError) as caught:
            validate(parse_document(text.replace(f"  {name}:", f"  {name[:-1]}:"), "x.yaml"), Card)
        assert f"did you mean {name!r}?" in str(caught.value)
        assert len(caught.value.problems) == 1


def test_the_best_value_is_the_nominal_or_the_middle_or_the_only_end():
    given = {"unit": "km", "assumption": "r"}
    assert Parameter(low=1.0, nominal=5.0, high=6.0, **given).best() == 5.0
    assert Parameter(low=20.0, high=35.0, **given).best() == 27.5
    assert Parameter(low=20.0, **given).range_si() == (20e3, 20e3, 20e3)
    assert Parameter(high=35.0, **given).range_si() == (35e3, 35e3, 35e3)
    assert Parameter(value=None, note="n").si() is None


@pytest.mark.parametrize(
    ("value", "unit", "si"),
    [
        (800.0, "km/h", 222.22222222222223),
        (70.0, "kt", 36.01111111111111),  # 1 kt = 1852 m / 3600 s exactly
        (16000.0, "ft", 4876.8),  # 1 ft = 0.3048 m exactly
        (4.8, "km/s", 4800.0),
        (1100.0, "rounds/min", 18.333333333333332),
    ],
)
def test_published_units_become_si(value, unit, si):
    assert Parameter(nominal=value, unit=unit, assumption="r").si() == pytest.approx(si, rel=1e-15)


def test_dates_are_read_as_their_first_day():
    assert as_date(2007.0) == date(2007, 1, 1)
    assert as_date("2018-10") == date(2018, 10, 1)
    assert as_date("2019-07-12") == date(2019, 7, 12)
    assert as_date("2019-02-30") is None
    assert as_date("soon") is None


def test_in_service_on_a_day():
    def in_service(text: str, day: date) -> bool | None:
        return card("  a: {value: null, note: n}\n", HEAD.replace("{value: null, note: n}", text)).in_service_on(day)

    assumed = "{low: 2007, nominal: 2010, high: 2012, unit: year, assumption: r}"
    assert in_service(assumed, date(2010, 1, 1)) is True
    assert in_service(assumed, date(2009, 12, 31)) is False
    dated = "{nominal: 2018-10, unit: date, assumption: r}"
    assert in_service(dated, date(2018, 9, 30)) is False
    assert in_service(dated, date(2018, 10, 1)) is True
    assert in_service("{value: null, note: n}", date(2019, 7, 12)) is None
    with pytest.raises(DocumentError, match="year or a date"):
        in_service("{nominal: 5, unit: km, assumption: r}", date(2019, 7, 12))


def test_what_the_engine_asks_for_is_consistent():
    assert set(PARAMETERS) == set(KINDS)
    for wanted in PARAMETERS.values():
        for name, unit in wanted.items():
            assert MEASURES[name] == unit  # one name measures one thing, on whatever kind of card
            assert unit == TEXT or any(units.si_unit(known) == unit for known in units._FACTOR)
            assert (unit == TEXT) == (name in WORDS)
    assert all(units.is_physical(unit) for unit in COMMON_UNITS)

"""Documents held against models: every mistake at once, each at its place and with what to write instead."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import pytest
from pydantic import Field, field_validator, model_validator

from buckler.documents import parse_document
from buckler.errors import DocumentError
from buckler.schemas import Count, DocumentModel, LocatedError, Number, check, validate


class Radar(DocumentModel):
    kind: Literal["radar"]
    name: str
    range_km: Number = Field(gt=0)


class Battery(DocumentModel):
    kind: Literal["battery"]
    name: str
    rounds: Count = Field(default=4, ge=1)
    radars: tuple[str, ...] = ()


class Scenario(DocumentModel):
    name: str
    as_of: date = date(2019, 7, 12)
    lat_deg: Number = Field(default=0.0, ge=-90, le=90)
    entries: tuple[Annotated[Radar | Battery, Field(discriminator="kind")], ...] = ()
    weight: Number | list[Number] = 1.0
    by_name: dict[Annotated[str, Field(pattern="^[a-z]+$")], Radar] = Field(default_factory=dict)
    terrain: Literal["flat", "grid"] = "flat"
    flag: bool = False

    @field_validator("name")
    @classmethod
    def _no_spaces(cls, value: str) -> str:
        if " " in value:
            raise ValueError("a name has no spaces; write '-' instead")
        return value

    @model_validator(mode="after")
    def _radars_exist(self) -> Scenario:
        radars = {entry.name for entry in self.entries if isinstance(entry, Radar)}
        wrong = [
            (("entries", i, "radars", j), f"no radar is called {name!r}")
            for i, entry in enumerate(self.entries)
            if isinstance(entry, Battery)
            for j, name in enumerate(entry.radars)
            if name not in radars
        ]
        if wrong:
            raise LocatedError(wrong)
        return self


def problems(text: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        validate(parse_document(text, "f.yaml"), Scenario)
    return [str(problem) for problem in caught.value.problems]


def test_a_right_document_becomes_a_model():
    loaded = validate(
        parse_document("name: x\nas_of: 2020-01-02\nentries:\n  - {kind: radar, name: r, range_km: 5}\n", "f.yaml"),
        Scenario,
    )
    assert loaded.as_of == date(2020, 1, 2)
    assert loaded.entries == (Radar(kind="radar", name="r", range_km=5.0),)


EVERYTHING_WRONG = """\
as_off: 2019-07-12
lat_deg: 91
lat_deg: 92
entries:
  - kind: radar
    name: a
    rang_km: 5
  - {kind: radar, name: b, range_km: -5}
  - kind: radr
  - rounds: 4
  - kind: battery
    name: c
    rounds: many
    radars: x
  - 5
weight: heavy
by_name:
  ABC: {kind: radar, name: d, range_km: true}
terrain: flt
flag: maybe
"""


def test_every_mistake_is_reported_at_once_and_at_its_place():
    said = problems(EVERYTHING_WRONG)
    expected = [
        ("f.yaml:1:1: ", "the field 'name' is missing"),
        ("f.yaml:1:1: ", "unknown field 'as_off'; did you mean 'as_of'?"),
        ("f.yaml:3:1: ", "'lat_deg' stands twice (first in line 2)"),
        ("f.yaml:3:10: ", "lat_deg: 92 should be less than or equal to 90"),
        ("f.yaml:5:5: ", "the field 'range_km' is missing in entries[0]"),
        ("f.yaml:7:5: ", "did you mean 'range_km'? (the fields here are kind, name, range_km)"),
        ("f.yaml:8:38: ", "entries[1].range_km: -5 should be greater than 0"),
        ("f.yaml:9:11: ", "'radr' is not allowed; did you mean 'radar'? (write one of radar, battery)"),
        ("f.yaml:10:5: ", "the field 'kind' is missing in entries[3]: write one of radar, battery"),
        ("f.yaml:13:13: ", "entries[4].rounds: 'many' should be a whole number"),
        ("f.yaml:14:13: ", "'x' should be a list"),
        ("f.yaml:15:5: ", "entries[5]: 5 should be a mapping"),
        ("f.yaml:16:9: ", "weight: 'heavy' should be a number or should be a list"),
        ("f.yaml:18:3: ", "by_name.ABC"),
        ("f.yaml:18:41: ", "true should be a number"),
        ("f.yaml:19:10: ", "terrain: 'flt' is not allowed; did you mean 'flat'? (write one of flat, grid)"),
        ("f.yaml:20:7: ", "flag: 'maybe' should be true or false"),
    ]
    assert len(said) == len(expected)
    for message, (place, words) in zip(said, expected, strict=True):
        assert message.startswith(place), message
        assert words in message


def test_a_validator_says_where_inside_the_model():
    text = "name: x\nentries:\n  - kind: battery\n    name: b\n    radars: [r1, r2]\n"
    assert problems(text) == [
        "f.yaml:5:14: no radar is called 'r1'",
        "f.yaml:5:18: no radar is called 'r2'",
    ]


def test_a_plain_validator_is_reported_at_its_field():
    assert problems("name: two words\n") == ["f.yaml:1:7: name: a name has no spaces; write '-' instead"]


def test_what_is_not_a_mapping_at_all():
    assert "should be a mapping" in problems("- 5\n")[0]
    assert "should be a mapping" in problems("just words\n")[0]


def test_quoted_numbers_infinities_and_impossible_dates():
    assert problems("name: x\nlat_deg: '45'\n") == ["f.yaml:2:10: lat_deg: '45' should be a number"]
    assert "finite" in problems("name: x\nlat_deg: .nan\n")[0]
    assert problems("name: x\nas_of: 2019-02-30\n")[0].startswith("f.yaml:2:8: as_of: '2019-02-30' should be a date")


def test_a_duplicate_key_alone_is_a_mistake():
    document = parse_document("name: x\nname: y\n", "f.yaml")
    loaded, found = check(document, Scenario)
    assert loaded is not None
    assert [str(problem) for problem in found] == [
        "f.yaml:2:1: 'name' stands twice (first in line 1); keep one of them"
    ]
    with pytest.raises(DocumentError):
        validate(document, Scenario)


def test_a_tag_that_is_also_a_field_does_not_mislead_the_place():
    class Inner(DocumentModel):
        kind: Literal["inner"]
        inner: dict[str, Number]

    class Other(DocumentModel):
        kind: Literal["other"]

    class Outer(DocumentModel):
        item: Annotated[Inner | Other, Field(discriminator="kind")]

    document = parse_document("item:\n  kind: inner\n  inner:\n    a: x\n", "f.yaml")
    _, found = check(document, Outer)
    assert [(p.line, p.column) for p in found] == [(4, 8)]

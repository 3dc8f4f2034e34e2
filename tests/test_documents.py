"""YAML in and out: positions, the 1.2 core schema, and everything that a file can do wrong."""

from __future__ import annotations

import datetime
import math
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from buckler import documents
from buckler.documents import dump_yaml, load_document, parse_document, problems_at
from buckler.errors import DocumentError, InputError


@pytest.fixture(params=["libyaml", "pure"], autouse=True)
def parser(request, monkeypatch):
    """Every test runs with the compiled parser and with the pure one that stands in where there is no compiler."""
    if request.param == "pure":
        monkeypatch.setattr(documents, "_LOADER", yaml.SafeLoader)
    elif not yaml.__with_libyaml__:
        pytest.skip("this PyYAML was built without libyaml")


def problems(text: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        parse_document(text, "f.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # YAML 1.2.2, example 10.9 and section 10.3.2 (core schema tag resolution)
        ("null", None), ("~", None), ("", None), ("true", True), ("False", False), ("0", 0), ("0o7", 7), ("0x3A", 58),
        ("-19", -19), ("0.", 0.0), ("-0.0", 0.0), (".5", 0.5), ("+12e03", 12000.0), ("-2E+05", -200000.0),
        (".inf", math.inf), ("-.Inf", -math.inf), ("+.INF", math.inf), ("0o17", 15), ("010", 10),
        # what YAML 1.1 reads as a boolean, a base-60 number, a date or a number with separators is text in 1.2
        ("NO", "NO"), ("yes", "yes"), ("on", "on"), ("y", "y"), ("12:30:45", "12:30:45"), ("2019-07-12", "2019-07-12"),
        ("1_000", "1_000"), ("0b1", "0b1"), ("-0x1f", "-0x1f"), (".", "."), ("+", "+"), ("1e", "1e"), ("=", "="),
        ("'5'", "5"), ('"true"', "true"), ("!!str 5", "5"), ("! 5", "5"),
    ],
)  # fmt: skip
def test_scalars_are_read_by_the_core_schema(text, value):
    read = parse_document(f"a: {text}\n", "f.yaml").data["a"]
    assert read == value
    assert type(read) is type(value)


def test_not_a_number_and_keys_as_text():
    data = parse_document("2019: .nan\ntrue: 1\n~: 2\n", "f.yaml").data
    assert math.isnan(data.pop("2019"))
    assert data == {"true": 1, "~": 2}


PLAIN = """\
name: test   # a comment
sites:
  - {name: Ankara, lat_deg: 39.92}
  - name: Adana
    tags: [a, "b c", 'd']
text: |
  two
  lines
folded: >-
  one
  line
deep: {a: {b: [1, 2.5, true, null]}}
"""


def test_the_common_subset_is_read_as_pyyaml_reads_it():
    assert parse_document(PLAIN, "f.yaml").data == yaml.safe_load(PLAIN)


def test_every_value_knows_its_place():
    document = parse_document(PLAIN, "f.yaml")

    def at(*place, key=False):
        mark = document.mark(place, key=key)
        return mark.line, mark.column

    assert at("name") == (1, 7)
    assert at("sites", 0, "lat_deg") == (3, 29)
    assert at("sites", 0, "lat_deg", key=True) == (3, 20)
    assert at("sites", 1, "tags", 2) == (5, 22)
    assert at("deep", "a", "b", 1) == (12, 19)
    # what is not there is reported at what encloses it
    assert at("sites", 1, "absent") == at("sites", 1) == (4, 5)
    assert at("sites", 7) == at("sites")
    assert document.mark(("sites", 0, "lat_deg")).text == "39.92"
    (problem,) = problems_at(document, [(("sites", 0, "name"), "no such place")])
    assert str(problem) == "f.yaml:3:12: no such place"


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("name: x\nraid: [\n", "f.yaml:2:7", "YAML syntax"),
        ("a: 1\n\tb: 2\n", "f.yaml:2:1", "spaces"),
        ("\ta: 1\n", "f.yaml:1:1", "spaces"),
        ("a: b: c\n", "f.yaml:1:5", "quoted"),
        ("a: {b: 1\nc: 2\n", "f.yaml:2", "}"),
        ('a: "x\n', "f.yaml:1", "quot"),
        ("a:\n  b: 1\n c: 2\n", "f.yaml:3:2", "indent"),
        ("a: @x\n", "f.yaml:1:4", "quote"),
        ("a: &x [1, *x]\n", "f.yaml:1:11", "contain itself"),
        ("a: &x {b: {c: *x}}\n", "f.yaml:1:15", "contain itself"),
        ("a: [1, *x]\n", "f.yaml:1:8", "refers to nothing"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1", "second document"),
        ("? [1, 2]\n: 3\n", "f.yaml:1:3", "cannot be a key"),
        ("", "f.yaml:1:1", "empty"),
        ("# only a comment\n", "f.yaml:1:1", "empty"),
        ("ok: 1\nbad: a\x00b\n", "f.yaml:2:7", "U+0000"),
        ("[" * 10_000, "f.yaml:1:65", "nested"),
        ("a:\n" + "".join(" " * i + "- \n" for i in range(1, 100)), "f.yaml:65", "nested"),
    ],
)
def test_what_cannot_be_read_is_reported_at_its_place(text, place, says):
    (said,) = problems(text)
    assert said.startswith(place)
    assert says in said


def test_an_expansion_bomb_is_refused_without_being_expanded():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    (said,) = problems("\n".join(lines))
    assert "repeat more than" in said


def test_an_honest_alias_repeats_a_value():
    document = parse_document("a: &x {r: 5}\nb: *x\nc: &t word\n*t : 1\n", "f.yaml")
    assert document.data == {"a": {"r": 5}, "b": {"r": 5}, "c": "word", "word": 1}
    assert document.mark(("b", "r")).line == 1


def test_mistakes_that_leave_the_rest_readable_are_all_kept():
    document = parse_document("a: 1\nb: !foo 2\na: 3\n<<: {c: 4}\nd: " + "9" * 500 + "\n", "f.yaml")
    assert [(p.line, p.column) for p in document.problems] == [(2, 4), (3, 1), (4, 1), (5, 4)]
    assert "stands twice (first in line 1)" in document.problems[1].message


def test_no_python_object_can_be_named():
    document = parse_document("a: !!python/object/apply:os.getcwd []\n", "f.yaml")
    assert document.data == {"a": []}
    assert "!!python/object/apply:os.getcwd" in document.problems[0].message


def test_files_that_are_no_yaml_files(tmp_path: Path):
    with pytest.raises(InputError, match="no such file"):
        load_document(tmp_path / "absent.yaml")
    with pytest.raises(InputError, match="folder"):
        load_document(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        load_document("nul\0byte.yaml")
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as stream:
        stream.truncate(100_000_000)  # sparse: nothing is written, and nothing must be read
    with pytest.raises(InputError, match="larger than 5 MB"):
        load_document(huge)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("a: 1\nname: Kürecik\n".encode("latin-1"))
    with pytest.raises(DocumentError, match=r"latin\.yaml:2:8: byte 0xfc is not UTF-8"):
        load_document(latin)


@pytest.mark.skipif(not Path("/dev/zero").is_char_device(), reason="no endless file on this system")
def test_an_endless_file_is_refused():
    with pytest.raises(InputError, match="larger than"):
        load_document("/dev/zero")


def test_a_byte_order_mark_and_foreign_line_ends(tmp_path: Path):
    path = tmp_path / "dos.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: K\xc3\xbcrecik\r\nb: 2\r\n")
    document = load_document(path)
    assert document.data == {"name": "Kürecik", "b": 2}
    assert document.mark(("b",)).line == 2


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn", "Co", "Zl", "Zp"]), max_size=12),
    st.sampled_from(
        ["NO", "yes", "on", "0o17", "017", "1e3", "12:30", "2019-07-12", "null", "~", "", " a ", "a: b", "- x", "# x",
         ".5", "1_000", "0x1F", "=", "<<", "true", "'", '"', "a\nb\n", "@", "%", "İstanbul"]
    ),
)  # fmt: skip
KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn", "Co", "Zl", "Zp"]), max_size=8)
DATA = st.dictionaries(
    KEYS,
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)),
    max_size=4,
)


@given(DATA)
def test_what_is_written_is_read_back(data):
    text = dump_yaml(data)
    document = parse_document(text, "f.yaml")
    merges = [problem for problem in document.problems if "merge" not in problem.message]
    assert document.data == data
    assert merges == []
    assert dump_yaml(document.data) == text
    assert yaml.safe_load(text) == data  # a reader of YAML 1.1 understands the same


def test_writing_is_block_style_in_the_given_order():
    data = {"b": [1, {"c": "NO", "a": (2.5, None)}], "a": datetime.date(2019, 7, 12), "p": Path("x/y"), "e": []}
    assert dump_yaml(data) == (
        "b:\n  - 1\n  - c: 'NO'\n    a:\n      - 2.5\n      - null\na: '2019-07-12'\np: x/y\ne: []\n"
    )

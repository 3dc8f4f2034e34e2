"""Cards found by name, alias and near miss; a user's own cards beside the packaged ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from buckler.catalog.load import SYSTEMS, load_card, load_catalog, looks_like_card
from buckler.documents import parse_document
from buckler.errors import DocumentError, InputError, UnknownNameError

CARD = """\
name: {name}
aliases: [{alias}]
kind: satellite
title: A satellite
summary: For a test.
in_service: {{value: null, note: a test}}
parameters:
  mass: {{nominal: 5, unit: kg, assumption: a test}}
"""


def write(folder: Path, file: str, name: str, alias: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / file
    path.write_text(CARD.format(name=name, alias=alias), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def catalog():
    return load_catalog()


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("S-400", "S-400"), ("s400", "S-400"), ("s 400", "S-400"), ("Türksat 4A", "Turksat 4A"),
        ("SİPER", "SIPER"), ("hisar-a+", "HISAR-A+"), ("HISAR-A", "HISAR-A+"), ("48N6DM", "48N6E3"),
        ("Patriot PAC-3 MSE", "PAC-3 MSE"), ("TB2", "Bayraktar TB2"), ("E-7T Peace Eagle", "E-7T"),
        ("Stinger", "FIM-92 Stinger"), ("AN/TPY-2 (Kurecik)", "AN/TPY-2"), ("an tpy 2", "AN/TPY-2"),
    ],
)  # fmt: skip
def test_names_are_found_whatever_their_spelling(catalog, asked, name):
    assert asked in catalog
    assert catalog[asked].name == name


@pytest.mark.parametrize("typo", ["S-4000", "Patriott", "Sugnur", "Bayraktar TB3"])
def test_a_typo_suggests_the_nearest_names(catalog, typo):
    right = {"S-4000": "S-400", "Patriott": "Patriot", "Sugnur": "SUNGUR", "Bayraktar TB3": "Bayraktar TB2"}[typo]
    assert typo not in catalog
    with pytest.raises(UnknownNameError) as caught:
        catalog[typo]
    assert right in caught.value.suggestions


def test_the_catalog_is_a_mapping(catalog):
    assert len(catalog) == len(list(catalog)) == len(set(catalog))
    assert catalog["S-400"] is catalog["s400"]
    assert 5 not in catalog
    assert [card.name for card in catalog.components(catalog["HAWK"])] == ["AN/MPQ-64", "AN/MPQ-61", "MIM-23"]


def test_a_folder_of_the_user_adds_cards(tmp_path, catalog):
    write(tmp_path / "own", "mine.yaml", "My satellite", "mine")
    extended = load_catalog([tmp_path / "own"])
    assert extended["MINE"].si("mass") == 5.0
    assert len(extended) == len(catalog) + 1
    assert extended.content_hash != catalog.content_hash


def test_the_content_hash_depends_on_contents_only(tmp_path):
    write(tmp_path / "a", "x.yaml", "X", "ex")
    write(tmp_path / "a", "y.yaml", "Y", "why")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    (tmp_path / "b" / "x.yaml").rename(tmp_path / "b" / "z.yaml")
    first, moved = load_catalog([tmp_path / "a"]), load_catalog([tmp_path / "b"])
    assert first.content_hash == moved.content_hash
    path = write(tmp_path / "b", "z.yaml", "X", "ex")
    path.write_text(path.read_text(encoding="utf-8").replace("nominal: 5", "nominal: 6"), encoding="utf-8")
    assert load_catalog([tmp_path / "b"]).content_hash != first.content_hash


@pytest.mark.parametrize(("name", "alias"), [("S-400", "other"), ("s400", "other"), ("Other", "48N6"), ("Y", "y2")])
def test_a_name_can_be_taken_once(tmp_path, name, alias):
    write(tmp_path / "own", "a.yaml", "Y", "why")
    write(tmp_path / "own", "b.yaml", name, alias)
    with pytest.raises(InputError, match="already the name"):
        load_catalog([tmp_path / "own"])


def test_folders_that_hold_no_cards(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        load_catalog([tmp_path / "absent"])
    with pytest.raises(InputError, match="no catalog card"):
        load_catalog([tmp_path])


def test_a_broken_card_is_reported_at_its_place(tmp_path, catalog):
    path = write(tmp_path / "own", "x.yaml", "X", "ex")
    path.write_text(path.read_text(encoding="utf-8").replace("assumption: a test", "unt: 3"), encoding="utf-8")
    extended = load_catalog([tmp_path / "own"])  # its parameters are read when it is asked for
    with pytest.raises(DocumentError, match=r"x\.yaml:8:32: unknown field 'unt'; did you mean 'unit'"):
        extended["X"]
    path.write_text("name: [\n", encoding="utf-8")
    with pytest.raises(DocumentError, match=r"x\.yaml:1:7: YAML syntax"):
        load_catalog([tmp_path / "own"])
    path.write_text("name: 5\nparameters: {}\n", encoding="utf-8")
    with pytest.raises(DocumentError, match="the field 'kind' is missing"):
        load_catalog([tmp_path / "own"])
    path.write_bytes(b"name: \xff\n")
    with pytest.raises(DocumentError, match="UTF-8"):
        load_catalog([tmp_path / "own"])


def test_a_card_may_stand_in_another_order(tmp_path):
    path = write(tmp_path / "own", "x.yaml", "X", "ex")
    head, _, body = path.read_text(encoding="utf-8").partition("parameters:")
    path.write_text("# first\nsummary: s\nparameters:" + body + head.replace("summary: For a test.\n", ""), "utf-8")
    assert load_card(path).name == "X"
    assert load_catalog([tmp_path / "own"])["ex"].si("mass") == 5.0


def test_a_card_is_told_from_a_scenario():
    assert looks_like_card(parse_document("kind: radar\n", "f"))
    assert looks_like_card(parse_document("parameters: {}\n", "f"))
    assert not looks_like_card(parse_document("name: x\nraid: []\n", "f"))
    assert not looks_like_card(parse_document("- 5\n", "f"))


def test_every_packaged_file_is_a_card_named_after_its_system():
    for path in SYSTEMS.iterdir():
        assert path.suffix == ".yaml"
        name = load_card(path).name.lower().replace("+", "-plus")
        assert path.stem == "-".join("".join(c if c.isalnum() else " " for c in name).split())

from __future__ import annotations

from pathlib import Path

import pytest

from buckler.catalog.load import load_catalog
from buckler.envelope.draw import draw_envelope
from buckler.errors import InputError

CATALOG = load_catalog()


@pytest.mark.parametrize("name", ["SUNGUR", "77N6-N", "ballistic-300", "F-16C", "cruise-missile-subsonic", "airliner", "AIM-120C"])
def test_a_card_becomes_a_picture_and_words(name: str, tmp_path: Path) -> None:
    result = draw_envelope(CATALOG[name], tmp_path / "card.png")
    assert result.files == (tmp_path / "card.png",)
    assert result.files[0].read_bytes().startswith(b"\x89PNG")
    assert result.text.startswith(f"{name}: ")


def test_the_same_card_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (draw_envelope(CATALOG["KORKUT"], tmp_path / "gun.svg").files[0].read_bytes() for _ in range(2))
    assert first.startswith(b"<?xml")
    assert first == second


def test_without_an_ending_it_is_a_png(tmp_path: Path) -> None:
    assert draw_envelope(CATALOG["KORKUT"], tmp_path / "gun").files == (tmp_path / "gun.png",)


@pytest.mark.parametrize("name", ["91N6E", "Turksat 4A"])
def test_what_has_no_envelope_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"there is no envelope to draw of {name} "):
        draw_envelope(CATALOG[name], tmp_path / "x.png")
    assert not list(tmp_path.iterdir())


def test_a_system_names_its_missiles(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"consists of .*48N6E3"):
        draw_envelope(CATALOG["S-400"], tmp_path / "x.png")


@pytest.mark.parametrize(
    ("output", "said"), [("x.pdf", "as .png or .svg"), ("nowhere/x.png", "no folder"), ("", "is a folder")]
)
def test_an_output_that_cannot_be_written_is_refused(output: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "given.png").mkdir()
    with pytest.raises(InputError, match=said):
        draw_envelope(CATALOG["KORKUT"], tmp_path / output if output else tmp_path / "given.png")

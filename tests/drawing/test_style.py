from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest

from buckler.drawing import palette
from buckler.drawing.style import figure_style, grid, new_figure, save_figure, svg_text
from buckler.errors import InputError


def luminance(colour: str) -> float:
    """Relative luminance: WCAG 2.2, definition of "relative luminance"."""
    share = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, two: str) -> float:
    bright, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def example(label: str = "line"):
    figure, ax = new_figure(4.0, 2.5)
    ax.plot([0, 1, 2], [3.0, 1.0, 2.0], label=label)
    ax.set_xlabel("time (s)")
    grid(ax)
    ax.legend()
    return figure


def test_palette_is_the_published_one():
    # Okabe and Ito (2008), figure "Colorblind-friendly palette": red, green, blue from 0 to 255
    published = {
        palette.BLACK: (0, 0, 0), palette.ORANGE: (230, 159, 0), palette.SKY_BLUE: (86, 180, 233),
        palette.BLUISH_GREEN: (0, 158, 115), palette.YELLOW: (240, 228, 66), palette.BLUE: (0, 114, 178),
        palette.VERMILLION: (213, 94, 0), palette.REDDISH_PURPLE: (204, 121, 167),
    }  # fmt: skip
    assert len(published) == 8
    for colour, rgb in published.items():
        assert tuple(int(colour[k : k + 2], 16) for k in (1, 3, 5)) == rgb


def test_no_two_roles_look_alike_even_without_colour():
    marks = [(role.marker, role.colour) for role in palette.ROLES.values()]
    assert len(set(marks)) == len(marks)
    assert len({role.label for role in palette.ROLES.values()}) == len(palette.ROLES)
    opposed = [palette.DEFENCE, palette.SENSOR, palette.ASSET, palette.RAID, palette.LEAKER, palette.KILL]
    assert len({role.marker for role in opposed}) == len(opposed)
    assert {role.colour for role in palette.ROLES.values()} <= {*palette.OKABE_ITO, palette.MUTED}


def test_text_can_be_read_on_every_ground():
    for ground in (palette.PAPER, palette.LAND, palette.SEA):
        assert contrast(palette.TEXT, ground) > 7.0  # WCAG 2.2 success criterion 1.4.6
        assert contrast(palette.MUTED, ground) > 4.2


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_a_figure_saved_twice_is_the_same_bytes(tmp_path, suffix):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        with figure_style():
            save_figure(example(), tmp_path / folder / f"picture.{suffix}")
    one, two = (tmp_path / folder / f"picture.{suffix}" for folder in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert b"20" + b"2" not in one.read_bytes()[:600] or suffix == "pdf"
    assert b"CreationDate" not in one.read_bytes()


def test_svg_is_an_element_for_a_page_and_its_names_do_not_meet_another_figures():
    with figure_style():
        one, two = svg_text(example(), "one"), svg_text(example("other"), "two")
        selectable = svg_text(example(), "one", selectable=True)
    assert one.startswith("<svg")
    ElementTree.fromstring(one)  # noqa: S314 - our own text
    clips = [{part.split('"')[0] for part in text.split('<clipPath id="')[1:]} for text in (one, two)]
    assert clips[0]
    assert not clips[0] & clips[1]
    assert "time (s)</text>" in selectable
    assert "time (s)</text>" not in one


def test_shortened_outlines_stay_within_a_hundredth_of_a_point():
    import io
    import re

    with figure_style():
        figure = example()
        short = svg_text(figure, "one")
        with mpl.rc_context({"svg.hashsalt": "buckler one"}):
            buffer = io.StringIO()
            figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": "buckler"})
    whole = buffer.getvalue()
    outlines = [
        [float(number) for d in re.findall(r' d="([^"]*)"', text) for number in re.findall(r"-?[\d.]+", d)]
        for text in (short, whole[whole.index("<svg") :])
    ]
    assert len(short) < len(whole)
    assert np.abs(np.subtract(*outlines)).max() < 0.01


def test_nothing_global_is_left_behind():
    before = dict(mpl.rcParams)
    with figure_style():
        example()
        assert mpl.rcParams["axes.spines.top"] is False
    assert dict(mpl.rcParams) == before
    code = "import sys, buckler.drawing.palette, buckler.drawing.style, buckler.drawing.maps, buckler.drawing.labels\n"
    code += "assert not any(name.startswith('matplotlib') for name in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_another_ending_is_refused(tmp_path):
    with figure_style(), pytest.raises(InputError, match=r"\.svg, \.png or \.pdf, not as \.jpg"):
        save_figure(example(), tmp_path / "picture.jpg")


def test_a_full_disk_is_said_and_leaves_no_half_picture(tmp_path, monkeypatch):
    def full(path: Path, data: bytes) -> int:
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with figure_style():
        figure, _ = new_figure()
        with pytest.raises(InputError, match=r"picture.png: cannot be written \(No space left on device\)"):
            save_figure(figure, tmp_path / "picture.png")
    assert list(tmp_path.iterdir()) == []

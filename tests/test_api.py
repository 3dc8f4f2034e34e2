"""The Python surface, used as the package's docstring shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

import buckler


@pytest.fixture(scope="module")
def run() -> buckler.Run:
    return buckler.simulate(buckler.load("smoke"), replications=30, seed=1, workers=2)


def test_the_summary_and_the_events_agree(run: buckler.Run) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    impacts = pc.sum(pc.equal(run.events["kind"].cast(pa.string()), "impact")).as_py()
    for by in ("reason", "subject", "object"):
        assert sum(run.leakers(by=by).values()) == pytest.approx(impacts / 30)
    assert run.summary()["replications"] == 30


def test_leakers_by_something_else_is_refused(run: buckler.Run) -> None:
    with pytest.raises(buckler.InputError, match="'reason', 'subject' or 'object'"):
        run.leakers(by="class")  # type: ignore[arg-type]


def test_a_run_is_kept_and_opened_again(run: buckler.Run, tmp_path: Path) -> None:
    kept = run.save(tmp_path / "kept")
    assert buckler.open(kept).events.equals(run.events)
    with pytest.raises(buckler.OutputExistsError):
        run.save(kept)
    with pytest.raises(buckler.RunFolderError, match="no such folder"):
        buckler.open(tmp_path / "nothing")


def test_a_run_compared_with_itself_differs_by_nothing(run: buckler.Run, tmp_path: Path) -> None:
    other = buckler.simulate("smoke", replications=30, seed=1, folder=tmp_path / "run")
    result = buckler.compare(run, other)
    assert result["same_simulation"] is True
    assert result["replications"] == 30
    assert result["left_out"] == 0


def test_the_report_is_written_from_the_folder_alone(run: buckler.Run, tmp_path: Path) -> None:
    page = buckler.open(run.save(tmp_path / "kept")).report()
    assert page == tmp_path / "kept" / "report.html"
    assert "</html>" in page.read_text(encoding="utf-8")


def test_every_card_of_the_catalog_loads() -> None:
    cards = buckler.load_catalog()
    assert len(cards) > 50
    for name, card in cards.items():
        assert card.name == name


def test_wrong_input_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(buckler.UnknownNameError, match="smoke"):
        buckler.load("smok")
    for options in ({"replications": 0}, {"seed": -1}, {"workers": 0}):
        with pytest.raises(buckler.InputError):
            buckler.simulate("smoke", folder=tmp_path / "run", **options)
    assert not (tmp_path / "run").exists()

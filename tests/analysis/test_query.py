"""SQL over a run folder: the views against the Python analysis, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from buckler.analysis.outcomes import read_outcomes
from buckler.analysis.query import Answer, query, render, tables_and_views
from buckler.campaign.run import run_campaign
from buckler.errors import InputError
from buckler.log.read import RunFolder, open_run
from buckler.scenario.load import load_scenario
from buckler.world.compile import compile_world


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    path = tmp_path_factory.mktemp("it's [a] run") / "run"
    run_campaign(compile_world(load_scenario("smoke")), path, replications=30, seed=3, workers=1, catalog_hash="")
    return open_run(path)


def test_views_agree_with_the_analysis(folder: RunFolder) -> None:
    outcomes = read_outcomes(folder)
    rows = query(
        folder, "select replication, leakers, rounds, nothing_leaked from replications order by replication"
    ).rows
    assert [row[1] for row in rows] == outcomes.leaked.sum(axis=1).tolist()
    assert [row[2] for row in rows] == outcomes.rounds.sum(axis=1).tolist()
    assert [row[3] for row in rows] == outcomes.nothing_leaked.tolist()
    leakers, hits = query(folder, "select count(*), count(*) filter (where hit) from leakers").rows[0]
    assert leakers == outcomes.leaked.sum()
    assert hits == query(folder, "select count(*) from events where kind = 'asset_hit'").rows[0][0] > 0
    spent = query(folder, "select sum(fired), count(*) from expenditure").rows[0]
    assert spent == (outcomes.rounds.sum(), outcomes.rounds.size)
    shots = query(folder, "select sum(shots), count(track_s), count(*) from kill_chain").rows[0]
    assert shots == (outcomes.rounds.sum(), np.isfinite(outcomes.confirmed_s).sum(), outcomes.leaked.size)
    warning = folder.summary["warning_time"]["Depot"]
    assert query(folder, "select avg(warning_s) from warning_time").rows[0][0] == pytest.approx(
        warning["value"], rel=1e-6
    )


def test_every_round_has_one_outcome(folder: RunFolder) -> None:
    fired = query(folder, "select count(*) from events where kind = 'fire'").rows[0][0]
    outcomes = dict(query(folder, "select outcome, count(*) from engagements group by 1").rows)
    assert sum(outcomes.values()) == fired
    for kind in ("kill", "miss", "no_target"):
        assert outcomes.get(kind, 0) == query(folder, f"select count(*) from events where kind = '{kind}'").rows[0][0]  # noqa: S608
    assert query(folder, "select count(*) from engagements where ended_s < fired_s or assigned_s > fired_s").rows == [
        (0,)
    ]


def test_tables_are_listed_with_their_columns(folder: RunFolder) -> None:
    tables = tables_and_views(folder)
    assert {"leakers", "engagements", "kill_chain", "expenditure", "warning_time", "events", "states"} <= set(tables)
    assert "reason" in tables["leakers"]


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select leekers from replications", "did you mean 'leakers'"),
        ("select warning_s from leakers", "it is a column of warning_time"),
        ("select * from leakerz", "did you mean 'leakers'"),
        ("selec 1", "the query is wrong"),
        ("", "one statement"),
        ("select 1; select 2", "one statement"),
        ("drop view leakers", "no query"),
        ("copy leakers to 'x.csv'", "no query"),
        ("set enable_external_access = true", "no query"),
        ("attach 'x.db'", "no query"),
        ("install httpfs", "no query"),
        ("pragma database_list", "no query"),
        ("select * from glob('/*')", "nothing else"),
        ("select * from read_text('/etc/hostname')", "nothing else"),
        ("select * from read_csv('https://example.org/a.csv')", "nothing else"),
    ],
)
def test_what_is_refused(folder: RunFolder, sql: str, says: str) -> None:
    before = {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()}
    with pytest.raises(InputError, match=says):
        query(folder, sql)
    assert {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()} == before


def test_other_files_of_the_folder_stay_closed(folder: RunFolder) -> None:
    path = str(folder.path / "run.json").replace("'", "''")
    with pytest.raises(InputError, match="nothing else"):
        query(folder, f"select * from read_text('{path}')")  # noqa: S608


def test_an_answer_as_json() -> None:
    import datetime
    from decimal import Decimal

    answer = Answer(
        ("a", "b", "c", "d"),
        [(float("nan"), Decimal("1.5"), datetime.timedelta(seconds=2), [datetime.date(2020, 1, 2)])],
    )
    assert json.loads(json.dumps(answer.as_dicts())) == [{"a": None, "b": 1.5, "c": 2.0, "d": ["2020-01-02"]}]


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        query(tmp_path / "nothing", "select 1")


def test_rows_are_lines_as_long_as_they_are_or_blocks_where_that_is_too_wide() -> None:
    answer = Answer(("name", "count"), [("a name that is long" * 10, 1), ("b", None), ("[red]c[/red]", 12345)])
    head, first, second, third = render(answer).splitlines()
    assert head.split() == ["name", "count"]
    assert first == "a name that is long" * 10 + "      1"
    assert second.split() == ["b", "–"]
    assert third.startswith("[red]c[/red] ")
    assert third.endswith(" 12345")
    assert len({len(line) for line in (head, first, second, third)}) == 1
    blocks = render(answer, 100).split("\n\n")
    assert len(blocks) == 3
    assert blocks[1] == "name   b\ncount  –"
    assert render(answer, 300) == render(answer)
    assert render(Answer(("a", "b"), []), 1) == "a  b"

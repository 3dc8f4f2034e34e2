"""The figures of a run against a second count of the same log in plain Python, and what is written."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from report.fake_run import write_fake_run

from buckler.analysis.outcomes import COLUMNS, collect, read_outcomes
from buckler.analysis.recorded import choose_recorded
from buckler.analysis.summary import summarise
from buckler.errors import RunFolderError
from buckler.log.read import open_run
from buckler.log.schema import EVENTS

STAGE_OF = {
    "detect": "detected",
    "confirm": "tracked",
    "identify": "identified",
    "assign": "assigned",
    "fire": "fired at",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_fake_run(tmp_path_factory.mktemp("runs") / "fake", replications=50)


@pytest.fixture(scope="module")
def summary(folder):
    return summarise(folder)


@pytest.fixture(scope="module")
def counted(folder):
    """What the log says, event by event."""
    classes = {row["key"]: row["class"] for row in pq.read_table(folder / "entities.parquet").to_pylist()}
    systems = {row["key"]: row["system"] for row in pq.read_table(folder / "entities.parquet").to_pylist()}
    count = {name: Counter() for name in ("leakers", "assets", "reasons", "rounds", "stages")}
    leaky, met = set(), set()
    confirmed, impact = {}, {}
    for row in pq.read_table(folder / "events.parquet").to_pylist():
        r, kind, subject, target = row["replication"], row["kind"], row["subject"], row["object"]
        if kind == "impact":
            leaky.add(r)
            count["leakers"][classes[subject]] += 1
            count["assets"][target] += 1
            count["reasons"][row["reason"]] += 1
            impact.setdefault((r, target), row["time_s"])
        if kind == "fire":
            count["rounds"][systems[subject]] += 1
        if kind == "confirm":
            confirmed.setdefault((r, target), row["time_s"])
        stage = {**STAGE_OF, "kill": "killed"}.get(kind)
        if stage and (r, stage, target) not in met:
            met.add((r, stage, target))
            count["stages"][stage, classes[target]] += 1
    return {**count, "leaky": leaky, "confirmed": confirmed, "impact": impact}


def test_every_figure_is_what_a_plain_count_gives(summary, counted):
    n = summary["replications"]
    assert n == 50
    assert summary["nothing_leaks"]["value"] == pytest.approx(1 - len(counted["leaky"]) / n)
    assert summary["leakers"]["value"] * n == pytest.approx(sum(counted["leakers"].values()))
    for name, figure in summary["leakers_by_class"].items():
        assert figure["value"] * n == pytest.approx(counted["leakers"][name])
    for name, figure in summary["leakers_by_asset"].items():
        assert figure["value"] * n == pytest.approx(counted["assets"][name])
    for name, figure in summary["rounds_by_system"].items():
        assert figure["value"] * n == pytest.approx(counted["rounds"][name])
    assert {name: round(figure["count"]["value"] * n) for name, figure in summary["reasons"].items()} == dict(
        counted["reasons"]
    )
    for group in summary["leakers_by_class"]:
        for stage in (*STAGE_OF.values(), "killed"):
            assert summary["funnel"][group][stage]["count"]["value"] * n == pytest.approx(
                counted["stages"][stage, group]
            )


def test_the_funnel_adds_up(summary):
    for stages in summary["funnel"].values():
        ends = sum(stages[name]["count"]["value"] for name in ("killed", "got through", "neither"))
        assert ends == pytest.approx(stages["appeared"]["count"]["value"])
    assert sum(figure["share"]["value"] for figure in summary["reasons"].values()) == pytest.approx(1)


def test_warning_time_runs_from_the_first_track_to_the_first_impact(summary, counted, folder):
    parents = {row["key"]: row["parent"] for row in pq.read_table(folder / "entities.parquet").to_pylist()}
    first = {}
    for (r, threat), time_s in counted["confirmed"].items():
        key = (r, parents[threat])
        first[key] = min(time_s, first.get(key, time_s))
    times = defaultdict(list)
    for (r, asset), time_s in counted["impact"].items():
        times[asset].append(max(0.0, time_s - first.get((r, asset), time_s)))
    for asset, figure in summary["warning_time"].items():
        assert figure["n"] == len(times[asset])
        assert figure["value"] == pytest.approx(sum(times[asset]) / len(times[asset]))


def test_every_figure_has_an_interval_that_holds_it(summary):
    found = 0

    def walk(node):
        nonlocal found
        if isinstance(node, dict):
            if "method" in node:
                found += 1
                assert {"value", "low", "high", "n", "method", "unit"} <= set(node)
                if node["value"] is not None:
                    assert node["low"] <= node["value"] <= node["high"]
            for child in node.values():
                walk(child)

    walk(summary)
    assert found > 50


def test_what_is_written_is_what_is_returned_and_the_same_every_time(folder, summary):
    text = (folder / "summary.json").read_text()
    assert json.loads(text) == summary
    assert summarise(folder) == summary
    assert (folder / "summary.json").read_text() == text


def test_the_size_of_the_batches_does_not_matter(folder):
    whole = pq.read_table(folder / "events.parquet")
    entities = open_run(folder).entities
    reference = read_outcomes(open_run(folder))
    for size in (7, 101):  # replications cut in two, and several in one
        batches = [pa.Table.from_batches([batch]) for batch in whole.select(COLUMNS).to_batches(max_chunksize=size)]
        outcomes = collect(entities, batches)
        for name in ("replications", "stages", "reasons", "confirmed_s", "impact_s", "rounds", "asset_hit"):
            assert (getattr(outcomes, name) == getattr(reference, name)).all(), name


def test_plain_strings_are_read_as_well_as_dictionaries(folder):
    whole = pq.read_table(folder / "events.parquet")
    named = ("kind", "subject", "object", "reason")
    plain = pa.table({name: whole[name].cast(pa.string()) if name in named else whole[name] for name in EVENTS.names})
    outcomes, reference = collect(open_run(folder).entities, [plain]), read_outcomes(open_run(folder))
    assert (outcomes.stages == reference.stages).all()
    assert (outcomes.reasons == reference.reasons).all()


def test_recorded_replications_are_what_they_are_called(folder):
    outcomes = read_outcomes(open_run(folder))
    chosen = choose_recorded(outcomes)
    assert [row["why"] for row in chosen[:3]] == ["typical", "best", "worst"]
    leakers = dict(zip(outcomes.replications.tolist(), outcomes.leaked.sum(axis=1).tolist(), strict=True))
    assert leakers[chosen[1]["replication"]] == min(leakers.values())
    hit = outcomes.asset_hit.sum(axis=1)
    assert hit[outcomes.replications == chosen[2]["replication"]] == hit.max()
    middle = sorted(leakers.values())
    assert middle[5] <= leakers[chosen[0]["replication"]] <= middle[-6]
    events = pq.read_table(folder / "events.parquet").to_pylist()
    for row in chosen[3:]:
        assert any(e["replication"] == row["replication"] and e["reason"] == row["why"] for e in events)
    assert {row["why"] for row in chosen[3:]} == {e["reason"] for e in events} - {""}


def rewrite(folder, change):
    table = change(pq.read_table(folder / "events.parquet"))
    pq.write_table(table, folder / "events.parquet")


def test_missing_replications_are_noticed_unless_the_run_was_cut_short(tmp_path):
    folder = write_fake_run(tmp_path / "run", replications=6, block=2)
    keep = pa.array([r < 4 for r in pq.read_table(folder / "events.parquet")["replication"].to_pylist()])
    rewrite(folder, lambda table: table.filter(keep))
    with pytest.raises(RunFolderError, match=r"events.parquet: holds 4 of the 6 replications"):
        summarise(folder)
    facts = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**facts, "complete": False}))
    summary = summarise(folder)
    assert (summary["replications"], summary["complete"]) == (4, False)


def test_a_name_that_no_entity_has_is_noticed(tmp_path):
    folder = write_fake_run(tmp_path / "run", replications=2)
    entities = pq.read_table(folder / "entities.parquet")
    pq.write_table(
        entities.filter(pa.array([key != "drone-3" for key in entities["key"].to_pylist()])),
        folder / "entities.parquet",
    )
    with pytest.raises(RunFolderError, match=r"events.parquet: names 'drone-3'"):
        summarise(folder)

"""A run folder read back: whole, cut short, altered, and from a newer version."""

from __future__ import annotations

import json
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report.fake_run import write_fake_run
from runs import layered, loaded

from buckler.analysis.query import query
from buckler.analysis.summary import summarise
from buckler.campaign.simulate import simulate_into
from buckler.errors import BucklerError, RunFolderError
from buckler.log.read import numbers, open_run, rows_of
from buckler.log.schema import EVENTS


@pytest.fixture
def folder(tmp_path):
    return write_fake_run(tmp_path / "run", replications=6, block=2)


def test_what_was_written_is_read(folder):
    run = open_run(folder)
    assert run.run["replications"] == 6
    assert run.entities.num_rows == 29
    assert run.events().schema.equals(EVENTS)
    assert [row["replication"] for row in run.run["recorded"]] == [0, 3]
    assert set(run.states["replication"].to_pylist()) == {0, 3}
    assert run.detections.num_rows == 0
    assert run.sources[0]["parameter"] == "detection_range"
    assert len(run.rings) == 6


def test_events_stream_by_block_and_add_up_to_the_whole(folder):
    run = open_run(folder)
    batches = list(run.event_batches())
    assert [sorted(set(batch["replication"].to_pylist())) for batch in batches] == [[0, 1], [2, 3], [4, 5]]
    assert pa.concat_tables(batches).to_pylist() == run.events().to_pylist()
    assert run.events(["time_s"]).column_names == ["time_s"]


def test_columns_as_arrays_and_the_rows_of_a_replication(folder):
    table = open_run(folder).events()
    pieces = pa.concat_tables([table.slice(3, 7), table.slice(0, 0), table.slice(40)])
    assert numbers(pieces["time_s"]).tolist() == pieces["time_s"].to_pylist()
    assert numbers(table.slice(0, 0)["time_s"]).tolist() == []
    mixed = pa.concat_tables([table, table])
    for replication in (0, 3, 99):
        assert rows_of(mixed, replication).to_pylist() == [
            r for r in mixed.to_pylist() if r["replication"] == replication
        ]


def test_tracks_written_before_posts_told_each_other_theirs_are_read_as_the_posts_own(tmp_path, call):
    """A filtered run, and the same folder as older versions of this schema number wrote it: without `told_by` and `fused`."""
    data = layered((0.5,), 2) | {"picture": "filtered"}
    simulate_into(loaded(data), tmp_path / "run", replications=2, seed=1, workers=1)
    file = tmp_path / "run" / "tracks.parquet"
    new = open_run(tmp_path / "run").tracks
    assert new.num_rows > 0
    assert set(new["told_by"].to_pylist()) == {""}
    assert set(new["fused"].to_pylist()) == {False}
    pq.write_table(new.drop_columns(["told_by", "fused"]), file)
    assert pq.read_schema(file).names == [name for name in new.column_names if name not in ("told_by", "fused")]
    old = open_run(tmp_path / "run").tracks
    assert (old.schema.names, old.to_pylist()) == (new.schema.names, new.to_pylist())
    answer = query(tmp_path / "run", "select count(*) from tracks where told_by = '' and not fused")
    assert answer.rows == [(new.num_rows,)]
    code, _, _ = call("report", tmp_path / "run")
    assert code == 0
    code, out, _ = call("query", tmp_path / "run", "select distinct told_by, fused from tracks", "--json")
    assert code == 0
    assert json.loads(out) == [{"told_by": "", "fused": False}]
    pq.write_table(new.drop_columns(["post"]), file)  # no version wrote that
    with pytest.raises(RunFolderError, match="no column `post`"):
        _ = open_run(tmp_path / "run").tracks


def test_nothing_but_run_json_is_opened_before_it_is_asked_for(folder):
    for name in ("events.parquet", "entities.parquet", "sources.json"):
        (folder / name).unlink()
    run = open_run(folder)
    with pytest.raises(RunFolderError, match=r"sources.json: the file is missing"):
        _ = run.sources
    with pytest.raises(RunFolderError, match=r"events.parquet: the file is missing"):
        run.events()


def test_no_folder_a_file_and_a_folder_of_something_else(tmp_path):
    with pytest.raises(RunFolderError, match="no such folder"):
        open_run(tmp_path / "nowhere")
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunFolderError, match="is a file"):
        open_run(tmp_path / "file")
    with pytest.raises(RunFolderError, match=r"holds no run.json"):
        open_run(tmp_path)


def test_a_newer_schema_says_upgrade(folder):
    facts = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**facts, "schema": 2, "buckler": "9.0"}))
    with pytest.raises(
        RunFolderError, match=r"run.json: the folder has schema 2, written by buckler 9.0.*upgrade"
    ) as caught:
        open_run(folder)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("key", "value"), [("schema", None), ("seed", "1"), ("replications", 1.5), ("replications", 0), ("complete", 1)]
)
def test_altered_facts_are_named(folder, key, value):
    facts = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**facts, key: value}))
    with pytest.raises(RunFolderError, match=f"run.json: .*`{key}`"):
        open_run(folder)


@pytest.mark.parametrize("text", ["", "[]", '{"schema": 1', '{"schema": 1}', "null", "\x00"])
def test_altered_run_json_is_refused(folder, text):
    (folder / "run.json").write_text(text)
    with pytest.raises(RunFolderError, match=r"run\.json"):
        open_run(folder)


def test_altered_json_lists_are_refused(folder):
    (folder / "sources.json").write_text('{"a": 1}')
    (folder / "coverage/rings.json").write_text("[1]")
    (folder / "summary.json").write_text("[]")
    run = open_run(folder)
    for name in ("sources", "rings", "summary"):
        with pytest.raises(RunFolderError, match=f"{name}.json"):
            getattr(run, name)


@pytest.mark.parametrize("name", ["events.parquet", "entities.parquet", "states.parquet", "detections.parquet"])
def test_parquet_cut_short_at_any_length(folder, name):
    whole = (folder / name).read_bytes()
    for length in (0, 3, len(whole) // 2, len(whole) - 9, len(whole) - 1):
        (folder / name).write_bytes(whole[:length])
        run = open_run(folder)
        with pytest.raises(RunFolderError, match=f"{name}: cannot be read as Parquet.*run the scenario again"):
            run.events() if name == "events.parquet" else getattr(run, name.removesuffix(".parquet"))


def test_another_table_in_its_place(folder):
    pq.write_table(pa.table({"x": [1]}), folder / "events.parquet")
    with pytest.raises(RunFolderError, match=r"events.parquet: has no column `event`"):
        open_run(folder).events()
    table = pa.table({name: ["a"] for name in EVENTS.names})
    pq.write_table(table, folder / "events.parquet")
    with pytest.raises(RunFolderError, match=r"column `event` holds string where int32 belongs"):
        open_run(folder).events()


@settings(max_examples=40)
@given(data=st.data())
def test_bytes_altered_anywhere_never_end_in_a_traceback(tmp_path_factory, data):
    source = tmp_path_factory.getbasetemp() / "altered"
    if not source.exists():
        write_fake_run(source, replications=3, block=1)
    name = data.draw(st.sampled_from(["events.parquet", "entities.parquet", "run.json"]))
    whole = (source / name).read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    altered = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    (source / name).write_bytes(altered)
    # A byte that matters to nobody (the title) leaves a folder that can be read; anything else is refused in words.
    with suppress(BucklerError):
        summarise(source)
    (source / name).write_bytes(whole)

"""The page: self-contained, well-formed, escaped, complete, and the same every time."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pyarrow.parquet as pq
import pytest
from report.fake_run import SOURCES, write_fake_run

from buckler.analysis.summary import summarise
from buckler.errors import RunFolderError
from buckler.report.page import write_report
from buckler.report.wording import interval_of, value_of

VOID = {"meta", "br", "hr", "input"}


class Checker(HTMLParser):
    """Collects text, attributes and identifiers, and insists on balanced tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, key, value) for key, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, key, value) for key, value in attrs]

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.text.append(data)


def checked(path):
    checker = Checker()
    checker.feed(path.read_text(encoding="utf-8"))
    checker.close()
    assert checker.open == []
    return checker


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_fake_run(tmp_path_factory.mktemp("runs") / "fake", replications=25)


@pytest.fixture(scope="module")
def page(folder):
    return checked(write_report(folder))


def test_nothing_is_loaded_from_elsewhere(folder, page):
    for tag, key, value in page.attributes:
        assert tag not in {"script", "link", "img", "iframe", "object", "embed"}, tag
        assert key not in {"src", "srcset", "onload", "onclick"}, key
        if key in {"href", "xlink:href"}:
            assert tag == "a", f"{tag} refers to {value}"
    text = (folder / "report.html").read_text()
    assert "@import" not in text
    assert not re.search(r"url\(", text)


def test_names_are_escaped(folder, page):
    text = (folder / "report.html").read_text()
    assert "<raid>" not in text
    assert "<NPP>" not in text
    assert "<battery>" not in text
    said = " ".join(page.text)
    assert "A small <raid> on two assets" in said
    assert "Akkuyu <NPP> & port" in said


def test_every_figure_stands_on_the_page(folder, page):
    said = " ".join(page.text)
    summary = json.loads((folder / "summary.json").read_text())
    figures = [summary["nothing_leaks"], summary["no_asset_hit"], summary["leakers"], summary["rounds"]]
    for group in ("leakers_by_class", "leakers_by_asset", "rounds_by_system", "asset_hit"):
        figures += summary[group].values()
    # What is neither killed nor through is left out where there is none.
    stages = [item for group in summary["funnel"].values() for item in group.items()]
    figures += [stage["share"] for name, stage in stages if name != "neither" or stage["count"]["value"]]
    figures += [reason["share"] for reason in summary["reasons"].values()]
    for figure in figures:
        assert value_of(figure) in said
        if figure["method"] != "given":
            assert interval_of(figure) in said
    for reason in summary["reasons"]:
        assert reason in said


def test_sources_command_notice_and_versions_stand_on_the_page(page):
    said = " ".join(page.text)
    assert "buckler run fake -n 25 --seed 1" in said
    assert "Deployments and the raid are notional." in said
    assert "1/12° (about 9 km)" in said
    assert SOURCES[1]["assumption"] in said
    assert SOURCES[2]["note"] in said
    links = [value for tag, key, value in page.attributes if key == "href"]
    assert links == ["https://example.org/s400?a=1&b=2"]


def test_a_source_that_is_no_web_address_is_no_link(tmp_path):
    folder = write_fake_run(tmp_path / "run", 2)
    rows = [{**SOURCES[0], "sources": [{"title": "trap", "url": "javascript:alert(1)", "date": None}]}]
    (folder / "sources.json").write_text(json.dumps(rows))
    assert [value for _, key, value in checked(write_report(folder)).attributes if key == "href"] == []


def test_identifiers_are_unique_and_one_ring_is_chosen(page):
    identifiers = [value for _, key, value in page.attributes if key == "id"]
    assert len(identifiers) == len(set(identifiers)) == 4  # three heights, and none
    assert sum(key == "checked" for _, key, _ in page.attributes) == 1


def test_the_same_folder_gives_the_same_bytes(folder, tmp_path):
    first = (folder / "report.html").read_bytes()
    assert write_report(folder).read_bytes() == first
    other = write_fake_run(tmp_path / "elsewhere", replications=25)
    assert write_report(other).read_bytes() == first


def test_every_threat_has_its_row_in_the_timeline_and_its_end(folder, page):
    text = (folder / "report.html").read_text()
    timeline = text[text.index('class="timeline"') :].split("</svg>")[0]
    events = pq.read_table(folder / "events.parquet").to_pylist()
    shown = [event for event in events if event["replication"] == 0]
    assert timeline.count("<title>") == sum(event["kind"] == "appear" for event in shown) == 19
    for kind, mark in (("kill", "tl-kill"), ("impact", "tl-impact"), ("fire", "tl-fire"), ("miss", "tl-miss")):
        assert timeline.count(f'class="{mark}"') == sum(event["kind"] == kind for event in shown)


def test_a_folder_without_recording_or_coverage_still_has_a_page(tmp_path):
    folder = write_fake_run(tmp_path / "run", 3)
    for name in ("states.parquet", "detections.parquet", "coverage/rings.json"):
        (folder / name).unlink()
    facts = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**facts, "recorded": [], "complete": False}))
    said = " ".join(checked(write_report(folder)).text)
    assert "not finished" in said
    assert "minute by minute" not in said


def test_a_defence_that_stops_everything_and_one_replication(tmp_path):
    folder = write_fake_run(tmp_path / "run", 1)
    table = pq.read_table(folder / "events.parquet")
    rows = [row for row in table.to_pylist() if row["kind"] not in ("impact", "asset_hit")]
    pq.write_table(type(table).from_pylist(rows, schema=table.schema), folder / "events.parquet")
    said = " ".join(checked(write_report(folder)).text)
    assert "nothing ever got through" in said
    assert "None did." in said


def test_a_summary_that_is_there_is_not_counted_again(tmp_path):
    folder = write_fake_run(tmp_path / "run", 2)
    summary = summarise(folder)
    (folder / "summary.json").write_text(json.dumps({**summary, "threats": 77}))
    assert "raids of 77 threats" in " ".join(checked(write_report(folder)).text)


def test_a_damaged_log_ends_in_words(tmp_path):
    folder = write_fake_run(tmp_path / "run", 2)
    (folder / "states.parquet").write_bytes((folder / "states.parquet").read_bytes()[:200])
    with pytest.raises(RunFolderError, match=r"states\.parquet"):
        write_report(folder)

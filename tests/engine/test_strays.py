"""Fire at tracks beyond the threats' places: what it costs, whom it meets, and when it is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from runs import buckler, layered, world_of
from test_filtered_picture import ROOT, filtered

from buckler.dtypes import WorldArrays
from buckler.engine import calendar
from buckler.engine.fly import Flyer
from buckler.engine.journal import N_CALENDAR, N_EVENTS
from buckler.engine.state import FLYING, clear, new_state
from buckler.engine.strays import decide_strays, go_astray
from buckler.log.read import open_run
from buckler.log.schema import Kind
from buckler.scenario.load import load_scenario
from buckler.world.compile import compile_world

PLACE = 1
"""The first place beyond those of the one threat."""


class Post:
    """A post with a battery of two rounds a salvo, and a track beyond the threats' places on the path of the only threat."""

    def __init__(self, follows: int, plots: int = 9, **battery: object) -> None:
        data = layered((1.0,), 1, **battery)
        data["picture"] = "filtered"
        data["batteries"][0]["doctrine"] |= {"assessment_time_s": 3, "salvo_by_class": {"cruise": 2}}
        self.world = world_of(data).arrays
        self.state = new_state(self.world)
        clear(self.world, self.state)
        self.state.lives["life"] = FLYING
        self.state.seen_by["confirmed"] = 1
        self.state.held_by["identify_event"] = 0
        body = self.world.threats[0]
        self.now_s = float(body["start_s"]) + 150.0
        row = int(body["first"] + 150.0 / body["step_s"])
        path = self.world.path_m[:, :3]
        picture = self.state.picture
        picture.x[0, PLACE, :3] = path[row]
        picture.x[0, PLACE, 3:] = (path[row + 1] - path[row]) / body["step_s"]
        picture.P[0, PLACE] = np.diag([100.0] * 3 + [0.01] * 3)
        belief = picture.beliefs[0, PLACE]
        for name, value in {
            "time_s": self.now_s, "born_s": self.now_s - 30.0, "plots": plots, "number": 5, "kill_class": 1, "patience_s": 1e3,
            "fed": follows, "follows": follows, "run": 3,
        }.items():  # fmt: skip
            belief[name] = value

    def engage(self) -> None:
        """Decide every second until the track is given out."""
        for _ in range(200):
            decide_strays(self.world, self.state, 0, self.now_s)
            if int(self.state.strays["open"].sum()) > 0:
                return
            self.now_s += 1.0

    def fly(self) -> list[tuple[Kind, int]]:
        """Decide every second, and do what follows; the events."""
        state = self.state
        while self.now_s < 500.0:
            if len(state.strays[state.strays["rounds"] > 0]) == 0:
                decide_strays(self.world, state, 0, self.now_s)
            while state.counts[N_CALENDAR] > 0 and state.agenda.heap[0]["time_s"] <= self.now_s:
                time_s, what, n, part = calendar.pop(state.agenda.heap, state.counts[N_CALENDAR])
                state.counts[N_CALENDAR] -= 1
                assert what == calendar.STRAY
                go_astray(self.world, state, 1, 0, n, part, time_s)
            self.now_s += 1.0
        events = state.journal.events[: state.counts[N_EVENTS]]
        return [(Kind(int(event["kind"])), int(event["object"])) for event in events]

    @property
    def left(self) -> tuple[int, int]:
        """Free channels, ready rounds."""
        return int(self.state.channels[0]), int(self.state.stocks["ready"][0])


def test_a_second_track_costs_a_salvo_and_a_channel_and_meets_whom_it_follows() -> None:
    post = Post(follows=0)
    channels, rounds = post.left
    post.engage()
    assert post.left == (channels - 1, rounds - 2)
    decide_strays(post.world, post.state, 0, post.now_s)  # it is engaged
    assert post.left == (channels - 1, rounds - 2)
    threat = post.world.first_threat
    assert post.fly() == [(Kind.STRAY, threat), (Kind.STRAY, threat), (Kind.KILL, threat), (Kind.NO_TARGET, threat)]
    assert post.left == (channels, rounds - 2)


def test_a_false_track_costs_the_same_and_nobody_is_there() -> None:
    post = Post(follows=-1)
    channels, rounds = post.left
    assert post.fly() == [(Kind.STRAY, -1), (Kind.STRAY, -1)]
    assert post.left == (channels, rounds - 2)


def test_a_second_track_that_is_far_from_whom_it_follows_is_met_and_he_is_not() -> None:
    post = Post(follows=0)
    post.state.picture.x[0, PLACE, 2] += 2.0 * post.world.basket_m
    kinds = [kind for kind, _ in post.fly()]
    assert kinds == [Kind.STRAY, Kind.STRAY, Kind.MISS, Kind.MISS]


@pytest.mark.parametrize("why", ["few plots", "not hostile", "dead", "no radar holds him", "uncertain", "old"])
def test_it_is_not_fired_at_where_another_track_would_not_be(why: str) -> None:
    post = Post(follows=0, plots=4 if why == "few plots" else 9)
    if why == "not hostile":
        post.state.held_by["identify_event"] = -1
    elif why == "dead":
        post.state.lives["life"] = FLYING + 1
    elif why == "no radar holds him":
        post.state.seen_by["confirmed"] = 0
    elif why == "uncertain":
        post.state.picture.P[0, PLACE] = np.diag([1e9] * 6)
    elif why == "old":
        post.state.picture.beliefs[0, PLACE]["patience_s"] = -1.0
    assert post.fly() == []


def test_a_battery_that_holds_its_fire_holds_it() -> None:
    post = Post(follows=0)
    post.world.batteries["hold"] = 1
    assert post.fly() == []


def test_what_a_track_that_is_gone_would_have_cost_comes_back() -> None:
    post = Post(follows=-1)
    before = post.left
    post.engage()
    post.state.picture.beliefs[0, PLACE]["plots"] = 0
    assert post.fly() == []
    assert post.left == before


def biased(tmp_path: Path) -> WorldArrays:
    arrays = compile_world(load_scenario(filtered(ROOT / "benchmarks" / "raid40.yaml", tmp_path))).arrays
    sensors = arrays.sensors.copy()
    sensors["range_bias_m"][0] = 1500.0
    return arrays.replace(sensors=sensors)


def test_over_a_raid_every_round_and_every_channel_is_accounted_for(tmp_path: Path) -> None:
    arrays = biased(tmp_path)
    flyer = Flyer(arrays)
    strays = 0
    for replication in range(20):
        events = flyer.events(1, replication)
        state = flyer._state
        for w, weapon in enumerate(arrays.weapons):
            by = events[events["subject"] == arrays.first_weapon + w]
            fired = int(np.isin(by["kind"], (Kind.FIRE, Kind.STRAY)).sum())
            waiting = int(state.engagements["waiting"][: state.counts[3]][state.engagements["weapon"][: state.counts[3]] == w].sum())
            open_ = state.strays["open"] != 0
            there = open_ & (state.strays["weapon"] == w) & (state.strays["event"] < 0)
            left = int(state.stocks["ready"][w] + state.stocks["stored"][w])
            assert left + fired + waiting + int(state.strays["rounds"][there].sum()) == weapon["ready"] + weapon["stored"]
        for b, battery in enumerate(arrays.batteries):
            mine = [w for w, weapon in enumerate(arrays.weapons) if weapon["battery"] == b]
            busy = int((np.isin(state.strays["weapon"], mine) & (state.strays["open"] != 0)).sum())
            assert 0 <= state.channels[b] <= battery["channels"] - busy
        strays += int((events["kind"] == Kind.STRAY).sum())
    assert strays > 20


def test_rounds_astray_are_rounds_spent(tmp_path: Path) -> None:
    document = yaml.safe_load((ROOT / "benchmarks" / "raid40.yaml").read_text(encoding="utf-8")) | {"picture": "filtered"}
    document["sensors"][0]["range_bias_m"] = 1500
    (tmp_path / "raid.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    done = buckler(["run", tmp_path / "raid.yaml", "-n", "10", "--quiet", "-o", tmp_path / "run"])
    assert done.returncode == 0, done.stderr
    run = open_run(tmp_path / "run")
    kinds = run.events(["kind"])["kind"].to_pylist()
    fired, astray = kinds.count("fire"), kinds.count("stray")
    assert astray > 0
    assert run.summary["tracks"]["rounds_astray"]["value"] == pytest.approx(astray / 10)
    assert run.summary["rounds"]["value"] == pytest.approx((fired + astray) / 10)

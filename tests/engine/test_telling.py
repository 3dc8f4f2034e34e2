"""Tracks that posts tell one another: what, when, what becomes of it, and that evidence of one's own is a veto."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from runs import assumed, cruise_card, flown, layered, missile_card, radar_card, told, world_of
from test_identify import rates
from test_network import OF_THE_NETWORK

from buckler.dtypes import WorldArrays
from buckler.engine import calendar
from buckler.engine.fly import Flyer, network_of
from buckler.engine.identify import vetoes
from buckler.engine.journal import N_CALENDAR, N_EVENTS, N_TRACKS
from buckler.engine.network.bundle import DELIVERED, clear_network
from buckler.engine.network.consequences import on_network
from buckler.engine.replication import verdict
from buckler.engine.state import FLYING, KILLED, clear, new_state
from buckler.engine.telling import fuse, hear_track
from buckler.log.schema import Kind
from buckler.tracking import identification as ident

Scenario = dict[str, Any]


def two(**link: Any) -> Scenario:
    """Two posts, each with a radar and a battery, in full exchange over a link of 1 s."""
    data = layered((0.6, 0.7), 2)
    data["picture"] = "filtered"
    data["links"] = [
        {"name": "t1", "between": ["Radar 1", "Post 1"], "latency_s": 0.5},
        {"name": "o1", "between": ["Post 1", "Layer 1"]},
        {"name": "t2", "between": ["Radar 2", "Post 2"]},
        {"name": "o2", "between": ["Post 2", "Layer 2"]},
        {"name": "between", "between": ["Post 1", "Post 2"], "latency_s": 1, **link},
    ]
    data["exchanges"] = [{"name": "x", "between": ["Post 1", "Post 2"], "mode": "full"}]
    return data


def blind_second(latency_s: float = 0.0, **remote: Any) -> Scenario:
    """The second post's own radar sees nothing; its battery may fire on what others say."""
    data = two(latency_s=latency_s)
    data["systems"].append(radar_card("Blind", min_elevation=assumed(80, "deg"), max_elevation=assumed(81, "deg")))
    data["sensors"][1]["system"] = "Blind"
    data["links"][0]["latency_s"] = 0
    data["systems"] = [card for card in data["systems"] if card["name"] != "Round 2"]
    data["systems"].append(missile_card("Round 2", 0.7, max_range=assumed(20, "km"), guidance=assumed("active", "text")))
    data["batteries"][0]["doctrine"]["weapon_control"] = "hold"
    data["batteries"][1]["remote_track"] = remote
    return data


def rows_of(arrays: WorldArrays, replication: int = 0) -> tuple[Flyer, np.ndarray]:
    flyer = Flyer(arrays)
    flyer.recorded(1, replication)
    return flyer, flyer.tracks()


def test_what_is_told_is_the_tellers_own_track_and_comes_when_it_can() -> None:
    _, rows = rows_of(world_of(two()).arrays)
    heard, own = rows[rows["told_by"] >= 0], rows[(rows["told_by"] < 0) & (rows["fused"] == 0)]
    assert len(heard) > 20
    delays = {0: 0.5, 1: 0.0}  # from the teller's radar to the teller
    found = 0
    for row in heard:
        # A post writes down its own track from the scan on at which it may act on it; the first message may be of the plot before.
        same = own[(own["command"] == row["told_by"]) & (own["number"] == row["number"]) & (own["plots"] == row["plots"])]
        if len(same) == 0:
            continue
        (theirs,) = same
        found += 1
        for name in ("time_s", "position_std_m"):
            assert row[name] == theirs[name]
        assert np.array_equal(row["position_m"], theirs["position_m"])
        assert row["command"] != row["told_by"]
        assert row["known_s"] >= row["time_s"] + delays[int(row["told_by"])] + 1.0 - 1e-9
        assert row["known_s"] <= row["time_s"] + 4.0 + 0.5 + 1.0 + 1e-9  # a scan old at most when it leaves
    assert found > 0.8 * len(heard)
    # One message every 10 s, as long as there is news.
    for teller, number in {(int(row["told_by"]), int(row["number"])) for row in heard}:
        times = heard["known_s"][(heard["told_by"] == teller) & (heard["number"] == number)]
        assert (np.diff(times) >= 9.0).all()


def test_with_all_links_between_them_cut_each_post_is_alone() -> None:
    cut, alone = two(), two()
    cut["status"] = [{"of": "between", "state": "down"}]
    del alone["exchanges"], alone["links"][-1]
    one, other = world_of(cut), world_of(alone)
    for replication in range(3):
        (first, rows), (second, expected) = rows_of(one.arrays, replication), rows_of(other.arrays, replication)
        assert (rows["told_by"] < 0).all()
        assert np.array_equal(rows, expected)
        stories = [
            [(e.time_s, e.kind, e.subject, e.object, e.value) for e in told(world, flyer.events(1, replication)) if e.kind != "link_down"]
            for world, flyer in ((one, first), (other, second))
        ]
        assert stories[0] == stories[1]
    assert "link_down" in OF_THE_NETWORK


def test_over_a_link_without_delay_or_loss_a_post_that_sees_nothing_holds_what_the_other_holds() -> None:
    world = world_of(blind_second())
    flyer, rows = rows_of(world.arrays)
    picture = flyer._state.picture
    heard = rows[rows["told_by"] >= 0]
    assert set(heard["command"]) == {1}
    for i in range(2):
        last = heard[heard["number"] == picture.held["number"][1, i]][-1]
        assert np.array_equal(picture.held_x[1, i, :3], last["position_m"])
        assert picture.held["time_s"][1, i] == last["time_s"]


@pytest.mark.parametrize(
    ("latency_s", "remote", "fires"),
    [(0.0, {}, True), (0.0, {"error_m": 1}, False), (0.0, {"error_m": 400}, True), (5.0, {}, True), (5.0, {"age_s": 4.9}, False)],
)
def test_the_covariance_and_the_age_of_a_told_track_decide_whether_it_is_fired_at(
    latency_s: float, remote: dict[str, float], fires: bool
) -> None:
    world = world_of(blind_second(latency_s, **remote))
    kinds = np.concatenate([events["kind"] for events in flown(world, 10)])
    assert bool((kinds == Kind.FIRE).any()) is fires


def test_told_tracks_are_lost_as_often_as_the_link_loses() -> None:
    data = two(loss=0.6)
    data["batteries"] = []
    data["links"] = [link for link in data["links"] if not link["name"].startswith("o")]
    whole = {**data, "links": [{key: value for key, value in link.items() if key != "loss"} for link in data["links"]]}
    lossy, sure = world_of(data).arrays, world_of(whole).arrays
    spans, counts = [], []
    for replication in range(40):
        _, rows = rows_of(lossy, replication)
        heard = rows[rows["told_by"] >= 0]
        for teller, number in {(int(row["told_by"]), int(row["number"])) for row in heard}:
            times = heard["known_s"][(heard["told_by"] == teller) & (heard["number"] == number)]
            if len(times) > 1:
                spans.append(times[-1] - times[0])
                counts.append(len(times) - 1)
    tries = sum(spans) / 10.0
    # Between the first and the last that came, each of n tries came with 0.4, the last for certain.
    share = (sum(counts) - len(counts)) / (tries - len(counts))
    assert share == pytest.approx(0.4, abs=4.0 * (0.24 / tries) ** 0.5)
    _, rows = rows_of(sure)
    assert (rows["told_by"] >= 0).sum() > 20


def test_two_posts_that_see_the_same_know_it_at_least_as_well_together() -> None:
    flyer, _ = rows_of(world_of(two(latency_s=0)).arrays)
    picture = flyer._state.picture
    compared = 0
    for c in range(2):
        for i in range(2):
            own, held = picture.beliefs[c, i], picture.held[c, i]
            if own["plots"] > 2 and held["time_s"] == own["time_s"]:
                assert np.trace(picture.held_P[c, i]) <= np.trace(picture.P[c, i]) * (1.0 + 1e-9)
                compared += 1
    assert compared > 0


# --- duplicates ----------------------------------------------------------------------------------------------------------


class Desk:
    """The second post, with tracks of its own as the test states them, and what the first tells it."""

    def __init__(self) -> None:
        self.world = world_of(two()).arrays
        self.state = new_state(self.world)
        self.net = network_of(self.world, self.state)
        clear(self.world, self.state)
        clear_network(self.net)
        self.state.lives["life"] = FLYING
        self.state.held_by["tracks"] = 1
        (self.report,) = (
            r for r, report in enumerate(self.world.reports) if report["post"] == 1 and report["source"] == self.net.kinds[0]
        )

    def has(self, place: int, where: np.ndarray, number: int) -> None:
        """A track of the second post's own at 100 s."""
        self._track(self.state.picture.beliefs[1, place], number)
        self.state.picture.x[1, place], self.state.picture.P[1, place] = where, COVARIANCE

    def hears(self, i: int, where: np.ndarray, number: int, now_s: float = 101.0) -> None:
        e, picture, passed = self.report - len(self.world.sensors), self.state.picture, self.net.passed[self.report, i]
        self._track(picture.told[0, e, i], number)
        picture.told_x[0, e, i], picture.told_P[0, e, i] = where, COVARIANCE
        passed["status"], passed["heard_s"] = DELIVERED, now_s
        hear_track(self.world, self.state, self.net, True, self.report, i, now_s)

    def _track(self, belief: np.void, number: int) -> None:
        for name, value in {"time_s": 100.0, "born_s": 50.0, "plots": 9, "number": number, "kill_class": 1, "patience_s": 60.0}.items():
            belief[name] = value

    @property
    def filed(self) -> list[int]:
        return self.state.picture.filed[self.report - len(self.world.sensors)].tolist()

    @property
    def doubled(self) -> int:
        return int((self.state.journal.events["kind"][: self.state.counts[0]] == Kind.TRACK_DOUBLED).sum())

    def written(self) -> np.ndarray:
        return self.state.picture.rows[: self.state.counts[N_TRACKS]]


COVARIANCE = np.diag([50.0**2] * 3 + [10.0**2] * 3)
HERE = np.array([4.1e6, 2.8e6, 3.9e6, 200.0, 50.0, 0.0])
OFF = np.array([40.0, -30.0, 20.0, 1.0, 2.0, -1.0])
FAR = np.array([2000.0, 0.0, 0.0, 0.0, 0.0, 0.0])


def test_a_told_track_is_one_with_the_own_track_that_is_nearest_wherever_that_is_filed() -> None:
    desk = Desk()
    desk.has(0, HERE + FAR, 1)
    desk.has(1, HERE, 2)
    desk.hears(0, HERE + OFF, 7)
    assert desk.filed == [-1, 0]
    assert desk.doubled == 0
    picture = desk.state.picture
    assert np.trace(picture.held_P[1, 1]) < np.trace(picture.P[1, 1]) * 1.2  # carried on for a second, and put together
    told_row, fused = desk.written()
    assert (int(told_row["told_by"]), bool(told_row["fused"]), int(told_row["number"])) == (0, False, 7)
    assert (int(fused["told_by"]), bool(fused["fused"]), int(fused["number"])) == (-1, True, 2)
    assert np.array_equal(fused["position_m"], picture.held_x[1, 1, :3])
    # The other of the teller's tracks is another's.
    desk.hears(1, HERE + FAR + OFF, 8)
    assert desk.filed == [1, 0]
    assert desk.doubled == 0


def test_one_that_is_none_of_its_own_is_a_second_track_and_is_said_to_be_once() -> None:
    desk = Desk()
    desk.has(0, HERE, 1)
    for now_s in (101.0, 111.0):
        desk.hears(0, HERE + FAR, 7, now_s)
    assert desk.filed == [-1, -1]
    assert desk.doubled == 1
    assert not desk.written()["fused"].any()
    desk.hears(0, HERE + OFF, 7, 121.0)
    assert desk.filed == [0, -1]
    assert desk.doubled == 1


def test_two_of_one_teller_are_not_both_one_with_the_same_track() -> None:
    desk = Desk()
    desk.has(1, HERE, 1)
    desk.hears(1, HERE + OFF, 7)
    desk.hears(0, HERE + 2.0 * OFF, 8)
    assert desk.filed == [0, 1]  # the post has nothing in that place, and takes it for another target
    desk.state.lives["life"][1] = KILLED
    fuse(desk.world, desk.state, 1, 1, False, 102.0)
    assert desk.filed == [0, -1]


def test_an_own_track_beyond_the_threats_places_is_recognised_as_well() -> None:
    desk = Desk()
    desk.has(0, HERE + FAR, 1)
    desk.has(2, HERE, 2)  # a second track
    desk.hears(0, HERE + OFF, 7)
    assert desk.filed == [-1, -1]
    assert desk.doubled == 0
    assert int(desk.state.picture.told["place"][1, desk.report - len(desk.world.sensors), 0]) == 2


def test_what_is_put_together_is_written_down_and_is_what_is_fired_at() -> None:
    flyer, rows = rows_of(world_of(two(latency_s=0)).arrays)
    picture, fused = flyer._state.picture, rows[rows["fused"] != 0]
    assert len(fused) > 10
    assert (fused["told_by"] == -1).all()
    assert (fused["known_s"] >= fused["time_s"]).all()
    own = rows[(rows["told_by"] < 0) & (rows["fused"] == 0)]
    for row in fused:
        mine = own[(own["command"] == row["command"]) & (own["number"] == row["number"]) & (own["time_s"] <= row["time_s"])]
        if len(mine) and mine["time_s"][-1] == row["time_s"]:
            assert row["position_std_m"] <= mine["position_std_m"][-1] * (1.0 + 1e-9)
    for c in range(2):
        for i in range(2):
            mine = fused[(fused["command"] == c) & (fused["time_s"] == picture.held["time_s"][c, i])]
            if len(mine) and picture.held["plots"][c, i] > 0:
                assert any(np.array_equal(row["position_m"], picture.held_x[c, i, :3]) for row in mine)


# --- verdicts ------------------------------------------------------------------------------------------------------------


def strangers_and_friends(first_s: float = 0.0, second_s: float = 0.0) -> Scenario:
    """An own aircraft without a transponder, whom the first post cannot ask and calls hostile, and whom the second one can."""
    data = layered((0.01, 0.01), 1)
    silent = {"transponder_civil": 0.999, "transponder_own": 0.999, "transponder_red": 0.0}
    data["systems"] += [rates(**silent), cruise_card("Aircraft", cruise_height=assumed(3000, "m")) | {"kind": "airliner"}]
    points = [{"latitude_deg": 38.02, "longitude_deg": 33.2}, {"latitude_deg": 38.02, "longitude_deg": 34.6}]
    plane = {"name": "ours", "system": "Aircraft", "side": "own", "iff_modes": ["NATO"], "transponder": False}
    data["traffic"] = {"evidence": "Test rates", "entries": [{**plane, "waypoints": points, "height_m": 3000}]}
    data["commands"][0] |= {"iff_modes": ["other"], "identification_time_s": first_s}
    data["commands"][1] |= {"iff_modes": ["NATO"], "identification_time_s": second_s}
    data["exchanges"] = [{"name": "x", "between": ["Post 1", "Post 2"], "mode": "full"}]
    for battery in data["batteries"]:
        battery["doctrine"]["weapon_control"] = "tight"
    return data


def test_a_post_whose_own_evidence_says_friend_takes_over_no_hostile() -> None:
    world = world_of(strangers_and_friends(first_s=20))
    for events in flown(world, 5):
        story = told(world, events)
        assert [e for e in story if e.kind == "identify" and e.subject == "Post 1" and e.object == "ours"]
        assert not [e for e in story if e.kind == "told" and e.subject == "Post 2" and e.object == "ours"]
        shooters = [e.subject for e in story if e.kind == "wrongful"]
        assert shooters
        assert all("Layer 1" in shooter for shooter in shooters)


def test_what_was_told_before_one_has_looked_falls_when_one_does() -> None:
    world = world_of(strangers_and_friends(second_s=60))
    seen = 0
    for events in flown(world, 5):
        story = told(world, events)
        believed = [e.time_s for e in story if e.kind == "told" and e.subject == "Post 2" and e.object == "ours"]
        friend = [e.time_s for e in story if e.kind == "declare" and e.subject == "Post 2" and e.object == "ours"]
        if believed and friend:
            seen += 1
            assert min(believed) < min(friend)
            assert not [e for e in story if e.kind == "wrongful" and "Layer 2" in e.subject and e.time_s > min(friend) + 5.0]
    assert seen == 5


def test_where_a_veto_falls_what_others_say_counts_again() -> None:
    """The second post took the aircraft for neutral; its next look says that it is not, and then the first one's word is taken over."""
    data = strangers_and_friends(first_s=20)
    data["commands"][1]["iff_modes"] = ["other"]
    world = world_of(data).arrays
    state = new_state(world)
    net = network_of(world, state)
    clear(world, state)
    clear_network(net)
    ours = len(world.threats) - 1
    state.lives["life"] = FLYING
    state.held_by["tracks"][:, ours], state.held_by["track_event"][:, ours] = 1, 0
    (r,) = (r for r, report in enumerate(world.reports) if report["post"] == 1 and report["source"] == net.kinds[0])
    net.passed["status"][r, ours], net.passed["post"][r, ours] = DELIVERED, 1
    state.held_by["identify_event"][0, ours], state.known_as["identity"][0, ours] = 0, ident.HOSTILE
    state.counts[N_EVENTS] = 1  # what those are the causes of

    def told_now() -> None:
        on_network(world, state, net, 1, 0, False, calendar.TELL, r, ours, 100.0)

    state.known_as["identity"][1, ours] = ident.NEUTRAL
    told_now()
    assert state.held_by["identify_event"][1, ours] < 0
    verdict(world, state, 1, 0, 1, ours, 100.0)
    assert not vetoes(state.known_as[1, ours])
    entries = state.agenda.heap[: state.counts[N_CALENDAR]]
    again = entries[(entries["what"] == calendar.TELL) & (entries["b"] == ours)]
    assert (again["a"] == r).any()
    assert (again["time_s"] == 100.0).all()
    state.held_by["identify_event"][1, ours] = -1  # as if its own look had left it in doubt
    told_now()
    assert state.held_by["identify_event"][1, ours] >= 0
    assert state.known_as["identity"][1, ours] == ident.HOSTILE

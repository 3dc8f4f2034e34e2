"""The network in the engine: who can know what and when, and what follows when something is lost, row by row."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from runs import (
    Event,
    assumed,
    cruise_card,
    flown,
    ideal_post,
    layered,
    loaded,
    missile_card,
    radar_card,
    told,
    world_of,
)

from buckler.log.schema import Kind
from buckler.world.compile import World
from buckler.world.degraded import degraded

Scenario = dict[str, Any]
OF_THE_NETWORK = {kind.name.lower() for kind in Kind if Kind.RECEIVE <= kind <= Kind.TAKE_OVER}


def two_posts(threats: int = 3, **battery: Any) -> Scenario:
    """Two posts, each with a radar and a battery, everything joined by links; the second backs up the first."""
    data = layered((0.6, 0.7), threats, **battery)
    data["commands"][0] |= {"backup": "Post 2", "takeover_time_s": 20}
    data["links"] = [
        {"name": "t1", "between": ["Radar 1", "Post 1"], "latency_s": 0.5},
        {"name": "o1", "between": ["Post 1", "Layer 1"], "latency_s": 0.25},
        {"name": "t2", "between": ["Radar 2", "Post 2"], "latency_s": 0.5},
        {"name": "o2", "between": ["Post 2", "Layer 2"], "latency_s": 0.25},
        {"name": "between", "between": ["Post 1", "Post 2"], "latency_s": 1},
    ]
    return data


def stories(data: Scenario, replications: int = 5) -> Iterator[list[Event]]:
    world = world_of(data)
    for events in flown(world, replications):
        yield told(world, events)


def first(story: list[Event], kind: str, **named: str) -> float:
    found = [e.time_s for e in story if e.kind == kind and all(getattr(e, key) == name for key, name in named.items())]
    return min(found, default=np.inf)


# --- the oracles -------------------------------------------------------------------------------------------------------


def test_all_links_cut_gives_the_events_of_isolated_batteries() -> None:
    """Cut from the first moment on, autonomous batteries do what batteries under posts of their own do, event for event."""
    cut = two_posts(4)
    for battery in cut["batteries"]:
        battery["cut_off"] = "autonomous"
    cut["status"] = [{"of": link["name"], "state": "down"} for link in cut["links"]]
    alone = layered((0.6, 0.7), 4)
    for post, battery, sensor in zip(alone["commands"], alone["batteries"], alone["sensors"], strict=True):
        post["name"] = f"{battery['name']} (own post)"
        battery["command"] = sensor["command"] = post["name"]
    for one, two in zip(stories(cut, 20), stories(alone, 20), strict=True):
        assert {e.kind for e in one} & OF_THE_NETWORK == {"link_down", "take_over"}
        of_one = [(e.time_s, e.kind, e.subject, e.object, e.value, e.reason) for e in one if e.kind not in OF_THE_NETWORK]
        assert of_one == [(e.time_s, e.kind, e.subject, e.object, e.value, e.reason) for e in two]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    ends=st.sampled_from([("Radar 1", "Post 2"), ("Radar 2", "Post 1"), ("Radar 1", "Radar 2"), ("Post 1", "Post 2")]),
    latency_s=st.floats(0.0, 5.0),
)
def test_a_lossless_link_with_capacity_to_spare_never_lowers_what_a_post_may_know(ends: tuple[str, str], latency_s: float) -> None:
    """Without batteries, so that more knowledge does not end a threat sooner: no post hears of any threat later than before."""
    before = two_posts()
    before["batteries"] = []
    before["links"] = [link for link in before["links"] if not link["name"].startswith("o")]
    before["links"][-1] |= {"loss": 0.5, "capacity_tracks_per_s": 0.05}
    before["exchanges"] = [{"name": "x", "between": ["Post 1", "Post 2"], "mode": "full"}]
    after = copy.deepcopy(before)
    after["links"].append({"name": "more", "between": list(ends), "latency_s": latency_s})
    for one, two in zip(stories(before, 3), stories(after, 3), strict=True):
        for post in ("Post 1", "Post 2"):
            for threat in ("cruise-1", "cruise-2", "cruise-3"):
                assert first(two, "receive", subject=post, object=threat) <= first(one, "receive", subject=post, object=threat) + 1e-9


@pytest.mark.parametrize("mode", ["no", "voice", "full"])
def test_a_post_holds_nothing_that_it_could_not_have_received(mode: str) -> None:
    data = two_posts()
    data["exchanges"] = [{"name": "x", "between": ["Post 1", "Post 2"], "mode": mode}]
    data["systems"][0] = radar_card(instrumented_range=assumed(45, "km"))
    own = {"Post 1": "Radar 1", "Post 2": "Radar 2"}
    for story in stories(data, 10):
        for event in story:
            if event.kind not in ("receive", "identify", "told"):
                continue
            there = {name: first(story, "confirm", subject=name, object=event.object) for name in own.values()}
            mine = there[own[event.subject]] + 0.5
            theirs = min(there.values()) + 1.5 if mode != "no" else np.inf
            assert event.time_s >= min(mine, theirs + (20.0 if mode == "voice" else 0.0)) - 1e-9
        assert mode != "no" or not [e for e in story if e.kind == "told"]


# --- links -------------------------------------------------------------------------------------------------------------


def test_tracks_and_orders_take_the_time_of_their_way() -> None:
    for story in stories(two_posts()):
        for event in story:
            if event.kind == "receive":
                assert event.value == pytest.approx(0.5)
                assert event.time_s == pytest.approx(story[event.cause].time_s + 0.5)
        fired = [e for e in story if e.kind == "fire" and story[e.cause].kind == "assign"]
        assert fired
        for shot in fired:
            assert shot.time_s == pytest.approx(story[shot.cause].time_s + 0.25 + 1.0)  # the way and the reaction time


def test_a_lost_report_comes_with_a_later_scan() -> None:
    """Loss 0.6 on one link: the first report comes after k scans of 4 s with probability 0.4 x 0.6^k."""
    data = two_posts(6)
    data["batteries"] = []
    data["links"] = [{**data["links"][0], "loss": 0.6}]
    late = [event.value for story in stories(data, 200) for event in story if event.kind == "receive" and event.subject == "Post 1"]
    scans = (np.array(late) - 0.5) / 4.0
    assert np.allclose(scans, np.round(scans))
    n = len(scans)
    for k in range(3):
        share = 0.4 * 0.6**k
        assert abs(np.mean(np.round(scans) == k) - share) < 3.3 * np.sqrt(share * (1 - share) / n)


def test_an_order_that_is_never_understood_is_given_up_and_the_reason_is_the_link() -> None:
    data = layered((1.0,), 2)
    data["links"] = [
        {"name": "t", "between": ["Radar 1", "Post 1"]},
        {"name": "o", "between": ["Post 1", "Layer 1"], "loss": 0.999999},
    ]
    for story in stories(data):
        lost = [e for e in story if e.kind == "order_lost"]
        assert lost
        assert all(e.time_s == pytest.approx(story[e.cause].time_s + 6.0) and e.value == 3 for e in lost)
        assert not [e for e in story if e.kind == "fire"]
        assert {e.reason for e in story if e.kind == "impact"} == {"link down"}


def test_a_track_that_cannot_be_passed_is_a_link_down_not_a_threat_unseen() -> None:
    data = layered((1.0,), 2)
    data["links"] = [{"name": "t", "between": ["Radar 1", "Post 1"]}]
    data["status"] = [{"of": "t", "state": "down"}]
    for story in stories(data):
        assert [e.kind for e in story if e.kind == "confirm"]
        assert {e.reason for e in story if e.kind == "impact"} == {"link down"}


def test_a_limited_link_carries_the_most_important_first_and_no_more_than_it_can() -> None:
    """One track in ten seconds and one at a time: the one with the more valuable target goes first, the other waits for its end."""
    data = layered((1.0,), 1)
    data["assets"] = [
        {"name": "Depot", "latitude_deg": 38.0, "longitude_deg": 34.0, "value": 1},
        {"name": "Palace", "latitude_deg": 38.0, "longitude_deg": 34.0, "value": 5},
    ]
    entry = data["raid"]["entries"][0]
    data["raid"]["entries"] = [
        {**copy.deepcopy(entry), "name": name, "target": target}
        for name, target in (("a zero", "Depot"), ("b first", "Depot"), ("c second", "Palace"))
    ]
    data["raid"]["entries"][0]["start_s"] = 0
    for late in data["raid"]["entries"][1:]:
        late["start_s"] = 20
    data["batteries"] = []
    data["links"] = [{"name": "t", "between": ["Radar 1", "Post 1"], "latency_s": 0, "capacity_tracks_per_s": 0.1}]
    for story in stories(data):
        heard = [e.object for e in story if e.kind == "receive"]
        assert heard == ["a zero", "c second"]  # the third had its turn when nothing was left to tell
        assert first(story, "receive", object="c second") >= first(story, "impact", subject="a zero")


def test_a_turn_that_nobody_waits_for_any_more_comes_once() -> None:
    """Two fly for seconds, and the link carries one track in five: the second's turn comes when both are over, and another flies later."""
    data = layered((1.0,), 2)
    data["systems"][0] = radar_card(scan_period=assumed(0.2, "s"))
    entry = data["raid"]["entries"][0]
    entry["origin"] = {"latitude_deg": 38.0, "longitude_deg": 33.99}
    data["raid"]["entries"].append({**copy.deepcopy(entry), "name": "later", "count": 1, "start_s": 60})
    data["batteries"] = []
    data["links"] = [{"name": "t", "between": ["Radar 1", "Post 1"], "capacity_tracks_per_s": 0.2}]
    for story in stories(data, 1):
        assert len([e for e in story if e.kind == "confirm"]) == 3
        assert len([e for e in story if e.kind == "impact"]) == 3
        assert len([e for e in story if e.kind == "receive" and e.object != "later"]) <= 1


# --- posts -------------------------------------------------------------------------------------------------------------


def lost_at(data: Scenario, name: str, time_s: float) -> Scenario:
    return {**copy.deepcopy(data), "status": [{"of": name, "state": "down", "from_s": time_s}]}


def test_every_row_of_the_degraded_table_is_what_the_engine_does() -> None:
    """Each thing lost at 60 s: who is taken over, by whom, when; and who is not."""
    data = two_posts()
    data["batteries"][0]["cut_off"] = "autonomous"
    data["links"].append({"name": "long way", "between": ["Radar 2", "Post 1"], "latency_s": 3})
    data["exchanges"] = [{"name": "x", "between": ["Post 1", "Post 2"], "mode": "full"}]
    rows = degraded(loaded(data))
    every = {"takes over", "own post", "holds", "by another way", "no fire control", "no exchange", "silent", "hand over"}
    assert {row.behaviour for row in rows} <= every
    assert len({row.behaviour for row in rows}) >= 6
    for lost in sorted({row.lost for row in rows}):
        mine = [row for row in rows if row.lost == lost]
        expected = {
            (row.to, who): 60.0 + row.after_s for row in mine for who in row.who if row.behaviour in ("takes over", "own post")
        }
        for story in stories(lost_at(data, lost, 60.0), 2):
            taken = {(e.subject, e.object): e.time_s for e in story if e.kind == "take_over"}
            assert taken == pytest.approx(expected), lost
            for row in mine:
                later = [e for e in story if e.time_s > 60.0 + 1e-6]
                if row.behaviour == "holds":
                    for who in row.who:
                        assert not [e for e in later if e.kind == "assign" and e.subject.startswith(f"{who}:")], row
                if row.behaviour == "no exchange":
                    assert not [e for e in later if e.kind == "told"], row


def test_a_battery_that_is_cut_off_holds_or_fights_on_by_itself() -> None:
    for cut_off, fires in (("hold", False), ("autonomous", True)):
        data = layered((1.0,), 2)
        data["batteries"][0]["cut_off"] = cut_off
        data["commands"][0]["takeover_time_s"] = 10
        data["links"] = [
            {"name": "t", "between": ["Radar 1", "Post 1"]},
            {"name": "o", "between": ["Post 1", "Layer 1"], "outages": [{"from_s": 5, "until_s": 5000}]},
        ]
        for story in stories(data):
            assert bool([e for e in story if e.kind == "fire"]) is fires
            if fires:
                assert first(story, "take_over") == 15.0
                assert {e.subject for e in story if e.kind == "identify"} == {"Post 1", "Layer 1 (own post)"}


def test_a_post_that_is_lost_is_taken_over_and_its_batteries_fight_on() -> None:
    data = lost_at(two_posts(), "Post 1", 15.0)
    data["raid"]["entries"][0]["start_s"] = 40
    data["links"] += [
        {"name": "t12", "between": ["Radar 1", "Post 2"], "latency_s": 2},
        {"name": "o12", "between": ["Layer 1", "Post 2"], "latency_s": 2},
    ]
    for story in stories(data):
        assert {(e.subject, e.object) for e in story if e.kind == "take_over"} == {("Post 2", "Radar 1"), ("Post 2", "Layer 1")}
        assert [e for e in story if e.kind == "assign" and e.subject.startswith("Layer 1") and e.time_s > 35.0]
        assert not [e for e in story if e.subject == "Post 1" and e.time_s > 15.0]


def test_posts_in_full_exchange_do_not_engage_one_target_twice_at_once() -> None:
    for mode, doubled in (("no", True), ("full", False)):
        data = two_posts(3)
        data["batteries"][1] |= {key: data["batteries"][0][key] for key in ("latitude_deg", "longitude_deg")}
        data["links"][-1]["latency_s"] = 0.05
        data["exchanges"] = [{"name": "x", "between": ["Post 1", "Post 2"], "mode": mode}]
        seen = False
        for story in stories(data):
            engaged: dict[str, set[str]] = {}
            for event in story:
                if event.kind == "assign":
                    engaged.setdefault(event.object, set()).add(event.subject)
                    seen |= len(engaged[event.object]) > 1
                elif event.kind == "assess":
                    engaged[event.object].discard(event.subject)
        assert seen is doubled


# --- other sensors' tracks -----------------------------------------------------------------------------------------------


def far_sighted(guidance: str, remote: dict[str, Any] | None, error_deg: float = 0.05) -> Scenario:
    """A battery whose own radar sees nothing, and a surveillance radar that sees everything."""
    data = layered((1.0,), 2)
    data["systems"].append(radar_card("Blind", min_elevation=assumed(80, "deg"), max_elevation=assumed(81, "deg")))
    data["systems"][0] = radar_card(azimuth_accuracy=assumed(error_deg, "deg"))
    data["systems"] = [card for card in data["systems"] if card["name"] != "Round 1"]
    data["systems"].append(missile_card("Round 1", 1.0, max_range=assumed(20, "km"), guidance=assumed(guidance, "text")))
    data["sensors"].append({**data["sensors"][0], "name": "Eye", "system": "Blind"})
    data["batteries"][0]["fire_control"] = ["Eye"]
    if remote is not None:
        data["batteries"][0]["remote_track"] = remote
    return data


@pytest.mark.parametrize(
    ("guidance", "remote", "error_deg", "fires"),
    [
        ("active", None, 0.05, False),
        ("active", {}, 0.05, True),
        ("semi-active", {}, 0.05, False),  # nobody supports it
        ("active", {"error_m": 21}, 5.0, False),  # good enough within 241 m only, and the target passes 250 m above the antenna
        ("active", {"age_s": 1}, 0.05, False),  # older than that on arrival: a scan takes 4 s
    ],
)
def test_engage_on_remote_needs_a_track_good_and_young_enough_and_a_round_that_finds_the_target(
    guidance: str, remote: dict[str, Any] | None, error_deg: float, fires: bool
) -> None:
    for story in stories(far_sighted(guidance, remote, error_deg)):
        shots = [e for e in story if e.kind == "fire"]
        assert bool(shots) is fires
        if fires:
            assert {e.subject for e in story if e.kind == "remote"} == {"Radar 1"}
        else:
            assert {e.reason for e in story if e.kind == "impact"} == {"no fire control track"}


def test_a_wide_radar_cues_a_narrow_one_over_the_exchange() -> None:
    """The second post's radar needs three hits to confirm uncued; told by the other post it needs one."""
    early = {}
    for mode in ("no", "full"):
        data = two_posts(1)
        data["batteries"] = []
        data["links"] = [link for link in data["links"] if not link["name"].startswith("o")]
        data["sensors"][1] |= {"confirmation_hits": 6, "confirmation_scans": 8}
        data["exchanges"] = [{"name": "x", "between": ["Post 1", "Post 2"], "mode": mode}]
        early[mode] = [first(story, "confirm", subject="Radar 2") for story in stories(data)]
    assert all(cued < uncued - 8.0 for cued, uncued in zip(early["full"], early["no"], strict=True))


# --- losses in the defence -----------------------------------------------------------------------------------------------


def struck(target: str) -> Scenario:
    """Two layers; the first missile flies at a node of the first and cannot be shot at; others follow later."""
    data = two_posts(1)
    data["commands"][0] |= {"latitude_deg": 38.05, "longitude_deg": 33.3}
    entry = data["raid"]["entries"][0]
    first_one = {**copy.deepcopy(entry), "name": "striker", "target": target}
    entry |= {"start_s": 400, "count": 2}
    data["raid"]["entries"].append(first_one)
    for battery in data["batteries"]:
        battery["doctrine"] = {"assessment_time_s": 80_000}
        battery["weapons"][0]["rounds_ready"] = 64
    data["systems"] = [card for card in data["systems"] if card["name"] not in ("Round 1", "Round 2", "Test cruise missile")]
    data["systems"].append(cruise_card(lethal_radius=assumed(100, "m")))
    data["systems"] += [missile_card(f"Round {k}", 1e-9, max_range=assumed(20, "km")) for k in (1, 2)]
    return data


@pytest.mark.parametrize("target", ["Radar 1", "Layer 1", "Post 1"])
def test_an_impact_takes_out_the_node_and_the_network_carries_on(target: str) -> None:
    for story in stories(struck(target), 3):
        hits = [e for e in story if e.kind == "node_lost" and e.subject == target]
        assert [e.object for e in hits] == ["striker"]
        assert story[hits[0].cause].kind == "impact"
        assert hits[0].value <= 100.0
        later = [e for e in story if e.time_s > hits[0].time_s]
        assert not [e for e in later if e.subject == target and e.kind in ("detect", "confirm", "identify")]
        if target == "Layer 1":
            assert not [e for e in later if e.kind in ("assign", "fire") and e.subject.startswith("Layer 1")]
        assert [e for e in later if e.kind == "fire" and e.subject.startswith("Layer 2")]


def test_an_engagement_is_handed_to_the_next_battery_when_the_first_is_lost() -> None:
    """Two batteries at one place under one post: the one that was given the target is lost, the other gets it at once."""
    data = layered((1.0, 1.0), 1)
    for entry in (*data["batteries"], *data["sensors"]):
        entry |= {"command": "Post 1", "latitude_deg": 38.0, "longitude_deg": 33.6}
    for battery in data["batteries"]:
        battery["doctrine"] = {"reaction_time_s": 10}
    plain = next(iter(stories(data, 1)))
    chosen = next(e for e in plain if e.kind == "assign")
    battery, other = sorted(("Layer 1", "Layer 2"), key=lambda name: not chosen.subject.startswith(name))
    data["status"] = [{"of": battery, "state": "down", "from_s": chosen.time_s + 5.0}]
    story = next(iter(stories(data, 1)))
    over = next(e for e in story if e.kind == "hand_over")
    assert (over.subject, over.time_s) == (chosen.subject, chosen.time_s + 5.0)
    after = next(e for e in story if e.kind == "assign" and e.time_s > chosen.time_s)
    assert after.subject.startswith(other)
    assert after.time_s <= over.time_s + 1.0  # the next round of assignment
    assert not [e for e in story if e.kind == "fire" and e.subject.startswith(battery)]


def test_a_raid_may_fly_at_a_node_that_then_counts_as_no_asset() -> None:
    world: World = world_of(struck("Radar 1"))
    assert next(entity for entity in world.entities if entity.name == "striker").parent == "Radar 1"
    for events in flown(world, 2):
        assert not [e for e in told(world, events) if e.kind == "asset_hit" and e.subject == "striker"]


def test_a_post_of_its_own_takes_no_time_between_equals() -> None:
    """Without links, exchanges tell at once: a post with no sensor of its own knows what the other knows."""
    data = layered((1.0,), 2)
    data["commands"].append(ideal_post("Listener"))
    data["exchanges"] = [{"name": "x", "between": ["Listener", "Post 1"], "mode": "full"}]
    for story in stories(data):
        for threat in ("cruise-1", "cruise-2"):
            assert first(story, "receive", subject="Listener", object=threat) == first(story, "confirm", object=threat)

"""Fighters on patrol: committed, fired, back; on station or not; busy until back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from patrolled import air_missile_card, patrolled
from runs import Event, assumed, flown, loaded, told, world_of

from buckler.campaign.simulate import simulate_into
from buckler.coverage.stations import shares_at
from buckler.errors import InputError
from buckler.physics.airlaunch import straight_flight
from buckler.physics.drag import g7, standard_air
from buckler.physics.earth import MEAN_RADIUS_M, ecef_to_geodetic, geodesic_direct, geodesic_inverse
from buckler.scenario.load import load_scenario
from buckler.scenario.parts import without
from buckler.world.compile import World, compile_world
from buckler.world.orbits import where_at
from buckler.world.patrols import air_missile

REACTION_S, ASSESSMENT_S, DASH_MPS, CRUISE_MPS = 5.0, 7.0, 400.0, 220.0


def story(world: World, replication: int = 0) -> list[Event]:
    (events,) = [events for k, events in enumerate(flown(world, replication + 1)) if k == replication]
    return told(world, events)


def of(events: Sequence[Event], kind: str) -> list[Event]:
    return [event for event in events if event.kind == kind]


def test_commit_fire_kill_and_return() -> None:
    events = story(world_of(patrolled()))
    kinds = ("assign", "commit", "fire", "kill", "assess", "return")
    assert [event.kind for event in events if event.subject == "Patrol:Test air missile"] == list(kinds)
    assign, commit, fire, kill, assess, back = (of(events, kind)[0] for kind in kinds)
    assert commit.time_s == pytest.approx(assign.time_s + REACTION_S)
    assert commit.value > 20_000.0
    assert fire.time_s == pytest.approx(commit.time_s + commit.value / DASH_MPS, abs=1e-3)
    assert kill.time_s == pytest.approx(fire.time_s + fire.value, abs=1e-3)
    assert assess.time_s == pytest.approx(kill.time_s + ASSESSMENT_S)
    assert back.time_s == pytest.approx(assess.time_s + commit.value / CRUISE_MPS, abs=1e-3)
    assert (commit.cause, fire.cause, kill.cause, assess.cause, back.cause) == (
        assign.number, assign.number, fire.number, kill.number, assess.number,
    )  # fmt: skip


def test_the_meeting_is_the_earliest_by_a_search_without_tables() -> None:
    """From the racetrack's own geometry, geodesics and the missile's flight itself, in steps of 0.05 s.

    The engine takes the aircraft at the nearest of steps of about 2 s: 220 m at the most, 0.35 s at the closing speed.
    """
    data = patrolled()
    world = world_of(data)
    events = story(world)
    left_s = of(events, "commit")[0].time_s
    assert CRUISE_MPS * left_s < 20_000.0  # on its first leg: to the east, 5 km to the right of the middle
    row = air_missile(world.loaded.card("Test air missile")).copy()
    row["launch_height_m"] = 9000.0
    lat, lon, _ = geodesic_direct(38.0, 32.0, 180.0, 5000.0)
    lat, lon, _ = geodesic_direct(float(lat), float(lon), 90.0, CRUISE_MPS * left_s - 10_000.0)
    threat = world.arrays.threats[0]
    path = world.arrays.path_m[threat["first"] : threat["first"] + threat["points"], :3]
    for meet_s in np.arange(left_s, 1000.0, 0.05):
        place = (meet_s - threat["start_s"]) / threat["step_s"]
        point = [np.interp(place, np.arange(len(path)), path[:, axis]) for axis in range(3)]
        target = ecef_to_geodetic(*point)
        range_m = float(geodesic_inverse(float(lat), float(lon), float(target.lat_deg), float(target.lon_deg))[0])
        missile_m = launch_from(row, float(target.height_m))
        way_m = max(0.0, range_m - missile_m)
        flight_s, _ = straight_flight(range_m - way_m, float(target.height_m), DASH_MPS, row, standard_air(), g7())
        if way_m / DASH_MPS + flight_s <= meet_s - left_s:
            break
    assert of(events, "kill")[0].time_s == pytest.approx(meet_s, abs=0.4)


def launch_from(row: Any, height_m: float) -> float:
    """0.6 of the farthest range at which the missile arrives fast enough, by halving."""
    key = round(height_m)
    if key not in _REACHES:
        near, far = 10e3, 100e3
        while far - near > 1.0:
            middle = 0.5 * (near + far)
            fast = straight_flight(min(middle, 60e3), height_m, DASH_MPS, row, standard_air(), g7())[0] < np.inf
            near, far = (middle, far) if fast and middle <= 60e3 else (near, middle)
        _REACHES[key] = 0.6 * near
    return _REACHES[key]


_REACHES: dict[int, float] = {}


def test_a_busy_aircraft_takes_no_second_target_before_its_return() -> None:
    events = story(world_of(patrolled(2)))
    first, second = of(events, "assign")
    (back, *_) = of(events, "return")
    assert first.object != second.object
    assert second.time_s >= back.time_s
    assert not [event for event in of(events, "commit") if of(events, "commit")[0].time_s < event.time_s < back.time_s]


def test_two_aircraft_take_two_targets_at_once() -> None:
    events = story(world_of(patrolled(2, aircraft=2)))
    first, second = of(events, "assign")
    assert first.time_s == second.time_s
    assert len(of(events, "kill")) == 2


def test_out_of_endurance_it_does_nothing() -> None:
    """It would meet its target after some 255 s."""
    events = story(world_of(patrolled(time_on_station_s=200)))
    assert of(events, "off_station")[0].time_s == 200.0
    assert not of(events, "assign")
    assert [event.reason for event in of(events, "impact")] == ["out of reach"]
    world = world_of(patrolled(time_on_station_s=300))
    assert [event.kind for event in story(world)].count("kill") == 1


def test_who_is_not_there_yet_leaves_no_worse_reason() -> None:
    events = story(world_of(patrolled(on_station_from_s=5000)))
    assert [event.reason for event in of(events, "impact")] == ["out of reach"]


def test_no_meeting_is_after_its_time() -> None:
    for until_s in (240, 260, 400):
        for event in of(story(world_of(patrolled(4, 60, time_on_station_s=until_s, aircraft=4))), "kill"):
            assert event.time_s <= until_s


def test_not_yet_on_station_it_does_nothing() -> None:
    events = story(world_of(patrolled(on_station_from_s=120)))
    assert of(events, "on_station")[0].time_s == 120.0
    assert of(events, "assign")[0].time_s >= 120.0
    assert not of(events, "off_station")


def test_a_relief_closes_the_gap_and_brings_rounds() -> None:
    """Four targets come one after another; the aircraft has one round, and 600 s."""
    one_round = [{"system": "Test air missile", "rounds": 1}]
    alone = patrolled(4, 400, time_on_station_s=600, weapons=one_round)
    relieved = patrolled(4, 400, time_on_station_s=600, weapons=one_round, reliefs=3)
    late = patrolled(4, 400, time_on_station_s=600, weapons=one_round, reliefs=3, relief_after_s=4000)
    killed = [of(story(world_of(data)), "kill") for data in (alone, relieved, late)]
    assert [len(events) for events in killed] == [1, 4, 1]
    assert len({event.subject for event in killed[1]}) == 4
    assert killed[1][1].subject.startswith("Patrol-")


def test_a_tanker_keeps_it_on_station() -> None:
    data = patrolled(time_on_station_s=130, tanker="Tanker")
    data["tankers"] = [{"name": "Tanker", "refuellings": 1}]
    events = story(world_of(data))
    assert of(events, "off_station")[0].time_s == 260.0
    assert len(of(events, "kill")) == 1
    gone = compile_world(loaded(data).__class__(without(loaded(data).scenario, "Tanker"), loaded(data).cards))
    assert not of(story(gone), "kill")


def test_the_commit_range_binds() -> None:
    """The target passes some 22 km north of the station's middle."""
    near, far = patrolled(commit_range_m=10_000), patrolled(commit_range_m=60_000)
    assert not of(story(world_of(near)), "assign")
    assert [event.reason for event in of(story(world_of(near)), "impact")] == ["out of reach"]
    world = world_of(far)
    events = story(world)
    (commit,), (kill,) = of(events, "commit"), of(events, "kill")
    battery = world.arrays.batteries[0]
    row = round(commit.time_s / float(battery["site_step_s"])) % int(battery["site_rows"])
    site = world.arrays.sites[int(battery["first_site"]) + row]
    threat = world.arrays.threats[0]
    path = world.arrays.path_m[threat["first"] : threat["first"] + threat["points"], :3]
    place = kill.time_s / threat["step_s"]
    point = np.array([np.interp(place, np.arange(len(path)), path[:, axis]) for axis in range(3)])
    level = np.linalg.norm(np.cross(point / np.linalg.norm(point), site[:3] / np.linalg.norm(site[:3])))
    assert MEAN_RADIUS_M * np.arcsin(level) <= 60_500.0


def test_all_rounds_of_a_salvo_leave_on_one_way_out() -> None:
    events = story(world_of(patrolled(kill_probability=1e-6, doctrine={"salvo": 2, "engagements_per_target": 1})))
    assert len(of(events, "commit")) == 1
    first, second = of(events, "fire")
    assert 0.0 < second.time_s - first.time_s <= 3.0  # the target has come nearer meanwhile, and so is its meeting
    assert len(of(events, "return")) == 1


def test_shots_kill_as_often_as_the_card_says() -> None:
    world = world_of(patrolled(kill_probability=0.4, doctrine={"engagements_per_target": 1}))
    kills = sum(bool(of(told(world, events), "kill")) for events in flown(world, 600))
    assert abs(kills - 240) < 2.576 * (600 * 0.4 * 0.6) ** 0.5


def test_its_own_radar_flies_with_it() -> None:
    """A fighter whose card has a radar is seen to detect from its orbit, and guides by itself."""
    data = patrolled(fire_control=[])
    card = next(card for card in data["systems"] if card["name"] == "Test fighter")
    radar = data["systems"][0]["parameters"]
    card["parameters"] |= {**radar, "min_elevation": assumed(-60, "deg"), "azimuth_sector": assumed(360, "deg")}
    data["sensors"][0]["latitude_deg"] = 45.0  # the other sees nothing
    events = story(world_of(data))
    assert of(events, "confirm")[0].subject == "Patrol radar"
    assert len(of(events, "kill")) == 1


def test_a_cut_link_leaves_it_without_orders() -> None:
    data = patrolled()
    data["commands"][0] |= {"latitude_deg": 38.0, "longitude_deg": 32.5}
    data["links"] = [{"name": "Voice", "between": ["Patrol", "Post"], "kind": "radio"}]
    assert len(of(story(world_of(data)), "kill")) == 1
    data["status"] = [{"of": "Voice", "state": "down"}]
    events = story(world_of(data))
    assert not of(events, "commit")
    assert [event.reason for event in of(events, "impact")] == ["link down"]


def test_without_the_patrol_the_target_gets_through() -> None:
    given = loaded(patrolled())
    gone = given.__class__(without(given.scenario, "Patrol"), given.cards)
    assert len(of(story(compile_world(gone)), "impact")) == 1


def test_an_early_warning_aircraft_carries_links_between_posts_that_do_not_see_each_other() -> None:
    """Two posts 400 km apart on the ground, one of them the patrol's: the order goes over the aircraft between."""
    data = patrolled()
    data["commands"] = [{**data["commands"][0], "latitude_deg": 38.0, "longitude_deg": 27.5}]
    data["sensors"].append(
        {"name": "AEW", "system": "Test radar", "command": "Post", "latitude_deg": 38.0, "longitude_deg": 30.0, "altitude_m": 10_000}
    )
    data["links"] = [
        {"name": "Down", "between": ["AEW", "Post"], "kind": "radio"},
        {"name": "Across", "between": ["AEW", "Patrol"], "kind": "radio"},
    ]
    assert len(of(story(world_of(data)), "kill")) == 1
    data["status"] = [{"of": "Across", "state": "down"}]
    assert not of(story(world_of(data)), "commit")


def test_a_post_may_fly() -> None:
    """Joined by radio with a battery's side 300 km away, which it could not be from the ground."""
    data = patrolled()
    data["sensors"][0]["altitude_m"] = 10_000
    data["commands"][0] |= {"aboard": "Eye"}
    data["links"] = [{"name": "Voice", "between": ["Patrol", "Post"], "kind": "radio"}]
    world = world_of(data)
    (post,) = [entity for entity in world.entities if entity.kind == "command"]
    assert post.alt_m == 10_000.0
    assert len(of(story(world), "kill")) == 1


def test_the_filtered_picture_commits_and_kills_as_well() -> None:
    data = patrolled()
    data["picture"] = "filtered"
    data["acquisition_basket_m"] = 3000.0
    events = story(world_of(data))
    assert len(of(events, "kill")) == 1
    assert len(of(events, "commit")) == 1


TABLES = ("events.parquet", "entities.parquet", "states.parquet", "detections.parquet")


def _mixed() -> dict[str, Any]:
    data = patrolled(6, 100, kill_probability=0.6, reliefs=2, time_on_station_s=700)
    other = {**data["patrols"][0], "name": "Another", "latitude_deg": 38.3, "tanker": "Tanker", "reliefs": 0}
    data["patrols"].append(other)
    data["tankers"] = [{"name": "Tanker", "refuellings": 1}, {"name": "Spare", "refuellings": 2}]
    return data


def test_the_same_bytes_for_any_number_of_workers_and_order_of_entries(tmp_path: Path) -> None:
    data = _mixed()
    simulate_into(loaded(data), tmp_path / "one", replications=40, seed=3, workers=1)
    simulate_into(loaded(data), tmp_path / "two", replications=40, seed=3, workers=2)
    for kind in ("systems", "sensors", "patrols", "tankers"):
        data[kind].reverse()
    simulate_into(loaded(data), tmp_path / "three", replications=40, seed=3, workers=1)
    for other in ("two", "three"):
        for name in TABLES:
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / other / name).read_bytes(), (other, name)


def test_the_card_of_the_missile_counts() -> None:
    """A missile that reaches farther meets the target no later."""
    data = patrolled()
    data["systems"][2] = air_missile_card(max_range=assumed(100, "km"))
    longer = of(story(world_of(data)), "kill")[0].time_s
    assert longer < of(story(world_of(patrolled())), "kill")[0].time_s


def test_the_packaged_patrols_kill_before_the_ground_does() -> None:
    """With and without: the patrols kill cruise missiles, drones and aircraft, the relief takes over, and the ground fires less."""
    fought = [compile_world(load_scenario(name)) for name in ("turkey-2019-patrols", "turkey-2019-integrated")]
    stories = [[told(world, events) for events in flown(world, 12)] for world in fought]
    killers = [event for events in stories[0] for event in of(events, "kill") if event.subject.split(":")[1] in ("AIM-120C", "R-77-1")]
    killed = {event.object.split("-")[0].split(" ")[0] for event in killers}
    assert {"cruise", "drones"} <= killed
    assert {"F-16C south", "F-35A west", "Su-57 south"} <= {event.subject.split(":")[0] for event in killers}
    stations = {(event.kind, event.subject, event.time_s) for events in stories[0] for event in events if "station" in event.kind}
    north = ("F-16C north-1", "F-16C north-2")
    assert {("off_station", north[0], 2400.0), ("on_station", north[1], 2400.0)} <= stations
    ground = [[event for events in side for event in of(events, "fire") if "HAWK" in event.subject] for side in stories]
    assert len(ground[0]) < len(ground[1])
    assert not [event for event in killers if event.subject.startswith(north[0]) and event.time_s > 2400.0]


def _seen(counter_rotating: bool) -> tuple[float, float]:
    """The share of the time from the first confirmation to the end in which the pair's own radars hold the target, and the longest
    time between in which neither does, s."""
    data = patrolled(aircraft=2, counter_rotating=counter_rotating, fire_control=[], kill_probability=1e-9)
    data["patrols"][0]["weapons"][0]["rounds"] = 1
    card = next(card for card in data["systems"] if card["name"] == "Test fighter")
    radar = data["systems"][0]["parameters"]
    card["parameters"] |= {**radar, "min_elevation": assumed(-60, "deg"), "azimuth_sector": assumed(140, "deg")}
    data["sensors"][0]["latitude_deg"] = 45.0  # the other sees nothing
    world = world_of(data)
    changes = [
        (event.time_s, 1 if event.kind == "confirm" else -1)
        for event in story(world)
        if event.kind in ("confirm", "drop") and event.subject.startswith("Patrol")
    ]
    end_s = float(world.arrays.threats[0]["end_s"])
    held, holding, since_s, longest = 0.0, 0, 0.0, 0.0
    for time_s, change in changes:
        held += (time_s - since_s) * (holding > 0)
        longest = max(longest, (time_s - since_s) * (holding == 0 and since_s > 0.0))
        holding, since_s = holding + change, time_s
    held += (end_s - since_s) * (holding > 0)
    return held / (end_s - changes[0][0]), longest


def test_a_counter_rotating_pair_keeps_one_nose_on_the_target() -> None:
    """A nose that looks 70 degrees to either side has a target abeam of neither leg for about half of the round."""
    alone, longest_alone = _seen(False)
    pair, longest_pair = _seen(True)
    assert alone < 0.7
    assert pair > alone + 0.2
    # both look away for as much of a turn as the nose does not cover: 40 of 180 degrees, once on either side
    assert longest_pair < 0.5 * longest_alone


def test_the_second_radar_is_half_a_round_behind() -> None:
    data = patrolled(aircraft=2, counter_rotating=True, reliefs=1)
    card = next(card for card in data["systems"] if card["name"] == "Test fighter")
    card["parameters"] |= {**data["systems"][0]["parameters"], "min_elevation": assumed(-60, "deg")}
    world = world_of(data)
    names = [entity.name for entity in world.entities if entity.kind == "sensor"]
    assert [name for name in names if name.startswith("Patrol")] == [
        "Patrol-1 radar", "Patrol-1 second radar", "Patrol-2 radar", "Patrol-2 second radar",
    ]  # fmt: skip
    first, second = names.index("Patrol-1 radar"), names.index("Patrol-1 second radar")
    a = world.arrays
    half_s = 0.5 * float(a.sensors[first]["orbit_rows"] * a.sensors[first]["orbit_step_s"])
    for time_s in (0.0, 31.0, 200.0):
        one, other = where_at(a, first, time_s + half_s), where_at(a, second, time_s)
        assert float(geodesic_inverse(one.lat_deg, one.lon_deg, other.lat_deg, other.lon_deg)[0]) < 30.0
        # what the ground hides is taken from the node that is there: within half a row of 440 m, where nodes are unevenly apart
        shares = [shares_at(a.sensors[s], a.orbits, np.array([t]))[0] for s, t in ((first, time_s + half_s), (second, time_s))]
        nodes = [a.orbit_nodes[a.sensors[s]["first_node"] :, :3] for s in (first, second)]
        places = [share @ own[: share.size] for share, own in zip(shares, nodes, strict=True)]
        assert np.linalg.norm(places[0] - places[1]) < 220.0


def test_one_aircraft_has_nobody_behind_it() -> None:
    with pytest.raises(InputError, match="half a round behind itself"):
        loaded(patrolled(aircraft=1, counter_rotating=True))

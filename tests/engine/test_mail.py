"""Plots on their way from a sensor to its post: when they are there, which are lost, and what a track makes of those that come late."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from runs import layered, told, world_of
from test_attribution import DRONES, Scene, arrays, changed  # noqa: F401 (a fixture)

from buckler.dtypes import WorldArrays
from buckler.engine.attribution import MERGED
from buckler.engine.fly import Flyer
from buckler.engine.following import let_manoeuvre, predict_track, take_in
from buckler.engine.mail import FREE, USED
from buckler.engine.plots import measure_plot, open_eye, set_plot
from buckler.log.schema import Kind

Scenario = dict[str, Any]


def watched(radars: int = 1, threats: int = 3, **link: Any) -> Scenario:
    """Posts without batteries, one radar each or all at the first post, over links."""
    data = layered((0.6,) * radars, threats)
    data["picture"] = "filtered"
    data["batteries"] = []
    data["raid"]["entries"][0]["lateral_spacing_m"] = 4000  # not in one resolution cell
    data["commands"] = data["commands"][:1]
    for sensor in data["sensors"]:
        sensor["command"] = "Post 1"
    data["links"] = [{"name": "t1", "between": ["Radar 1", "Post 1"], **link}]
    return data


def recorded(data: Scenario | WorldArrays, replication: int = 0) -> tuple[Flyer, np.ndarray, np.ndarray]:
    """The flyer of a replication, its detections and its tracks."""
    flyer = Flyer(world_of(data).arrays if isinstance(data, dict) else data)
    _, hits = flyer.recorded(1, replication)
    return flyer, hits, flyer.tracks()


def plots_of(rows: np.ndarray) -> int:
    """How many plots the tracks have taken in."""
    return sum(int(rows["plots"][rows["number"] == number].max()) for number in set(rows["number"]))


def states_in(rows: np.ndarray) -> set[bytes]:
    """What tracks were at what time, whenever it was known."""
    names = ("time_s", "number", "plots", "position_m", "velocity_mps", "position_std_m")
    return {b"".join(row[name].tobytes() for name in names) for row in rows}


@pytest.mark.parametrize("implicit", [False, True])
def test_a_delay_moves_what_a_post_knows_and_changes_nothing_else(implicit: bool) -> None:
    late, prompt = watched(latency_s=7.0), watched(latency_s=0.0)
    if implicit:
        for data, latency_s in ((late, 7.0), (prompt, 0.0)):
            del data["links"]
            data["commands"][0]["latency_s"] = latency_s
    _, hits, rows = recorded(late)
    _, _, before = recorded(prompt)
    assert len(rows) > 100
    assert np.allclose(rows["known_s"], rows["time_s"] + 7.0)
    assert np.array_equal(before["known_s"], before["time_s"])
    # Every row is one of those without a delay, to the bit; what is under way when its target ends is not missed. (The first plots come
    # after the report of the track where that takes no time, and then are written down as well.)
    assert states_in(rows[rows["plots"] > 3]) <= states_in(before)
    assert len(rows) > len(before) - 3 * 3
    assert set(rows["time_s"]) <= set(hits["time_s"])


def test_a_link_loses_plots_as_often_as_it_says_and_each_by_its_own_luck() -> None:
    plots, tries, together = 0, 0, []
    for replication in range(20):
        _, hits, rows = recorded(watched(loss=0.4), replication)
        plots += plots_of(rows)
        tries += len(hits)
        together += [len(rows[rows["time_s"] == time_s]) for time_s in sorted(set(hits["time_s"]))[5:-5]]
    assert plots / tries == pytest.approx(0.6, abs=4.0 * (0.24 / tries) ** 0.5 + 0.01)
    assert {0, 1, 2, 3} <= set(together)  # three targets in a scan: not lost together
    _, hits, rows = recorded(watched())
    assert plots_of(rows) == pytest.approx(len(hits), rel=0.02)


def test_the_loss_of_each_link_of_the_way_counts_and_a_scan_s_luck_is_the_same_whatever_the_delay() -> None:
    data = watched(loss=0.4)
    data["links"] = [
        {"name": "t1", "between": ["Radar 1", "Relay"], "loss": 0.4},
        {"name": "t2", "between": ["Relay", "Post 1"], "loss": 0.5},
    ]
    data["commands"].append({"name": "Relay"})
    plots, tries = 0, 0
    for replication in range(20):
        _, hits, rows = recorded(data, replication)
        rows = rows[rows["command"] == 0]
        plots += plots_of(rows)
        tries += len(hits)
    assert plots / tries == pytest.approx(0.3, abs=4.0 * (0.21 / tries) ** 0.5 + 0.02)
    slow = watched(loss=0.4, latency_s=6.0)
    (_, _, one), (_, _, other) = recorded(watched(loss=0.4, latency_s=0.0)), recorded(slow)
    assert states_in(other) <= states_in(one)


def test_what_is_under_way_when_the_way_breaks_is_lost_unless_there_is_another() -> None:
    data = watched(latency_s=9.0)
    data["status"] = [{"of": "t1", "state": "down", "from_s": 60.0}]
    flyer, hits, rows = recorded(data)
    assert rows["known_s"].max() < 60.0
    assert rows["time_s"].max() < 51.0
    assert hits["time_s"].max() > 60.0
    data["links"] += [{"name": "t2", "between": ["Radar 1", "Post 1"], "latency_s": 20.0}]
    _, _, rows = recorded(data)
    assert (np.diff(np.unique(rows["time_s"])) < 4.1).all()  # none is missing: those under way go on in their first time
    assert {round(float(d), 6) for d in rows["known_s"] - rows["time_s"]} == {9.0, 20.0}
    data["status"] = [{"of": "Post 1", "state": "down", "from_s": 60.0}]
    _, _, rows = recorded(data)
    assert rows["known_s"].max() < 60.0
    assert int(flyer._state.picture.heads[USED]) < len(flyer._state.picture.posted)


def test_what_has_arrived_leaves_its_place_to_others() -> None:
    flyer, hits, _ = recorded(watched(latency_s=9.0))
    picture = flyer._state.picture
    used, free = int(picture.heads[USED]), 0
    at = int(picture.heads[FREE])
    while at >= 0:
        free, at = free + 1, int(picture.posted["next"][at])
    under_way, at = 0, int(picture.heads[0])
    while at >= 0:
        under_way, at = under_way + 1, int(picture.posted["next"][at])
    assert used == free + under_way
    assert used <= 3 * 4 < len(hits)  # three targets, at most four scans under way


def test_a_battery_that_is_its_own_post_fires_at_what_its_own_radar_measures() -> None:
    data = layered((1.0,), 2)
    data["picture"] = "filtered"
    data["batteries"][0]["cut_off"] = "autonomous"
    data["commands"][0]["takeover_time_s"] = 10
    data["links"] = [
        {"name": "t", "between": ["Radar 1", "Post 1"]},
        {"name": "o", "between": ["Post 1", "Layer 1"], "outages": [{"from_s": 5, "until_s": 5000}]},
    ]
    world = world_of(data)
    flyer = Flyer(world.arrays)
    assert [e for e in told(world, flyer.events(1, 0)) if e.kind == "fire"]
    data["links"][0]["outages"] = data["links"][1]["outages"]  # and where its radar is cut off from the post as well
    world = world_of(data)
    flyer = Flyer(world.arrays)
    assert [e for e in told(world, flyer.events(1, 0)) if e.kind == "fire"]


# --- plots older than their track ------------------------------------------------------------------------------------------


def states(scene: Scene, k: int) -> tuple[np.ndarray, np.ndarray]:
    return scene.picture.x[0, k].copy(), scene.picture.P[0, k].copy()


def moved(t: float) -> np.ndarray:
    F = np.eye(6)
    F[:3, 3:] = t * np.eye(3)
    return F


@pytest.mark.parametrize("lag_s", [0.5, 3.0])
def test_a_late_plot_is_taken_by_algorithm_c(arrays: WorldArrays, lag_s: float) -> None:  # noqa: F811
    scene, (one, _) = Scene(arrays), DRONES
    for k in range(8):
        scene.scan(10.0 + 2.0 * k, (one, 60_000.0 - 100.0 * k, 0.1))
    x, P = states(scene, one)
    time_s = 24.0 - lag_s
    picture = scene.picture
    set_plot(arrays, picture, 0, 0, one, 20.0, 59_330.0 + 50.0 * lag_s, 0.1, 0.05, 1.0)
    assert predict_track(picture, picture.eyes[0], 0, one, time_s)
    F = moved(-lag_s)
    assert np.allclose(picture.spare_x[one], F @ x, rtol=1e-12)
    assert np.allclose(picture.spare_P[one], F @ P @ F.T, rtol=1e-9, atol=1e-9)
    h, H = picture.near[one, :3].copy(), np.hstack([picture.near[one, 3:].reshape(3, 3), np.zeros((3, 3))])
    plot = picture.plots[0]
    nu, R = plot["value"][:3] - h, np.diag(plot["noise_std"][:3] ** 2)
    S = H @ F @ P @ F.T @ H.T + R
    W = P @ F.T @ H.T @ np.linalg.inv(S)
    take_in(picture, picture.eyes[0], 0, one, 0, False, time_s)
    after_x, after_P = states(scene, one)
    assert np.allclose(after_x, x + W @ nu, rtol=1e-9)
    assert np.allclose(after_P, P - W @ S @ W.T, rtol=1e-6, atol=1e-6)
    assert np.linalg.eigvalsh(after_P).min() > 0.0
    assert picture.beliefs["time_s"][0, one] == 24.0
    assert picture.beliefs["plots"][0, one] == 9


def test_without_noise_the_order_of_plots_does_not_matter(arrays: WorldArrays) -> None:  # noqa: F811
    def flown(order: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        scene, (one, _) = Scene(arrays), DRONES
        scene.picture.motion["noise"] = 0.0
        for k in order:
            scene.scan(10.0 + 2.0 * k, (one, 60_000.0 - 100.0 * k, 0.1))
        assert scene.events() == []
        return states(scene, one)

    (x, P), (late_x, late_P) = flown((0, 1, 2, 3, 4, 5, 6, 7)), flown((0, 1, 2, 3, 4, 5, 7, 6))
    assert np.allclose(late_x, x, rtol=1e-7)
    assert np.allclose(late_P, P, rtol=1e-3)  # the Jacobian is taken elsewhere


def test_the_noise_of_a_manoeuvre_backwards_is_that_of_forwards_seen_from_the_end(arrays: WorldArrays) -> None:  # noqa: F811
    motion, P = Scene(arrays).picture.motion[3], np.zeros((6, 6))
    let_manoeuvre(motion, P, -3.0)
    G = np.vstack([0.5 * 9.0 * np.eye(3), -3.0 * np.eye(3)])
    assert np.allclose(P, motion["manoeuvre_mps2"] ** 2 * G @ G.T)


def test_tracks_of_plots_out_of_order_are_hardly_worse() -> None:
    """Two radars at one post, one of them 3 s late: no second tracks, and errors as with both prompt, or little more."""

    def error(data: Scenario) -> tuple[float, int]:
        total, count, doubled = 0.0, 0, 0
        world = world_of(data).arrays
        for replication in range(5):
            flyer, _, rows = recorded(world, replication)
            events = flyer._state.journal.events[: flyer._state.counts[0]]
            doubled += int((events["kind"] == Kind.TRACK_DOUBLED).sum())
            for row in rows[rows["plots"] > 10]:
                places = []
                for body in world.threats:
                    path = world.path_m[body["first"] : body["first"] + body["points"], :3]
                    at = (row["time_s"] - body["start_s"]) / body["step_s"]
                    places.append([np.interp(at, np.arange(len(path)), path[:, axis]) for axis in range(3)])
                total += (np.linalg.norm(np.array(places) - row["position_m"], axis=1) ** 2).min()
                count += 1
        return (total / count) ** 0.5, doubled

    (prompt, none), (late, few) = error(watched(2)), error(watched(2, latency_s=3.0))
    assert late < 1.25 * prompt
    assert max(none, few) <= 2  # of 15 targets


def test_a_lost_plot_is_nobody_s(arrays: WorldArrays) -> None:  # noqa: F811
    scene, (one, _) = Scene(changed(arrays, range_cell_m=0.0)), DRONES
    open_eye(arrays, scene.picture, 0, 10.0)
    measure_plot(arrays, scene.picture, 1, 0, 0, one, 0, 0, 60_000.0, 0.1, 0.05, 20.0)
    assert scene.scan(10.0, (MERGED, 60_000.0, 0.1)) == [-1]
    assert scene.picture.beliefs["plots"].max() == 0

"""Which track takes which plot: neighbours, cells, registration, false plots, and what the fight makes of a swapped track."""

from __future__ import annotations

from math import exp, factorial
from pathlib import Path

import numpy as np
import pytest
from test_filtered_picture import ROOT, filtered

from buckler import draws
from buckler.dtypes import WorldArrays
from buckler.engine.attribution import MERGED, NOBODYS, add_false, attribute, merge_plots, settle
from buckler.engine.fly import Flyer
from buckler.engine.following import begin_track, look_from_plot, met
from buckler.engine.picture import EXTRA
from buckler.engine.plots import locate_plots, measure_plot, set_plot
from buckler.engine.state import FLYING, KILLED, clear, new_state
from buckler.log.schema import Kind
from buckler.scenario.load import load_scenario
from buckler.world.compile import compile_world


@pytest.fixture(scope="module")
def arrays(tmp_path_factory: pytest.TempPathFactory) -> WorldArrays:
    return compile_world(load_scenario(filtered(ROOT / "benchmarks" / "raid40.yaml", tmp_path_factory.mktemp("raid")))).arrays


DRONES = (30, 31)
"""Two threats of the raid, whose tracks fly straight."""


def changed(arrays: WorldArrays, **fields: float) -> WorldArrays:
    sensors = arrays.sensors.copy()
    for name, value in fields.items():
        sensors[name] = value
    return arrays.replace(sensors=sensors)


class Scene:
    """A post that sees two drones by plots that the test states, north of the first radar."""

    def __init__(self, arrays: WorldArrays) -> None:
        self.world, self.state, self.step = arrays, new_state(arrays), 0
        clear(arrays, self.state)
        for i in DRONES:
            self.state.lives["life"][i] = FLYING

    @property
    def picture(self):
        return self.state.picture

    def scan(self, time_s: float, *plots: tuple[int, float, float]) -> list[int]:
        """Plots (whose, range, azimuth) of one scan; the places of the tracks that took them."""
        for n, (truth, range_m, azimuth) in enumerate(plots):
            set_plot(self.world, self.picture, 0, n, truth, 20.0, range_m, azimuth, 0.05, 1.0)
        count, sensor = len(plots), self.world.sensors[0]
        merge_plots(self.picture, count, float(sensor["range_cell_m"]), float(sensor["angle_cell_rad"]))
        if sensor["false_plots"] > 0.0:
            count = add_false(self.world, self.picture, 1, 0, 0, count, self.step)
        attribute(self.world, self.state, 1, 0, 0, 0, count, self.step, time_s)
        taken = [int(plot["taken"]) for plot in self.picture.plots[:count]]
        settle(self.world, self.state, 0, count, time_s, time_s)
        self.step += 1
        return taken

    def events(self) -> list[tuple[Kind, int]]:
        rows = self.state.journal.events[: self.state.counts[0]]
        return [(Kind(int(row["kind"])), int(row["object"]) - self.world.first_threat) for row in rows]


def approaching(scene: Scene, until: int, apart_m: float = 3000.0) -> None:
    one, other = DRONES
    for k in range(until):
        scene.scan(10.0 + 2.0 * k, (one, 60_000.0 - 100.0 * k, 0.0), (other, 60_000.0 + apart_m - 100.0 * k, 0.0))


def test_each_track_takes_its_own_plot_whatever_the_order(arrays: WorldArrays) -> None:
    scene, (one, other) = Scene(arrays), DRONES
    approaching(scene, 6)
    assert scene.scan(22.0, (other, 62_400.0, 0.0), (one, 59_400.0, 0.0)) == [other, one]
    assert scene.events() == []


def test_neighbours_that_change_places_in_a_gap_are_swapped_and_then_the_other_is_met(arrays: WorldArrays) -> None:
    scene, (one, other) = Scene(changed(arrays, range_cell_m=0.0)), DRONES
    approaching(scene, 8, 400.0)
    # From one scan to the next each is where the other was to be: nothing that is measured tells them apart.
    for k in range(8, 11):
        there = 60_000.0 - 100.0 * k
        assert scene.scan(10.0 + 2.0 * k, (one, there + 400.0, 0.0), (other, there, 0.0)) == [other, one]
    assert sorted(scene.events()) == [(Kind.TRACK_SWAPPED, one), (Kind.TRACK_SWAPPED, other)]
    assert met(scene.picture, 0, one) == other
    # The other is shot down; his track in the first one's place ends, and the first one's goes on as his own.
    scene.state.lives["life"][other] = KILLED
    scene.scan(32.0, (one, 59_300.0, 0.0))
    assert met(scene.picture, 0, one) == one
    assert scene.picture.beliefs["plots"][0, other] == 0


def test_two_in_one_cell_are_one_plot_where_the_stronger_is(arrays: WorldArrays) -> None:
    scene, (one, other) = Scene(arrays), DRONES
    picture = scene.picture
    set_plot(scene.world, picture, 0, 0, one, 30.0, 60_000.0, 0.1, 0.05, 1.0)
    set_plot(scene.world, picture, 0, 1, other, 10.0, 60_040.0, 0.1, 0.05, 1.0)
    merge_plots(picture, 2, 50.0, 0.01)
    assert [int(truth) for truth in picture.plots["truth"][:2]] == [one, MERGED]
    assert picture.plots["value"][0, 0] == pytest.approx(60_010.0)
    set_plot(scene.world, picture, 0, 1, other, 10.0, 60_060.0, 0.1, 0.05, 1.0)
    merge_plots(picture, 2, 50.0, 0.01)
    assert int(picture.plots["truth"][1]) == other


def test_radars_off_against_each_other_make_two_tracks_of_one_target(arrays: WorldArrays) -> None:
    scene, (one, _) = Scene(arrays), DRONES
    for k in range(12):
        off = 2000.0 * (k % 2) if k > 3 else 0.0
        scene.scan(10.0 + 2.0 * k, (one, 60_000.0 - 100.0 * k + off, 0.0))
    assert scene.events() == [(Kind.TRACK_DOUBLED, one)]
    assert np.count_nonzero(scene.picture.beliefs["plots"][0] >= 3) == 2


def test_a_track_that_a_turn_has_broken_goes_on_under_a_new_number(arrays: WorldArrays) -> None:
    scene, (one, _) = Scene(arrays), DRONES
    approaching(scene, 6)
    number = int(scene.picture.beliefs["number"][0, one])
    for k in range(6, 10):
        scene.scan(10.0 + 2.0 * k, (one, 66_000.0 - 100.0 * k, 0.0))
    assert (Kind.TRACK_LOST, one) in scene.events()
    assert int(scene.picture.beliefs["number"][0, one]) > number
    assert int(scene.picture.beliefs["plots"][0, one]) >= 3


def test_false_plots_make_false_tracks_and_never_more_than_there_is_room_for(arrays: WorldArrays) -> None:
    scene = Scene(changed(arrays, false_plots=40.0))
    counts = []
    for k in range(200):
        counts.append(len(scene.scan(10.0 + 2.0 * k)))
        assert np.count_nonzero(scene.picture.beliefs["plots"][0]) <= EXTRA
    assert all(int(plot["truth"]) == NOBODYS for plot in scene.picture.plots[: counts[-1]])
    assert np.mean(counts) == pytest.approx(40.0, abs=4.0 * (40.0 / 200) ** 0.5)
    assert np.var(counts) == pytest.approx(40.0, rel=0.5)


def test_the_number_of_false_plots_is_poisson(arrays: WorldArrays) -> None:
    scene = Scene(changed(arrays, false_plots=2.0))
    counts = [len(scene.scan(10.0 + 100.0 * k)) for k in range(400)]
    for n in range(5):
        expected = exp(-2.0) * 2.0**n / factorial(n)
        assert counts.count(n) / 400 == pytest.approx(expected, abs=4.0 * (expected / 400) ** 0.5)
    assert draws.FALSE_PLOT not in (draws.MEASUREMENT, draws.DETECTION)


def per_raid(arrays: WorldArrays, replications: int) -> dict[Kind, float]:
    kinds = np.concatenate([events["kind"] for _, events in Flyer(arrays).block(1, 0, replications)])
    wanted = (Kind.TRACK_LOST, Kind.TRACK_SWAPPED, Kind.TRACK_DOUBLED, Kind.TRACK_FALSE, Kind.KILL)
    return {kind: float(np.count_nonzero(kinds == kind)) / replications for kind in wanted}


def test_registration_and_false_plots_cost_what_they_should(arrays: WorldArrays) -> None:
    plain = per_raid(arrays, 20)
    sensors = arrays.sensors.copy()
    sensors["range_bias_m"][0] = 1500.0
    biased, noisy = per_raid(arrays.replace(sensors=sensors), 20), per_raid(changed(arrays, false_plots=40.0), 20)
    assert plain[Kind.TRACK_FALSE] == 0.0
    assert noisy[Kind.TRACK_FALSE] > 0.0
    assert biased[Kind.TRACK_DOUBLED] > plain[Kind.TRACK_DOUBLED] + 5.0
    assert biased[Kind.KILL] < plain[Kind.KILL]


def test_a_sensor_is_told_of_its_errors_in_the_scenario(tmp_path: Path) -> None:
    import yaml

    document = yaml.safe_load((ROOT / "benchmarks" / "raid40.yaml").read_text(encoding="utf-8"))
    document["sensors"][1] |= {"range_bias_m": -200, "azimuth_bias_deg": 0.5, "false_plots_per_scan": 3}
    made = tmp_path / "raid.yaml"
    made.write_text(yaml.safe_dump(document), encoding="utf-8")
    sensor = compile_world(load_scenario(made)).arrays.sensors[1]
    assert (sensor["range_corrected_m"], sensor["azimuth_corrected_rad"]) == (0.0, 0.0)
    assert (sensor["range_bias_m"], sensor["false_plots"]) == (-200.0, 3.0)
    assert np.degrees(sensor["azimuth_bias_rad"]) == pytest.approx(0.5)
    assert sensor["range_cell_m"] == pytest.approx(6.0 * sensor["range_std_m"])
    assert sensor["angle_cell_rad"] == pytest.approx(10.0 * sensor["angle_std_rad"])


# --- tentative tracks ------------------------------------------------------------------------------------------------------


def incoming(scene: Scene, until: int) -> list[list[int]]:
    """Drones one behind another that come over the horizon where the first one did, one a scan; who took what."""
    taken = []
    for k in range(until):
        plots = [(i, 60_000.0 - 180.0 * (k - n), 0.3) for n, i in enumerate(DRONES) if k >= n]
        taken.append(scene.scan(300.0 + 2.0 * k, *plots))
    return taken


def test_a_second_plot_where_the_first_was_is_another_target_s_if_the_first_was_moving(arrays: WorldArrays) -> None:
    """The second drone appears a scan later in the very place of the first: by the Doppler of the first plot, it is not the first."""
    scene, (one, other) = Scene(changed(arrays, range_cell_m=0.0)), DRONES
    _set_doppler_truth(scene, one, other)
    assert incoming(scene, 6)[1:] == [[one, other]] * 5
    assert scene.events() == []


def _set_doppler_truth(scene: Scene, *threats: int) -> None:
    """Let the threats truly fly at the radar at 90 m/s, as their plots say: the Doppler is that of their paths."""
    eye = scene.picture.eyes[0]
    path = scene.world.path_m.copy()
    for n, i in enumerate(threats):
        body = scene.world.threats[i]
        times = body["start_s"] + body["step_s"] * np.arange(body["points"])
        out = np.cos(0.05) * (np.sin(0.3) * eye["axes"][0] + np.cos(0.3) * eye["axes"][1]) + np.sin(0.05) * eye["axes"][2]
        ranges = 60_000.0 - 90.0 * (times - 300.0 - 2.0 * n)
        path[body["first"] : body["first"] + body["points"], :3] = eye["position_m"] + ranges[:, None] * out
    scene.world = scene.world.replace(path_m=path)


def test_a_tentative_track_gets_what_settled_ones_leave_and_is_gone_soon(arrays: WorldArrays) -> None:
    scene, (one, other) = Scene(changed(arrays, range_cell_m=0.0)), DRONES
    approaching(scene, 5)
    # The first drone's plot, which its own settled track takes, though a tentative track is nearer to it.
    scene.scan(20.0, (one, 59_500.0, 0.0), (other, 62_500.0, 0.0), (NOBODYS, 59_310.0, 0.0))
    tentative = int(np.flatnonzero(scene.picture.beliefs["plots"][0] == 1)[0])
    assert tentative >= len(arrays.threats)
    assert scene.scan(22.0, (one, 59_400.0, 0.0)) == [one]
    for k in range(7):
        scene.scan(24.0 + 2.0 * k, (one, 59_300.0 - 100.0 * k, 0.0), (other, 62_300.0 - 100.0 * k, 0.0))
    assert scene.picture.beliefs["plots"][0, tentative] == 0


def test_a_track_begins_with_the_speed_that_its_first_plot_s_doppler_says(arrays: WorldArrays) -> None:
    scene, (one, _) = Scene(arrays), DRONES
    picture, eye = scene.picture, scene.picture.eyes[0]
    set_plot(arrays, picture, 0, 0, one, 20.0, 60_000.0, 0.3, 0.05, 1.0)
    locate_plots(picture, eye, 1)
    begin_track(picture, eye, 0, one, 0, 3, -90.0, 5.0, 20.0, 10.0)
    out = (picture.x[0, one, :3] - eye["position_m"]) / 60_000.0
    assert np.allclose(picture.x[0, one, 3:], -90.0 * out)
    V = picture.P[0, one, 3:, 3:]
    assert out @ V @ out == pytest.approx(25.0)
    spread = picture.motion["speed_std_mps"][3] ** 2
    assert np.allclose(np.linalg.eigvalsh(V), [25.0, spread, spread])


def test_what_a_plot_sees_of_a_track_is_linear_and_its_errors_are_the_sensor_s(arrays: WorldArrays) -> None:
    scene, (one, _) = Scene(arrays), DRONES
    picture, eye, sensor = scene.picture, scene.picture.eyes[0], arrays.sensors[0]
    set_plot(arrays, picture, 0, 0, one, 20.0, 60_000.0, 0.3, 0.4, 1.0 / np.cos(0.4))
    locate_plots(picture, eye, 1)
    off = np.array([300.0, -200.0, 100.0])
    picture.spare_x[one, :3] = picture.plots["position_m"][0] + off
    look_from_plot(picture, eye, one, 0)
    axes = picture.near[one, 3:].reshape(3, 3)
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.allclose(axes[0], (picture.plots["position_m"][0] - eye["position_m"]) / 60_000.0)
    assert np.allclose(picture.near[one, :3], axes @ off)
    across = 60_000.0 * sensor["angle_std_rad"]
    assert np.allclose(picture.plots["noise_std"][-1, :3], [sensor["range_std_m"], across, across])


@pytest.mark.parametrize(("bias_m", "left_m", "remains_m"), [(-200.0, 30.0, -30.0), (200.0, 0.0, 0.0), (20.0, 30.0, 20.0)])
def test_registration_leaves_of_an_error_what_the_scenario_says(tmp_path: Path, bias_m: float, left_m: float, remains_m: float) -> None:
    import yaml

    document = yaml.safe_load((ROOT / "benchmarks" / "raid40.yaml").read_text(encoding="utf-8")) | {"picture": "filtered"}
    document["sensors"][0] |= {"range_bias_m": bias_m, "registered_range_m": left_m, "azimuth_bias_deg": 1, "registered_azimuth_deg": 0.25}
    made = tmp_path / "raid.yaml"
    made.write_text(yaml.safe_dump(document), encoding="utf-8")
    world = compile_world(load_scenario(made)).arrays
    state = new_state(world)
    measure_plot(world, state.picture, 1, 0, 0, DRONES[0], 0, 7, 60_000.0, 0.3, 0.05, 20.0)
    sensors = world.sensors.copy()
    for name in ("range_bias_m", "range_corrected_m", "azimuth_bias_rad", "azimuth_corrected_rad"):
        sensors[name] = 0.0
    measure_plot(world.replace(sensors=sensors), state.picture, 1, 0, 0, DRONES[0], 1, 7, 60_000.0, 0.3, 0.05, 20.0)
    with_error, without = state.picture.plots["value"][:2]
    assert with_error[0] - without[0] == pytest.approx(remains_m)
    assert np.degrees(with_error[1] - without[1]) == pytest.approx(0.25)
    flyer = Flyer(world)
    _, hits = flyer.recorded(1, 0)
    _, plain = Flyer(world.replace(sensors=sensors)).recorded(1, 0)
    ranges = {(hit["time_s"], hit["threat"]): hit["range_m"] for hit in plain[plain["sensor"] == 0][:50]}
    for hit in hits[hits["sensor"] == 0][:50]:  # as it was measured
        if (hit["time_s"], hit["threat"]) in ranges:
            assert hit["range_m"] - ranges[hit["time_s"], hit["threat"]] == pytest.approx(bias_m)

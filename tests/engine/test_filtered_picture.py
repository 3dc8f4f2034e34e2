"""Fire at tracks instead of truth: limits, luck, what a post may know, and what is written of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from runs import buckler

from buckler.dtypes import KILL_CLASSES, WorldArrays
from buckler.engine.fly import Flyer
from buckler.engine.foresight import carry_on
from buckler.engine.recording import tracks_table
from buckler.engine.state import new_state
from buckler.errors import InputError
from buckler.log.read import open_run
from buckler.log.schema import Kind
from buckler.scenario.load import load_scenario
from buckler.tracking import models
from buckler.world.compile import World, compile_world

ROOT = Path(__file__).resolve().parents[2]


def filtered(path: Path, folder: Path, **fields: object) -> Path:
    """The same scenario with a filtered picture."""
    document = yaml.safe_load(path.read_text(encoding="utf-8")) | {"picture": "filtered"} | fields
    made = folder / "filtered.yaml"
    made.write_text(yaml.safe_dump(document), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return compile_world(load_scenario(filtered(ROOT / "benchmarks" / "raid40.yaml", tmp_path_factory.mktemp("raid"))))


def exact(arrays: WorldArrays) -> WorldArrays:
    """The same world with radars that make errors of about a metre."""
    sensors = arrays.sensors.copy()
    sensors["range_std_m"], sensors["angle_std_rad"] = 1.0, 1e-5
    return arrays.replace(sensors=sensors)


def counted(arrays: WorldArrays, replications: int) -> dict[Kind, float]:
    kinds = np.concatenate([events["kind"] for _, events in Flyer(arrays).block(1, 0, replications)])
    return {kind: float(np.count_nonzero(kinds == kind)) / replications for kind in (Kind.FIRE, Kind.KILL, Kind.IMPACT)}


def truth_at(arrays: WorldArrays, time_s: float) -> np.ndarray:
    places = []
    for body in arrays.threats:
        rows = arrays.path_m[body["first"] : body["first"] + body["points"], :3]
        place = (time_s - body["start_s"]) / body["step_s"]
        places.append([np.interp(place, np.arange(len(rows)), rows[:, axis]) for axis in range(3)])
    return np.array(places)


def test_almost_without_error_a_track_is_the_truth_and_the_fight_nearly_that_of_the_truth(world: World) -> None:
    arrays = exact(world.arrays)
    flyer = Flyer(arrays)
    flyer.recorded(1, 0)
    rows = flyer.tracks()
    assert len(rows) > 1000
    # From the fifth plot on: before, a velocity that was guessed puts the point of linearisation kilometres off.
    for row in rows[rows["plots"] >= 5][::97]:
        assert np.linalg.norm(truth_at(arrays, row["time_s"]) - row["position_m"], axis=1).min() < 6.0
    by_track, by_truth = counted(arrays, 30), counted(arrays.replace(basket_m=0.0), 30)
    for kind in (Kind.FIRE, Kind.KILL, Kind.IMPACT):
        assert by_track[kind] == pytest.approx(by_truth[kind], rel=0.1)


def test_errors_of_tracks_are_as_large_as_the_tracks_say(world: World) -> None:
    # Cruise missiles and drones; a ballistic missile's thrust and drag are not in its filter's model (picture.py says so).
    flyer = Flyer(world.arrays)
    flyer.recorded(1, 0)
    rows = flyer.tracks()
    ratio = []
    for row in rows[rows["plots"] >= 6][::29]:
        off = np.linalg.norm(truth_at(world.arrays, row["time_s"]) - row["position_m"], axis=1)
        if KILL_CLASSES[world.arrays.threats["kill_class"][off.argmin()]] in ("cruise", "drone"):
            ratio.append(off.min() / row["position_std_m"])
    assert len(ratio) > 50
    # Three axes: the root of the mean square is sqrt(3) if the model is right, and less for targets that fly straight.
    assert 0.8 < np.sqrt(np.mean(np.square(ratio))) < 2.2


def test_a_post_knows_what_its_own_sensors_detected_and_nothing_else(world: World) -> None:
    flyer = Flyer(world.arrays)
    _, hits = flyer.recorded(1, 3)
    rows = flyer.tracks()
    told = {(hit["time_s"], int(world.arrays.sensors["command"][hit["sensor"]])) for hit in hits}
    assert {(row["time_s"], int(row["command"])) for row in rows} <= told
    assert (rows["known_s"] >= rows["time_s"]).all()
    table = tracks_table(world.arrays, [*(entity.key for entity in world.entities), ""], 3, rows)
    assert "truth" not in table.column_names
    assert "subject" not in table.column_names


def test_the_same_replication_has_the_same_tracks_whatever_was_flown_before(world: World) -> None:
    one, other = Flyer(world.arrays), Flyer(world.arrays)
    one.recorded(1, 7)
    first = one.tracks()
    other.recorded(1, 2)
    other.events(1, 4)
    other.recorded(1, 7)
    assert np.array_equal(first, other.tracks())


def test_a_track_that_is_not_good_enough_is_not_fired_at_and_a_target_outside_the_basket_is_missed(world: World) -> None:
    baskets = {basket: counted(world.arrays.replace(basket_m=basket), 20) for basket in (0.1, 60.0, 1e6)}
    assert baskets[0.1][Kind.FIRE] == 0.0
    assert baskets[60.0][Kind.KILL] < baskets[1e6][Kind.KILL]
    assert baskets[60.0][Kind.IMPACT] > baskets[1e6][Kind.IMPACT]


def test_a_run_writes_what_its_posts_believed(tmp_path: Path) -> None:
    path = filtered(ROOT / "src" / "buckler" / "scenario" / "library" / "smoke.yaml", tmp_path)
    done = buckler(["run", path, "-n", "10", "--quiet", "-o", tmp_path / "run"])
    assert done.returncode == 0, done.stderr
    run = open_run(tmp_path / "run")
    assert run.tracks.num_rows > 0
    assert set(run.tracks["identity"].to_pylist()) <= {"pending", "hostile"}
    posts = {row["key"] for row in run.entities.to_pylist() if row["kind"] == "command"}
    assert set(run.tracks["post"].to_pylist()) <= posts


def test_another_word_for_the_picture_is_refused_and_the_words_are_told(tmp_path: Path) -> None:
    path = filtered(ROOT / "benchmarks" / "raid40.yaml", tmp_path, picture="fused")
    with pytest.raises(InputError, match=r"truth.*filtered"):
        load_scenario(path)


def test_a_falling_track_is_carried_on_as_its_filter_would(world: World) -> None:
    arrays = world.arrays
    state = new_state(arrays)
    picture, motion = state.picture, state.picture.motion[KILL_CLASSES.index("ballistic")]
    belief = picture.held[0, 0]
    belief["plots"], belief["number"], belief["kill_class"] = 9, 1, KILL_CLASSES.index("ballistic")
    x = np.array([4.3e6, 2.9e6, 3.95e6, -700.0, 900.0, 1200.0])  # 140 km up, and 1.7 km/s
    picture.held_x[0, 0] = x
    rows = carry_on(picture, motion, 0, 0)
    assert rows > 30
    worst = 0.0
    for k in range(rows):
        worst = max(worst, float(np.linalg.norm(picture.ahead[k] - x[:3])))
        models.move(motion, x, float(motion["step_s"]))
    assert worst < 3.0


def test_a_straight_track_is_carried_on_straight(world: World) -> None:
    state = new_state(world.arrays)
    picture, motion = state.picture, state.picture.motion[KILL_CLASSES.index("drone")]
    belief = picture.held[0, 0]
    belief["plots"], belief["number"], belief["kill_class"] = 9, 1, KILL_CLASSES.index("drone")
    x = np.array([4.1e6, 2.8e6, 4.0e6, -30.0, 40.0, 10.0])
    picture.held_x[0, 0] = x
    rows = carry_on(picture, motion, 0, 0)
    times = 16.0 * np.arange(rows)[:, None]
    assert np.allclose(picture.ahead[:rows], x[:3] + times * x[3:], rtol=1e-12)

"""Fusion of tracks: covariance intersection, duplicates, links with delay and loss; registration; SIAP."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracked_targets import polar

from buckler.errors import InputError
from buckler.tracking import Estimate, Predictor, Updater, constant_velocity, positions, radar
from buckler.tracking.fusion import TrackFusion, covariance_intersection, one_target, register
from buckler.tracking.picture import consistency, siap

MODEL = constant_velocity(1.0)


def random_covariance(seed: int) -> np.ndarray:
    root = np.random.default_rng(seed).standard_normal((6, 6)) * np.repeat([100.0, 10.0], 3)[:, None]
    return root @ root.T + np.diag(np.repeat([10.0, 1.0], 3) ** 2)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), shared=st.floats(0.0, 0.95))
def test_covariance_intersection_is_consistent_whatever_is_shared(seed: int, shared: float) -> None:
    # Errors a = s + u, b = s + v with a common part s: the fused covariance is never less than that of the fused error.
    common, own = shared * random_covariance(seed), (1 - shared) * random_covariance(seed + 1)
    one = Estimate(np.zeros(6), common + own)
    other = Estimate(np.zeros(6), common + 0.5 * own)
    fused = covariance_intersection(one, other)
    inverse = np.linalg.inv(fused.covariance)
    A, B = np.linalg.inv(one.covariance), np.linalg.inv(other.covariance)
    w = np.linalg.lstsq((A - B).reshape(-1, 1), (inverse - B).ravel(), rcond=None)[0][0]
    left, right = w * fused.covariance @ A, (1 - w) * fused.covariance @ B
    true = left @ own @ left.T + right @ (0.5 * own) @ right.T + (left + right) @ common @ (left + right).T
    assert np.linalg.eigvalsh(fused.covariance - true).min() > -1e-6 * np.linalg.eigvalsh(fused.covariance).max()
    assert np.trace(fused.covariance) <= min(np.trace(one.covariance), np.trace(other.covariance)) * (1 + 1e-9)


def test_covariance_intersection_of_crossed_ellipses_by_hand() -> None:
    # diag(1, 4) and diag(4, 1): by symmetry w = 1/2, P = diag(1.6, 1.6).
    eye = np.eye(6)
    a, b = eye.copy(), eye.copy()
    a[1, 1] = b[0, 0] = 4.0
    fused = covariance_intersection(Estimate(np.zeros(6), a), Estimate(np.ones(6), b))
    assert np.diag(fused.covariance)[:2] == pytest.approx([1.6, 1.6], abs=1e-6)
    assert fused.mean[:2] == pytest.approx([0.2, 0.8], abs=1e-6)


def filtered(seed: int, start: np.ndarray, velocity: np.ndarray, steps: int) -> list[Estimate]:
    """What a post's own filter makes of a target, by second."""
    draw, sensor = np.random.default_rng(seed), positions(position_std_m=50.0)
    estimate, found = Estimate(np.r_[start, velocity], np.diag([100.0] * 3 + [20.0] * 3) ** 2), []
    for k in range(1, steps):
        estimate = Predictor(MODEL).predict(estimate, float(k))
        estimate = Updater(sensor).update(estimate, start + velocity * k + 50.0 * draw.standard_normal(3))
        found.append(estimate)
    return found


def test_two_posts_tracks_become_one_picture_through_delay_and_loss() -> None:
    targets = [(np.array([0.0, 0.0, 9e3]), np.array([200.0, 0.0, 0.0])), (np.array([0.0, 8e3, 9e3]), np.array([200.0, 10.0, 0.0]))]
    posts = {post: [filtered(10 * p + t, *target, 60) for t, target in enumerate(targets)] for p, post in enumerate(("north", "south"))}
    fusion, numbers, draw = TrackFusion(MODEL, forget_after_s=30.0), set(), np.random.default_rng(1)
    for k in range(10, 58):
        arrived = {"north": [(t + 1, track[k]) for t, track in enumerate(posts["north"])]}
        if draw.random() < 0.6 and not 30 <= k < 40:  # the south's link: 5 s late, four in ten lost, then down
            arrived["south"] = [(t + 7, track[k - 5]) for t, track in enumerate(posts["south"])]
        picture = fusion.update(float(k + 1), arrived)
        assert len(picture) == 2
        numbers |= {track.number for track in picture}
    assert len(numbers) == 2
    for track in picture:
        start, velocity = targets[track.sources["north"] - 1]
        assert track.sources["south"] - 7 == track.sources["north"] - 1
        off = track.estimate.mean[:3] - start - velocity * 58.0
        assert np.linalg.norm(off) < 150.0
    # North is silent: the numbers live on by the south's.
    for k in range(60, 95):
        late = [(t + 7, Predictor(MODEL).predict(track[-1], float(k))) for t, track in enumerate(posts["south"])]
        picture = fusion.update(float(k + 1), {"south": late})
    assert {track.number for track in picture} == numbers
    assert all(list(track.sources) == ["south"] for track in picture)


def test_what_is_apart_is_two_targets() -> None:
    a = Estimate(np.zeros(6), np.diag([50.0] * 3 + [5.0] * 3) ** 2)
    near, far = Estimate(np.full(6, 3.0), a.covariance), Estimate(np.r_[2000.0, np.zeros(5)], a.covariance)
    assert one_target(a, near)
    assert not one_target(a, far)
    picture = TrackFusion(MODEL).update(0.0, {"north": [(1, a), (2, far)], "south": [(9, near)]})
    assert [track.sources for track in picture] == [{"north": 1, "south": 9}, {"north": 2}]
    with pytest.raises(InputError, match="after the picture's"):
        TrackFusion(MODEL).update(-1.0, {"north": [(1, a)]})
    with pytest.raises(InputError, match="one time"):
        covariance_intersection(a, Predictor(MODEL).predict(a, 1.0))


def test_registration_finds_the_biases_within_their_errors() -> None:
    sites = [radar("a", position_m=(0, 0, 0), range_std_m=30.0, azimuth_std_deg=0.1, elevation_std_deg=0.1)]
    sites.append(radar("b", position_m=(4e4, 1e4, 0), range_std_m=30.0, azimuth_std_deg=0.1, elevation_std_deg=0.1))
    true = np.array([[200.0, 0.01, -0.004], [-100.0, -0.006, 0.003]])
    draw, pairs = np.random.default_rng(2), []
    for _ in range(300):
        target = np.r_[draw.uniform(-4e4, 8e4, 2), draw.uniform(3e3, 1.2e4)]
        plots = []
        for site, bias in zip(sites, true, strict=True):
            r, azimuth, elevation = polar(target - site.site[0]["position_m"])
            plots.append(np.array([r, np.radians(azimuth), np.radians(elevation)]) + bias + site.std[:3] * draw.standard_normal(3))
        pairs.append((0, plots[0], 1, plots[1]))
    found = register(sites, pairs)
    assert (np.abs(found.bias - true) < 4 * found.std).all()
    assert found.std[:, 0].max() < 40.0
    assert found.std[:, 1].max() < 1e-3
    with pytest.raises(InputError, match="no pairs"):
        register(sites, [])


def test_siap_of_a_picture_by_hand() -> None:
    # Two targets, four times: target 1 tracked by 5, 5, 6, 6 and doubled once; target 2 tracked at the last two times; one
    # spurious track once.
    a, b = [0.0, 0.0, 0.0], [1000.0, 0.0, 0.0]
    truth = [{1: a, 2: b}] * 4
    tracks = [{5: [10.0, 0, 0]}, {5: [10.0, 0, 0], 8: [0, 20.0, 0]}, {6: a, 7: b, 9: [0, 500.0, 0]}, {6: a, 7: b}]
    found = siap(truth, tracks, 100.0)
    assert found.completeness == 6 / 8
    assert found.ambiguity == 7 / 6
    assert found.spuriousness == 1 / 8
    assert found.position_error_m == pytest.approx(40.0 / 7)
    assert found.continuity == 4 / 8
    assert found.number_changes == 0.5
    nothing = siap([{}], [{}], 1.0)
    assert np.isnan(nothing.completeness)
    with pytest.raises(InputError, match="same times"):
        siap(truth, tracks[:1], 1.0)


def test_siap_is_stone_soups() -> None:
    from stonesoup.dataassociator.tracktotrack import TrackToTruth
    from stonesoup.measures import Euclidean
    from stonesoup.metricgenerator.manager import MultiManager
    from stonesoup.metricgenerator.tracktotruthmetrics import SIAPMetrics
    from stonesoup.types.groundtruth import GroundTruthPath, GroundTruthState
    from stonesoup.types.state import State
    from stonesoup.types.track import Track

    start, step = datetime.datetime(2026, 1, 1), datetime.timedelta(seconds=1)
    places = {1: lambda k: [10.0 * k, 0.0, 0.0], 2: lambda k: [10.0 * k, 500.0, 0.0]}
    spans = {5: (1, range(6)), 6: (2, range(2, 10)), 7: (1, range(12))}
    truths = {
        GroundTruthPath([GroundTruthState(np.array([place(k)]).T, timestamp=start + k * step) for k in range(12)])
        for place in places.values()
    }
    theirs = {
        Track([State(np.array([places[t](k)]).T + 1.0, timestamp=start + k * step) for k in span])
        for t, span in spans.values()
    }
    generator = SIAPMetrics(
        Euclidean((0, 1, 2)), Euclidean((0, 1, 2)), generator_name="siap", tracks_key="tracks", truths_key="truths"
    )
    manager = MultiManager([generator], associator=TrackToTruth(association_threshold=50.0))
    manager.add_data({"tracks": theirs, "truths": truths})
    manager.associate_tracks(generator)
    values = {metric.title: metric.value for metric in generator.compute_metric(manager)}
    truth = [{key: place(k) for key, place in places.items()} for k in range(12)]
    tracks = [{n: np.array(places[t](k)) + 1.0 for n, (t, span) in spans.items() if k in span} for k in range(12)]
    mine = siap(truth, tracks, 50.0)
    assert mine.completeness == pytest.approx(values["SIAP Completeness"])
    assert mine.ambiguity == pytest.approx(values["SIAP Ambiguity"])
    assert mine.spuriousness == pytest.approx(values["SIAP Spuriousness"])
    assert mine.position_error_m == pytest.approx(values["SIAP Position Accuracy"])


def test_consistency_of_chi_square_draws() -> None:
    draw = np.random.default_rng(3)
    right, wrong = draw.chisquare(4, (50, 400)), 1.5 * draw.chisquare(4, (50, 400))
    assert consistency(right, 4).share_inside == pytest.approx(0.95, abs=0.03)
    assert consistency(wrong, 4).share_inside < 0.1
    with pytest.raises(InputError, match="runs in rows"):
        consistency([1.0, 2.0], 2)

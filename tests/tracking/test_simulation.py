"""What the simulated radar reports, against its own stated statistics."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, kstest
from tracked_targets import flat_radar

from buckler.errors import InputError
from buckler.physics.detection import detection_probability
from buckler.tracking import positions
from buckler.tracking.simulation import RadarModel

PLACE, STILL = np.array([[3e4, 4e4, 5e3]]), np.zeros((1, 3))
TRUE = np.array([np.sqrt(2.5e9 + 2.5e7), np.arctan2(3e4, 4e4), np.arctan2(5e3, 5e4)])


def model(**options: float) -> RadarModel:
    return RadarModel(flat_radar(), **{"reference_range_m": 5e4, "reference_snr_db": 18.0, **options})


def test_plots_scatter_by_beamwidth_and_snr_and_are_detected_as_often_as_stated() -> None:
    radar, draw, normal, found = model(), np.random.default_rng(1), [], 0
    for k in range(800):
        made = radar.scan(float(k), PLACE, STILL, [1.0], draw)
        assert made is not None
        scan, owner = made
        if len(owner):
            found += 1
            normal.append((scan.plots["value"][0, :3] - TRUE) / scan.plots["noise_std"][0, :3])
    snr = float(radar.snr(TRUE[0], 1.0))
    assert snr == pytest.approx(10**1.8 * (5e4 / TRUE[0]) ** 4)
    pd = float(detection_probability(10 * np.log10(snr), 1e-6, 1, 1))
    assert binomtest(found, 800, pd).pvalue > 0.001
    for component in np.array(normal).T:
        assert kstest(component, "norm").pvalue > 0.001
    assert radar.std(snr)[1] == pytest.approx(np.hypot(np.radians(1.5) / 1.6 / np.sqrt(2 * snr), np.radians(0.02)))
    assert np.isinf(radar.std(snr)[3])


def test_two_targets_in_one_cell_are_one_plot_between_them() -> None:
    radar, draw = model(reference_snr_db=60.0, angle_floor_deg=1e-6, range_floor_m=1e-3, range_cell_m=150.0), np.random.default_rng(2)
    for gap, plots in ((60.0, 1), (400.0, 2)):
        pair = np.array([[0.0, 4e4, 5e3], [0.0, 4e4 + gap, 5e3]])
        scan, owner = radar.scan(0.0, pair, np.zeros((2, 3)), [1.0, 3.0], draw)  # type: ignore[misc]
        assert len(owner) == plots
        if plots == 1:
            assert owner[0] == 1  # the stronger
            ranges = np.linalg.norm(pair, axis=1)
            weights = radar.snr(ranges, [1.0, 3.0])
            assert scan.plots["value"][0, 0] == pytest.approx(ranges @ weights / weights.sum(), abs=1.0)


def test_bias_clock_false_plots_and_dropped_scans() -> None:
    draw = np.random.default_rng(3)
    radar = model(range_bias_m=300.0, azimuth_bias_deg=1.0, clock_offset_s=0.7, dropped=0.3, false_plots_per_scan=6.0)
    ranges, azimuths, false, lost = [], [], 0, 0
    for k in range(400):
        made = radar.scan(float(k), PLACE, STILL, [30.0], draw)
        if made is None:
            lost += 1
            continue
        scan, owner = made
        assert scan.time_s == k + 0.7 == scan.plots["time_s"][0]
        false += int((owner < 0).sum())
        ranges += list(scan.plots["value"][owner == 0, 0] - TRUE[0])
        azimuths += list(np.degrees(scan.plots["value"][owner == 0, 1] - TRUE[1]))
    assert binomtest(lost, 400, 0.3).pvalue > 0.001
    assert false == pytest.approx(6.0 * (400 - lost), abs=4 * np.sqrt(6.0 * (400 - lost)))
    assert np.mean(ranges) == pytest.approx(300.0, abs=4 * np.std(ranges) / np.sqrt(len(ranges)))
    assert np.mean(azimuths) == pytest.approx(1.0, abs=4 * np.std(azimuths) / np.sqrt(len(azimuths)))


def test_beyond_its_range_and_below_its_elevations_nothing_is_seen() -> None:
    radar = RadarModel(flat_radar(maximum_range_m=2e4, minimum_elevation_deg=1.0), reference_range_m=1e6)
    _, owner = radar.scan(0.0, [[0, 3e4, 5e3], [0, 1e4, 10.0], [0, 1e4, 5e3]], np.zeros((3, 3)), 1.0, np.random.default_rng(4))  # type: ignore[misc]
    assert list(owner) == [2]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: model(reference_range_m=-1.0), "reference_range_m"),
        (lambda: model(dropped=1.0), "below 1"),
        (lambda: model(false_plots_per_scan=-1.0), "0 or more"),
        (lambda: RadarModel(positions(position_std_m=1.0), 1e5), "needs a radar"),
        (lambda: model().scan(0.0, [[np.nan, 0, 0]], STILL, 1.0, np.random.default_rng(1)), "not finite"),
    ],
)
def test_wrong_input_is_refused(wrong: object, says: str) -> None:
    with pytest.raises(InputError, match=says):
        wrong()  # type: ignore[operator]

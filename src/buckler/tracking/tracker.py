"""The tracker: scans of plots in, tracks out.

    from buckler.tracking import Scan, Tracker, constant_velocity, radar
    site = radar("hill", lat_deg=39.9, lon_deg=32.8, height_m=1000.0, range_std_m=50.0, azimuth_std_deg=0.1)
    scans = [Scan.polar(site, time_s, range_m=..., azimuth_deg=...) for ...]
    history = Tracker([constant_velocity(4.0)]).run(scans)
    history.confirmed["position_m"]

The roles have the field's names: initiator (`initiation`, `confirm_hits` of `confirm_looks`), hypothesiser (`gate_probability`),
data associator (`association`), predictor and updater (the motion models, an interacting multiple model filter where there
are several), deleter (`delete_misses`, `delete_after_s`, `delete_position_std_m`). Tracks live in one Cartesian frame: ECEF
where sensors have geodetic places, else the flat frame in which they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, isinf
from typing import TYPE_CHECKING, Literal

import numpy as np

from buckler.errors import InputError
from buckler.tracking.bank import (
    ACTIVE,
    CONFIRMED,
    NO_NEW,
    ONE_POINT,
    TWO_POINT,
    UNUSED,
    Rules,
    enlist,
    grown,
    make_bank,
    set_state,
)
from buckler.tracking.estimate import Estimate
from buckler.tracking.gating import make_room
from buckler.tracking.measuring import COMPONENTS, PLOT, POLAR, POSITION, Sensor
from buckler.tracking.metrics import gate_threshold
from buckler.tracking.models import MotionModel, models_array
from buckler.tracking.scanning import POINT, SCAN, process

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_TOLD_SCANS = 64
_INITIATIONS = {"none": NO_NEW, "one-point": ONE_POINT, "two-point": TWO_POINT}
_NAMES = {POLAR: ("range_m", "azimuth_deg", "elevation_deg", "range_rate_mps"), POSITION: ("x", "y", "z", "")}


@dataclass(frozen=True)
class Scan:
    """What one sensor saw in one turn: plots, each with its own time; `time_s` is the end of the scan."""

    sensor: Sensor
    time_s: float
    plots: NDArray[np.void]
    """measuring.PLOT"""

    @classmethod
    def polar(
        cls,
        sensor: Sensor,
        time_s: float,
        range_m: ArrayLike,
        azimuth_deg: ArrayLike,
        elevation_deg: ArrayLike | None = None,
        range_rate_mps: ArrayLike | None = None,
        *,
        times_s: ArrayLike | None = None,
        std: ArrayLike | None = None,
    ) -> Scan:
        """Plots of a radar. `std` (plots, 4) in m, degrees, degrees and m/s replaces the sensor's; inf: not measured."""
        columns = [np.atleast_1d(np.array(range_m, np.float64)), np.atleast_1d(np.array(azimuth_deg, np.float64))]
        if sensor.site[0]["kind"] != POLAR:
            raise InputError(f"sensor {sensor.name!r} reports positions; use Scan.positions")
        for label, given, index in (("elevation_deg", elevation_deg, 2), ("range_rate_mps", range_rate_mps, 3)):
            if given is not None:
                columns.append(np.atleast_1d(np.array(given, np.float64)))
            elif std is None and not isinf(sensor.std[index]) and len(columns[0]):
                raise InputError(f"sensor {sensor.name!r} measures {label}: give it, or make the sensor without")
            else:
                columns.append(np.zeros(len(columns[0])))
        own = None
        if std is not None:
            own = np.array(std, np.float64)
            if own.shape == (len(columns[0]), COMPONENTS):
                own[:, 1:3] = np.radians(own[:, 1:3])
        scan = cls._make(sensor, time_s, columns, times_s, own)
        if not (scan.plots["value"][:, 0] > 0.0).all():
            bad = int(np.argmin(scan.plots["value"][:, 0] > 0.0))
            raise InputError(f"{scan}: plot {bad}: range_m is not positive; leave the plot out")
        scan.plots["value"][:, 1] = np.arctan2(
            np.sin(np.radians(scan.plots["value"][:, 1])), np.cos(np.radians(scan.plots["value"][:, 1]))
        )
        scan.plots["value"][:, 2] = np.radians(scan.plots["value"][:, 2])
        return scan

    @classmethod
    def positions(
        cls,
        sensor: Sensor,
        time_s: float,
        position_m: ArrayLike,
        *,
        times_s: ArrayLike | None = None,
        std: ArrayLike | None = None,
    ) -> Scan:
        """Reported positions in the tracking frame, (plots, 3); `std` (plots, 4), the last of them inf."""
        if sensor.site[0]["kind"] != POSITION:
            raise InputError(f"sensor {sensor.name!r} is a radar; use Scan.polar")
        given = np.array(position_m, np.float64).reshape(-1, 3)
        columns = [given[:, 0], given[:, 1], given[:, 2], np.zeros(len(given))]
        return cls._make(sensor, time_s, columns, times_s, None if std is None else np.array(std, np.float64))

    @classmethod
    def _make(
        cls,
        sensor: Sensor,
        time_s: float,
        columns: list[NDArray[np.float64]],
        times_s: ArrayLike | None,
        std: NDArray[np.float64] | None,
    ) -> Scan:
        where = f"scan of {sensor.name!r} at {time_s!r} s"
        if not isfinite(time_s):
            raise InputError(f"{where}: the time is not a finite number; leave the scan out")
        count = len(columns[0])
        plots = np.zeros(count, PLOT)
        if std is not None and std.shape != (count, COMPONENTS):
            raise InputError(f"{where}: std has shape {std.shape}; give ({count}, {COMPONENTS})")
        plots["noise_std"] = sensor.std if std is None else std
        if not (plots["noise_std"] > 0.0).all():
            bad = int(np.argwhere(~(plots["noise_std"] > 0.0))[0, 0])
            raise InputError(f"{where}: plot {bad}: singular noise; give each component a positive standard deviation, or inf")
        times = np.full(count, time_s) if times_s is None else np.atleast_1d(np.array(times_s, np.float64))
        if times.shape != (count,) or not np.isfinite(times).all():
            raise InputError(f"{where}: times_s must be {count} finite numbers, one a plot")
        plots["time_s"] = times
        for index, column in enumerate(columns):
            if column.shape != (count,):
                raise InputError(f"{where}: {len(column)} values of one component and {count} of another; give one each a plot")
            measured = np.isfinite(plots["noise_std"][:, index])
            wrong = measured & ~np.isfinite(column)
            if wrong.any():
                name = _NAMES[int(sensor.site[0]["kind"])][index]
                raise InputError(
                    f"{where}: plot {int(np.argmax(wrong))}: {name} is not a finite number; leave the plot out, or say that it "
                    "is not measured by an infinite std"
                )
            plots["value"][:, index] = np.where(measured, column, 0.0)
        if not np.isfinite(plots["noise_std"][:, :2]).all():
            raise InputError(f"{where}: the first two components of a plot must be measured")
        return cls(sensor, float(time_s), plots)

    def __str__(self) -> str:
        return f"scan of {self.sensor.name!r} at {self.time_s!r} s"


@dataclass(frozen=True)
class Track:
    """One track at the time of the last scan."""

    number: int
    confirmed: bool
    time_s: float
    mean: NDArray[np.float64]
    """Position, velocity and, with nine numbers, acceleration: m, m/s, m/s^2, in the tracking frame."""
    covariance: NDArray[np.float64]
    model_probabilities: NDArray[np.float64]
    hits: int
    misses: int
    plot: int
    """The plot of the last scan that it took, -1 for none."""

    @property
    def position_std_m(self) -> float:
        """Root of the mean variance of the three axes."""
        return float(np.sqrt(np.trace(self.covariance[:3, :3]) / 3.0))


@dataclass(frozen=True)
class History:
    """What a run of scans left: one point a track and scan, and who took which plot."""

    points: NDArray[np.void]
    """scanning.POINT, scan after scan."""
    owners: tuple[NDArray[np.int64], ...]
    """By scan, by plot: the number of the track that took it or began at it, 0 for none."""

    @property
    def confirmed(self) -> NDArray[np.void]:
        """The points of confirmed tracks."""
        chosen: NDArray[np.void] = self.points[self.points["status"] == CONFIRMED]
        return chosen

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The numbers of all tracks that were ever confirmed."""
        found: NDArray[np.int64] = np.unique(self.confirmed["number"])
        return found

    def track(self, number: int) -> NDArray[np.void]:
        """The points of one track, in time, from its first plot on."""
        found: NDArray[np.void] = self.points[self.points["number"] == number]
        if len(found) == 0:
            raise InputError(f"there is no track {number}; `numbers` lists them")
        return found


class Tracker:
    """Scans of plots in, tracks out; see the module's head."""

    def __init__(
        self,
        models: MotionModel | Sequence[MotionModel],
        *,
        sojourn_s: float | Sequence[float] = 30.0,
        gate_probability: float = 0.999,
        association: Literal["gnn", "jpda"] = "gnn",
        initiation: Literal["two-point", "one-point", "none"] = "two-point",
        confirm_hits: int = 3,
        confirm_looks: int = 5,
        delete_misses: int = 5,
        delete_after_s: float = 120.0,
        delete_position_std_m: float = 20_000.0,
        speed_std_mps: float = 200.0,
        maximum_speed_mps: float = 1000.0,
        acceleration_std_mps2: float = 10.0,
    ) -> None:
        chosen = [models] if isinstance(models, MotionModel) else list(models)
        if not 1 <= len(chosen) <= 8:
            raise InputError(f"{len(chosen)} motion models; give one to eight")
        stays = np.broadcast_to(np.array(sojourn_s, np.float64), (len(chosen),)).copy()
        if not (stays > 0.0).all():
            raise InputError(f"sojourn_s is {sojourn_s!r}; give positive times")
        if association not in ("gnn", "jpda") or initiation not in _INITIATIONS:
            raise InputError("association is 'gnn' or 'jpda', initiation 'two-point', 'one-point' or 'none'")
        if not 1 <= confirm_hits <= confirm_looks <= 64:
            raise InputError(f"confirm_hits {confirm_hits} of confirm_looks {confirm_looks}; give 1 <= M <= N <= 64")
        for name, value in (
            ("delete_misses", delete_misses),
            ("delete_after_s", delete_after_s),
            ("delete_position_std_m", delete_position_std_m),
            ("speed_std_mps", speed_std_mps),
            ("maximum_speed_mps", maximum_speed_mps),
            ("acceleration_std_mps2", acceleration_std_mps2),
        ):
            if not value > 0.0:
                raise InputError(f"{name} is {value!r}; give a positive number")
        self._rules = Rules(
            models=models_array(chosen),
            sojourn_s=stays,
            gate=np.array([0.0] + [gate_threshold(k, gate_probability) for k in range(1, COMPONENTS + 1)]),
            gate_probability=gate_probability,
            joint=int(association == "jpda"),
            initiation=_INITIATIONS[initiation],
            hits=confirm_hits,
            looks=confirm_looks,
            misses=delete_misses,
            silence_s=float(delete_after_s),
            position_std_m=float(delete_position_std_m),
            speed_std_mps=float(speed_std_mps),
            maximum_speed_mps=float(maximum_speed_mps),
            acceleration_std_mps2=float(acceleration_std_mps2),
        )
        self._bank = make_bank(64, len(chosen), max(model.dimension for model in chosen))
        self._room = make_room(128, 64, 512)
        self._time_s = -np.inf

    def update(self, scan: Scan) -> NDArray[np.int64]:
        """Take in one scan; returns by plot the number of the track that took it or began at it, 0 for none."""
        return self._process([scan], keep=False).owners[0]

    def run(self, scans: Iterable[Scan], told: Callable[[int], None] | None = None) -> History:
        """Take in many scans, in the order of their times, of one sensor or several; returns what became of the tracks.

        `told` hears now and then how many scans are done, and can end it by an exception.
        """
        return self._process(list(scans), keep=True, told=told)

    def start(self, estimates: Iterable[Estimate]) -> list[int]:
        """Confirmed tracks at known states, all of one time, not before the last scan; returns their numbers."""
        known = list(estimates)
        if len({estimate.time_s for estimate in known}) > 1 or any(e.time_s < self._time_s for e in known):
            raise InputError("tracks start at different times, or before the last scan; give estimates of one, later time")
        if int(self._bank.counts[UNUSED]) < len(known):
            self._bank = grown(self._bank, 2 * len(self._bank.tracks) + len(known))
        numbers, bank = [], self._bank
        for estimate in known:
            row = enlist(bank, estimate.time_s, estimate.time_s)
            size = min(bank.mean.shape[1], len(estimate.mean))
            bank.mean[row] = 0.0
            bank.covariance[row] = np.diag(np.full(bank.mean.shape[1], self._rules.acceleration_std_mps2**2))
            bank.mean[row, :size] = estimate.mean[:size]
            bank.covariance[row, :size, :size] = estimate.covariance[:size, :size]
            set_state(bank, self._rules, row)
            bank.tracks[row]["status"], bank.tracks[row]["hits"] = CONFIRMED, 2
            numbers.append(int(bank.tracks[row]["number"]))
            self._time_s = estimate.time_s
        return numbers

    @property
    def tracks(self) -> list[Track]:
        """The confirmed tracks at the time of the last scan, in the order of their numbers."""
        return [track for track in self.all_tracks if track.confirmed]

    @property
    def all_tracks(self) -> list[Track]:
        """Confirmed and tentative tracks at the time of the last scan, in the order of their numbers."""
        bank, found = self._bank, []
        for row in bank.active[: bank.counts[ACTIVE]]:
            track = bank.tracks[row]
            found.append(
                Track(
                    int(track["number"]),
                    track["status"] == CONFIRMED,
                    float(track["time_s"]),
                    bank.mean[row].copy(),
                    bank.covariance[row].copy(),
                    bank.mu[row].copy(),
                    int(track["hits"]),
                    int(track["misses"]),
                    int(track["plot"]),
                )
            )
        return sorted(found, key=lambda track: track.number)

    def _process(self, scans: list[Scan], *, keep: bool, told: Callable[[int], None] | None = None) -> History:
        if not scans:
            return History(np.zeros(0, POINT), ())
        times = np.array([scan.time_s for scan in scans])
        late = times < np.concatenate([[self._time_s], times[:-1]])
        if late.any():
            k = int(np.argmax(late))
            before = times[k - 1] if k else self._time_s
            raise InputError(f"{scans[k]}: time goes backwards, the scan before was at {float(before)!r} s; sort the scans by time_s")
        sensors = {id(scan.sensor): scan.sensor for scan in scans}
        where = {key: index for index, key in enumerate(sensors)}
        sizes = [len(scan.plots) for scan in scans]
        edges = np.concatenate([[0], np.cumsum(sizes)])
        rows = np.empty(len(scans), SCAN)
        rows["time_s"], rows["sensor"] = times, [where[id(scan.sensor)] for scan in scans]
        rows["first"], rows["plots"] = edges[:-1], sizes
        self._time_s = float(times[-1])
        sites = np.concatenate([sensor.site for sensor in sensors.values()])
        plots = scans[0].plots
        if len(scans) > 1:  # as bytes: NumPy compares record types field by field
            plots = np.frombuffer(bytearray().join([scan.plots.tobytes() for scan in scans]), PLOT)
        owners = np.zeros(len(plots), np.int64)
        points = np.empty(1024 + len(plots) if keep else 0, POINT)
        most = max(sizes)
        if len(self._room.owner) < most:
            self._room = make_room(2 * len(self._bank.tracks), most, len(self._room.pairs))
        done, filled = 0, 0
        while done < len(rows):
            end = len(rows) if told is None else min(done - done % _TOLD_SCANS + _TOLD_SCANS, len(rows))
            done, filled, stopped = process(
                self._bank, self._rules, sites, rows[:end], plots, done, self._room, owners, points, filled
            )
            if not stopped:
                if told is not None:
                    told(done)
                continue
            if self._bank.counts[UNUSED] < most:
                self._bank = grown(self._bank, 2 * len(self._bank.tracks) + most)
            tracks = len(self._bank.tracks)
            self._room = make_room(tracks, max(most, 64), 2 * len(self._room.pairs) + 4 * tracks)
            if keep and len(points) - filled < 2 * (tracks + most):
                points = np.concatenate([points, np.empty(len(points) + 2 * (tracks + most), POINT)])
        taken = tuple(owners[first : first + size] for first, size in zip(edges[:-1].tolist(), sizes, strict=True))
        return History(points[:filled] if 2 * filled > len(points) else points[:filled].copy(), taken)



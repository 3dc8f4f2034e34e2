"""A recorded file through the tracker: tracks, metrics against what the file itself says of who is who, and a picture."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from buckler.errors import OutputExistsError
from buckler.log.text import write_whole
from buckler.physics.earth import ecef_to_geodetic, enu_basis
from buckler.recorded.measures import measures_of
from buckler.recorded.scans import Feed, Material, material_of
from buckler.recordings.flights import FASTEST_MPS
from buckler.tracking import Tracker, constant_acceleration, constant_velocity, coordinated_turn
from buckler.tracking.models import MotionModel
from buckler.tracking.tracker import History

MODELS: Final = (constant_velocity(1.0), constant_acceleration(20.0), coordinated_turn(5.0))
"""What the tracker supposes of aircraft (assumption): straight flight with small accelerations, a manoeuvre, or a turn."""
SILENCE_S: Final = 30.0
"""A track without plots for so long ends (assumption): 3 to 7 turns of a radar. A longer one takes the next aircraft to land."""
FILES: Final = ("tracks.parquet", "metrics.json", "tracks.svg", "tracks.png")


def _fields(fields: list[Any]) -> pa.Schema:
    return pa.schema(fields)


TRACKS: Final = _fields([
    pa.field("frame", pa.string(), metadata={"meaning": "empty, or the radar of unknown place in whose flat frame the track is"}),
    pa.field("track", pa.int64()),
    pa.field("time_s", pa.float64(), metadata={"unit": "s", "meaning": "since run's epoch_s (metrics.json), or midnight UTC"}),
    pa.field("lat_deg", pa.float64(), metadata={"unit": "deg", "frame": "WGS-84", "meaning": "NaN in a flat frame"}),
    pa.field("lon_deg", pa.float64(), metadata={"unit": "deg"}),
    pa.field("height_m", pa.float64(), metadata={"unit": "m"}),
    pa.field("east_m", pa.float64(), metadata={"unit": "m", "meaning": "of the radar, in a flat frame; else NaN"}),
    pa.field("north_m", pa.float64(), metadata={"unit": "m"}),
    pa.field("speed_mps", pa.float64(), metadata={"unit": "m/s", "meaning": "over the ground"}),
    pa.field("heading_deg", pa.float64(), metadata={"unit": "deg", "meaning": "from true north, or the radar's"}),
    pa.field("climb_mps", pa.float64(), metadata={"unit": "m/s"}),
    pa.field("position_std_m", pa.float64(), metadata={"unit": "m", "meaning": "root of the mean variance of the axes"}),
    pa.field("updated", pa.bool_(), metadata={"meaning": "whether a plot was taken in, or it is a prediction"}),
    pa.field("truth", pa.string(), metadata={"meaning": "who the plot was by the file; empty for none"}),
])  # fmt: skip


@dataclass(frozen=True)
class Tracked:
    """What became of a recorded file."""

    material: Material
    histories: tuple[History, ...]
    """By feed."""

    @cached_property
    def tracks(self) -> pa.Table:
        """Every point of every confirmed track."""
        return pa.concat_tables([
            _table(feed, history) for feed, history in zip(self.material.feeds, self.histories, strict=True)
        ])  # fmt: skip

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """How well the tracker did, by the file's own identities; and what was not used."""
        return {
            "source": Path(self.material.source).name,
            "form": self.material.form,
            "epoch_s": self.material.epoch_s,
            **measures_of(self.material.feeds, self.histories),
            "held_out": self.material.held_out,
        }

    def save(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write tracks.parquet, metrics.json and the picture (SVG and PNG) into a folder; returns it."""
        from pyarrow import parquet

        from buckler.drawing.style import figure_style, save_figure
        from buckler.recorded.picture import draw

        out = Path(folder)
        if out.exists() and not out.is_dir():
            raise OutputExistsError(f"{out} is a file: choose another output folder with -o")
        if out.exists() and not force and any(out.iterdir()):
            raise OutputExistsError(f"{out} is not empty: choose another output folder with -o, or write --force to replace what is in it")
        out.mkdir(parents=True, exist_ok=True)
        parquet.write_table(self.tracks, out / FILES[0], compression="zstd")
        write_whole(out / FILES[1], json.dumps(self.metrics, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
        with figure_style():
            figure = draw(self)
            for name in FILES[2:]:
                save_figure(figure, out / name)
        return out


def track_file(
    path: str | Path,
    *,
    radars: Mapping[str, tuple[float, float, float]] | None = None,
    fastest_mps: float = FASTEST_MPS,
    models: MotionModel | Sequence[MotionModel] = MODELS,
    progress: Callable[[int, int], None] = lambda done, total: None,
    **options: Any,
) -> Tracked:
    """Track a recorded ADS-B (JSON, CSV, Parquet) or ASTERIX (CAT048 with CAT034, CAT062) file.

    `radars`: latitude, longitude (deg) and height (m) by SAC/SIC for radars whose place the file does not say; without one such a radar
    is tracked by itself in its own flat frame. `fastest_mps`: faster over the ground than this no aircraft of the recording is, and rows
    or plots that would have it so are held out. `models` and `options` are the Tracker's; `progress` is told the scans tracked and their
    number.
    """
    material = material_of(path, radars, fastest_mps)
    options.setdefault("delete_after_s", SILENCE_S)
    total, before = sum(len(feed.scans) for feed in material.feeds), 0

    def told(scans: int) -> None:
        progress(before + scans, total)

    histories = []
    for feed in material.feeds:
        told(0)
        histories.append(Tracker(models, **options).run(feed.scans, told))
        before += len(feed.scans)
    return Tracked(material, tuple(histories))


def _table(feed: Feed, history: History) -> pa.Table:
    points = history.confirmed
    place, velocity = points["position_m"], points["velocity_mps"]
    nothing = np.full(len(points), np.nan)
    if feed.name:
        lat = lon = nothing
        east, north, height = place.T if len(points) else (nothing, nothing, nothing)
        local = velocity
    else:
        geodetic = ecef_to_geodetic(*(place[:, k] for k in range(3)))
        lat, lon, height = geodetic.lat_deg, geodetic.lon_deg, geodetic.height_m
        east = north = nothing
        bases = np.array([enu_basis(a, b) for a, b in zip(np.radians(lat), np.radians(lon), strict=True)]).reshape(-1, 3, 3)
        local = np.einsum("nij,nj->ni", bases, velocity)
    truth = [
        str(feed.truth[int(point["scan"])][int(point["plot"])]) if point["plot"] >= 0 else "" for point in points
    ]
    columns: list[NDArray[Any] | list[str]] = [
        [feed.name] * len(points), points["number"], points["time_s"], lat, lon, height, east, north,
        np.hypot(local[:, 0], local[:, 1]), np.degrees(np.arctan2(local[:, 0], local[:, 1])) % 360.0, local[:, 2],
        points["position_std_m"], points["plot"] >= 0, truth,
    ]  # fmt: skip
    return pa.Table.from_arrays(
        [pa.array(np.ascontiguousarray(c) if isinstance(c, np.ndarray) else c) for c in columns], schema=TRACKS
    )

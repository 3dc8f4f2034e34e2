"""Every array record of the World and of the kernels' output: one comment a field, with unit and frame.

Static facts are structured records; state that changes in a replication is one array a field, kept by the engine. Positions
are earth-centred earth-fixed (ECEF), WGS-84. Entities of each kind stand in the order of their names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.bundles import Bundle


def record(fields: list[Any]) -> np.dtype[np.void]:
    """A structured type whose elements give their fields as attributes, compiled and interpreted alike."""
    return np.dtype((np.record, fields))


KILL_CLASSES: Final = ("ballistic", "cruise", "aircraft", "drone", "helicopter")
"""The order of every array field indexed by kill class."""

BANDS: Final = ("VHF", "UHF", "L", "S", "C", "X", "Ku", "visual")
"""The order of every array field indexed by band: radar bands (IEEE Std 521 letters), and what eyes and thermal sights see
(physics.sights)."""

OPEN: Final = 0
"""PAIR.stands: the weapon can meet the threat if it is fired in time."""
NEVER_REACHED: Final = 1
"""It cannot, whenever it is fired; or it is not meant for the class."""
HEIGHT_FORBIDDEN: Final = 2
"""It could, were it not for the height rules of its battery."""

SORTIE: Final = 1
"""NODE.flown: a patrol's sortie; in order means on station."""
SORTIES_RADAR: Final = 2
"""The radar of one."""

NO_CARRIER: Final = -1
"""THREAT.carrier of what no other threat releases."""

_PLACE: Final = [
    ("key", "u8"),  # hash of the name: the address of its draws
    ("position_m", "f8", (3,)),  # m, ECEF; of a sensor on an orbit: the orbit's centre
    ("east", "f8", (3,)),  # unit vectors of the local frame at the place, ECEF
    ("north", "f8", (3,)),
    ("up", "f8", (3,)),
]

SENSOR: Final = record(
    [
    *_PLACE,
    ("command", "i4"),  # index of the command post to which it reports
    ("band", "i4"),  # index into BANDS
    ("constant_m2", "f8"),  # m^2: single-scan SNR = constant * RCS / range^4 (radar.calibrate)
    ("false_alarm", "f8"),  # probability of false alarm in a cell
    ("swerling", "i4"),  # target fluctuation case; physics.sights.LOOK for an eye or a thermal sight
    ("scan_period_s", "f8"),  # s between two looks at the same place
    ("minimum_elevation_rad", "f8"),  # rad above the local horizontal, of the ray that arrives
    ("maximum_elevation_rad", "f8"),  # rad above the local horizontal, of the ray that arrives
    ("lowest_tangent", "f8"),  # the tangents of both; infinite at the zenith and the nadir
    ("highest_tangent", "f8"),
    ("maximum_range_m", "f8"),  # m, instrumented
    ("sector_azimuth_rad", "f8"),  # rad from true north: the middle of its sector
    ("sector_half_width_rad", "f8"),  # rad; pi for one that looks all round
    ("hits", "i4"),  # M of the M-of-N confirmation
    ("scans", "i4"),  # N of the M-of-N confirmation
    ("tracks", "i4"),  # confirmed tracks that it holds at once; 0 without limit
    ("lowest_step_m", "f8"),  # m of ground range between two columns of its part of World.lowest_m
    ("antenna_m", "f8"),  # m above sea level
    ("effective_radius_m", "f8"),  # m: k times the earth's mean radius, for rays that arrive here
    ("air_step_m", "f8"),  # m of slant range between two columns of its part of World.air_db
    ("rain_db_per_m", "f8"),  # dB/m one way where it rains; 0 in dry air
    ("rain_top_m", "f8"),  # m above sea level: no rain higher
    ("lobes_hz", "f8"),  # Hz, for what a surface reflects (physics.multipath); 0 where nothing is asked of it
    ("surface_m", "f8"),  # m above sea level: of the reflecting surface
    ("permittivity", "f8"),  # of the surface, relative to vacuum
    ("conductivity", "f8"),  # S/m, of the surface
    ("roughness_m", "f8"),  # m: standard deviation of the surface's height
    ("vertical", "i1"),  # 1: vertical polarisation; 0 horizontal
    ("first_orbit", "i4"),  # its first row in World.orbits
    ("orbit_rows", "i4"),  # steps of one round of its orbit, World.orbits has one row more; 0 for one that stands
    ("orbit_step_s", "f8"),  # s between two rows of its orbit
    ("first_node", "i4"),  # its first entry in World.orbit_nodes and World.orbit_lowest_m
    ("nodes", "i4"),  # its number of entries there
    ("node_step_m", "f8"),  # m of ground range between two columns of its part of World.orbit_lowest_m
    ("cueable", "i1"),  # 1: what its command post holds changes what it looks at, or how well
    ("search_half_width_rad", "f8"),  # rad: uncued, it looks only so far from the middle of its sector; negative: nowhere
    ("cue_gain", "f8"),  # power ratio: SNR of a cued look over that of one in search
    ("first_disturbance", "i4"),  # its first entry in World.disturbances
    ("disturbances", "i4"),  # its number of entries there
    ("range_std_m", "f8"),  # m, measurement error in range
    ("angle_std_rad", "f8"),  # rad, measurement error in azimuth and elevation
    ("range_bias_m", "f8"),  # m, registration: by how much every range is wrong
    ("azimuth_bias_rad", "f8"),  # rad, the same of every azimuth
    ("range_corrected_m", "f8"),  # m, what its post, knowing of it, takes off
    ("azimuth_corrected_rad", "f8"),  # rad, likewise
    ("range_cell_m", "f8"),  # m: two targets nearer than that in range and, both,
    ("angle_cell_rad", "f8"),  # rad: than that across are one plot; 0: always told apart
    ("false_plots", "f8"),  # expected in one scan
]
)  # fmt: skip

DISTURBANCE: Final = record(
    [
    ("azimuth_rad", "f8"),  # rad from true north at the sensor: the middle of the sector
    ("half_width_rad", "f8"),  # rad; pi all round
    ("ratio", "f8"),  # power ratio: the noise with it over the noise without
    ("from_s", "f8"),  # s since the scenario's start
    ("until_s", "f8"),  # s since the scenario's start
]
)  # fmt: skip

THREAT: Final = record(
    [
    ("key", "u8"),  # hash of the name
    ("kill_class", "i4"),  # index into KILL_CLASSES
    ("asset", "i4"),  # index in entities.parquet of what it flies at: an asset, or a node of the defence
    ("start_s", "f8"),  # s: it appears
    ("end_s", "f8"),  # s: it has got through, or leaves
    ("first", "i8"),  # its first row in World.path_m
    ("points", "i4"),  # its number of rows
    ("step_s", "f8"),  # s between two rows
    ("rcs_dbsm", "f8", (len(BANDS), 3)),  # dB over 1 m^2, by radar band and aspect (physics.aspect.ASPECTS)
    ("lethal_radius_m", "f8"),  # m: within it of the asset, it hits; 0 where a hit is not modelled
    ("scatter_std_m", "f8"),  # m, of the impact point on each horizontal axis: CEP / 1.1774
    ("aside_std_m", "f8"),  # m, of its navigation: where it arrives, across its track; independent of the scatter
    ("value", "f8"),  # the asset's value: what is lost if it gets through
    ("evasion_mps2", "f8"),  # m/s^2: how hard it turns when it is shot at
    ("carrier", "i4"),  # index of the threat that releases it at start_s if it still flies then; NO_CARRIER for the others
    ("leaves", "i1"),  # 1: at end_s it leaves, having released what it carried, and has not got through
    ("spent", "i1"),  # 1: the spent stage of its carrier, nobody's threat
    ("told_apart", "f8"),  # probability that a command post tells a spent stage from a warhead
]
)  # fmt: skip

COMMAND: Final = record(
    [
    ("key", "u8"),  # hash of the name
    ("latency_s", "f8"),  # s from a sensor's confirmed track to the post
    ("identification_time_s", "f8"),  # s from the track's arrival to a verdict
    ("identification_error", "f8"),  # probability that one attempt fails to call a hostile hostile
    ("identification_retry_s", "f8"),  # s from a failed attempt to the next
    ("decision_period_s", "f8"),  # s between two rounds of assignment
    ("free", "i1"),  # 1: a battery may fire at what is not identified
    ("certainty", "f8"),  # probability that what is not identified is hostile, for the choice among targets
    ("backup", "i4"),  # index of the post that takes over when this one is lost or cut off; -1 none
    ("takeover_s", "f8"),  # s until who falls back from this post has fallen back
    ("own_battery", "i4"),  # index of the battery whose own post this is; -1 for a post of the scenario
    ("swaps", "i1"),  # 1: a round of assignment is improved by exchanges
]
)  # fmt: skip

BATTERY: Final = record(
    [
    *_PLACE,
    ("command", "i4"),  # index of its command post
    ("channels", "i4"),  # targets that it can engage at once
    ("hold", "i1"),  # 1: weapon control is hold, always
    ("control", "i1"),  # FREE, TIGHT or HOLD: where no order of World.rules says otherwise
    ("ruled", "i1"),  # 1: where and when it meets a target matters (engine.rules)
    ("arrives", "i1"),  # 1: a later place of a battery that moves: its rounds come with it
    ("first_order", "i4"),  # its first order in World.rules
    ("orders", "i4"),  # its number of orders there
    ("zone", "i4"),  # row of World.rules: no intercept outside; -1 none
    ("first_yield", "i4"),  # the first battery in World.rules that comes before it
    ("yields", "i4"),  # their number there
    ("yields_until_s", "f8"),  # s before the target arrives from when on it no longer waits for them
    ("most_engagements", "i4"),  # of one target; 0 no limit
    ("minimum_kill", "f8"),  # probability: of the salvo as predicted, no order below
    ("reaction_s", "f8"),  # s from the order to the first round
    ("assessment_s", "f8"),  # s from the last intercept to the verdict
    ("salvo_interval_s", "f8"),  # s between two rounds of a salvo
    ("salvo", "i4", (len(KILL_CLASSES),)),  # rounds at a target before looking, by class
    ("next_salvo", "i4", (len(KILL_CLASSES),)),  # the same at one that it has fired at before
    ("engages", "i1", (len(KILL_CLASSES),)),  # 1 where its rules allow the class
    ("minimum_height_m", "f8"),  # m above the ellipsoid: no intercept below
    ("maximum_height_m", "f8"),  # m above the ellipsoid: no intercept above
    ("remote_age_s", "f8"),  # s: greatest age of another sensor's track on which it may fire; 0 where it may on none
    ("remote_error_m", "f8"),  # m: its greatest standard deviation
    ("first_sensor", "i4"),  # its first entry in World.fire_control
    ("sensors", "i4"),  # its number of entries there
    ("first_weapon", "i4"),  # its first weapon
    ("weapons", "i4"),  # its number of weapons
    ("first_site", "i4"),  # its row in World.sites; of an aircraft: its first row along its orbit
    ("site_rows", "i4"),  # steps of one round of its orbit; 0 for one that stands
    ("site_step_s", "f8"),  # s between two of them
    ("dash_mps", "f8"),  # m/s of an aircraft from the order to its launch; 0 for one that stands
    ("cruise_mps", "f8"),  # m/s on its way back
    ("until_s", "f8"),  # s: an aircraft leaves its station, and meets nothing later; inf for one that stands
]
)  # fmt: skip

WEAPON: Final = record(
    [
    ("key", "u8"),  # hash of the name
    ("battery", "i4"),  # index of its battery
    ("ready", "i4"),  # rounds ready at the start, and after a reload
    ("stored", "i4"),  # rounds to reload with
    ("kept", "i4", (len(KILL_CLASSES),)),  # rounds, ready and stored, not to be fired at the class
    ("kept_until_s", "f8"),  # s: from then on they may
    ("reload_s", "f8"),  # s to refill
    ("kill_probability", "f8", (len(KILL_CLASSES),)),  # single shot (SSPK), by class; 0: does not engage it
    ("common_mode", "f8"),  # probability that nothing fails that all shots at a target share; part of each SSPK
    ("slow_factor", "f8"),  # of the SSPK at the least speed that still counts; 1: speed does not matter
    ("full_speed_mps", "f8"),  # m/s from which the SSPK holds in full
    ("effective_range_m", "f8"),  # m: a gun's, up to which the SSPK of a burst holds; inf
    ("steers", "i1"),  # 1: what turn it has left counts against a target that evades; 0: a gun's burst
    ("needs_support", "i1"),  # 1: the battery's radar must hold the target at intercept (semi-active or command guidance)
    ("table", "i4"),  # index of its fly-out table
]
)  # fmt: skip

NODE: Final = record(
    [
    ("key", "u8"),  # hash of the name
    ("home", "i4"),  # sensor, battery: index of its command post; a post: itself
    ("own_post", "i4"),  # battery: index of the post that it is when cut off; -1 where it holds its fire
    ("linked", "i1"),  # 1: a link of the scenario names it; else it is joined to its post by an implicit link
    ("flown", "i1"),  # SORTIE, SORTIES_RADAR, or 0 for any other node
]
)  # fmt: skip

LINK: Final = record(
    [
    ("key", "u8"),  # hash of the name
    ("one", "i4"),  # index into World.nodes
    ("two", "i4"),  # likewise
    ("delay_s", "f8"),  # s, equipment and path
    ("loss", "f8"),  # probability that a message is lost
    ("interval_s", "f8"),  # s between two tracks: 1/capacity; 0 without limit
    ("slots", "i4"),  # tracks that it carries at once: capacity times REFRESH_S
    ("availability", "f8"),  # probability that it works at all (rain on a satellite's path)
]
)  # fmt: skip

REPORT: Final = record(
    [
    ("key", "u8"),  # hash of the exchange's name and direction; 0 for a sensor's own reports
    ("source", "i4"),  # index into World.nodes: the sensor or post that tells
    ("post", "i4"),  # index of the post that is told; -1: the sensor's post of the moment
    ("voice", "i1"),  # 1: by voice, and only what is called hostile
    ("delay_s", "f8"),  # s on top of the way
    ("loss", "f8"),  # probability that a report is lost, on top of the way's
    ("interval_s", "f8"),  # s between two tracks; 0 without limit
    ("slots", "i4"),  # tracks at once
    ("period_s", "f8"),  # s from a lost report to the next
]
)  # fmt: skip

CHANGE: Final = record(
    [
    ("time_s", "f8"),  # when
    ("thing", "i4"),  # index into World.nodes, or the number of nodes plus an index into World.links
    ("down", "i4"),  # 1: out of order from now on; -1: in order again; the same times engine.network.outages.AWAY: not there, there
    ("follows", "i4"),  # index into World.nodes of the place that it comes from; -1 none
]
)  # fmt: skip

UPTIME: Final = record(
    [
    ("key", "u8"),  # hash of the name
    ("thing", "i4"),  # as CHANGE.thing
    ("up", "f8"),  # probability that it works at the start
    ("failure_s", "f8"),  # s, mean, that it works until it fails; inf: it does not
    ("repair_s", "f8"),  # s, mean, until it works again; inf: it does not
]
)  # fmt: skip

HAZARD: Final = record(
    [
    ("threat", "i4"),  # index
    ("node", "i4"),  # index into World.nodes: so near the threat's aim point that it can be hit
    ("along_m", "f8"),  # m from the aim point, the way that the threat comes down
    ("across_m", "f8"),  # m to the right of that
]
)  # fmt: skip

PAIR: Final = record(
    [
        ("stands", "i1"),  # OPEN, NEVER_REACHED or HEIGHT_FORBIDDEN
        ("first_s", "f8"),  # s: when the threat first comes within reach; no meeting is earlier. inf where not OPEN
        ("worth", "f8"),  # the value at stake times what its battery's doctrine has it count; 0: not engaged
    ]
)

FREE: Final = 0
TIGHT: Final = 1
HOLD: Final = 2

RULE: Final = record(
    [
    ("a", "i4"),  # zone: number of corners in the rows that follow; order: FREE, TIGHT or HOLD; yield: a battery; supply: a weapon
    ("b", "i4"),  # order: row of its zone, -1 everywhere; supply: rounds
    ("x", "f8"),  # corner: latitude, deg; order: s, from when on; supply: s, when
    ("y", "f8"),  # corner: longitude, deg; order: s, until when
]
)  # fmt: skip
"""What rules and supplies consist of, in one array: few batteries have any."""

BODY: Final = record(
    [
    ("side", "i1"),  # tracking.identification: CIVIL, OWN or RED
    ("transponder", "f8"),  # probability that a civil reply or ADS-B that fits is heard of it
    ("plan", "f8"),  # probability that a flight plan fits it
    ("iff", "u4"),  # families of IFF that it answers, one bit each
    ("first", "i8"),  # its first row in World.indicators
    ("still", "i1"),  # bits of the indicators that do not change: origin and size
]
)  # fmt: skip

ASKER: Final = record(
    [
    ("iff", "u4"),  # families of IFF that the post can ask, one bit each
    ("share", "f8"),  # of the scenario's own aircraft that carry one of them
]
)  # fmt: skip

EVENT: Final = record(
    [
    ("cause", "i4"),  # number of the event that led to it, -1 for none
    ("time_s", "f8"),  # s since the scenario's start
    ("kind", "i1"),  # log.schema.Kind
    ("reason", "i1"),  # log.schema.Reason
    ("subject", "i4"),  # index of an entity in the order of entities.parquet
    ("object", "i4"),  # likewise, -1 for none
    ("lat_deg", "f8"),  # deg, WGS-84: where the threat was
    ("lon_deg", "f8"),  # deg
    ("alt_m", "f4"),  # m above the ellipsoid
    ("value", "f4"),  # by kind
]
)  # fmt: skip

HIT: Final = record(
    [
    ("time_s", "f8"),  # s since the scenario's start
    ("sensor", "i4"),  # index
    ("threat", "i4"),  # index: the truth
    ("range_m", "f8"),  # m, measured
    ("azimuth_deg", "f8"),  # deg from true north, measured
    ("elevation_deg", "f8"),  # deg, measured
    ("snr_db", "f8"),  # dB
]
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class WorldArrays(Bundle):
    """What kernels read: the compiled World. Entities of each kind stand in the order of their names."""

    duration_s: float  # s: nothing happens later
    first_battery: int  # index of the first entity of the kind in entities.parquet; assets begin at 0
    first_command: int
    first_sensor: int
    first_threat: int
    first_weapon: int
    first_link: int
    sensors: NDArray[np.void]  # SENSOR
    threats: NDArray[np.void]  # THREAT
    commands: NDArray[np.void]  # COMMAND
    batteries: NDArray[np.void]  # BATTERY
    weapons: NDArray[np.void]  # WEAPON, by battery, then by reach
    fire_control: NDArray[np.int32]  # sensors on whose track a battery may fire, battery after battery
    path_m: NDArray[np.float64]  # m: ECEF x, y, z and height above the ellipsoid, [row, 4], threat after threat
    path_ahead_mps: NDArray[np.float64]  # m/s: the threat's greatest speed from each row to its end, [row]
    sites: NDArray[np.float64]  # [battery, then step of an orbit, 13]: physics.intercept.launch_site
    lowest_m: NDArray[np.float32]  # m above sea level: lowest height in line of sight, [sensor, azimuth, ground range]
    orbits: NDArray[np.float64]  # [row, 15]: ECEF position (m), unit east, north and up, course east and north, place among the nodes
    orbit_nodes: NDArray[np.float64]  # [node, 12]: the same without the course, where the tables are computed
    orbit_lowest_m: NDArray[np.float32]  # m above sea level: lowest height in line of sight, [node, azimuth, ground range]
    air_db: NDArray[np.float32]  # dB two-way: loss to gases, [sensor, sine of elevation, range] (physics.slant)
    disturbances: NDArray[np.void]  # DISTURBANCE, sensor after sensor
    windows_s: NDArray[np.float64]  # s, [sensor, threat, 2]: the first and last time at which it can be in view
    looking_s: NDArray[np.float64]  # s, [sensor, 2]: between which a scan of it can matter
    interceptors: NDArray[np.void]  # physics.flyout.INTERCEPTOR, one a fly-out table
    fly_out_s: NDArray[np.float64]  # s of flight, [table, range node, height node]; inf out of reach
    fly_out_mps: NDArray[np.float64]  # m/s left on arrival, likewise; 0 out of reach
    fly_out_clear_m: NDArray[np.float64]  # m to the nearest edge of reach, [table, range cell, height cell]
    launch_m: NDArray[np.float64]  # m: how far from the meeting an aircraft launches, [table, height node]; 0 for who stands
    pairs: NDArray[np.void]  # PAIR [weapon, threat]
    rules: NDArray[np.void]  # RULE: zones, orders, yields; the last `supplies` rows are supplies
    supplies: int  # rounds that arrive in a store, one a row

    traffic: int  # how many of the threats, the last ones, are nobody's threat: spent stages, then civil and own aircraft
    bodies: NDArray[np.void]  # BODY [threat]; none where the scenario has no traffic
    askers: NDArray[np.void]  # ASKER [command], likewise
    evidence: NDArray[np.float64]  # [row, hypothesis]: tracking.identification's table of likelihoods, likewise
    indicators: NDArray[np.uint8]  # bits of tracking.identification.INDICATORS that depend on the place, [row of path_m], likewise
    basket_m: float  # m: how far off its track a target may be for an interceptor to find it; 0: the picture is the truth
    air: NDArray[np.float64]  # physics.drag.standard_air: what an interceptor has left to turn in
    nodes: NDArray[np.void]  # NODE: batteries, commands, sensors, as in entities.parquet
    links: NDArray[np.void]  # LINK
    reports: NDArray[np.void]  # REPORT: every sensor's, then the exchanges'; none where the network is only implicit
    changes: NDArray[np.void]  # CHANGE, in the order of time
    uptimes: NDArray[np.void]  # UPTIME
    hazards: NDArray[np.void]  # HAZARD, by threat
    remote_m: NDArray[np.float64]  # m, [battery, sensor]: range to which its track is good enough to fire on; 0 never

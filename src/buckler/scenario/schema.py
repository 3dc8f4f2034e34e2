"""What a scenario file may say. Every field's unit is in its name; an unknown field is refused."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from buckler.catalog.schema import Card
from buckler.scenario.common import Latitude, Longitude, Probability, Seconds
from buckler.scenario.common import Named as _Named
from buckler.scenario.common import Placed as _Placed
from buckler.scenario.doctrine import ControlOrder, Doctrine, Weapon, Zone
from buckler.scenario.orbit import Orbit
from buckler.scenario.patrols import Patrol, Tanker
from buckler.schemas import Count, DocumentModel, LocatedError, Number

Mode = Annotated[str, Field(min_length=1, max_length=30, description="A family of IFF that answers only itself, such as NATO.")]


class Spot(_Placed):
    """A place on the ground."""


class Relocation(DocumentModel):
    """A move to another place: out of action from at_s on, in action there after takes_s, with the rounds that are left."""

    at_s: Seconds = Field(description="When it leaves, since the scenario's start.")
    to: Spot = Field(description="Where it goes.")
    takes_s: Annotated[Number, Field(ge=60, le=86_400)] = Field(description="To pack up, drive, and set up again.")
    sector_azimuth_deg: Annotated[Number, Field(ge=0, le=360)] | None = Field(
        None, description="A sensor's: where it looks from there, from true north; as before if left out."
    )

    @property
    def arrives_s(self) -> float:
        """When it is in action again."""
        return self.at_s + self.takes_s


class Uptime(DocumentModel):
    """Whether it works, by luck: at the start, and from one failure to the next."""

    up_probability: Probability | None = Field(
        None,
        description="That it works at the start; MTBF / (MTBF + MTTR), the steady state, if left out. Alone: it works, or not, for a whole "
        "replication.",
    )
    mean_time_between_failures_s: Annotated[Number, Field(gt=0, le=1e9)] | None = Field(
        None, description="Mean time that it works from a repair to the next failure (exponential)."
    )
    mean_time_to_repair_s: Annotated[Number, Field(gt=0, le=1e9)] | None = Field(
        None, description="Mean time from a failure until it works again (exponential)."
    )

    @model_validator(mode="after")
    def _enough(self) -> Uptime:
        times = (self.mean_time_between_failures_s, self.mean_time_to_repair_s)
        if (times[0] is None) != (times[1] is None):
            raise LocatedError([((), "write both mean_time_between_failures_s and mean_time_to_repair_s, or neither")])
        if times[0] is None and self.up_probability is None:
            raise LocatedError([((), "write up_probability, or mean_time_between_failures_s with mean_time_to_repair_s")])
        return self


def _one_after_the_other(moves: list[Relocation]) -> None:
    for k in range(1, len(moves)):
        if moves[k].at_s < moves[k - 1].arrives_s:
            raise LocatedError(
                [(("relocations", k, "at_s"), f"it is under way until {moves[k - 1].arrives_s:g} s: it cannot leave before that")]
            )


class WindLayer(DocumentModel):
    """The wind at a height; between two heights its east and north components run evenly, beyond the last they stay."""

    height_m: Annotated[Number, Field(ge=-500, le=100_000)] = Field(description="Above sea level.")
    speed_mps: Annotated[Number, Field(ge=0, le=150)]
    from_deg: Annotated[Number, Field(ge=0, le=360)] = Field(description="Where it comes from, from true north.")


class WindPowerLaw(DocumentModel):
    """Wind that grows with height as a power of it: u = speed (height / reference height)^exponent."""

    speed_mps: Annotated[Number, Field(ge=0, le=60)] = Field(description="At the reference height.")
    from_deg: Annotated[Number, Field(ge=0, le=360)] = Field(description="Where it comes from, from true north.")
    reference_height_m: Annotated[Number, Field(gt=0, le=1_000)] = 10.0
    exponent: Annotated[Number, Field(ge=0, le=1)] = Field(1 / 7, description="1/7 over open flat land in neutral air.")
    top_m: Annotated[Number, Field(gt=0, le=30_000)] = Field(
        2_000.0, description="Above it the wind stays as it is there."
    )


class Wind(DocumentModel):
    """One wind over the whole map, by height above sea level: layers or a power law."""

    layers: list[WindLayer] = Field(default_factory=list)
    power_law: WindPowerLaw | None = None

    @model_validator(mode="after")
    def _one_profile(self) -> Wind:
        if bool(self.layers) == (self.power_law is not None):
            raise LocatedError([((), "write either layers or power_law")])
        heights = [layer.height_m for layer in self.layers]
        for k in range(1, len(heights)):
            if heights[k] <= heights[k - 1]:
                raise LocatedError([(("layers", k, "height_m"), "the layers' heights must rise from one to the next")])
        return self


class _Weather(DocumentModel):
    """What the air does to a radar's rays: of the whole scenario, or of a region."""

    refractivity_gradient_n_per_km: Annotated[Number, Field(gt=-157, le=200)] | None = Field(
        None,
        description="Fall of refractivity with height in the lowest kilometre, N-units per km (-39 in a standard atmosphere), instead of "
        "effective_earth_factor: k = 1 / (1 + 0.006371 x gradient) (ITU-R P.453). At -157 a duct traps the ray: not modelled.",
    )
    rain_mm_per_h: Annotated[Number, Field(ge=0, le=150)] | None = Field(
        None, description="Uniform rain (ITU-R P.838); 0 is dry."
    )


class Region(_Weather, _Named):
    """A part of the map with air of its own: it applies to the sensors that stand in it."""

    south_deg: Latitude
    north_deg: Latitude
    west_deg: Longitude
    east_deg: Longitude

    @model_validator(mode="after")
    def _a_region(self) -> Region:
        if self.south_deg >= self.north_deg or self.west_deg >= self.east_deg:
            raise ValueError("south_deg must be less than north_deg, and west_deg less than east_deg")
        if self.refractivity_gradient_n_per_km is None and self.rain_mm_per_h is None:
            raise ValueError("a region says what its air does: rain_mm_per_h or refractivity_gradient_n_per_km")
        return self


class Multipath(DocumentModel):
    """What the surface around a radar on the ground reflects: lobes. Off unless it is asked for."""

    surface: Literal["none", "sea", "wet ground", "dry ground"] = Field(
        description="sea: at sea level; ground: level with the ground under the antenna. It reflects where it is in the antenna's sight."
    )
    roughness_m: Annotated[Number, Field(ge=0, le=10)] = Field(
        0.2,
        description="Standard deviation of the surface's height: of a sea, a quarter of its significant wave height (0.2: a slight "
        "sea, WMO sea state 3).",
    )
    polarisation: Literal["horizontal", "vertical"] = "horizontal"


class Environment(_Weather):
    """The air and the ground that everything shares."""

    terrain: str = Field(
        "packaged",
        pattern=r"^(packaged|world|flat|.+\.npz)$",
        description="packaged (the P.1511 crop), world (its whole grid, extra buckler[itu]), flat (a smooth earth), or the .npz file "
        "that `buckler terrain import` wrote, from the scenario's folder.",
    )
    effective_earth_factor: Annotated[Number, Field(gt=0.5, le=10)] = Field(
        4 / 3, description="k of the effective earth radius; 4/3 is the standard atmosphere's (ITU-R P.453, P.834)."
    )
    wind: Wind | None = Field(
        None, description="Moves what flies through the air; interceptors' fly-out is in still air. Still if left out."
    )
    refractivity: Literal["stated", "P.453"] = Field(
        "stated",
        description="P.453: the gradient at each sensor from the maps of ITU-R P.453 (median of the year; extra buckler[itu]).",
    )
    rain_top_m: Annotated[Number, Field(gt=0, le=8000)] = Field(
        3000.0, description="Above sea level: no rain higher (ITU-R P.839: some 3 km at 40 degrees north, yearly mean)."
    )
    daylight: Literal["day", "night"] = Field("day", description="By night nothing is seen by eye; a thermal sight sees at any time.")
    visibility_m: Annotated[Number, Field(gt=0, le=200_000)] = Field(
        20_000.0, description="Meteorological visibility: nothing farther is seen by eye; 20 km is clear air."
    )
    water_vapour_g_per_m3: Annotated[Number, Field(ge=0, le=40)] = Field(
        7.5, description="At the ground; 7.5 in the standard air of ITU-R P.835."
    )
    multipath: Multipath | None = Field(
        None, description="Lobes over sea or flat ground, of every sensor on the ground; none if left out. A sensor may say otherwise."
    )
    regions: list[Region] = Field(
        default_factory=list,
        description="Parts of the map with air of their own; the first that holds a sensor counts.",
    )

    @model_validator(mode="after")
    def _one_refraction(self) -> Environment:
        said = [
            name
            for name in ("effective_earth_factor", "refractivity_gradient_n_per_km", "refractivity")
            if getattr(self, name) != type(self).model_fields[name].default
        ]
        if len(said) > 1:
            raise ValueError(f"{' and '.join(said)} say the same thing: keep one of them")
        return self


class Asset(_Named, _Placed):
    """Something to defend."""

    value: Annotated[Number, Field(gt=0, le=1e6)] = Field(1.0, description="Relative value, for threat evaluation.")


class Command(_Named):
    """A command post: sensors report to it, it identifies, evaluates and assigns its batteries."""

    site: str | None = Field(None, description="A packaged site's name, instead of latitude and longitude.")
    latitude_deg: Latitude | None = Field(
        None, description="Degrees north, WGS-84; a place is needed for radio and satellite links, and to be hit."
    )
    longitude_deg: Longitude | None = None
    aboard: str | None = Field(
        None,
        description="Instead of a place: the sensor with which it flies (an early-warning aircraft's radar). Radio links then reach it at "
        "that height, and nothing on the ground can hit it.",
    )
    superior: str | None = Field(
        None,
        description="The post above it: the two exchange their pictures in full, and it takes over when this one is lost, "
        "unless backup names another.",
    )
    backup: str | None = Field(
        None, description="The post that takes over its sensors and batteries when it is lost or cut off from them."
    )
    takeover_time_s: Seconds = Field(
        30.0, description="From the loss of this post, or of the way to it, until who falls back has fallen back."
    )
    latency_s: Seconds = Field(2.0, description="From a sensor's confirmed track to the post.")
    identification_time_s: Seconds = Field(5.0, description="From a track at the post to a verdict.")
    identification_error: Probability = Field(
        0.05, description="Probability that one attempt fails to call a hostile hostile."
    )
    identification_retry_s: Annotated[Number, Field(gt=0, le=3600)] = Field(
        10.0, description="From a failed attempt to the next."
    )
    decision_period_s: Annotated[Number, Field(ge=0.1, le=600)] = Field(
        1.0, description="Between two rounds of assignment."
    )
    assignment: Literal["greedy", "swap"] = Field(
        "greedy",
        description="How it chooses who fires at what: the best marginal return first, or improved after that by exchanges that raise the "
        "round's value.",
    )
    uptime: Uptime | None = Field(None, description="Failures by luck; none if left out.")
    unidentified_certainty: Probability = Field(
        0.5,
        description="How sure the post is that a track not yet identified is hostile: what such a target counts when a battery under "
        "weapons free chooses among targets.",
    )
    iff_modes: list[Mode] | None = Field(
        None, description="Families of IFF that it can ask, where the scenario has traffic; [NATO] if left out."
    )
    hypothetical: bool = False

    @model_validator(mode="after")
    def _a_place_or_none(self) -> Command:
        given = (self.latitude_deg is not None, self.longitude_deg is not None)
        if given[0] != given[1]:
            raise LocatedError([((), "write both latitude_deg and longitude_deg")])
        if self.site is not None and given[0]:
            raise LocatedError([((), "write either site, or latitude_deg with longitude_deg")])
        if self.aboard is not None and (self.site is not None or given[0]):
            raise LocatedError([(("aboard",), "aboard an aircraft it is where that is: leave out site, latitude_deg and longitude_deg")])
        return self


class Sensor(_Named, _Placed):
    """A radar in its place, or on its orbit."""

    system: str = Field(description="The catalog card.")
    command: str = Field(description="The command post to which it reports.")
    antenna_height_m: Annotated[Number, Field(ge=0, le=100)] | None = Field(
        None, description="Above ground; the card's if left out."
    )
    altitude_m: Annotated[Number, Field(ge=0, le=30_000)] | None = Field(
        None, description="Above sea level, for an airborne sensor, at the centre of its orbit."
    )
    orbit: Orbit | None = Field(
        None,
        description="It flies a racetrack around its position at altitude_m (the card's cruise height if left out).",
    )
    sector_azimuth_deg: Annotated[Number, Field(ge=0, le=360)] | None = Field(
        None,
        description="Where a sensor that does not look all round looks, from true north; on an orbit it looks ahead.",
    )
    sector_width_deg: Annotated[Number, Field(gt=0, le=360)] | None = Field(
        None,
        description="A narrower sector than the card's. An array that steers its beam comes back sooner in proportion; an antenna that "
        "turns (a card's sector of 360 degrees) does not.",
    )
    scan_period_s: Annotated[Number, Field(gt=0, le=600)] | None = Field(
        None, description="Between two looks at the same place; the card's, in proportion to the sector, if left out."
    )
    search_width_deg: Annotated[Number, Field(ge=0, le=360)] | None = Field(
        None,
        description="Azimuth width, about the middle of its sector, that it searches by itself; elsewhere in its sector it looks only "
        "where its command post holds a track. 0: only when cued. The whole sector if left out.",
    )
    cue_gain_db: Annotated[Number, Field(ge=0, le=30)] = Field(
        0.0, description="What a look at a target that its command post tracks gains over one in search."
    )
    track_capacity: Annotated[Count, Field(ge=1, le=100_000)] | None = Field(
        None, description="Tracks that it holds at once, the most important first; no limit if left out."
    )
    uptime: Uptime | None = Field(None, description="Failures by luck; none if left out.")
    relocations: list[Relocation] = Field(default_factory=list, description="Moves to other places, in the order of time.")
    multipath: Multipath | None = Field(
        None, description="What the surface around it reflects, instead of the environment's; a sensor in the air has no lobes."
    )
    range_bias_m: Annotated[Number, Field(ge=-20_000, le=20_000)] = Field(
        0.0, description="Registration error, with a filtered picture: by how much every range that it measures is wrong."
    )
    azimuth_bias_deg: Annotated[Number, Field(ge=-10, le=10)] = Field(
        0.0, description="Registration error, with a filtered picture: by how much every azimuth that it measures is wrong."
    )
    false_plots_per_scan: Annotated[Number, Field(ge=0, le=50)] = Field(
        0.0, description="With a filtered picture: the mean number of plots of nothing at all in one scan."
    )
    confirmation_hits: Annotated[Count, Field(ge=1, le=16)] = Field(2, description="M of the M-of-N rule.")
    confirmation_scans: Annotated[Count, Field(ge=1, le=16)] = Field(3, description="N of the M-of-N rule.")
    hypothetical: bool = Field(
        False, description="The system was not in service at the scenario's date, and the entry knows."
    )

    @model_validator(mode="after")
    def _looks_somewhere(self) -> Sensor:
        mistakes: list[tuple[tuple[str | int, ...], str]] = []
        if self.multipath is not None and (self.orbit is not None or self.altitude_m is not None):
            mistakes.append((("multipath",), "a sensor in the air has no lobes: leave multipath out"))
        if self.orbit is not None:
            if self.sector_azimuth_deg is not None:
                mistakes.append(
                    (("sector_azimuth_deg",), "a sensor on an orbit looks ahead: leave sector_azimuth_deg out")
                )
            if self.antenna_height_m is not None:
                mistakes.append(
                    (("antenna_height_m",), "a sensor on an orbit flies at altitude_m: leave antenna_height_m out")
                )
            if self.search_width_deg not in (None, 0.0):
                mistakes.append(
                    (("search_width_deg",), "on an orbit write 0 (only when cued), or leave it out (its whole sector)")
                )
        elif self.search_width_deg and self.sector_azimuth_deg is None:
            mistakes.append((("search_width_deg",), "say where the middle of the search is: sector_azimuth_deg"))
        if self.relocations and (self.orbit is not None or self.altitude_m is not None):
            mistakes.append((("relocations",), "what flies does not move from place to place on the ground: leave relocations out"))
        if mistakes:
            raise LocatedError(mistakes)
        return self

    @model_validator(mode="after")
    def _m_of_n(self) -> Sensor:
        if self.confirmation_hits > self.confirmation_scans:
            raise ValueError("confirmation_hits (M) may not be more than confirmation_scans (N)")
        _one_after_the_other(self.relocations)
        return self


class Interference(_Named):
    """Noise that a radar suffers from a direction, for a time: a fact of the scenario. Nothing is said of its source."""

    sensors: Annotated[list[str], Field(min_length=1)] | None = Field(None, description="The sensors that suffer it.")
    band: Literal["VHF", "UHF", "L", "S", "C", "X", "Ku"] | None = Field(
        None, description="Or a band: every sensor that works in it suffers it."
    )
    sector_from_deg: Annotated[Number, Field(ge=0, le=360)] = Field(
        0.0, description="Azimuth at the sensor, from true north, where the sector begins; it goes on clockwise."
    )
    sector_to_deg: Annotated[Number, Field(ge=0, le=360)] = Field(360.0, description="Azimuth where it ends.")
    noise_increase_db: Annotated[Number, Field(ge=0, le=100)] = Field(
        description="How much higher the noise is in that sector."
    )
    from_s: Seconds = Field(0.0, description="Begins, since the scenario's start.")
    until_s: Seconds = Field(description="Ends.")

    @model_validator(mode="after")
    def _in_order(self) -> Interference:
        mistakes: list[tuple[tuple[str | int, ...], str]] = []
        if (self.sensors is None) == (self.band is None):
            mistakes.append(((), "write either the sensors that suffer it, or their band"))
        if self.until_s <= self.from_s:
            mistakes.append((("until_s",), f"it ends at {self.until_s:g} s, not after it begins ({self.from_s:g} s)"))
        if self.sector_from_deg == self.sector_to_deg:
            mistakes.append(
                (("sector_to_deg",), "the sector has no width: write another azimuth (from 0 to 360 is all round)")
            )
        if mistakes:
            raise LocatedError(mistakes)
        return self


class RemoteTrack(DocumentModel):
    """What a track of another sensor must be for a battery to fire on it (engage-on-remote).

    Only rounds that find the target themselves (active, infrared) can use it: the others need the battery's own radar.
    """

    error_m: Annotated[Number, Field(gt=0, le=100_000)] = Field(
        1000.0, description="Greatest standard deviation of the sensor's error, in range and across, at the target's range."
    )
    age_s: Annotated[Number, Field(gt=0, le=600)] = Field(
        15.0, description="Greatest age on arrival: the sensor's scan period and the way over the network."
    )


class Battery(_Named, _Placed):
    """Launchers, rounds and fire channels under one command post."""

    system: str = Field(description="The catalog card.")
    command: str = Field(description="The command post that gives it its targets.")
    fire_control: Annotated[list[str], Field(min_length=1)] = Field(
        description="The sensors whose track is good enough for it to fire on: at least one."
    )
    weapons: Annotated[list[Weapon], Field(min_length=1)]
    fire_channels: Annotated[Count, Field(ge=1, le=1000)] | None = Field(
        None, description="The system card's if left out."
    )
    doctrine: Doctrine = Doctrine()
    cut_off: Literal["hold", "autonomous"] = Field(
        "hold",
        description="What it does when neither its post nor a backup reaches it: hold its fire, or fight as its own post with the tracks "
        "of its fire control sensors.",
    )
    remote_track: RemoteTrack | None = Field(
        None, description="On which tracks of other sensors at its post it may fire; on none if left out."
    )
    uptime: Uptime | None = Field(None, description="Failures by luck; none if left out.")
    relocations: list[Relocation] = Field(default_factory=list, description="Moves to other places, in the order of time.")
    hypothetical: bool = False

    @model_validator(mode="after")
    def _in_turn(self) -> Battery:
        _one_after_the_other(self.relocations)
        for k, move in enumerate(self.relocations):
            if move.sector_azimuth_deg is not None:
                raise LocatedError([(("relocations", k, "sector_azimuth_deg"), "a battery looks nowhere: its radar does")])
        return self


class Hold(DocumentModel):
    """Time spent at a waypoint: whole laps of a racetrack on the course that follows; a helicopter hovers."""

    duration_s: Annotated[Number, Field(gt=0, le=86_400)] = Field(description="At least.")
    leg_m: Annotated[Number, Field(ge=0, le=500_000)] = Field(0.0, description="Of its straight legs; 0 is a circle.")
    clockwise: bool = True


class Waypoint(_Placed):
    """A point of a route, flown at a height."""

    height_m: Annotated[Number, Field(ge=0, le=40_000)] | None = Field(
        None, description="Above ground or sea (see height_reference); the entry's if left out."
    )
    speed_mps: Annotated[Number, Field(gt=0, le=2000)] | None = Field(
        None, description="From here to the next point; the entry's if left out."
    )
    hold: Hold | None = Field(None, description="Time spent here; not at the origin and not at the last point.")


class Stores(DocumentModel):
    """What each member of an entry releases at release_distance_m from its target, if it still flies then."""

    system: str = Field(description="The released class's catalog card; one that flies a route.")
    count: Annotated[Count, Field(ge=1, le=64)] = 1
    target: str | None = Field(None, description="The asset's name; the entry's target if left out.")
    spacing_s: Seconds = Field(0.0, description="Between two releases; the last is at release_distance_m.")
    speed_mps: Annotated[Number, Field(gt=0, le=2000)] | None = Field(None, description="The card's if left out.")
    height_m: Annotated[Number, Field(ge=0, le=40_000)] | None = Field(
        None, description="To which it goes after release; the card's if left out."
    )
    height_reference: Literal["ground", "sea"] | None = Field(
        None, description="Ground for classes that fly low, sea for the others if left out."
    )
    navigation_error_m: Annotated[Number, Field(ge=0, le=100_000)] | None = Field(None, description="As an entry's.")


DEFAULT_SATELLITE = "Turksat 4A"
"""The catalog card of a satellite link that names none."""


class Outage(DocumentModel):
    """A span in which a link does not work."""

    from_s: Seconds
    until_s: Seconds

    @model_validator(mode="after")
    def _forwards(self) -> Outage:
        if self.until_s <= self.from_s:
            raise ValueError("until_s must be later than from_s")
        return self


class Link(_Named):
    """A way on which tracks and orders travel between two nodes, both ways.

    A sensor or battery that no link names is joined to its command post by an implicit link that loses nothing, with the post's
    latency_s for tracks and none for orders. One that a link names has its links and no other.
    """

    between: Annotated[list[str], Field(min_length=2, max_length=2)] = Field(
        description="The two nodes: sensors, command posts, batteries, patrols."
    )
    kind: Literal["fibre", "radio", "satellite"] = "fibre"
    latency_s: Seconds = Field(0.1, description="Of the equipment; the path of a satellite comes on top.")
    loss: Annotated[Number, Field(ge=0, lt=1)] = Field(0.0, description="Probability that a message is lost on it.")
    capacity_tracks_per_s: Annotated[Number, Field(gt=0, le=1e6)] | None = Field(
        None, description="Tracks that it carries in a second; no limit if left out."
    )
    outages: list[Outage] = Field(default_factory=list, description="When it does not work.")
    uptime: Uptime | None = Field(None, description="Failures by luck; none if left out.")
    mast_heights_m: Annotated[list[Annotated[Number, Field(ge=0, le=1000)]], Field(min_length=2, max_length=2)] | None = Field(
        None, description="Radio: antennas above ground at the two nodes; 30 m each if left out. An aircraft's is the aircraft."
    )
    satellite: str = Field(DEFAULT_SATELLITE, description="Satellite: the catalog card that gives its slot.")
    frequency_ghz: Annotated[Number, Field(ge=1, le=55)] = Field(12.0, description="Satellite: carrier frequency.")
    margin_db: Annotated[Number, Field(ge=0, le=60)] = Field(
        6.0, description="Satellite: what the link can lose to gas and rain at either end and still work."
    )
    minimum_elevation_deg: Annotated[Number, Field(ge=0, le=90)] = Field(
        5.0, description="Satellite: below it the satellite is not used."
    )
    rain_rate_mm_h: Annotated[Number, Field(ge=0, le=250)] = Field(
        30.0, description="Satellite: rain rate exceeded during 0.01 % of the year, for the availability (ITU-R P.837)."
    )

    @model_validator(mode="after")
    def _two_ends(self) -> Link:
        if self.between[0] == self.between[1]:
            raise LocatedError([(("between",), "a link joins two different nodes")])
        return self


class Exchange(_Named):
    """Two command posts that tell each other of their tracks.

    full: every track of their own sensors, and the verdict on it; they do not engage the same target twice. voice: only what is
    called hostile, slowly and with losses. no: nothing.
    """

    between: Annotated[list[str], Field(min_length=2, max_length=2)] = Field(description="The two command posts.")
    mode: Literal["no", "voice", "full"]
    latency_s: Seconds | None = Field(None, description="On top of the way; full 0 s, voice 20 s if left out.")
    loss: Annotated[Number, Field(ge=0, lt=1)] | None = Field(
        None, description="Probability that a report is lost, on top of the way's; full 0, voice 0.1 if left out."
    )
    capacity_tracks_per_s: Annotated[Number, Field(gt=0, le=1e6)] | None = Field(
        None, description="Full: no limit, voice: 0.1 (a report in ten seconds) if left out."
    )

    @model_validator(mode="after")
    def _two_posts(self) -> Exchange:
        if self.between[0] == self.between[1]:
            raise LocatedError([(("between",), "an exchange joins two different command posts")])
        return self


class Status(DocumentModel):
    """A fact about a node or link for a span of time: out of order, or in order."""

    of: str = Field(description="The name of a sensor, command post, battery, patrol or link.")
    state: Literal["up", "down"]
    from_s: Seconds = 0.0
    until_s: Seconds = Field(86_400.0, description="To the end if left out.")

    @model_validator(mode="after")
    def _forwards(self) -> Status:
        if self.until_s <= self.from_s:
            raise ValueError("until_s must be later than from_s")
        return self


MOST_MEMBERS = 2000
"""Threats in one entry of a raid."""


def member_name(name: str, count: int, k: int) -> str:
    """The name of the k-th of an entry's `count` members: the entry's own if it is alone."""
    return name if count == 1 else f"{name}-{k + 1:0{len(str(count))}d}"


def store_name(carrier: str, count: int, k: int) -> str:
    """The name of the k-th of a carrier's `count` stores."""
    return member_name(f"{carrier} store", count, k)


def stage_name(missile: str) -> str:
    """The name of a missile's spent stage."""
    return f"{missile} spent stage"


class RaidEntry(_Named):
    """Some threats of one class that fly at one asset."""

    system: str = Field(description="The raid class's or aircraft's catalog card.")
    count: Annotated[Count, Field(ge=1, le=MOST_MEMBERS)] = 1
    target: str = Field(description="The name of an asset, or of a sensor, command post or battery.")
    origin: Waypoint = Field(description="Where the flight begins.")
    waypoints: list[Waypoint] = Field(
        default_factory=list, description="Between origin and target, for a class that flies a route."
    )
    start_s: Seconds = 0.0
    spacing_s: Seconds = Field(0.0, description="Between two members' starts.")
    lateral_spacing_m: Annotated[Number, Field(ge=0, le=50_000)] = Field(0.0, description="Between two members' paths.")
    speed_mps: Annotated[Number, Field(gt=0, le=2000)] | None = Field(
        None, description="Of a route; the card's if left out."
    )
    height_m: Annotated[Number, Field(ge=0, le=40_000)] | None = Field(
        None, description="Of a route; the card's if left out."
    )
    height_reference: Literal["ground", "sea"] | None = Field(
        None,
        description="What heights are measured from; ground for classes that fly low, sea for the others if left out.",
    )
    release_distance_m: Annotated[Number, Field(ge=0, le=1_000_000)] = Field(
        0.0, description="An aircraft has got through, or releases its stores, when it is this near its target."
    )
    stores: Stores | None = Field(
        None,
        description="What each member releases there: the member itself then leaves, and what it released gets through or not.",
    )
    egress: list[Waypoint] = Field(
        default_factory=list, description="Flown after that point; the flight ends, harmless, at the last of them."
    )
    apogee_m: Annotated[Number, Field(gt=0, le=10_000_000)] | None = Field(
        None, description="Of a ballistic flight; if left out, what thrust turned to the elevation of the least-energy arc gives."
    )
    reported_time_s: Annotated[Number, Field(gt=0, le=20_000)] | None = Field(
        None,
        description="With apogee_m: how long the flight is reported to have taken. Held against what a powered flight takes; not flown.",
    )
    navigation_error_m: Annotated[Number, Field(ge=0, le=100_000)] | None = Field(
        None,
        description="Standard deviation of where a route's flyer arrives, across its track, beside its CEP: what navigation adds "
        "(satellite navigation denied). The path until then is not moved: up to some 100 m no radar would notice (docs/models.md). "
        "The card's navigation_error if left out, else 0.",
    )
    spent_stage: bool = Field(
        False,
        description="Of a ballistic class that separates: the spent stage flies on as a second body. Sensors see it; a command post that "
        "does not tell it from a warhead calls it hostile and has it fired at; it threatens nothing and is never among what got through.",
    )
    stage_discrimination: Probability | None = Field(
        None,
        description="With spent_stage: probability that a command post tells it from a warhead, found out when it identifies it. The "
        "card's if left out.",
    )
    hypothetical: bool = False

    @model_validator(mode="after")
    def _releases(self) -> RaidEntry:
        mistakes: list[tuple[tuple[str | int, ...], str]] = []
        if self.stores is not None and self.release_distance_m == 0.0:
            mistakes.append(
                (("stores",), "stores are released at a distance from the target: write release_distance_m")
            )
        if self.reported_time_s is not None and self.apogee_m is None:
            mistakes.append((("reported_time_s",), "a reported time is held against a reported apogee: write apogee_m"))
        if self.stage_discrimination is not None and not self.spent_stage:
            mistakes.append((("stage_discrimination",), "there is no stage to tell apart: write spent_stage: true, or leave it out"))
        if self.origin.hold is not None:
            mistakes.append(
                (("origin", "hold"), "nothing holds where it begins: write a later start_s, or a waypoint that holds")
            )
        if self.egress and self.egress[-1].hold is not None:
            mistakes.append((("egress", len(self.egress) - 1, "hold"), "the flight ends here: add a waypoint after it"))
        if mistakes:
            raise LocatedError(mistakes)
        return self


class Raid(DocumentModel):
    """A notional raid: given, never searched for."""

    origin: Literal["Red"] = "Red"
    note: str = ""
    entries: Annotated[list[RaidEntry], Field(min_length=1)]


class Airway(_Named):
    """A published corridor of civil traffic: great circles between points."""

    points: Annotated[list[Waypoint], Field(min_length=2)]
    half_width_m: Annotated[Number, Field(gt=0, le=200_000)] = Field(
        9_260.0, description="Either side of the centre line; 5 nautical miles (RNAV 5, ICAO Doc 9613) if left out."
    )
    minimum_height_m: Annotated[Number, Field(ge=0, le=30_000)] = Field(3_000.0, description="Its floor, above sea level.")
    maximum_height_m: Annotated[Number, Field(gt=0, le=30_000)] = Field(14_000.0, description="Its ceiling.")


class Circle(_Placed):
    """A circle on the ground."""

    radius_m: Annotated[Number, Field(gt=0, le=1_000_000)]


class TrafficEntry(_Named):
    """Aircraft that are nobody's target: airliners, medical flights, own fighters and helicopters.

    They fly an airway, waypoints, or what a file recorded: one of the three.
    """

    side: Literal["civil", "own"] = "civil"
    system: str = Field("airliner", description="The catalog card: an airliner, fighter, helicopter, uav or aew-aircraft.")
    count: Annotated[Count, Field(ge=1, le=MOST_MEMBERS)] = 1
    airway: str | None = Field(None, description="The airway's name; flown from its first point to its last.")
    backwards: bool = Field(False, description="Flown from the airway's last point to its first.")
    waypoints: list[Waypoint] = Field(default_factory=list, description="At least two points.")
    recording: str | None = Field(None, description="An ADS-B file, from the scenario's folder (recordings.adsb).")
    flight: str | None = Field(None, description="Which flight of the recording; every flight, up to count, if left out.")
    start_s: Annotated[Number, Field(ge=-86_400, le=86_400)] = Field(
        0.0, description="When the first begins (a recording: when its first report is); may be before the scenario's start."
    )
    spacing_s: Seconds = Field(0.0, description="Between two members' starts; recorded flights keep their own times.")
    speed_mps: Annotated[Number, Field(gt=0, le=2000)] | None = Field(None, description="The card's if left out.")
    height_m: Annotated[Number, Field(ge=0, le=40_000)] | None = Field(
        None, description="Above sea level; the card's if left out."
    )
    takes_off: bool = Field(False, description="It climbs from the ground at its first point; in cruise there if left out.")
    lands: bool = Field(False, description="It comes down to the ground at its last point, at 3 degrees; in cruise there if left out.")
    offset_m: Annotated[Number, Field(ge=-200_000, le=200_000)] = Field(
        0.0, description="To the right of the route: a flight beside its airway."
    )
    transponder: bool | None = Field(
        None, description="Whether it carries a civil transponder and has it on; civil aircraft do if left out, own ones do not."
    )
    flight_plan: bool | None = Field(None, description="Whether its flight is known beforehand; yes if left out.")
    iff_modes: list[Mode] = Field(default_factory=list, description="Families of IFF that it answers.")

    @model_validator(mode="after")
    def _one_route(self) -> TrafficEntry:
        ways = [name for name in ("airway", "waypoints", "recording") if getattr(self, name)]
        if len(ways) != 1:
            raise LocatedError([((), f"write one of airway, waypoints and recording, not {' and '.join(ways) or 'none'}")])
        if self.waypoints and len(self.waypoints) < 2:
            raise LocatedError([(("waypoints",), "a route needs at least two points")])
        if self.recording and (self.takes_off or self.lands):
            raise LocatedError([(("recording",), "a recorded flight takes off and lands as recorded: leave out takes_off and lands")])
        if self.flight is not None and self.recording is None:
            raise LocatedError([(("flight",), "a flight is named only with a recording")])
        return self


class Traffic(DocumentModel):
    """Civil traffic and own aircraft in the air of the raid. With this section command posts identify by evidence."""

    airways: list[Airway] = Field(default_factory=list)
    origins: list[Circle] = Field(
        default_factory=list, description="Known airfields: what is first seen in one of them has a known origin, as at an airway's end."
    )
    entries: Annotated[list[TrafficEntry], Field(min_length=1)]
    evidence: str = Field("identification", description="The card with the error rates of the evidence.")


class Scenario(_Named):
    """A defence, a raid and the date: the whole question."""

    title: str
    description: str = ""
    notional: str = Field(description="What in it is notional, said plainly; every product repeats it.")
    extends: str | None = Field(
        None,
        description="Another scenario: what this one leaves out is taken from it, and its entries stand beside this one's; "
        "an entry of the same name replaces it.",
    )
    as_of: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] = Field(
        description="The date, YYYY-MM-DD: a system not in service then is refused unless its entry says hypothetical: true."
    )
    environment: Environment = Environment()
    systems: list[Card] = Field(
        default_factory=list, description="Cards of the scenario's own, in the catalog's format."
    )
    picture: Literal["truth", "filtered"] = Field(
        "truth",
        description="What a command post fires at: the true paths of what its sensors have confirmed, or its own tracks, filtered "
        "from measured detections.",
    )
    acquisition_basket_m: Annotated[float, Field(gt=0.0)] = Field(
        1000.0,
        description="With a filtered picture: how well a track must be known where an interceptor is to meet it, and how far off it "
        "the target may be for the interceptor to find it. Assumed: not known publicly.",
    )
    assets: Annotated[list[Asset], Field(min_length=1)]
    commands: Annotated[list[Command], Field(min_length=1)]
    sensors: Annotated[list[Sensor], Field(min_length=1)]
    batteries: list[Battery] = Field(default_factory=list)
    patrols: list[Patrol] = Field(default_factory=list, description="Fighters on station, under the posts as batteries are.")
    tankers: list[Tanker] = Field(default_factory=list, description="What keeps patrols longer on station.")
    interference: list[Interference] = Field(
        default_factory=list,
        description="Noise that radars suffer, as a fact: from where, how much, from when until when.",
    )
    zones: list[Zone] = Field(default_factory=list, description="Pieces of the map that rules name.")
    control_orders: list[ControlOrder] = Field(
        default_factory=list, description="Weapon control status by node, zone and time, before the batteries' own."
    )
    links: list[Link] = Field(default_factory=list, description="Without any, every node is joined to its post.")
    exchanges: list[Exchange] = Field(default_factory=list, description="Which command posts tell each other of their tracks.")
    status: list[Status] = Field(default_factory=list, description="What is out of order, and when.")
    raid: Raid
    traffic: Traffic | None = Field(None, description="Aircraft that must not be shot at; none if left out.")

    @field_validator("as_of")
    @classmethod
    def _a_day(cls, value: str) -> str:
        try:
            date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"there is no day {value}; write one such as 2019-12-31") from None
        return value

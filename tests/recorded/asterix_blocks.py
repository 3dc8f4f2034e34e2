"""ASTERIX data blocks encoded by libasterix: a radar's service message, its target reports, and system tracks."""

from __future__ import annotations

import asterix.generated as gen

SOURCE = (("SAC", 7), ("SIC", 9))


def service(place: tuple[float, float, float]) -> bytes:
    """CAT034 that says where the radar stands, and that it turns in 4 s."""
    lat, lon, height = place
    items = {"010": SOURCE, "000": 1, "030": 3600.0, "041": 4.0, "120": (("HGT", height), ("LAT", lat), ("LON", lon))}
    return gen.Cat_034_1_29.create([gen.Cat_034_1_29.cv_record.create(items)]).unparse().to_bytes()


def target(time_s: float, range_m: float, azimuth_deg: float, height_m: float | None = 9000.0, address: int | None = 0x4B0001,
           number: int | None = None) -> bytes:  # fmt: skip
    """CAT048."""
    items = {"010": SOURCE, "140": time_s, "020": (0,), "040": (("RHO", range_m / 1852.0), ("THETA", azimuth_deg))}
    if height_m is not None:
        items["090"] = (0, 0, ("FL", height_m / 30.48))
    if address is not None:
        items["220"] = address
    if number is not None:
        items["161"] = (0, ("TRN", number))
    return gen.Cat_048_1_32.create([gen.Cat_048_1_32.cv_record.create(items)]).unparse().to_bytes()


def system_track(time_s: float, lat_deg: float, lon_deg: float, number: int = 7) -> bytes:
    """CAT062 at flight level 300."""
    items = {"010": SOURCE, "070": time_s, "040": number, "105": (("LAT", lat_deg), ("LON", lon_deg)), "136": 300.0}
    return gen.Cat_062_1_21.create([gen.Cat_062_1_21.cv_record.create(items)]).unparse().to_bytes()

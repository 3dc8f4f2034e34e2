"""What a coverage study found, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from buckler.coverage.area import Grid
from buckler.coverage.layers import Difference, Question, Share
from buckler.coverage.pictures import Notes
from buckler.coverage.reaction import Reaction

KM2 = 1e-6
"""Square metres to square kilometres."""


@dataclass(frozen=True)
class Result:
    """The figures of a study."""

    folder: Path
    title: str
    question: Question
    grid: Grid
    heights_m: list[float]
    """As asked for."""
    layers_m2: dict[float, tuple[float, float, float]]
    """Area seen by height: nominal, low and high cross-section."""
    shares: dict[float, list[Share]]
    """By height, the sensor that adds most first."""
    reactions: list[Reaction]
    differences: list[Difference]
    compared: tuple[str, str] | None
    notes: Notes
    missing: list[str]
    """Products that could not be made, and why."""
    files: list[Path] = field(repr=False)

    def summary(self) -> dict[str, Any]:
        """A machine's answer."""
        return {
            "folder": str(self.folder),
            "scenario": self.title,
            "target": self.question.target.name,
            "seen_pd": self.question.seen_pd,
            "target_is": self.question.flown,
            "heights_are": self.question.reference,
            "cell_deg": [self.grid.dlat_deg, self.grid.dlon_deg],
            "cells": list(self.grid.shape),
            "area_seen_km2": {
                f"{height:g}": {"nominal": nominal * KM2, "low_rcs": low * KM2, "high_rcs": high * KM2}
                for height, (nominal, low, high) in self.layers_m2.items()
            },
            "sensors": {f"{height:g}": [share_row(s) for s in self.shares[height]] for height in self.heights_m},
            "reaction": [reaction_row(r) for r in self.reactions],
            "compared": self.compared,
            "difference_km2": [
                {"height_m": d.height_m, "lost": d.lost_m2 * KM2, "gained": d.gained_m2 * KM2, "both": d.both_m2 * KM2}
                for d in self.differences
            ],
            "terrain": self.notes.terrain,
            "caveat": self.notes.caveat,
            "notional": self.notes.notional,
            "missing": self.missing,
        }


def share_row(share: Share) -> dict[str, Any]:
    """One sensor at one height."""
    return {
        "sensor": share.sensor,
        "system": share.system,
        "sees_km2": share.seen_m2 * KM2,
        "only_it_km2": share.only_m2 * KM2,
        "combined_loss_km2": share.combined_m2 * KM2,
        "share_of_network": share.share,
    }


def reaction_row(reaction: Reaction) -> dict[str, Any]:
    """One asset at one height."""
    return {
        "asset": reaction.asset,
        "height_m": reaction.height_m,
        "speed_mps": reaction.speed_mps,
        "least_s": float(reaction.time_s.min()),
        "median_s": float(np.median(reaction.time_s)),
        "median_in_view_s": float(np.median(reaction.in_view_s)),
        "worst_azimuth_deg": reaction.worst_azimuth_deg,
    }


def time_left(seconds: float) -> str:
    """ "3 min 00 s", or that it is never seen."""
    whole = round(seconds)
    return "never seen" if whole == 0 else f"{whole // 60} min {whole % 60:02d} s"

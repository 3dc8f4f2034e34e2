"""How to read the page: what the intervals hold and what they leave out, the terrain, and the model's level."""

from __future__ import annotations

from typing import Any

from buckler.report.markup import Markup, join, tag
from buckler.report.wording import terrain


def reading(summary: dict[str, Any]) -> Markup:
    """The paragraphs."""
    if sampled := summary.get("uncertainty"):
        parts = (
            f"The intervals hold luck and ignorance together: {sampled['draws']} draws from the published ranges "
            "of the parameters, with replications flown around each. The sampling unit is the draw; each figure's standard deviation from "
            "luck and from ignorance stands beside it in summary.json."
        )
    else:
        parts = (
            f"The intervals show luck alone: how far {summary['replications']:,} replications pin a figure down, with "
            "every parameter at its nominal value. They do not show ignorance: how far the published range of the "
            "parameters would move it, which is often more. The sampling unit is the replication, because threats of "
            "one raid share their fate."
        )
    paragraphs = [
        ("Luck and ignorance.", parts),
        (
            "Intervals.",
            "95 % throughout. Wilson's, modified near 0 and 1, for probabilities (Agresti and Coull's below 150 replications); "
            "Student's t for means, or the BCa bootstrap where the sample "
            "is too skewed for it; the ratio estimator on the logit scale for shares. Where all replications agree, "
            "the interval is what the share of replications that may yet differ allows. "
            "summary.json names each method.",
        ),
    ]
    if summary.get("terrain"):
        text = terrain(summary["terrain"])
        paragraphs.append(("Terrain.", text[0].upper() + text[1:]))
    paragraphs.append(
        (
            "What this is not.",
            "A model at mission level: sensors calibrated on published ranges, interceptors as energy-limited points "
            "with a stated kill probability. It supports comparison and argument, not the prediction of a real "
            "engagement.",
        )
    )
    return join([tag("p", tag("strong", name), " ", text) for name, text in paragraphs])

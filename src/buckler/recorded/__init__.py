"""Recorded detections tracked: what a file of reports or plots becomes in the tracker.

    from buckler.recorded import track_file
    result = track_file("flights.json.gz")
    print(result.metrics["completeness"], result.tracks.num_rows)
    result.save("runs/flights")
"""

from buckler.recorded.tracks import Tracked, track_file

__all__ = ["Tracked", "track_file"]
